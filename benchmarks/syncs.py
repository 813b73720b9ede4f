"""How often a model makes its device wait for the processor: every number, list or array that is read back.

On CUDA torch itself tells (`cuda_waits`). Where there is none, `Reads` counts the same places on the CPU, on the way
that a device takes: it tells tensors that would lie on a device from those that were fetched, and counts what is read
of the former.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from segstudio.zoo.blocks import tensors, waiting

# What can't be answered without waiting, by the function's name.
READS = set(
    "item tolist numpy __array__ __bool__ __int__ __float__ __index__ __contains__ nonzero argwhere unique "
    "unique_consecutive masked_select equal allclose bincount".split()
)


# Without a device these make tensors of the host.
MAKERS = set("tensor as_tensor arange zeros ones full empty linspace eye meshgrid".split())


def _tensors(values: Any) -> Iterator[torch.Tensor]:
    if isinstance(values, torch.Tensor):
        yield values
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _tensors(value)
    elif isinstance(values, dict):
        yield from _tensors(list(values.values()))


def _by_mask(name: str, args: tuple) -> bool:
    """Return whether a mask chooses how many there will be."""
    if name not in ("__getitem__", "__setitem__", "index_put_", "index_put") or len(args) < 2:
        return False
    # A mask that is written through with one value needs no counting.
    if name == "__setitem__" and not isinstance(args[2], torch.Tensor):
        return False
    return any(t.dtype in (torch.bool, torch.uint8) for t in _tensors(args[1]))


class Reads(TorchFunctionMode):
    """Counts reads of what would lie on a device, while it is entered.

    Attributes:
        found: How often, by the function's name.
        sent: The same of numbers that are sent to the device, and waited for until they are there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self._kernels = _Kernels(self)
        self._way = ExitStack()

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.found.values())

    def __enter__(self) -> Reads:
        self._fetch, self._from_numpy = tensors.fetch, torch.from_numpy
        tensors.fetch = self._fetched
        # It takes no tensor, so that no mode hears of it.
        torch.from_numpy = self._here
        self._way.enter_context(waiting.as_on_a_device())
        self._kernels.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._kernels.__exit__(*error)
        self._way.close()
        tensors.fetch, torch.from_numpy = self._fetch, self._from_numpy

    def _fetched(self, wanted: Iterable[torch.Tensor]) -> list[torch.Tensor]:
        """Stand in for `tensors.fetch`: one read, and what comes lies on the host."""
        wanted = list(wanted)
        if _lie_away(wanted):
            self.found["fetch"] += 1
        here = [tensor.detach() for tensor in wanted]
        _lies(here, "host")
        return here

    def _here(self, array: Any) -> torch.Tensor:
        """Stand in for `torch.from_numpy`."""
        made = self._from_numpy(array)
        _lies(made, "host")
        return made

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        name = getattr(func, "__name__", "")
        given = list(_tensors((args, kwargs or {})))
        away = _lie_away(given)
        if away and (name in READS or name == "cpu" or _by_mask(name, args) or (name == "where" and len(args) == 1)):
            self.found[name] += 1
        if _sends(name, args, kwargs or {}, away):
            self.sent[name] += 1
        result = func(*args, **(kwargs or {}))
        if name in ("cpu", "to", "cuda") and isinstance(result, torch.Tensor) and result is args[0]:
            # The same object on a machine without a device; there it would be a copy.
            result = result.view(result.shape)
        sent = name == "cuda" or (name == "to" and _names_device(args[1:], kwargs))
        made = not given and name in MAKERS and not (kwargs or {}).get("device")
        if made or name == "cpu" or (given and not away and not sent):
            _lies(result, "host")
        elif sent or any(map(_is_known, given)):
            _lies(result, "device")
        return result


class _Kernels(TorchDispatchMode):
    """Counts operators that wait within themselves and are not called by a name of torch's."""

    def __init__(self, reads: Reads) -> None:
        super().__init__()
        self.reads = reads

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func.name().startswith("torchvision::nms"):
            away = _lie_away(list(_tensors(args)))
            _lies(result, "device" if away else "host")
            if away:
                self.reads.found["nms"] += 1
        return result


def _sends(name: str, args: tuple, kwargs: dict, away: bool) -> bool:
    """Return whether numbers of the host are sent to the device by a copy that is waited for."""
    if name == "new_tensor":
        return away
    if name in ("tensor", "as_tensor"):
        return bool(kwargs.get("device"))
    if name == "__getitem__" and away:
        index = args[1] if isinstance(args[1], tuple) else (args[1],)
        return any(isinstance(part, list | np.ndarray) for part in index)
    sent = name == "cuda" or (name == "to" and _names_device(args[1:], kwargs))
    return sent and getattr(args[0], "_lies", "") == "host" and not kwargs.get("non_blocking")


def _names_device(args: tuple, kwargs: dict | None) -> bool:
    """Return whether the arguments of `to` name a place, and not a type or another tensor."""
    return any(isinstance(one, str | torch.device) for one in (*args, (kwargs or {}).get("device")))


def _lies(made: Any, where: str) -> None:
    for tensor in _tensors(made):
        if not isinstance(tensor, torch.nn.Parameter):
            tensor._lies = where  # pyright: ignore[reportAttributeAccessIssue]


def _is_known(tensor: torch.Tensor) -> bool:
    """Return whether a tensor is known to lie on the device: a network's own, or one that came from such."""
    return isinstance(tensor, torch.nn.Parameter) or getattr(tensor, "_lies", "") == "device"


def _lie_away(given: list[torch.Tensor]) -> bool:
    """Return whether what is made of tensors lies on the device.

    Of a tensor that was made before the counter was entered nothing is known: it lies where the others do.
    """
    if any(map(_is_known, given)):
        return True
    return bool(given) and not any(getattr(tensor, "_lies", "") == "host" for tensor in given)


@contextmanager
def cuda_waits() -> Iterator[list[str]]:
    """Yield a list that gets a line for each time that CUDA was waited for."""
    found: list[str] = []
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            yield found
        found += [f"{w.filename}:{w.lineno}" for w in said if "synchronizing" in str(w.message)]
    finally:
        torch.cuda.set_sync_debug_mode(before)
