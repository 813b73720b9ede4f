"""Binary masks, run-length encoded and cropped to their box.

The code is COCO's (columns first, first run of zeros), made by pycocotools on the crop only: a mask of 40x30 pixels
costs the same in an 8k picture as in a thumbnail. Full frames exist only where a caller asks for them; sets are
combined as spans (`core.spans`), so that a mask as large as the largest picture costs what its runs cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec
import numpy as np
from pycocotools import mask as coco_mask

from segstudio.core import spans as spans_
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons, ring_points
from segstudio.core.spans import Spans

# pycocotools' own annotations are narrower than what it takes.
_codes: Any = coco_mask.frPyObjects


class Mask(msgspec.Struct, frozen=True, tag="mask", gc=False):
    """A bitmap of w x h pixels whose top left pixel is (x, y) of the picture.

    Args:
        counts: COCO's compressed run lengths of the (h, w) crop. An empty mask has w = h = 0 and no counts.
    """

    x: int
    y: int
    w: int
    h: int
    counts: bytes

    @property
    def bounds(self) -> Box:
        return Box(float(self.x), float(self.y), float(self.w), float(self.h))

    @property
    def area(self) -> int:
        """The number of pixels that are set."""
        if not self.counts:
            return 0
        return int(coco_mask.area({"size": [self.h, self.w], "counts": self.counts}))

    def bitmap(self) -> np.ndarray:
        """Return the crop as a uint8 array of shape (h, w), 0 or 1.

        Raises:
            InputError: The run lengths do not fit its size.
        """
        if not self.counts:
            return np.zeros((self.h, self.w), np.uint8)
        return _expand(self.counts, self.h, self.w)

    def spans(self) -> Spans:
        """Return its pixels as vertical spans, in the picture's coordinates.

        Raises:
            InputError: The run lengths do not fit its size.
        """
        if not self.counts:
            return spans_.NOTHING
        starts, ends = _ranges(_checked(decode_runs(self.counts), self.h, self.w))
        return spans_.of_runs(starts, ends, self.h, self.x, self.y)


EMPTY = Mask(0, 0, 0, 0, b"")
MAX_PIXELS = 2**30  # of a picture; a code that claims more is an error or an attack
_FAR = 2.0**20  # pixels: COCO's rule counts in 32 bits, so that a ring beyond this is cut first


def from_bitmap(bitmap: np.ndarray, x: int = 0, y: int = 0) -> Mask:
    """Return the mask of a 2-D array's non-zero pixels, cropped; (x, y) is the array's place in the picture."""
    set_ = bitmap if bitmap.dtype == np.bool_ else bitmap != 0
    rows = np.flatnonzero(set_.any(axis=1))
    if not len(rows):
        return EMPTY
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(set_[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    crop = np.asfortranarray(set_[top:bottom, left:right].view(np.uint8))
    counts = cast(bytes, coco_mask.encode(crop)["counts"])
    return Mask(x + left, y + top, right - left, bottom - top, counts)


def from_spans(spans: Spans) -> Mask:
    """Return the mask of vertical spans."""
    if not spans:
        return EMPTY
    runs, (left, top, right, bottom) = spans_.to_runs(spans)
    return Mask(left, top, right - left, bottom - top, encode_runs(runs))


def paste(mask: Mask, height: int, width: int) -> np.ndarray:
    """Return a full uint8 frame of shape (height, width); what lies outside is cut off."""
    frame = np.zeros((height, width), np.uint8)
    left, top = max(mask.x, 0), max(mask.y, 0)
    right, bottom = min(mask.x + mask.w, width), min(mask.y + mask.h, height)
    if right > left and bottom > top:
        frame[top:bottom, left:right] = mask.bitmap()[top - mask.y : bottom - mask.y, left - mask.x : right - mask.x]
    return frame


def window(mask: Mask, x: int, y: int, w: int, h: int) -> np.ndarray:
    """Return the part of the mask in the window of w x h pixels at (x, y), uint8 (h, w)."""
    return paste(msgspec.structs.replace(mask, x=mask.x - x, y=mask.y - y), h, w)


def decode_runs(counts: bytes) -> np.ndarray:
    """Return the run lengths (int64) of COCO's compressed counts.

    Raises:
        InputError: The text ends within a number, or holds bytes outside COCO's alphabet.
    """
    codes = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    if not len(codes):
        return np.zeros(0, np.int64)
    more = (codes & 0x20) != 0
    if codes.min() < 0 or codes.max() > 63 or more[-1]:
        raise InputError("The run lengths of this mask are not COCO's compressed form.")
    ends = np.flatnonzero(~more)
    starts = np.concatenate(([0], ends[:-1] + 1))
    if (ends - starts).max() > 8:
        raise InputError("A run length of this mask is out of range.")
    place = np.arange(len(codes)) - np.repeat(starts, ends - starts + 1)
    values = np.add.reduceat((codes & 0x1F) << (5 * place), starts)
    negative = (codes[ends] & 0x10) != 0
    values[negative] -= np.int64(1) << (5 * (ends - starts + 1)[negative])
    # From the fourth run on, each is stored as the difference to the one two before.
    if len(values) > 3:
        odd = values[1::2].cumsum()
        even = values[2::2].cumsum()
        values[1::2], values[2::2] = odd, even
    return values


# The smallest number that needs one group of five bits more, sign included.
_GROUPS = 1 << np.arange(4, 60, 5, dtype=np.int64)


def encode_runs(runs: np.ndarray) -> bytes:
    """Return COCO's compressed counts of run lengths (int64, the first of unset pixels)."""
    values = runs.copy()
    values[3:] -= runs[1:-2]
    count = np.searchsorted(_GROUPS, np.where(values < 0, ~values, values), side="right") + 1
    behind = np.cumsum(count)
    total = int(behind[-1]) if len(behind) else 0
    place = np.arange(total) - np.repeat(behind - count, count)
    codes = (np.repeat(values, count) >> (5 * place)) & 0x1F | 0x20
    codes[behind - 1] &= 0x1F
    return (codes + 48).astype(np.uint8).tobytes()


