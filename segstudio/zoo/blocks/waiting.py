"""How a batch gets along with one wait for its device: which way the shared blocks take, and what did not do.

On the CPU nothing waits, and work on just what was found is cheaper. On a device a count that is read makes the host
wait, so that shapes stay fixed there, with a mask of what counts; what does not count is dropped after the fetch.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_forced = ContextVar("fixed shapes on the CPU too", default=False)
_thorough = ContextVar("as many waits as it takes", default=False)

_LATELY = 16  # batches
_LEAST = 8


class Unsettled(Exception):
    """Fixed shapes did not do for a batch: it must be done again, waiting as often as it takes."""


def fixed(tensor: Tensor) -> bool:
    """Return whether work on a tensor must keep fixed shapes: it lies on a device, and this is the first try."""
    return (tensor.device.type != "cpu" or _forced.get()) and not _thorough.get()


class Room:
    """For how many objects a picture a device keeps places, whose work is done whether they are taken or not.

    All that may be found at first, then for twice as many as were lately. Where that does not do, nothing is settled.
    """

    def __init__(self) -> None:
        self._counts: deque[int] = deque(maxlen=_LATELY)

    @property
    def size(self) -> int:
        """Places a picture."""
        return max(_LEAST, 2 * max(self._counts)) if self._counts else sys.maxsize

    def seen(self, count: int) -> None:
        """Remember the most objects that a picture of a batch had."""
        self._counts.append(count)


@contextmanager
def as_on_a_device() -> Iterator[None]:
    """Let the CPU do as a device does, for tests and for counting what would wait."""
    before = _forced.set(True)
    try:
        yield
    finally:
        _forced.reset(before)


@contextmanager
def again() -> Iterator[None]:
    """Let the device be waited for within, as often as it takes: after `Unsettled`, or to look inside."""
    before = _thorough.set(True)
    try:
        yield
    finally:
        _thorough.reset(before)


def require(settled: Tensor) -> None:
    """Look at flags that were fetched with the results.

    Args:
        settled: bool, of any shape, on the CPU.

    Raises:
        Unsettled: One is False.
    """
    if not bool(settled.all()):
        raise Unsettled
