"""What panels and commands are given: the parts of the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segstudio.app.bridge import Bridge
    from segstudio.app.canvas.view import CanvasView
    from segstudio.app.canvas_link import CanvasLink
    from segstudio.app.main_window import MainWindow
    from segstudio.app.session import Session
    from segstudio.app.settings import Settings
    from segstudio.app.widgets import Panel


@dataclass
class Parts:
    """The parts of one window; `panels` fills up while the window is made, in the order of their table."""

    session: Session
    bridge: Bridge
    settings: Settings
    canvas: CanvasView
    link: CanvasLink
    window: MainWindow
    panels: dict[str, Panel] = field(default_factory=dict)
