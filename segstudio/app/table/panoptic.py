"""What panoptic mode adds to the Go and Shape menus."""

from __future__ import annotations

from segstudio.app.table.spec import Spec


def _row(name: str, text: str, icon: str, keys: str, call: str, menu: str, *, gap: bool = False) -> Spec:
    return Spec(f"gap.{name}", text, icon, tuple(keys.split()), menu, f"panoptic.{call}", "mode:panoptic", "", gap)


GO: tuple[Spec, ...] = (
    _row("next", "Next Gap, Largest First", "target", "O", "gap:1", "Go", gap=True),
    _row("previous", "Previous Gap", "target", "Ctrl+G", "gap:-1", "Go"),
)
SHAPE: tuple[Spec, ...] = (
    _row("fill_class", "Fill Gap With the Current Class", "paint-bucket", "N", "fill:class", "Shape", gap=True),
    _row("fill_border", "Fill Gap by the Longest Border", "paint-bucket", "Shift+N", "fill:border", "Shape"),
    _row("fill_nearest", "Fill Gap by the Nearest Segments", "paint-bucket", "Shift+J", "fill:nearest", "Shape"),
    _row("fill_all", "Fill All Gaps by the Nearest Segments", "paint-bucket", "", "fill:all", "Shape"),
    _row("resolve", "Resolve Overlaps", "stack", "", "resolve", "Shape"),
)
