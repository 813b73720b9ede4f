"""How fast the assists answer on pictures of 0.4 to 12 megapixels, beside the bare OpenCV calls they stand on.

The picture is a sample photo, enlarged. "map" is what a click of the scissors waits for in a thread, "follow" is one
move of the pointer, from the event to the painted window (1600 x 1000 pixels, no screen), with the whole picture in
sight; "grabcut" cuts a box of a quarter of the picture. The bare calls get the same pixels, not shrunk. Times are
medians in milliseconds; the bare ones that take long are taken once, and GrabCut's only up to a megapixel.

    python benchmarks/assists.py [--quick] [--json]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from canvas import Bench, mouse
from canvas_peer import HEIGHT, WIDTH, median_ms
from common import arguments, finish, machine
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools import Runner
from segstudio.app.tools.scissors import Scissors
from segstudio.assist import grabcut, scissors, snap, superpixels, wand, watershed
from segstudio.assist.crops import Stroke
from segstudio.core import masks
from segstudio.core.geometry import Box

SIZES = ((741, 500), (2000, 1350), (4000, 2700))
QUICK = SIZES[:1]
BARE_GRABCUT = 1_000_000


class Desk(Bench):
    """A bench with a picture, which does at once what a tool asks a thread for."""

    picture: np.ndarray

    def pixels(self, box: Box | None = None) -> np.ndarray:
        if box is None:
            return self.picture
        left, top, right, bottom = box.clipped(*self.size).pixels()
        return self.picture[top:bottom, left:right]

    def shown_box(self) -> Box:
        return Box(0.0, 0.0, *map(float, self.size))

    def work(self, function: Callable[[], Any], then: Callable[[Any], Any], *_: str) -> None:
        then(function())


def once_ms(step: Callable[[], object]) -> float:
    """Return the milliseconds of one turn."""
    began = time.perf_counter()
    step()
    return round(1000 * (time.perf_counter() - began), 3)


def bare_scissors(picture: np.ndarray, at: tuple[int, int]) -> cv2.segmentation.IntelligentScissorsMB:
    """Return OpenCV's tool with its map built."""
    tool = cv2.segmentation.IntelligentScissorsMB()
    tool.setEdgeFeatureCannyParameters(32, 100)
    tool.setGradientMagnitudeMaxLimit(200)
    tool.applyImage(picture)
    tool.buildMap(at)
    return tool


def bare_grabcut(picture: np.ndarray, box: Box) -> None:
    """Cut with one round, as `grabcut.cut` does."""
    labels, models = np.zeros(picture.shape[:2], np.uint8), (np.zeros((1, 65)), np.zeros((1, 65)))
    rect = int(box.x), int(box.y), int(box.w), int(box.h)
    cv2.grabCut(picture, labels, rect, *models, 1, cv2.GC_INIT_WITH_RECT)


def follow_ms(picture: np.ndarray) -> float:
    """Return the milliseconds from a move of the pointer to the painted wire."""
    view = CanvasView()
    view.resize(WIDTH, HEIGHT)
    view.set_picture(picture)
    view.show()
    desk = Desk(view, [])
    desk.picture = picture
    view.set_runner(Runner(Scissors(), desk))
    view.fit()
    QApplication.processEvents()
    height, width = picture.shape[:2]
    for kind, held in ((QEvent.Type.MouseButtonPress, True), (QEvent.Type.MouseButtonRelease, False)):
        mouse(view, kind, (width * 0.2, height * 0.2), held)
    turn = iter(range(10**9))

    def move() -> None:
        i = next(turn)
        mouse(view, QEvent.Type.MouseMove, (width * (0.3 + 0.05 * (i % 11)), height * (0.8 - 0.04 * (i % 13))), False)

    result = median_ms(move)
    view.set_runner(None)
    view.deleteLater()
    return result


