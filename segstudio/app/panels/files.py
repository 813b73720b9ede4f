"""The file list: thumbnails, names, and how far each picture is; ready for 100,000 entries."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QStyleOptionViewItem

from segstudio.app.panels.rows import Index, RowDelegate, RowList
from segstudio.app.panels.thumbs import Thumbnails
from segstudio.app.session import Session
from segstudio.app.theme import theme
from segstudio.app.widgets import EmptyState, Panel, label, row
from segstudio.core.media import Media

MEDIA = Qt.ItemDataRole.UserRole
PAGE = 256
PAGES = 40

# review -> icon, colour, what it means
REVIEW = {
    "todo": ("circle-dashed", "faint", "Not looked at yet"),
    "predicted": ("sparkle", "accent", "Predicted, not checked yet"),
    "corrected": ("pencil-simple", "muted", "In work"),
    "done": ("check-circle", "ok", "Done"),
    "flagged": ("flag", "warn", "Flagged for another look"),
}


class FileModel(QAbstractListModel):
    """The entries of the project, read a page at a time when they are looked at."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._ids: list[int] = []
        self._places: dict[int, int] | None = None
        self._pages: OrderedDict[int, list[Media | None]] = OrderedDict()
        self._search = ""
        self._names: list[tuple[int, str]] | None = None
        session.project_changed.connect(lambda: self._on_media(None))
        session.media_changed.connect(self._on_media)
        self._on_media(None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        media = self.media(index.row())
        if media is None:
            return None
        if role == MEDIA:
            return media
        if role == Qt.ItemDataRole.DisplayRole:
            return media.path
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(media)
        return None

    def media(self, place: int) -> Media | None:
        """Return the entry of a row."""
        page = place // PAGE
        if page not in self._pages:
            project = self._session.project
            ids = self._ids[page * PAGE : (page + 1) * PAGE]
            found = {m.id: m for m in project.media(ids)} if project is not None else {}
            self._pages[page] = [found.get(id) for id in ids]
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        return self._pages[page][place % PAGE]

    def row_of(self, media: int) -> int:
        """Return the row of an entry, -1 where the search hides it."""
        if self._places is None:
            return self._session.place_of(media)
        return self._places.get(media, -1)

    def search(self, text: str) -> None:
        """List only the entries whose path contains the text, whatever the case."""
        self._search = text.strip().lower()
        self._on_media(None)

    def _on_media(self, ids: list[int] | None) -> None:
        if ids is None:
            self.beginResetModel()
            self._pages.clear()
            self._names = None
            self._ids, self._places = self._listed()
            self.endResetModel()
            return
        places = [p for p in map(self.row_of, ids) if p >= 0]
        for page in {p // PAGE for p in places}:
            self._pages.pop(page, None)
        if places:
            self.dataChanged.emit(self.index(min(places)), self.index(max(places)))

    def _listed(self) -> tuple[list[int], dict[int, int] | None]:
        session = self._session
        if session.project is None or not self._search:
            return session.media_ids, None
        if self._names is None:
            self._names = [(m.id, m.path.lower()) for m in session.project.media()]
        ids = [id for id, name in self._names if self._search in name]
        return ids, {id: i for i, id in enumerate(ids)}


def tip(media: Media) -> str:
    """Return a few lines about a file: its path, its size, and what is wrong with it."""
    lines = [media.path]
    if media.width:
        frames = f" · {media.frames:,} frames" if media.kind == "video" and media.frames else ""
        lines.append(f"{media.width:,} × {media.height:,} px{frames}")
    if media.reason:
        lines.append(media.reason)
    lines.append(REVIEW.get(media.review, REVIEW["todo"])[2])
    return "\n".join(lines)


def is_broken(media: Media) -> bool:
    """Return whether a file can't be used."""
    return media.status not in ("ok", "unread")


class _Delegate(RowDelegate):
    height = 52

    def __init__(self, session: Session, thumbs: Thumbnails) -> None:
        super().__init__(session)
        self._session = session
        self._thumbs = thumbs

    def cells(self, rect: QRect, index: Index) -> dict[str, QRect]:
        return {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        media: Media | None = index.data(MEDIA)
        if media is None:
            return
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        current = self._session.media is not None and media.id == self._session.media.id
        self.background(painter, option, marked=current)
        self._thumb(painter, QRect(rect.left() + 10, rect.top() + 5, 56, 42), media)
        left, right = rect.left() + 76, rect.right() - 34
        folder, _, name = media.path.rpartition("/")
        broken = is_broken(media)
        second = media.status.capitalize() if broken else self._second(media, folder)
        text = QRect(left, rect.top() + 7, right - left, 20)
        self.words(painter, text, name, "muted" if broken else "text")
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        self.words(painter, text.translated(0, 18), second, "danger" if broken else "muted")
        icon, color, _ = ("warning", "danger", "") if broken else REVIEW.get(media.review, REVIEW["todo"])
        self.icon(painter, QRect(rect.right() - 32, rect.top(), 24, rect.height()), icon, color)
        painter.restore()

    def _second(self, media: Media, folder: str) -> str:
        size = f"{media.width} × {media.height}" if media.width else ""
        if media.kind == "video" and media.frames:
            size = f"{media.frames:,} frames"
        return " · ".join(part for part in (size, folder) if part)

    def _thumb(self, painter: QPainter, rect: QRect, media: Media) -> None:
        pixmap = None if is_broken(media) else self._thumbs.get(media)
        path = QPainterPath()
        path.addRoundedRect(QRectF(rect), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillPath(path, theme().color("hover"))
        if pixmap is None:
            broken = is_broken(media)
            name = "image" if media.kind == "image" else "film-strip"
            self.icon(painter, rect, "file-x" if broken else name, "faint", 20)
            return
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        scale = max(rect.width() / pixmap.width(), rect.height() / pixmap.height())
        w, h = rect.width() / scale, rect.height() / scale
        source = QRectF((pixmap.width() - w) / 2, (pixmap.height() - h) / 2, w, h)
        painter.drawPixmap(QRectF(rect), pixmap, source)
        painter.restore()
        if media.kind == "video":
            self.icon(painter, rect, "play-circle", "text", 20)


class FilesPanel(Panel):
    """The list of the project's pictures and videos, with a search field."""

    title = "Files"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.thumbs = Thumbnails(self)
        self.model = FileModel(session)
        self.list = RowList(_Delegate(session, self.thumbs))
        self.list.setModel(self.model)
        self.list.setAccessibleName("Files")
        self.search = QLineEdit(placeholderText="Search files", clearButtonEnabled=True)
        self.search.setAccessibleName("Search files")
        self._number = label("", "small")
        self._typed = QTimer(self, singleShot=True, interval=200)
        self._typed.timeout.connect(lambda: self.model.search(self.search.text()))
        self.search.textChanged.connect(self._typed.start)
        self.stack = QStackedWidget()
        self.stack.addWidget(EmptyState("image", "No files", "Open a folder, or drop pictures and videos here."))
        self.stack.addWidget(self.list)
        self.stack.addWidget(EmptyState("magnifying-glass", "Nothing found", "No file has this in its name."))
        self.add_header(label("Files", "heading"), self._number, None)
        self.body.addLayout(row(self.search, margins=(8, 0, 8, 8)))
        self.body.addWidget(self.stack, 1)
        self.thumbs.ready.connect(self._on_thumb)
        self.list.clicked.connect(self._on_clicked)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.model.modelReset.connect(self._show)
        session.project_changed.connect(self._on_project)
        session.picture_changed.connect(self._follow)
        self._on_project()
        self._show()

    def close_threads(self) -> None:
        """End the worker that makes thumbnails."""
        self.thumbs.close()

    def _on_project(self) -> None:
        reader = self._session.reader
        if reader is not None:
            self.thumbs.open(reader.root)

    def _on_thumb(self, media: int) -> None:
        place = self.model.row_of(media)
        if place >= 0:
            self.list.update(self.model.index(place))

    def _on_clicked(self, index: QModelIndex) -> None:
        media: Media | None = index.data(MEDIA)
        if media is not None and (self._session.media is None or media.id != self._session.media.id):
            self._session.go_to(media.id)

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        # Only the keyboard: a click comes as `clicked`, and following the session must not go anywhere.
        if self.list.hasFocus() and index.isValid():
            self._on_clicked(index)

    def _follow(self) -> None:
        media = self._session.media
        place = self.model.row_of(media.id) if media is not None else -1
        index = self.model.index(place) if place >= 0 else QModelIndex()
        if index != self.list.currentIndex():
            self.list.selectionModel().setCurrentIndex(index, self.list.selectionModel().SelectionFlag.ClearAndSelect)
            self.list.scrollTo(index)
        self.list.viewport().update()

    def _show(self) -> None:
        listed, all_ = self.model.rowCount(), len(self._session.media_ids)
        self._number.setText(f"{listed:,}" if listed == all_ else f"{listed:,} of {all_:,}")
        self._number.setVisible(all_ > 0)
        self.stack.setCurrentIndex(1 if listed else 2 if all_ else 0)
        self._follow()
