"""A model file that is added in the window: what is guessed shows, is corrected, and becomes a card that runs."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from app_fakes import card
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog

from segstudio.app.bridge import ENDED, Bridge
from segstudio.app.dialogs.new_model import OWN, NewModelDialog
from segstudio.app.panels.models import ModelsPanel
from segstudio.app.settings import Settings
from segstudio.engine.engine import Engine
from segstudio.zoo import Catalog, weights
from segstudio.zoo.spec import WeightFile

LONG = 60_000


@pytest.fixture
def panel(shown, tmp_path, qtbot):
    """The panel of the models that come with segstudio."""
    engine = Engine(Catalog())
    bridge = Bridge(shown, lambda: engine)
    bridge.device = "cpu"
    made = ModelsPanel(shown, bridge, Settings(tmp_path / "s.ini"), bridge.discard)
    qtbot.addWidget(made)
    made.show()
    yield made
    bridge.close()


@pytest.fixture
def network(tmp_path) -> Path:
    """A TorchScript archive that says of each pixel which channel is the brightest."""
    import torch

    class Net(torch.nn.Module):
        def forward(self, x):
            return 10.0 * x

    path = tmp_path / "brightest.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.trace(Net(), torch.zeros(1, 3, 32, 48)).save(str(path))
    return path


def pressing(panel, path: Path, hand: Callable[[NewModelDialog], object], qtbot, monkeypatch) -> None:
    """Choose a file by the panel's button; the hand then works in the dialog, when that has ended its first look."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    failed: list[BaseException] = []
    seen: list[bool] = []

    def wait() -> None:
        dialog = QApplication.activeModalWidget()
        looked = isinstance(dialog, NewModelDialog) and (dialog.draft or dialog.said.property("role") == "danger")
        if not looked:
            QTimer.singleShot(20, wait)
            return
        try:
            hand(dialog)
        except BaseException as error:  # An exec loop would swallow it.
            failed.append(error)
        finally:
            seen.append(True)
            dialog.reject()

    QTimer.singleShot(0, wait)
    qtbot.mouseClick(panel.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(seen), timeout=LONG)
    if failed:
        raise failed[0]


def write(field, text: str, qtbot) -> None:
    """Type over what a field says."""
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_a_file_is_guessed_corrected_added_and_run(panel, shown, network, qtbot, monkeypatch):
    def hand(dialog: NewModelDialog) -> None:
        assert dialog.add_button.isEnabled() and dialog.name.text() == "brightest"
        assert dialog.adapter.currentText() == "semantic" and dialog.task.currentText() == "regions"
        assert dialog.labels.currentData() == OWN and dialog.classes.text() == "class 1, class 2, class 3"
        assert "guessed from these shapes" in dialog.remarks.text()
        write(dialog.classes, "red, green, blue", qtbot)
        write(dialog.mean, "0 0 0", qtbot)
        write(dialog.std, "1 1", qtbot)
        assert not dialog.add_button.isEnabled()
        qtbot.waitUntil(lambda: "three numbers" in dialog.said.text(), timeout=LONG)
        write(dialog.std, "1 1 1", qtbot)
        qtbot.waitUntil(dialog.add_button.isEnabled, timeout=LONG)
        qtbot.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: bool(dialog.added), timeout=LONG)

    pressing(panel, network, hand, qtbot, monkeypatch)
    qtbot.waitUntil(lambda: panel.model == "brightest")
    made = panel._card("brightest")
    assert made.input.mean == (0, 0, 0) or list(made.input.mean) == [0, 0, 0]
    assert panel.cards.row_of("brightest") >= 0 and panel.opened == "brightest"
    qtbot.mouseClick(panel.predict, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel._bridge.one.state in ENDED, timeout=LONG)
    qtbot.waitUntil(lambda: bool(shown.annotations))
    assert {shown.categories[a.category].name for a in shown.annotations.values()} <= {"red", "green", "blue"}


def test_another_adapter_is_tried_and_what_does_not_fit_is_said(panel, network, qtbot, monkeypatch):
    def hand(dialog: NewModelDialog) -> None:
        at = dialog.adapter.findData("yolov8")
        dialog.adapter.setCurrentIndex(at)
        dialog.adapter.activated.emit(at)
        qtbot.waitUntil(lambda: "does not read such outputs" in dialog.said.text(), timeout=LONG)
        assert not dialog.add_button.isEnabled()

    pressing(panel, network, hand, qtbot, monkeypatch)
    assert "brightest" not in {one.name for one in panel._bridge.engine.catalog}


class Code:
    """Runs something when it is unpickled."""

    def __reduce__(self):
        return print, ("this ran",)


def test_a_file_that_wants_to_run_code_is_refused_and_says_why(panel, tmp_path, qtbot, monkeypatch, capsys):
    path = tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps(Code()))
    said = []

    def hand(dialog: NewModelDialog) -> None:
        said.append(dialog.said.text())
        assert dialog.said.property("role") == "danger" and not dialog.add_button.isEnabled()
        assert not dialog.fields.isVisible(), "there is nothing to correct"

    pressing(panel, path, hand, qtbot, monkeypatch)
    assert "Add a Weights File" in said[0] and "this ran" not in capsys.readouterr().out


def test_weights_that_no_card_knows_are_told_where_they_belong(panel, shown, tmp_path, qtbot, monkeypatch):
    path = tmp_path / "mine.pth"
    path.write_bytes(b"weights")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    told = []
    shown.failed.connect(told.append)
    qtbot.mouseClick(panel.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(told), timeout=LONG)
    assert "Add a Weights File" in str(told[0].remedy)


def test_the_weights_of_a_known_model_go_to_its_card(panel, tmp_path, qtbot, monkeypatch):
    file = WeightFile("known.bin", "", 7, "none", "here")
    known = card("known", title="Known", weights=(file,), builder="nowhere:build")
    monkeypatch.setattr(weights, "owners", lambda cards, path: [known])
    panel._bridge.engine.catalog._cards["known"] = known
    panel.cards.read()
    path = tmp_path / "known.pth"
    path.write_bytes(b"weights")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    brought = []
    monkeypatch.setattr(panel._bridge, "add_weights", lambda name, where: brought.append((name, where)))
    qtbot.mouseClick(panel.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(brought), timeout=LONG)
    assert brought == [("known", str(path))] and panel.opened == "known"
