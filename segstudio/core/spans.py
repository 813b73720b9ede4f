"""Pixels as vertical spans: set operations, borders and outlines that cost what the runs cost, not the pixels.

A mask of 20,000 x 20,000 pixels is 400 MB as a bitmap and some 20,000 spans as a blob. Spans are COCO's runs cut at the
column ends, in the picture's coordinates, so that masks of different boxes can be compared without unpacking them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

# left, top, right, bottom in whole pixels; right and bottom are outside.
Window = tuple[int, int, int, int]


class Spans(NamedTuple):
    """Pixels of a picture. Sorted by column, then top; within a column, spans neither meet nor touch.

    Args:
        columns: int64 (n,): x.
        tops: int64 (n,): y of the first pixel.
        bottoms: int64 (n,): y behind the last pixel.
    """

    columns: np.ndarray
    tops: np.ndarray
    bottoms: np.ndarray

    def __bool__(self) -> bool:
        return len(self.columns) > 0

    @property
    def area(self) -> int:
        """The number of pixels."""
        return int((self.bottoms - self.tops).sum())

    @property
    def window(self) -> Window:
        """The smallest window around all pixels; (0, 0, 0, 0) without any."""
        if not self:
            return 0, 0, 0, 0
        left, right = int(self.columns[0]), int(self.columns[-1]) + 1
        return left, int(self.tops.min()), right, int(self.bottoms.max())


_NONE = np.zeros(0, np.int64)
NOTHING = Spans(_NONE, _NONE, _NONE)


def around(a: Window, b: Window) -> Window:
    """Return the smallest window around both; one without area counts for nothing."""
    if a[2] <= a[0] or a[3] <= a[1]:
        return b
    if b[2] <= b[0] or b[3] <= b[1]:
        return a
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def grown(window: Window) -> Window:
    """Return a window with a pixel more on each side."""
    left, top, right, bottom = window
    return left - 1, top - 1, right + 1, bottom + 1


def of_runs(starts: np.ndarray, ends: np.ndarray, height: int, x: int, y: int) -> Spans:
    """Return runs of set pixels as spans.

    Args:
        starts, ends: int64 (n,): places in a box of `height` rows, counted down its columns; ascending, ends are
            outside, and no run begins where the one before ends.
        height: Of the box.
        x, y: Its top left pixel.
    """
    first, last = starts // height, (ends - 1) // height
    count = last - first + 1
    columns, tops, bottoms = first, starts - first * height, ends - last * height
    if len(starts) and count.max() > 1:
        # A run over several columns: each but the first begins at the top, each but the last goes to the bottom.
        behind = np.cumsum(count)
        columns = np.arange(behind[-1]) - np.repeat(behind - count - first, count)
        tall_tops, tall_bottoms = np.zeros(behind[-1], np.int64), np.full(behind[-1], height)
        tall_tops[behind - count], tall_bottoms[behind - 1] = tops, bottoms
        tops, bottoms = tall_tops, tall_bottoms
    return Spans(columns + x, tops + y, bottoms + y)


def of_bitmap(bitmap: np.ndarray, x: int = 0, y: int = 0) -> Spans:
    """Return the set pixels of a bool (h, w) bitmap whose top left pixel is (x, y)."""
    height, width = bitmap.shape
    flat = np.zeros(width * (height + 1) + 1, np.int8)
    # Column by column, with an unset pixel before each.
    flat[1:].reshape(width, height + 1)[:, :-1] = bitmap.T
    edges = np.flatnonzero(np.diff(flat))
    starts, ends = edges[0::2], edges[1::2]
    columns = starts // (height + 1)
    offset = columns * (height + 1) - y
    return Spans(columns + x, starts - offset, ends - offset)


def joined(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ascending runs with those made one that meet."""
    apart = starts[1:] != ends[:-1]
    edge = np.ones(min(len(starts), 1), bool)
    return starts[np.concatenate((edge, apart))], ends[np.concatenate((apart, edge))]


def to_runs(spans: Spans) -> tuple[np.ndarray, Window]:
    """Return (COCO's run lengths of the smallest box, int64, the first of unset pixels; that box)."""
    left, top, right, bottom = box = spans.window
    if not spans:
        return _NONE, box
    height = bottom - top
    offset = (spans.columns - left) * height - top
    starts, ends = joined(offset + spans.tops, offset + spans.bottoms)
    edges = np.empty(2 * len(starts) + 2, np.int64)
    edges[0], edges[1:-1:2], edges[2:-1:2], edges[-1] = 0, starts, ends, (right - left) * height
    runs = np.diff(edges)
    return (runs if runs[-1] else runs[:-1]), box


def box(window: Window) -> Spans:
    """Return all pixels of a window."""
    left, top, right, bottom = window
    if right <= left or bottom <= top:
        return NOTHING
    n = right - left
    return Spans(np.arange(left, right), np.full(n, top), np.full(n, bottom))


def shifted(spans: Spans, dx: int, dy: int = 0) -> Spans:
    """Return the pixels moved."""
    return Spans(spans.columns + dx, spans.tops + dy, spans.bottoms + dy)


