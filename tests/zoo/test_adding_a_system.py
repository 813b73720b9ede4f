"""The page on adding a system, followed to the letter: its files are written and run."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import segstudio.learn.losses
import segstudio.zoo.systems
from segstudio.core.results import Boxes
from segstudio.core.views import HeatView
from segstudio.zoo import Catalog, Options, load, weights
from segstudio.zoo.predictor import untrained

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "adding-a-system.md"
BLOCK = re.compile(r"^`([^`\n]+\.(?:py|toml))`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDED = {
    "segstudio/zoo/systems/example/spots.py",
    "segstudio/zoo/systems/example/__init__.py",
    "segstudio/resources/cards/spots.toml",
    "segstudio/learn/losses/spots.py",
    "tests/learn/test_loss_spots.py",
    "tests/parity/test_parity_spots.py",
}


@pytest.fixture
def followed(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page's files below a folder, which the packages look into too; its card is one of the user's."""
    found = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    assert set(found) == NEEDED
    for name, text in found.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    cards = home / "config" / "segstudio" / "cards"
    cards.mkdir(parents=True)
    (cards / "spots.toml").write_text(found["segstudio/resources/cards/spots.toml"], encoding="utf-8")
    for package, place in ((segstudio.zoo.systems, "zoo/systems"), (segstudio.learn.losses, "learn/losses")):
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / "segstudio" / place)])
    monkeypatch.syspath_prepend(str(REPO / "tests" / "parity"))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if "spots" in name or name.endswith("systems.example"):
            del sys.modules[name]
    for module in (segstudio.zoo.systems, segstudio.learn.losses):
        for name in ("example", "spots"):
            vars(module).pop(name, None)


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def cases_of(path: Path) -> list:
    made = module(path)
    return [member for name, member in vars(made).items() if name.startswith("test_")]


def test_the_system_predicts_and_can_be_looked_into(followed: Path) -> None:
    card = Catalog().get("spots")
    torch.manual_seed(0)
    model = untrained(card)
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, size, dtype=np.uint8) for size in ((90, 70, 3), (90, 70, 3), (1, 1, 3))]
    together = model.predict(frames, Options(threshold=0.0, max_instances=7))
    for frame, [result] in zip(frames, together):
        [[alone]] = model.predict([frame], Options(threshold=0.0, max_instances=7))
        assert isinstance(result, Boxes) and 0 < len(result.boxes) <= 7
        np.testing.assert_allclose(result.boxes, alone.boxes, atol=1e-3)
        assert (result.boxes[:, 2] <= frame.shape[1]).all() and (result.boxes >= 0).all()
    [[one]] = model.predict(frames[:1], Options(threshold=0.0, labels=frozenset({2})))
    assert set(one.labels.tolist()) == {2}
    views = model.look(frames[0])
    assert [view.title for view in views] == ["Centre of bright", "Centre of dark"]
    assert all(isinstance(view, HeatView) and view.values.shape == (8, 8) for view in views)


def test_its_weights_are_taken_from_a_file(followed: Path, tmp_path: Path) -> None:
    card = Catalog().get("spots")
    network = importlib.import_module("segstudio.zoo.systems.example.spots").Spots(2, 32)
    torch.save({"state_dict": network.state_dict()}, tmp_path / "spots.pth")
    weights.add_file(card, tmp_path / "spots.pth")
    assert load(card).predict([np.zeros((9, 9, 3), np.uint8)])[0][0].size == (9, 9)


def test_its_loss_is_as_the_page_says(followed: Path) -> None:
    found = cases_of(followed / "tests/learn/test_loss_spots.py")
    assert len(found) == 2
    for test in found:
        test()


def oracle_in(folder: Path) -> None:
    """Write an oracle of Spots: what another implementation, in numpy, says."""
    import oracles

    state: dict[str, tuple[str, list[int]]] = {}
    sides = [3, 16, 16, 16]
    for i, (a, b) in enumerate(pairwise(sides)):
        state[f"body.{2 * i}.weight"] = ("float32", [b, a, 3, 3])
        state[f"body.{2 * i}.bias"] = ("float32", [b])
    for name, count in (("heat", 2), ("extent", 2)):
        state[f"{name}.weight"] = ("float32", [count, 16, 1, 1])
        state[f"{name}.bias"] = ("float32", [count])
    values = {
        key: oracles.tensor(key, tuple(shape), kind, 5).astype(np.float64) for key, (kind, shape) in state.items()
    }
    image = np.random.default_rng(1).standard_normal((1, 3, 32, 40)).astype(np.float32)
    x = image[0].astype(np.float64)
    for i in range(3):
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]
        x = np.einsum("chwij,ocij->ohw", windows, values[f"body.{2 * i}.weight"])
        x = np.maximum(x + values[f"body.{2 * i}.bias"][:, None, None], 0)
    heat, extent = (
        np.einsum("chw,oc->ohw", x, values[f"{n}.weight"][..., 0, 0]) + values[f"{n}.bias"][:, None, None]
        for n in ("heat", "extent")
    )
    rows = []
    for c, y, x_ in np.ndindex(heat.shape):
        around = heat[c, max(y - 1, 0) : y + 2, max(x_ - 1, 0) : x_ + 2]
        if heat[c, y, x_] == around.max():
            w, h = np.exp(extent[:, y, x_]) / 2
            score = 1 / (1 + np.exp(-heat[c, y, x_]))
            rows.append((x_ + 0.5 - w, y + 0.5 - h, x_ + 0.5 + w, y + 0.5 + h, score, c))
    rows.sort(key=lambda row: -row[4])
    folder.mkdir()
    manifest = {"settings": {"count": 3}, "salt": 5, "state": state}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    np.savez(folder / "inputs.npz", image=image)
    arrays = {"heat": heat[None], "extent": extent[None], "decoded": np.array([rows[:3]])}
    np.savez(folder / "outputs.npz", **{name: array.astype(np.float32) for name, array in arrays.items()})


def test_its_parity_test_holds_and_can_fail(followed: Path) -> None:
    oracle_in(followed / "spots")
    import oracles

    oracle = oracles.load(followed / "spots")
    found = cases_of(followed / "tests/parity/test_parity_spots.py")
    assert len(found) == 2
    for test in found:
        assert [mark.args for mark in test.pytestmark] == [("spots",)] and list(inspect.signature(test).parameters)
        test(oracle)
    oracle.outputs["heat"] = oracle.outputs["heat"] + 0.01
    with pytest.raises(AssertionError):
        found[0](oracle)
