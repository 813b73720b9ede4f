"""What of the annotations is shown and how; it is no part of the project and never undone."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.display import PLAIN, Display

COLOR_MODES = ("class", "instance", "track")
MODES = ("instances", "panoptic", "densepose")
LAYERS = ("masks", "boxes", "keypoints", "labels", "maps", "dense")


class ViewState(QObject):
    """Threshold, colours, opacity and visibility.

    Attributes:
        mode: What is being corrected, one of `MODES`: layers, tools and panels may look and behave accordingly.
        threshold: Predictions below this score are hidden; what a person or a file brought has no score to hide it.
        color_mode: "class", "instance" or "track".
        opacity: Of filled regions, 0 to 1.
        shown: False hides all overlays at once.
        layers: The kinds of overlays that are drawn, a subset of `LAYERS`.
        hidden: Ids of annotations that the person hid.
        hidden_categories: Ids of classes that the person hid.
        locked: Ids of annotations that can be neither picked nor changed by hand.
        isolated: Ids of the only annotations that are shown, or None for all.
        show_rejected: Whether rejected predictions are drawn.
        flipped: Whether the canvas shows the picture as it was.
        display: How the picture itself is shown.
        window: The (lo, hi) of samples of more than 8 bits that are shown as black and white; None: chosen by itself.
        grid: Picture pixels between two lines of a grid over the picture, 0 for none.
        rulers, magnifier: Whether these are shown.
        key_pointer: Whether the arrows move a pointer over the picture.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mode = "instances"
        self.threshold = 0.3
        self.color_mode = "class"
        self.opacity = 0.45
        self.shown = True
        self.layers: frozenset[str] = frozenset(LAYERS)
        self.hidden: frozenset[int] = frozenset()
        self.hidden_categories: frozenset[int] = frozenset()
        self.locked: frozenset[int] = frozenset()
        self.isolated: frozenset[int] | None = None
        self.show_rejected = False
        self.flipped = False
        self.display: Display = PLAIN
        self.window: tuple[float, float] | None = None
        self.grid = 0
        self.rulers = False
        self.magnifier = False
        self.key_pointer = False

    def set(self, **values: object) -> None:
        """Change some of the attributes and tell the listeners once, if anything is different."""
        different = {k: v for k, v in values.items() if getattr(self, k) != v}
        for name, value in different.items():
            setattr(self, name, value)
        if different:
            self.changed.emit()

    def toggle_layer(self, name: str) -> None:
        """Show or hide one kind of overlay."""
        self.set(layers=self.layers ^ {name})

    def toggle_category(self, category: int) -> None:
        """Show or hide the annotations of a class."""
        self.set(hidden_categories=self.hidden_categories ^ {category})

    def toggle_hidden(self, ids: frozenset[int] | set[int]) -> None:
        """Hide the annotations if one of them is shown, else show them."""
        ids = frozenset(ids)
        self.set(hidden=self.hidden - ids if ids <= self.hidden else self.hidden | ids)

    def admit(self, ids: frozenset[int]) -> None:
        """Show annotations that were made while only some are shown."""
        if self.isolated is not None:
            self.set(isolated=self.isolated | ids)

    def passes(self, a: Annotation) -> bool:
        """Return whether an annotation is above the threshold, or has no score that counts."""
        return not a.is_prediction or a.score is None or a.score >= self.threshold

    def visible(self, a: Annotation) -> bool:
        """Return whether an annotation is drawn and can be hit."""
        return (
            self.shown
            and self.passes(a)
            and a.id not in self.hidden
            and (self.isolated is None or a.id in self.isolated)
            and a.category not in self.hidden_categories
            and (a.review != REJECTED or self.show_rejected)
        )
