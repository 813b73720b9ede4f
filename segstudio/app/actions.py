"""The actions of the table as Qt's, with their shortcuts, menus and toolbars."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from segstudio.app.i18n import language, menu_title, tr
from segstudio.app.keymap import Keymap
from segstudio.app.table import ACTIONS, MENUS, Spec
from segstudio.app.theme import theme


class Actions(QObject):
    """The QActions of the table.

    Args:
        window: The window that the shortcuts work in.
        handlers: By the name before the dot of `Spec.call`.
        state: Answers the words of `Spec.needs` and `Spec.check`.
        keymap: Knows which keys each action has.
    """

    def __init__(
        self, window: QWidget, handlers: Mapping[str, object], state: Callable[[str], bool], keymap: Keymap
    ) -> None:
        super().__init__(window)
        self.specs = {spec.id: spec for spec in ACTIONS}
        self._state = state
        self._all: dict[str, QAction] = {}
        for spec in self.specs.values():
            self._all[spec.id] = self._make(window, spec, _bound(handlers, spec.call))
        self.keymap = keymap
        keymap.changed.connect(self._give_keys)
        self._give_keys()
        language().changed.connect(self._give_keys)
        theme().changed.connect(self._paint)
        self._paint()

    def __getitem__(self, id: str) -> QAction:
        return self._all[id]

    def refresh(self) -> None:
        """Enable, disable and tick according to the state."""
        known: dict[str, bool] = {}
        for id, action in self._all.items():
            spec = self.specs[id]
            for word in (spec.needs, spec.check):
                if word and word not in known:
                    known[word] = self._state(word)
            action.setEnabled(not spec.needs or known[spec.needs])
            if spec.check:
                action.setChecked(known[spec.check])

    def fill_menus(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus of the table."""
        menus = {name: bar.addMenu(menu_title(tr(name), name[0])) for name in MENUS}
        for spec in self.specs.values():
            if spec.menu in menus:
                if spec.gap:
                    menus[spec.menu].addSeparator()
                menus[spec.menu].addAction(self._all[spec.id])
        return menus

    def fill_toolbar(self, bar: QToolBar, ids: tuple[str, ...]) -> None:
        """Add actions to a toolbar; "|" is a separator."""
        for id in ids:
            if id == "|":
                bar.addSeparator()
            else:
                bar.addAction(self._all[id])

    def _make(self, window: QWidget, spec: Spec, call: Callable[[], object]) -> QAction:
        text = tr(spec.text)
        action = QAction(text, window)
        action.setObjectName(spec.id)
        action.setCheckable(bool(spec.check))
        action.triggered.connect(lambda: call())
        window.addAction(action)
        return action

    def _give_keys(self) -> None:
        for id, keys in self.keymap.keys().items():
            action = self._all[id]
            action.setShortcuts([QKeySequence(key) for key in keys])
            tip = action.text().rstrip("…")
            action.setToolTip(f"{tip} ({shown(keys[0])})" if keys else tip)

    def _paint(self) -> None:
        for id, action in self._all.items():
            if self.specs[id].icon:
                action.setIcon(theme().icon(self.specs[id].icon))


def shown(key: str) -> str:
    """Return a shortcut as people write it on this system."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _bound(handlers: Mapping[str, object], call: str) -> Callable[[], object]:
    """Return the function that a row of the table names."""
    path, _, argument = call.partition(":")
    handler, _, method = path.partition(".")
    function = getattr(handlers[handler], method)
    return (lambda: function(argument)) if argument else function
