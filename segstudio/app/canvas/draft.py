"""What a tool shows before it has changed anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segstudio.core.colors import RGB
from segstudio.core.geometry import Box
from segstudio.core.heat import HeatMap
from segstudio.core.masks import Mask

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A polyline over the picture; `width` is in screen pixels."""

    points: tuple[Point, ...]
    color: RGB = (255, 255, 255)
    dashed: bool = False
    closed: bool = False
    width: float = 1.5


@dataclass(frozen=True)
class Dot:
    """A place that was clicked: green for "this", red for "not this", white for a place to come back to."""

    x: float
    y: float
    kind: Literal["positive", "negative", "anchor"] = "anchor"


@dataclass(frozen=True)
class Draft:
    """Marks over the picture, in its coordinates.

    Args:
        line: A polyline that is being drawn.
        vertices: Those of its points that show as dots; the first is ringed when a click on it closes the line.
        closing: The pointer is where a click closes the line.
        box: A rectangle that is being dragged.
        rubber: Whether the rectangle selects (dashed) instead of becoming an object.
        points: Keypoints placed so far: x, y, v.
        limbs: Pairs of indices into `points`.
        brush: x, y and diameter in pixels of the brush at the pointer.
        square: Whether that brush is square.
        erases: Whether it takes away.
        text: A short note at the pointer, with its place.
        regions: Pixels that are filled in a colour.
        lines: More polylines.
        dots: Places that were clicked.
        ghost: Where something would be: faint dots, joined by `ghost_limbs`, pairs of indices.
        mark: A place that is ringed: what a key or a click is about.
        heat: How warm a model saw the places of one keypoint.
        picked: Vertices that were picked out of the others.
    """

    line: tuple[Point, ...] = ()
    vertices: tuple[Point, ...] = ()
    closing: bool = False
    box: Box | None = None
    rubber: bool = False
    points: tuple[tuple[float, float, int], ...] = ()
    limbs: tuple[tuple[int, int], ...] = ()
    brush: tuple[float, float, float] | None = None
    square: bool = False
    erases: bool = False
    text: tuple[float, float, str] | None = None
    regions: tuple[tuple[Mask, RGB], ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    ghost: tuple[Point, ...] = ()
    ghost_limbs: tuple[tuple[int, int], ...] = ()
    mark: Point | None = None
    heat: HeatMap | None = None
    picked: tuple[Point, ...] = ()

    def bounds(self) -> Box | None:
        """Return the box around all marks but the text, or None without marks."""
        places = [*self.line, *self.vertices, *((x, y) for x, y, v in self.points if v), *self.picked]
        places += [(dot.x, dot.y) for dot in self.dots]
        places += [point for line in self.lines for point in line.points]
        for mask, _ in self.regions:
            places += [(mask.x, mask.y), (mask.x + mask.w, mask.y + mask.h)]
        places += self.ghost
        if self.mark is not None:
            places.append(self.mark)
        for box in (self.box, self.heat.box if self.heat is not None else None):
            if box is not None:
                places += [(box.x, box.y), (box.right, box.bottom)]
        if self.brush is not None:
            x, y, size = self.brush
            places += [(x - size / 2, y - size / 2), (x + size / 2, y + size / 2)]
        if not places:
            return None
        left, top = min(p[0] for p in places), min(p[1] for p in places)
        return Box(left, top, max(p[0] for p in places) - left, max(p[1] for p in places) - top)


NOTHING = Draft()
