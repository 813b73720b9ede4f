"""The panels by themselves, small and large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from segstudio.app.panels.files import MEDIA, FilesPanel, tip
from segstudio.app.panels.history import STATE, HistoryPanel
from segstudio.app.panels.labels import COUNT, LabelsPanel
from segstudio.app.panels.objects import ANNOTATION, ObjectsPanel
from segstudio.app.panels.progress import megabytes, time_left
from segstudio.core import changes, edits
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.geometry import Box
from segstudio.core.media import Media
from segstudio.store import ProjectFile


@pytest.fixture
def show(qtbot):
    def shown(panel):
        qtbot.addWidget(panel)
        panel.resize(300, 400)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    return shown


def click(panel, row: int, cell: str, qtbot) -> None:
    """Click an icon of a row."""
    view = panel.list
    index = view.model().index(row, 0)
    place = view.itemDelegate().cells(view.visualRect(index), index)[cell].center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_classes_are_added_renamed_hidden_and_counted(shown, predicted, show, qtbot):
    panel = show(LabelsPanel(shown))
    predicted(0.9, 0.8)
    model = panel.model
    qtbot.waitUntil(lambda: model.index(0).data(COUNT) == 2)
    assert [model.index(i).data() for i in range(2)] == ["cat", "dog"]

    panel.name.setText("bird")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert model.index(2).data() == "bird" and shown.categories[shown.category].name == "bird"
    panel.name.setText("cat")
    panel.add()
    assert model.rowCount() == 3 and shown.category == 1

    assert model.setData(model.index(0), "lynx")
    assert shown.categories[1].name == "lynx"
    assert not model.setData(model.index(0), "dog") and not model.setData(model.index(0), " ")
    shown.undo()
    assert shown.categories[1].name == "cat"

    click(panel, 0, "eye", qtbot)
    assert shown.view.hidden_categories == {1}
    assert not any(shown.view.visible(a) for a in shown.annotations.values())


def test_no_classes_is_not_an_empty_panel(session, show):
    panel = show(LabelsPanel(session))
    assert panel.stack.currentIndex() == 0


def test_objects_follow_the_threshold_and_are_judged_by_a_click(shown, predicted, show, qtbot):
    panel = show(ObjectsPanel(shown))
    assert panel.stack.currentIndex() == 0 and "Draw" in panel._empty.text.text()
    low, high = predicted(0.2, 0.9)
    assert [panel.model.index(i).data(ANNOTATION).id for i in range(panel.model.rowCount())] == [high.id]
    panel.threshold.slider.setValue(95)
    assert panel.stack.currentIndex() == 0 and "threshold" in panel._empty.text.text()
    panel.threshold.slider.setValue(0)
    assert panel.model.rowCount() == 2

    click(panel, panel.model.row_of(low.id), "reject", qtbot)
    assert shown.annotations[low.id].review == REJECTED
    click(panel, panel.model.row_of(high.id), "accept", qtbot)
    assert not shown.annotations[high.id].is_prediction
    click(panel, panel.model.row_of(high.id), "eye", qtbot)
    assert shown.view.hidden == {high.id}


def test_the_selection_goes_both_ways(shown, predicted, show):
    panel = show(ObjectsPanel(shown))
    a, b = predicted(0.8, 0.9)
    panel.list.setCurrentIndex(panel.model.index(panel.model.row_of(a.id)))
    assert shown.selection == {a.id}
    shown.select([b.id])
    chosen = [index.data(ANNOTATION).id for index in panel.list.selectedIndexes()]
    assert chosen == [b.id]


def test_accept_all_takes_only_what_is_shown(shown, predicted, show):
    panel = show(ObjectsPanel(shown))
    low, high = predicted(0.1, 0.9)
    panel.accept_shown()
    assert shown.annotations[low.id].is_prediction and not shown.annotations[high.id].is_prediction


def test_ten_thousand_objects(shown, show, qtbot):
    panel = show(ObjectsPanel(shown))
    first = shown.project.new_ids("annotation", 10_000)
    rows = [Annotation(first + i, shown.media.id, 1, geometry=Box(i % 100, i // 100, 5, 5)) for i in range(10_000)]
    shown.commit(edits.add(rows))
    assert panel.model.rowCount() == 10_000
    shown.select([first])
    assert panel.list.currentIndex().row() in (-1, 9_999)
    assert panel.list.selectedIndexes()[0].data(ANNOTATION).id == first
    panel.grab()


def test_the_history_shows_where_one_is_and_a_click_goes_there(shown, predicted, show, qtbot):
    panel = show(HistoryPanel(shown))
    predicted(0.9)
    predicted(0.8)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    texts = [panel.model.index(i).data() for i in range(4)]
    assert texts == ["Predict", "Predict", "Classes", "Beginning"]
    qtbot.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, pos=panel.list.visualRect(panel.model.index(2)).center()
    )
    assert shown.annotations == {}
    qtbot.waitUntil(lambda: panel.model.index(2).data(STATE) == "now")
    assert [panel.model.index(i).data(STATE) for i in range(4)] == ["undone", "undone", "now", "done"]


def test_files_are_searched_and_clicked(shown, show, qtbot):
    panel = show(FilesPanel(shown))
    qtbot.keyClicks(panel.search, "P3")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    qtbot.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, pos=panel.list.visualRect(panel.model.index(0)).center()
    )
    assert shown.media.path == "p3.png"
    panel.search.setText("nothing like it")
    qtbot.waitUntil(lambda: panel.stack.currentIndex() == 2)
    panel.search.clear()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    panel.close_threads()


def test_thumbnails_come_for_what_is_on_screen(shown, show, qtbot):
    panel = show(FilesPanel(shown))
    media = panel.model.media(0)
    qtbot.waitUntil(lambda: panel.thumbs.get(media) is not None)
    assert panel.thumbs.get(media).width() == 96
    panel.close_threads()


def test_a_broken_file_says_why_in_its_tip(shown, show):
    bad = Media(99, "a/b.jpg", status="truncated", reason="The file is cut off.", width=0)
    shown.project.commit(changes.insert([bad], "Add"))
    panel = show(FilesPanel(shown))
    index = panel.model.index(panel.model.row_of(99))
    assert "The file is cut off." in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(MEDIA) == bad
    panel.grab()
    panel.close_threads()


def test_a_hundred_thousand_files(session, show, tmp_path: Path, qtbot):
    project = ProjectFile.create(tmp_path / "large.segstudio")
    project.commit_to_run(changes.insert(Media(i, f"{i % 100}/{i}.jpg") for i in range(1, 100_001)))
    panel = show(FilesPanel(session))
    session.attach(project)
    panel.grab()
    session.go_to(70_000)
    panel.grab()
    assert panel.model.rowCount() == 100_000
    assert panel.list.currentIndex().row() == 69_999
    # Only what is looked at is read.
    assert sum(len(page) for page in panel.model._pages.values()) < 2_000
    panel.close_threads()


def test_the_tip_of_a_video_has_its_frames():
    assert "250 frames" in tip(Media(1, "v.mp4", "video", 64, 48, 250, status="ok"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.2, "1 s left"), (65, "65 s left"), (600, "about 10 min left"), (7200, "about 2.0 h left")],
)
def test_time_left(seconds, text):
    assert time_left(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(1, "1 MB"), (74_000_000, "74 MB"), (5_300_000_000, "5.3 GB")])
def test_sizes(count, text):
    assert megabytes(count) == text


def video(path: Path, frames: int) -> Path:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(frames):
            picture = np.full((48, 64, 3), 8 * i + 20, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def test_a_video_is_one_entry_with_a_frame_slider(window, tmp_path: Path, qtbot):
    place = tmp_path / "clips"
    place.mkdir()
    video(place / "v.mp4", 12)
    window.load([place])
    session, frames = window.session, window.frames
    qtbot.waitUntil(lambda: session.picture is not None and frames.slider.maximum() == 11)
    assert frames.isVisible() and frames.total.text() == "of 12"
    dark = session.picture.rgb.mean()
    frames.slider.setValue(11)
    qtbot.waitUntil(lambda: session.picture is not None and session.frame == 11)
    assert session.picture.rgb.mean() > dark + 60
    window.actions_.refresh()
    window.actions_["go.frame_previous"].trigger()
    assert session.frame == 10 and frames.number.value() == 11
    project = session.project
    project.commit(edits.add([Annotation(project.new_ids("annotation"), session.media.id, 1, 10, Box(1, 1, 9, 9))]))
    assert len(session.annotations) == 1
    session.go_to(session.media.id, 3)
    assert session.annotations == {}


def test_the_pointer_is_told_with_its_pixel(opened):
    opened.status.show_cursor(3.7, 5.2)
    r, g, b = opened.session.picture.rgb[5, 3]
    assert opened.status.cursor_text.text() == f"3.7, 5.2   {r} {g} {b}"
    opened.status.show_cursor(float("nan"), float("nan"))
    assert opened.status.cursor_text.text() == ""
