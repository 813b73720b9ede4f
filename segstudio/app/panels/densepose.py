"""The DensePose atlas: where on the body a pixel lies, and the other way round."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QTabWidget, QVBoxLayout, QWidget

from segstudio.app.canvas.view import CanvasView
from segstudio.app.canvas_link import CanvasLink
from segstudio.app.densepose_state import LOOKS, Spot
from segstudio.app.i18n import later, tr
from segstudio.app.panels.densepose_views import BodyView, ChartView, name_of
from segstudio.app.session import Session
from segstudio.app.tools.densepose_point import PICK, REACH
from segstudio.app.widgets import Panel, button, label, row
from segstudio.core.annotation import Annotation
from segstudio.core.densepose import COARSE_OF, chart
from segstudio.core.densepose_maps import guess
from segstudio.core.densepose_texture import from_sheet
from segstudio.core.errors import SegstudioError
from segstudio.media.images import read_image

LOOK_NAMES = {
    "parts": later("Body parts"),
    "charts": later("Charts (I)"),
    "u": later("U"),
    "v": later("V"),
    "contour": later("Contours of U and V"),
    "texture": later("Texture"),
}


class AtlasPanel(Panel):
    """Shows the 24 charts on a body, linked with the picture both ways."""

    title = "Atlas"

    def __init__(self, session: Session, canvas: CanvasView, link: CanvasLink) -> None:
        super().__init__()
        self._session = session
        self._link = link
        self._canvas = canvas
        self._state = session.dense
        self.look = QComboBox()
        self.look.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.look.setMinimumContentsLength(8)
        self.look.setAccessibleName(tr("What the overlay shows"))
        for name in LOOKS:
            self.look.addItem(tr(LOOK_NAMES[name]), name)
        self.look.activated.connect(lambda i: self._state.set(look=self.look.itemData(i)))
        self.sheet = button(tr("Choose a texture …"), self._choose, kind="quiet")
        self.body_view = BodyView(self._state, lambda: self._dots())
        self.chart_view = ChartView(self._state, lambda: self._dots())
        self.name = label("", "heading", wrap=True)
        self.values = label("", "muted")
        self.next = label("", "muted", wrap=True)
        self.start = button(tr("Turn On"), lambda: session.view.set(mode="densepose"), kind="primary")
        self.points = button(tr("Place Points"), lambda: link.use("dense_point"), icon="person-simple-walk")
        self.parts = button(tr("Paint Parts"), lambda: link.use("dense_parts"), icon="t-shirt")
        for view in (self.body_view, self.chart_view):
            view.picked.connect(self._on_picked)
        self._arrange()
        self.destroyed.connect(self._state.changed.subscribe(self._on_state))
        canvas.cursor_moved.connect(self._on_cursor)
        for signal in (session.selection_changed, session.annotations_changed, session.view.changed):
            signal.connect(lambda *_: self._show())
        link.tool_changed.connect(self._show)
        session.view.changed.connect(self._raise)
        self._was = ""
        self._show()

    def _arrange(self) -> None:
        self.add_header(label(tr("Body atlas"), "heading"), None, label(tr("Show"), "muted"), self.look)
        self.body.addWidget(self.body_view, 1)
        beside = QWidget()
        # The square beside decides how low the panel may become.
        beside.setMinimumHeight(1)
        words = QVBoxLayout(beside)
        words.setContentsMargins(0, 12, 12, 8)
        words.setSpacing(4)
        for widget in (self.name, self.values, self.next):
            words.addWidget(widget)
        words.addStretch(1)
        for offered in (self.sheet, self.start, self.points, self.parts):
            words.addWidget(offered, alignment=Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(row(self.chart_view, beside, margins=(4, 0, 0, 4), spacing=4))

    def _choose(self) -> None:
        """Ask for a texture and show people in it."""
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a texture"), "", tr("Pictures ({patterns})", patterns="*.png *.jpg *.jpeg *.webp *.bmp")
        )
        if name:
            try:
                self._state.wear(from_sheet(read_image(Path(name)).rgb))
            except SegstudioError as error:
                self._session.failed.emit(error)

    # The person's points

    def _people(self) -> list[Annotation]:
        """Return the selected objects with a dense pose."""
        return [a for a in self._session.selected() if a.dense is not None]

    def _dots(self) -> Iterator[tuple[Spot, bool]]:
        state = self._state
        for a in self._people():
            assert a.dense is not None
            for i, (part, u, v) in enumerate(zip(a.dense.part, a.dense.u, a.dense.v)):
                known = chart(part)
                if known is not None:
                    yield Spot(known.number, u, v), (a.id, i) in (state.point, state.hover)

    def _on_cursor(self, x: float, y: float) -> None:
        """Show on the atlas what the place of the picture under the pointer shows."""
        seen = None
        if self._session.view.mode == "densepose" and x == x:
            for a in self._people():
                assert a.dense is not None
                box = a.dense.box
                inside = box.x <= x <= box.right and box.y <= y <= box.bottom
                found = guess(a.dense, x, y) if inside and (a.dense.part_at(x, y) or not a.dense.masks) else None
                seen = Spot(*found) if found is not None else seen
        self._state.set(seen=self._hovered((x, y)) or seen)

    def _hovered(self, pointer: tuple[float, float] | None = None) -> Spot | None:
        """Return what the point under the pointer shows, where it is still near."""
        id, index = self._state.hover or (0, 0)
        a = self._session.annotations.get(id)
        if a is None or a.dense is None or index >= a.dense.count:
            return None
        point = a.dense.point(index)
        if pointer is not None and math.dist(pointer, point[:2]) > REACH / self._canvas.scale_now:
            return None
        known = chart(point.part)
        return Spot(known.number, point.u, point.v) if known is not None else None

    def _on_state(self, changed: frozenset[str]) -> None:
        if "hover" in changed and self._state.hover is not None:
            self._state.set(seen=self._hovered())
        self._show()

    def _on_picked(self, spot: Spot) -> None:
        """Hand a place of the atlas to the tool that is active."""
        part = int(COARSE_OF[spot.chart])
        self._state.set(cursor=spot, part=part)
        if self._link.tool == "dense_parts":
            self._link.tools["dense_parts"].set_value("part", str(part))
            self._link.choose("part")
        elif self._link.tool == "dense_point":
            self._link.press(PICK)

    # What is shown

    def _show(self) -> None:
        state = self._state
        spot = state.aim or (state.seen if state.place is None else None) or state.cursor
        self.name.setText(name_of(spot))
        self.values.setText(tr("U {u:.2f}   V {v:.2f}", u=spot.u, v=spot.v))
        self.next.setText(self._words())
        self.look.setCurrentIndex(self.look.findData(state.look))
        on, idle = self._session.view.mode == "densepose", not self._link.tool.startswith("dense_")
        self.start.setVisible(not on)
        self.sheet.setVisible(on and state.look == "texture")
        for offered in (self.points, self.parts):
            offered.setVisible(on and idle)
        self.body_view.update()
        self.chart_view.update()

    def _words(self) -> str:
        """Return what to do next."""
        if self._session.view.mode != "densepose":
            return tr("Dense poses show in DensePose mode.")
        if self._state.place is not None:
            return tr("Click here what your click in the picture shows. Enter takes the cross.")
        if self._link.tool == "dense_parts":
            return tr("Click a part to paint it.")
        if self._link.tool == "dense_point":
            return tr("Click a place on the body in the picture.")
        return tr("Point at the picture or here.")

    def _raise(self) -> None:
        """Come to the front when the window turns to DensePose."""
        mode, self._was = self._was, self._session.view.mode
        if mode == self._was or self._was != "densepose":
            return
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QTabWidget):
            parent = parent.parentWidget()
        if parent is not None:
            parent.setCurrentWidget(self)
