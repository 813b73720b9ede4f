"""What the tests of the window share: pictures, projects, a window with an engine whose model is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_fakes import picture

from segstudio.core import changes
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.store import ProjectFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with four pictures."""
    place = tmp_path / "photos"
    place.mkdir()
    for i in range(1, 5):
        picture(place / f"p{i}.png", seed=i)
    return place


@pytest.fixture
def look(qapp):
    """The application with its look."""
    from segstudio.app import i18n, theme

    i18n.install(qapp, "en")
    return theme.install(qapp, "dark")


@pytest.fixture
def session(look, qtbot) -> Iterator:
    """A session without a project."""
    from segstudio.app.session import Session

    made = Session()
    yield made
    made.detach()


@pytest.fixture
def project(folder: Path) -> ProjectFile:
    """A project of the four pictures with two classes; whoever attaches it closes it."""
    from segstudio.app import opening

    made, _ = opening.open_paths([folder])
    assert made.new_ids("category", 2) == 1
    made.commit(changes.insert([Category(1, "cat", position=0), Category(2, "dog", position=1)], "Classes"))
    return made


@pytest.fixture
def predicted(project: ProjectFile) -> Callable[..., list[Annotation]]:
    """A function that adds predictions with the given scores to the first picture."""

    def add(*scores: float, category: int = 1) -> list[Annotation]:
        media = project.media_ids()[0]
        first = project.new_ids("annotation", len(scores))
        rows = [
            Annotation(
                first + i, media, category, geometry=Box(10.0 + 20 * i, 20, 15, 30), score=score,
                origin=Origin("model", "toy"), review="predicted",
            )
            for i, score in enumerate(scores)
        ]  # fmt: skip
        project.commit(changes.insert(rows, "Predict"))
        return rows

    return add


@pytest.fixture
def shown(session, project, qtbot):
    """The session with the project open and its first picture decoded."""
    session.attach(project)
    qtbot.waitUntil(lambda: session.picture is not None)
    return session


@pytest.fixture
def window(look, qtbot, tmp_path: Path, monkeypatch) -> Iterator:
    """The main window, shown, with a made-up model; an error that a test does not expect fails it."""
    from app_fakes import ToyCatalog, ToyModel

    from segstudio.app.dialogs.error import ErrorDialog
    from segstudio.app.main_window import MainWindow
    from segstudio.app.settings import Settings
    from segstudio.engine.engine import Engine

    settings = Settings(tmp_path / "settings.ini")
    # Else the first prediction loads torch to ask it for devices.
    settings.set_text("device", "cpu")
    settings.set_text("model", "toy")
    made = MainWindow(settings, lambda: Engine(ToyCatalog(), load=ToyModel))
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    # Shortcuts belong to the active window.
    qtbot.waitUntil(made.isActiveWindow)
    errors = []
    monkeypatch.setattr(ErrorDialog, "exec", lambda self: errors.append(str(self.error)))
    yield made
    assert errors == []
    ToyModel.gate.set()
    made.close()
    made.deleteLater()
    qtbot.wait(1)


@pytest.fixture
def opened(window, folder: Path, qtbot):
    """The main window with the folder's project open and its first picture shown."""
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    qtbot.waitUntil(lambda: window.actions_["view.fit"].isEnabled())
    return window
