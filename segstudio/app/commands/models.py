"""Predicting, and what belongs to a run."""

from __future__ import annotations

from typing import Protocol

from segstudio.app.bridge import Bridge
from segstudio.app.settings import Settings


class Boxed(Protocol):
    """Runs models in the boxes of selected objects."""

    def run(self, task: str) -> None: ...


class Chooser(Protocol):
    """Knows the chosen model: the models panel."""

    def predict_one(self) -> None: ...
    def predict_all(self) -> None: ...
    @property
    def in_boxes(self) -> Boxed: ...


class Insight(Protocol):
    """Shows the inside of the chosen model: the panel for it."""

    def come_forward(self) -> None: ...
    def look(self) -> None: ...
    def step(self, by: int) -> None: ...
    def hide_view(self) -> None: ...


class InsideCommands:
    """Handlers of the actions that look inside a model."""

    def __init__(self, panel: Insight) -> None:
        self._panel = panel

    def look(self) -> None:
        """Ask the chosen model about the current picture."""
        self._panel.come_forward()
        self._panel.look()

    def step(self, by: str) -> None:
        """Show the next view, or the one before."""
        self._panel.step(int(by))

    def hide(self) -> None:
        """Hide the view that shows over the picture."""
        self._panel.hide_view()


class ModelCommands:
    """Handlers of the "model" actions."""

    def __init__(self, bridge: Bridge, panel: Chooser, settings: Settings) -> None:
        self._bridge = bridge
        self._settings = settings
        bridge.device = settings.text("device", "auto")
        self._panel = panel

    def predict_one(self) -> None:
        """Predict the current picture with the chosen model."""
        self._panel.predict_one()

    def predict_all(self) -> None:
        """Predict all pictures with the chosen model."""
        self._panel.predict_all()

    def in_boxes(self, task: str) -> None:
        """Let a model look in the boxes of the selected objects."""
        self._panel.in_boxes.run(task)

    def pause(self) -> None:
        """Hold the run, or let it go on."""
        job = self._bridge.running()
        if job is not None:
            job.resume() if job.pausing else job.pause()
            self._bridge.changed.emit()

    def cancel(self) -> None:
        """Stop the run; what is finished stays."""
        job = self._bridge.running()
        if job is not None:
            job.cancel()

    def device(self, name: str) -> None:
        """Run models on "auto" or "cpu" from now on."""
        self._bridge.device = name
        self._settings.set_text("device", name)
        self._bridge.changed.emit()

    def discard(self) -> None:
        """Take the last run away; undo brings it back."""
        self._bridge.discard()

    def fetch_starter(self) -> None:
        """Fetch the starter pack."""
        self._bridge.fetch([card.name for card in self._bridge.engine.catalog.starter_pack()])
