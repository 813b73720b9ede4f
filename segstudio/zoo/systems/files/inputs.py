"""From pictures to a network's input, and from its coordinates back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.core.errors import InputError
from segstudio.zoo.blocks import tensors
from segstudio.zoo.spec import Card
from segstudio.zoo.systems.files.settings import Settings


@dataclass(frozen=True)
class Placed:
    """How a picture lies in the network's input.

    Args:
        size: (height, width) of the picture.
        input: (height, width) of the input.
        inner: (height, width) that the picture has there.
        offset: (x, y) of its corner there.
    """

    size: tuple[int, int]
    input: tuple[int, int]
    inner: tuple[int, int]
    offset: tuple[int, int] = (0, 0)

    @property
    def scale(self) -> np.ndarray:
        """Pixels of the input a pixel of the picture: x, y."""
        return np.array([self.inner[1] / self.size[1], self.inner[0] / self.size[0]], np.float32)

    def points(self, points: np.ndarray) -> np.ndarray:
        """Return points (..., 2) of x, y in the input as such in the picture."""
        return (points - np.array(self.offset, np.float32)) / self.scale

    def boxes(self, boxes: np.ndarray) -> np.ndarray:
        """Return boxes (n, 4) of left, top, right, bottom in the input as such in the picture, clipped to it."""
        corners = self.points(boxes.reshape(-1, 2, 2).astype(np.float32))
        return corners.clip(0, np.array(self.size[::-1], np.float32)).reshape(-1, 4)

    def cut(self, plane: np.ndarray) -> np.ndarray:
        """Return the part of a plane (..., h, w) over the whole input that the picture fills."""
        down, across = plane.shape[-2] / self.input[0], plane.shape[-1] / self.input[1]
        left, top = round(self.offset[0] * across), round(self.offset[1] * down)
        height, width = max(round(self.inner[0] * down), 1), max(round(self.inner[1] * across), 1)
        return plane[..., top : top + height, left : left + width]


class Preparer:
    """Makes a network's input.

    Args:
        card: Its `[input]` says size, mean, std, range and order of the channels.
        settings: Its settings.

    Raises:
        InputError: The card's input does not fit its way of resizing.
    """

    def __init__(self, card: Card, settings: Settings) -> None:
        if card.input is None:
            raise InputError(f"The card '{card.name}' needs an [input] with the size that the network looks at.")
        self.spec = card.input
        self.settings = settings
        if settings.resize != "shorter" and len(self.spec.size) != 2:
            raise InputError(f"The card '{card.name}' needs an input size of [height, width].")

    def place(self, size: tuple[int, int]) -> Placed:
        """Return where a picture of (height, width) will lie."""
        height, width = size
        want = self.spec.size
        if self.settings.resize == "stretch":
            return Placed(size, (want[0], want[1]), (want[0], want[1]))
        if self.settings.resize == "letterbox":
            scale = min(want[0] / height, want[1] / width)
            inner = (min(max(round(height * scale), 1), want[0]), min(max(round(width * scale), 1), want[1]))
            left, top = 0, 0
            if self.settings.anchor == "middle":
                left, top = (want[1] - inner[1]) // 2, (want[0] - inner[0]) // 2
            return Placed(size, (want[0], want[1]), inner, (left, top))
        longest = want[1] if len(want) == 2 else math.inf
        inner = tensors.size_within(height, width, want[0], longest)
        step = self.settings.multiple
        return Placed(size, (-(-inner[0] // step) * step, -(-inner[1] // step) * step), inner)

    def array(self, frame: np.ndarray, placed: Placed) -> np.ndarray:
        """Return the input, float32 (3, h, w) or (h, w, 3), of a uint8 RGB frame (h, w, 3)."""
        import cv2

        if placed.inner != placed.size:
            frame = cv2.resize(frame, placed.inner[::-1], interpolation=cv2.INTER_LINEAR)
        if placed.inner != placed.input:
            full = np.full((*placed.input, 3), self.settings.fill, np.uint8)
            x, y = placed.offset
            full[y : y + placed.inner[0], x : x + placed.inner[1]] = frame
            frame = full
        if self.spec.channels == "bgr":
            frame = frame[..., ::-1]
        values = frame.astype(np.float32)
        values *= self.spec.range / 255.0
        values -= np.asarray(self.spec.mean, np.float32)
        values /= np.asarray(self.spec.std, np.float32)
        return values if self.settings.layout == "nhwc" else values.transpose(2, 0, 1)

    def batches(self, frames: Sequence[np.ndarray]) -> list[Batch]:
        """Return the frames in batches of equal input size."""
        groups: dict[tuple[int, int], list[int]] = {}
        placed = [self.place((frame.shape[0], frame.shape[1])) for frame in frames]
        for i, where in enumerate(placed):
            groups.setdefault(where.input, []).append(i)
        return [
            Batch(np.stack([self.array(frames[i], placed[i]) for i in places]), places, [placed[i] for i in places])
            for places in groups.values()
        ]


@dataclass(frozen=True)
class Batch:
    """Pictures for one call of the network.

    Args:
        array: float32 (n, 3, h, w) or (n, h, w, 3).
        places: Which of the frames they are.
        placed: How each lies in the input.
    """

    array: np.ndarray
    places: list[int]
    placed: list[Placed]
