"""A plain publish-subscribe channel, for the rooms that know no Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Channel(Generic[T]):
    """Calls its subscribers, in the order they came, in the thread that publishes."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[T], object]] = []

    def subscribe(self, call: Callable[[T], object]) -> Callable[[], None]:
        """Add a subscriber and return the function that removes it (safe to call twice)."""
        self._subscribers.append(call)

        def remove() -> None:
            if call in self._subscribers:
                self._subscribers.remove(call)

        return remove

    def publish(self, event: T) -> None:
        """Tell every subscriber."""
        for call in tuple(self._subscribers):
            call(event)
