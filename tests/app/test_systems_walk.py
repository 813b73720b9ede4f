"""One walk a system: predict a photo, look inside, correct an object, undo, keep it, and export it to COCO."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from app_fakes import drag
from pycocotools.coco import COCO
from pycocotools.mask import decode, frPyObjects
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from walk_systems import SYSTEMS, System, TinyCatalog, loader

from segstudio.app import i18n, theme
from segstudio.app.bridge import ENDED
from segstudio.app.dialogs.error import ErrorDialog
from segstudio.app.dialogs.transfer import ExportDialog
from segstudio.app.main_window import MainWindow
from segstudio.app.settings import Settings
from segstudio.core import masks
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Polygons
from segstudio.core.masks import Mask
from segstudio.engine.engine import Engine
from segstudio.store import ProjectFile

PHOTO, SIZE = "astronaut.jpg", (512, 512)
LONG = 60_000  # ms: what a busy machine may take for a second of work


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory) -> Iterator[MainWindow]:
    """One window for all walks, with the systems' tiny networks in its Models panel."""
    import torch  # noqa: F401  Here, so that no walk waits for it.

    i18n.install(qapp, "en")
    theme.install(qapp, "dark")
    settings = Settings(tmp_path_factory.mktemp("walk") / "settings.ini")
    settings.set_text("device", "cpu")
    catalog = TinyCatalog()
    errors: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ErrorDialog, "exec", lambda self: errors.append(str(self.error)))
        made = MainWindow(settings, lambda: Engine(catalog, load=loader(catalog)))
        made.resize(1300, 900)
        made.show()
        made.activateWindow()
        yield made
        made.close()
        made.deleteLater()
        qapp.processEvents()
        assert errors == []


@pytest.fixture
def opened(window: MainWindow, qtbot, tmp_path: Path) -> MainWindow:
    """The window with a project of one photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / PHOTO).write_bytes((files("segstudio.resources") / "samples" / PHOTO).read_bytes())
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None, timeout=LONG)
    assert not window.session.annotations and window.session.inside.place is None
    return window


def act(window: MainWindow, name: str, qtbot) -> None:
    """Do what a menu's entry does, once it is offered."""
    qtbot.waitUntil(lambda: window.actions_[name].isEnabled())
    window.actions_[name].trigger()


def choose(window: MainWindow, name: str, qtbot) -> None:
    """Search a card by its title and click it."""
    panel = window.panels["models"]
    panel.come_forward()
    panel.search.clear()
    qtbot.keyClicks(panel.search, panel._card(name).title)
    index = panel.cards.index(panel.cards.row_of(name))
    panel.list.scrollTo(index)
    at = panel.list.visualRect(index).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.model == name


def predict(window: MainWindow, qtbot) -> list[Annotation]:
    """Press Predict and wait for the job; return what is on the picture, the surest first."""
    panel = window.panels["models"]
    qtbot.mouseClick(panel.predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.bridge.one.state in ENDED, timeout=LONG)
    assert window.bridge.one.state == "done", window.bridge.one.error
    qtbot.waitUntil(lambda: bool(window.session.annotations))
    return sorted(window.session.annotations.values(), key=lambda a: -(a.score or 0.0))


def has_form(a: Annotation, form: str) -> bool:
    """Return whether an object is made of what its system gives, and large enough for a hand."""
    whole = {"mask": isinstance(a.geometry, Mask | Polygons), "joints": a.keypoints is not None, "box": True}[form]
    return whole and a.bounds.w >= 30 and a.bounds.h >= 30


def pick(window: MainWindow, a: Annotation, qtbot) -> None:
    """Click an object's row in the list of objects."""
    panel = window.panels["objects"]
    panel.come_forward()
    index = panel.model.index(panel.model.row_of(a.id))
    panel.list.scrollTo(index)
    at = panel.list.visualRect(index).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.session.selection == {a.id}


def correct(window: MainWindow, a: Annotation, form: str, qtbot) -> None:
    """Drag a corner of the selected box, a vertex of the polygon that a mask becomes, or a joint."""
    act(window, "tool.point" if form == "joints" else "tool.select", qtbot)
    if form == "mask":
        act(window, "shape.to_polygon", qtbot)
        shape = window.session.annotations[a.id].geometry
        assert isinstance(shape, Polygons)
        start = tuple(np.reshape(shape.parts[0], (-1, 2))[0].tolist())
    elif form == "joints":
        seen = [a.keypoints.point(i) for i in range(a.keypoints.count)]
        start = next((x, y) for x, y, v in seen if v)
    else:
        start = (a.bounds.x, a.bounds.y)
    x, y = start
    away = 20 if x < 256 else -20, 15 if y < 256 else -15
    drag(window.canvas, start, (x + away[0] / 2, y + away[1] / 2), (x + away[0], y + away[1]))
    qtbot.waitUntil(lambda: not window.session.annotations[a.id].is_prediction)


