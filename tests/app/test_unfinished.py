"""What is being drawn when the picture, the tool or the project changes is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_fakes import drag, hold
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from segstudio.core.geometry import Polygons
from segstudio.store import ProjectFile

THREE = ((40, 40), (90, 45), (60, 90))


def spot(view, x: float, y: float) -> QPoint:
    return view.viewportTransform().map(QPointF(x, y)).toPoint()


def key(window, qtbot, code: Qt.Key) -> None:
    window.canvas.setFocus()
    QApplication.processEvents()
    qtbot.keyClick(window.canvas, code)
    QApplication.processEvents()


def begin(window, qtbot, places) -> None:
    """Begin a polygon and leave it unfinished."""
    key(window, qtbot, Qt.Key.Key_P)
    for x, y in places:
        qtbot.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot(window.canvas, x, y))
    assert not window.session.annotations


def stored(window, place: int = 0) -> list:
    project = window.session.project
    return list(project.annotations(project.media_ids()[place]))


def test_a_polygon_in_the_making_is_finished_when_the_picture_changes(opened, qtbot):
    begin(opened, qtbot, THREE)
    key(opened, qtbot, Qt.Key.Key_D)
    assert opened.session.index == 1
    (a,) = stored(opened)
    assert isinstance(a.geometry, Polygons) and a.geometry.vertices == 3
    assert not stored(opened, 1), "it belongs to the picture that it was drawn on"
    opened.actions_["edit.undo"].trigger()
    assert not stored(opened)


def test_a_polygon_in_the_making_is_finished_when_the_tool_changes(opened, qtbot):
    begin(opened, qtbot, THREE)
    key(opened, qtbot, Qt.Key.Key_V)
    (a,) = stored(opened)
    assert isinstance(a.geometry, Polygons) and a.geometry.vertices == 3


def test_two_points_are_no_polygon_yet(opened, qtbot):
    begin(opened, qtbot, THREE[:2])
    key(opened, qtbot, Qt.Key.Key_D)
    assert not stored(opened)


def test_closing_the_window_finishes_what_is_being_drawn(opened, qtbot):
    begin(opened, qtbot, THREE)
    path = Path(opened.session.project.path)
    opened.close()
    with ProjectFile.open(path) as project:
        assert len(list(project.annotations(project.media_ids()[0]))) == 1


@pytest.mark.parametrize("tool", [Qt.Key.Key_B, Qt.Key.Key_R])
def test_a_drag_that_is_not_released_is_kept_when_the_picture_changes(opened, qtbot, tool):
    key(opened, qtbot, tool)
    view = opened.canvas.viewport()
    hold(opened.canvas, (40, 40), (50, 60), (60, 60), (80, 60))
    key(opened, qtbot, Qt.Key.Key_D)
    (a,) = stored(opened)
    assert a.bounds.w >= 30
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=spot(opened.canvas, 80, 60))
    assert not stored(opened, 1), "the button that is still held begins nothing on the next picture"


def test_a_finished_object_is_not_stored_twice(opened, qtbot):
    key(opened, qtbot, Qt.Key.Key_R)
    drag(opened.canvas, (40, 40), (60, 50), (80, 60))
    key(opened, qtbot, Qt.Key.Key_D)
    assert len(stored(opened)) == 1
