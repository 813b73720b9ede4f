"""The table of actions: complete, without conflicts, and what is made from it."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from segstudio.app.dialogs.palette import Choice, Palette, match
from segstudio.app.dialogs.shortcuts import ShortcutsDialog
from segstudio.app.table import ACTIONS, MENUS
from segstudio.app.table import tool as tool_table
from segstudio.app.tools import TOOLS
from segstudio.app.widgets import label

ALL = ACTIONS

# What people expect from other tools.
EXPECTED = {
    "go.next": "D", "go.previous": "A", "go.undone": "Ctrl+Shift+D", "view.fit": "Ctrl+F", "view.actual": "Ctrl+0",
    "tool.polygon": "P", "tool.box": "R", "tool.brush": "B", "tool.eraser": "E", "tool.point": "K", "tool.select": "V",
    "view.toggle": "T", "object.next": "Tab", "class.1": "1", "class.9": "9", "edit.undo": "Ctrl+Z",
    "edit.redo": "Ctrl+Y",
    "edit.delete": "Del", "object.relabel": "Ctrl+E", "file.open": "Ctrl+O", "file.folder": "Ctrl+U",
    "object.accept": "Return", "object.reject": "Backspace", "help.palette": "Ctrl+Shift+P", "help.keys": "?",
}  # fmt: skip


def test_no_shortcut_is_given_twice():
    keys = Counter(QKeySequence(key).toString() for spec in ALL for key in spec.keys)
    assert [key for key, n in keys.items() if n > 1] == []
    assert "" not in keys


def test_no_action_has_another_ones_id():
    assert len({spec.id for spec in ALL}) == len(ALL)


@pytest.mark.parametrize(("id", "key"), EXPECTED.items())
def test_the_expected_keys(id, key):
    assert key in next(spec for spec in ALL if spec.id == id).keys


def test_every_tool_has_a_row_and_every_row_a_tool():
    # Operations lead to the tool that adjusts them.
    assert {name for name, _, _, _ in tool_table.TOOLS} == {tool.name for tool in TOOLS} - {"adjust"}


def test_every_row_can_be_asked_and_has_an_icon(window):
    for spec in window.actions_.specs.values():
        for word in (spec.needs, spec.check):
            assert not word or window.state(word) in (True, False)
        assert window.actions_[spec.id].icon().isNull() == (not spec.icon)


def test_menus_hold_every_row(window):
    titles = [action.text().replace("&", "") for action in window.menuBar().actions()]
    assert titles == list(MENUS)
    held = {a.objectName() for menu in window.menuBar().actions() for a in menu.menu().actions()}
    assert {spec.id for spec in ALL if spec.menu} <= held


def test_what_cannot_be_done_is_disabled(window, qtbot):
    window.actions_.refresh()
    for id in ("edit.undo", "model.predict", "file.export", "tool.brush", "object.accept"):
        assert not window.actions_[id].isEnabled()
    for id in ("file.open", "help.palette", "help.keys"):
        assert window.actions_[id].isEnabled()


@pytest.mark.parametrize(
    ("pattern", "best"),
    [
        ("undo", "Edit: Undo"),
        ("nxpi", "Go: Next Picture"),
        ("pal", "Model: Predict All Pictures"),
        ("fit", "View: Fit Picture"),
    ],
)
def test_a_few_letters_find_a_command(pattern, best):
    texts = [f"{spec.menu}: {spec.text}" for spec in ALL if spec.menu]
    found = [(cost, text) for text in texts if (cost := match(pattern, text)) is not None]
    assert best in [text for _, text in sorted(found)[:3]]


def test_letters_that_are_not_there_find_nothing():
    assert match("xyz", "Edit: Undo") is None
    assert match("", "Edit: Undo") == 0


def test_the_palette_by_keyboard(window, qtbot):
    choices = [Choice("Alpha", "", 1), Choice("Beta", "Ctrl+B", 2), Choice("Gamma", "", 3, enabled=False)]
    palette = Palette(window, choices, "Type")
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClicks(palette.field, "gam")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.chosen is None
    palette.field.clear()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.chosen == 2 and not palette.isVisible()


def test_the_palette_runs_what_was_chosen(opened, qtbot, monkeypatch):
    monkeypatch.setattr(Palette, "ask", lambda self: "go.next")
    opened.actions_["help.palette"].trigger()
    assert opened.session.index == 1


def test_the_class_of_the_selected_object_is_chosen_in_a_palette(opened, predicted, qtbot, monkeypatch):
    (a,) = predicted(0.9)
    opened.session._reload()
    opened.session.select([a.id])
    offered, at = [], []

    def ask(self):
        offered.extend(choice.text for choice in self.model.shown)
        at.append(self.list.currentIndex().row())
        return self.model.shown[1].value

    monkeypatch.setattr(Palette, "ask", ask)
    opened.actions_.refresh()
    opened.actions_["object.relabel"].trigger()
    assert offered == ["cat", "dog"]
    assert opened.session.annotations[a.id].category == 2
    opened.actions_["object.relabel"].trigger()
    assert at == [0, 1]


def test_the_list_of_shortcuts_shows_every_key(window, qtbot):
    dialog = ShortcutsDialog(window, window.actions_.specs.values(), window.keymap.keys())
    qtbot.addWidget(dialog)
    shown = {widget.text() for widget in dialog.findChildren(type(label())) if widget.property("role") == "key"}
    wanted = {
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for s in ALL if s.menu for key in s.keys
    }
    assert wanted <= shown
