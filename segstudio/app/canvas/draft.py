"""What a tool shows before it has changed anything."""

from __future__ import annotations

from dataclasses import dataclass

from segstudio.core.geometry import Box

Point = tuple[float, float]


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
        erases: Whether that brush takes away.
        text: A short note at the pointer, with its place.
    """

    line: tuple[Point, ...] = ()
    vertices: tuple[Point, ...] = ()
    closing: bool = False
    box: Box | None = None
    rubber: bool = False
    points: tuple[tuple[float, float, int], ...] = ()
    limbs: tuple[tuple[int, int], ...] = ()
    brush: tuple[float, float, float] | None = None
    erases: bool = False
    text: tuple[float, float, str] | None = None

    def bounds(self) -> Box | None:
        """Return the box around all marks but the text, or None without marks."""
        places = [*self.line, *self.vertices, *((x, y) for x, y, v in self.points if v)]
        if self.box is not None:
            places += [(self.box.x, self.box.y), (self.box.right, self.box.bottom)]
        if self.brush is not None:
            x, y, size = self.brush
            places += [(x - size / 2, y - size / 2), (x + size / 2, y + size / 2)]
        if not places:
            return None
        left, top = min(p[0] for p in places), min(p[1] for p in places)
        return Box(left, top, max(p[0] for p in places) - left, max(p[1] for p in places) - top)


NOTHING = Draft()
