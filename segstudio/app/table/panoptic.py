"""What panoptic mode adds to the Go and Shape menus."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

MODE = "mode:panoptic"
FILL = "paint-bucket"
MENU = "Shape"

GO: tuple[Spec, ...] = (
    row("|gap.next", "Next Gap, Largest First", "target", "O", "panoptic.gap:1", MODE, "", "Go"),
    row("gap.previous", "Previous Gap", "target", "Ctrl+G", "panoptic.gap:-1", MODE, "", "Go"),
)
SHAPE: tuple[Spec, ...] = (
    row("|gap.fill_class", "Fill Gap With the Current Class", FILL, "N", "panoptic.fill:class", MODE, "", MENU),
    row("gap.fill_border", "Fill Gap by the Longest Border", FILL, "Shift+N", "panoptic.fill:border", MODE, "", MENU),
    row(
        "gap.fill_nearest", "Fill Gap by the Nearest Segments", FILL, "Shift+J", "panoptic.fill:nearest", MODE, "",
        MENU,
    ),
    row("gap.fill_all", "Fill All Gaps by the Nearest Segments", FILL, "", "panoptic.fill:all", MODE, "", MENU),
    row("gap.resolve", "Resolve Overlaps", "stack", "", "panoptic.resolve", MODE, "", MENU),
)  # fmt: skip
