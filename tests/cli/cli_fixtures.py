"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_data import coco
from PIL import Image

from segstudio.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command line returned and wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one object on standard output."""
        found = json.loads(self.out)
        assert self.out.count("\n") == 1
        assert found["exit"] == self.code
        assert found["ok"] == (self.code == 0)
        return found


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command line and return what it did; a traceback is never all right."""

    def run(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three small pictures: a bright square in each."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for i, name in enumerate(("a1.png", "a2.png", "sub/a10.png")):
        picture = np.full((40, 60, 3), 30, np.uint8)
        picture[10:20, 5 + 5 * i : 25 + 5 * i] = 220
        Image.fromarray(picture).save(folder / name)
    return folder


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """A COCO file for `photos`."""
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(coco()), encoding="utf-8")
    return path


@pytest.fixture
def squares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models find the bright square of `photos` and call it a cat, whatever their name."""
    from segstudio.core import masks
    from segstudio.core.results import Instances
    from segstudio.zoo import Card, Predictor

    class Squares(Predictor):
        """Finds what is bright."""

        def predict(self, frames, options=None, context=None):
            return [[self._one(frame)] for frame in frames]

        def _one(self, frame: np.ndarray) -> Instances:
            bright = frame[..., 0] > 128
            rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
            box = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
            cat = next(label.id for label in self.classes.labels if label.name == "cat")
            return Instances(
                size=frame.shape[:2], classes=self.classes, boxes=np.array([box], np.float32),
                labels=np.array([cat]), scores=np.array([0.9], np.float32), masks=[masks.from_bitmap(bright)],
            )  # fmt: skip

    def load(card: Card, device: str = "cpu", **_: Any) -> Predictor:
        return Squares(card, device)

    monkeypatch.setattr("segstudio.zoo.load", load, raising=False)