def union(several: Sequence[Spans]) -> Spans:
    """Return the pixels of any."""
    line = _Line(several)
    starts, ends = np.concatenate([line.starts(s) for s in several]), np.concatenate([line.ends(s) for s in several])
    if not len(starts):
        return NOTHING
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    apart = starts[1:] > ends[:-1]
    return line.spans(starts[np.concatenate(([True], apart))], ends[np.concatenate((apart, [True]))])


def intersect(a: Spans, b: Spans) -> Spans:
    """Return the pixels of both."""
    line = _Line((a, b))
    return line.spans(*_common(line.starts(a), line.ends(a), line.starts(b), line.ends(b)))


def subtract(a: Spans, b: Spans) -> Spans:
    """Return the pixels of `a` that `b` lacks."""
    if not a or not b:
        return a
    line = _Line((a, b))
    # The gaps of b.
    starts, ends = np.concatenate(([-1], line.ends(b))), np.concatenate((line.starts(b), [line.end]))
    return line.spans(*_common(line.starts(a), line.ends(a), starts, ends))


def odd(several: Sequence[Spans]) -> Spans:
    """Return the pixels that an odd number of them have."""
    line = _Line(several)
    # Where two edges meet nothing changes.
    edges = np.concatenate([line.starts(s) for s in several] + [line.ends(s) for s in several])
    places, count = np.unique(edges, return_counts=True)
    places = places[count % 2 == 1]
    return line.spans(places[0::2], places[1::2])


def pieces(spans: Spans, *, corners: bool) -> np.ndarray:
    """Return for each span the number of the connected piece that it belongs to, int64 (n,), 0, 1, 2, ...

    Args:
        corners: Whether pixels that meet at a corner only are connected.
    """
    n = len(spans.columns)
    line = _Line((spans,))
    starts, ends = line.starts(spans), line.ends(spans)
    # Spans of the next column that touch: they end after this one begins and begin before it ends.
    first = np.searchsorted(ends, starts + line.stride - corners, side="right")
    last = np.searchsorted(starts, ends + line.stride + corners, side="left")
    count = np.maximum(last - first, 0)
    behind = np.cumsum(count)
    one = np.repeat(np.arange(n), count)
    other = np.arange(behind[-1] if n else 0) + np.repeat(first - behind + count, count)
    # Of another column, where this one's pixels reach the end of theirs.
    near = spans.columns[other] == spans.columns[one] + 1
    return np.unique(_roots(n, one[near], other[near]), return_inverse=True)[1]


