"""The tools of the left toolbar: one row a tool."""

from __future__ import annotations

from segstudio.app.actions import Spec
from segstudio.app.tools.base import Tool
from segstudio.app.tools.brush import Brush, Eraser
from segstudio.app.tools.select import Select

# class, text, icon, keys
TOOLS: tuple[tuple[type[Tool], str, str, str], ...] = (
    (Select, "Select", "cursor", "V Ctrl+J"),
    (Brush, "Brush", "paint-brush", "B"),
    (Eraser, "Eraser", "eraser", "E"),
)


def make_tools() -> dict[str, Tool]:
    """Return one tool of each kind by its name."""
    return {kind.name: kind() for kind, _, _, _ in TOOLS}


def specs() -> tuple[Spec, ...]:
    """Return the rows that the tools add to the table of actions."""
    return tuple(
        Spec(f"tool.{kind.name}", text, icon, tuple(keys.split()), "Tool", f"tools.use:{kind.name}", "picture", f"tool:{kind.name}")
        for kind, text, icon, keys in TOOLS
    )