def _expand(counts: bytes, height: int, width: int) -> np.ndarray:
    """Return compressed counts as a uint8 array of (height, width).

    Not pycocotools' decode, which allocates what a damaged code asks for and trips over numpy's newer array protocol.
    """
    runs = _checked(decode_runs(counts), height, width)
    pixels = np.repeat((np.arange(len(runs)) & 1).astype(np.uint8), runs)
    return pixels.reshape(width, height).T


def _checked(runs: Sequence[int] | np.ndarray, height: int, width: int) -> np.ndarray:
    """Return run lengths as int64 after making sure that they cover height x width pixels."""
    if height < 0 or width < 0 or height * width > MAX_PIXELS:
        raise InputError(f"A mask of {height}x{width} pixels is out of range.")
    try:
        given = np.asarray(runs)
        lengths = given.astype(np.int64)
        whole = given.ndim == 1 and bool((lengths == given).all())
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("The run lengths of this mask are not whole numbers.") from error
    if not whole:
        raise InputError("The run lengths of this mask are not whole numbers.")
    if len(lengths) and lengths.min() < 0:
        raise InputError("This mask has a negative run length.")
    # Without the second test a sum could wrap around.
    total = int(lengths.sum()) if len(lengths) else 0
    if total != height * width or (len(lengths) and lengths.max() > height * width):
        raise InputError(f"The runs of this mask cover {total} pixels, its size {height}x{width} has {height * width}.")
    return lengths


def from_runs(runs: Sequence[int] | np.ndarray, height: int, width: int) -> Mask:
    """Return the cropped mask of full-frame run lengths.

    Raises:
        InputError: Negative runs, or runs that do not add up to height x width.
    """
    return from_spans(spans_.of_runs(*_ranges(_checked(runs, height, width)), height, 0, 0))


