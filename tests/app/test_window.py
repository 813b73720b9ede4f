"""The window by real events: open, draw, undo, relabel, accept, export; and that nothing is lost on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app_fakes import ToyModel, drag
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.bridge import ENDED
from segstudio.app.dialogs.error import ErrorDialog
from segstudio.app.dialogs.transfer import ExportDialog, ImportDialog
from segstudio.core.annotation import ACCEPTED, REJECTED
from segstudio.core.geometry import Box
from segstudio.store import ProjectFile


def key(window, qtbot, code: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    window.canvas.setFocus()
    # What can be done is found out once the events before are done.
    QApplication.processEvents()
    qtbot.keyClick(window.canvas, code, modifier)


def predict(window, qtbot) -> None:
    key(window, qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.bridge.one is not None)
    qtbot.waitUntil(lambda: window.bridge.one.state in ENDED)
    assert window.bridge.one.state == "done", window.bridge.one.error
    qtbot.waitUntil(lambda: len(window.session.annotations) >= 2)


def annotations(window) -> list:
    return list(window.session.annotations.values())


def test_the_first_page_is_the_welcome_page(window):
    assert window.pages.currentWidget() is window.welcome
    assert not window.panels["files"].isVisible()
    assert window.windowTitle() == "segstudio"


def test_opening_a_folder_shows_its_first_picture(opened):
    assert opened.windowTitle() == "photos – segstudio"
    assert opened.panels["files"].list.isVisible() and opened.panels["files"].model.rowCount() == 4
    assert opened.canvas.scene_state.size == (160, 120)
    assert not opened.frames.isVisible()
    assert opened.status.place.text() == "1 / 4" and opened.status.file.text() == "p1.png"
    assert opened.status.zoom_text.text().endswith("%")


def test_a_stroke_of_the_brush_becomes_an_object_that_can_be_undone(opened, qtbot):
    key(opened, qtbot, Qt.Key.Key_B)
    assert opened.actions_["tool.brush"].isChecked()
    drag(opened.canvas, (40, 40), (60, 50), (80, 60))
    (a,) = annotations(opened)
    assert a.geometry.area > 100 and opened.session.selection == {a.id}
    key(opened, qtbot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert annotations(opened) == []
    key(opened, qtbot, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(annotations(opened)) == 1
    assert opened.panels["objects"].model.rowCount() == 1


def test_a_prediction_is_filtered_accepted_rejected_and_corrected(opened, qtbot):
    predict(opened, qtbot)
    cat, bird = sorted(annotations(opened), key=lambda a: -a.score)
    assert opened.panels["objects"].model.rowCount() == 1
    opened.panels["objects"].threshold.slider.setValue(20)
    assert opened.panels["objects"].model.rowCount() == 2
    assert opened.canvas.scene_state.under(65, 35, 1.0) == [bird.id]

    opened.session.select([cat.id])
    key(opened, qtbot, Qt.Key.Key_Return)
    assert opened.session.annotations[cat.id].review == ACCEPTED
    assert opened.session.annotations[cat.id].origin.kind == "user"
    opened.session.select([bird.id])
    key(opened, qtbot, Qt.Key.Key_Backspace)
    assert opened.session.annotations[bird.id].review == REJECTED
    assert opened.canvas.scene_state.under(65, 35, 1.0) == []

    opened.session.select([cat.id])
    key(opened, qtbot, Qt.Key.Key_E)
    before = opened.session.annotations[cat.id].geometry.area
    drag(opened.canvas, (10, 30), (20, 30))
    assert opened.session.annotations[cat.id].geometry.area < before


def test_the_number_keys_choose_a_class_and_relabel_what_is_selected(opened, qtbot):
    predict(opened, qtbot)
    names = [c.name for c in opened.session.categories.values()]
    cat = next(a for a in annotations(opened) if opened.session.categories[a.category].name == "cat")
    opened.session.select([cat.id])
    key(opened, qtbot, Qt.Key(Qt.Key.Key_1.value + names.index("bird")))
    changed = opened.session.annotations[cat.id]
    assert opened.session.categories[changed.category].name == "bird"
    assert opened.session.category == changed.category


def test_delete_copy_paste_duplicate(opened, qtbot):
    predict(opened, qtbot)
    control = Qt.KeyboardModifier.ControlModifier
    opened.panels["objects"].threshold.slider.setValue(0)
    key(opened, qtbot, Qt.Key.Key_A, control)
    assert len(opened.session.selection) == 2
    key(opened, qtbot, Qt.Key.Key_C, control)
    key(opened, qtbot, Qt.Key.Key_Delete)
    assert annotations(opened) == []
    key(opened, qtbot, Qt.Key.Key_V, control)
    assert len(annotations(opened)) == 2
    assert {a.origin.kind for a in annotations(opened)} == {"user"}
    key(opened, qtbot, Qt.Key.Key_D, control)
    assert len(annotations(opened)) == 4
    assert len({a.bounds.x for a in annotations(opened)}) == 4


def test_tab_walks_through_the_objects(opened, qtbot):
    predict(opened, qtbot)
    opened.panels["objects"].threshold.slider.setValue(0)
    seen = []
    for _ in range(3):
        opened.actions_["object.next"].trigger()
        seen += list(opened.session.selection)
    assert seen[0] != seen[1] and seen[2] == seen[0]
    opened.actions_["object.previous"].trigger()
    assert list(opened.session.selection) == [seen[1]]


def test_a_run_over_all_pictures_and_its_way_back(opened, qtbot):
    key(opened, qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: opened.bridge.run is not None and opened.bridge.run.state == "done")
    qtbot.waitUntil(lambda: opened.panels["models"].undo_run.isVisible())
    assert sum(opened.session.project.counts("media").values()) == 8
    assert len(annotations(opened)) == 2
    opened.panels["models"].undo_run.click()
    qtbot.waitUntil(lambda: not annotations(opened))
    assert opened.session.project.counts("media") == {}
    opened.session.undo()
    qtbot.waitUntil(lambda: len(annotations(opened)) == 2)


def test_a_run_can_be_paused_and_cancelled(opened, qtbot):
    ToyModel.gate.clear()
    opened.panels["models"].predict_every.click()
    qtbot.waitUntil(lambda: opened.panels["models"].progress.isVisible())
    opened.panels["models"].progress.pause.click()
    assert opened.panels["models"].progress.resume.isVisible()
    opened.panels["models"].progress.resume.click()
    opened.panels["models"].progress.cancel.click()
    ToyModel.gate.set()
    qtbot.waitUntil(lambda: not opened.panels["models"].progress.isVisible())
    assert opened.bridge.run.state == "cancelled"
    assert opened.panels["models"].predict_every.isEnabled()


def test_closing_during_a_run_asks_nothing_and_keeps_what_is_finished(opened, qtbot):
    path = opened.session.project.path
    predict(opened, qtbot)
    opened.panels["models"].predict_every.click()
    opened.close()
    with ProjectFile.open(path) as project:
        assert len(project.annotations(project.media_ids()[0])) == 2


def test_undo_works_through_a_restart(opened, qtbot, folder: Path):
    predict(opened, qtbot)
    media = opened.session.media.id
    opened.open_paths([])
    assert opened.pages.currentWidget() is opened.welcome
    opened.load([folder])
    assert len(annotations(opened)) == 2
    key(opened, qtbot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.session.media.id == media and annotations(opened) == []


def test_export_says_what_it_wrote(opened, qtbot, tmp_path: Path):
    predict(opened, qtbot)
    opened.panels["objects"].accept_shown()
    dialog = ExportDialog(opened, opened.bridge, opened.session.project, opened.settings, 0.3)
    qtbot.addWidget(dialog)
    out = tmp_path / "out.json"
    dialog.path.setText(str(out))
    dialog.predictions.setChecked(False)
    dialog.show()
    dialog.write.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    written = json.loads(out.read_text())
    assert len(written["annotations"]) == 1 and len(written["images"]) == 4
    assert "1 object" in dialog.said.text() and str(out) in dialog.said.text()
    assert opened.settings.folder("export") == str(tmp_path)


def test_an_export_that_fails_says_why(opened, qtbot, tmp_path: Path):
    dialog = ExportDialog(opened, opened.bridge, opened.session.project, opened.settings, 0.3)
    qtbot.addWidget(dialog)
    dialog.path.setText(str(tmp_path / "nowhere" / "out.json"))
    dialog.show()
    dialog.write.click()
    qtbot.waitUntil(lambda: dialog.write.isEnabled())
    assert dialog.said.property("role") == "danger" and dialog.said.text()
    assert dialog.report is None


def test_an_import_is_one_step(opened, qtbot, tmp_path: Path):
    file = tmp_path / "in.json"
    image = {"id": 7, "file_name": "p2.png", "width": 160, "height": 120}
    box = {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 30, 40], "area": 1200, "iscrowd": 0}
    odd = {**box, "id": 2, "image_id": 99}
    file.write_text(
        json.dumps({"images": [image], "annotations": [box, odd], "categories": [{"id": 3, "name": "fish"}]})
    )
    dialog = ImportDialog(opened, opened.bridge, opened.session.project, file)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert "1 object" in dialog.said.text() and "could not be used" in dialog.said.text()
    assert [c.name for c in opened.session.categories.values()] == ["fish"]
    opened.session.step(1)
    assert [a.geometry for a in annotations(opened)] == [Box(1, 2, 30, 40)]
    opened.session.undo()
    assert annotations(opened) == [] and not opened.session.categories


def test_files_can_be_dropped_on_the_window(window, folder: Path, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    # Qt sends drops only to what a drag has entered before, so they are handed over here.
    enter = QDragEnterEvent(QPoint(50, 50), action, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(50, 50), action, data, left, none))
    assert window.session.project is not None


def test_an_error_is_a_dialog_with_its_file_and_its_remedy(window, qtbot, monkeypatch, tmp_path: Path):
    shown: list[ErrorDialog] = []
    monkeypatch.setattr(ErrorDialog, "exec", lambda self: shown.append(self))
    assert not window.open_paths([tmp_path / "nowhere"])
    qtbot.waitUntil(lambda: len(shown) == 1)
    assert shown[0].error.path == str(tmp_path / "nowhere")
    assert window.pages.currentWidget() is window.welcome


def test_recent_projects_are_remembered(opened, folder: Path):
    assert opened.settings.recent() == [folder / "photos.segstudio"]
    opened.open_paths([])
    assert [tile.path for tile in opened.welcome.recent] == [folder / "photos.segstudio"]


def test_the_theme_switches_live(opened, look):
    dark = opened.grab().toImage().pixelColor(4, 4)
    opened.actions_["view.light"].trigger()
    light = opened.grab().toImage().pixelColor(4, 4)
    assert dark.lightness() < 60 < 200 < light.lightness()
    assert opened.settings.theme == "light" and opened.actions_["view.light"].isChecked()
    look.choose("dark")


def test_marking_done_goes_on_to_the_next_picture_to_do(opened, qtbot):
    opened.actions_["go.done"].trigger()
    assert opened.session.index == 1
    assert opened.session.project.media()[0].review == "done"
    for _ in range(3):
        opened.actions_["go.done"].trigger()
    assert [m.review for m in opened.session.project.media()] == ["done"] * 4
    assert opened.status.hint.text() == "Every picture is done."


@pytest.mark.parametrize(("code", "index"), [(Qt.Key.Key_D, 1), (Qt.Key.Key_End, 3)])
def test_keys_go_through_the_pictures(opened, qtbot, code, index):
    key(opened, qtbot, code)
    assert opened.session.index == index
    key(opened, qtbot, Qt.Key.Key_A)
    assert opened.session.index == index - 1


def test_the_device_is_chosen_and_remembered(opened):
    opened.actions_["model.auto"].trigger()
    assert opened.bridge.device == "auto" and opened.settings.text("device") == "auto"
    opened.actions_.refresh()
    assert opened.actions_["model.auto"].isChecked() and not opened.actions_["model.cpu"].isChecked()


def test_the_tools_by_their_keys(opened, qtbot):
    key(opened, qtbot, Qt.Key.Key_R)
    drag(opened.canvas, (20, 20), (40, 35), (60, 50))
    (a,) = annotations(opened)
    assert isinstance(a.geometry, Box) and abs(a.geometry.w - 40) < 1.5
    assert [c.name for c in opened.session.categories.values()] == ["object"]
    key(opened, qtbot, Qt.Key.Key_V)
    drag(opened.canvas, (40, 35), (50, 40), (60, 45))
    assert abs(opened.session.annotations[a.id].geometry.x - 40) < 1.5
    key(opened, qtbot, Qt.Key.Key_W)
    drag(opened.canvas, (100, 60), (110, 70), (120, 80))
    qtbot.waitUntil(lambda: bool(opened.canvas.scene_state.draft.regions))
    key(opened, qtbot, Qt.Key.Key_Return)
    assert len(annotations(opened)) == 2
    assert [step.label for step in opened.session.steps()][-1] == "Cut out object"


def test_a_failing_model_is_told_and_nothing_changes(opened, qtbot, monkeypatch):
    told = []
    monkeypatch.setattr(ErrorDialog, "exec", lambda self: told.append(self.error))
    monkeypatch.setattr(ToyModel, "predict", lambda *_: 1 / 0)
    opened.panels["models"].predict.click()
    qtbot.waitUntil(lambda: len(told) == 1)
    assert "ZeroDivisionError" in told[0].message and "Traceback" not in str(told[0])
    assert annotations(opened) == [] and opened.session.steps() == []


def test_a_panoptic_export_is_checked_and_written(opened, qtbot, tmp_path: Path):
    predict(opened, qtbot)
    dialog = ExportDialog(opened, opened.bridge, opened.session.project, opened.settings, 0.3)
    qtbot.addWidget(dialog)
    dialog.path.setText(str(tmp_path / "out.json"))
    dialog.show()
    assert dialog.format.currentData() == "coco" and not dialog.rule.isVisible()
    dialog.format.setCurrentIndex(dialog.format.findData("coco-panoptic"))
    dialog.format.activated.emit(dialog.format.currentIndex())
    assert dialog.rule.isVisible()
    dialog.check.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert dialog.said.text().startswith("This would write 2 objects") and list(tmp_path.glob("*.json")) == []
    assert any("gaps" in note.reason for note in dialog.report.notes)
    dialog.write.click()
    qtbot.waitUntil(lambda: dialog.said.text().startswith("Wrote 2 objects"))
    assert (tmp_path / "out.json").is_file() and list((tmp_path / "out").iterdir())
    assert opened.settings.text("export/format") == "coco-panoptic"
