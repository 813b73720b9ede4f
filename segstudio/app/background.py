"""Work for tools in threads: the newest of its kind wins, and what nobody waits for any more is dropped."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

THREADS = 2


class Background(QObject):
    """Runs functions in threads and hands their results over in the GUI thread.

    Args:
        failed: Called, in the GUI thread, with what a function raised.
    """

    _done = Signal(object, object, object)

    def __init__(self, parent: QObject, failed: Callable[[Exception], object]) -> None:
        super().__init__(parent)
        self._failed = failed
        self._pool: ThreadPoolExecutor | None = None
        self._newest: dict[str, Future[Any]] = {}
        self._awaited: set[Future[Any]] = set()
        self._done.connect(self._on_done)

    @property
    def busy(self) -> bool:
        """Whether somebody waits for a result."""
        return bool(self._awaited)

    def run(self, function: Callable[[], Any], then: Callable[[Any], object], key: str = "") -> None:
        """Run a function; an earlier one of the same key (if it has one) is dropped."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, "segstudio-tool")
        if key and key in self._newest:
            self._drop(self._newest[key])
        future = self._pool.submit(function)
        self._awaited.add(future)
        if key:
            self._newest[key] = future
        future.add_done_callback(lambda f: None if f.cancelled() else self._done.emit(f, then, key))

    def drop_all(self) -> None:
        """Wait for nothing any more."""
        for future in tuple(self._awaited):
            self._drop(future)
        self._newest.clear()

    def close(self) -> None:
        """End the threads; work that goes on is waited for, what has not begun never runs."""
        self.drop_all()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _drop(self, future: Future[Any]) -> None:
        future.cancel()
        self._awaited.discard(future)

    def _on_done(self, future: Future[Any], then: Callable[[Any], object], key: str) -> None:
        if future not in self._awaited:
            return
        self._awaited.discard(future)
        if self._newest.get(key) is future:
            del self._newest[key]
        error = future.exception()
        if isinstance(error, Exception):
            self._failed(error)
            return
        try:
            then(future.result())
        except Exception as problem:
            self._failed(problem)
