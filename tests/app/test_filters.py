"""Searching and filtering files and objects, and marking files, by real events."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from segstudio.app.dialogs.palette import Palette
from segstudio.app.panels.files import FilesPanel
from segstudio.app.panels.objects import ObjectsPanel
from segstudio.core import changes, edits, label_edits, review_edits
from segstudio.core.media import Media
from segstudio.store import ProjectFile


@pytest.fixture
def show(qtbot):
    made = []

    def shown(panel):
        qtbot.addWidget(panel)
        panel.resize(300, 400)
        panel.show()
        qtbot.waitExposed(panel)
        made.append(panel)
        return panel

    yield shown
    for panel in made:
        panel.close_threads()


def names(panel) -> list[str]:
    return [panel.model.index(i).data() for i in range(panel.model.rowCount())]


def tick(button, text: str, qtbot) -> None:
    """Open the list of a filter button and click a line."""
    menu = button.open()
    (action,) = [a for a in menu.actions() if a.text() == text]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def ask(text: str, qtbot) -> None:
    def look() -> None:
        found = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if isinstance(found, Palette):
            qtbot.keyClicks(found.field, text)
            qtbot.keyClick(found.field, Qt.Key.Key_Return)
        else:
            QTimer.singleShot(10, look)

    QTimer.singleShot(0, look)


def test_files_are_filtered_by_state_tag_and_comment(shown, show, qtbot):
    media = shown.project.media()
    shown.commit(edits.set_review(media[:2], "flagged"))
    shown.commit(label_edits.tag(shown.project.media()[1:3], ["night"]))
    shown.commit(review_edits.set_comment(shown.project.media()[3:], "blurred"))
    panel = show(FilesPanel(shown))
    tick(panel.filter, "Flagged", qtbot)
    assert names(panel) == ["p1.png", "p2.png"] and panel.filter.isChecked()
    tick(panel.filter, "#night", qtbot)
    assert names(panel) == ["p2.png"]
    tick(panel.filter, "To do", qtbot)
    assert names(panel) == ["p2.png", "p3.png"], "states add up, kinds narrow down"
    shown.commit(edits.set_review(shown.project.media()[1:2], "done"))
    assert names(panel) == ["p2.png", "p3.png"], "what changes does not jump away"
    tick(panel.filter, "Show All", qtbot)
    assert len(names(panel)) == 4 and not panel.filter.isChecked()
    tick(panel.filter, "With a comment", qtbot)
    assert names(panel) == ["p4.png"]
    tick(panel.filter, "Can't be read", qtbot)
    tick(panel.filter, "With a comment", qtbot)
    assert panel.stack.currentIndex() == 2
    panel.filter.choose(frozenset())
    for text, found in (("night", 2), ("BLURRED", 1)):
        panel.search.setText(text)
        qtbot.waitUntil(lambda found=found: len(names(panel)) == found)
    panel.grab()


def test_several_files_are_marked_and_tagged_in_one_step(shown, show, qtbot):
    panel = show(FilesPanel(shown))
    for place, mods in ((0, Qt.KeyboardModifier.NoModifier), (2, Qt.KeyboardModifier.ShiftModifier)):
        at = panel.list.visualRect(panel.model.index(place)).center()
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, mods, at)
    assert len(panel.chosen()) == 3
    menu = panel._menu()
    menu.popup(panel.mapToGlobal(panel.rect().center()))
    (done,) = [a for a in menu.actions() if a.text() == "Mark: Done"]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(done).center())
    assert [m.review for m in shown.project.media()] == ["done"] * 3 + ["todo"]
    ask("night", qtbot)
    panel.tag()
    assert [m.tags for m in shown.project.media()] == [("night",)] * 3 + [()]
    assert "#night" in panel.list.itemDelegate()._second(panel.model.media(0), "")
    ask("night", qtbot)
    panel.untag()
    assert not any(m.tags for m in shown.project.media())
    shown.undo()
    shown.undo()
    assert [m.review for m in shown.project.media()] == ["done"] * 3 + ["todo"]


def test_a_hundred_thousand_files_are_filtered(session, show, tmp_path: Path):
    project = ProjectFile.create(tmp_path / "large.segstudio")
    project.commit_to_run(
        changes.insert(Media(i, f"{i}.jpg", review="flagged" if i % 1000 == 0 else "todo") for i in range(1, 100_001))
    )
    panel = show(FilesPanel(session))
    session.attach(project)
    panel.filter.choose(frozenset({("state", "flagged")}))
    assert panel.model.rowCount() == 100 and panel.model.row_of(5000) == 4
    panel.grab()


def test_objects_are_filtered_and_searched(shown, predicted, show, qtbot):
    panel = show(ObjectsPanel(shown))
    a, b, c = predicted(0.9, 0.8, 0.7)
    shown.commit(review_edits.set_state([a], "flagged"))
    shown.commit(review_edits.set_comment([shown.annotations[b.id]], "Cut off"))
    shown.commit(edits.relabel([c], shown.categories[2]))
    tick(panel.filter, "Flagged", qtbot)
    assert [panel.model.row_of(x.id) for x in (a, b, c)] == [0, -1, -1]
    tick(panel.filter, "Predicted", qtbot)
    assert panel.model.rowCount() == 2 and panel._number.text() == "2 of 3"
    tick(panel.filter, "With a comment", qtbot)
    assert panel.model.rowCount() == 1
    panel.filter.choose(frozenset())
    qtbot.keyClicks(panel.search, "DOG")
    assert [panel.model.row_of(x.id) for x in (a, b, c)] == [-1, -1, 0]
    panel.search.setText("cut")
    assert panel.model.row_of(b.id) == 0
    panel.search.setText("nothing like it")
    assert panel.stack.currentIndex() == 0 and panel._empty.heading.text() == "Nothing found"
    panel.search.clear()
    panel.grab()
    tip = panel.model.index(panel.model.row_of(b.id)).data(Qt.ItemDataRole.ToolTipRole)
    assert "“Cut off”" in tip and "Predicted" in tip


def test_the_menu_of_an_object(opened, qtbot):
    panel = opened.panels["objects"]
    seen = []

    def look() -> None:
        menu = QApplication.activePopupWidget()
        seen.extend(a.text() for a in menu.actions() if not a.isSeparator())
        menu.close()

    QTimer.singleShot(50, look)
    panel.list.customContextMenuRequested.emit(panel.rect().center())
    qtbot.waitUntil(lambda: bool(seen))
    assert {"Accept Prediction", "Flag Object", "Comment…", "Delete"} <= set(seen)
