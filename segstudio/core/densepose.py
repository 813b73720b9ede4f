"""DensePose: which place of the body's surface a pixel shows, as DensePose-COCO writes it down.

The body is cut into 24 charts (fine parts, I); each is a unit square with the coordinates U and V. An annotation has
points with (I, U, V), and 14 coarse parts painted as masks. Both are relative to a box, which is measured in 256 steps
each way: step x lies at `box.x + x * box.w / 256` of the picture, and cell (column j) of a mask covers the steps from j
to j + 1. (The published evaluator divides by 255 instead; at 300 pixels the two differ by one pixel at most.)

Guler, Neverova and Kokkinos, "DensePose: Dense Human Pose Estimation In The Wild", CVPR 2018. What the parts are called
and which swap in a mirror comes from its data format; front, back and the directions of U and V were measured on its
published example pictures.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

GRID = 256  # steps across the box, and cells of a part's mask


class Chart(NamedTuple):
    """One of the 24 charts.

    Args:
        number: 1 to 24, the I of a point.
        name: Left and right are the person's own.
        coarse: Number of the coarse part it belongs to, 1 to 14.
        mirror: The chart of the other side; itself for the torso.
        flips: Which of U and V runs the other way on the mirror chart: "u", "v" or "".
    """

    number: int
    name: str
    coarse: int
    mirror: int
    flips: str


CHARTS = (
    Chart(1, "Torso, back", 1, 1, "v"),
    Chart(2, "Torso, front", 1, 2, "v"),
    Chart(3, "Right hand", 2, 4, "u"),
    Chart(4, "Left hand", 3, 3, "u"),
    Chart(5, "Left foot", 4, 6, "u"),
    Chart(6, "Right foot", 5, 5, "u"),
    Chart(7, "Right upper leg, back", 6, 8, ""),
    Chart(8, "Left upper leg, back", 7, 7, ""),
    Chart(9, "Right upper leg, front", 6, 10, ""),
    Chart(10, "Left upper leg, front", 7, 9, ""),
    Chart(11, "Right lower leg, back", 8, 12, ""),
    Chart(12, "Left lower leg, back", 9, 11, ""),
    Chart(13, "Right lower leg, front", 8, 14, ""),
    Chart(14, "Left lower leg, front", 9, 13, ""),
    Chart(15, "Left upper arm, front", 10, 16, ""),
    Chart(16, "Right upper arm, front", 11, 15, ""),
    Chart(17, "Left upper arm, back", 10, 18, ""),
    Chart(18, "Right upper arm, back", 11, 17, ""),
    Chart(19, "Left lower arm, front", 12, 20, ""),
    Chart(20, "Right lower arm, front", 13, 19, ""),
    Chart(21, "Left lower arm, back", 12, 22, ""),
    Chart(22, "Right lower arm, back", 13, 21, ""),
    Chart(23, "Head, right half", 14, 24, "u"),
    Chart(24, "Head, left half", 14, 23, "u"),
)
COARSE = (
    "Torso",
    "Right hand",
    "Left hand",
    "Left foot",
    "Right foot",
    "Right upper leg",
    "Left upper leg",
    "Right lower leg",
    "Left lower leg",
    "Left upper arm",
    "Right upper arm",
    "Left lower arm",
    "Right lower arm",
    "Head",
)
# By number, with 0 for the background.
COARSE_OF = np.array([0, *(c.coarse for c in CHARTS)], np.uint8)
MIRROR = np.array([0, *(c.mirror for c in CHARTS)], np.uint8)
COARSE_MIRROR = np.array([0, 1, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 14], np.uint8)

NO_MASKS: tuple[Mask, ...] = ()


class Point(NamedTuple):
    """A labelled place of the picture: x, y in pixels, chart `part` (1 to 24), u and v in [0, 1]."""

    x: float
    y: float
    part: float
    u: float
    v: float


class DensePose(msgspec.Struct, frozen=True, omit_defaults=True):
    """The dense pose of one person.

    Args:
        box: What x, y and the masks are relative to, in pixels of the picture. It is the object's bbox when the data is
            read, and stays where it is when the object's shape changes: points keep their place in the picture.
        x: Of each point, in steps of box.w / 256 from the box's left edge.
        y: Likewise from its top edge.
        part: Of each point, the chart: 1 to 24. Whatever number a file says is kept.
        u: Of each point, in [0, 1].
        v: Likewise.
        masks: 14 masks of 256 x 256 cells, one a coarse part, or none at all where nothing is painted.
    """

    box: Box
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    part: tuple[float, ...] = ()
    u: tuple[float, ...] = ()
    v: tuple[float, ...] = ()
    masks: tuple[Mask, ...] = NO_MASKS

    @property
    def count(self) -> int:
        """The number of points."""
        return len(self.x)

    def point(self, index: int) -> Point:
        """Return a point with its place in the picture."""
        x, y = self.to_picture(self.x[index], self.y[index])
        return Point(x, y, self.part[index], self.u[index], self.v[index])

    def points(self) -> np.ndarray:
        """Return all points, float64 (n, 5): x and y in the picture, part, u, v."""
        values = np.array([self.x, self.y, self.part, self.u, self.v], np.float64).T.reshape(-1, 5)
        values[:, 0] = self.box.x + values[:, 0] * self.box.w / GRID
        values[:, 1] = self.box.y + values[:, 1] * self.box.h / GRID
        return values

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """Return the place in the picture of a place in the box's steps."""
        return self.box.x + x * self.box.w / GRID, self.box.y + y * self.box.h / GRID

    def to_box(self, x: float, y: float) -> tuple[float, float]:
        """Return the place in the box's steps of a place in the picture."""
        return (x - self.box.x) * GRID / self.box.w, (y - self.box.y) * GRID / self.box.h

    def part_map(self) -> np.ndarray:
        """Return the coarse parts as a map, uint8 (256, 256): 0 none, 1 to 14; where masks overlap the later shows."""
        result = np.zeros((GRID, GRID), np.uint8)
        for number, mask in enumerate(self.masks, 1):
            if mask.counts:
                result[masks.paste(mask, GRID, GRID) > 0] = number
        return result

    def part_at(self, x: float, y: float) -> int:
        """Return the coarse part painted at a place of the picture, 0 for none."""
        column, row = (int(np.floor(v)) for v in self.to_box(x, y))
        if not self.masks or not (0 <= column < GRID and 0 <= row < GRID):
            return 0
        hit = [n for n, m in enumerate(self.masks, 1) if m.counts and masks.window(m, column, row, 1, 1)[0, 0]]
        return hit[-1] if hit else 0


