"""Models that need no weights, and pictures to run them on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image

from segstudio.core import changes, masks
from segstudio.core.errors import InputError
from segstudio.core.labels import COCO_PERSON, Label, LabelSet
from segstudio.core.media import Media
from segstudio.core.results import Boxes, Instances, Result
from segstudio.store import ProjectFile

CLASSES = LabelSet("fake", (Label(1, "person", "human"), Label(2, "cat", "animal")), COCO_PERSON)


def boxes(size: tuple[int, int], corners: Sequence[Sequence[float]], labels=None, scores=None, notes=()) -> Boxes:
    n = len(corners)
    return Boxes(
        size=size,
        classes=CLASSES,
        notes=tuple(notes),
        boxes=np.array(corners, np.float32).reshape(-1, 4),
        labels=np.array([1] * n if labels is None else labels, np.int64),
        scores=np.array(np.linspace(0.9, 0.5, n) if scores is None else scores, np.float32),
    )


def instances(size: tuple[int, int], corners: Sequence[Sequence[float]], labels=None, scores=None) -> Instances:
    b = boxes(size, corners, labels, scores)
    shapes = []
    for left, top, right, bottom in b.boxes.astype(int).tolist():
        shapes.append(masks.from_bitmap(np.ones((bottom - top, right - left), np.uint8), left, top))
    return Instances(size=size, classes=CLASSES, boxes=b.boxes, labels=b.labels, scores=b.scores, masks=shapes)


class FakePredictor:
    """Finds bright rectangles: every frame whose first pixel is (v, _, _) has v % 8 boxes."""

    memory = 100
    tiles_itself = False

    def __init__(self, card, device: str) -> None:
        self.card, self.device = card, device
        self.calls = 0
        self.started = threading.Event()
        self.hook: Callable[[list[np.ndarray], object], list[list[Result]] | None] = lambda frames, context: None

    def predict(self, frames, options, context):
        self.calls += 1
        self.started.set()
        made = self.hook(frames, context)
        return [self.found(f) for f in frames] if made is None else made

    def found(self, frame: np.ndarray) -> list[Result]:
        count = int(frame[0, 0, 0]) % 8
        return [boxes(frame.shape[:2], [(4 * i, 2, 4 * i + 3, 12) for i in range(count)])]


class FakeCatalog:
    """Knows every name that begins with "fake"."""

    def __init__(self) -> None:
        self.cards: dict[str, SimpleNamespace] = {}

    def get(self, name: str):
        if not name.startswith("fake"):
            raise InputError(f"There is no model '{name}'.")
        return self.cards.setdefault(name, SimpleNamespace(name=name, digest="ab" * 32, default_threshold=0.5))

    def parts(self, card):
        return [card]


class Loader:
    """`load` of the engine; keeps what it made by (name, device)."""

    def __init__(self) -> None:
        self.made: dict[tuple[str, str], FakePredictor] = {}
        self.hook = None

    def __call__(self, card, device: str) -> FakePredictor:
        predictor = self.made[card.name, device] = FakePredictor(card, device)
        if self.hook is not None:
            predictor.hook = self.hook
        return predictor


def write_picture(path: Path, value: int, size: tuple[int, int] = (24, 40)) -> None:
    """Write a grey PNG of (height, width)."""
    Image.fromarray(np.full((*size, 3), value, np.uint8)).save(path)


def make_project(folder: Path, count: int, *, path: Path | str = ":memory:") -> ProjectFile:
    """Return a project of `count` pictures; picture i has value i % 7 + 1, and so as many boxes."""
    names = [f"{i:04}.png" for i in range(count)]
    for i, name in enumerate(names):
        write_picture(folder / name, i % 7 + 1)
    project = ProjectFile.create(path, folder.absolute())
    first = project.new_ids("media", count)
    project.commit(changes.insert([Media(first + i, name) for i, name in enumerate(names)], "Add"))
    return project
