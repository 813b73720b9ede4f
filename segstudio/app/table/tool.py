"""The Tool menu, which is the toolbar on the left too: one row a tool."""

from __future__ import annotations

from segstudio.app.table.spec import Spec

# name, text, icon, keys
TOOLS: tuple[tuple[str, str, str, str], ...] = (
    ("select", "Select", "cursor", "V Ctrl+J"),
    ("brush", "Brush", "paint-brush", "B"),
    ("eraser", "Eraser", "eraser", "E"),
    ("border", "Border Brush", "arrows-out-line-horizontal", "Shift+B"),
    ("polygon", "Polygon", "polygon", "P Ctrl+N"),
    ("cut", "Cut", "knife", "C"),
    ("box", "Box", "rectangle", "R Ctrl+R"),
    ("point", "Keypoints", "person", "K"),
    ("prompt", "Cut Out", "sparkle", "W"),
    ("scissors", "Scissors", "scissors", "L"),
    ("wand", "Magic Wand", "magic-wand", "M"),
    ("superpixels", "Superpixels", "hexagon", "U"),
    ("grabcut", "GrabCut", "selection-foreground", "G"),
    ("watershed", "Watershed", "drop", "F"),
    ("dense_point", "DensePose Point", "person-simple-walk", "I"),
    ("dense_parts", "DensePose Parts", "t-shirt", "Y"),
)

# Those before which a new group begins.
GAPS = frozenset(("brush", "polygon", "point", "prompt", "dense_point"))

ROWS: tuple[Spec, ...] = tuple(
    Spec(
        f"tool.{name}",
        text,
        icon,
        tuple(keys.split()),
        "Tool",
        f"tools.use:{name}",
        "picture",
        f"tool:{name}",
        gap=name in GAPS,
    )
    for name, text, icon, keys in TOOLS
)
