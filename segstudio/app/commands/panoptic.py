"""Gaps and overlaps of the panoptic map."""

from __future__ import annotations

from segstudio.app.panoptic_mode import PanopticMode


class PanopticCommands:
    """Handlers of the "panoptic" actions."""

    def __init__(self, mode: PanopticMode) -> None:
        self._mode = mode

    def gap(self, step: str) -> None:
        """Point at the largest gap, then at the next one or the one before."""
        self._mode.next_gap(int(step))

    def fill(self, how: str) -> None:
        """Fill the gap that is pointed at, or all of them."""
        self._mode.fill(how)

    def resolve(self) -> None:
        """Give each pixel that several objects claim to one of them."""
        self._mode.resolve()
