"""When an action is enabled, and when its tick is set: the words of the actions' table."""

from __future__ import annotations

from segstudio.app.bridge import Bridge
from segstudio.app.canvas_link import CanvasLink
from segstudio.app.session import Session
from segstudio.app.theme import theme


class State:
    """Answers the words of `Spec.needs` and `Spec.check`."""

    def __init__(self, session: Session, bridge: Bridge, link: CanvasLink) -> None:
        self._session = session
        self._bridge = bridge
        self._link = link

    def __call__(self, word: str) -> bool:
        kind, _, value = word.partition(":")
        return bool(getattr(self, f"_{kind}")(value) if value else getattr(self, f"_{kind}")())

    def _project(self) -> bool:
        return self._session.project is not None

    def _picture(self) -> bool:
        return self._session.picture is not None

    def _video(self) -> bool:
        return self._session.media is not None and self._session.media.kind == "video"

    def _objects(self) -> bool:
        return bool(self._session.annotations)

    def _selection(self) -> bool:
        return bool(self._session.selection)

    def _several(self) -> bool:
        return len(self._session.selection) > 1

    def _prediction(self) -> bool:
        return any(a.is_prediction for a in self._session.selected())

    def _undo(self) -> bool:
        steps = self._session.steps()
        return bool(steps) and steps[0].done

    def _redo(self) -> bool:
        steps = self._session.steps()
        return bool(steps) and not steps[-1].done

    def _running(self) -> bool:
        return self._bridge.running() is not None

    def _run(self) -> bool:
        return self._bridge.last_run() is not None

    def _isolated(self) -> bool:
        return self._session.view.isolated is not None

    def _isolable(self) -> bool:
        return self._isolated() or bool(self._session.selection)

    def _locked(self) -> bool:
        return bool(self._session.view.locked)

    def _shown(self) -> bool:
        return self._session.view.shown

    def _rejected(self) -> bool:
        return self._session.view.show_rejected

    def _on(self, name: str) -> bool:
        return bool(getattr(self._session.view, name))

    def _grid(self) -> bool:
        return self._session.view.grid > 0

    def _layer(self, name: str) -> bool:
        return name in self._session.view.layers

    def _mode(self, name: str) -> bool:
        return self._session.view.mode == name

    def _color(self, mode: str) -> bool:
        return self._session.view.color_mode == mode

    def _theme(self, mode: str) -> bool:
        return theme().mode == mode

    def _device(self, name: str) -> bool:
        return self._bridge.device == name

    def _tool(self, name: str) -> bool:
        return self._link.tool == name
