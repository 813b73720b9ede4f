"""The canvas: a picture with overlays that can be zoomed, panned and drawn upon."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QTabletEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsScene, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from segstudio.app.background import Background
from segstudio.app.canvas.draft import Draft
from segstudio.app.canvas.input import event_of, key_event, key_name
from segstudio.app.canvas.layers import Layer, PictureLayer, make_layers
from segstudio.app.canvas.layers.base import rect_of
from segstudio.app.canvas.scene import Scene
from segstudio.app.canvas.tiles import Tiles
from segstudio.app.i18n import tr
from segstudio.app.tools.base import Event, Runner
from segstudio.core.geometry import Box
from segstudio.core.spans import Window
from segstudio.media.regions import Regions

MAX_ZOOM = 64.0
WHEEL = 1.0015  # zoom factor a wheel unit; a notch has 120
MARGIN = 24
OVER = 24  # desktop pixels that outlines and handles reach over an object
MOST_PARTS = 8
NEAR = 6.0  # desktop pixels a picture pixel: nearer than that, a small part has nothing around it that is known


class _Graphics(QGraphicsScene):
    """The graphics scene: its background are the base layers, which the view caches, its one item all others."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.item = _Overlays(view)
        self.addItem(self.item)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        layers = [layer for layer in self._view.layers.values() if layer.base]
        for part in _apart(painter, QRectF(rect)):
            painter.fillRect(part, self._view.backdrop)
            _paint(painter, part, layers)


