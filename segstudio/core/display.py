"""How a picture is shown: brightness, contrast, gamma, false colours. The file and what models see stay as they are."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from segstudio.core import colors

FalseColor = Literal["", "viridis", "parula"]
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


class Display(msgspec.Struct, frozen=True):
    """Settings of the view; the defaults change nothing.

    Args:
        brightness: -100 to 100, added in percent of the full range.
        contrast: -100 to 100; 100 is a step at the middle grey, -100 a flat grey.
        gamma: 0.1 to 5; above 1 the shadows are lighter.
        invert: Whether light and dark change places.
        false_color: The map that the luma is shown in, or "" for the picture's own colours.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0
    invert: bool = False
    false_color: FalseColor = ""

    @property
    def plain(self) -> bool:
        """Whether the picture shows as it is."""
        return self == PLAIN

    def curve(self) -> np.ndarray:
        """Return what each sample becomes, uint8 (256,)."""
        x = np.arange(256) / 255.0
        x = x ** (1.0 / min(max(self.gamma, 0.1), 5.0))
        c = min(max(self.contrast, -100.0), 100.0) / 100.0
        # The slope goes from 0 over 1 to a step, and turns about the middle grey.
        slope = np.tan((c + 1.0) * np.pi / 4.0) if c < 1 else 1e6
        x = (x - 0.5) * slope + 0.5 + self.brightness / 100.0
        if self.invert:
            x = 1.0 - x
        return np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8)

    def shown(self, rgb: np.ndarray) -> np.ndarray:
        """Return uint8 RGB (h, w, 3) as it is shown; the same array where nothing is to be done."""
        if self.plain:
            return rgb
        curve = self.curve()
        if not self.false_color:
            return curve[rgb]
        luma = np.rint(rgb.astype(np.float32) @ _LUMA).astype(np.uint8)
        return colors.lut(self.false_color)[curve][luma]


PLAIN = Display()
