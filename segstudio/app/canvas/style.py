"""How annotations look: the canvas's own copy of what the window's view state says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from segstudio.core import colors
from segstudio.core.annotation import Annotation
from segstudio.core.labels import Category

# How much more opaque a selected object is filled.
SELECTED = 0.18
# Predictions are filled more faintly than what a person or a file made.
PREDICTED = 0.8
EDGE = 0.95
# How much more opaque stuff is filled where it is told from things.
STUFF = 0.3


def _all(_: Annotation) -> bool:
    return True


@dataclass(frozen=True)
class Style:
    """What is drawn and in which colours.

    Args:
        visible: Tells whether an annotation is drawn and can be hit.
        categories: By id.
        mode: "class", "instance" or "track".
        opacity: Of filled regions, 0 to 1.
        filled: Whether regions are drawn at all.
        selection: Ids of selected annotations.
        apart: Stuff looks other than things: filled more strongly, and without a border.
    """

    visible: Callable[[Annotation], bool] = _all
    categories: Mapping[int, Category] = field(default_factory=dict)
    mode: str = "class"
    opacity: float = 0.45
    filled: bool = True
    selection: frozenset[int] = frozenset()
    apart: bool = False

    def color(self, a: Annotation) -> colors.RGB:
        """Return the colour of an annotation."""
        return colors.annotation_color(a, self.categories.get(a.category), self.mode)

    def paints(self, a: Annotation) -> tuple[int, int]:
        """Return the premultiplied colours 0xAARRGGBB of its region and of its border."""
        if not self.filled:
            return 0, 0
        color = self.color(a)
        chosen = a.id in self.selection
        alpha = self.opacity * (PREDICTED if a.is_prediction else 1.0)
        if chosen:
            alpha = min(self.opacity + SELECTED, 1.0) if self.opacity else 0.0
        edge = (255, 255, 255) if chosen else color
        category = self.categories.get(a.category)
        if self.apart and category is not None and not category.thing:
            alpha = min(alpha + STUFF, 1.0) if self.opacity else 0.0
            fill = colors.premultiplied(color, alpha)
            return fill, colors.premultiplied(edge, EDGE) if chosen else fill
        return colors.premultiplied(color, alpha), colors.premultiplied(edge, EDGE)
