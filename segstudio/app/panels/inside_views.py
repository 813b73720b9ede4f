"""The grid of a model's views, and the bars of one of them."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segstudio.app.canvas import view_painting
from segstudio.app.i18n import later, tr
from segstudio.app.panels.rows import Index, keep_list_keys
from segstudio.app.theme import theme
from segstudio.app.view_words import group_name
from segstudio.core import view_reading
from segstudio.core.view_reading import Coloring
from segstudio.core.views import BarsView, HeatView, View

VIEW = Qt.ItemDataRole.UserRole
SIDE, PAD, WORDS = 88, 6, 16  # desktop pixels: of a thumbnail, around it, a line below
KINDS = {
    "heat": later("Map"),
    "picture": later("Picture"),
    "boxes": later("Boxes"),
    "points": later("Points"),
    "bars": later("Numbers"),
}


def number(value: float, unit: str = "") -> str:
    """Return a number as people read it, with its unit."""
    return f"{value:.4g} {unit}".rstrip()


def about(view: View) -> str:
    """Return a few lines about a view."""
    kind, size = view_reading.kind_of(view), view_reading.size_of(view)
    lines = [f"{group_name(view.group)}: {view.title}", f"{tr(KINDS[kind])} · {' × '.join(map(str, size))}"]
    ends = view_reading.range_of(view)
    if ends is not None:
        unit = view.unit if isinstance(view, HeatView) else ""
        lines.append(tr("{low} to {high}", low=number(ends[0]), high=number(ends[1], unit)))
    return "\n".join(lines)


class ViewModel(QAbstractListModel):
    """The views that are listed; their thumbnails are made when they come into sight.

    Attributes:
        views: In their order.
        shown: The one that shows over the picture, or None.
        named: Whether each says its group too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.views: list[View] = []
        self.shown: View | None = None
        self._coloring = view_reading.PLAIN
        self.named = False
        self._picture = QImage()
        self._size = (1, 1)
        # A view is held beside its thumbnail, so that its id stays its own.
        self._made: dict[int, tuple[View, QImage]] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.views)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        view = self.views[index.row()]
        if role == VIEW:
            return view
        if role == Qt.ItemDataRole.DisplayRole:
            return view.title
        return about(view) if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) else None

    def look_at(self, picture: QImage, size: tuple[int, int]) -> None:
        """Take other views' picture: what lies below boxes and points; all thumbnails are made anew."""
        self._picture, self._size = picture, size
        self._made.clear()

    def list_views(self, views: list[View], shown: View | None, coloring: Coloring, *, named: bool) -> None:
        """List these views, one of which shows, with maps coloured like this, and each maybe with its group."""
        if coloring != self._coloring:
            self._coloring = coloring
            self._made.clear()
        self.shown = shown
        if named == self.named and len(views) == len(self.views) and all(a is b for a, b in zip(views, self.views)):
            if views:
                self.dataChanged.emit(self.index(0), self.index(len(views) - 1))
            return
        self.beginResetModel()
        self.views, self.named = views, named
        self.endResetModel()

    def row_of(self, view: View | None) -> int:
        """Return the row of a view, -1 for one that is not listed."""
        return next((i for i, one in enumerate(self.views) if one is view), -1)

    def thumbnail(self, view: View, ratio: float) -> QImage:
        """Return the thumbnail of a view."""
        known = self._made.get(id(view))
        if known is None or known[1].devicePixelRatio() != ratio:
            made = view_painting.thumbnail(view, self._coloring, self._picture, self._size, SIDE, ratio)
            known = self._made[id(view)] = (view, made)
        return known[1]

    @property
    def made(self) -> int:
        """How many thumbnails there are."""
        return len(self._made)


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        model = index.model()
        assert isinstance(model, ViewModel)
        return QSize(SIDE + 2 * PAD, SIDE + 2 * PAD + WORDS * (2 if model.named else 1))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, ViewModel)
        view: View = index.data(VIEW)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        shown = view is model.shown
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shown or focused or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(theme().color("accent") if shown or focused else Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent_soft" if shown else "hover" if not focused else "panel"))
            painter.drawRoundedRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
        made = model.thumbnail(view, painter.device().devicePixelRatioF())
        size = made.deviceIndependentSize()
        left = rect.left() + (rect.width() - size.width()) / 2
        top = rect.top() + PAD + (SIDE - size.height()) / 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), made)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        below = QRect(rect.left() + 4, rect.top() + 2 * PAD + SIDE - 2, rect.width() - 8, WORDS)
        lines = (
            (view.title, "text" if shown else "muted"),
            *([(group_name(view.group), "faint")] if model.named else []),
        )
        for text, color in lines:
            painter.setPen(theme().color(color))
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
            below.translate(0, WORDS - 2)
        painter.restore()


