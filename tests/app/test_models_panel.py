"""The panel of models: search, filters, details, licences, and weights that are fetched or brought by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from app_fakes import ToyCatalog, card
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from segstudio.app.bridge import ENDED, Bridge
from segstudio.app.dialogs.licence import LicenceDialog
from segstudio.app.panels.model_details import CardDetails
from segstudio.app.panels.models import ModelsPanel
from segstudio.app.settings import Settings
from segstudio.engine.engine import Engine
from segstudio.zoo import weights
from segstudio.zoo.spec import Source, WeightFile

DATA = b"weights " * 100
NOWHERE = (Source(folder="nowhere"),)


def needs(name: str, size: int, *, sources=NOWHERE, **more):
    file = WeightFile(f"{name}.pth", "ab" * 32, size, "none", "somebody's page", sources)
    return card(name, **{"weights": (file,), **more})


CARDS = (
    card("toy", title="Toy masks", starter=True),
    needs("big", 184_000_000, title="Big masks", recommended=True, paper="Someone 2020, arXiv 1"),
    needs("small", 2_000_000, title="Small boxes", task="boxes"),
    needs("hand", 3_000_000, title="Poses by hand", task="poses", sources=()),
    card("free", title="Semantic", task="semantic", licence="CC-BY-NC-4.0"),
    card("pointer", title="Pointer", task="prompts", labels=""),
    card("lacks", title="Faces", task="faces", requires=("no_such_module",)),
)


@pytest.fixture
def panel(shown, tmp_path, qtbot):
    engine = Engine(ToyCatalog(*CARDS))
    bridge = Bridge(shown, lambda: engine)
    made = ModelsPanel(shown, bridge, Settings(tmp_path / "s.ini"), bridge.discard)
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made
    bridge.close()


@pytest.mark.parametrize("option", ["split_things", "multi_scale"])
def test_options_of_maps_are_offered_for_maps_and_remembered(option, panel, qtbot, tmp_path) -> None:
    box = getattr(panel, option)
    assert panel.model == "toy" and not box.isVisible()
    press(panel, "free", qtbot)
    assert box.isVisible() and not getattr(panel._bridge._options("free"), option)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().topLeft() + QPoint(8, box.height() // 2))
    assert getattr(panel._bridge._options("free"), option)
    again = ModelsPanel(panel._session, panel._bridge, Settings(tmp_path / "s.ini"), panel._bridge.discard)
    qtbot.addWidget(again)
    assert getattr(again, option).isChecked()


def names(panel) -> list[str]:
    """Return what is listed: headings, names of cards, and "" for the offer's place."""
    return [entry.heading if entry.card is None else entry.card.name for entry in panel.cards.shown]


def press(panel, name: str, qtbot) -> None:
    """Click a card's row."""
    index = panel.cards.index(panel.cards.row_of(name))
    panel.list.scrollTo(index)
    place = panel.list.visualRect(index).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def details(panel) -> CardDetails | None:
    """Return the open card's details."""
    found = panel.list.indexWidget(panel.cards.index(panel.cards.row_of(panel.opened))) if panel.opened else None
    assert found is None or isinstance(found, CardDetails)
    return found


