"""Cleaning masks up: holes, crumbs, rough borders, a size too large or too small.

An object whose pixels stay the same stays as it was drawn. Polygons of which only rings go stay polygons, each of their
other rings as it was; in all other cases the object becomes a mask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from segstudio.core import changes, masks, spans
from segstudio.core.annotation import Annotation, Geometry
from segstudio.core.changes import ChangeSet
from segstudio.core.edits import by_person, count_of
from segstudio.core.geometry import Polygons, ring_area
from segstudio.core.regions import region
from segstudio.core.spans import Spans, Window

Size = tuple[int, int]
TILE = 512  # pixels; what looks around each pixel works through a large object in squares of this side


def fill_holes(rows: Sequence[Annotation], size: Size, most: int) -> ChangeSet:
    """Return the filling of holes of at most that many pixels; 0 fills all.

    A hole is what four-connected pixels that are not set can't leave.
    """

    def filled(found: Spans, _: Window) -> Spans:
        gaps = spans.subtract(spans.box(spans.grown(found.window)), found)
        numbers = spans.pieces(gaps, corners=False)
        small = _areas(gaps, numbers) <= most if most else np.ones(numbers.max() + 1, bool)
        # What the first gap belongs to, that at the corner, is around the object.
        small[numbers[0]] = False
        return spans.union((found, spans.chosen(gaps, small[numbers])))

    def without_holes(shape: Polygons) -> Polygons:
        return Polygons(shape.parts, tuple(ring for ring in shape.holes if most and ring_area(ring) > most))

    return _cleaned(rows, size, filled, "Fill holes", outline=without_holes)


def remove_small(rows: Sequence[Annotation], size: Size, least: int) -> ChangeSet:
    """Return the removal of pieces of fewer pixels than that; the largest piece always stays."""

    def without_crumbs(found: Spans, _: Window) -> Spans:
        numbers = spans.pieces(found, corners=True)
        areas = _areas(found, numbers)
        keep = areas >= least
        keep[np.argmax(areas)] = True
        return spans.chosen(found, keep[numbers])

    def large_parts(shape: Polygons) -> Polygons:
        areas = [ring_area(ring) for ring in shape.parts]
        kept = [r for r, area in zip(shape.parts, areas) if area >= least or area == max(areas)]
        return Polygons(tuple(kept), shape.holes)

    return _cleaned(rows, size, without_crumbs, "Remove small parts", outline=large_parts)


def largest_piece(rows: Sequence[Annotation], size: Size) -> ChangeSet:
    """Return the removal of all pieces but the largest."""

    def largest(found: Spans, _: Window) -> Spans:
        numbers = spans.pieces(found, corners=True)
        return spans.chosen(found, numbers == np.argmax(_areas(found, numbers)))

    def largest_part(shape: Polygons) -> Polygons:
        return Polygons((max(shape.parts, key=ring_area),), shape.holes) if shape.parts else shape

    return _cleaned(rows, size, largest, "Keep the largest part", outline=largest_part)


def grow(rows: Sequence[Annotation], size: Size, pixels: int) -> ChangeSet:
    """Return the growth by that many pixels on all sides (round), up to the picture's edges."""
    clean = _by_tiles(lambda bitmap: _near(bitmap, pixels), pixels + 1)
    return _cleaned(rows, size, clean, f"Grow by {pixels} px", margin=pixels)


def shrink(rows: Sequence[Annotation], size: Size, pixels: int) -> ChangeSet:
    """Return the loss of that many pixels on all sides (round), not along the picture's edges.

    An object of which nothing would be left stays as it is.
    """
    clean = _by_tiles(lambda bitmap: ~_near(1 - bitmap, pixels), pixels + 1)
    return _cleaned(rows, size, clean, f"Shrink by {pixels} px", margin=1)


