"""Poses that are the same."""

from __future__ import annotations

import numpy as np
import pytest

from segstudio.core.labels import COCO_PERSON
from segstudio.core.pose_overlap import distinct, similarity

SIGMAS = np.array(COCO_PERSON.sigmas)


def test_similarity_is_cocos() -> None:
    pose = np.random.default_rng(0).uniform(0, 100, (17, 2))
    moved = pose + np.array([3.0, 4.0])
    area = 50.0 * 90.0
    matrix = similarity(np.stack((pose, moved)), np.array([area, area]), SIGMAS)
    assert matrix[0, 0] == matrix[1, 1] == 1
    assert matrix[0, 1] == matrix[1, 0]
    # pycocotools: e = d^2 / (2 sigma)^2 / area / 2.
    assert matrix[0, 1] == pytest.approx(np.exp(-25 / (2 * SIGMAS) ** 2 / area / 2).mean())


def test_of_two_that_are_the_same_the_better_stays() -> None:
    pose = np.random.default_rng(0).uniform(0, 100, (17, 3))
    poses = pose + np.array([[0, 0, 0], [200, 0, 0], [0.5, 0, 0], [0, 0.5, 0]])[:, None]
    areas = np.full(4, 10000.0)
    assert distinct(poses, areas, SIGMAS).tolist() == [True, True, False, False]
    assert distinct(poses, areas, SIGMAS, limit=1.0).all()
    assert distinct(poses[:0], areas[:0], SIGMAS).tolist() == []