class ViewGrid(QListView):
    """Thumbnails; a click or a key shows one, the same again hides it.

    Signals:
        wanted: (view) it is to be shown, or None to hide what shows.
    """

    wanted = Signal(object)

    def __init__(self, model: ViewModel) -> None:
        super().__init__()
        self._views = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Views of the inside"))
        self.clicked.connect(lambda index: self._toggle(index.row()))
        theme().changed.connect(self.viewport().update)

    def point_at(self, view: View | None) -> None:
        """Make a view the current one and bring it into sight."""
        row = self._views.row_of(view)
        if row >= 0:
            self.setCurrentIndex(self._views.index(row))
            self.scrollTo(self._views.index(row))

    def event(self, event: QEvent) -> bool:
        return keep_list_keys(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, now, last = event.key(), self.currentIndex().row(), len(self._views.views) - 1
        if last < 0:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            # Over the ends of rows too, which Qt does not do.
            step = 1 if key == Qt.Key.Key_Right else -1
            self._go(min(max(now + step, 0), last))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
            if self.currentIndex().row() != now:
                self._go(self.currentIndex().row())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._toggle(max(now, 0))
        else:
            super().keyPressEvent(event)

    def _go(self, row: int) -> None:
        self.setCurrentIndex(self._views.index(row))
        self.wanted.emit(self._views.views[row])

    def _toggle(self, row: int) -> None:
        view = self._views.views[row]
        self.wanted.emit(None if view is self._views.shown else view)


class Bars(QWidget):
    """Named numbers as lying bars from zero: names and numbers at a glance need neither axes nor a chart library."""

    ROW, NAME, NUMBER = 20, 0.36, 62

    def __init__(self) -> None:
        super().__init__()
        self._view: BarsView | None = None
        theme().changed.connect(self.update)

    def show_view(self, view: BarsView | None) -> None:
        """Show a view's numbers, or nothing."""
        self._view = view
        rows = len(view.values) if view is not None else 0
        self.setFixedHeight(rows * self.ROW + 8)
        words = [] if view is None else [f"{n} {number(v)}" for n, v in zip(view.labels, view.values.tolist())]
        self.setAccessibleName(", ".join(words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        view = self._view
        if view is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        values = view.values.astype(float)
        low, high = min(float(values.min(initial=0)), 0.0), max(float(values.max(initial=0)), 0.0)
        extent = (high - low) or 1.0
        names = round(self.width() * self.NAME)
        start, room = names + 20, max(self.width() - names - self.NUMBER - 28, 20)
        zero = start - low / extent * room
        for i, (name, value) in enumerate(zip(view.labels, values.tolist())):
            line = QRect(0, 4 + i * self.ROW, self.width(), self.ROW)
            painter.setPen(theme().color("text"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, names)
            painter.drawText(line.adjusted(12, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), text)
            end = zero + value / extent * room
            bar = QRectF(min(zero, end), line.top() + 4, max(abs(end - zero), 1.0), self.ROW - 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent" if value >= 0 else "warn"))
            painter.drawRoundedRect(bar, 2, 2)
            painter.setPen(theme().color("muted"))
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(line.adjusted(0, 0, -12, 0), right, number(value))


class ScaleBar(QWidget):
    """The colours of a map with the numbers at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self._view: HeatView | None = None
        self._coloring = view_reading.PLAIN
        self.setFixedHeight(16)

    def show_view(self, view: HeatView | None, coloring: Coloring) -> None:
        """Show a map's scale; nothing for None."""
        self._view, self._coloring = view, coloring
        self.setVisible(view is not None)
        self.update()

    def words(self) -> tuple[str, str]:
        """Return what stands at both ends."""
        if self._view is None:
            return "", ""
        low, high, _ = view_reading.scale_of(self._view, self._coloring.stretch)
        return number(low), number(high, self._view.unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._view is None:
            return
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(theme().color("muted"))
        left, right = self.words()
        metrics = painter.fontMetrics()
        start, end = metrics.horizontalAdvance(left) + 8, self.width() - metrics.horizontalAdvance(right) - 8
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(self.rect(), middle, left)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignRight) | middle, right)
        colors = view_reading.scale_colors(self._view, self._coloring)
        strip = QImage(colors.data, len(colors), 1, 3 * len(colors), QImage.Format.Format_RGB888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRect(QPoint(start, 3), QSize(max(end - start, 1), 10)), strip)
