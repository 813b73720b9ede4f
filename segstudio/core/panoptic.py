"""Panoptic maps: one segment a pixel, made of annotations that may overlap, and back (Kirillov et al., 2019).

A map is int32 (height, width), column by column in memory as masks are; 0 is void, value k is the k-th of its
segments. Where objects overlap an explicit rule says who gets the pixel. Boxes and poses have no pixels of their own
and are no segments; neither is what was rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from segstudio.core import masks
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category
from segstudio.core.masks import Mask

Rule = Literal["top", "score", "small", "things"]
Size = tuple[int, int]  # (width, height) of a picture in pixels

# Who gets a pixel that several objects claim. Equal ones: the higher in the stack.
RULES: dict[Rule, str] = {
    "top": "Topmost wins",
    "score": "Higher score wins",
    "small": "Smaller wins",
    "things": "Things over stuff",
}
TINY = 16  # pixels: fewer in a whole segment are hardly meant


@dataclass(frozen=True)
class SegmentMap:
    """A map and whose pixels they are.

    Args:
        values: int32 (h, w), 0 is void.
        ids: `ids[k - 1]` is the annotation that owns the pixels of value k.
        x: Column of the picture where the map begins; 0 for a map of the whole picture.
        y: Likewise the row.
    """

    values: np.ndarray
    ids: tuple[int, ...]
    x: int = 0
    y: int = 0

    @property
    def void(self) -> int:
        """The number of pixels that nobody has."""
        return int(self.values.size - np.count_nonzero(self.values))

    def owner(self, x: float, y: float) -> int:
        """Return the annotation at a place of the picture, 0 where there is none."""
        column, row = int(np.floor(x)) - self.x, int(np.floor(y)) - self.y
        inside = 0 <= row < self.values.shape[0] and 0 <= column < self.values.shape[1]
        value = int(self.values[row, column]) if inside else 0
        return self.ids[value - 1] if value else 0

    def masks(self) -> dict[int, Mask]:
        """Return the pixels of each annotation that has some."""
        found = masks_of(self.values, self.x, self.y)
        return {self.ids[value - 1]: mask for value, mask in found.items()}


class Gap(NamedTuple):
    """A connected region of void: its pixels and their number."""

    mask: Mask
    area: int


class Finding(NamedTuple):
    """Something that a panoptic data set must not hold, or that is hardly meant.

    Args:
        kind: "overlap", "empty", "split stuff", "tiny", "no class", "not a region" or "outside".
        ids: The annotations it is about.
        pixels: How many pixels it is about.
    """

    kind: str
    ids: tuple[int, ...]
    pixels: int = 0


def is_segment(a: Annotation) -> bool:
    """Return whether an annotation takes part in a map: it has a mask or polygons and was not rejected."""
    return isinstance(a.geometry, Mask | Polygons) and a.review != REJECTED


def stacked(rows: Iterable[Annotation], rule: Rule, categories: Mapping[int, Category], size: Size) -> list[Annotation]:
    """Return the segments among annotations in the order in which they are laid down: the last one wins.

    Args:
        rows: Of one picture.
        rule: Who wins. By score, what has none (a person's) wins over what has one.
        categories: By id; only "things" asks, and a class that is unknown counts as a thing.
        size: Of the picture; only "small" asks.

    Raises:
        InputError: There is no such rule.
    """
    found = sorted((a for a in rows if is_segment(a)), key=lambda a: (a.z, a.id))
    match rule:
        case "top":
            return found
        case "score":
            return sorted(found, key=lambda a: 2.0 if a.score is None else a.score)
        case "small":
            return sorted(found, key=lambda a: -a.mask(*size).area)
        case "things":
            return sorted(found, key=lambda a: a.category not in categories or categories[a.category].thing)
    raise InputError(f"There is no overlap rule {rule!r}.", remedy=f"Known are: {', '.join(RULES)}.")


def compose(
    rows: Iterable[Annotation],
    size: Size,
    rule: Rule = "top",
    categories: Mapping[int, Category] | None = None,
    window: Box | None = None,
) -> SegmentMap:
    """Return the map of a picture's annotations.

    Args:
        rows: Of one picture.
        size: (width, height) of the picture.
        rule: Who gets a pixel that several claim.
        categories: By id, for the rule "things".
        window: The part of the picture to map, to whole pixels; by default all of it.
    """
    left, top, right, bottom = (0, 0, *size) if window is None else window.clipped(*size).pixels()
    order = stacked(rows, rule, categories or {}, size)
    # Few segments fit into narrow numbers, which take half the time of wide ones.
    kind = np.uint8 if len(order) < 1 << 8 else np.uint16 if len(order) < 1 << 16 else np.int32
    values = np.zeros((max(right - left, 0), max(bottom - top, 0)), kind).T
    for k, a in enumerate(order, 1):
        if window is None or a.bounds.padded(1).intersection(Box(left, top, right - left, bottom - top)) is not None:
            _lay(values, a.mask(*size), k, left, top)
    return SegmentMap(values.astype(np.int32, copy=False), tuple(a.id for a in order), left, top)


def changed_box(change: ChangeSet, place: tuple[int, int], size: Size, rule: Rule = "top") -> Box | None:
    """Return the box around the pixels of a picture (media, frame) that may have another owner, None for none."""
    found: Box | None = None
    for c in change.of("annotation"):
        pair = [
            r.mask(*size) if isinstance(r, Annotation) and is_segment(r) and (r.media, r.frame) == place else None
            for r in (c.before, c.after)
        ]
        shapes = [m for m in pair if m is not None]
        if len(shapes) == 2 and rule != "small" and _place(c.before) == _place(c.after):
            # The same place in every order: only what is in one of the two shapes can look different.
            shapes = [masks.subtract(*shapes), masks.subtract(*reversed(shapes))]
        for mask in shapes:
            if mask.counts:
                found = mask.bounds if found is None else found.union(mask.bounds)
    return found


def _place(row: object) -> tuple | None:
    """Return what decides where an annotation lies among the others, its area aside."""
    return (row.z, row.score, row.category) if isinstance(row, Annotation) else None


def _lay(values: np.ndarray, mask: Mask, k: int, left: int, top: int) -> None:
    """Write k, the highest number so far, where the mask is; the array begins at (left, top) of the picture."""
    found = _overlap(mask, left, top, values.shape[1], values.shape[0])
    if found is not None:
        (ys, xs), bitmap = found
        np.maximum(values[ys, xs], bitmap.view(np.uint8) * values.dtype.type(k), out=values[ys, xs])


def _overlap(
    mask: Mask, left: int, top: int, width: int, height: int
) -> tuple[tuple[slice, slice], np.ndarray] | None:  # fmt: skip
    """Return (where in a window, bool pixels) of the part of a mask in it, or None."""
    x, y = max(mask.x - left, 0), max(mask.y - top, 0)
    end_x, end_y = min(mask.x + mask.w - left, width), min(mask.y + mask.h - top, height)
    if end_x <= x or end_y <= y or not mask.counts:
        return None
    bitmap = mask.bitmap().view(np.bool_)
    dx, dy = left - mask.x, top - mask.y
    return (slice(y, end_y), slice(x, end_x)), bitmap[y + dy : end_y + dy, x + dx : end_x + dx]


def claimed_twice(rows: Iterable[Annotation], size: Size) -> np.ndarray:
    """Return where several segments claim a pixel: bool (height, width)."""
    width, height = size
    once, twice = (np.zeros((width, height), np.bool_).T for _ in range(2))
    for a in rows:
        found = _overlap(a.mask(width, height), 0, 0, width, height) if is_segment(a) else None
        if found is not None:
            where, bitmap = found
            twice[where] |= once[where] & bitmap
            once[where] |= bitmap
    return twice


def masks_of(values: np.ndarray, x: int = 0, y: int = 0) -> dict[int, Mask]:
    """Return the pixels of each value of a map but 0, by value.

    One pass over the runs of the map, however many segments it has.

    Args:
        values: Integers (h, w).
        x: Column of the picture where the map begins.
        y: Likewise the row.
    """
    height, width = values.shape
    flat = values.ravel(order="F")
    if not flat.size:
        return {}
    starts = np.concatenate(([0], np.flatnonzero(flat[1:] != flat[:-1]) + 1))
    ends = np.concatenate((starts[1:], [flat.size]))
    owners = flat[starts]
    order = np.argsort(owners, kind="stable")
    cuts = np.flatnonzero(np.diff(owners[order])) + 1
    found: dict[int, Mask] = {}
    for part in np.split(order, cuts):
        value = int(owners[part[0]])
        if value:
            runs = np.diff(np.column_stack((starts[part], ends[part])).ravel(), prepend=0)
            mask = masks.from_runs(np.concatenate((runs, [flat.size - ends[part[-1]]])), height, width)
            found[value] = Mask(mask.x + x, mask.y + y, mask.w, mask.h, mask.counts)
    return found


def gaps(values: np.ndarray, x: int = 0, y: int = 0) -> list[Gap]:
    """Return the connected regions of void (8 neighbours), the largest first.

    Args:
        values: Integers (h, w), 0 is void.
        x: Column of the picture where the map begins.
        y: Likewise the row.
    """
    import cv2

    if not values.size:
        return []
    # Columns are contiguous: the components of the transposed map are the same ones.
    void = np.ascontiguousarray((values == 0).T).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(void, connectivity=8)
    found = []
    for k in sorted(range(1, count), key=lambda k: -int(stats[k, cv2.CC_STAT_AREA])):
        top, left, h, w, area = (int(v) for v in stats[k])
        bitmap = (labels[left : left + w, top : top + h] == k).T
        found.append(Gap(masks.from_bitmap(bitmap, left + x, top + y), area))
    return found


def neighbours(found: SegmentMap, gap: Mask) -> list[tuple[int, int]]:
    """Return (annotation, pixels of common border) of what a region touches, the longest border first."""
    near, inside = _around(found, gap)
    rim = ~inside & _grown(inside)
    counts = np.bincount(near[rim], minlength=1)
    order = np.argsort(-counts[1:], kind="stable") + 1
    return [(found.ids[k - 1], int(counts[k])) for k in order.tolist() if counts[k]]


def shared_out(found: SegmentMap, gap: Mask) -> dict[int, Mask]:
    """Return a region cut up among the segments around it: each pixel goes to the nearest one."""
    import cv2

    near, inside = _around(found, gap)
    sources = near > 0
    if not sources.any():
        return {}
    apart = np.ascontiguousarray(~sources).view(np.uint8)
    labels = np.asarray(
        cv2.distanceTransformWithLabels(apart, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1], np.int64
    )
    owner = np.zeros(int(labels.max()) + 1, np.int32)
    owner[labels[sources]] = near[sources]
    given = np.where(inside, owner[labels], 0)
    parts = masks_of(given, gap.x - 1, gap.y - 1)
    return {found.ids[value - 1]: mask for value, mask in parts.items()}


def _around(found: SegmentMap, gap: Mask) -> tuple[np.ndarray, np.ndarray]:
    """Return (map values, whether in the region) of the region's box and one pixel around; 0 beyond the map."""
    inside = masks.window(gap, gap.x - 1, gap.y - 1, gap.w + 2, gap.h + 2).astype(np.bool_)
    near = np.zeros(inside.shape, np.int32)
    left, top = gap.x - 1 - found.x, gap.y - 1 - found.y
    height, width = found.values.shape
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + gap.w + 2, width), min(top + gap.h + 2, height)
    if x1 > x0 and y1 > y0:
        near[y0 - top : y1 - top, x0 - left : x1 - left] = found.values[y0:y1, x0:x1]
    near[inside] = 0
    return near, inside


