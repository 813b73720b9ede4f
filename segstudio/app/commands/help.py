"""The palette, the list of shortcuts, the welcome page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from segstudio.app.actions import Actions, shown
from segstudio.app.canvas_link import CanvasLink
from segstudio.app.dialogs.about import AboutDialog
from segstudio.app.dialogs.keys import KeysDialog, name_of
from segstudio.app.dialogs.palette import Choice, Palette, icon_of
from segstudio.app.dialogs.shortcuts import ShortcutsDialog
from segstudio.app.i18n import tr


class HelpCommands:
    """Handlers of the "help" actions.

    Args:
        window: The parent of what opens.
        actions: Returns the table, which is made after this object.
        link: Knows the active tool.
        welcome: Shows the welcome page.
    """

    def __init__(
        self, window: QWidget, actions: Callable[[], Actions], link: CanvasLink, welcome: Callable[[], object]
    ) -> None:
        self._window = window
        self._actions = actions
        self._link = link
        self._welcome = welcome

    def palette(self) -> None:
        """Let the person type what they want, and do it."""
        actions = self._actions()
        actions.refresh()
        keys = actions.keymap.keys()
        choices = [
            Choice(
                name_of(spec),
                shown(keys[spec.id][0]) if keys[spec.id] else "",
                spec.id,
                icon_of(spec.icon) if spec.icon else None,
                actions[spec.id].isEnabled(),
            )
            for spec in actions.specs.values()
            if spec.id != "help.palette"
        ]
        # What can be done now comes first.
        choices.sort(key=lambda c: not c.enabled)
        chosen = Palette(self._window, choices, tr("Type a command")).ask()
        if chosen is not None:
            actions[chosen].trigger()

    def shortcuts(self) -> None:
        """Show all shortcuts."""
        actions, tool = self._actions(), self._link.tools[self._link.tool]
        row = actions.specs.get(f"tool.{tool.name}")
        about = (tr(row.text), tr(tool.hint)) if row is not None else ("", "")
        ShortcutsDialog(self._window, actions.specs.values(), actions.keymap.keys(), about, self.edit_shortcuts).exec()

    def edit_shortcuts(self) -> None:
        """Let the person choose other keys."""
        KeysDialog(self._window, self._actions().keymap).exec()

    def about(self) -> None:
        """Show what this is."""
        AboutDialog(self._window).exec()

    def welcome(self) -> None:
        """Show the welcome page; the project stays open."""
        self._welcome()
