"""From a picture to the crop around a person and back, as the top-down pose networks define it.

Both families say the crop by a centre in pixels and a scale in units of 200 pixels.
"""

from __future__ import annotations

import numpy as np

UNIT = 200.0  # pixels of scale 1


def centre_scale(boxes: np.ndarray, aspect: float, padding: float = 1.25) -> tuple[np.ndarray, np.ndarray]:
    """Return centres float32 (n, 2) and scales float32 (n, 2) of boxes, grown to an aspect ratio and padded.

    As SimpleBaseline and HRNet take a person's box.

    Args:
        boxes: (n, 4) as left, top, right, bottom in pixels.
        aspect: Width over height of the network's input.
        padding: How much larger the crop is.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    size = boxes[:, 2:] - boxes[:, :2]
    width = np.maximum(size[:, 0], size[:, 1] * aspect)
    sizes = np.stack((width, width / aspect), -1)
    return (boxes[:, :2] + size / 2).astype(np.float32), (sizes / UNIT * padding).astype(np.float32)


def affine(centre: np.ndarray, scale: np.ndarray | float, turn: float, size: tuple[int, int]) -> np.ndarray:
    """Return float64 (2, 3) from pixels of the picture to pixels of a crop, as SimpleBaseline and HRNet map them.

    Args:
        centre: (2,); it goes to the crop's middle.
        scale: The crop's width in units of 200 pixels, or (2,) of which the first is that.
        turn: Degrees.
        size: (width, height) of the crop.
    """
    factor = size[0] / (float(np.ravel(scale)[0]) * UNIT)
    angle = np.deg2rad(turn)
    cos, sin = np.cos(angle) * factor, np.sin(angle) * factor
    linear = np.array([[cos, sin], [-sin, cos]])
    middle = np.array(size, np.float64) / 2
    return np.column_stack((linear, middle - linear @ np.asarray(centre, np.float64)))


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Return the (2, 3) matrix of the way back."""
    linear = np.linalg.inv(matrix[:2, :2])
    return np.column_stack((linear, -linear @ matrix[:2, 2]))


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return points (..., 2) mapped by a (2, 3) or (3, 3) matrix."""
    return points @ matrix[:2, :2].T + matrix[:2, 2]


def hourglass(centre: np.ndarray, scale: float, turn: float, size: tuple[int, int]) -> np.ndarray:
    """Return float64 (3, 3) from pixels of the picture to a crop of (height, width), as both hourglass codes map them.

    Each axis is scaled by its own side, so only a square crop keeps shapes. `turn` is in degrees.
    """
    side = UNIT * float(scale)
    height, width = size
    matrix = np.array(
        [
            [width / side, 0, width * (0.5 - float(centre[0]) / side)],
            [0, height / side, height * (0.5 - float(centre[1]) / side)],
            [0, 0, 1],
        ]
    )
    if turn:
        angle = np.deg2rad(-turn)
        cos, sin = np.cos(angle), np.sin(angle)
        about = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
        matrix = about @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ np.linalg.inv(about) @ matrix
    return matrix


def hourglass_points(
    points: np.ndarray,
    centre: np.ndarray,
    scale: float,
    size: tuple[int, int],
    *,
    turn: float = 0.0,
    back: bool = False,
    first: int = 0,
) -> np.ndarray:
    """Return points (..., 2) mapped into the crop, or back, cut to whole numbers as both hourglass codes do it.

    Args:
        back: From the crop to the picture.
        first: The number of the first pixel: 0 in princeton-vl's code, 1 in pytorch-pose.
    """
    matrix = hourglass(centre, scale, turn, size)
    if back:
        matrix = np.linalg.inv(matrix)
    return np.trunc(apply(matrix, np.asarray(points, np.float64) - first)).astype(np.int64) + first


def hourglass_window(centre: np.ndarray, scale: float, side: int) -> tuple[int, int, int, int]:
    """Return the part of the picture (left, top, right, bottom) in whole pixels that an hourglass is shown.

    Args:
        side: Of the crop in pixels. It matters by rounding alone: cutting an edge that is whole to the last digit or
            not makes a pixel's difference, and so the published computation is kept.
    """
    corners = np.array([[0, 0], [side, side]])
    (left, top), (right, bottom) = hourglass_points(corners, centre, scale, (side, side), back=True).tolist()
    return left, top, right, bottom
