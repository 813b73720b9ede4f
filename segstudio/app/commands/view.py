"""Zoom, visibility, colours, theme and layout."""

from __future__ import annotations

from typing import Protocol

from segstudio.app import i18n
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.app.theme import theme
from segstudio.core.display import PLAIN

GRID = 64


class Canvas(Protocol):
    """What these commands ask of the canvas."""

    def fit(self) -> None: ...
    def actual_size(self) -> None: ...
    def zoom_by(self, factor: float) -> None: ...


class Frame(Protocol):
    """What these commands ask of the window."""

    def isFullScreen(self) -> bool: ...
    def showFullScreen(self) -> None: ...
    def showNormal(self) -> None: ...
    def reset_layout(self) -> None: ...


class ViewCommands:
    """Handlers of the "view" actions."""

    def __init__(self, session: Session, canvas: Canvas, window: Frame, settings: Settings) -> None:
        self._session = session
        self._canvas = canvas
        self._window = window
        self._settings = settings
        self._grid = GRID

    def fit(self) -> None:
        """Show the whole picture."""
        self._canvas.fit()

    def actual_size(self) -> None:
        """Show one picture pixel as one screen pixel."""
        self._canvas.actual_size()

    def zoom(self, factor: str) -> None:
        """Zoom about the middle."""
        self._canvas.zoom_by(float(factor))

    def toggle_all(self) -> None:
        """Show or hide all overlays."""
        self._session.view.set(shown=not self._session.view.shown)

    def toggle_rejected(self) -> None:
        """Show or hide rejected predictions."""
        self._session.view.set(show_rejected=not self._session.view.show_rejected)

    def layer(self, name: str) -> None:
        """Show or hide one kind of overlay."""
        self._session.view.toggle_layer(name)

    def mode(self, name: str) -> None:
        """Correct instances, the panoptic map or DensePose."""
        self._session.view.set(mode=name)

    def color(self, mode: str) -> None:
        """Colour by class, instance or track."""
        self._session.view.set(color_mode=mode)

    def toggle(self, name: str) -> None:
        """Show or hide the rulers or the magnifier."""
        self._session.view.set(**{name: not getattr(self._session.view, name)})

    def toggle_grid(self) -> None:
        """Show or hide the grid."""
        view = self._session.view
        self._grid, now = view.grid or self._grid, 0 if view.grid else self._grid
        view.set(grid=now)

    def plain(self) -> None:
        """Take brightness, contrast, gamma, false colours and the chosen window back."""
        self._session.view.set(display=PLAIN, window=None)

    def hide_selected(self) -> None:
        """Hide the selected objects, or show them again."""
        session = self._session
        hides = not session.selection <= session.view.hidden
        session.view.toggle_hidden(session.selection)
        if hides:
            # Else Enter or Del would change what nobody sees.
            session.select(())

    def unhide(self) -> None:
        """Show everything that was hidden by hand."""
        self._session.view.set(hidden=frozenset(), hidden_categories=frozenset(), shown=True, isolated=None)

    def lock_selected(self) -> None:
        """Lock the selected objects: they can't be picked or changed until they are unlocked."""
        self._session.toggle_locked(self._session.selection)

    def unlock(self) -> None:
        """Unlock everything."""
        self._session.view.set(locked=frozenset())

    def isolate(self) -> None:
        """Show the selected objects only, or all of them again."""
        session = self._session
        session.view.set(isolated=session.selection if session.view.isolated is None else None)

    def theme(self, mode: str) -> None:
        """Switch to the light theme, the dark one, or the system's."""
        theme().choose(mode)
        self._settings.theme = mode

    def language(self, name: str) -> None:
        """Switch to the system's language, or to another."""
        i18n.language().choose(name)
        self._settings.language = name
        self._session.view.changed.emit()

    def full_screen(self) -> None:
        """Fill the screen, or stop it."""
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def reset_layout(self) -> None:
        """Put all docks back to where they came."""
        self._window.reset_layout()
