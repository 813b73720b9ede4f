"""Decoding the current picture beside the GUI thread; the latest request wins."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media import MediaReader


class PictureLoader(QObject):
    """Reads pictures in one worker thread.

    Signals:
        loaded: (ticket, Picture or None, MediaError or None), in the thread of this object.
    """

    loaded = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="picture")
        self._waiting: list[Future] = []
        self._ticket = 0

    def request(self, reader: MediaReader, media: Media, frame: int, ahead: list[Media]) -> int:
        """Ask for a picture; answers to older requests are not delivered any more.

        Args:
            reader: The project's reader.
            media: The entry.
            frame: Of a video.
            ahead: Entries that will probably be asked for next; they are decoded into the reader's cache afterwards.

        Returns:
            The ticket that `loaded` brings back.
        """
        for future in self._waiting:
            future.cancel()
        self._ticket += 1
        self._waiting = [self._pool.submit(self._read, self._ticket, reader, media, frame)]
        self._waiting += [self._pool.submit(_warm, reader, other) for other in ahead]
        return self._ticket

    def forget(self) -> None:
        """Drop what was asked for and wait until nothing is being decoded."""
        for future in self._waiting:
            future.cancel()
        self._ticket += 1
        for future in self._waiting:
            if not future.cancelled():
                future.exception()
        self._waiting = []

    def close(self) -> None:
        """End the worker."""
        self.forget()
        self._pool.shutdown(wait=True)

    def _read(self, ticket: int, reader: MediaReader, media: Media, frame: int) -> None:
        if ticket != self._ticket:
            return
        try:
            picture, error = reader.read(media, frame), None
        except MediaError as problem:
            picture, error = None, problem
        if ticket == self._ticket:
            self.loaded.emit(ticket, picture, error)


def _warm(reader: MediaReader, media: Media) -> None:
    try:
        reader.read(media)
    except MediaError:
        return