def export(window: MainWindow, path: Path, qtbot) -> COCO:
    """Write the project by the dialog that the action opens; return the file as pycocotools reads it."""
    left: list[str] = []

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ExportDialog):
            QTimer.singleShot(20, press)
            return
        dialog.path.setText(str(path))
        qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
        wait(dialog)

    def wait(dialog: ExportDialog) -> None:
        if dialog.report is None and dialog.write.isEnabled():
            left.append(dialog.said.text())
            dialog.reject()
        elif dialog.report is None:
            QTimer.singleShot(20, lambda: wait(dialog))
        else:
            qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)
    act(window, "file.export", qtbot)
    assert left == []
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def look_inside(window: MainWindow, qtbot) -> set[str]:
    """Press Look Inside and wait; return the groups that the panel offers."""
    panel = window.panels["inside"]
    panel.come_forward()
    qtbot.mouseClick(panel.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(panel.views.views), timeout=LONG)
    assert window.canvas.scene_state.insight is panel.views.views[0]
    return {panel.group.itemData(i) for i in range(1, panel.group.count())}


def bitmap(rle: dict) -> np.ndarray:
    """Return the mask of a run-length code of COCO, packed or as numbers."""
    packed = rle if isinstance(rle["counts"], str | bytes) else frPyObjects(rle, *rle["size"])
    return decode(packed)


def says(row: dict, a: Annotation, form: str) -> bool:
    """Return whether a row of a COCO file says what an object is."""
    if form == "mask":
        shape, rings = a.geometry, row.get("segmentation")
        assert isinstance(shape, Polygons)
        if shape.holes:
            # COCO's polygons have none: such an object is written as a mask.
            return isinstance(rings, dict) and np.array_equal(bitmap(rings), masks.paste(a.mask(*SIZE), *SIZE[::-1]))
        same = isinstance(rings, list) and [len(ring) for ring in rings] == [len(part) for part in shape.parts]
        return same and all(np.allclose(ring, part, atol=0.01) for ring, part in zip(rings, shape.parts))
    if form == "joints":
        return bool(row.get("num_keypoints")) and np.allclose(row["keypoints"], a.keypoints.values, atol=0.01)
    box = a.geometry
    return np.allclose(row["bbox"], (box.x, box.y, box.w, box.h), atol=0.01)


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_a_system_is_run_seen_corrected_and_exported(opened, qtbot, tmp_path: Path, system: System) -> None:
    window = opened
    plain = window.canvas.grab().toImage()
    choose(window, system.card, qtbot)
    found = [a for a in predict(window, qtbot) if has_form(a, system.form)]
    assert found, "it finds something of its form"
    first = found[0]
    assert first.origin.model == system.card and first.is_prediction
    panel = window.panels["objects"]
    assert panel.model.rowCount() == len(window.session.annotations)
    assert window.canvas.grab().toImage() != plain, "the objects are drawn"

    assert set(system.groups) <= look_inside(window, qtbot)

    pick(window, first, qtbot)
    correct(window, first, system.form, qtbot)
    corrected = window.session.annotations[first.id]
    assert corrected.origin.model == system.card and corrected != first
    act(window, "edit.undo", qtbot)
    assert window.session.annotations[first.id] != corrected
    act(window, "edit.redo", qtbot)
    assert window.session.annotations[first.id] == corrected

    data = export(window, tmp_path / "out.json", qtbot)
    assert len(data.anns) == len(window.session.annotations)
    assert any(says(row, corrected, system.form) for row in data.anns.values()), "the corrected one is in the file"
    if system.form == "mask":
        assert all(data.annToMask(row).any() for row in data.anns.values() if row.get("segmentation"))

    where = Path(window.session.project.path)
    window.load([])
    with ProjectFile.open(where) as again:
        kept = again.annotation(first.id)
        assert kept is not None
        assert (kept.geometry, kept.keypoints, kept.review) == (corrected.geometry, corrected.keypoints, "corrected")
