"""The details of objects and pictures by real events."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from segstudio.app.panels.attributes import DetailsPanel
from segstudio.app.panels.fields import ChoiceField, LineField
from segstudio.core import changes, edits
from segstudio.core.annotation import FLAGGED, Annotation, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import AttributeSpec

SPECS = (
    AttributeSpec("occluded", "flag", False),
    AttributeSpec("pose", "choice", choices=("sitting", "standing")),
    AttributeSpec("age", "number", 3, least=0, most=30),
    AttributeSpec("note"),
)


@pytest.fixture
def panel(shown, qtbot):
    cat = shown.categories[1]
    shown.commit(changes.replace([(cat, replace(cat, attributes=SPECS))]))
    made = DetailsPanel(shown)
    qtbot.addWidget(made)
    made.resize(320, 480)
    made.show()
    qtbot.waitExposed(made)
    return made


def draw(session, *attributes: dict, category: int = 1, **more) -> list[Annotation]:
    first = session.new_id("annotation", len(attributes))
    rows = [
        Annotation(first + i, session.media.id, category, geometry=Box(9 * i, 1, 5, 5), attributes=values, **more)
        for i, values in enumerate(attributes)
    ]
    assert session.commit(edits.add(rows))
    session.select(a.id for a in rows)
    return rows


def pick(field, place: int, qtbot) -> None:
    """Choose a line of a drop-down list by keys."""
    assert isinstance(field, ChoiceField)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field.view(), Qt.Key.Key_Home)
    for _ in range(place):
        qtbot.keyClick(field.view(), Qt.Key.Key_Down)
    qtbot.keyClick(field.view(), Qt.Key.Key_Return)


def write(field, text: str, qtbot) -> None:
    assert isinstance(field, LineField)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def values(session) -> list[dict]:
    return [a.attributes for a in session.selected()]


def test_attributes_of_several_objects_are_set_in_one_step(panel, shown, qtbot):
    draw(shown, {"pose": "sitting"}, {"pose": "standing", "odd": [1, 2]})
    qtbot.waitUntil(lambda: "attribute:pose" in panel.fields)
    pose = panel.fields["attribute:pose"]
    assert isinstance(pose, ChoiceField) and pose.currentIndex() == -1 and pose.placeholderText() == "Several values"
    assert panel.fields["attribute:occluded"].currentText() == "No"
    assert panel.fields["attribute:age"].text() == "3"
    pick(pose, 2, qtbot)
    assert [v["pose"] for v in values(shown)] == ["standing"] * 2
    write(panel.fields["attribute:age"], "12.5", qtbot)
    assert [v["age"] for v in values(shown)] == [12.5] * 2
    assert values(shown)[1]["odd"] == [1, 2]
    panel.grab()
    shown.undo()
    assert [v["age"] for v in values(shown)] == [3] * 2


def test_a_number_out_of_its_range_is_refused_and_said(panel, shown, qtbot):
    draw(shown, {"age": 5})
    said = []
    shown.said.connect(said.append)
    qtbot.waitUntil(lambda: "attribute:age" in panel.fields)
    for text in ("31", "old"):
        write(panel.fields["attribute:age"], text, qtbot)
    assert values(shown) == [{"occluded": False, "age": 5}] and len(said) == 2
    write(panel.fields["attribute:age"], " ", qtbot)
    assert values(shown) == [{"occluded": False}]


def test_values_that_the_class_does_not_know_are_shown_and_can_be_taken_out(panel, shown, qtbot):
    draw(shown, {"from": "elsewhere"}, category=2)
    qtbot.waitUntil(lambda: "attribute:from" in panel.fields)
    field = panel.fields["attribute:from"]
    assert field.text() == "elsewhere" and field.isReadOnly()
    panel._commit(panel._setter("from"), None)
    assert values(shown) == [{}]


def test_an_object_is_not_given_an_attribute_that_its_class_does_not_have(panel, shown, qtbot):
    rows = [*draw(shown, {}), *draw(shown, {}, category=2)]
    shown.select(a.id for a in rows)
    qtbot.waitUntil(lambda: "attribute:pose" in panel.fields)
    pick(panel.fields["attribute:pose"], 1, qtbot)
    assert sorted(len(v) for v in values(shown)) == [0, 3]


def test_state_comment_and_crowd_of_objects(panel, shown, qtbot):
    model = Origin("model", "toy")
    draw(shown, {}, {}, origin=model, review="predicted", score=0.5)
    qtbot.waitUntil(lambda: "crowd" in panel.fields)
    pick(panel.fields["review"], 4, qtbot)
    assert {a.review for a in shown.selected()} == {FLAGGED}
    assert all(a.is_prediction for a in shown.selected()), "a flag is no edit"
    write(panel.fields["comment"], "Two birds?", qtbot)
    assert {a.comment for a in shown.selected()} == {"Two birds?"} and all(a.is_prediction for a in shown.selected())
    pick(panel.fields["crowd"], 1, qtbot)
    assert all(a.crowd and not a.is_prediction and a.review == FLAGGED for a in shown.selected())


def test_tags_and_comment_of_the_picture(panel, shown, qtbot):
    qtbot.waitUntil(lambda: "tags" in panel.fields)
    write(panel.fields["tags"], "night, rain , night", qtbot)
    assert shown.media.tags == ("night", "rain")
    qtbot.waitUntil(lambda: panel.fields["tags"].text() == "night, rain")
    write(panel.fields["comment"], "Blurred", qtbot)
    pick(panel.fields["review"], 4, qtbot)
    assert (shown.media.comment, shown.media.review) == ("Blurred", "flagged")
    panel.grab()
    shown.undo()
    qtbot.waitUntil(lambda: panel.fields["review"].currentText() != "Flagged")


def test_what_is_typed_stays_while_something_else_changes(panel, shown, qtbot):
    draw(shown, {})
    qtbot.waitUntil(lambda: "attribute:note" in panel.fields)
    field = panel.fields["attribute:note"]
    field.setFocus()
    qtbot.keyClicks(field, "half a")
    shown.commit(edits.translate(shown.selected(), 1, 0))
    qtbot.wait(20)
    assert panel.fields["attribute:note"] is field and field.text() == "half a"


def test_no_project_is_not_an_empty_panel(session, qtbot):
    made = DetailsPanel(session)
    qtbot.addWidget(made)
    assert made.stack.currentIndex() == 0
    made.edit_comment()


def test_the_key_for_comments_goes_there(opened, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    panel = opened.panels["details"]
    assert panel.isVisible()
    assert panel.fields["comment"].hasFocus()
