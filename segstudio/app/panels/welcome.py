"""The first page: open something, fetch the starter pack, and what the first minute looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.i18n import later, moment, tr
from segstudio.app.panels.progress import JobProgress, megabytes
from segstudio.app.settings import Settings
from segstudio.app.theme import set_role
from segstudio.app.widgets import Elided, button, icon_label, label, row
from segstudio.engine.intake import sample_files
from segstudio.zoo.choosing import absent

WIDTH = 920
RECENT = 4
STEPS = (
    ("sparkle", later("Predict"), later("Ctrl+Return runs a model on the picture in front of you.")),
    ("paint-brush", later("Correct"), later("Click an object. B paints, E erases, Enter accepts it.")),
    ("export", later("Export"), later("Ctrl+Shift+E writes COCO that other tools read.")),
)


class Tile(QFrame):
    """A card that can be clicked: an icon, and some widgets beside it.

    Signals:
        clicked: By mouse or keyboard.
    """

    clicked = Signal()

    def __init__(self, icon: str, title: str, text: QWidget, extra: QWidget | None = None) -> None:
        super().__init__()
        set_role(self, "card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title, "heading"))
        words.addWidget(text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(14)
        layout.addWidget(icon_label(icon, 26, "accent"), alignment=Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(words, 1)
        if extra is not None:
            layout.addWidget(extra)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class RecentTile(Tile):
    """A project that was opened before."""

    def __init__(self, path: Path) -> None:
        self._when = label("", "small")
        super().__init__("stack", path.stem, Elided(str(path.parent), "small"), self._when)
        self.path = path
        self._time = path.stat().st_mtime
        self.say()
        self.setContentsMargins(0, 0, 0, 0)

    def say(self) -> None:
        """Say when it was changed last, in the language of now."""
        self._when.setText(moment(self._time, later("d MMM, HH:mm")))


class Strip(QLabel):
    """A few rounded thumbnails side by side."""

    def __init__(self, paths: list[Path], side: int) -> None:
        super().__init__()
        strip = QPixmap(len(paths) * (side + 6) - 6, side)
        strip.fill(QColor(0, 0, 0, 0))
        painter = QPainter(strip)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for i, path in enumerate(paths):
            picture = QPixmap(str(path)).scaled(
                side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
            )
            shape = QPainterPath()
            shape.addRoundedRect(i * (side + 6), 0, side, side, 5, 5)
            painter.setClipPath(shape)
            painter.drawPixmap(i * (side + 6) - (picture.width() - side) // 2, -(picture.height() - side) // 2, picture)
        painter.end()
        self.setPixmap(strip)


class WelcomePage(QWidget):
    """Shown while no project is open."""

    def __init__(
        self,
        settings: Settings,
        bridge: Bridge,
        open_path: Callable[[Path], object],
        actions: dict[str, Callable[[], object]],
    ) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._settings = settings
        self._bridge = bridge
        self._open_path = open_path
        column = QVBoxLayout()
        column.setSpacing(24)
        column.setContentsMargins(32, 32, 32, 32)
        column.addStretch(2)
        head = QVBoxLayout()
        head.setSpacing(6)
        head.addWidget(label("segstudio", "hero"))
        head.addWidget(
            label(
                tr("Label pictures and video, let models do the first pass, correct what they see, export COCO."),
                "muted",
            )
        )
        column.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(32)
        middle.addLayout(self._start(actions), 1)
        middle.addLayout(self._recent(), 1)
        column.addLayout(middle)
        column.addWidget(self._starter())
        column.addLayout(self._minute())
        column.addStretch(3)
        inside = QWidget()
        inside.setLayout(column)
        inside.setMaximumWidth(WIDTH)
        centre = QWidget()
        line = row(None, inside, None)
        line.setStretch(1, 100)
        centre.setLayout(line)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(centre)
        centre.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        bridge.changed.connect(self.refresh)
        bridge.fetched.connect(self.refresh)
        self.refresh()

    def _start(self, actions: dict[str, Callable[[], object]]) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(8)
        box.addWidget(label(tr("Start"), "title"))
        photos = sample_files()
        for key, tile in (
            (
                "folder",
                Tile(
                    "folder-open",
                    tr("Open a folder"),
                    label(tr("All pictures and videos in it, 100,000 are fine."), "muted"),
                ),
            ),
            ("files", Tile("file-plus", tr("Open files"), label(tr("A few pictures or a video."), "muted"))),
            (
                "samples",
                Tile("image", tr("Try the sample photos"), label(tr("Free to use."), "muted"), Strip(photos[:3], 40)),
            ),
        ):
            tile.clicked.connect(actions[key])
            box.addWidget(tile)
        box.addStretch(1)
        return box

    def _recent(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(8)
        box.addWidget(label(tr("Recent projects"), "title"))
        self._projects = QVBoxLayout()
        self._projects.setSpacing(8)
        self.recent: list[RecentTile] = []
        self._hint = label(
            tr(
                "Your projects appear here. A project is one file beside your pictures; it saves itself with each step."
            ),
            "muted",
            wrap=True,
        )
        box.addLayout(self._projects)
        box.addStretch(1)
        return box

    def _starter(self) -> QFrame:
        frame = QFrame()
        set_role(frame, "plain")
        self._starter_title = label("", "heading")
        self._starter_text = label("", "muted", wrap=True)
        self._fetch = button(tr("Fetch"), self._fetch_starter, kind="primary", icon="cloud-arrow-down")
        self._done = icon_label("check-circle", 22, "ok")
        self._progress = JobProgress("bytes")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._starter_title)
        words.addWidget(self._starter_text)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(icon_label("package", 26, "accent"))
        line.addLayout(words, 1)
        line.addWidget(self._fetch)
        line.addWidget(self._done)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addLayout(line)
        layout.addWidget(self._progress)
        return frame

    def _minute(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(32)
        for i, (icon, title, text) in enumerate(STEPS, start=1):
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addLayout(row(label(f"{i}", "heading"), label(tr(title), "heading"), None))
            words.addWidget(label(tr(text), "muted", wrap=True))
            step = QHBoxLayout()
            step.setSpacing(12)
            step.addWidget(icon_label(icon, 22), alignment=Qt.AlignmentFlag.AlignTop)
            step.addLayout(words, 1)
            line.addLayout(step, 1)
        return line

    def refresh(self) -> None:
        """Follow the list of recent projects and the state of the starter pack."""
        from segstudio.engine.job import ENDED

        cards = self._bridge.engine.catalog.starter_pack()
        needed = absent(cards).bytes
        job = self._bridge.fetching
        busy = job is not None and job.state not in ENDED
        self._progress.show_job(job)
        self._fetch.setVisible(needed > 0 and not busy)
        self._done.setVisible(not needed and bool(cards))
        self._fetch.setText(tr("Fetch {size}", size=megabytes(needed)))
        self._starter_title.setText(tr("Starter models") if needed else tr("Starter models are ready"))
        self._starter_text.setText(
            tr("Boxes, masks, poses, faces and picture labels on any computer. Fetched once, then they work offline.")
            if needed
            else tr("Boxes, masks, poses, faces and picture labels, on any computer, offline.")
        )
        self._show_recent()

    def _fetch_starter(self) -> None:
        self._bridge.fetch([card.name for card in self._bridge.engine.catalog.starter_pack()])

    def _show_recent(self) -> None:
        paths = self._settings.recent()[:RECENT]
        if self.recent and paths == [tile.path for tile in self.recent]:
            for tile in self.recent:
                tile.say()
            return
        for widget in (*self.recent, self._hint):
            self._projects.removeWidget(widget)
        for tile in self.recent:
            tile.hide()
            tile.deleteLater()
        self.recent = [RecentTile(path) for path in paths]
        for tile in self.recent:
            tile.clicked.connect(lambda path=tile.path: self._open_path(path))
            self._projects.addWidget(tile)
        self._projects.addWidget(self._hint)
        self._hint.setVisible(not paths)
