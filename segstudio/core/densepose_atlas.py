"""The atlas of the 24 charts: a body seen from the front and one from behind, drawn of patches with U and V on them.

A patch is a part of a chart between two curved sides, with level rows between them. Its place is in units of a head
beside the middle of its figure, y down from the top of the head; the body stands with its palms to the front, so the
person's right is at the left of the front figure and at the right of the other. Which way U and V run over each patch
was measured on the published example pictures. The drawing is ours.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

HEIGHT = 7.0  # of a figure, in heads
HALF = 2.2  # of its width
_HAIR = 1e-9  # what rounding may add
FRONT, BACK = -2.3, 2.3  # where the middles of the two figures are


class Patch(NamedTuple):
    """A part of a chart on one of the figures.

    Args:
        chart: 1 to 24.
        back: Whether it lies on the figure that is seen from behind.
        top, bottom: Its first and last row.
        left, right: x of its sides at rows spaced evenly from the first to the last.
        u, v: Which way they run: "s" along a row, "t" down the rows, with their values at the start and the end.
    """

    chart: int
    back: bool
    top: float
    bottom: float
    left: np.ndarray
    right: np.ndarray
    u: tuple[str, float, float]
    v: tuple[str, float, float]

    def place(self, u: float, v: float) -> tuple[float, float] | None:
        """Return x, y of a place on the chart; None where this patch does not have it."""
        at = {axis: (value - start) / (end - start) for (axis, start, end), value in ((self.u, u), (self.v, v))}
        if not all(-_HAIR <= w <= 1 + _HAIR for w in at.values()):
            return None
        left, right = self._sides(at["t"])
        return left + at["s"] * (right - left), self.top + at["t"] * (self.bottom - self.top)

    def coordinates(self, x: float, y: float) -> tuple[float, float] | None:
        """Return u, v at a place of the drawing; None beside the patch."""
        t = (y - self.top) / (self.bottom - self.top)
        if not 0 <= t <= 1:
            return None
        left, right = self._sides(t)
        s = (x - left) / (right - left)
        if not -_HAIR <= s <= 1 + _HAIR:
            return None
        at = {"s": min(max(s, 0.0), 1.0), "t": t}
        u, v = (start + at[axis] * (end - start) for axis, start, end in (self.u, self.v))
        return u, v

    def outline(self, rows: int = 25) -> np.ndarray:
        """Return its border as points (2 * rows, 2)."""
        t = np.linspace(0, 1, rows)
        y = self.top + t * (self.bottom - self.top)
        left, right = self._sides(t)
        return np.concatenate([np.column_stack([left, y]), np.column_stack([right, y])[::-1]])

    def _sides(self, t):
        rows = np.linspace(0, 1, len(self.left))
        return np.interp(t, rows, self.left), np.interp(t, rows, self.right)


# The person's right half on the front figure: rows, then the outer and the inner side, x to the left of the middle.
_HEAD = (0.0, 1.14, (0.22, 0.42, 0.5, 0.52, 0.49, 0.42, 0.32, 0.24), (0.0, 0.0))
_UPPER_ARM = (1.5, 2.72, (1.12, 1.4, 1.48, 1.54, 1.6, 1.66), (0.98, 1.02, 1.06, 1.1, 1.18, 1.28))
_LOWER_ARM = (2.77, 3.86, (1.68, 1.78, 1.82, 1.83, 1.84), (1.3, 1.38, 1.44, 1.5, 1.56))
_HAND = (3.91, 4.78, (1.9, 2.16, 2.18, 2.08, 1.86), (1.5, 1.42, 1.44, 1.52, 1.64))
_UPPER_LEG = (3.55, 5.02, (0.94, 0.97, 0.9, 0.8, 0.7), (0.03, 0.07, 0.12, 0.17, 0.2))
_LOWER_LEG = (5.07, 6.24, (0.68, 0.74, 0.7, 0.56, 0.46), (0.2, 0.14, 0.16, 0.2, 0.22))
_FOOT = (6.29, 6.98, (0.48, 0.6, 0.72, 0.76, 0.66), (0.2, 0.18, 0.16, 0.16, 0.22))
_TORSO = (0.3, 0.52, 0.98, 1.0, 0.95, 0.88, 0.8, 0.74, 0.74, 0.8, 0.88, 0.94, 0.95)

# (row of sides, chart on the person's right, on the left, back, U on the right, V on the right); the left mirrors both.
# On the front figure "s" runs from the right side's outer edge inwards, on the other from its inner edge outwards.
_PAIRS = (
    (_HEAD, 23, 24, False, ("s", 0.4, 1.0), ("t", 1.0, 0.0)),
    (_HEAD, 23, 24, True, ("s", 0.0, 0.4), ("t", 1.0, 0.0)),
    (_UPPER_ARM, 16, 15, False, ("t", 0.0, 1.0), ("s", 1.0, 0.0)),
    (_UPPER_ARM, 18, 17, True, ("t", 0.0, 1.0), ("s", 0.0, 1.0)),
    (_LOWER_ARM, 20, 19, False, ("t", 1.0, 0.0), ("s", 0.0, 1.0)),
    (_LOWER_ARM, 22, 21, True, ("t", 0.0, 1.0), ("s", 1.0, 0.0)),
    (_HAND, 3, 4, False, ("s", 1.0, 0.5), ("t", 0.0, 1.0)),
    (_HAND, 3, 4, True, ("s", 0.5, 0.0), ("t", 0.0, 1.0)),
    (_UPPER_LEG, 9, 10, False, ("t", 1.0, 0.0), ("s", 0.0, 1.0)),
    (_UPPER_LEG, 7, 8, True, ("t", 0.0, 1.0), ("s", 0.0, 1.0)),
    (_LOWER_LEG, 13, 14, False, ("t", 0.0, 1.0), ("s", 1.0, 0.0)),
    (_LOWER_LEG, 11, 12, True, ("t", 1.0, 0.0), ("s", 0.0, 1.0)),
    (_FOOT, 6, 5, False, ("t", 1.0, 0.0), ("s", 1.0, 0.0)),
)
_FLIPPED_U = (3, 6, 23)  # of the right side: the left's U runs the other way


def _curve(values: tuple[float, ...]) -> np.ndarray:
    return np.array(values, np.float64)


def _patches() -> tuple[Patch, ...]:
    torso, top, bottom = _curve(_TORSO), 1.18, 3.5
    made = [
        Patch(2, False, top, bottom, FRONT - torso, FRONT + torso, ("t", 0.0, 1.0), ("s", 1.0, 0.0)),
        Patch(1, True, top, bottom, BACK - torso, BACK + torso, ("t", 0.0, 1.0), ("s", 0.0, 1.0)),
    ]
    for (top, bottom, outer, inner), right, left, back, u, v in _PAIRS:
        rows = np.linspace(0, 1, max(len(outer), len(inner)))
        far, near = (np.interp(rows, np.linspace(0, 1, len(w)), _curve(w)) for w in (outer, inner))
        other_u = (u[0], 1 - u[1], 1 - u[2]) if right in _FLIPPED_U else u
        other_u, other_v = (w if w[0] == "t" else (w[0], w[2], w[1]) for w in (other_u, v))
        middle = BACK if back else FRONT
        sides = (middle - far, middle - near), (middle + near, middle + far)
        # The person's right: at the left of the front figure, at the right of the other.
        made.append(Patch(right, back, top, bottom, *sides[back], u, v))
        made.append(Patch(left, back, top, bottom, *sides[not back], other_u, other_v))
    return tuple(made)


PATCHES = _patches()


def places(chart: int, u: float, v: float) -> list[tuple[float, float]]:
    """Return where the drawing shows a place of a chart; usually one place, on a seam between patches two."""
    found = (p.place(min(max(u, 0.0), 1.0), min(max(v, 0.0), 1.0)) for p in PATCHES if p.chart == chart)
    return [place for place in found if place is not None]


def at(x: float, y: float) -> tuple[int, float, float] | None:
    """Return (chart, u, v) at a place of the drawing; None beside the bodies."""
    for patch in PATCHES:
        found = patch.coordinates(x, y)
        if found is not None:
            return patch.chart, *found
    return None


def turned(chart: int) -> Patch:
    """Return the chart as a whole square of side 1, turned the way it lies on the body (from the front if it can)."""
    own = next(p for p in PATCHES if p.chart == chart)
    u, v = ((axis, *((0.0, 1.0) if start < end else (1.0, 0.0))) for axis, start, end in (own.u, own.v))
    return own._replace(top=0.0, bottom=1.0, left=np.zeros(2), right=np.ones(2), u=u, v=v)
