"""Looking inside a model: what lies between the picture and its results, as thumbnails and over the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QSlider, QStackedWidget, QVBoxLayout, QWidget

from segstudio.app.canvas.readout import Readout
from segstudio.app.i18n import language, later, tr
from segstudio.app.inside_state import OPACITY
from segstudio.app.panels.inside_views import Bars, ScaleBar, ViewGrid, ViewModel, number
from segstudio.app.panels.models import ModelsPanel
from segstudio.app.panels.progress import JobProgress
from segstudio.app.parts import Parts
from segstudio.app.view_words import group_name
from segstudio.app.widgets import Elided, EmptyState, Panel, button, icon_button, label, row
from segstudio.core import view_reading
from segstudio.core.errors import InputError, SegstudioError
from segstudio.core.geometry import Box
from segstudio.core.view_reading import Coloring
from segstudio.core.views import BarsView, HeatView, View

if TYPE_CHECKING:
    from segstudio.engine.job import Job

SCALES = {"viridis": later("Viridis"), "inferno": later("Inferno"), "grey": later("Grey")}
SMALL = 256  # pixels of the picture below thumbnails
ABOUT = later("See the maps, crops and candidates that lie between this picture and what the chosen model finds.")


class InsidePanel(Panel):
    """Asks the chosen model about the current picture when the person wants it, and shows what it saw."""

    title = "Inside"

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._session, self._bridge, self._canvas = parts.session, parts.bridge, parts.canvas
        models = parts.panels["models"]
        assert isinstance(models, ModelsPanel)
        self._models = models
        self._state = parts.session.inside
        self._problem: SegstudioError | None = None
        self._asked: tuple[int, int] | None = None
        self._pointed: View | None = None
        self.readout = Readout(parts.canvas, self._words_at)
        self.views = ViewModel()
        self.grid = ViewGrid(self.views)
        self.group = QComboBox()
        self.group.setAccessibleName(tr("Group of views"))
        self.group.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.group.setMinimumContentsLength(8)
        self.bars, self.scale_bar = Bars(), ScaleBar()
        self.progress = JobProgress("share")
        self.begin = button(tr("Look Inside"), self.look, kind="primary", icon="eye")
        self.begin.setToolTip(tr("Look inside the model (Ctrl+Alt+I)"))
        self.again = icon_button("arrows-clockwise", tr("Look again, with the chosen model"), self.look)
        self.hide_it = icon_button("eye-slash", tr("Hide the view (Esc)"), self.hide_view)
        self._arrange()
        self._connect()
        self._show()

    def _arrange(self) -> None:
        self.name = Elided("", "heading", Qt.TextElideMode.ElideRight)
        self.other = label("", "small", wrap=True)
        head = row(self.name, self.hide_it, self.again, margins=(12, 8, 8, 4), spacing=4)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        self.body.addLayout(row(self.other, margins=(12, 0, 12, 4)))
        self.body.addLayout(row(self.progress, margins=(12, 0, 12, 0)))
        self.empty = EmptyState("eye", tr("Look inside the model"), tr(ABOUT), self.begin)
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row(self.group, margins=(12, 0, 12, 0)))
        column.addWidget(self._looks())
        column.addLayout(row(self.grid, margins=(8, 0, 0, 0)), 2)
        self.numbers = QScrollArea(widgetResizable=True)
        self.numbers.setFrameShape(QFrame.Shape.NoFrame)
        self.numbers.setWidget(self.bars)
        self.bars.setAutoFillBackground(False)
        self.numbers.viewport().setAutoFillBackground(False)
        column.addWidget(self.numbers, 3)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(work)
        self.body.addWidget(self.stack, 1)

    def _looks(self) -> QWidget:
        """Return the row of choices about maps and pictures."""
        self.scale = QComboBox()
        self.scale.setAccessibleName(tr("Colours of maps"))
        self.scale.setToolTip(tr("Colours of maps; those on both sides of zero have a scale of their own"))
        for name, text in SCALES.items():
            self.scale.addItem(tr(text), name)
        self.stretch = icon_button("arrows-out-line-horizontal", tr("Stretch the colours over the values that occur"))
        self.stretch.setCheckable(True)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setValue(round(100 * OPACITY))
        self.opacity.setAccessibleName(tr("Opacity of the view"))
        self.opacity.setToolTip(tr("Opacity of the view"))
        self.looks = QWidget()
        column = QVBoxLayout(self.looks)
        column.setContentsMargins(12, 0, 12, 0)
        column.setSpacing(4)
        choices = row(self.scale, self.stretch, label(tr("Opacity"), "muted"), self.opacity, spacing=6)
        choices.setStretch(3, 1)
        column.addLayout(choices)
        column.addWidget(self.scale_bar)
        return self.looks

    def _connect(self) -> None:
        session, state = self._session, self._state
        self.grid.wanted.connect(state.show)
        self.group.activated.connect(lambda _: self._list())
        self.scale.activated.connect(lambda _: self._choose_coloring())
        self.stretch.clicked.connect(lambda _: self._choose_coloring())
        self.opacity.valueChanged.connect(lambda v: state.set(opacity=v / 100))
        state.changed.connect(self._show)
        self._models.chosen.connect(self._on_chosen)
        session.picture_changed.connect(self._on_picture)
        session.selection_changed.connect(self._list)
        session.project_changed.connect(state.clear)
        self._bridge.changed.connect(self._show_progress)
        language().changed.connect(self._show)

    # What the person does

    def look(self) -> None:
        """Ask the chosen model about the current picture, in the background; what it lacks is fetched first."""
        session = self._session
        if session.picture is None or session.media is None or not self._models.ready():
            return
        self._problem = None
        place = self._asked = (session.media.id, session.frame)
        self._bridge.look_inside(self._models.model, lambda job: self._on_looked(job, place))
        self._show()

    def step(self, by: int) -> None:
        """Show the view that is so many places further in the list, or the first one."""
        views = self.views.views
        if views:
            at = self.views.row_of(self._state.shown)
            self._state.show(views[min(max(at + by, 0), len(views) - 1)])

    def hide_view(self) -> None:
        """Hide the view that shows over the picture."""
        self._state.show(None)

    def _choose_coloring(self) -> None:
        self._state.set(coloring=Coloring(self.scale.currentData(), self.stretch.isChecked()))

    # What happens

    def _on_looked(self, job: Job, place: tuple[int, int]) -> None:
        session = self._session
        if job is not self._bridge.looking:
            return
        if job.state == "failed" and job.error is not None:
            self._problem = job.error
            self._state.clear()
            if not isinstance(job.error, InputError):
                session.failed.emit(job.error)
        elif job.state == "done" and place == self._place() and session.picture is not None:
            height, width = job.result.size
            self.views.look_at(_image(session.picture.small(SMALL)), (width, height))
            self._state.take(job.result.model, place, (width, height), job.result.views)
            if self._state.shown is None and job.result.views:
                self._state.show(self.views.views[0])
        self._bridge.changed.emit()
        self._show()

    def _place(self) -> tuple[int, int] | None:
        session = self._session
        return (session.media.id, session.frame) if session.media is not None else None

    def _on_picture(self) -> None:
        place = self._place()
        if self._state.place is not None and place != self._state.place:
            self._state.clear()
        if place != self._asked:
            self._problem = self._asked = None
            job = self._bridge.looking
            if job is not None:
                job.cancel()
        self._show()

    def _on_chosen(self) -> None:
        """Say which model a look would be into now; why the one before showed nothing is no news of this one."""
        if self._state.model != self._models.model:
            self._problem = None
            if not self._state.views:
                self._state.clear()
        self._show()

    # What is shown

    def _show(self) -> None:
        state, canvas = self._state, self._canvas
        scene, layer = canvas.scene_state, canvas.layers["inside"]
        scene.insight, scene.insight_coloring, layer.opacity = state.shown, state.coloring, state.opacity
        canvas.refresh_overlays()
        self.readout.refresh()
        self.name.setText(self._title(state.model or self._models.model))
        self.stack.setCurrentIndex(1 if state.views else 0)
        self.hide_it.setVisible(state.shown is not None)
        self.again.setVisible(state.place is not None)
        self._fill_groups()
        self._list()
        shown = state.shown
        self.numbers.setVisible(isinstance(shown, BarsView))
        self.bars.show_view(shown if isinstance(shown, BarsView) else None)
        self.scale_bar.show_view(shown if isinstance(shown, HeatView) else None, state.coloring)
        if shown is not self._pointed:
            self._pointed = shown
            self.grid.point_at(shown)
        self._say_why_empty()
        self._show_progress()

    def _fill_groups(self) -> None:
        """Offer all views and each group, with their numbers; what was chosen stays where there is such a group."""
        chosen = self.group.currentData() or ""
        groups = view_reading.groups_of(self._state.views)
        held = [sum(view.group == group for view in self._state.views) for group in groups]
        self.group.clear()
        self.group.addItem(f"{tr('All views')} ({len(self._state.views)})", "")
        for group, count in zip(groups, held):
            self.group.addItem(f"{group_name(group)} ({count})", group)
        self.group.setCurrentIndex(max(self.group.findData(chosen), 0))

    def _list(self) -> None:
        bounds = _around([a.bounds for a in self._session.selected()])
        group = self.group.currentData() or ""
        views = self._state.listed(group, bounds)
        self.views.list_views(views, self._state.shown, self._state.coloring, named=not group)

    def _say_why_empty(self) -> None:
        heading, text = tr("Look inside the model"), tr(ABOUT)
        if self._problem is not None:
            heading = tr("Nothing to show")
            text = f"{self._problem.message} {self._problem.remedy or ''}".strip()
        elif self._state.place is not None:
            heading, text = tr("Nothing to show"), tr("The model found nothing in this picture that it could show.")
        elif self._session.picture is None:
            text = tr("Open a picture first.")
        self.empty.heading.setText(heading)
        self.empty.text.setText(text)

    def _show_progress(self) -> None:
        from segstudio.engine.job import ENDED

        job = self._bridge.looking
        busy = job is not None and job.state not in ENDED
        self.progress.show_job(job)
        self.again.setEnabled(not busy)
        self.begin.setEnabled(self._session.picture is not None and not busy and bool(self._models.model))
        seen, chosen = self._state.model, self._models.model
        if not seen:
            self.name.setText(self._title(chosen))
        self.other.setVisible(bool(seen and chosen) and seen != chosen)
        if self.other.isVisibleTo(self):
            self.other.setText(tr("Chosen by now: {title}. Look again to see inside it.", title=self._title(chosen)))

    def _title(self, model: str) -> str:
        catalog = self._bridge.engine.catalog
        return catalog.get(model).title if model else tr("Inside")

    def _words_at(self, x: float, y: float) -> str:
        """Return what the shown map, and those it is read with, say at a place of the picture."""
        shown = self._state.shown
        if shown is None:
            return ""
        lines = []
        for view, value in view_reading.readings(self._state.views, shown, x, y):
            name = view.title if view.group == shown.group else f"{group_name(view.group)}, {view.title}"
            lines.append(f"{name}: {number(value, view.unit)}")
        return "\n".join(lines)


def _around(boxes: list[Box]) -> Box | None:
    """Return the box around boxes, None for none."""
    if not boxes:
        return None
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    return Box(left, top, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - top)


def _image(rgb: np.ndarray) -> QImage:
    """Return a small copy of a picture that looks at no array."""
    step = max(max(rgb.shape[:2]) // SMALL, 1)
    small = np.ascontiguousarray(rgb[::step, ::step])
    height, width = small.shape[:2]
    return QImage(small.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
