"""The tools, one file each; a new one is a file and a row here."""

from __future__ import annotations

from segstudio.app.tools.adjust import Adjust
from segstudio.app.tools.base import Event, Runner, Tool, ToolContext
from segstudio.app.tools.border import Border
from segstudio.app.tools.box import BoxTool
from segstudio.app.tools.brush import Brush, Eraser
from segstudio.app.tools.cut import Cut
from segstudio.app.tools.densepose_parts import DenseParts
from segstudio.app.tools.densepose_point import DensePoint
from segstudio.app.tools.grabcut import GrabCut
from segstudio.app.tools.point import PointTool
from segstudio.app.tools.polygon import Polygon
from segstudio.app.tools.prompt import PromptTool
from segstudio.app.tools.scissors import Scissors
from segstudio.app.tools.select import Select
from segstudio.app.tools.superpixels import SuperpixelTool
from segstudio.app.tools.wand import Wand
from segstudio.app.tools.watershed import Watershed

TOOLS: tuple[type[Tool], ...] = (
    Select,
    Brush,
    Eraser,
    Border,
    Polygon,
    Cut,
    BoxTool,
    PointTool,
    PromptTool,
    Scissors,
    Wand,
    SuperpixelTool,
    GrabCut,
    Watershed,
    DensePoint,
    DenseParts,
    Adjust,
)


def make_tools() -> dict[str, Tool]:
    """Return one tool of each kind, by name."""
    return {kind.name: kind() for kind in TOOLS}


__all__ = ["TOOLS", "Brush", "Eraser", "Event", "Runner", "Select", "Tool", "ToolContext", "make_tools"]
