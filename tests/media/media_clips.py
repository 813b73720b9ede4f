"""What the media tests know about the clips that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def clip_frame(i: int, width: int = 96, height: int = 64) -> np.ndarray:
    """Return uint8 RGB frame `i` of every generated clip: its number as eight black or white bars, and a moving bar."""
    rgb = np.full((height, width, 3), 90, np.uint8)
    for bit in range(8):
        rgb[: height // 2, bit * width // 8 : (bit + 1) * width // 8] = 255 if i >> bit & 1 else 0
    x = (i * 5) % (width - 8)
    rgb[height // 2 :, x : x + 8] = (220, 60, 20)
    return rgb


def clip_number(rgb: np.ndarray) -> int:
    """Read the number of a frame back from its bars."""
    height, width = rgb.shape[:2]
    centers = [bit * width // 8 + width // 16 for bit in range(8)]
    return sum(1 << bit for bit, x in enumerate(centers) if rgb[height // 4, x].mean() > 128)


MakeClip = Callable[..., Path]
