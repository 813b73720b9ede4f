"""From a mask to the polygons along its pixel borders, without drift.

The usual contour runs through pixel centres and loses half a pixel on each side. This one runs along the borders
between pixels, so that every vertex is a whole number and COCO's rule fills the very pixels that it was traced from.
"""

from __future__ import annotations

import numpy as np

from segstudio.core.geometry import Polygons, ring_from_points
from segstudio.core.masks import Mask
from segstudio.core.regions import without_islands
from segstudio.core.spans import Spans


def trace(mask: Mask) -> Polygons:
    """Return the region of a mask as polygons: `masks.from_polygons` of them is the mask again.

    Every ring is simple, turns at each vertex, and begins at its topmost, then leftmost vertex. Pixels that meet at a
    corner only are parts of their own. An island within a hole belongs to the hole's ring, which runs to it and back
    along a vertical line, since holes are taken from all parts at once.

    It costs what the mask's runs cost, not its pixels.

    Raises:
        InputError: The mask's run lengths do not fit its size.
    """
    found = mask.spans()
    if not found:
        return Polygons(())
    corners, across, opening = _corners(found)
    parts: list[np.ndarray] = []
    holes: list[np.ndarray] = []
    for loop in _loops(corners, across):
        # At a loop's first corner its inside lies to the south-east, where a region begins or ends.
        (parts if opening[loop[0]] else holes).append(corners[loop])
    parts, holes = without_islands(parts, holes)
    return Polygons(tuple(map(ring_from_points, parts)), tuple(map(ring_from_points, holes)))


def _corners(found: Spans) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the border turns.

    Corners 2k and 2k + 1 are joined by a level line. Where two pixels meet at a corner only there are two corners.

    Returns:
        The corners, int64 (n, 2) from the top; for each the number of the one above or below it; and whether the
        column of pixels to its right begins there.
    """
    x = np.concatenate((found.columns, found.columns, found.columns + 1, found.columns + 1))
    y = np.concatenate((found.tops, found.bottoms, found.tops, found.bottoms))
    n = len(found.columns)
    # Ends of columns, as seen from the left (the column lies to the right) and from the right.
    begins = np.tile(np.repeat((True, False), n), 2)
    right = np.repeat((True, False), 2 * n)
    order = np.lexsort((right, x, y))
    x, y, begins, right = x[order], y[order], begins[order], right[order]
    with_next = np.zeros(4 * n, bool)
    with_next[:-1] = (x[1:] == x[:-1]) & (y[1:] == y[:-1])
    # The border goes straight on where both columns begin or end.
    straight = with_next & (begins == np.roll(begins, -1))
    keep = ~(straight | np.roll(straight, 1))
    x, y, begins, right, first = (v[keep] for v in (x, y, begins, right, with_next))
    # Of two corners at one place the first ends the line from the left. The border goes on up from the one whose
    # column ends there, and down from the one whose column begins, so that it stays with one of the two pixels.
    order = np.lexsort((begins, y, x))
    across = np.empty(len(x), np.int64)
    across[order] = order[np.arange(len(order)) ^ 1]
    opening = np.where(right, begins, np.roll(begins, -1) & first)
    return np.column_stack((x, y)), across, opening


def _loops(corners: np.ndarray, across: np.ndarray) -> list[np.ndarray]:
    """Return the border's simple loops as numbers of corners, each from its topmost, then leftmost corner."""
    following = across[np.arange(len(across)) ^ 1].tolist()
    twice = np.zeros(len(corners), bool)
    twice[1:] = (corners[1:] == corners[:-1]).all(axis=1)
    places = np.cumsum(~twice)
    left = np.ones(len(corners), bool).tolist()
    loops: list[np.ndarray] = []
    for start in range(0, len(corners), 2):
        if not left[start]:
            continue
        at, path = start, []
        while left[at]:
            left[at] = left[at ^ 1] = False
            path += (at, at ^ 1)
            at = following[at]
        loop = np.array(path)
        keys = places[loop]
        loops += [loop] if len(np.unique(keys)) == len(keys) else _split(loop, keys)
    return loops


def _split(loop: np.ndarray, keys: np.ndarray) -> list[np.ndarray]:
    """Return a loop that touches itself as the simple loops between its touches; equal keys are equal places."""
    found: list[np.ndarray] = []
    path: list[int] = []
    at: dict[int, int] = {}
    for i, key in enumerate(keys.tolist()):
        if key in at:
            begin = at[key]
            found.append(loop[path[begin:]])
            for j in path[begin:]:
                at.pop(int(keys[j]), None)
            del path[begin:]
        at[key] = len(path)
        path.append(i)
    found.append(loop[path])
    # Corners are numbered from the top.
    return [np.roll(part, -int(np.argmin(part))) for part in found]
