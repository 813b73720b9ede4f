"""The panoptic map: how much of it is there, gaps, overlaps, and what a data set must not hold."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QMenu,
    QProgressBar,
    QStackedWidget,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from segstudio.app.i18n import language, later, tr
from segstudio.app.overlaps import OVERLAPS, choices
from segstudio.app.panels.merging import MergeFields
from segstudio.app.panels.rows import Index, RowDelegate, RowList
from segstudio.app.panoptic_mode import PanopticMode
from segstudio.app.parts import Parts
from segstudio.app.session import Session
from segstudio.app.widgets import EmptyState, Panel, button, icon_button, icon_label, label, line, row
from segstudio.core import panoptic_edits
from segstudio.core.labels import Category
from segstudio.core.panoptic import Finding, Gap

FINDING = Qt.ItemDataRole.UserRole
ABOUT = later("Panoptic mode keeps the picture free of overlaps and shows what has no segment yet.")
GRAVE = ("overlap", "empty", "no class")
# How to fill a gap, as `PanopticMode.fill` knows it.
FILLS = {
    "class": later("With the current class"),
    "border": later("By the longest border"),
    "nearest": later("By the nearest segments"),
    "all": later("All gaps, by the nearest segments"),
}
WAYS = {"take": later("Take from others"), "protect": later("Protect others")}


def words(finding: Finding, name: str) -> str:
    """Return a finding in a few words; `name` is the class's."""
    n = finding.pixels
    match finding.kind:
        case "overlap":
            return tr("{name}: loses {n:,} px to others", name=name, n=n)
        case "empty":
            return tr("{name}: wholly covered by others", name=name)
        case "split stuff":
            return tr("{name}: stuff in {n} regions", name=name, n=len(finding.ids))
        case "tiny":
            return tr("{name}: only {n} px", name=name, n=n)
        case "no class":
            return tr("An object whose class is gone")
        case "outside":
            return tr("{name}: {n:,} px outside the picture", name=name, n=n)
    return tr("{name}: a box or a pose, no region", name=name)


class FindingModel(QAbstractListModel):
    """What was found, the grave things first."""

    def __init__(self, session: Session, mode: PanopticMode) -> None:
        super().__init__(mode)
        self._session = session
        self.rows: list[Finding] = []

    def show(self, found: list[Finding]) -> None:
        """Show these findings."""
        ordered = sorted(found, key=lambda f: f.kind not in GRAVE)
        if ordered != self.rows:
            self.beginResetModel()
            self.rows = ordered
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        finding = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            row = self._session.annotations.get(finding.ids[0])
            category = self._session.categories.get(row.category) if row is not None else None
            return words(finding, category.name if category is not None else tr("object"))
        return finding if role == FINDING else None


class _Delegate(RowDelegate):
    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect  # type: ignore[attr-defined]
        grave = index.data(FINDING).kind in GRAVE
        painter.save()
        self.background(painter, option)
        self.icon(
            painter,
            QRect(rect.left() + 8, rect.top(), 20, rect.height()),
            "warning" if grave else "info",
            "warn" if grave else "faint",
        )
        self.words(painter, QRect(rect.left() + 34, rect.top(), rect.width() - 46, rect.height()), index.data())
        painter.restore()


