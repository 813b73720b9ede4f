"""What was seen inside a model, and which view of it shows over the picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from segstudio.core import view_reading
from segstudio.core.geometry import Box
from segstudio.core.view_reading import Coloring
from segstudio.core.views import View

Place = tuple[int, int]  # media, frame
OPACITY = 0.65


class InsideState(QObject):
    """The views of one look at one picture.

    Attributes:
        views: As the model gave them; empty before the first look.
        model: The name of the model that they are from.
        place: The picture that they are of.
        size: (width, height) of that picture.
        shown: The view that shows over the picture, or None.
        coloring: How maps are coloured.
        opacity: How much maps and pictures cover the picture, 0 to 1.

    Signals:
        changed: Any of these.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.views: tuple[View, ...] = ()
        self.model = ""
        self.place: Place | None = None
        self.size = (0, 0)
        self.shown: View | None = None
        self.coloring = view_reading.PLAIN
        self.opacity = OPACITY

    def take(self, model: str, place: Place, size: tuple[int, int], views: tuple[View, ...]) -> None:
        """Hold the views of a new look; of them the one shows that is called as the one that showed before."""
        before = self.shown
        self.model, self.place, self.size, self.views = model, place, size, views
        alike = [v for v in views if before is not None and (v.group, v.title) == (before.group, before.title)]
        same = (v for v in alike if before is not None and v.box == before.box)
        self.shown = next(same, alike[0] if alike else None)
        self.changed.emit()

    def clear(self) -> None:
        """Forget the views."""
        if self.views or self.place is not None:
            self.views, self.shown, self.place, self.model = (), None, None, ""
            self.changed.emit()

    def show(self, view: View | None) -> None:
        """Show a view over the picture, or none."""
        if view is not self.shown:
            self.shown = view
            self.changed.emit()

    def set(self, *, coloring: Coloring | None = None, opacity: float | None = None) -> None:
        """Choose how views look."""
        new = (self.coloring if coloring is None else coloring, self.opacity if opacity is None else opacity)
        if new != (self.coloring, self.opacity):
            self.coloring, self.opacity = new
            self.changed.emit()

    def listed(self, group: str, bounds: Box | None) -> list[View]:
        """Return the views of a group ("" for all), those that lie over an object first."""
        views = [view for view in self.views if not group or view.group == group]
        return view_reading.for_object(views, bounds, self.size)
