"""Decoding ahead, so that the next picture is there before it is asked for."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media.images import Picture
from segstudio.media.regions import LARGE
from segstudio.media.source import MediaReader

Wanted = tuple[Media, int]
Ready = Callable[[Media, int, Picture | MediaError], object]


class Prefetcher:
    """A few threads that decode the current picture first and its neighbours after it, into a reader's cache.

    Latest wins: a new `show` drops everything that waits, and what an older one was decoding is not announced any more.
    One thread is always left for the current picture.

    Args:
        reader: Where the pictures come from and stay.
        ready: Called in a decoding thread with (media, frame, the picture or why there is none) when the
            picture that was last asked for is there.
        threads: How many pictures are decoded at a time, at least 2.
    """

    def __init__(self, reader: MediaReader, ready: Ready | None = None, threads: int = 3) -> None:
        self._reader = reader
        self._ready = ready
        self._change = threading.Condition()
        self._current: Wanted | None = None
        self._number = 0
        self._neighbours: deque[Wanted] = deque()
        self._busy_ahead = 0
        self._busy = 0
        self._spare = max(2, threads) - 1
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"segstudio-decode-{i}", daemon=True)
            for i in range(self._spare + 1)
        ]
        for thread in self._threads:
            thread.start()

    def show(self, media: Media, frame: int = 0, neighbours: Iterable[Wanted] = ()) -> Picture | None:
        """Ask for a picture and, after it, for its likely successors, the likeliest first.

        Very large ones are read only when they are asked for: several of them would fill the memory.

        Returns:
            The picture where it is at hand; `ready` is not called then. Otherwise None, and `ready` will be called.
        """
        picture = self._reader.cached(media, frame)
        with self._change:
            if self._closed:
                return picture
            self._number += 1
            self._current = None if picture is not None else (media, frame)
            self._neighbours = deque(w for w in neighbours if w[0].width * w[0].height <= LARGE)
            self._change.notify_all()
        return picture

    def cancel(self) -> None:
        """Drop what waits, and announce nothing of what is being decoded."""
        with self._change:
            self._number += 1
            self._current = None
            self._neighbours.clear()
            self._change.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to decode; False when the time ran out first."""
        with self._change:
            return self._change.wait_for(lambda: not (self._current or self._neighbours or self._busy), timeout)

    def close(self) -> None:
        """Drop what waits and end the threads, once they are done with the picture they are at."""
        with self._change:
            self._closed = True
            self._number += 1
            self._current = None
            self._neighbours.clear()
            self._change.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or self._current or self._may_look_ahead())
                if self._closed:
                    return
                ahead = self._current is None
                if self._current is not None:
                    wanted, self._current = self._current, None
                else:
                    wanted = self._neighbours.popleft()
                self._busy_ahead += ahead
                self._busy += 1
                number = self._number
            try:
                if ahead:
                    self._read(wanted)
                else:
                    self._announce(wanted, number)
            except Exception:
                logging.getLogger(__name__).exception("a receiver of decoded pictures failed")
            finally:
                with self._change:
                    self._busy_ahead -= ahead
                    self._busy -= 1
                    self._change.notify_all()

    def _may_look_ahead(self) -> bool:
        return bool(self._neighbours) and self._busy_ahead < self._spare

    def _read(self, wanted: Wanted) -> Picture | MediaError:
        media, frame = wanted
        try:
            return self._reader.read(media, frame)
        except MediaError as error:
            return error
        except Exception as error:
            logging.getLogger(__name__).exception("decoding %s failed", media.path)
            return MediaError(f"Reading failed: {error!r}.", path=media.path)

    def _announce(self, wanted: Wanted, number: int) -> None:
        result = self._read(wanted)
        with self._change:
            if number != self._number:
                return
        if self._ready is not None:
            self._ready(*wanted, result)
