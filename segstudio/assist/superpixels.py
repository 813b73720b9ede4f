"""Superpixels to pick: SLIC (Achanta et al. 2012) by scikit-image."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from segstudio.assist.crops import grown, rgb, shrunk
from segstudio.core import masks
from segstudio.core.masks import Mask

# Half a second a megapixel: larger crops are shrunk first.
MOST = 700_000


class Superpixels:
    """A crop in small parts of like colour.

    Args:
        labels: int32 (h, w), the number of each pixel's part, 0 and up, each part in one piece.
        full: (h, w) of the crop that the labels stand for.
        x, y: The crop's place.
    """

    def __init__(self, labels: np.ndarray, full: tuple[int, int], x: int = 0, y: int = 0) -> None:
        self.labels = labels
        self._full = full
        self._x, self._y = x, y

    @property
    def count(self) -> int:
        return int(self.labels.max()) + 1 if self.labels.size else 0

    def at(self, x: float, y: float) -> int:
        """Return the number of the part at a place, -1 outside the crop."""
        column, row = np.floor(x - self._x), np.floor(y - self._y)
        height, width = self._full
        if not (0 <= column < width and 0 <= row < height):
            return -1
        shape = self.labels.shape
        return int(self.labels[int(row) * shape[0] // height, int(column) * shape[1] // width])

    def mask(self, numbers: Iterable[int]) -> Mask:
        """Return the pixels of some parts."""
        wanted = [n for n in numbers if 0 <= n < self.count]
        if not wanted:
            return masks.EMPTY
        chosen = np.zeros(self.count, bool)
        chosen[wanted] = True
        return grown(chosen[self.labels], self._full, self._x, self._y)


def split(picture: np.ndarray, side: float, x: int = 0, y: int = 0, most: int = MOST) -> Superpixels:
    """Return a crop's superpixels.

    Args:
        picture: uint8 RGB (h, w, 3).
        side: About how wide one is, in picture pixels.
        x, y: The crop's place.
        most: Pixels to work on.
    """
    from skimage.segmentation import slic

    picture = rgb(picture)
    full = picture.shape[:2]
    if not full[0] or not full[1]:
        return Superpixels(np.zeros((0, 0), np.int32), full, x, y)
    small, ratio = shrunk(picture, most)
    step = max(side / ratio, 2.0)
    count = max(round(small.shape[0] * small.shape[1] / step**2), 1)
    if count == 1:
        return Superpixels(np.zeros(small.shape[:2], np.int32), full, x, y)
    labels = slic(small, n_segments=count, compactness=10.0, max_num_iter=5, start_label=0, channel_axis=-1)
    return Superpixels(labels.astype(np.int32), full, x, y)
