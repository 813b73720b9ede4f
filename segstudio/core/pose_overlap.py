"""How much poses are the same: COCO's object keypoint similarity, and leaving out what was found twice."""

from __future__ import annotations

import numpy as np


def similarity(poses: np.ndarray, areas: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Return float64 (n, n): the OKS of each pose with each other, over all their joints.

    Args:
        poses: (n, k, 2 or more), x and y in pixels.
        areas: (n,) in square pixels; of two poses, the mean counts.
        sigmas: (k,), COCO's.
    """
    places = np.asarray(poses, np.float64)[..., :2]
    apart = ((places[:, None] - places[None]) ** 2).sum(-1)
    areas = np.asarray(areas, np.float64)
    size = (areas[:, None] + areas[None]) / 2 + np.spacing(1)
    return np.exp(-apart / (2 * (2 * np.asarray(sigmas)) ** 2 * size[..., None])).mean(-1)


def distinct(poses: np.ndarray, areas: np.ndarray, sigmas: np.ndarray, limit: float = 0.9) -> np.ndarray:
    """Return bool (n,): the poses that are no more like a better one that stays than `limit`.

    As in HRNet's and SimpleBaseline's evaluation.

    Args:
        poses: The best first.
    """
    alike = similarity(poses, areas, sigmas) > limit
    kept = np.ones(len(poses), bool)
    for i in range(len(poses)):
        if kept[i]:
            kept[i + 1 :] &= ~alike[i, i + 1 :]
    return kept
