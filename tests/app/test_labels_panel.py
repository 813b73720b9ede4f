"""The Labels panel and menu by real events: classes made, renamed, moved, merged, deleted, described."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from segstudio.app.dialogs.colors import ColorDialog
from segstudio.app.dialogs.delete_class import DeleteClassDialog
from segstudio.app.dialogs.palette import Palette
from segstudio.app.dialogs.schema import SchemaDialog, understood, written
from segstudio.app.panels.labels import COUNT, LabelsPanel
from segstudio.core import changes, edits, label_edits
from segstudio.core.annotation import Annotation
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.labels import AttributeSpec, Category


@pytest.fixture
def panel(shown, qtbot):
    made = LabelsPanel(shown)
    qtbot.addWidget(made)
    made.resize(300, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def names(panel) -> list[str]:
    return [panel.model.index(i).data() for i in range(panel.model.rowCount())]


def when(kind, act) -> None:
    """Call `act` with the next dialog of a kind once it is open."""

    def look() -> None:
        found = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if isinstance(found, kind):
            act(found)
        else:
            QTimer.singleShot(10, look)

    QTimer.singleShot(0, look)


def draw(session, category: int, n: int = 1) -> list[Annotation]:
    first = session.new_id("annotation", n)
    rows = [Annotation(first + i, session.media.id, category, geometry=Box(i, 1, 5, 5)) for i in range(n)]
    assert session.commit(edits.add(rows))
    return rows


def test_a_class_is_dragged_to_another_place(panel, shown, qtbot):
    view = panel.list.viewport()
    first, last = (panel.list.visualRect(panel.model.index(i)).center() for i in (0, 1))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
    for y in range(first.y(), last.y() + 12, 4):
        move(view, QPoint(first.x(), y))
    assert panel.list.line == 2
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=last + QPoint(0, 10))
    assert names(panel) == ["dog", "cat"] and panel.list.line == -1
    shown.undo()
    assert names(panel) == ["cat", "dog"]


def move(widget, at: QPoint) -> None:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    where = QPointF(at), QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, *where, Qt.MouseButton.NoButton, left, Qt.KeyboardModifier(0))
    )


def test_keys_move_a_class_and_its_number(opened, qtbot):
    session = opened.session
    session.commit(changes.insert([Category(i, n, position=i) for i, n in enumerate(("a", "b", "c"), start=1)]))
    session.set_category(3)
    qtbot.waitUntil(lambda: opened.actions_["labels.up"].isEnabled())
    opened.panels["labels"].list.clearSelection()
    for _ in range(3):
        qtbot.keyClick(opened, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert [c.name for c in session.categories.values()] == ["c", "a", "b"]
    qtbot.keyClick(opened.canvas, Qt.Key.Key_2)
    assert session.categories[session.category].name == "a"


def test_a_name_is_typed_into_the_row_and_a_taken_one_is_refused(panel, shown, qtbot):
    said = []
    shown.said.connect(said.append)
    panel.commands.rename()
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "lynx")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(panel) == ["lynx", "dog"])
    assert not panel.model.setData(panel.model.index(0), "dog") and "already" in said[-1]


def test_the_field_finds_and_adds(panel, shown, qtbot):
    panel.name.setFocus()
    qtbot.keyClicks(panel.name, "DO")
    assert names(panel) == ["dog"] and panel._number.text() == "1 of 2"
    panel.name.clear()
    qtbot.keyClicks(panel.name, "bird")
    assert panel.stack.currentIndex() == 2
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    assert names(panel) == ["cat", "dog", "bird"] and shown.categories[shown.category].name == "bird"


def test_merging_takes_the_whole_project_along(panel, shown, qtbot):
    draw(shown, 1, 3)
    shown.go_to(shown.media_ids[1])
    draw(shown, 1, 2)
    panel.list.setCurrentIndex(panel.model.index(0))
    when(Palette, lambda p: (qtbot.keyClicks(p.field, "dog"), qtbot.keyClick(p.field, Qt.Key.Key_Return)))
    panel.commands.merge()
    assert names(panel) == ["dog"] and shown.project.counts() == {2: 5}
    qtbot.waitUntil(lambda: panel.model.index(0).data(COUNT) == 5)
    shown.undo()
    assert names(panel) == ["cat", "dog"] and shown.project.counts() == {1: 5}


def test_deleting_a_class_asks_once_and_only_where_there_are_objects(panel, shown, qtbot):
    panel.list.setCurrentIndex(panel.model.index(1))
    panel.commands.delete()
    assert names(panel) == ["cat"]
    shown.undo()
    rows = draw(shown, 2, 2)
    panel.list.setCurrentIndex(panel.model.index(1))
    when(DeleteClassDialog, lambda d: qtbot.keyClick(d, Qt.Key.Key_Escape))
    panel.commands.delete()
    assert names(panel) == ["cat", "dog"]
    when(DeleteClassDialog, lambda d: qtbot.mouseClick(d.move_them, Qt.MouseButton.LeftButton))
    panel.commands.delete()
    assert names(panel) == ["cat"] and shown.project.counts() == {1: 2}
    shown.undo()
    panel.list.setCurrentIndex(panel.model.index(1))
    when(DeleteClassDialog, lambda d: qtbot.mouseClick(d.with_objects, Qt.MouseButton.LeftButton))
    panel.commands.delete()
    assert names(panel) == ["cat"] and shown.project.counts() == {}
    shown.undo()
    assert set(shown.annotations) == {a.id for a in rows}


def test_no_class_goes_while_a_prediction_may_still_bring_objects(panel, shown):
    draw(shown, 1)
    run = shown.project.begin_run("predict", "Predict")
    said = []
    shown.said.connect(said.append)
    panel.commands.merge_into([shown.categories[1]], shown.categories[2])
    assert "going on" in said[0] and len(shown.categories) == 2
    shown.project.end_run(run)


def test_a_colour_is_chosen_by_keys(panel, shown, qtbot):
    def choose(dialog):
        dialog.grab()
        qtbot.keyClick(dialog, Qt.Key.Key_Right)
        qtbot.keyClick(dialog, Qt.Key.Key_Down)
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    when(ColorDialog, choose)
    panel.commands.recolor()
    assert shown.categories[1].color is not None and shown.categories[2].color is None
    when(ColorDialog, lambda d: d.choose(None))
    panel.commands.recolor()
    assert shown.categories[1].color is None


def test_stuff_and_supercategories(panel, shown, qtbot):
    panel.list.selectAll()
    panel.commands.toggle_thing()
    assert not any(c.thing for c in shown.categories.values())
    when(Palette, lambda p: (qtbot.keyClicks(p.field, "animal"), qtbot.keyClick(p.field, Qt.Key.Key_Return)))
    panel.commands.regroup()
    assert {c.supercategory for c in shown.categories.values()} == {"animal"}
    assert "animal · Stuff" in panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    panel.grab()


def test_a_schema_is_typed_into_the_table(panel, shown, qtbot):
    def fill(dialog):
        for i, (kind, cells) in enumerate(
            (
                ("flag", ("occluded", "", "no")),
                ("choice", ("pose", "sitting, standing", "lying")),
                ("number", ("age", "0..", "")),
            )
        ):
            dialog.add()
            combo = dialog.table.cellWidget(i, 1)
            assert isinstance(combo, QComboBox)
            combo.setCurrentIndex(combo.findData(kind))
            for column, text in zip((0, 2, 3), cells, strict=True):
                dialog.table.item(i, column).setText(text)
        dialog.apply()
        assert "pose" in dialog.trouble.text() and dialog.isVisible()
        dialog.table.item(1, 3).setText("sitting")
        dialog.table.setCurrentCell(2, 0)
        dialog.move_line(-1)
        dialog.grab()
        dialog.apply()

    when(SchemaDialog, fill)
    panel.commands.edit_schema()
    assert shown.categories[1].attributes == (
        AttributeSpec("occluded", "flag", False),
        AttributeSpec("age", "number", least=0.0),
        AttributeSpec("pose", "choice", "sitting", ("sitting", "standing")),
    )
    (a,) = draw(shown, 1)
    assert shown.annotations[a.id].attributes == {"occluded": False, "pose": "sitting"}


def test_a_renamed_attribute_takes_its_values_along(panel, shown, qtbot):
    cat = shown.categories[1]
    shown.commit(changes.replace([(cat, replace(cat, attributes=(AttributeSpec("age"), AttributeSpec("pose"))))]))
    (a,) = draw(shown, 1)
    shown.commit(label_edits.set_attribute([shown.annotations[a.id]], "age", "7"))

    def rename(dialog):
        dialog.table.setCurrentCell(0, 0)
        dialog.move_line(1)
        dialog.table.item(1, 0).setText("years")
        dialog.apply()

    when(SchemaDialog, rename)
    panel.commands.edit_schema()
    assert shown.annotations[a.id].attributes == {"years": "7"}
    assert [spec.name for spec in shown.categories[1].attributes] == ["pose", "years"]
    shown.undo()
    assert shown.annotations[a.id].attributes == {"age": "7"}


@pytest.mark.parametrize(
    "spec",
    [
        AttributeSpec("a", "number", 2, least=-1.5, most=3), AttributeSpec("a", "number", 0.5, most=1),
        AttributeSpec("a", "flag", True), AttributeSpec("a", "choice", "x", ("x", "y z")), AttributeSpec("a"),
    ],
)  # fmt: skip
def test_an_attribute_is_read_as_it_is_written(spec):
    assert understood(spec.name, spec.kind, *written(spec)) == spec


def test_what_can_not_be_understood_is_said():
    for cells in (("number", "a to b", ""), ("number", "", "many"), ("flag", "", "perhaps"), ("number", "x..", "")):
        with pytest.raises(InputError):
            understood("a", *cells)


def test_the_menu_of_a_class(opened, qtbot):
    opened.session.commit(edits.add_category(Category(opened.session.new_id("category"), "cat")))
    panel = opened.panels["labels"]
    panel.come_forward()
    qtbot.waitUntil(lambda: opened.actions_["labels.delete"].isEnabled())
    seen = []
    when(object, lambda menu: (seen.extend(a.text() for a in menu.actions()), menu.close()))
    panel._pop()
    qtbot.waitUntil(lambda: bool(seen))
    assert "Merge Into…" in seen and "Attributes…" in seen
    opened.actions_["labels.select"].trigger()