class _Overlays(QGraphicsItem):
    """Paints the layers that change with the pointer."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self._view = view
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def boundingRect(self) -> QRectF:
        return self._view.reach()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        _paint(painter, option.exposedRect, [layer for layer in self._view.layers.values() if not layer.base])


def _apart(painter: QPainter, rect: QRectF) -> list[QRectF]:
    """Return the few parts of a rectangle that are painted anew, where these are much less than the whole."""
    region: Any = painter.clipRegion()  # a sequence of QRect, which its stub does not say
    parts = [QRectF(part) for part in region] if painter.hasClipping() else []
    if not 1 < len(parts) <= MOST_PARTS:
        return [rect]
    # A clip region is rounded to whole pixels of the picture.
    parts = [part.adjusted(-2, -2, 2, 2).intersected(rect) for part in parts]
    area = sum(part.width() * part.height() for part in parts)
    return parts if 2 * area < rect.width() * rect.height() else [rect]


def _paint(painter: QPainter, exposed: QRectF, layers: list[Layer]) -> None:
    zoom = max(abs(painter.deviceTransform().m11()), 1e-9)
    for layer in layers:
        if layer.drawn:
            painter.save()
            painter.setOpacity(layer.opacity)
            layer.paint(painter, exposed, zoom)
            painter.restore()


class CanvasView(QGraphicsView):
    """Shows a `Scene`.

    Attributes:
        scene_state: What is shown.
        layers: By name, the lowest first.
        keep_zoom: Whether the next picture of another size keeps place and zoom.
        background: Reads what comes into sight of a picture that is read by regions.
        runner: Runs the tool that gets the mouse and the keys; None for none.
        empty_text: What stands on the canvas while there is no picture.

    Signals:
        cursor_moved: (x, y) of the pointer in picture coordinates; NaN when it leaves.
        hovered: (id) of the object under the pointer, 0 for none.
        zoom_changed: (device pixels a picture pixel).
        failed: (exception) that a tool raised.
    """

    cursor_moved = Signal(float, float)
    hovered = Signal(int)
    zoom_changed = Signal(float)
    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene_state = Scene()
        self.layers: dict[str, Layer] = make_layers(self.scene_state)
        for layer in self.layers.values():
            layer.again = self.refresh_overlays
        picture = self.layers["picture"]
        assert isinstance(picture, PictureLayer)
        self.background = Background(self, lambda error: self.failed.emit(error) if picture.give_up() else None)
        self.keep_zoom = False
        self.runner: Runner | None = None
        self.empty_text = tr("No picture")
        self.backdrop = QColor("#141414")
        self._fitted = True
        self._space = False
        self._grip: QPointF | None = None
        self._graphics = _Graphics(self)
        self.setScene(self._graphics)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Canvas"))

    # What is shown

    def set_picture(self, source: np.ndarray | Regions | None, size: tuple[int, int] | None = None) -> None:
        """Show a picture without annotations.

        Args:
            source: uint8 (h, w, 3), or a picture that is read by regions; None while the pixels are not there.
            size: (width, height), needed only where the pixels are not there yet.
        """
        if size is None and source is not None:
            array = isinstance(source, np.ndarray)
            size = (source.shape[1], source.shape[0]) if array else (source.width, source.height)
        width, height = size or (0, 0)
        self._set(source)
        changed = (width, height) != self.scene_state.size
        self.scene_state.resize(width, height)
        if changed:
            self._graphics.item.prepareGeometryChange()
            self._graphics.setSceneRect(self.reach())
        if changed or not self.keep_zoom:
            self.fit()
        self.refresh()

    def set_pixels(self, source: np.ndarray | Regions | None) -> None:
        """Exchange the pixels of the picture that is shown; annotations, place and zoom stay."""
        self._set(source)
        self.refresh()

    def _set(self, source: np.ndarray | Regions | None) -> None:
        picture = self.layers["picture"]
        assert isinstance(picture, PictureLayer)
        picture.set(source, lambda regions: Tiles(self.background, regions, lambda w: self.refresh([w])))

    def reach(self) -> QRectF:
        """Return the part of the plane that can be scrolled to: the picture and twice its size around it."""
        width, height = self.scene_state.size
        side = 2.0 * max(width, height)
        return QRectF(-side, -side, width + 2 * side, height + 2 * side)

    def refresh(self, windows: Iterable[Window] | None = None) -> None:
        """Paint picture and regions anew in these windows of the picture, or everything."""
        if windows is None:
            self.resetCachedContent()
            self.viewport().update()
            return
        # Two screen pixels more: smooth scaling reaches over the edge.
        more = 2 / self.scale_now
        transform = self.viewportTransform()
        seen = transform.inverted()[0].mapRect(QRectF(self.viewport().rect())).adjusted(-more, -more, more, more)
        for left, top, right, bottom in windows:
            rect = QRectF(left, top, right - left, bottom - top).adjusted(-more, -more, more, more)
            # Out of sight there is nothing to paint, and Qt would have it painted.
            rect = rect.intersected(seen)
            if rect.isEmpty():
                continue
            self._graphics.invalidate(rect, QGraphicsScene.SceneLayer.BackgroundLayer)
            self.viewport().update(transform.mapRect(rect).toAlignedRect())

    def refresh_overlays(self, windows: Iterable[tuple[float, float, float, float]] | None = None) -> None:
        """Paint outlines, handles, labels and marks anew, everywhere or around windows of the picture."""
        if windows is None:
            self.viewport().update()
            return
        for left, top, right, bottom in windows:
            rect = self.viewportTransform().mapRect(QRectF(left, top, right - left, bottom - top))
            self.viewport().update(rect.adjusted(-OVER, -OVER, OVER, OVER).toAlignedRect())

    def preview(self, draft: Draft) -> None:
        """Show a tool's marks; the parts of the viewport that they and the last ones touch are painted anew."""
        old, self.scene_state.draft = self.scene_state.draft, draft
        for marks in (old, draft):
            place = marks.bounds()
            if place is not None and draft is not old:
                rect = self.viewportTransform().mapRect(rect_of(place))
                self.viewport().update(rect.adjusted(-12, -12, 12, 12).toAlignedRect())
            if marks.text is not None:
                self.viewport().update()

    def set_runner(self, runner: Runner | None) -> None:
        """Give the mouse and the keys to another tool; what the last one was drawing is gone."""
        if self.runner is not None:
            self.runner.close()
        self.runner = runner
        self._show_cursor()

    # Zoom

    @property
    def zoom(self) -> float:
        """Device pixels a picture pixel; 1 is 100 %."""
        return self.transform().m11() * self.devicePixelRatioF()

    @property
    def scale_now(self) -> float:
        """Desktop pixels a picture pixel."""
        return max(self.transform().m11(), 1e-9)

    def fit(self) -> None:
        """Show the whole picture."""
        width, height = self.scene_state.size
        self._fitted = True
        if not width or not height:
            return
        room = self.viewport().size()
        scale = min(max(room.width() - 2 * MARGIN, 16) / width, max(room.height() - 2 * MARGIN, 16) / height)
        scale = min(scale, 8.0)
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(width / 2, height / 2)
        self.zoom_changed.emit(self.zoom)

    def actual_size(self) -> None:
        """Show one picture pixel as one screen pixel."""
        self.zoom_to(1.0)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        self.zoom_to(self.zoom * factor)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom to so many device pixels a picture pixel; the place under `at` (of the viewport) stays there."""
        width, height = self.scene_state.size
        if not width or not height:
            return
        room = self.viewport().size()
        least = min(room.width() / width / 8, room.height() / height / 8, 0.25)
        scale = min(max(zoom / self.devicePixelRatioF(), least), MAX_ZOOM)
        at = at or QPointF(room.width() / 2, room.height() / 2)
        place = self.to_picture(at)
        self.setTransform(QTransform.fromScale(scale, scale))
        moved = self.viewportTransform().map(place) - at
        self._scroll(moved.x(), moved.y())
        self._fitted = False
        self.zoom_changed.emit(self.zoom)

    def show_box(self, box: Box) -> None:
        """Bring a part of the picture into the middle, with as much around it as it is wide, the picture at most."""
        self.fit()
        room = self.viewport().size()
        scale = min(room.width() / max(box.w, 1), room.height() / max(box.h, 1), 2 * NEAR) / 2
        if scale <= self.scale_now:
            return
        self.zoom_to(scale * self.devicePixelRatioF())
        self.centerOn(box.x + box.w / 2, box.y + box.h / 2)

    def to_picture(self, at: QPointF) -> QPointF:
        """Return the place in the picture under a point of the viewport."""
        return self.viewportTransform().inverted()[0].map(at)

    def _scroll(self, dx: float, dy: float) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(dx))
        down.setValue(down.value() + round(dy))

    # Painting

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        # Labels keep to the window's edge: what was scrolled is not what would be painted.
        self.viewport().update()

    def drawForeground(self, painter: QPainter, _rect: QRectF | object) -> None:
        picture = self.layers["picture"]
        if isinstance(picture, PictureLayer) and picture.empty and self.empty_text:
            painter.save()
            painter.resetTransform()
            painter.setPen(QColor(150, 150, 150))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty_text)
            painter.restore()

    # Mouse and keys

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and self.runner and {"[", "]"} <= self.runner.keys:
            # Alt turns the wheel sideways, on some systems.
            self._deliver(Event("key", key="]" if (angle.y() or angle.x()) > 0 else "[", zoom=self.scale_now))
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self.zoom * WHEEL ** (angle.y() or angle.x()), event.position())
        else:
            delta = QPointF(pixels) if not pixels.isNull() else QPointF(angle) / 2
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not delta.x():
                delta = QPointF(delta.y(), 0)
            self._scroll(-delta.x(), -delta.y())
            self._fitted = False
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        # A pen does what a mouse does, and tells how hard it is pressed.
        if isinstance(event, QTabletEvent):
            kinds = QEvent.Type
            act = {
                kinds.TabletPress: self._press,
                kinds.TabletMove: self._move,
                kinds.TabletRelease: self._release,
            }.get(event.type())
            if act is not None:
                act(event)
                event.accept()
                return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._release(event)

    def _press(self, event: QMouseEvent | QTabletEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._grip = event.position()
            self._show_cursor()
            return
        self._send(event, "press")

    def _move(self, event: QMouseEvent | QTabletEvent) -> None:
        if self._grip is not None:
            moved = event.position() - self._grip
            self._grip = event.position()
            self._scroll(-moved.x(), -moved.y())
            self._fitted = False
            return
        place = self.to_picture(event.position())
        self.cursor_moved.emit(place.x(), place.y())
        self._send(event, "move")
        if not event.buttons():
            self._hover(place)

    def _release(self, event: QMouseEvent | QTabletEvent) -> None:
        if self._grip is not None:
            self._grip = None
            self._show_cursor()
            return
        self._send(event, "release")

    def leaveEvent(self, event: QEvent) -> None:
        self.cursor_moved.emit(float("nan"), float("nan"))
        self._deliver(Event("leave"))
        self._hover(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        # Keys that the tool wants now are kept from the window's shortcuts.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            name = key_name(event)
            if (name == "Space" and not event.modifiers()) or (self.runner and name in self.runner.keys):
                event.accept()
                return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            wanted = self.runner is not None and "Tab" in self.runner.keys
            if wanted and key_name(event) == "Tab":  # Else Qt moves the focus.
                self._deliver(key_event(event, self.scale_now))
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = key_name(event)
        if name == "Space" and not event.isAutoRepeat():
            self._space = True
            self._show_cursor()
        elif self.runner is not None and name in self.runner.keys:
            self._deliver(key_event(event, self.scale_now))
        elif name != "Space":
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if key_name(event) == "Space" and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def _send(self, event: QMouseEvent | QTabletEvent, kind: Literal["press", "move", "release"]) -> None:
        self._deliver(event_of(event, kind, self.to_picture(event.position()), self.scale_now))

    def _deliver(self, event: Event) -> None:
        if self.runner is not None:
            try:
                self.runner.send(event)
            except Exception as error:
                # Whatever a tool could not do is shown by the window; the canvas goes on.
                self.failed.emit(error)

    def _hover(self, place: QPointF | None) -> None:
        state = self.scene_state
        found = state.pick(place.x(), place.y(), self.scale_now) if place is not None else 0
        if found != state.hover:
            touched = [state.table.window(slot) for id in (found, state.hover) if (slot := self._slot(id)) is not None]
            state.hover = found
            self.hovered.emit(found)
            for left, top, right, bottom in touched:
                rect = self.viewportTransform().mapRect(QRectF(left, top, right - left, bottom - top))
                self.viewport().update(rect.adjusted(-3, -3, 3, 3).toAlignedRect())

    def _slot(self, id: int) -> int | None:
        return self.scene_state.table.slot_of.get(id)

    def _show_cursor(self) -> None:
        shapes = {
            "arrow": Qt.CursorShape.ArrowCursor,
            "cross": Qt.CursorShape.CrossCursor,
            "none": Qt.CursorShape.BlankCursor,
        }
        shape = shapes[self.runner.tool.cursor] if self.runner is not None else Qt.CursorShape.ArrowCursor
        if self._grip is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space:
            shape = Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(shape)
