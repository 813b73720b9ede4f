"""A model that needs no weights, and a hand that moves the mouse."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from segstudio.core import masks
from segstudio.core.geometry import Box
from segstudio.core.labels import Label, LabelSet
from segstudio.core.results import Instances
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, PointsView, View
from segstudio.zoo import Card
from segstudio.zoo.promptable import Embedding


def picture(path: Path, width: int = 160, height: int = 120, seed: int = 0) -> Path:
    """Write a picture of blobs."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (6, 8, 3), np.uint8)
    Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(path)
    return path


CLASSES = LabelSet("toy", (Label(1, "cat"), Label(2, "bird")))


def card(name: str = "toy", **more) -> Card:
    """Return a card without weights."""
    values = {"title": "Toy masks", "task": "instances", "description": "Two squares.", "builder": "toy:make"}
    return Card(name=name, **{**values, "licence": "none", "labels": "coco-91", **more})


class ToyCatalog:
    """The cards it is given."""

    def __init__(self, *cards: Card) -> None:
        # The second is the one that cuts out what is in a box.
        self.cards = {c.name: c for c in cards or (card(starter=True), card("starter-instances"))}

    def __iter__(self) -> Iterator[Card]:
        return iter(self.cards.values())

    def get(self, name: str) -> Card:
        return self.cards[name]

    def parts(self, one: Card) -> list[Card]:
        return [one]

    def starter_pack(self) -> list[Card]:
        return [c for c in self if c.starter]


class ToyModel:
    """Finds a cat at 0.9 and a bird at 0.4 in every picture; waits while `gate` is closed."""

    def __init__(self, card: Card, _device: str) -> None:
        self.card = card
        self.memory = 1

    gate = threading.Event()
    gate.set()

    def predict(self, frames, options, context):
        assert ToyModel.gate.wait(20)
        return [[self._found(frame.shape[:2])] for frame in frames]

    def _found(self, size: tuple[int, int]) -> Instances:
        shapes = [masks.from_bitmap(np.ones((20, 20), np.uint8), x, 30) for x in (10, 60)]
        corners = np.array([[10, 30, 30, 50], [60, 30, 80, 50]], np.float32)
        return Instances(
            size=size, classes=CLASSES, boxes=corners, labels=np.array([1, 2]),
            scores=np.array([0.9, 0.4], np.float32), masks=shapes,
        )  # fmt: skip

    def look(self, frame, options, context):
        """Show a map with its size and offset, a crop of the cat and of the bird, boxes, points and two numbers."""
        assert ToyModel.gate.wait(20)
        context.stage("half", 0.5)
        height, width = frame.shape[:2]
        whole = (0.0, 0.0, float(width), float(height))
        ramp = np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 16).repeat(12, axis=0)
        maps = [("Centres", "cat", ramp, "", 0.0, 1.0), ("Size", "width", 40 * ramp, "px", None, None)]
        maps += [("Offset", "x", ramp - 0.5, "", None, None)]
        views: list[View] = [
            HeatView(group=group, title=title, box=whole, values=values, unit=unit, low=low, high=high)
            for group, title, values, unit, low, high in maps
        ]
        for name, left in (("the cat", 10), ("the bird", 60)):
            box = (float(left), 30.0, left + 20.0, 50.0)
            views.append(PictureView(group="Crops", title=name, box=box, rgb=frame[30:50, left : left + 20].copy()))
        boxes = np.array([[10, 30, 30, 50], [60, 30, 80, 50]], np.float32)
        scores = np.array([0.9, 0.4], np.float32)
        views.append(BoxesView(group="Candidates", title="boxes", box=whole, boxes=boxes, scores=scores))
        links = np.array([[0, 1]])
        views.append(PointsView(group="Candidates", title="points", box=whole, points=boxes[:, :2], links=links))
        numbers = np.array([1.5, -0.5], np.float32)
        return [*views, BarsView(group="Numbers", title="two", box=whole, labels=("a", "b"), values=numbers)]

    # Of each picture that a model looked at for prompts: its card's name and the sum of its pixels.
    looked: list[tuple[str, int]] = []

    def embed(self, frame, context):
        assert ToyModel.gate.wait(20)
        ToyModel.looked.append((self.card.name, int(frame.sum())))
        return Embedding(frame.shape[:2], None, 10)

    def prompt(self, seen, points, labels, box, mask):
        height, width = seen.size
        around = box if box is not None else Box(points[0][0] - 5, points[0][1] - 5, 10, 10)
        return [(masks.from_box(around.padded(2 * i), width, height), 0.9 - 0.2 * i) for i in range(2)]


def drag(view: QGraphicsView, *places: tuple[float, float]) -> None:
    """Press at the first place of the picture, move over the others, release at the last."""
    hold(view, *places)
    at = QPointF(view.mapFromScene(QPointF(*places[-1])))
    _send(view, QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton)


def hold(view: QGraphicsView, *places: tuple[float, float]) -> None:
    """Press at the first place of the picture and move over the others; the button stays down."""
    points = [QPointF(view.mapFromScene(QPointF(*place))) for place in places]
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    _send(view, QEvent.Type.MouseMove, points[0], none, none)
    _send(view, QEvent.Type.MouseButtonPress, points[0], left, left)
    for point in points[1:]:
        _send(view, QEvent.Type.MouseMove, point, none, left)


def _send(view: QGraphicsView, kind: QEvent.Type, at: QPointF, button, buttons) -> None:
    port = view.viewport()
    event = QMouseEvent(
        kind, at, QPointF(port.mapToGlobal(at.toPoint())), button, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(port, event)