def measure(picture: np.ndarray) -> dict[str, dict[str, float | None]]:
    """Return {assist: {"segstudio": ms, "bare": ms or None}}."""
    height, width = picture.shape[:2]
    centre = width // 2, height // 2
    box = Box(width * 0.25, height * 0.25, width * 0.5, height * 0.5)
    left, top, right, bottom = box.padded(0.1 * width).pixels()
    crop = np.ascontiguousarray(picture[top:bottom, left:right])
    tool = bare_scissors(picture, centre)
    far = wand.distances(picture, centre)
    mask = grabcut.cut(crop, box=box, x=left, y=top)
    strokes = [Stroke((centre,), 1), Stroke(((5.0, 5.0), (width - 5.0, 5.0)), 0)]
    parts = superpixels.split(picture, 24)
    around = snap.area(mask if mask.counts else masks.from_box(box, width, height), 10.0, width, height)
    x0, y0, x1, y1 = around.pixels()

    def alone(step: Callable[[], object]) -> dict[str, float | None]:
        return {"segstudio": median_ms(step), "bare": None}

    inside = Box(box.x - left, box.y - top, box.w, box.h)
    return {
        "scissors map": {
            "segstudio": median_ms(lambda: scissors.Wire(picture, centre)),
            "bare": once_ms(lambda: bare_scissors(picture, centre)),
        },
        "scissors follow": {
            "segstudio": follow_ms(picture),
            "bare": median_ms(lambda: tool.getContour((width // 5, height // 5))),
        },
        "grabcut": {
            "segstudio": median_ms(lambda: grabcut.cut(crop, box=box, x=left, y=top)),
            "bare": once_ms(lambda: bare_grabcut(crop, inside)) if width * height <= BARE_GRABCUT else None,
        },
        "wand, click": alone(lambda: wand.distances(picture, centre)),
        "wand, drag": alone(lambda: wand.select(far, 12.0)),
        "superpixels": alone(lambda: superpixels.split(picture, 24)),
        "superpixels, pick": alone(lambda: parts.mask([parts.count // 2])),
        "watershed": alone(lambda: watershed.flood(picture, strokes)),
        "CRF snap": alone(lambda: snap.snap(picture[y0:y1, x0:x1], mask, x=x0, y=y0)),
    }


def reached(found: dict[str, dict[str, dict[str, float | None]]]) -> dict[str, bool]:
    """Return which aims this run reached."""
    limits = {"scissors map": 500, "scissors follow": 16, "grabcut": 1000, "wand, drag": 100, "CRF snap": 2000}
    return {
        f"{assist} under {limit} ms at {size}": (values[assist]["segstudio"] or 0) < limit
        for size, values in found.items()
        for assist, limit in limits.items()
    }


def main() -> int:
    """Measure everything and print it; 0 where all aims are reached."""
    options = arguments(__doc__).parse_args()
    app = QApplication.instance() or QApplication([])
    app.setQuitOnLastWindowClosed(False)
    data = np.frombuffer((files("segstudio.resources") / "samples" / "motorcycle.jpg").read_bytes(), np.uint8)
    photo = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    found = {}
    for size in QUICK if options.quick else SIZES:
        found[f"{size[0]}x{size[1]}"] = measure(cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC))
    result = {"machine": machine(), "ms": found, "reached": reached(found)}
    lines = [f"{'':20}" + "".join(f"{size:>24}" for size in found)]
    for assist in next(iter(found.values())):
        cells = []
        for values in found.values():
            ours, bare = values[assist]["segstudio"], values[assist]["bare"]
            cells.append(f"{ours:>10.2f}" + (f" (bare {bare:>6.1f})" if bare is not None else " " * 14))
        lines.append(f"{assist:20}" + "".join(cells))
    lines += [f"{'reached' if ok else 'MISSED'}: {aim}" for aim, ok in result["reached"].items()]
    return finish(result, options.json, lines)


if __name__ == "__main__":
    sys.exit(main())
