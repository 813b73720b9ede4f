"""The page on adding a system, followed to the letter: its files are written and run."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import get_args

import numpy as np
import pytest
import test_cards_on_cuda
import test_every_system
import test_looks
import test_waits
import torch

import segstudio.learn.losses
import segstudio.zoo.systems
from segstudio.core import results
from segstudio.core.results import Boxes
from segstudio.core.views import HeatView
from segstudio.zoo import Catalog, Options, load, weights
from segstudio.zoo.predictor import Predictor, untrained
from segstudio.zoo.spec import Task

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "adding-a-system.md"
BLOCK = re.compile(r"^`([^`\n]+\.(?:py|toml))`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDED = {
    "segstudio/zoo/systems/example/spots.py",
    "segstudio/zoo/systems/example/__init__.py",
    "segstudio/resources/cards/spots.toml",
    "segstudio/learn/losses/spots.py",
    "tests/learn/test_loss_spots.py",
    "spots_oracle.py",
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


def test_the_tests_of_all_cards_take_it(followed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog()
    for walk in (test_every_system, test_cards_on_cuda, test_waits):
        monkeypatch.setattr(walk, "CATALOG", catalog)
    card = catalog.get("spots")
    assert card.tiny, "else it is passed over"
    test_every_system.test_a_batch_gives_what_single_pictures_give("spots")
    test_every_system.test_odd_pictures_are_no_trouble("spots")
    test_every_system.test_nobody_and_labels_that_are_not_wanted("spots")
    test_every_system.test_more_objects_need_no_more_reads("spots", monkeypatch)
    test_waits.test_a_batch_is_fetched_at_once("spots", monkeypatch)
    test_cards_on_cuda.test_a_batch_in_half_precision_waits_once("spots")
    test_cards_on_cuda.test_nothing_is_sent_so_that_it_must_be_waited_for("spots")
    test_cards_on_cuda.test_results_are_those_of_the_processor("spots")
    test_cards_on_cuda.test_weights_and_what_layers_make_are_laid_out_channels_last("spots")
    test_looks.test_views_are_sound_and_can_be_drawn(card)


def test_its_files_are_in_the_style_that_is_checked(followed: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed")
    # Beside the package's other files it would be known as such.
    config = ["--config", str(REPO / "pyproject.toml"), "--config", 'lint.isort.known-first-party=["segstudio"]']
    files = [str(followed / name) for name in NEEDED if name.endswith(".py")]
    for what in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *what, *config, *files], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_page_names_is_there() -> None:
    text = re.sub(r"^```.*?^```$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`((?:segstudio|tests|benchmarks|scripts)/[\w./-]*)`", text))
    there = {name for name in named if (REPO / name).exists()}
    assert len(there) > 12 and named - there == NEEDED & named
    cards = set(re.findall(r"`([a-z]+-[a-z0-9-]+)`", text)) - {"lint-imports"}
    assert cards and cards <= set(Catalog().names())


def test_the_table_of_predictors_is_right() -> None:
    rows = re.findall(
        r"^\| (`[^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    tasks: set[str] = set()
    for task, result, how, example in rows:
        tasks |= set(re.findall(r"`(\w+)`", task))
        for name in re.findall(r"`([A-Z]\w+)`", result):
            assert issubclass(getattr(results, name), results.Result), name
        for place, name in re.findall(r"`((?:blocks|systems)\.[\w.]+)\.(\w+)`", how):
            found = getattr(importlib.import_module(f"segstudio.zoo.{place}"), name)
            assert callable(found) and (name[0].islower() or issubclass(found, Predictor)), name
        for name in re.findall(r"`([\w/]+\.py)`", example):
            assert (REPO / "segstudio/zoo/systems" / name).is_file(), name
    assert tasks == set(get_args(Task))


def test_its_weights_are_taken_from_a_file(followed: Path, tmp_path: Path) -> None:
    card = Catalog().get("spots")
    network = importlib.import_module("segstudio.zoo.systems.example.spots").Spots(2, 32)
    torch.save({"state_dict": network.state_dict()}, tmp_path / "spots.pth")
    [command] = re.findall(r"^    python -c \"(.*)\" FILE$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    said = subprocess.run(
        [sys.executable, "-c", command, str(tmp_path / "spots.pth")], capture_output=True, text=True, timeout=120
    )
    assert said.stdout.splitlines()[0] == "body.0.weight (32, 3, 3, 3)", said.stderr
    weights.add_file(card, tmp_path / "spots.pth")
    assert load(card).predict([np.zeros((9, 9, 3), np.uint8)])[0][0].size == (9, 9)


def test_its_loss_is_as_the_page_says(followed: Path) -> None:
    found = cases_of(followed / "tests/learn/test_loss_spots.py")
    assert len(found) == 2
    for test in found:
        test()


class Published(torch.nn.Module):
    """Another implementation of Spots, in numpy, which stands for its authors' code."""

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        sides = [3, width, width, width]
        convs = [torch.nn.Conv2d(a, b, 3) for a, b in pairwise(sides)]
        self.body = torch.nn.ModuleDict({str(2 * i): conv for i, conv in enumerate(convs)})
        self.heat, self.extent = (torch.nn.Conv2d(width, count, 1) for count in (classes, 2))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        values = {key: value.numpy().astype(np.float64) for key, value in self.state_dict().items()}
        x = image[0].numpy().astype(np.float64)
        for i in range(3):
            padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]
            x = np.einsum("chwij,ocij->ohw", windows, values[f"body.{2 * i}.weight"])
            x = np.maximum(x + values[f"body.{2 * i}.bias"][:, None, None], 0)
        heat, extent = (
            np.einsum("chw,oc->ohw", x, values[f"{n}.weight"][..., 0, 0]) + values[f"{n}.bias"][:, None, None]
            for n in ("heat", "extent")
        )
        return torch.from_numpy(heat[None]).float(), torch.from_numpy(extent[None]).float()


def published_decode(heats: torch.Tensor, extents: torch.Tensor, count: int) -> torch.Tensor:
    heat, extent, rows = heats[0].numpy(), extents[0].numpy(), []
    for c, y, x in np.ndindex(heat.shape):
        around = heat[c, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
        if heat[c, y, x] == around.max():
            w, h = np.exp(extent[:, y, x]) / 2
            score = 1 / (1 + np.exp(-heat[c, y, x]))
            rows.append((x + 0.5 - w, y + 0.5 - h, x + 0.5 + w, y + 0.5 + h, score, c))
    rows.sort(key=lambda row: -row[4])
    return torch.tensor([rows[:count]], dtype=torch.float32)


def test_its_parity_test_holds_and_can_fail(followed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import oracles

    code = ModuleType("published")
    vars(code).update(Spots=Published, decode=published_decode)
    monkeypatch.setitem(sys.modules, "published", code)
    monkeypatch.setattr(sys, "argv", ["spots_oracle.py", str(followed / "spots")])
    runpy.run_path(str(followed / "spots_oracle.py"))

    oracle = oracles.load(followed / "spots")
    found = cases_of(followed / "tests/parity/test_parity_spots.py")
    assert len(found) == 2
    for test in found:
        assert [mark.args for mark in test.pytestmark] == [("spots",)] and list(inspect.signature(test).parameters)
        test(oracle)
    oracle.outputs["heat"] = oracle.outputs["heat"] + 0.01
    with pytest.raises(AssertionError):
        found[0](oracle)