def chart(part: float) -> Chart | None:
    """Return the chart of a point's part, None for a number that is none of the 24."""
    return CHARTS[int(part) - 1] if part in range(1, len(CHARTS) + 1) else None


def first_chart(coarse: int) -> int:
    """Return the chart of a coarse part that is seen from the front, or its only one."""
    own = [c for c in CHARTS if c.coarse == coarse]
    return next((c.number for c in own if "front" in c.name), own[0].number)


def empty(box: Box) -> DensePose:
    """Return a dense pose without points and masks.

    Raises:
        InputError: The box has no area; nothing can be measured in it.
    """
    if not (box.w > 0 and box.h > 0):
        raise InputError("This object has no area, so nothing can be placed on it.", remedy="Draw its box first.")
    return DensePose(box)


def masks_of(part_map: np.ndarray) -> tuple[Mask, ...]:
    """Return the 14 masks of a map of coarse parts (256, 256); none where the map is empty."""
    present = set(np.unique(part_map).tolist()) - {0}
    if not present:
        return NO_MASKS
    return tuple(masks.from_bitmap(part_map == n) if n in present else masks.EMPTY for n in range(1, len(COARSE) + 1))


def moved(dense: DensePose, dx: float, dy: float) -> DensePose:
    """Return the dense pose moved with its object, by pixels."""
    box = dense.box
    return msgspec.structs.replace(dense, box=Box(box.x + dx, box.y + dy, box.w, box.h))


