"""What the canvas shows: the picture's size, its annotations as they look now, the selection, the drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from segstudio.app.canvas.compose import Composer, Pair
from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.canvas.style import Style
from segstudio.app.canvas.table import DENSE, POINTS, Table
from segstudio.app.densepose_state import DenseState
from segstudio.core import view_reading
from segstudio.core.annotation import Annotation
from segstudio.core.display import PLAIN, Display
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.painting import Stroke
from segstudio.core.results import Result
from segstudio.core.spans import Spans, Window
from segstudio.core.views import View

# How near, in screen pixels, the pointer must come to a keypoint or a box's side.
REACH = 6.0
# Of more annotations than this the overlays are painted anew everywhere.
FEW = 20


class Scene:
    """The state that all layers paint from. It knows no Qt.

    Attributes:
        size: (width, height) of the picture; (0, 0) without one.
        rows: The stored annotations by id, the lowest in the stack first.
        shown: Drafts of annotations that show instead of the stored ones, by id.
        hover: Id of the annotation under the pointer, 0 for none.
        draft: What the tool shows.
        marked: A region that a panel points at, or None.
        results: Maps and scores that are no annotations.
        insight: What of a model's inside shows over the picture, or None.
        insight_coloring: How its maps are coloured.
        locked: Ids of annotations that can't be picked.
        kinds: Which overlays are drawn: "masks", "boxes", "keypoints", "labels", "maps", "dense".
        mode: What is being corrected: "instances", "panoptic" or "densepose".
        dense: What the person looks at in DensePose mode.
        handles: Whether the active tool can grab handles.
        stroked: Id of the annotation that a brush stroke is being drawn on, 0 for none.
        display: How the picture itself is shown.
        grid: Picture pixels between two lines of the grid, 0 for none.
        version: Grows with every change of annotations or style, not with the selection.
    """

    def __init__(self) -> None:
        self.size = (0, 0)
        self.composer = Composer(0, 0)
        self.rows: dict[int, Annotation] = {}
        self.shown: dict[int, Annotation] = {}
        self.hover = 0
        self.draft: Draft = NOTHING
        self.marked: Mask | None = None
        self.results: Sequence[Result] = ()
        self.insight: View | None = None
        self.insight_coloring = view_reading.PLAIN
        self.display: Display = PLAIN
        self.grid = 0
        self.kinds: frozenset[str] = frozenset(("masks", "boxes", "keypoints", "labels", "maps", "dense"))
        self.mode = "instances"
        self.dense = DenseState()
        self.handles = True
        self.version = 0
        self.locked: frozenset[int] = frozenset()
        self.stroked = 0

    @property
    def table(self) -> Table:
        return self.composer.table

    @property
    def style(self) -> Style:
        return self.composer.style

    @property
    def selection(self) -> frozenset[int]:
        return self.style.selection

    def resize(self, width: int, height: int) -> None:
        """Become the scene of a picture of that size, without annotations."""
        style = self.style
        if (width, height) != self.size:
            self.size = (width, height)
            self.composer = Composer(width, height)
            self.composer.restyle(style)
        self.set([])

    def set(self, annotations: Iterable[Annotation]) -> None:
        """Show these annotations and no others."""
        self.rows = {a.id: a for a in annotations}
        self.shown = {}
        self.composer.set(self.rows.values())
        self.version += 1

    def update(self, annotations: Mapping[int, Annotation], ids: Iterable[int]) -> list[Window]:
        """Take over some annotations (those missing are gone); return the windows that may look different."""
        pairs: list[Pair] = []
        for id in ids:
            before, after = self.rows.get(id), annotations.get(id)
            self.shown.pop(id, None)
            if after is None:
                self.rows.pop(id, None)
            else:
                self.rows[id] = after
            pairs.append((before, after))
        if any(after is not None and (before is None or before.z != after.z) for before, after in pairs):
            self.rows = {id: self.rows[id] for id in annotations if id in self.rows}
        self.version += 1
        return self.composer.apply(pairs)

    def show(self, drafts: Iterable[Annotation]) -> list[Window]:
        """Show drafts instead of the stored annotations of the same id, or besides them; () shows the stored ones."""
        new = {a.id: a for a in drafts}
        if not new and not self.shown:
            return []
        pairs: list[Pair] = [(a, self.rows.get(id)) for id, a in self.shown.items() if id not in new]
        pairs += [(self.shown.get(id) or self.rows.get(id), a) for id, a in new.items()]
        self.shown = new
        self.version += 1
        return self.composer.apply(pairs)

    def stroke(self, a: Annotation, stroke: Stroke, dab: Spans) -> list[Window]:
        """Show a brush stroke on an annotation while it is drawn; see `Composer.stroke`."""
        self.stroked = a.id
        return self.composer.stroke(a, stroke, dab)

    def end_stroke(self) -> list[Window]:
        """Show the stored annotation again instead of a stroke; return the windows that may look different."""
        windows = self.composer.end_stroke(self.rows.get(self.stroked))
        self.stroked = 0
        return windows

    def restyle(self, style: Style) -> list[Window]:
        """Draw with another style."""
        self.version += 1
        return self.composer.restyle(style)

    def select(self, ids: frozenset[int]) -> list[Window]:
        """Draw other annotations as selected."""
        return self.composer.select(ids)

    def around(self, ids: Iterable[int]) -> list[Window] | None:
        """Return the windows that hold what is drawn over some annotations; None where they may reach anywhere."""
        slots = [slot for id in ids if (slot := self.table.slot_of.get(id)) is not None]
        # The names of joints lie beside them.
        if len(slots) > FEW or (self.table.bears[slots] & (POINTS | DENSE)).any():
            return None
        return [self.table.window(slot) for slot in slots]

    def get(self, id: int) -> Annotation | None:
        """Return an annotation as it shows now."""
        return self.shown.get(id) or self.rows.get(id)

    def selected(self) -> list[Annotation]:
        """Return the selected annotations that are visible, as they show now."""
        found = (self.get(id) for id in sorted(self.selection))
        return [a for a in found if a is not None and self.style.visible(a)]

    def pick(self, x: float, y: float, zoom: float) -> int:
        """Return the id of what lies under a place: a region, a joint, or the smallest box; 0 for nothing."""
        top = self.composer.top(x, y) if "masks" in self.kinds else 0
        if top in self.locked:
            return next(iter(self.under(x, y, zoom)), 0)
        return top or next((id for id in self._outlines(x, y, zoom) if id not in self.locked), 0)

    def under(self, x: float, y: float, zoom: float) -> list[int]:
        """Return the ids of everything under a place: regions from the top down, then joints and boxes."""
        regions = self.composer.under(x, y) if "masks" in self.kinds else []
        return [id for id in dict.fromkeys([*regions, *self._outlines(x, y, zoom)]) if id not in self.locked]

    def inside(self, box: Box, touching: bool = False) -> list[int]:
        """Return the ids of visible annotations whose bounds lie in a box, or merely touch it."""
        table = self.table
        low, high = table.boxes[: len(table.rows), :2], table.boxes[: len(table.rows), 2:]
        near, far = (high, low) if touching else (low, high)
        hit = (near >= (box.x, box.y)).all(axis=1) & (far <= (box.right, box.bottom)).all(axis=1)
        hit &= table.visible[: len(table.rows)]
        found = (table.rows[slot] for slot in np.flatnonzero(hit))
        return [row.id for row in found if row is not None and row.id not in self.locked]

    def _outlines(self, x: float, y: float, zoom: float) -> list[int]:
        reach = REACH / max(zoom, 1e-9)
        at = (int(x - reach), int(y - reach), int(x + reach) + 1, int(y + reach) + 1)
        found: list[tuple[float, int]] = []
        for slot in self.table.within(at):
            a = self.table.rows[slot]
            if a is None:
                continue
            if a.keypoints is not None and "keypoints" in self.kinds and _near_joint(a, x, y, reach):
                found.append((-1.0, a.id))
            elif isinstance(a.geometry, Box) and "boxes" in self.kinds:
                box = a.geometry
                if box.x <= x <= box.right and box.y <= y <= box.bottom:
                    found.append((box.area, a.id))
        return [id for _, id in sorted(found)]


def _near_joint(a: Annotation, x: float, y: float, reach: float) -> bool:
    values = a.keypoints.values if a.keypoints is not None else ()
    joints = zip(values[0::3], values[1::3], values[2::3], strict=True)
    return any(v > 0 and (px - x) ** 2 + (py - y) ** 2 <= reach * reach for px, py, v in joints)
