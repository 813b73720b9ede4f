"""Parts of a picture that is read by regions: decoded in threads, and coarse until they are there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from segstudio.app.background import Background
from segstudio.core.spans import Window
from segstudio.media.regions import Regions

SIDE = 512
KEPT = 144  # tiles, 113 MB: more than a window of 3840 x 2160 pixels shows of a size
_AHEAD = 48  # tiles that may wait

Key = tuple[int, int, int]


class Tiles:
    """The tiles of the sizes that the picture's small copies don't have.

    Args:
        background: Reads them; these tiles are all that it is used for meanwhile.
        regions: The picture.
        arrived: Called with the window of the picture that a new tile covers.

    Attributes:
        waiting: The tiles (level, column, row) that were asked for and are not there yet.
    """

    def __init__(self, background: Background, regions: Regions, arrived: Callable[[Window], object]) -> None:
        self._regions = regions
        self._arrived = arrived
        self._background = background
        self._tiles: OrderedDict[Key, np.ndarray] = OrderedDict()
        self.waiting: set[Key] = set()
        self._broken = False

    def close(self) -> None:
        """Wait for no tile any more."""
        self._background.drop_all()

    def part(self, level: int, window: Window) -> tuple[int, int, np.ndarray]:
        """Return a window of the picture halved `level` times, in its pixels: x, y, and uint8 RGB (h, w, 3).

        What is not decoded yet is coarse, and asked for.
        """
        width, height = self._regions.size(level)
        left, top = max(window[0], 0), max(window[1], 0)
        right, bottom = min(window[2], width), min(window[3], height)
        if right <= left or bottom <= top:
            return 0, 0, np.zeros((0, 0, 3), np.uint8)
        out = np.empty((bottom - top, right - left, 3), np.uint8)
        wanted: list[Key] = []
        for j in range(top // SIDE, -(-bottom // SIDE)):
            for i in range(left // SIDE, -(-right // SIDE)):
                x0, y0 = max(i * SIDE, left), max(j * SIDE, top)
                x1, y1 = min((i + 1) * SIDE, right), min((j + 1) * SIDE, bottom)
                place = out[y0 - top : y1 - top, x0 - left : x1 - left]
                tile = self._tiles.get((level, i, j))
                if tile is None:
                    wanted.append((level, i, j))
                    place[...] = self._coarse(level, (x0, y0, x1, y1))
                else:
                    self._tiles.move_to_end((level, i, j))
                    place[...] = tile[y0 - j * SIDE : y1 - j * SIDE, x0 - i * SIDE : x1 - i * SIDE]
        self._ask(wanted)
        return left, top, out

    def _coarse(self, level: int, window: Window) -> np.ndarray:
        """Return a window from the largest small copy, each pixel of it as a square."""
        base = self._regions.base
        shift = base - level
        ys, xs = (np.arange(window[i], window[i + 2]) >> shift for i in (1, 0))
        small = self._regions.read((int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1), base)
        return small[ys - ys[0]][:, xs - xs[0]]

    def _ask(self, wanted: list[Key]) -> None:
        wanted = [key for key in wanted if key not in self.waiting]
        if self._broken or not wanted:
            return
        if len(self.waiting) + len(wanted) > _AHEAD:
            # What was asked for on the way here is not looked at any more; painting asks again for what is.
            self._background.drop_all()
            self.waiting.clear()
        for key in wanted:
            self.waiting.add(key)
            window = self._window(key)
            self._background.run(
                lambda window=window, level=key[0]: self._regions.read(window, level),
                lambda pixels, key=key: self._keep(key, pixels),
            )

    def _window(self, key: Key) -> Window:
        level, i, j = key
        width, height = self._regions.size(level)
        return i * SIDE, j * SIDE, min((i + 1) * SIDE, width), min((j + 1) * SIDE, height)

    def _keep(self, key: Key, pixels: np.ndarray) -> None:
        self.waiting.discard(key)
        self._tiles[key] = pixels
        while len(self._tiles) > KEPT:
            self._tiles.popitem(last=False)
        left, top, right, bottom = (v << key[0] for v in self._window(key))
        self._arrived((left, top, right, bottom))

    def give_up(self) -> bool:
        """Ask for no tile any more, as one could not be read: the coarse picture stays. Return whether it is news."""
        first, self._broken = not self._broken, True
        self._background.drop_all()
        return first