def words(widget: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_models_stand_in_groups_with_the_starter_pack_first(panel):
    assert names(panel) == [
        "Starter pack", "toy", "", "Boxes", "small", "Masks", "big", "Keypoints", "hand", "Faces", "lacks", "Regions",
        "free", "For the tool Cut Out", "pointer",
    ]  # fmt: skip
    assert panel.search.placeholderText() == "Search 7 models"


def test_the_search_finds_words_of_titles_and_papers(panel, qtbot):
    qtbot.keyClicks(panel.search, "mAsks")
    assert names(panel) == ["Starter pack", "toy", "Masks", "big"]
    panel.search.clear()
    qtbot.keyClicks(panel.search, "arxiv big")
    assert names(panel) == ["Masks", "big"]
    qtbot.keyClicks(panel.search, "x")
    assert names(panel) == [] and panel.stack.currentIndex() == 1
    panel.search.clear()
    assert len(names(panel)) == 15 and panel.stack.currentIndex() == 0


def test_the_filter_keeps_what_gives_the_wanted_and_is_here(panel):
    panel.filter.choose(frozenset({("gives", "boxes"), ("gives", "poses")}))
    assert names(panel) == ["Boxes", "small", "Keypoints", "hand"]
    panel.filter.choose(frozenset({("where", "here")}))
    assert names(panel) == ["Starter pack", "toy", "Regions", "free", "For the tool Cut Out", "pointer"]
    panel.filter.choose(frozenset())
    assert "big" in names(panel)
    menu = panel.filter.open()
    texts = [action.text() for action in menu.actions()]
    assert "Ready to run here" in texts and "dense poses" not in texts
    menu.close()


def test_a_click_opens_a_card_and_another_one_closes_it(panel, shown, qtbot):
    assert panel.model == "toy" and panel.opened == ""
    press(panel, "small", qtbot)
    assert panel.model == panel.opened == panel.cards.chosen == "small"
    found = details(panel)
    assert found is not None and found.isVisible() and found.get.text() == "Fetch 2 MB"
    assert Settings(Path(panel._settings._store.fileName())).text("model") == "small"
    row = panel.list.visualRect(panel.cards.index(panel.cards.row_of("small")))
    assert row.height() >= found.layout().totalHeightForWidth(row.width()) > 100, "all of it is seen"
    qtbot.mouseClick(found.findChild(QWidget, "model"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.opened == "" and details(panel) is None)
    assert panel.model == "small"


def test_the_list_is_walked_and_opened_by_keyboard(panel, qtbot):
    qtbot.keyClicks(panel.search, "m")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    panel.search.clear()
    panel.list.setFocus()
    panel.list.setCurrentIndex(panel.cards.index(panel.cards.row_of("toy")))
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.list.currentIndex().row() == panel.cards.row_of("small"), "headings are passed over"
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert panel.opened == "small" and panel.list.hasFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Tab)
    assert details(panel).get.hasFocus()
    qtbot.keyClick(details(panel).get, Qt.Key.Key_Tab)
    assert details(panel).bring.hasFocus()


def test_details_tell_licence_paper_size_and_what_lacks(panel, qtbot):
    press(panel, "big", qtbot)
    said = words(details(panel))
    for text in ("Licence: none", "Paper: Someone 2020, arXiv 1", "Weights: 184 MB", "Two squares."):
        assert text in said
    press(panel, "lacks", qtbot)
    assert "Needs: pip install no_such_module" in words(details(panel))
    press(panel, "pointer", qtbot)
    assert panel.opened == "pointer" and panel.model == "lacks", "what cuts out is no model to predict with"


def test_the_better_model_is_offered_with_its_size(panel, qtbot):
    holder = panel.list.indexWidget(panel.cards.index(names(panel).index("")))
    assert holder.isVisible() and "Big masks finds more" in words(holder)
    assert [b.text() for b in holder.findChildren(QPushButton)] == ["Fetch 184 MB"]
    told = []
    panel._session.failed.connect(told.append)
    qtbot.mouseClick(panel.take_offer, Qt.MouseButton.LeftButton)
    assert panel.model == "big"
    qtbot.waitUntil(lambda: len(told) == 1, timeout=20000)
    assert "big.pth" in str(told[0])


def test_predicting_fetches_what_is_missing_first(panel, qtbot):
    panel.choose("small")
    told = []
    panel._session.failed.connect(told.append)
    qtbot.mouseClick(panel.predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=20000)
    assert panel._bridge.fetching.state == "failed" and "small.pth" in str(told[0])


def test_what_must_be_brought_by_hand_says_so(panel, qtbot):
    said = []
    panel._session.said.connect(said.append)
    panel.choose("hand")
    panel.open("")
    qtbot.mouseClick(panel.predict, Qt.MouseButton.LeftButton)
    assert "by hand" in said[-1] and panel.opened == "hand" and panel._bridge.fetching is None
    found = details(panel)
    assert not found.get.isVisible() and found.bring.isVisible()
    assert "hand.pth (3 MB, somebody's page)" in words(found)


@pytest.fixture
def true(shown, tmp_path, qtbot):
    """A panel with a model whose file is known by its sum."""
    file = WeightFile("t.pth", hashlib.sha256(DATA).hexdigest(), len(DATA), "none", "here")
    engine = Engine(ToyCatalog(card("toy", starter=True), card("mine", weights=(file,))))
    bridge = Bridge(shown, lambda: engine)
    made = ModelsPanel(shown, bridge, Settings(tmp_path / "s.ini"), bridge.discard)
    qtbot.addWidget(made)
    made.show()
    yield made
    bridge.close()


@pytest.mark.parametrize("content", [DATA, b"another file"])
def test_a_weights_file_is_checked_and_taken_or_refused(true, tmp_path, qtbot, monkeypatch, content):
    path = tmp_path / "brought.bin"
    path.write_bytes(content)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    told, said = [], []
    true._session.failed.connect(told.append)
    true._session.said.connect(said.append)
    true.choose("mine")
    with qtbot.waitSignal(true._bridge.fetched, timeout=20000):
        qtbot.mouseClick(details(true).bring, Qt.MouseButton.LeftButton)
    if content == DATA:
        assert told == [] and "brought.bin was checked and taken." in said
        assert weights.is_ready(true._card("mine")) and not true.cards.states["mine"].needed
        assert not details(true).bring.isVisible()
        assert true._settings.folder("weights") == str(tmp_path)
    else:
        assert "none of the files" in str(told[0]) and true.cards.states["mine"].needed


def test_a_dialog_that_is_cancelled_brings_nothing(true, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    true.files.add_weights(true._card("mine"))
    assert true.cards.states["mine"].needed


def test_terms_against_commercial_use_are_shown_and_asked_once(panel, qtbot, monkeypatch):
    asked = []
    answers = [0, 1]

    def answer(self):
        asked.append(words(self))
        return answers.pop(0)

    monkeypatch.setattr(LicenceDialog, "exec", answer)
    predicted = []
    monkeypatch.setattr(panel._bridge, "predict_one", predicted.append)
    assert "non-commercial" in panel.cards.words(panel._card("free"))
    assert "non-commercial" not in panel.cards.words(panel._card("toy"))
    press(panel, "free", qtbot)
    assert "Not for commercial use: CC-BY-NC-4.0" in words(details(panel))
    for _ in range(3):
        qtbot.mouseClick(panel.predict, Qt.MouseButton.LeftButton)
    assert predicted == ["free", "free"] and len(asked) == 2
    assert "CC-BY-NC-4.0" in asked[0] and "Semantic" in asked[0]


def test_weights_that_come_by_another_way_are_seen_when_the_panel_shows(true, qtbot):
    true.hide()
    path = weights.path_of(true._card("mine"), true._card("mine").weights[0])
    path.parent.mkdir(parents=True)
    path.write_bytes(DATA)
    true.show()
    assert not true.cards.states["mine"].needed


def test_of_a_hundred_cards_only_the_open_one_is_a_widget(shown, tmp_path, qtbot):
    engine = Engine(ToyCatalog(*(needs(f"n{i}", 10, title=f"Net {i}") for i in range(100))))
    bridge = Bridge(shown, lambda: engine)
    panel = ModelsPanel(shown, bridge, Settings(tmp_path / "s.ini"), bridge.discard)
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    panel.show()
    for i in (3, 40, 99):
        panel.choose(f"n{i}")
    port = panel.list.viewport()
    inside = port.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert len([w for w in inside if w.isVisibleTo(port)]) == 1
    assert panel.list.viewport().rect().intersects(panel.list.visualRect(panel.cards.index(panel.cards.row_of("n99"))))
    bridge.close()


def test_the_panel_speaks_the_language_that_is_chosen(panel):
    from segstudio.app import i18n

    panel.choose("big")
    i18n.language().choose("ko")
    try:
        assert names(panel)[0] == "스타터 팩" and panel.cards.words(panel._card("big")).startswith("마스크")
        assert details(panel).get.text() == "내려받기 (184 MB)"
    finally:
        i18n.language().choose("en")
    assert names(panel)[0] == "Starter pack" and details(panel).get.text() == "Fetch 184 MB"


@pytest.mark.parametrize("task", ["panoptic", "densepose"])
def test_what_has_a_mode_of_its_own_is_shown_in_it(opened, qtbot, task):
    opened.bridge.engine.catalog.cards["toy"] = card(starter=True, task=task)
    opened.bridge.predict_one("toy")
    qtbot.waitUntil(lambda: opened.session.view.mode == task)
    assert opened.session.annotations
    opened.bridge.engine.catalog.cards["toy"] = card(starter=True)
    opened.bridge.predict_one("toy")
    qtbot.waitUntil(lambda: opened.bridge.one is not None and opened.bridge.one.state in ENDED)
    assert opened.session.view.mode == task, "masks of a model are none of a mode's business"
