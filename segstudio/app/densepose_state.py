"""What the person looks at in DensePose mode: shared by the atlas, the overlay and the tools. It is never undone."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from segstudio.core import colors
from segstudio.core.colors import RGB
from segstudio.core.densepose import CHARTS, COARSE_OF, DensePose
from segstudio.core.densepose_atlas import turned
from segstudio.core.densepose_maps import Dense, filled_grid
from segstudio.core.densepose_texture import checkered
from segstudio.core.events import Channel

# What the overlay shows.
LOOKS = ("parts", "charts", "u", "v", "contour", "texture")
UNKNOWN: RGB = (150, 150, 150)  # a point whose part is none of the 24


# The key of each chart, in their order.
CHART_KEYS = "1234567890ABCDEFGHIJKLMN"


class Spot(NamedTuple):
    """A place on a chart."""

    chart: int
    u: float
    v: float


class DenseState:
    """The atlas's cursor and what the pointer is on.

    Attributes:
        look: What the overlay shows, one of `LOOKS`.
        texture: What people wear where `look` is "texture", see `core.densepose_texture`; set by `wear`.
        worn: Grows with every other texture.
        part: The coarse part that is painted, 1 to 14.
        cursor: The place of the atlas that the next point gets, and what the arrow keys move.
        place: The place in the picture that waits for its place on the atlas, or None.
        point: (annotation id, number) of the chosen point, or None.
        hover: (annotation id, number) of the point under the pointer, or None.
        seen: What the place of the picture under the pointer shows, or None.
        aim: The place of the atlas under the pointer, or None.
        changed: Tells of every change.
    """

    def __init__(self) -> None:
        self.look = "parts"
        self.texture = checkered()
        self.worn = 0
        self.part = 1
        self.cursor = Spot(2, 0.5, 0.5)
        self.place: tuple[float, float] | None = None
        self.point: tuple[int, int] | None = None
        self.hover: tuple[int, int] | None = None
        self.seen: Spot | None = None
        self.aim: Spot | None = None
        self.changed: Channel[frozenset[str]] = Channel()
        self._maps: dict[int, tuple[DensePose, Dense]] = {}

    def set(self, **values: object) -> None:
        """Change some of the attributes and tell once which are different."""
        different = frozenset(k for k, v in values.items() if getattr(self, k) != v)
        for name in different:
            setattr(self, name, values[name])
        if different:
            self.changed.publish(different)

    def wear(self, texture: np.ndarray) -> None:
        """Show everybody in another texture."""
        self.texture, self.look, self.worn = texture, "texture", self.worn + 1
        self.changed.publish(frozenset(("look", "texture")))

    def map_of(self, dense: DensePose) -> Dense:
        """Return the filled map of a dense pose in the cells of its box; the last few are kept."""
        found = self._maps.get(id(dense))
        if found is None or found[0] is not dense:
            if len(self._maps) > 32:
                self._maps.clear()
            found = self._maps[id(dense)] = (dense, filled_grid(dense))
        return found[1]


def part_color(coarse: int) -> RGB:
    """Return the colour of a coarse part, grey for none."""
    return colors.instance_color(coarse) if coarse else UNKNOWN


@lru_cache(maxsize=8192)
def chart_color(part: float, look: str, u: float = 0.5, v: float = 0.5) -> RGB:
    """Return the colour of a place on a chart: of its part, or by the published colour map of its number, U or V."""
    if part not in range(1, len(CHARTS) + 1):
        return UNKNOWN
    if look == "parts":
        return part_color(int(COARSE_OF[int(part)]))
    value = {"charts": part / len(CHARTS), "u": u, "v": v, "contour": u, "texture": part / len(CHARTS)}[look]
    r, g, b = colors.lut("parula")[round(min(max(value, 0.0), 1.0) * 255)].tolist()
    return r, g, b


def stepped(spot: Spot, across: int, down: int, by: float) -> Spot:
    """Return the place a step further on the drawing of the chart."""
    square = turned(spot.chart)
    place = square.place(spot.u, spot.v) or (0.5, 0.5)
    x, y = (min(max(w + d * by, 0.0), 1.0) for w, d in zip(place, (across, down)))
    u, v = square.coordinates(x, y) or spot[1:]
    return Spot(spot.chart, round(u, 4), round(v, 4))
