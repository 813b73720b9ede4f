"""The parity tests' own tools: they must notice what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import oracles
import pytest


def test_weights_depend_on_name_shape_and_salt_alone() -> None:
    a = oracles.tensor("layer.weight", (4, 3), "float32")
    assert np.array_equal(a, oracles.tensor("layer.weight", (4, 3), "float32"))
    assert not np.array_equal(a, oracles.tensor("layer.weight", (4, 3), "float32", salt=1))
    assert not np.array_equal(a, oracles.tensor("other.weight", (4, 3), "float32"))
    assert oracles.tensor("n.num_batches_tracked", (), "int64") == 0
    assert (oracles.tensor("n.running_var", (9,), "float32") >= 1).all()
    assert abs(oracles.tensor("n.weight", (999,), "float32").mean() - 1) < 0.02


@pytest.mark.parametrize(("place", "salt"), [({"salt": 3}, 3), ({"settings": {"salt": 4}}, 4), ({}, 0)])
def test_the_salt_is_the_manifests(place: dict, salt: int, tmp_path: Path) -> None:
    manifest = {"model": "m", "settings": {}, "state": {"a.weight": ["float32", [2, 2]]}, **place}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    got = oracles.load(tmp_path)
    assert got.salt == salt
    assert np.array_equal(got.state["a.weight"].numpy(), oracles.tensor("a.weight", (2, 2), "float32", salt))


def test_close_notices_what_departs() -> None:
    want = np.linspace(-1, 1, 100, dtype=np.float32)
    oracles.close(want + 1e-5, want)
    for wrong in (want + 1e-3, want[:-1], np.where(want > 0.9, np.nan, want)):
        with pytest.raises(AssertionError):
            oracles.close(wrong, want)
    oracles.close(np.zeros((0, 4)), np.zeros((0, 4)))


def test_rows_of_any_order_are_matched_and_missing_ones_noticed() -> None:
    want = np.array([[0.0, 1.0], [5.0, 1.0], [9.0, 2.0]], np.float32)
    order = [2, 0, 1]
    assert oracles.alike(want[order] + 1e-4, want).tolist() == [1, 2, 0]
    assert oracles.alike(want[:0], want[:0]).tolist() == []
    with pytest.raises(AssertionError, match="rows instead"):
        oracles.alike(want[:2], want)
    with pytest.raises(AssertionError, match="like one"):
        oracles.alike(want[[0, 0, 1]] * [[1, 1], [9, 9], [1, 1]], want)