class PanopticPanel(Panel):
    """The meter, the gaps, the overlaps and the findings of the current picture's map.

    Attributes:
        mode: The live map.
    """

    title = "Panoptic"

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._session, self._canvas, self._window = parts.session, parts.canvas, parts.window
        self._bridge, self._settings = parts.bridge, parts.settings
        self.mode = PanopticMode(parts.session, parts.settings, self)
        self.add_header(
            label(tr("Panoptic"), "heading"),
            None,
            icon_button("x", tr("Back to instances"), lambda: self._session.view.set(mode="instances")),
        )
        self.switch = button(tr("Switch to Panoptic Mode"), self._enter, kind="primary")
        self.empty = EmptyState(
            "puzzle-piece",
            tr("One segment a pixel"),
            tr(ABOUT),
            self.switch,
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._work())
        self.body.addWidget(self.stack, 1)
        self.mode.changed.connect(self._show)
        self.mode.pointed.connect(self._on_pointed)
        self._session.view.changed.connect(self._on_view)
        self._session.categories_changed.connect(self._show)
        language().changed.connect(self._show)
        self._was = ""
        self._show()

    def close_threads(self) -> None:
        self.mode.close()

    def _work(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(12, 4, 12, 12)
        top.setSpacing(8)
        self.meter = label("", "heading")
        self.count = label("", "muted")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 10_000)
        self.bar.setAccessibleName(tr("Labelled part of the picture"))
        top.addLayout(row(self.meter, None, self.count))
        top.addWidget(self.bar)
        self.next = button(tr("Largest Gap"), self.mode.next_gap, icon="target")
        self.next.setToolTip(tr("Show the largest unlabelled region, then the next one (O, Ctrl+G)"))
        self.fill = button(tr("Fill Gap"), self._offer_fills, icon="paint-bucket")
        self.fill.setToolTip(tr("Give the gap to a segment (N, Shift+N, Shift+J)"))
        top.addLayout(row(self.next, self.fill))
        top.addLayout(self._choices())
        self.merging = MergeFields(self._bridge, self._settings)
        top.addWidget(self.merging)
        self.warning = QWidget()
        self.overlap = label("", "", wrap=True)
        self.resolve = button(tr("Resolve"), self.mode.resolve, kind="primary")
        said = row(icon_label("warning", 16, "warn"), self.overlap, self.resolve)
        said.setStretch(1, 1)
        self.warning.setLayout(said)
        top.addWidget(self.warning)
        column.addLayout(top)
        column.addWidget(line())
        self.model = FindingModel(self._session, self.mode)
        self.list = RowList(_Delegate())
        self.list.setModel(self.model)
        self.list.setSelectionMode(RowList.SelectionMode.NoSelection)
        self.list.setAccessibleName(tr("Problems of the map"))
        self.list.clicked.connect(self._jump)
        self.list.activated.connect(self._jump)
        self.sound = label("", "muted")
        self.sound.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.sound)
        column.addWidget(self.list, 1)
        # What is left where there is no list.
        column.addStretch(0)
        return page

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        self.way = choices(tr("New pixels"), WAYS, self.mode.way, self.mode.set_way)
        self.way.setToolTip(tr("What tools do with pixels that other segments have"))
        self.rule = choices(tr("Overlaps"), OVERLAPS, self.mode.rule, self.mode.set_rule)
        self.rule.setToolTip(tr("Who keeps a pixel that several objects have claimed already"))
        self.stuff = QCheckBox()
        self.stuff.setToolTip(tr("Stuff is a region without instances: sky, grass, a wall"))
        self.stuff.clicked.connect(self._set_stuff)
        for place, (text, widget) in enumerate(((tr("New pixels"), self.way), (tr("Overlaps"), self.rule))):
            grid.addWidget(label(text, "muted"), place, 0)
            grid.addWidget(widget, place, 1)
        grid.addWidget(self.stuff, 2, 0, 1, 2)
        return grid

    # What the person does

    def _enter(self) -> None:
        self._session.view.set(mode="panoptic")

    def _offer_fills(self) -> None:
        menu = QMenu(self)
        for how, text in FILLS.items():
            menu.addAction(tr(text)).triggered.connect(lambda _=False, how=how: self.mode.fill(how))
        menu.popup(self.fill.mapToGlobal(QPoint(0, self.fill.height() + 4)))
        menu.aboutToHide.connect(menu.deleteLater)

    def _category(self) -> Category | None:
        return self._session.categories.get(self._session.category or 0)

    def _set_stuff(self, stuff: bool) -> None:
        category = self._category()
        if category is not None:
            self._session.commit(panoptic_edits.set_thing(category, not stuff))
        self._show()

    def _jump(self, index: QModelIndex) -> None:
        finding: Finding = index.data(FINDING)
        self._session.select(finding.ids)
        boxes = [a.bounds for id in finding.ids if (a := self._session.annotations.get(id)) is not None]
        if boxes:
            whole = boxes[0]
            for box in boxes[1:]:
                whole = whole.union(box)
            self._canvas.show_box(whole)

    # What is shown

    def _on_view(self) -> None:
        mode = self._session.view.mode
        if mode == "panoptic" and self._was != mode:
            self._window.layout_.show_panel(self)
        self._was = mode

    def _on_pointed(self, gap: Gap | None) -> None:
        self._canvas.scene_state.marked = gap.mask if gap is not None else None
        self._canvas.refresh_overlays()
        if gap is not None:
            self._canvas.show_box(gap.mask.bounds)

    def _show(self) -> None:
        mode = self.mode
        self.stack.setCurrentIndex(1 if mode.active and not mode.too_large else 0)
        self.switch.setVisible(self._session.view.mode != "panoptic")
        self.switch.setEnabled(mode.size[0] > 0)
        large = later("This picture has too many pixels for a live map.")
        self.empty.text.setText(tr(large if mode.active and mode.too_large else ABOUT))
        self._show_meter()
        survey = mode.survey
        twice = survey.twice if survey is not None else 0
        self.warning.setVisible(twice > 0)
        self.overlap.setText(tr("{n:,} pixels are claimed by several objects.", n=twice))
        if survey is not None:
            self.model.show(survey.findings)
        self.list.setVisible(self.model.rowCount() > 0)
        self.sound.setVisible(self.model.rowCount() == 0)
        self.sound.setText(tr("No problems found.") if survey is not None else tr("Looking…"))
        category = self._category()
        self.stuff.setEnabled(category is not None)
        self.stuff.setChecked(category is not None and not category.thing)
        name = category.name if category is not None else ""
        self.stuff.setText(tr("“{name}” is stuff", name=name) if name else tr("Stuff"))

    def _show_meter(self) -> None:
        mode, survey = self.mode, self.mode.survey
        there = mode.found is not None
        share = f"{int(mode.labelled * 1000) / 10:.1f}"
        self.meter.setText(tr("{share} % labelled", share=share) if there else tr("Reading…"))
        self.bar.setValue(int(mode.labelled * 10_000) if there else 0)
        if not there:
            self.count.setText("")
        elif not mode.void:
            self.count.setText(tr("no gap"))
        elif survey is None:
            self.count.setText(tr("{n:,} px open", n=mode.void))
        else:
            gaps = len(survey.gaps)
            many = later("{n:,} px in {gaps:,} gaps") if gaps > 1 else later("{n:,} px in 1 gap")
            self.count.setText(tr(many, n=mode.void, gaps=gaps))
        self.next.setEnabled(there and mode.void > 0)
        self.next.setText(tr("Next Gap") if mode.gap is not None else tr("Largest Gap"))
        self.fill.setEnabled(there and mode.void > 0)