def rebased(dense: DensePose, box: Box) -> DensePose:
    """Return the same dense pose relative to another box: points and parts keep their place in the picture.

    Points are exact but for the last digit of a float. The cells of the new masks take what the old ones say at their
    centre, so that a border moves by half a cell of the old or the new grid at most, whichever is larger; what lies
    outside the new box is cut off.

    Raises:
        InputError: The box has no area.
    """
    if box == dense.box:
        return dense
    new = empty(box)
    at = dense.points()
    x = (at[:, 0] - box.x) * GRID / box.w
    y = (at[:, 1] - box.y) * GRID / box.h
    parts = NO_MASKS
    if dense.masks:
        columns = _cells(box.x, box.w, dense.box.x, dense.box.w)
        rows = _cells(box.y, box.h, dense.box.y, dense.box.h)
        parts = tuple(_picked(m, rows, columns) for m in dense.masks)
    return msgspec.structs.replace(
        new, x=tuple(x.tolist()), y=tuple(y.tolist()), part=dense.part, u=dense.u, v=dense.v, masks=parts
    )


def _cells(start: float, size: float, old_start: float, old_size: float) -> np.ndarray:
    """Return the old cell, GRID for none, under the centre of each new cell along one axis."""
    at = start + (np.arange(GRID) + 0.5) * size / GRID
    old = np.floor((at - old_start) * GRID / old_size)
    return np.where((old >= 0) & (old < GRID), old, GRID).astype(np.intp)


def _picked(mask: Mask, rows: np.ndarray, columns: np.ndarray) -> Mask:
    if not mask.counts:
        return masks.EMPTY
    return masks.from_bitmap(masks.paste(mask, GRID + 1, GRID + 1)[np.ix_(rows, columns)])


def cells_of(dense: DensePose, stroke: Mask) -> Mask:
    """Return the cells of the box's grid that a mask in the picture touches, as a mask of 256 x 256 cells.

    A cell counts when a pixel's centre lies in it, or its centre in a pixel: so no stroke falls through the grid,
    whichever of the two is finer.
    """
    bitmap = stroke.bitmap().astype(bool)
    hit = np.zeros((GRID + 1, GRID + 1), bool)
    ys, xs = np.nonzero(bitmap)
    columns, rows = (
        _index(stroke.x + 0.5 + xs, dense.box.x, dense.box.w),
        _index(stroke.y + 0.5 + ys, dense.box.y, dense.box.h),
    )
    hit[rows, columns] = True
    across = np.floor(dense.box.x + (np.arange(GRID) + 0.5) * dense.box.w / GRID).astype(np.intp) - stroke.x
    down = np.floor(dense.box.y + (np.arange(GRID) + 0.5) * dense.box.h / GRID).astype(np.intp) - stroke.y
    padded = np.zeros((stroke.h + 1, stroke.w + 1), bool)
    padded[:-1, :-1] = bitmap
    across = np.where((across >= 0) & (across < stroke.w), across, stroke.w)
    down = np.where((down >= 0) & (down < stroke.h), down, stroke.h)
    hit[:GRID, :GRID] |= padded[np.ix_(down, across)]
    return masks.from_bitmap(hit[:GRID, :GRID])


def _index(at: np.ndarray, start: float, size: float) -> np.ndarray:
    cells = np.floor((at - start) * GRID / size)
    return np.where((cells >= 0) & (cells < GRID), cells, GRID).astype(np.intp)


