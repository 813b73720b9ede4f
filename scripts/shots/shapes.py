"""The pictures of the guide's page on shapes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from stage import Stage

from segstudio.app.main_window import MainWindow
from segstudio.core import edits

ALT = Qt.KeyboardModifier.AltModifier


def shoot(stage: Stage) -> None:
    """Write vertices.webp, borders.webp, simplify.webp, smooth.webp and cut.webp."""
    _simplify(stage)
    _vertices(stage)
    _borders(stage)
    _smooth(stage)
    _cut(stage)


def _only(stage: Stage, photo: str, name: str) -> MainWindow:
    """Open a photo with the predictions of one class, the first of them selected."""
    window = stage.open(photo)
    session = window.session
    rows = list(session.annotations.values())
    wanted = [a for a in rows if session.categories[a.category].name == name]
    session.commit(edits.delete([a for a in rows if a not in wanted]))
    session.select([wanted[0].id])
    return window


def _adjust(stage: Stage, window: MainWindow, operation: str, name: str, value: float) -> None:
    """Show an operation's preview with a value."""
    stage.act(f"shape.{operation}")
    window.link.tools["adjust"].set_value(name, value)
    window.link.choose(name)
    _wait(stage, window)


def _wait(stage: Stage, window: MainWindow) -> None:
    stage.rest(0.3)
    while window.link.background.busy:
        stage.rest(0.1)
    stage.rest(0.2)


def _simplify(stage: Stage) -> None:
    window = _only(stage, "cat.jpg", "cat")
    _adjust(stage, window, "simplify", "tolerance", 2.0)
    stage.save("simplify")
    stage.key("Esc")


def _vertices(stage: Stage) -> None:
    window = _only(stage, "cat.jpg", "cat")
    stage.act("shape.largest")
    _adjust(stage, window, "simplify", "tolerance", 4.0)
    stage.key("Return")
    _wait(stage, window)
    stage.drag((250, 60), (300, 100), (410, 160), mods=ALT)
    stage.save("vertices")


def _borders(stage: Stage) -> None:
    window = _only(stage, "coffee.jpg", "cup")
    _adjust(stage, window, "smooth", "pixels", 12)
    stage.key("Return")
    _wait(stage, window)
    _adjust(stage, window, "simplify", "tolerance", 1.5)
    stage.key("Return")
    _wait(stage, window)
    window.link.use("polygon")
    for place in ((195, 215), (140, 250), (220, 345), (330, 365), (430, 290), (450, 190)):
        stage.click(*place)
    stage.click(402, 145)
    stage.move(192, 213)
    stage.save("borders")
    stage.key("Esc")


def _smooth(stage: Stage) -> None:
    window = _only(stage, "coffee.jpg", "cup")
    _adjust(stage, window, "smooth", "pixels", 12)
    stage.save("smooth")
    stage.key("Esc")


def _cut(stage: Stage) -> None:
    window = _only(stage, "coffee.jpg", "cup")
    window.session.view.set(color_mode="instance")
    window.link.use("cut")
    stage.click(130, 150)
    stage.click(250, 175)
    stage.move(440, 130)
    _wait(stage, window)
    stage.save("cut")
    stage.key("Esc")
