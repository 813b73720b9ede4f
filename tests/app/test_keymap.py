"""Keys of the person's own: presets, conflicts, the editor, and what survives a restart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from segstudio.app.dialogs.keys import KeysDialog
from segstudio.app.dialogs.shortcuts import ShortcutsDialog
from segstudio.app.keymap import FOLDER, PRESETS, Keymap, normal, title_of
from segstudio.app.settings import Settings
from segstudio.app.table import ACTIONS
from segstudio.app.widgets import label

IDS = [spec.id for spec in ACTIONS]


@pytest.fixture
def keymap(qapp, tmp_path) -> Keymap:
    return Keymap(Settings(tmp_path / "s.ini"))


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_gives_a_key_to_two_actions(keymap, preset):
    keymap.choose(preset)
    assert keymap.conflicts() == {} and title_of(preset)


@pytest.mark.parametrize("preset", PRESETS[1:])
def test_every_row_of_a_preset_is_an_action_and_a_key(preset):
    data = json.loads((FOLDER / f"{preset}.json").read_text("utf-8"))
    assert set(data["keys"]) <= set(IDS)
    assert all(normal(key) for keys in data["keys"].values() for key in keys)


def test_a_preset_lies_over_the_table_and_the_persons_own_over_both(keymap):
    assert keymap.keys()["go.next"] == ("D",)
    keymap.choose("cvat")
    assert keymap.keys()["go.next"] == ("F",) and keymap.keys()["go.previous"] == ("D",)
    keymap.set("go.next", ["G"])
    assert keymap.keys()["go.next"] == ("G",)
    keymap.choose("segstudio")
    assert keymap.keys()["go.next"] == ("G",) and keymap.changed_by_person("go.next")
    keymap.reset()
    assert keymap.keys()["go.next"] == ("D",)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(IDS), st.lists(st.sampled_from("ABCDE"), max_size=2)), max_size=12))
def test_whatever_a_person_sets_there_is_never_a_conflict(qapp, tmp_path_factory, steps):
    keymap = Keymap(Settings(tmp_path_factory.mktemp("s") / "s.ini"))
    for id, keys in steps:
        keymap.set(id, keys)
        assert keymap.conflicts() == {}
        assert set(keymap.keys()[id]) == set(keys)


def test_keys_outlive_the_program_and_broken_settings_do_no_harm(qapp, tmp_path):
    place = tmp_path / "s.ini"
    first = Settings(place)
    Keymap(first).set("view.fit", ["Ctrl+1", "nonsense+"])
    first.sync()
    assert Keymap(Settings(place)).keys()["view.fit"] == ("Ctrl+1",)
    for broken in ("{", "[1]", '{"view.fit": 3}', '{"unknown": ["A"]}'):
        first.set_text("keys/own", broken)
        assert Keymap(first).conflicts() == {}
    first.set_text("keys/preset", "gone")
    assert Keymap(first).preset == "segstudio"


def test_the_editor_takes_a_key_only_with_a_word_about_who_loses_it(window, qtbot):
    dialog = KeysDialog(window, window.keymap)
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.search, "fit picture")
    dialog.table.selectRow(0)
    assert dialog._current() == "view.fit" and not dialog.use.isEnabled()
    dialog.keys.setKeySequence(QKeySequence("D"))
    assert "Next Picture" in dialog.conflict.text() and dialog.use.text() == "Take the Keys"
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert window.keymap.keys()["view.fit"] == ("D",) and window.keymap.keys()["go.next"] == ()
    assert window.actions_["view.fit"].shortcut() == QKeySequence("D")
    assert "(D)" in window.actions_["view.fit"].toolTip()
    dialog.keys.setKeySequence(QKeySequence("Ctrl+9"))
    assert dialog.conflict.text() == ""
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    assert window.keymap.keys()["view.fit"] == ("D", "Ctrl+9")
    qtbot.mouseClick(dialog.back, Qt.MouseButton.LeftButton)
    assert window.keymap.keys()["view.fit"] == ("Ctrl+F",)
    # Who lost a key gets it back when it is reset too.
    window.keymap.reset()
    assert window.keymap.keys()["go.next"] == ("D",)


def test_the_cheat_sheet_shows_the_keys_of_now_and_those_of_the_tool(window, qtbot):
    window.keymap.set("edit.undo", ["Ctrl+Alt+U"])
    window.link.use("brush")
    hint = window.link.tools["brush"].hint
    sheet = ShortcutsDialog(window, window.actions_.specs.values(), window.keymap.keys(), ("Brush", hint))
    qtbot.addWidget(sheet)
    texts = {made.text() for made in sheet.findChildren(type(label()))}
    assert "Ctrl+Alt+U" in texts and any(hint in text for text in texts)
