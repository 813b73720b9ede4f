"""When an action is enabled, and when its tick is set: the words of the actions' table."""

from __future__ import annotations

from collections.abc import Callable

from segstudio.app import i18n
from segstudio.app.bridge import Bridge
from segstudio.app.canvas_link import CanvasLink
from segstudio.app.session import Session
from segstudio.app.theme import theme


def _undo(s: Session) -> bool:
    steps = s.steps()
    return bool(steps) and steps[0].done


def _redo(s: Session) -> bool:
    steps = s.steps()
    return bool(steps) and not steps[-1].done


# Words that the session alone answers.
_WORDS: dict[str, Callable[[Session], bool]] = {
    "project": lambda s: s.project is not None,
    "picture": lambda s: s.picture is not None,
    "video": lambda s: s.media is not None and s.media.kind == "video",
    "objects": lambda s: bool(s.annotations),
    "selection": lambda s: bool(s.selection),
    "several": lambda s: len(s.selection) > 1,
    "pose": lambda s: any(a.keypoints is not None and s.view.visible(a) for a in s.selected()),
    "prediction": lambda s: any(a.is_prediction for a in s.selected()),
    "undo": _undo,
    "redo": _redo,
    "class": lambda s: bool(s.categories),
    "thing": lambda s: s.category in s.categories and s.categories[s.category].thing,
    "isolated": lambda s: s.view.isolated is not None,
    "isolable": lambda s: s.view.isolated is not None or bool(s.selection),
    "locked": lambda s: bool(s.view.locked),
    "shown": lambda s: s.view.shown,
    "rejected": lambda s: s.view.show_rejected,
    "grid": lambda s: s.view.grid > 0,
    "inside": lambda s: bool(s.inside.views),
    "inside_shown": lambda s: s.inside.shown is not None,
}


class State:
    """Answers the words of `Spec.needs` and `Spec.check`."""

    def __init__(self, session: Session, bridge: Bridge, link: CanvasLink) -> None:
        self._session = session
        self._bridge = bridge
        self._link = link

    def __call__(self, word: str) -> bool:
        if word in _WORDS:
            return _WORDS[word](self._session)
        kind, _, value = word.partition(":")
        return bool(getattr(self, f"_{kind}")(value) if value else getattr(self, f"_{kind}")())

    def _running(self) -> bool:
        return self._bridge.running() is not None

    def _run(self) -> bool:
        return self._bridge.last_run() is not None

    def _on(self, name: str) -> bool:
        return bool(getattr(self._session.view, name))

    def _layer(self, name: str) -> bool:
        return name in self._session.view.layers

    def _mode(self, name: str) -> bool:
        return self._session.view.mode == name

    def _color(self, mode: str) -> bool:
        return self._session.view.color_mode == mode

    def _theme(self, mode: str) -> bool:
        return theme().mode == mode

    def _language(self, name: str) -> bool:
        return i18n.language().chosen == name

    def _device(self, name: str) -> bool:
        return self._bridge.device == name

    def _tool(self, name: str) -> bool:
        return self._link.tool == name
