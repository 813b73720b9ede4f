"""Thumbnails for the file list: made in worker threads, only for rows that are on screen."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media import thumbnail
from segstudio.media.thumbnails import default_cache

KEPT = 1500
WAITING = 60
SIZE = 96


class Thumbnails(QObject):
    """Hands out pixmaps that are there and makes the others, the latest wish first.

    Signals:
        ready: (media id) its thumbnail has arrived.
    """

    ready = Signal(int)
    _made = Signal(int, int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = Path()
        self._round = 0
        self._kept: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._wanted: deque[Media] = deque(maxlen=WAITING)
        self._change = threading.Condition()
        self._closed = False
        self._made.connect(self._on_made)
        self._thread: threading.Thread | None = None

    def open(self, root: Path) -> None:
        """Forget everything and take pictures from another folder."""
        with self._change:
            self._round += 1
            self._root = root
            self._wanted.clear()
        self._kept.clear()

    def get(self, media: Media) -> QPixmap | None:
        """Return the thumbnail, or None and `ready` will tell when it is there."""
        if media.id in self._kept:
            self._kept.move_to_end(media.id)
            return self._kept[media.id]
        with self._change:
            if media not in self._wanted:
                # Rows that scrolled by fall out at the other end.
                self._wanted.append(media)
                self._change.notify()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="segstudio-thumbnails", daemon=True)
                self._thread.start()
        return None

    def close(self) -> None:
        """End the worker."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        cache = default_cache()
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or self._wanted)
                if self._closed:
                    return
                media, root, number = self._wanted.pop(), self._root, self._round
            try:
                small = thumbnail(media, SIZE, root=root, cache=cache)
            except MediaError:
                small = None
            self._made.emit(number, media.id, small)

    def _on_made(self, number: int, media: int, small) -> None:
        if number != self._round:
            return
        if small is None:
            self._kept[media] = None
        else:
            h, w, _ = small.shape
            self._kept[media] = QPixmap.fromImage(QImage(small.data, w, h, 3 * w, QImage.Format.Format_RGB888))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(media)
