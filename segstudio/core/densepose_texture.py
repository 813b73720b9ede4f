"""Textures of the body: a picture a chart, put onto a person through a dense map, and taken from one.

A texture is uint8 RGB (24, s, s, 3): of chart n the square n - 1, U along its columns and V up its rows. The published
file is a sheet of 4 columns and 6 rows of such squares, one column after the other (Güler et al. 2018, 1802.00434).
"""

from __future__ import annotations

import numpy as np

from segstudio.core import colors
from segstudio.core.errors import InputError

CHARTS = 24
_COLUMNS, _ROWS = 4, 6


def from_sheet(sheet: np.ndarray) -> np.ndarray:
    """Return the texture of a sheet, uint8 RGB (6 s, 4 s, 3).

    Raises:
        InputError: The sheet has other proportions.
    """
    height, width = sheet.shape[:2]
    side = width // _COLUMNS
    if sheet.ndim != 3 or sheet.shape[2] != 3 or side < 1 or (height, width) != (_ROWS * side, _COLUMNS * side):
        raise InputError(
            f"This is not a texture: a sheet is 4 squares wide and 6 high, this picture has {width} x {height} pixels.",
            remedy="Take a picture of, say, 800 x 1200 pixels.",
        )
    squares = sheet.reshape(_ROWS, side, _COLUMNS, side, 3).transpose(2, 0, 1, 3, 4)
    return np.ascontiguousarray(squares.reshape(CHARTS, side, side, 3))


def to_sheet(texture: np.ndarray) -> np.ndarray:
    """Return the sheet, uint8 RGB (6 s, 4 s, 3), of a texture."""
    side = texture.shape[1]
    squares = texture.reshape(_COLUMNS, _ROWS, side, side, 3).transpose(1, 2, 0, 3, 4)
    return np.ascontiguousarray(squares.reshape(_ROWS * side, _COLUMNS * side, 3))


def checkered(side: int = 128, squares: int = 8) -> np.ndarray:
    """Return a texture of our own: every chart a chequer-board in two shades of its colour."""
    cells = np.arange(side) * squares // side
    light = (cells[:, None] + cells[None]) % 2 == 1
    shades = colors.lut("parula")[np.linspace(0, 255, CHARTS).astype(np.intp)].astype(np.float32)
    bright = np.where(light[None, ..., None], 1.0, 0.55) * shades[:, None, None]
    return np.rint(bright).astype(np.uint8)


def applied(labels: np.ndarray, uv: np.ndarray, texture: np.ndarray) -> np.ndarray:
    """Return what a dense map shows of a texture.

    Args:
        labels: uint8 (h, w), 0 background or the chart 1 to 24.
        uv: float (2, h, w), U and V.
        texture: See the module.

    Returns:
        uint8 RGB (h, w, 3), black where the background is.
    """
    inside = labels > 0
    rgb = np.zeros((*labels.shape, 3), np.uint8)
    rgb[inside] = texture[labels[inside].astype(np.intp) - 1, *_cells(uv[:, inside], texture.shape[1])]
    return rgb


def taken(labels: np.ndarray, uv: np.ndarray, rgb: np.ndarray, side: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Return the texture that a person wears, and which of its pixels were seen.

    Args:
        labels, uv: The dense map, as in `applied`.
        rgb: uint8 (h, w, 3), the picture below it.
        side: Pixels of a square.

    Returns:
        uint8 RGB (24, side, side, 3), the mean of the pixels that fall on each place; bool (24, side, side).
    """
    inside = labels > 0
    rows, columns = _cells(uv[:, inside], side)
    place = ((labels[inside].astype(np.intp) - 1) * side + rows) * side + columns
    total = CHARTS * side * side
    count = np.bincount(place, minlength=total)
    sums = np.stack([np.bincount(place, rgb[inside][:, c], total) for c in range(3)], -1)
    texture = np.rint(sums / np.maximum(count, 1)[:, None]).astype(np.uint8)
    return texture.reshape(CHARTS, side, side, 3), (count > 0).reshape(CHARTS, side, side)


def _cells(uv: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (rows, columns) of places on the charts, U and V (2, n)."""
    u, v = np.clip(uv, 0, 1) * (side - 1)
    return (side - 1 - v).astype(np.intp), u.astype(np.intp)
