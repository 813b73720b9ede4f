"""The interface in another language: switched live, there and back again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QWidget,
)

from segstudio.app import i18n
from segstudio.app.i18n import bare, catalog, menu_title, tr

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture
def korean(look):
    """The application in Korean; English again afterwards."""
    i18n.language().choose("ko")
    yield i18n.language()
    i18n.language().choose("en")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that keeps the translations."""
    spec = spec_from_file_location("translations", REPO / "scripts" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def texts(window) -> Counter[tuple[str, str]]:
    """Return everything that the window's widgets and actions say, and how often."""
    # What was thrown away a moment ago is still there until the event loop comes round.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    found = [("action", text) for a in window.actions_._all.values() for text in (a.text(), a.toolTip())]
    for widget in (window, *window.findChildren(QWidget)):
        kind = type(widget).__name__
        found += [(kind, text) for text in (widget.toolTip(), widget.accessibleName(), *_own(widget))]
    # Numbers are the same in every language, and some come a moment later.
    return Counter((kind, text) for kind, text in found if any(c.isalpha() for c in text))


def _own(widget: QWidget) -> Iterable[str]:
    match widget:
        case QLabel() | QAbstractButton():
            return [widget.text()]
        case QLineEdit():
            return [widget.placeholderText()]
        case QComboBox():
            return [widget.itemText(i) for i in range(widget.count())]
        case QTabBar():
            return [widget.tabText(i) for i in range(widget.count())]
        case QMenu():
            return [widget.title()]
        case QDockWidget():
            return [widget.windowTitle(), widget.toggleViewAction().text()]
    return []


def test_every_text_has_its_translation(script):
    known = script.known("ko")
    assert [text for text in script.wanted() if not known.get(text)] == []


def test_nothing_is_translated_that_no_longer_stands_anywhere(script):
    assert set(script.known("ko")) <= set(script.wanted())


def test_what_is_loaded_says_what_translators_wrote(qapp):
    translator = QTranslator()
    assert translator.load("segstudio_ko", str(i18n.FOLDER))
    for source, translation in catalog("ko").items():
        assert translator.translate(i18n.CONTEXT, source) == translation


def test_the_same_values_stand_in_a_translation():
    for source, translation in catalog("ko").items():
        assert sorted(re.findall(r"\{[^}]*\}", source)) == sorted(re.findall(r"\{[^}]*\}", translation)), source


def test_no_two_texts_have_one_translation():
    """The way back from a translation to its text must be clear; texts with values are said anew instead."""
    plain = {source: shown for source, shown in catalog("ko").items() if "{" not in source}
    twice = {shown for shown, n in Counter(plain.values()).items() if n > 1}
    assert [source for source, shown in plain.items() if shown in twice] == []


def test_switching_there_and_back_leaves_every_word_as_it_was(window, qtbot, folder):
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    window.link.use("brush")
    # Everything has said itself once.
    i18n.language().changed.emit()
    before = texts(window)
    try:
        window.actions_["view.lang_ko"].trigger()
        shown = texts(window)
        assert window.settings.language == "ko"
        assert any("가" <= c <= "힣" for _, text in shown for c in text)
    finally:
        window.actions_["view.lang_en"].trigger()
    assert texts(window) == before


def test_a_window_that_opens_in_korean_says_what_one_says_that_was_switched(korean, window):
    fresh = texts(window)
    i18n.language().choose("en")
    assert texts(window) != fresh
    i18n.language().choose("ko")
    assert texts(window) == fresh


def test_nothing_stays_english_that_has_a_translation(window, qtbot, folder):
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    try:
        window.actions_["view.lang_ko"].trigger()
        left = {text for _, text in texts(window) if text and catalog("ko").get(text, text) != text}
    finally:
        window.actions_["view.lang_en"].trigger()
    assert left == set()


def test_every_text_that_is_asked_for_is_one_that_translators_see(window, qtbot, folder, monkeypatch):
    """No text reaches `tr` by a way that the script which collects them does not see."""
    asked: set[str] = set()

    class Listening:
        @staticmethod
        def translate(context: str, text: str) -> str:
            asked.add(text)
            return QCoreApplication.translate(context, text)

    monkeypatch.setattr(i18n, "QCoreApplication", Listening)
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    for name in window.link.tools:
        window.link.use(name)
    for mode in ("panoptic", "densepose", "instances"):
        window.session.view.set(mode=mode)
        QApplication.processEvents()
    i18n.language().changed.emit()
    QApplication.processEvents()
    asked -= {card.description for card in window.bridge.engine.catalog}
    assert {text for text in asked if any(c.isalpha() for c in text)} - set(catalog("ko")) == set()


def test_a_menu_opens_with_alt_and_its_english_letter_in_every_language():
    assert menu_title("File", "F") == "&File" and menu_title("파일", "F") == "파일(&F)"
    for title in ("&File", "파일(&F)", "Panels"):
        assert menu_title(*bare(title)) == title


def test_a_time_has_the_months_of_the_language(korean):
    assert i18n.moment(86_400 * 45, "d MMM HH:mm").startswith("2월 1")


def test_a_language_that_is_not_there_is_english(look):
    i18n.language().choose("xx")
    assert i18n.language().name == "en" and tr("Undo") == "Undo"
    i18n.language().choose("en")


def test_the_script_changes_nothing_where_everything_is_in_step(script, tmp_path, monkeypatch):
    monkeypatch.setattr(script, "FOLDER", tmp_path)
    known = {text: text[::-1] for text in script.wanted()}
    path = script.write("ko", script.wanted(), known)
    assert script.known("ko") == known
    script.release(path)
    assert path.with_suffix(".qm").stat().st_size > 0