def in_picture(dense: DensePose, part_map: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Return a map of cells as pixels of the picture, with the column and row of its first pixel.

    A pixel takes the cell under its centre.

    Args:
        dense: Whose box the map lies in.
        part_map: Any type, (256, 256).
    """
    left, top, right, bottom = dense.box.pixels()
    columns = _index(np.arange(left, right) + 0.5, dense.box.x, dense.box.w)
    rows = _index(np.arange(top, bottom) + 0.5, dense.box.y, dense.box.h)
    padded = np.zeros((GRID + 1, GRID + 1), part_map.dtype)
    padded[:GRID, :GRID] = part_map
    return padded[np.ix_(rows, columns)], left, top


def mirrored_uv(part: float, u: float, v: float) -> tuple[int, float, float]:
    """Return the chart and the coordinates of the place on the other side of the body.

    The published symmetry is a table that is not part of its code; this is its rule of thumb: the charts of the two
    sides have the same shape, those of hands, feet and head with U the other way, the torso's with V the other way.
    """
    known = chart(part)
    if known is None:
        raise InputError(f"{part:g} is none of the 24 parts.")
    return known.mirror, 1.0 - u if known.flips == "u" else u, 1.0 - v if known.flips == "v" else v


def lookup_uv(tables: tuple[np.ndarray, np.ndarray], part: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the mirrored coordinates (2, n) by the published symmetry tables.

    Args:
        tables: New u and new v, each (24, 256, 256), read at [old part - 1, v * 255, u * 255] rounded down.
        part: (n,) in 1 to 24.
        u: (n,) in [0, 1].
        v: Likewise.
    """
    index = part.astype(np.intp) - 1
    # In float32, as the published code multiplies: 0.29 * 255 rounds down to another number in float64.
    rows, columns = ((w.astype(np.float32) * np.float32(255)).astype(np.intp) for w in (v, u))
    return np.stack([table[index, rows, columns] for table in tables])


def flipped(dense: DensePose, width: float, tables: tuple[np.ndarray, np.ndarray] | None = None) -> DensePose:
    """Return the dense pose of the picture mirrored left to right.

    Args:
        dense: Its parts must be among the 24.
        width: Of the picture, in pixels.
        tables: The published symmetry, as for `lookup_uv`; without it the rule of `mirrored_uv`.
    """
    box = Box(width - dense.box.right, dense.box.y, dense.box.w, dense.box.h)
    other = swapped(dense, tables)
    parts = tuple(
        m if not m.counts else masks.from_bitmap(m.bitmap()[:, ::-1], GRID - m.x - m.w, m.y) for m in other.masks
    )
    return msgspec.structs.replace(other, box=box, x=tuple(GRID - x for x in dense.x), masks=parts)


def swapped(dense: DensePose, tables: tuple[np.ndarray, np.ndarray] | None = None) -> DensePose:
    """Return the dense pose with left and right exchanged, every point and part where it is.

    Args:
        dense: Points whose part is none of the 24 stay as they are.
        tables: The published symmetry, as for `lookup_uv`; without it the rule of `mirrored_uv`.
    """
    part, u, v = list(dense.part), list(dense.u), list(dense.v)
    known = [i for i in range(dense.count) if chart(part[i]) is not None]
    if tables is not None and known:
        found = lookup_uv(tables, *(np.array([w[i] for i in known]) for w in (part, u, v)))
        for i, new_u, new_v in zip(known, *found.tolist()):
            part[i], u[i], v[i] = float(MIRROR[int(part[i])]), new_u, new_v
    else:
        for i in known:
            new, u[i], v[i] = mirrored_uv(part[i], u[i], v[i])
            part[i] = float(new)
    return msgspec.structs.replace(dense, part=tuple(part), u=tuple(u), v=tuple(v), masks=_swapped_masks(dense))


def _swapped_masks(dense: DensePose) -> tuple[Mask, ...]:
    if not dense.masks:
        return dense.masks
    shown = dense.part_map()
    if sum(m.area for m in dense.masks) > np.count_nonzero(shown):
        # Where two overlap the later number shows, and the numbers change: what is seen must stay.
        return masks_of(COARSE_MIRROR[shown])
    return tuple(dense.masks[n - 1] for n in COARSE_MIRROR[1:].tolist())
