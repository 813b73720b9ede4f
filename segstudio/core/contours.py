"""From a mask to the polygons along its pixel borders, without drift.

The usual contour runs through pixel centres and loses half a pixel on each side. This one runs along the borders
between pixels, so that every vertex is a whole number and COCO's rule fills the very pixels that it was traced from.
"""

from __future__ import annotations

import numpy as np

from segstudio.core.geometry import Polygons, ring_from_points
from segstudio.core.masks import Mask
from segstudio.core.regions import without_islands


def trace(mask: Mask) -> Polygons:
    """Return the region of a mask as polygons: `masks.from_polygons` of them is the mask again.

    Every ring is simple, turns at each vertex, and begins at its topmost, then leftmost vertex. Pixels that meet at a
    corner only are parts of their own. An island within a hole belongs to the hole's ring, which runs to it and back
    along a vertical line, since holes are taken from all parts at once.

    Raises:
        InputError: The mask's run lengths do not fit its size.
    """
    if not mask.counts:
        return Polygons(())
    bitmap = mask.bitmap()
    parts: list[np.ndarray] = []
    holes: list[np.ndarray] = []
    for loop in _loops(bitmap):
        x, y = loop[0]
        inside = x < mask.w and y < mask.h and bitmap[y, x]
        (parts if inside else holes).append(loop)
    parts, holes = without_islands(parts, holes)
    place = np.array((mask.x, mask.y))
    rings = (tuple(ring_from_points(loop + place) for loop in some) for some in (parts, holes))
    return Polygons(*rings)


def _corners(bitmap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the border's corners, int64 (n, 2) from the top, and for each the number of the one above or below it.

    Corners 2k and 2k + 1 are joined by a level line. Where two pixels meet at a corner only there are two corners.
    """
    padded = np.pad(bitmap, 1).astype(bool)
    nw, ne, sw, se = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    turns = nw ^ ne ^ sw ^ se
    crossed = (nw == se) & (ne == sw) & (nw != ne)
    width = turns.shape[1]
    places = np.flatnonzero(turns | crossed)
    twice = crossed.ravel()[places]
    falls = nw[places // width, places % width]  # the two pixels lie north-west and south-east
    places, falls = np.repeat(places, 1 + twice), np.repeat(falls, 1 + twice)
    second = np.zeros(len(places), bool)
    second[1:] = places[1:] == places[:-1]
    y, x = np.divmod(places, width)
    # The first of two corners ends the line from the left. It goes on up where the pixels fall, and down where not.
    order = np.lexsort((second == falls, y, x))
    across = np.empty(len(places), np.int64)
    across[order] = order[np.arange(len(order)) ^ 1]
    return np.column_stack((x, y)), across


def _loops(bitmap: np.ndarray) -> list[np.ndarray]:
    """Return the border's simple loops, int64 (n, 2), each from its topmost, then leftmost corner."""
    corners, across = _corners(bitmap)
    following = across[np.arange(len(across)) ^ 1].tolist()
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
        loop = corners[path]
        keys = loop[:, 1] * (bitmap.shape[1] + 1) + loop[:, 0]
        loops += [loop] if len(np.unique(keys)) == len(keys) else _split(loop, keys)
    return loops


def _split(loop: np.ndarray, keys: np.ndarray) -> list[np.ndarray]:
    """Return a loop that touches itself as the simple loops between its touches."""
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
    return [np.roll(part, -int(np.lexsort((part[:, 0], part[:, 1]))[0]), axis=0) for part in found]
