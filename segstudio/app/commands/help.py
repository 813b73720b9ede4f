"""The palette, the list of shortcuts, the welcome page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from segstudio.app.actions import Actions
from segstudio.app.dialogs.about import AboutDialog
from segstudio.app.dialogs.palette import Choice, Palette, icon_of
from segstudio.app.dialogs.shortcuts import ShortcutsDialog, shown


class HelpCommands:
    """Handlers of the "help" actions.

    Args:
        window: The parent of what opens.
        actions: Returns the table, which is made after this object.
        welcome: Shows the welcome page.
    """

    def __init__(self, window: QWidget, actions: Callable[[], Actions], welcome: Callable[[], object]) -> None:
        self._window = window
        self._actions = actions
        self._welcome = welcome

    def palette(self) -> None:
        """Let the person type what they want, and do it."""
        actions = self._actions()
        actions.refresh()
        choices = [
            Choice(
                f"{spec.menu}: {spec.text.rstrip('…')}" if spec.menu else spec.text,
                shown(spec.keys[0]) if spec.keys else "",
                spec.id,
                icon_of(spec.icon) if spec.icon else None,
                actions[spec.id].isEnabled(),
            )
            for spec in actions.specs.values()
            if spec.id != "help.palette"
        ]
        # What can be done now comes first.
        choices.sort(key=lambda c: not c.enabled)
        chosen = Palette(self._window, choices, "Type a command").ask()
        if chosen is not None:
            actions[chosen].trigger()

    def shortcuts(self) -> None:
        """Show all shortcuts."""
        ShortcutsDialog(self._window, self._actions().specs.values()).exec()

    def about(self) -> None:
        """Show what this is."""
        AboutDialog(self._window).exec()

    def welcome(self) -> None:
        """Show the welcome page; the project stays open."""
        self._welcome()
