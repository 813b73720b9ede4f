"""Frames as pictures from the File menu, and what the objects panel says of a file that can't be read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog
from tiny_clips import video_project


def chosen(monkeypatch, folder: Path) -> list:
    """Answer the question for a folder, and return the list of the questions."""
    asked: list = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *words: asked.append(words) or str(folder))
    return asked


def test_the_annotated_frames_are_written(window, qtbot, tmp_path: Path, monkeypatch):
    video_project(tmp_path).close()
    assert not window.actions_["file.frames"].isEnabled()
    window.load([tmp_path / "v.segstudio"])
    qtbot.waitUntil(window.actions_["file.frames"].isEnabled)
    out, said = tmp_path / "out", []
    chosen(monkeypatch, out)
    window.session.said.connect(said.append)
    window.actions_["file.frames"].trigger()
    assert sorted(f.name for f in (out / "sub" / "a").iterdir()) == ["000001.jpg", "000003.jpg"]
    assert said == [f"Wrote 2 frames to {out}."]


def test_without_a_video_it_says_so_and_asks_nothing(opened, tmp_path: Path, monkeypatch):
    asked, said = chosen(monkeypatch, tmp_path / "out"), []
    opened.session.said.connect(said.append)
    opened.actions_["file.frames"].trigger()
    assert asked == [] and "no video" in said[0] and not (tmp_path / "out").exists()


def test_the_objects_panel_says_why_a_file_cannot_be_read(window, folder: Path, qtbot):
    (folder / "p1.png").write_bytes(b"")
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.problem is not None)
    empty = window.panels["objects"].stack.currentWidget()
    assert "can't be read" in empty.heading.text() and window.session.problem.message in empty.text.text()
    window.session.step(1)
    qtbot.waitUntil(lambda: window.session.picture is not None)
    assert "No objects" in empty.heading.text() and "Draw one" in empty.text.text()
