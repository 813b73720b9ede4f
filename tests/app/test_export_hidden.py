"""Hiding objects from the export dialog: what it offers, shows and writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from segstudio.app.dialogs.hiding import Sample, default_folder, hidden_part
from segstudio.app.dialogs.transfer import ExportDialog
from segstudio.core import changes
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.hiding import Hiding
from segstudio.core.labels import Category
from segstudio.media import read_values


@pytest.fixture
def faces(opened):
    """The window with a face on its first picture and a cat beside it."""
    session = opened.session
    assert session.project.new_ids("category", 2) == 1
    session.commit(changes.insert([Category(1, "cat"), Category(2, "face")], "Classes"))
    first = session.new_id("annotation", 2)
    face = Annotation(first, session.media.id, 2, geometry=Box(20, 30, 40, 40))
    cat = Annotation(first + 1, session.media.id, 1, geometry=Box(90, 60, 20, 20))
    session.commit(changes.insert([face, cat], "Draw"))
    return opened


@pytest.fixture
def dialog(faces, qtbot, tmp_path: Path):
    """The export dialog, shown."""
    sample = faces.handlers["files"]._sample
    made = ExportDialog(faces, faces.bridge, faces.session.project, faces.settings, 0.3, sample)
    qtbot.addWidget(made)
    made.path.setText(str(tmp_path / "safe.json"))
    made.show()
    return made


def tick(box) -> None:
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def test_the_fields_appear_with_the_tick_and_faces_are_chosen(dialog, faces, tmp_path: Path) -> None:
    fields = dialog.hiding
    assert not fields.classes.isVisible()
    assert fields.value(tmp_path / "x.json") is None
    tick(fields.on)
    assert fields.classes.isVisible()
    assert fields.chosen() == {2}
    assert fields.preview.isVisible() and not fields.preview.pixmap().isNull()
    assert fields.folder.placeholderText() == str(default_folder(tmp_path / "safe.json"))
    value = fields.value(tmp_path / "safe.json")
    assert (value.classes, value.folder, value.format) == ({2}, tmp_path / "safe_pictures", "png")


def test_copies_are_written_and_the_pictures_stay(dialog, faces, qtbot, tmp_path: Path) -> None:
    originals = {p: p.read_bytes() for p in (tmp_path / "photos").glob("*.png")}
    fields = dialog.hiding
    tick(fields.on)
    box = fields.fields["how"].findChild(type(dialog.format))
    box.setCurrentIndex(box.findData("black"))
    box.activated.emit(box.currentIndex())
    dialog.write.click()
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert "Hidden" in dialog.said.text() and "4 pictures" in dialog.said.text()
    assert dialog.report.copied.objects == 1
    assert {p: p.read_bytes() for p in originals} == originals
    data = json.loads((tmp_path / "safe.json").read_text())
    assert len(data["images"]) == 4
    old, new = read_values(tmp_path / "photos" / "p1.png"), read_values(tmp_path / "safe_pictures" / "p1.png")
    assert not new[50, 40].any()
    assert np.array_equal(old[:, 80:], new[:, 80:])
    assert faces.settings.text("hide/how") == "black"


def test_nothing_to_hide_is_said(dialog, qtbot, tmp_path: Path) -> None:
    fields = dialog.hiding
    tick(fields.on)
    for i in range(fields.classes.count()):
        fields.classes.item(i).setCheckState(Qt.CheckState.Unchecked)
    dialog.write.click()
    qtbot.waitUntil(lambda: dialog.write.isEnabled())
    assert "Tick at least one" in dialog.said.text()
    assert not (tmp_path / "safe.json").exists()


def test_formats_that_name_no_pictures_offer_no_hiding(dialog) -> None:
    tick(dialog.hiding.on)
    dialog.format.setCurrentIndex(dialog.format.findData("coco-results"))
    dialog.format.activated.emit(dialog.format.currentIndex())
    assert not dialog.hiding.isVisible()
    assert dialog.hiding.value(Path("x.json")) is None


def test_the_preview_shows_what_is_hidden_and_what_is_around() -> None:
    rgb = np.full((100, 200, 3), 200, np.uint8)
    face = Annotation(1, 1, 2, geometry=Box(50, 40, 20, 20))
    style = Hiding("black", "box", margin=0)
    part = hidden_part(Sample(rgb, [face]), frozenset({2}), style)
    assert part.shape == (40, 40, 3)
    assert not part[10:30, 10:30].any()
    assert (part[:10] == 200).all()
    assert hidden_part(Sample(rgb, [face]), frozenset({1}), style).shape == rgb.shape
    assert (rgb == 200).all()