def _roots(n: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the lowest number that each of n numbers is connected with, by pairs of connected ones."""
    root = np.arange(n)
    while True:
        a, b = root[one], root[other]
        if (a == b).all():
            return root
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while (root != root[root]).any():
            root = root[root]


def chosen(spans: Spans, keep: np.ndarray) -> Spans:
    """Return those spans for which a bool (n,) array holds."""
    return Spans(*(values[keep] for values in spans))


class _Line:
    """All columns one behind the other, with a gap of a pixel, so that a pixel is one number."""

    def __init__(self, several: Sequence[Spans]) -> None:
        windows = [s.window for s in several if s] or [(0, 0, 0, 0)]
        self.left, self.top = min(w[0] for w in windows), min(w[1] for w in windows)
        self.stride = max(w[3] for w in windows) - self.top + 1
        self.end = (max(w[2] for w in windows) - self.left + 1) * self.stride

    def starts(self, spans: Spans) -> np.ndarray:
        return (spans.columns - self.left) * self.stride + spans.tops - self.top

    def ends(self, spans: Spans) -> np.ndarray:
        return (spans.columns - self.left) * self.stride + spans.bottoms - self.top

    def spans(self, starts: np.ndarray, ends: np.ndarray) -> Spans:
        columns = starts // self.stride
        offset = columns * self.stride - self.top
        return Spans(columns + self.left, starts - offset, ends - offset)


def _common(
    starts: np.ndarray, ends: np.ndarray, others: np.ndarray, other_ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where two sets of runs overlap; within a set they are ascending and apart."""
    places = np.concatenate((starts, others, ends, other_ends))
    step = np.ones(len(places), np.int8)
    step[len(starts) + len(others) :] = -1
    order = np.argsort(places, kind="stable")
    places, depth = places[order], np.cumsum(step[order], dtype=np.int32)
    both = np.flatnonzero(depth[:-1] == 2) if len(depth) else _NONE
    first, last = places[both], places[both + 1]
    full = last > first
    return first[full], last[full]


def patched(a: Spans, b: Spans, operation: Callable[[Spans, Spans], Spans]) -> Spans:
    """Return an operation on `a` and `b` that changes no columns but those `b` has; others are not looked at."""
    if not b:
        return a
    first, last = np.searchsorted(a.columns, (b.columns[0], b.columns[-1] + 1))
    changed = operation(Spans(*(values[first:last] for values in a)), b)
    parts = zip(a, changed, strict=True)
    return Spans(*(np.concatenate((old[:first], new, old[last:])) for old, new in parts))


def same(a: Spans, b: Spans) -> bool:
    """Return whether they are the same pixels."""
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def border(spans: Spans) -> Spans:
    """Return the pixels with one of their four neighbours outside."""
    tops, bottoms = spans.tops + 1, spans.bottoms - 1
    deep = bottoms > tops
    inner = Spans(spans.columns[deep], tops[deep], bottoms[deep])
    for dx in (-1, 1):
        inner = intersect(inner, shifted(spans, dx))
    return subtract(spans, inner)


def pixels(spans: Spans) -> tuple[np.ndarray, np.ndarray]:
    """Return (ys, xs) of all pixels, int64, column by column."""
    count = spans.bottoms - spans.tops
    behind = np.cumsum(count)
    total = int(behind[-1]) if len(behind) else 0
    return np.arange(total) + np.repeat(spans.tops - behind + count, count), np.repeat(spans.columns, count)


def outline(spans: Spans) -> np.ndarray:
    """Return the lines between these pixels and the others, float64 (n, 4): straight runs x0, y0, x1, y1."""
    if not spans:
        return np.zeros((0, 4))
    moved = shifted(spans, 1)
    steep = union([subtract(spans, moved), subtract(moved, spans)])
    ys, xs = np.concatenate((spans.tops, spans.bottoms)), np.tile(spans.columns, 2)
    order = np.lexsort((xs, ys))
    ys, xs = ys[order], xs[order]
    apart = (ys[1:] != ys[:-1]) | (xs[1:] != xs[:-1] + 1)
    first, last = np.concatenate(([True], apart)), np.concatenate((apart, [True]))
    level = np.stack((xs[first], ys[first], xs[last] + 1, ys[last]), axis=1)
    upright = np.stack((steep.columns, steep.tops, steep.columns, steep.bottoms), axis=1)
    return np.concatenate((level, upright)).astype(np.float64)


def within(spans: Spans, window: Window) -> Spans:
    """Return the pixels inside a window."""
    left, top, right, bottom = window
    first, last = np.searchsorted(spans.columns, (left, right))
    columns, tops, bottoms = (values[first:last] for values in spans)
    tops, bottoms = np.maximum(tops, top), np.minimum(bottoms, bottom)
    full = bottoms > tops
    return Spans(columns[full], tops[full], bottoms[full])


def bitmap(spans: Spans, window: Window, step: int = 1) -> np.ndarray:
    """Return the pixels of a window as a bitmap, of each `step` x `step` only the top left one.

    Args:
        window: Its left and top are multiples of `step`.

    Returns:
        bool (ceil(height / step), ceil(width / step)).
    """
    left, top, right, bottom = window
    columns, tops, bottoms = within(spans, window)
    height, width = -(-(bottom - top) // step), -(-(right - left) // step)
    columns, tops, bottoms = columns - left, tops - top, bottoms - top
    if step > 1:
        kept = columns % step == 0
        columns, tops, bottoms = columns[kept] // step, -(-tops[kept] // step), -(-bottoms[kept] // step)
        kept = bottoms > tops
        columns, tops, bottoms = columns[kept], tops[kept], bottoms[kept]
    if len(columns) <= width and (len(columns) < 2 or (columns[1:] > columns[:-1]).all()):
        # One span a column, as blobs have it.
        first, last = np.zeros((2, width), np.int32)
        first[columns], last[columns] = tops, bottoms
        rows = np.arange(height, dtype=np.int32)[:, None]
        return (rows >= first) & (rows < last)
    change = np.zeros((height + 1, width), np.int8)
    change[tops, columns] = 1
    # Where rows are left out, a span may end where the next one begins.
    change[bottoms, columns] -= 1
    return np.cumsum(change[:-1], axis=0, dtype=np.int8).view(np.bool_)


def tiles(spans: Spans, side: int) -> list[Window]:
    """Return the windows of a grid of `side` pixels that hold some of the pixels, each cut to where these can be."""
    if not spans:
        return []
    left, top, right, bottom = spans.window
    across, down = left // side, top // side
    touched = np.zeros((bottom // side - down + 2, right // side - across + 1), np.int32)
    place = spans.columns // side - across
    np.add.at(touched, (spans.tops // side - down, place), 1)
    np.add.at(touched, ((spans.bottoms - 1) // side - down + 1, place), -1)
    places = np.argwhere(np.cumsum(touched, axis=0) > 0)
    return [
        (max(x, left), max(y, top), min(x + side, right), min(y + side, bottom))
        for y, x in ((places + np.array((down, across))) * side).tolist()
    ]


def holds(spans: Spans, x: int, y: int) -> bool:
    """Return whether a pixel is one of them."""
    first, last = np.searchsorted(spans.columns, (x, x + 1))
    place = int(np.searchsorted(spans.tops[first:last], y, side="right")) - 1
    return place >= 0 and bool(y < spans.bottoms[first + place])
