"""How a batch gets along with one wait for its device: which way the shared blocks take, and what did not do.

On the CPU nothing waits, and work on just what was found is cheaper. On a device a count that is read makes the host
wait, so that shapes stay fixed there, with a mask of what counts; what does not count is dropped after the fetch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_forced = ContextVar("fixed shapes on the CPU too", default=False)
_thorough = ContextVar("as much work as it takes", default=False)


class Unsettled(Exception):
    """A fixed amount of work did not do for a batch: it must be done again, thoroughly."""


def fixed(tensor: Tensor) -> bool:
    """Return whether work on a tensor must keep fixed shapes, because it lies on a device."""
    return tensor.device.type != "cpu" or _forced.get()


def thorough() -> bool:
    """Return whether the work is done again, and must do whatever it takes."""
    return _thorough.get()


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
    """Do within what `Unsettled` asked for."""
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
