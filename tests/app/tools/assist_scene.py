"""A picture whose regions are known, for the tests of the assist tools."""

from __future__ import annotations

import numpy as np

from segstudio.core import masks
from segstudio.core.annotation import Annotation

W, H = 200, 150
INK, PAPER = (200, 60, 50), (70, 120, 190)


def _regions() -> tuple[np.ndarray, np.ndarray]:
    """Return a disc with a hole on the left, a square on the right."""
    ys, xs = np.mgrid[:H, :W] + 0.5
    far = np.hypot(xs - 60, ys - 75)
    return (far < 40) & (far > 15), (xs > 140) & (xs < 180) & (ys > 40) & (ys < 100)


DISC, SQUARE = _regions()


def painted() -> np.ndarray:
    """Return the picture: the regions in one colour, the rest in another, some noise."""
    dice = np.random.default_rng(3)
    colours = np.where((DISC | SQUARE)[:, :, None], np.array(INK), np.array(PAPER)) + dice.normal(0, 4, (H, W, 3))
    return np.clip(colours, 0, 255).astype(np.uint8)


def iou(a: Annotation, truth: np.ndarray) -> float:
    """Return how well an annotation fits a region."""
    return masks.iou(a.mask(W, H), masks.from_bitmap(truth))


def block(id=1, x=140, y=40, w=20, h=30, **more) -> Annotation:
    """Return a rectangle of pixels."""
    return Annotation(id, 1, 1, geometry=masks.from_bitmap(np.ones((h, w)), x, y), **more)