def _ranges(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the set runs of checked lengths start and end; those without length are left out."""
    edges = np.concatenate(([0], np.cumsum(lengths)))
    starts, ends = edges[1:-1:2], edges[2::2]
    if not lengths[1:].all():
        keep = ends > starts
        starts, ends = spans_.joined(starts[keep], ends[keep])
    return starts, ends


def from_coco(rle: dict, height: int | None = None, width: int | None = None) -> Mask:
    """Return the cropped mask of a COCO RLE object {"size": [h, w], "counts": text or list}.

    Raises:
        InputError: Its size differs from (height, width) where these are given, or its runs do not fit its size.
    """
    try:
        h, w = (int(v) for v in rle["size"])
        counts = rle["counts"]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError('A run-length code needs "size" [rows, columns] and "counts".') from error
    if (height is not None and h != height) or (width is not None and w != width):
        raise InputError(f"This mask is {h}x{w} pixels (rows x columns) and its picture {height}x{width}.")
    if isinstance(counts, str):
        counts = counts.encode("utf-8", "replace" if counts.isascii() else "surrogatepass")
    runs = decode_runs(counts) if isinstance(counts, bytes) else counts
    return from_runs(runs, h, w)


def to_coco(mask: Mask, height: int, width: int) -> dict:
    """Return the full-frame COCO RLE {"size": [h, w], "counts": text}; what lies outside is cut off."""
    inside = spans_.within(mask.spans(), (0, 0, width, height))
    offset = inside.columns * height
    starts, ends = spans_.joined(offset + inside.tops, offset + inside.bottoms)
    runs = np.diff(np.concatenate(([0], np.column_stack((starts, ends)).ravel(), [height * width])))
    if len(runs) > 1 and runs[-1] == 0:
        runs = runs[:-1]
    return {"size": [height, width], "counts": encode_runs(runs).decode("ascii")}


def from_polygons(shape: Polygons, width: int, height: int) -> Mask:
    """Return the pixels of a polygon region, by COCO's own rule, clipped to a picture of width x height."""
    parts, holes = ([ring_points(r) for r in rings if len(r) >= 6] for rings in (shape.parts, shape.holes))
    if not parts:
        return EMPTY
    points = np.concatenate(parts)
    if not all(np.isfinite(ring).all() for ring in (points, *holes)):
        raise InputError("A vertex of this polygon is not a number.")
    left, top = (max(v, 0) for v in np.floor(np.clip(points.min(axis=0), -1, 2**31)).astype(int).tolist())
    right, bottom = (v + 1 for v in np.ceil(np.clip(points.max(axis=0), -1, 2**31)).astype(int).tolist())
    left, top, right, bottom = max(left - 1, 0), max(top - 1, 0), min(right, width), min(bottom, height)
    if right <= left or bottom <= top:
        return EMPTY
    filled = _fill(parts, left, top, right - left, bottom - top)
    if holes:
        filled = spans_.subtract(filled, _fill(holes, left, top, right - left, bottom - top))
    return from_spans(filled)


def _fill(rings: Iterable[np.ndarray], x: int, y: int, w: int, h: int) -> Spans:
    moved = [ring for ring in (_moved(points, x, y, w, h) for points in rings) if len(ring) >= 6]
    if not moved:
        return spans_.NOTHING
    counts = cast(bytes, coco_mask.merge(_codes(moved, h, w))["counts"])
    return spans_.of_runs(*_ranges(_checked(decode_runs(counts), h, w)), h, x, y)


def _moved(points: np.ndarray, x: int, y: int, w: int, h: int) -> list[float]:
    """Return a ring in the coordinates of the window of w x h pixels at (x, y), for COCO's rule.

    That rule rounds to fifths of a pixel. Rounding before the shift makes the window give the very pixels that the
    whole picture gives; shifting first would move ties.
    """
    if np.abs(points).max() > _FAR:
        points = np.clip(points, -1e100, 1e100)  # so that no product of two of them overflows
        points = _cut(_cut(points, 0, x - 8.0, x + w + 8.0), 1, y - 8.0, y + h + 8.0)
    fifths = np.trunc(5.0 * points + 0.5) - 5.0 * np.array((x, y))
    # Truncation goes towards zero, so that what is left of or above the picture needs a nudge to come out the same.
    return (np.where(fifths < 0, fifths - 0.9, fifths) / 5.0).ravel().tolist()


def _cut(points: np.ndarray, axis: int, low: float, high: float) -> np.ndarray:
    """Return the part of a ring between two lines (Sutherland and Hodgman, 1974)."""
    for sign, limit in ((1.0, low), (-1.0, high)):
        kept: list[np.ndarray] = []
        inside = sign * (points[:, axis] - limit) >= 0 if len(points) else np.zeros(0, bool)
        for i in range(len(points)):
            a, b = points[i - 1], points[i]
            if inside[i - 1] != inside[i]:
                crossing = a + (limit - a[axis]) / (b[axis] - a[axis]) * (b - a)
                crossing[axis] = limit
                kept.append(crossing)
            if inside[i]:
                kept.append(b)
        points = np.array(kept).reshape(-1, 2)
    return points


def from_box(box: Box, width: int, height: int) -> Mask:
    """Return the pixels whose centre lies in the box, clipped to the picture."""
    left, top = max(int(np.ceil(box.x - 0.5)), 0), max(int(np.ceil(box.y - 0.5)), 0)
    right, bottom = min(int(np.ceil(box.right - 0.5)), width), min(int(np.ceil(box.bottom - 0.5)), height)
    return from_spans(spans_.box((left, top, right, bottom)))


def union(*several: Mask) -> Mask:
    """Return the pixels of any."""
    full = [mask for mask in several if mask.counts]
    if len(full) < 2:
        return full[0] if full else EMPTY
    return from_spans(spans_.union([mask.spans() for mask in full]))


def subtract(a: Mask, b: Mask) -> Mask:
    """Return the pixels of `a` that are not in `b`."""
    if not overlap(a, b):
        return a
    return from_spans(spans_.subtract(a.spans(), b.spans()))


def intersect(a: Mask, b: Mask) -> Mask:
    """Return the pixels of both."""
    if not overlap(a, b):
        return EMPTY
    return from_spans(spans_.intersect(a.spans(), b.spans()))


def overlap(a: Mask, b: Mask) -> bool:
    """Return whether the boxes of two masks overlap, so that their pixels may."""
    if not a.counts or not b.counts:
        return False
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def iou(a: Mask, b: Mask) -> float:
    """Return intersection over union, 0 for two empty masks."""
    common = intersect(a, b).area
    total = a.area + b.area - common
    return common / total if total else 0.0
