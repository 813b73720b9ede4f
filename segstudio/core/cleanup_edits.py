"""Cleaning masks up: holes, crumbs, rough borders, a size too large or too small.

An object whose pixels stay the same stays as it was drawn. Polygons of which only rings go stay polygons, each of their
other rings as it was; in all other cases the object becomes a mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from segstudio.core import changes, masks
from segstudio.core.annotation import Annotation, Geometry
from segstudio.core.changes import ChangeSet
from segstudio.core.edits import by_person, count_of
from segstudio.core.geometry import Polygons, ring_area
from segstudio.core.masks import Mask
from segstudio.core.regions import region

Size = tuple[int, int]


def fill_holes(rows: Sequence[Annotation], size: Size, most: int) -> ChangeSet:
    """Return the filling of holes of at most that many pixels; 0 fills all.

    A hole is what four-connected pixels that are not set can't leave.
    """

    def filled(bitmap: np.ndarray) -> np.ndarray:
        import cv2

        gaps = np.pad(1 - bitmap, 1, constant_values=1)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(gaps, connectivity=4)
        small = (stats[:, cv2.CC_STAT_AREA] <= most) | (most == 0)
        # 0 is the region itself; what is around it is no hole.
        small[0] = small[int(labels[0, 0])] = False
        return bitmap | np.take(small, labels[1:-1, 1:-1].astype(np.intp))

    def without_holes(shape: Polygons) -> Polygons:
        return Polygons(shape.parts, tuple(ring for ring in shape.holes if most and ring_area(ring) > most))

    return _cleaned(rows, size, filled, 0, "Fill holes", without_holes)


def remove_small(rows: Sequence[Annotation], size: Size, least: int) -> ChangeSet:
    """Return the removal of pieces of fewer pixels than that; the largest piece always stays."""

    def without_crumbs(bitmap: np.ndarray) -> np.ndarray:
        labels, areas = _pieces(bitmap)
        keep = areas >= least
        keep[np.argmax(areas)] = True
        keep[0] = False
        return np.take(keep, labels)

    def large_parts(shape: Polygons) -> Polygons:
        areas = [ring_area(ring) for ring in shape.parts]
        kept = [r for r, area in zip(shape.parts, areas) if area >= least or area == max(areas)]
        return Polygons(tuple(kept), shape.holes)

    return _cleaned(rows, size, without_crumbs, 0, "Remove small parts", large_parts)


def largest_piece(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the removal of all pieces but the largest."""

    def largest(bitmap: np.ndarray) -> np.ndarray:
        labels, areas = _pieces(bitmap)
        return labels == np.argmax(areas)

    def largest_part(shape: Polygons) -> Polygons:
        return Polygons((max(shape.parts, key=ring_area),), shape.holes) if shape.parts else shape

    return _cleaned(rows, size, largest, 0, "Keep the largest part", largest_part)


def grow(rows: Sequence[Annotation], size: Size, pixels: int) -> ChangeSet:
    """Return the growth by that many pixels on all sides (round), up to the picture's edges."""
    return _cleaned(rows, size, lambda bitmap: _near(bitmap, pixels), pixels, f"Grow by {pixels} px")


def shrink(rows: Sequence[Annotation], size: Size, pixels: int) -> ChangeSet:
    """Return the loss of that many pixels on all sides (round), not along the picture's edges.

    An object of which nothing would be left stays as it is.
    """
    return _cleaned(rows, size, lambda bitmap: ~_near(1 - bitmap, pixels), pixels, f"Shrink by {pixels} px")


def smooth(rows: Sequence[Annotation], size: Size, pixels: int) -> ChangeSet:
    """Return borders without bumps and dents narrower than about that many pixels: a Gaussian blur, cut at one half."""

    def smoothed(bitmap: np.ndarray) -> np.ndarray:
        import cv2

        blurred = cv2.GaussianBlur(bitmap.astype(np.float32), (0, 0), pixels / 2, borderType=cv2.BORDER_REPLICATE)
        return blurred > 0.5

    return _cleaned(rows, size, smoothed, 2 * pixels + 1, f"Smooth by {pixels} px")


def _pieces(bitmap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each pixel's piece (eight-connected), int32 (h, w), 0 for none, and the pieces' areas, of 0 it is 0."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(bitmap, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return labels, areas


def _near(bitmap: np.ndarray, pixels: int) -> np.ndarray:
    """Return which pixels lie within a distance of a set one, bool (h, w)."""
    import cv2

    if not bitmap.any():
        return np.zeros(bitmap.shape, bool)
    return cv2.distanceTransform(1 - bitmap, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= pixels


def _cleaned(
    rows: Sequence[Annotation],
    size: Size,
    clean: Callable[[np.ndarray], np.ndarray],
    margin: int,
    label: str,
    clean_outline: Callable[[Polygons], Polygons] = lambda shape: shape,
) -> ChangeSet:
    """Return the change that a function of uint8 (h, w) bitmaps makes.

    Args:
        margin: Pixels around an object that the function needs to see or may set. The bitmap ends where the picture
            does, so that what touches its edge is not taken for a border.
        clean_outline: Does the same to polygons whose rings don't meet; its result is taken if it has the same pixels.
    """
    pairs = []
    for a in rows:
        old = a.mask(*size) if a.geometry is not None else masks.EMPTY
        window = _window(old, size, margin)
        if window is None:
            continue
        x, y, w, h = window
        made = masks.from_bitmap(clean(masks.window(old, x, y, w, h)), x, y)
        if made.counts and made != old:
            shape: Geometry = made
            if isinstance(a.geometry, Polygons):
                outline = _without_loose_holes(clean_outline(a.geometry))
                shape = outline if masks.from_polygons(outline, *size) == made else made
            pairs.append((a, replace(by_person(a), geometry=shape, box=None)))
    return changes.replace(pairs, f"{label} of {count_of(len(pairs))}")


def _without_loose_holes(shape: Polygons) -> Polygons:
    """Return polygons without the holes that lie beside all parts."""
    if not shape.holes:
        return shape
    whole = region(Polygons(shape.parts))
    return Polygons(shape.parts, tuple(r for r in shape.holes if whole.intersects(region(Polygons((r,))))))


def _window(mask: Mask, size: Size, margin: int) -> tuple[int, int, int, int] | None:
    """Return x, y, w, h of a mask's box, wider by a margin as far as the picture goes; None for an empty mask.

    A mask that reaches over the picture's edge keeps what lies there.
    """
    if not mask.counts:
        return None
    left, top = min(max(mask.x - margin, 0), mask.x), min(max(mask.y - margin, 0), mask.y)
    right = max(min(mask.x + mask.w + margin, size[0]), mask.x + mask.w)
    bottom = max(min(mask.y + mask.h + margin, size[1]), mask.y + mask.h)
    return left, top, right - left, bottom - top
