"""The brush on a picture of 8192 x 8192 pixels, and what it costs to record a step; part of canvas.py."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from canvas_bench import Bench, mouse
from canvas_peer import HEIGHT, WIDTH, median_ms
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtWidgets import QApplication

from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools import Brush, Runner
from segstudio.app.tools.dabs import sweep, tip
from segstudio.core import changes, masks, painting
from segstudio.core.annotation import Annotation
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.painting import RULES
from segstudio.store import ProjectFile

SIDE = 8192
SIZES = (64, 2000)
OBJECTS = 200
# A frame at 60 a second.
FRAME_MS = 1000 / 60


def discs() -> list[Annotation]:
    """Return objects of 100 to 900 pixels all over the picture."""
    rng = np.random.default_rng(5)
    places = rng.uniform(500, SIDE - 500, (OBJECTS, 2))
    rows = []
    for i, ((x, y), size) in enumerate(zip(places.tolist(), rng.integers(100, 900, OBJECTS).tolist(), strict=True)):
        at = tip(x, y, size)
        rows.append(Annotation(i + 2, 1, 1, geometry=masks.from_spans(sweep(at, at, (SIDE, SIDE)))))
    return rows


def brush() -> dict[str, dict[str, float]]:
    """Return median and worst milliseconds of a dab, from the event to the painted window, and of the stroke's end."""
    rng = np.random.default_rng(3)
    small = rng.integers(0, 255, (SIDE // 8, SIDE // 8, 3), np.uint8)
    view = CanvasView()
    view.resize(WIDTH, HEIGHT)
    view.set_picture(np.ascontiguousarray(small.repeat(8, axis=0).repeat(8, axis=1)))
    view.show()
    bench = Bench(view, discs())
    found: dict[str, dict[str, float]] = {}
    for size in SIZES:
        for zoom in (1.0, 0.0):
            for rule in RULES if zoom else ("keep", "take"):
                found[f"{size} px, {rule}, {'100 %' if zoom else 'whole picture'}"] = _stroke(
                    view, bench, size, zoom, rule
                )
    view.deleteLater()
    return found


def _stroke(view: CanvasView, bench: Bench, size: int, zoom: float, rule: str) -> dict[str, float]:
    if zoom:
        view.zoom_to(zoom)
        view.centerOn(QPointF(SIDE / 2, SIDE / 2))
    else:
        view.fit()
    bench.set_selection(())
    view.set_runner(Runner(Brush(size=size, rule=rule), bench))
    QApplication.processEvents()
    span = 1000 if zoom else 0.7 * SIDE
    turns = np.linspace(0, 1, 61)
    places = np.stack([SIDE / 2 + span * (turns - 0.5), SIDE / 2 + span / 4 * np.sin(9 * turns)], axis=1).tolist()
    mouse(view, QEvent.Type.MouseButtonPress, tuple(places[0]), True)
    times = []
    for place in places[1:]:
        began = time.perf_counter()
        mouse(view, QEvent.Type.MouseMove, tuple(place), True)
        times.append(1000 * (time.perf_counter() - began))
    began = time.perf_counter()
    mouse(view, QEvent.Type.MouseButtonRelease, tuple(places[-1]), False)
    end = 1000 * (time.perf_counter() - began)
    return {"dab_ms": round(float(np.median(times)), 2), "worst_ms": round(max(times), 2), "end_ms": round(end, 2)}


def record(count: int) -> dict[str, float]:
    """Return median milliseconds of the edit that ends a stroke among so many objects, and of its record on disk."""
    with tempfile.TemporaryDirectory(prefix="segstudio-record-") as name:
        project = ProjectFile.create(Path(name) / "a.segstudio")
        media = Media(project.new_ids("media"), "a.png", "image", width=SIDE, height=SIDE)
        thing = Category(project.new_ids("category"), "thing")
        first = project.new_ids("annotation", count)
        shape = masks.from_spans(sweep(tip(100, 100, 60), tip(100, 100, 60), (SIDE, SIDE)))
        rows = [Annotation(first + i, media.id, thing.id, geometry=shape) for i in range(count)]
        project.commit(changes.insert([media, thing, *rows], "Objects"))
        row: Any = rows[0]
        strokes = iter(
            masks.from_spans(sweep(tip(x, 100 + x % 7, 64), tip(x + 20, 100, 64), (SIDE, SIDE)))
            for x in range(200, 8000, 20)
        )
        edits = []

        def paint() -> None:
            nonlocal row
            edits.append(painting.paint(row, next(strokes), (SIDE, SIDE)))
            row = edits[-1].changes[0].after

        result = {"paint_ms": median_ms(paint)}
        waiting = iter(edits)
        result["record_ms"] = median_ms(lambda: project.commit(next(waiting)))
        project.close()
        return result
