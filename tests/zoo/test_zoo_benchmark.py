"""The benchmark of all models: one card a system, a row a card whatever happens, and going on where it stopped."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from segstudio.zoo import Catalog

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def benchmark_zoo(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.delitem(sys.modules, "zoo", raising=False)
    return importlib.import_module("zoo")


def row(**said: Any) -> dict[str, Any]:
    figures = {"weights": "random", "size": [40, 60], "all_ms": 20.0, "bare_ms": 17.0, "share": 0.1, "objects": 3.0}
    return {**figures, **said}


def test_each_system_has_one_card_and_large_ones_are_among_them(benchmark_zoo: Any) -> None:
    cards = [card for card in Catalog() if card.task != "prompts"]
    for smallest in (False, True):
        chosen = benchmark_zoo.representatives(cards, smallest)
        systems = [(card.builder, card.task) for card in chosen]
        assert len(set(systems)) == len(systems) and set(systems) == {(c.builder, c.task) for c in cards}
    names = {card.name for card in benchmark_zoo.representatives(cards, False)}
    assert {"centernet-hg", "cornernet"} | benchmark_zoo.REPRESENTATIVES <= names


def test_an_interrupted_run_goes_on_and_a_crash_costs_one_row(
    benchmark_zoo: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, asked = tmp_path / "out.json", []
    answers: dict[str, Any] = {
        "u2net": row(),
        "u2netp": KeyboardInterrupt,
        "fastestdet": {"failed": "it ended with -9"},
    }

    def child(name: str, _args: Any) -> dict[str, Any]:
        asked.append(name)
        if answers[name] is KeyboardInterrupt:
            raise KeyboardInterrupt
        return answers[name]

    def run(*more: str) -> int:
        asked.clear()
        monkeypatch.setattr(sys, "argv", ["zoo.py", *answers, "--out", str(out), *more])
        return benchmark_zoo.main()

    monkeypatch.setattr(benchmark_zoo, "child", child)
    with pytest.raises(KeyboardInterrupt):
        run()
    first = json.loads(out.read_bytes())["models"]
    assert set(first) == set(asked) - {"u2netp"}
    answers.update(u2netp=row(share=0.2), fastestdet=row())
    assert run("--resume") == 1
    # What is measured is not measured again; what failed is.
    assert "u2netp" in asked and not [name for name in asked if "share" in first.get(name, {})]
    assert set(json.loads(out.read_bytes())["models"]) == set(answers)
    assert "u2netp: decoding" in capsys.readouterr().out
    asked.clear()
    run("--table")
    assert not asked and "| u2netp | random | 60 x 40 | 20 ms | 17 ms | 20.0 % | 3 |" in capsys.readouterr().out


def test_a_child_that_dies_or_hangs_is_a_failed_row(benchmark_zoo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    args = SimpleNamespace(device="cpu", rounds=1, seconds=1, pictures=1, tiny=True, processor=False, limit=1)
    monkeypatch.setattr(subprocess, "run", lambda *a, **_: subprocess.CompletedProcess(a, -9, "", ""))
    assert benchmark_zoo.child("u2netp", args) == {"failed": "it ended with -9"}

    def hang(*command: Any, **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", hang)
    assert benchmark_zoo.child("u2netp", args) == {"failed": "not done after 1 s"}


def test_random_networks_find_about_as_much_as_a_photo_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import random_weights
    import torch
    from checks import picture
    from predict import samples

    from segstudio import zoo
    from segstudio.engine.drafts import drafts
    from segstudio.zoo.predictor import untrained

    frame = picture(samples()[0])
    torch.manual_seed(0)
    boxes = untrained(Catalog().get("centernet-res18"))
    random_weights.tame(boxes, frame)
    threshold = random_weights.threshold_for(boxes, frame)
    assert 10 <= len(boxes.predict([frame], zoo.Options(threshold=threshold))[0][0].boxes) <= 40
    maps: Any = untrained(Catalog().get("lraspp-mobilenet"))
    outputs = maps.forward(maps.prepare([frame]), zoo.Options(), zoo.Context())
    made = random_weights.shaped(maps, outputs)
    assert [scores.shape for scores in made] == [scores.shape for scores in outputs]
    assert 4 <= len(drafts(maps.decode(made, [frame], zoo.Options())[0])) <= random_weights.CLASSES
