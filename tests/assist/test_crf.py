"""The dense CRF against what the published code computes, and against every pair computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segstudio.assist import crf
from segstudio.assist.crf import Pairwise
from segstudio.assist.lattice import Lattice


@pytest.fixture(scope="module")
def oracle(shared: Path) -> dict[str, np.ndarray]:
    folder = shared / "oracles" / "dense_crf"
    with np.load(folder / "inputs.npz") as inputs, np.load(folder / "outputs.npz") as outputs:
        return {**inputs, **outputs}


def pairs(name: str, picture: np.ndarray) -> list[Pairwise]:
    """The kernels of one of the oracle's settings."""
    shape = picture.shape[:2]
    return {
        "seam": [
            Pairwise(crf.smoothness(shape, 3), 3),
            Pairwise(crf.appearance(picture, 80, 13), 10),
        ],
        "gauss": [Pairwise(crf.smoothness(shape, 3), 3)],
        "bilateral": [Pairwise(crf.appearance(picture, (6, 9), 20), 4)],
        "none": [],
    }[name]


@pytest.mark.parametrize(
    ("name", "rounds"),
    [*((name, rounds) for name in ("seam", "gauss", "bilateral") for rounds in (1, 5)), ("seam", 10), ("none", 1)],
)
def test_mean_field_equals_the_brute_force_one(oracle: dict[str, np.ndarray], name: str, rounds: int) -> None:
    found = crf.mean_field(oracle["unary"], pairs(name, oracle["image"]), rounds)
    assert np.abs(found - oracle[f"exact_{name}_t{rounds}"]).max() < 1e-4


@pytest.mark.parametrize(("name", "rounds"), [("seam", 1), ("seam", 5), ("seam", 10), ("bilateral", 5)])
def test_the_lattice_computes_what_the_published_lattice_computes(
    oracle: dict[str, np.ndarray], name: str, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crf, "EXACT", 0)
    found = crf.mean_field(oracle["unary"], pairs(name, oracle["image"]), rounds)
    published = oracle[f"Q_{name}_t{rounds}"]
    assert np.mean(found.argmax(axis=0) == published.argmax(axis=0)) >= 0.99
    assert np.abs(found - published).mean() < 0.01


def test_the_lattice_is_near_the_gaussian_that_it_stands_for() -> None:
    rng = np.random.default_rng(5)
    places = rng.uniform(0, 6, (1200, 3))
    values = rng.uniform(0, 1, (1200, 2))
    ones = np.ones((1200, 1))
    near, exact = Lattice(places), crf.dense(places)
    error = near(values) / near(ones) - exact(values) / exact(ones)
    assert np.abs(error).mean() < 0.02


def test_the_lattice_is_linear() -> None:
    rng = np.random.default_rng(6)
    near = Lattice(rng.uniform(-3, 3, (200, 5)))
    a, b = rng.normal(size=(200, 1)), rng.normal(size=(200, 1))
    assert np.allclose(near(2 * a + b), 2 * near(a) + near(b), atol=1e-4)


def test_a_smooth_picture_of_one_label_keeps_it() -> None:
    picture = np.full((60, 60, 3), 90, np.uint8)
    unary = np.stack([np.full((60, 60), 0.1), np.full((60, 60), 2.3)])
    found = crf.mean_field(unary, [Pairwise(crf.appearance(picture, 20, 13), 5)], 5)
    assert (found.argmax(axis=0) == 0).all()
    assert np.allclose(found.sum(axis=0), 1)
