"""Class names and scores, where there is room to read them."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPixmap

from segstudio.app.canvas.layers.base import Layer, scale_of, to_screen
from segstudio.app.canvas.scene import Scene
from segstudio.core.annotation import Annotation
from segstudio.core.colors import RGB, ink_on

MOST = 150
# An object must be this wide and high on the screen to get a label; the selected ones always do.
WIDE, HIGH = 34.0, 18.0
_FONT = 11
_CELL = 16.0
_KEPT = 1000
# Left, top, width and height in desktop pixels, and the tag.
Placed = tuple[float, float, float, float, QPixmap]
# A tag's picture, and its size in desktop pixels.
Tag = tuple[QPixmap, float, float]


class LabelsLayer(Layer):
    """A tag on top of each object; the selected and the largest come first, and none covers another."""

    name = "labels"
    kind = "labels"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._tags: OrderedDict[tuple[str, RGB, bool, float], Tag] = OrderedDict()
        self._key: tuple[object, ...] = ()
        self._placed: list[Placed] = []
        self._ranked_for: tuple[object, ...] = ()
        self._ranked: list[int] = []

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        scene = self.scene
        ratio = abs(painter.deviceTransform().m11()) / scale_of(painter)
        visible = _window_of(painter, ratio)
        scale = to_screen(painter)
        key = (
            scene.version,
            scene.selection,
            scale,
            visible.x(),
            visible.y(),
            visible.width(),
            visible.height(),
            ratio,
        )
        if key != self._key:
            old, still = self._placed, key[2:] == self._key[2:]
            self._key, self._placed = key, self._place(visible, scale, ratio)
            if still:
                self._repair(old, exposed, scale)
        left, top = exposed.left() * scale, exposed.top() * scale
        right, bottom = exposed.right() * scale, exposed.bottom() * scale
        for x, y, w, h, tag in self._placed:
            if x < right and y < bottom and x + w > left and y + h > top:
                painter.drawPixmap(QPointF(x, y), tag)

    def _repair(self, old: list[Placed], exposed: QRectF, scale: float) -> None:
        """Ask for tags to be painted that come or go elsewhere than what is painted now."""
        before, after = ({(*p[:4], id(p[4])) for p in placed} for placed in (old, self._placed))
        parts = [QRectF(x / scale, y / scale, w / scale, h / scale) for x, y, w, h, _ in before ^ after]
        missed = [part for part in parts if not exposed.contains(part)]
        if missed:
            self.again([(p.left(), p.top(), p.right(), p.bottom()) for p in missed])

    def _candidates(self, visible: QRectF, scale: float) -> list[int]:
        """Return the slots of objects that could get a label, the most important first."""
        table, window = self.scene.table, _whole(visible)
        key = (self.scene.version, scale, window)
        if key != self._ranked_for:
            # Another selection alone changes nothing about the others: of 10,000 they are not ranked anew.
            slots = table.touching(window)
            sides = (table.boxes[slots, 2:] - table.boxes[slots, :2]) * scale
            room = (sides[:, 0] >= WIDE) & (sides[:, 1] >= HIGH)
            order = np.argsort(-sides[room].prod(axis=1), kind="stable")
            self._ranked_for, self._ranked = key, slots[room][order[: 4 * MOST]].tolist()
        slots = np.array([table.slot_of[i] for i in self.scene.selection if i in table.slot_of], np.int64)
        left, top, right, bottom = window
        box = table.boxes[slots]
        seen = (
            table.visible[slots] & (box[:, 0] < right) & (box[:, 2] > left) & (box[:, 1] < bottom) & (box[:, 3] > top)
        )
        slots, sides = slots[seen], (box[:, 2:] - box[:, :2])[seen]
        first = slots[np.argsort(-sides.prod(axis=1), kind="stable")[: 4 * MOST]].tolist()
        chosen = set(first)
        return [*first, *(slot for slot in self._ranked if slot not in chosen)][: 4 * MOST] if chosen else self._ranked

    def _place(self, visible: QRectF, scale: float, ratio: float) -> list[Placed]:
        placed: list[Placed] = []
        taken: set[tuple[int, int]] = set()
        seen_x, seen_y, seen_right = visible.x(), visible.y(), visible.right()
        for slot in self._candidates(visible, scale):
            a = self.scene.table.rows[slot]
            if a is None:
                continue
            tag, w, h = self._tag(a, ratio)
            left, top = self.scene.table.boxes[slot, :2].tolist()
            middle = self._peak(a)
            x = max(left, seen_x) * scale if middle is None else middle * scale - w / 2
            y = top * scale - h - 1
            if y < seen_y * scale:
                y = max(top, seen_y) * scale + 1
            x = max(min(x, seen_right * scale - w), seen_x * scale)
            across = range(int(x // _CELL), int((x + w) // _CELL) + 1)
            cells = [(i, j) for j in range(int(y // _CELL), int((y + h) // _CELL) + 1) for i in across]
            if taken.isdisjoint(cells):
                taken.update(cells)
                placed.append((round(x), round(y), w, h, tag))
            if len(placed) == MOST:
                break
        return placed

    def _peak(self, a: Annotation) -> float | None:
        """Return the middle of a region's topmost pixels, where its tag touches it; None for a box."""
        if "masks" not in self.scene.kinds or a.box is not None:
            return None
        return self.scene.composer.bitmaps.get(a).peak

    def _tag(self, a: Annotation, ratio: float) -> Tag:
        style = self.scene.style
        category = style.categories.get(a.category)
        name = category.name if category is not None else "no class"
        text = f"{name} {a.score:.2f}" if a.score is not None and a.is_prediction else name
        key = (text, style.color(a), a.id in self.scene.selection, ratio)
        found = self._tags.get(key)
        if found is None:
            drawn = draw_tag(*key)
            size = drawn.deviceIndependentSize()
            found = self._tags[key] = drawn, size.width(), size.height()
            while len(self._tags) > _KEPT:
                self._tags.popitem(last=False)
        return found


def draw_tag(text: str, color: RGB, selected: bool, ratio: float) -> QPixmap:
    """Return a tag: text on a rounded ground in the object's colour, white with a dark rim when selected."""
    font = QFont()
    font.setPixelSize(_FONT)
    font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(font)
    width, height = round(metrics.horizontalAdvance(text)) + 10, round(metrics.height()) + 2
    tag = QPixmap(round(width * ratio), round(height * ratio))
    tag.setDevicePixelRatio(ratio)
    tag.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tag)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QColor(255, 255, 255) if selected else QColor(*color)
    painter.setPen(QColor(0, 0, 0, 200 if selected else 90))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), 3, 3)
    painter.setFont(font)
    painter.setPen(QColor(*ink_on((255, 255, 255) if selected else color)))
    painter.drawText(QRectF(0, 0, width, height), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return tag


def _window_of(painter: QPainter, ratio: float) -> QRectF:
    """Return the part of the picture that the whole device shows, not only the part that is painted anew."""
    device, transform = painter.device(), painter.worldTransform()
    # Pictures tell their size in their own pixels, windows in the desktop's.
    side = ratio if isinstance(device, QImage | QPixmap) else 1.0
    area = QRectF(0, 0, device.width() / side, device.height() / side) if device is not None else QRectF()
    return transform.inverted()[0].mapRect(area)


def _whole(rect: QRectF) -> tuple[int, int, int, int]:
    return int(rect.left()) - 1, int(rect.top()) - 1, int(rect.right()) + 1, int(rect.bottom()) + 1