def _grown(bitmap: np.ndarray) -> np.ndarray:
    """Return a bool array grown by a pixel to all eight sides."""
    wide = bitmap.copy()
    wide[1:] |= bitmap[:-1]
    wide[:-1] |= bitmap[1:]
    tall = wide.copy()
    tall[:, 1:] |= wide[:, :-1]
    tall[:, :-1] |= wide[:, 1:]
    return tall


def findings(
    rows: Sequence[Annotation],
    size: Size,
    categories: Mapping[int, Category],
    rule: Rule = "top",
    found: SegmentMap | None = None,
) -> list[Finding]:
    """Return what stands in the way of a sound panoptic map of one picture; void is not among it.

    Args:
        rows: Of the picture.
        size: Of the picture.
        categories: By id.
        rule: Who gets a pixel that several claim.
        found: The map by that rule, where it is there already.
    """
    found = found or compose(rows, size, rule, categories)
    own = np.bincount(found.values.ravel(order="K"), minlength=len(found.ids) + 1)
    pixels = dict(zip(found.ids, own[1:].tolist()))
    result = list(_losses(rows, size, pixels))
    kinds: dict[tuple[int, bool], list[int]] = {}
    for a in rows:
        if a.review == REJECTED:
            continue
        if a.geometry is None or isinstance(a.geometry, Box):
            result.append(Finding("not a region", (a.id,)))
            continue
        if a.category not in categories:
            result.append(Finding("no class", (a.id,), pixels.get(a.id, 0)))
        elif not categories[a.category].thing and pixels.get(a.id, 0):
            kinds.setdefault((a.category, a.crowd), []).append(a.id)
    result += [Finding("split stuff", tuple(ids), sum(pixels[i] for i in ids)) for ids in kinds.values() if ids[1:]]
    return result


def _losses(rows: Sequence[Annotation], size: Size, pixels: Mapping[int, int]) -> Iterator[Finding]:
    """Yield the segments that keep fewer pixels on the map than they have."""
    width, height = size
    for a in rows:
        if not is_segment(a):
            continue
        mask, kept = a.mask(width, height), pixels.get(a.id, 0)
        inside = pixels_inside(mask, size)
        if not kept:
            yield Finding("empty", (a.id,), inside)
        elif kept < inside:
            yield Finding("overlap", (a.id,), inside - kept)
        if inside < mask.area:
            yield Finding("outside", (a.id,), mask.area - inside)
        if 0 < kept < TINY:
            yield Finding("tiny", (a.id,), kept)


def pixels_inside(mask: Mask, size: Size) -> int:
    """Return how many pixels of a mask lie on the picture."""
    width, height = size
    if mask.x >= 0 and mask.y >= 0 and mask.x + mask.w <= width and mask.y + mask.h <= height:
        return mask.area
    return int(masks.paste(mask, height, width).sum())
