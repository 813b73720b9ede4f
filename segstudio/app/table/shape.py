"""The Shape menu: the operations on what is selected."""

from __future__ import annotations

from segstudio.app.operations import OPERATIONS
from segstudio.app.table.spec import Spec

ROWS: tuple[Spec, ...] = tuple(
    Spec(f"shape.{o.name}", o.text, o.icon, tuple(o.keys.split()), o.menu, f"shapes.run:{o.name}", o.needs, gap=o.gap)
    for o in OPERATIONS
)
