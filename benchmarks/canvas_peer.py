"""One peer's canvas under the same load as ours; runs in the peer's own environment and knows nothing of segstudio.

python canvas_peer.py labelme|x-anylabeling COUNT SHAPES.npy PICTURE.npy
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

WIDTH, HEIGHT = 1600, 1000
ENOUGH_S = 4.0
MOST = 15


def median_ms(step: Callable[[], object]) -> float:
    """Return the median duration of a step in milliseconds, of 15 turns or as many as fit into 4 seconds."""
    step()
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < MOST and (len(times) < 3 or time.perf_counter() - began < ENOUGH_S):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return round(1000 * statistics.median(times), 3)


class Peer:
    """A peer's canvas in a scroll area, as its window holds it."""

    def __init__(self, name: str, shapes: Any, picture: Any) -> None:
        labelme = name == "labelme"
        self.qt = "PyQt5" if labelme else "PyQt6"
        self.core, self.gui, widgets = (importlib.import_module(f"{self.qt}.Qt{m}") for m in ("Core", "Gui", "Widgets"))
        self.app = widgets.QApplication([])
        base = "labelme" if labelme else "anylabeling.views.labeling"
        shape_type = importlib.import_module(f"{base}._shape" if labelme else f"{base}.shape").Shape
        canvas_type = importlib.import_module(f"{base}.widgets.canvas").Canvas
        self.canvas = canvas_type() if labelme else canvas_type(parent=None)
        height, width = picture.shape[:2]
        image = self.gui.QImage(picture.tobytes(), width, height, 3 * width, self.gui.QImage.Format(13))
        self.canvas.load_pixmap(self.gui.QPixmap.fromImage(image))
        self.shapes = [self._shape(shape_type, points) for points in shapes]
        self.canvas.load_shapes(self.shapes)
        self.fit = min((WIDTH - 4) / width, (HEIGHT - 4) / height)
        self.canvas.scale = self.fit
        self.area = widgets.QScrollArea()
        self.area.setWidget(self.canvas)
        self.area.setWidgetResizable(True)
        self.area.resize(WIDTH, HEIGHT)
        self.area.show()
        self.canvas.adjustSize()
        self.app.processEvents()

    def _shape(self, shape_type: Any, points: Any) -> Any:
        shape = shape_type(label="thing", shape_type="polygon")
        extra = (1,) if "label" in inspect.signature(shape.add_point).parameters else ()
        for x, y in points.tolist():
            shape.add_point(self.core.QPointF(x, y), *extra)
        shape.close()
        return shape

    def mouse(self, kind: str, x: float, y: float, held: bool = False) -> None:
        """Send a mouse event at a place of the picture and let everything be painted."""
        qt, kinds = self.core.Qt, self.core.QEvent.Type if self.qt == "PyQt6" else self.core.QEvent
        none = qt.MouseButton.NoButton if self.qt == "PyQt6" else qt.NoButton
        left = qt.MouseButton.LeftButton if self.qt == "PyQt6" else qt.LeftButton
        mods = qt.KeyboardModifier.NoModifier if self.qt == "PyQt6" else qt.NoModifier
        scale = self.canvas.scale
        image = self.canvas.pixmap
        dx = max(self.canvas.width() - image.width() * scale, 0) / 2
        dy = max(self.canvas.height() - image.height() * scale, 0) / 2
        at = self.core.QPointF(x * scale + dx, y * scale + dy)
        button = none if kind == "MouseMove" else left
        event = self.gui.QMouseEvent(getattr(kinds, kind), at, at, button, left if held else none, mods)
        self.app.sendEvent(self.canvas, event)
        self.app.processEvents()

    def zoom(self, scale: float) -> None:
        """Show the picture at another scale."""
        self.canvas.scale = scale
        self.canvas.adjustSize()
        self.canvas.update()
        self.app.processEvents()

    def pan(self) -> None:
        """Scroll a little."""
        bar = self.area.verticalScrollBar()
        bar.setValue((bar.value() + 37) % max(bar.maximum(), 1))
        self.app.processEvents()


def measure(name: str, shapes: Any, picture: Any) -> dict[str, float | None]:
    """Return milliseconds by action; None for what the peer does not have."""
    peer = Peer(name, shapes, picture)
    centres = [points.mean(axis=0).tolist() for points in shapes]
    turn = iter(range(10**9))

    def place() -> tuple[float, float]:
        x, y = centres[next(turn) * 7 % len(centres)]
        return x, y

    def select() -> None:
        x, y = place()
        peer.mouse("MouseButtonPress", x, y, True)
        peer.mouse("MouseButtonRelease", x, y)

    result: dict[str, float | None] = {}
    result["repaint_ms"] = median_ms(peer.canvas.repaint)
    result["hover_ms"] = median_ms(lambda: peer.mouse("MouseMove", *place()))
    result["select_ms"] = median_ms(select)
    result["zoom_ms"] = median_ms(lambda: peer.zoom(peer.fit * (1 + 0.01 * (next(turn) % 9))))
    result["dab_ms"] = _dab(peer) if hasattr(peer.canvas, "set_brush_mode") else None
    peer.zoom(1.0)
    result["pan_ms"] = median_ms(peer.pan)
    return result


def _dab(peer: Peer) -> float:
    peer.zoom(peer.fit)
    peer.canvas.select_shapes([peer.shapes[0]])
    peer.canvas.set_brush_mode(True)
    peer.canvas.brush_radius = 32
    x, y = peer.shapes[0].points[0].x(), peer.shapes[0].points[0].y()
    peer.mouse("MouseButtonPress", x, y, True)
    turn = iter(range(10**9))
    return median_ms(lambda: peer.mouse("MouseMove", x + 20 * (next(turn) % 10), y, True))


def main() -> int:
    """Measure and print one JSON object as the last line."""
    import numpy as np

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    name, count = sys.argv[1], int(sys.argv[2])
    shapes, picture = np.load(sys.argv[3])[:count], np.load(sys.argv[4])
    print("\n" + json.dumps(measure(name, shapes, picture)), flush=True)
    # Their windows are not made to be closed in a hurry.
    os._exit(0)


if __name__ == "__main__":
    main()