def smooth(rows: Sequence[Annotation], size: Size, pixels: int) -> ChangeSet:
    """Return borders without bumps and dents narrower than about that many pixels: a Gaussian blur, cut at one half."""

    def smoothed(bitmap: np.ndarray) -> np.ndarray:
        import cv2

        blurred = cv2.GaussianBlur(bitmap.astype(np.float32), (0, 0), pixels / 2, borderType=cv2.BORDER_REPLICATE)
        return blurred > 0.5

    # The blur looks four standard deviations far.
    return _cleaned(rows, size, _by_tiles(smoothed, 2 * pixels + 1), f"Smooth by {pixels} px", margin=2 * pixels + 1)


def _areas(found: Spans, numbers: np.ndarray) -> np.ndarray:
    """Return the number of pixels of each piece."""
    return np.bincount(numbers, found.bottoms - found.tops)


def _near(bitmap: np.ndarray, pixels: int) -> np.ndarray:
    """Return which pixels lie within a distance of a set one, bool (h, w)."""
    import cv2

    if not bitmap.any():
        return np.zeros(bitmap.shape, bool)
    return cv2.distanceTransform(1 - bitmap, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= pixels


def _by_tiles(clean: Callable[[np.ndarray], np.ndarray], reach: int) -> Callable[[Spans, Window], Spans]:
    """Return what a function of uint8 (h, w) bitmaps makes of an object, a tile at a time.

    Args:
        reach: How far from a pixel the function looks. Where all it sees is set, or nothing, it changes nothing.
    """

    def cleaned(found: Spans, window: Window) -> Spans:
        left, top, right, bottom = window
        made = []
        for x in range(left, right, TILE):
            for y in range(top, bottom, TILE):
                end_x, end_y = min(x + TILE, right), min(y + TILE, bottom)
                seen = (
                    max(x - reach, left),
                    max(y - reach, top),
                    min(end_x + reach, right),
                    min(end_y + reach, bottom),
                )
                bitmap = spans.bitmap(found, seen).astype(np.uint8)
                if bitmap.any():
                    result = bitmap.astype(bool) if bitmap.all() else clean(bitmap)
                    part = result[y - seen[1] : end_y - seen[1], x - seen[0] : end_x - seen[0]]
                    made.append(spans.of_bitmap(part, x, y))
        return spans.union(made) if made else spans.NOTHING

    return cleaned


def _cleaned(
    rows: Sequence[Annotation],
    size: Size,
    clean: Callable[[Spans, Window], Spans],
    label: str,
    *,
    margin: int = 0,
    outline: Callable[[Polygons], Polygons] = lambda shape: shape,
) -> ChangeSet:
    """Return the change that a function of an object's pixels makes.

    Args:
        clean: Gets the window that it may set pixels in, too: the object's box, wider by the margin as far as the
            picture goes, so that what touches the picture's edge is not taken for a border.
        outline: Does the same to polygons whose rings don't meet; its result is taken if it has the same pixels.
    """
    pairs = []
    for a in rows:
        old = a.mask(*size) if a.geometry is not None else masks.EMPTY
        if not old.counts:
            continue
        found = old.spans()
        made = masks.from_spans(clean(found, _window(found.window, size, margin)))
        if made.counts and made != old:
            shape: Geometry = made
            if isinstance(a.geometry, Polygons):
                less = _without_loose_holes(outline(a.geometry))
                shape = less if masks.from_polygons(less, *size) == made else made
            pairs.append((a, replace(by_person(a), geometry=shape, box=None)))
    return changes.replace(pairs, f"{label} of {count_of(len(pairs))}")


def _without_loose_holes(shape: Polygons) -> Polygons:
    """Return polygons without the holes that lie beside all parts."""
    if not shape.holes:
        return shape
    whole = region(Polygons(shape.parts))
    return Polygons(shape.parts, tuple(r for r in shape.holes if whole.intersects(region(Polygons((r,))))))


def _window(window: Window, size: Size, margin: int) -> Window:
    """Return a window, wider by a margin as far as the picture goes; what lies beyond its edge stays in it."""
    left, top, right, bottom = window
    return (
        min(max(left - margin, 0), left),
        min(max(top - margin, 0), top),
        max(min(right + margin, size[0]), right),
        max(min(bottom + margin, size[1]), bottom),
    )
