"""The file list: thumbnails, names, and how far each picture is; ready for 100,000 entries."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QLineEdit, QMenu, QStackedWidget, QStyleOptionViewItem

from segstudio.app.i18n import tr
from segstudio.app.panels.filtering import Chosen, FilterButton, Groups
from segstudio.app.panels.rows import Index, RowDelegate, RowList, of_all
from segstudio.app.panels.states import PICTURE, picture_state
from segstudio.app.panels.thumbs import Thumbnails
from segstudio.app.session import Session
from segstudio.app.theme import theme
from segstudio.app.widgets import EmptyState, Panel, label, row
from segstudio.core import edits, label_edits
from segstudio.core.media import Media

MEDIA = Qt.ItemDataRole.UserRole
PAGE = 256
PAGES = 40


class FileModel(QAbstractListModel):
    """The entries of the project, read a page at a time when they are looked at."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._ids: list[int] = []
        self._places: dict[int, int] | None = None
        self._pages: OrderedDict[int, list[Media | None]] = OrderedDict()
        self._search = ""
        self._filter: Chosen = frozenset()
        self._facts: list[Facts] | None = None
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
        """List only the entries whose path, tags or comment contain the text, whatever the case."""
        self._search = text.strip().lower()
        self._list()

    def filter(self, chosen: Chosen) -> None:
        """List only the entries with these states, with one of these tags, with a comment, or that can't be read.

        What changes later stays in the list until it is filtered again: nothing jumps away under the cursor.
        """
        self._filter = chosen
        self._list()

    def tags(self) -> list[str]:
        """Return all tags there are, the most frequent first."""
        counts = Counter(tag for facts in self._all_facts() for tag in facts.tags)
        return [tag for tag, _ in counts.most_common()]

    def _list(self) -> None:
        self.beginResetModel()
        self._pages.clear()
        self._ids, self._places = self._listed()
        self.endResetModel()

    def _on_media(self, ids: list[int] | None) -> None:
        self._facts = None
        if ids is None:
            self._list()
            return
        places = [p for p in map(self.row_of, ids) if p >= 0]
        for page in {p // PAGE for p in places}:
            self._pages.pop(page, None)
        if places:
            self.dataChanged.emit(self.index(min(places)), self.index(max(places)))

    def _listed(self) -> tuple[list[int], dict[int, int] | None]:
        session = self._session
        if session.project is None or not (self._search or self._filter):
            return session.media_ids, None
        groups = {kind: {v for k, v in self._filter if k == kind} for kind, _ in self._filter}
        ids = [f.id for f in self._all_facts() if self._search in f.text and f.fits(groups)]
        return ids, {id: i for i, id in enumerate(ids)}

    def _all_facts(self) -> list[Facts]:
        if self._facts is None:
            project = self._session.project
            self._facts = [Facts.of(m) for m in project.media()] if project is not None else []
        return self._facts


class Facts(NamedTuple):
    """What an entry is searched and filtered by."""

    id: int
    text: str
    review: str
    tags: tuple[str, ...]
    commented: bool
    broken: bool

    @staticmethod
    def of(m: Media) -> Facts:
        """Return the facts of an entry."""
        text = f"{m.path} {' '.join(m.tags)} {m.comment}".lower()
        return Facts(m.id, text, m.review, m.tags, bool(m.comment), is_broken(m))

    def fits(self, groups: dict[str, set[str]]) -> bool:
        """Return whether the entry has one of the values of each group."""
        states, tags, more = (groups.get(kind, set()) for kind in ("state", "tag", "more"))
        own = {name for name, is_so in (("comment", self.commented), ("broken", self.broken)) if is_so}
        return (
            (not states or self.review in states)
            and (not tags or not tags.isdisjoint(self.tags))
            and (not more or not more.isdisjoint(own))
        )


def tip(media: Media) -> str:
    """Return a few lines about a file: its path, its size, and what is wrong with it."""
    lines = [media.path]
    if media.width:
        frames = f" · {_frames(media)}" if media.kind == "video" and media.frames else ""
        lines.append(f"{media.width:,} × {media.height:,} px{frames}")
    if media.reason:
        lines.append(media.reason)
    lines.append(picture_state(media.review)[3])
    if media.tags:
        lines.append(tr("Tags: {tags}", tags=", ".join(media.tags)))
    if media.comment:
        lines.append(f"“{media.comment}”")
    return "\n".join(lines)


def _frames(media: Media) -> str:
    return tr("{n:,} frames", n=media.frames)


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
        mode = Qt.TextElideMode.ElideRight if media.tags else Qt.TextElideMode.ElideMiddle
        self.words(painter, text.translated(0, 18), second, "danger" if broken else "muted", mode=mode)
        icon, color = ("warning", "danger") if broken else picture_state(media.review)[:2]
        place = QRect(rect.right() - 32, rect.top(), 24, rect.height())
        if media.comment:
            self.icon(painter, place.adjusted(0, 26, 0, 0), "chat-text", "muted", 12)
            place = place.adjusted(0, 0, 0, -16)
        self.icon(painter, place, icon, color)
        painter.restore()

    def _second(self, media: Media, folder: str) -> str:
        size = f"{media.width} × {media.height}" if media.width else ""
        if media.kind == "video" and media.frames:
            size = _frames(media)
        tags = " ".join(f"#{tag}" for tag in media.tags)
        return " · ".join(part for part in (tags, size, folder) if part)

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
        self.list.setAccessibleName(tr("Files"))
        self.list.setSelectionMode(RowList.SelectionMode.ExtendedSelection)
        self.search = QLineEdit(placeholderText=tr("Search files"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search files"))
        self.filter = FilterButton(tr("Filter files"), self._groups, self.model.filter)
        self._number = label("", "small")
        self._typed = QTimer(self, singleShot=True, interval=200)
        self._typed.timeout.connect(lambda: self.model.search(self.search.text()))
        self.search.textChanged.connect(self._typed.start)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState("image", tr("No files"), tr("Open a folder, or drop pictures and videos here."))
        )
        self.stack.addWidget(self.list)
        self.stack.addWidget(
            EmptyState(
                "magnifying-glass", tr("Nothing found"), tr("No file is like this. Clear the search and the filter.")
            )
        )
        self.add_header(label(tr("Files"), "heading"), self._number, None)
        self.body.addLayout(row(self.search, self.filter, margins=(8, 0, 8, 8), spacing=4))
        self.body.addWidget(self.stack, 1)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(
            lambda at: self._menu().popup(self.list.viewport().mapToGlobal(at))
        )
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

    def chosen(self) -> list[Media]:
        """Return the entries that are selected in the list."""
        project = self._session.project
        ids = [m.id for index in self.list.selectedIndexes() if (m := index.data(MEDIA)) is not None]
        return project.media(ids) if project is not None else []

    def mark(self, review: str) -> None:
        """Give the selected entries a review state, as one step."""
        self._session.commit(edits.set_review(self.chosen(), review))

    def tag(self) -> None:
        """Let the person choose or type a tag for the selected entries."""
        word = self._ask(self.model.tags(), tr("Tag"))
        if word:
            self._session.commit(label_edits.tag(self.chosen(), [word]))

    def untag(self) -> None:
        """Let the person choose a tag to take off the selected entries."""
        tags = dict.fromkeys(tag for m in self.chosen() for tag in m.tags)
        word = self._ask(tags, tr("Remove tag"))
        if word in tags:
            self._session.commit(label_edits.untag(self.chosen(), [word]))

    def _ask(self, words: Iterable[str], what: str) -> str | None:
        # Its list is one of the panels' lists.
        from segstudio.app.dialogs.palette import Choice, Palette

        return Palette(self.window(), [Choice(word, "", word) for word in words], what, free=True).ask()

    def _groups(self) -> Groups:
        states = [(name, picture_state(name)[2], picture_state(name)[0]) for name in PICTURE]
        more = [("comment", tr("With a comment"), "chat-text"), ("broken", tr("Can't be read"), "warning")]
        return [("state", states), ("tag", [(t, f"#{t}", "") for t in self.model.tags()[:20]]), ("more", more)]

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for name in PICTURE:
            icon, _, word, _ = picture_state(name)
            menu.addAction(theme().icon(icon), tr("Mark: {state}", state=word), lambda n=name: self.mark(n))
        menu.addSeparator()
        menu.addAction(theme().icon("tag"), tr("Add Tag…"), self.tag)
        menu.addAction(theme().icon("tag-simple"), tr("Remove Tag…"), self.untag)
        return menu

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
        self._number.setText(of_all(listed, all_))
        self._number.setVisible(all_ > 0)
        self.stack.setCurrentIndex(1 if listed else 2 if all_ else 0)
        self._follow()
