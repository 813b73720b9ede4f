"""A CUDA device where there is none: its tensors say that they lie on cuda:0 and are reckoned on the processor.

An operation on tensors of two devices fails as it would there, autocast casts as it would there, and what would make
the host wait is written down: what is read back, what is counted, and what is sent from memory that must stay as it is
until it has arrived. Values are the processor's, so that what comes out can be compared.

    with pretended.cuda() as device:
        model = untrained(card, "cuda:0")
        device.forget()
        model.predict(frames, options, Context(autocast=True))
    assert len(device.reads) == 1
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten

DEVICE = torch.device("cuda:0")
_ROOT = Path(__file__).resolve().parents[2]

# Operators that need a number from the device: for the shape of what they make, or for themselves.
_COUNTS = set(
    "aten::_local_scalar_dense aten::nonzero aten::masked_select aten::_unique2 aten::_unique aten::unique_dim "
    "aten::unique_consecutive aten::unique_dim_consecutive aten::bincount aten::equal aten::is_nonzero "
    "torchvision::nms".split()
)
_INDEX = {"aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_"}
# Composites that would choose a kernel of CUDA's own: they are run in one piece.
_WHOLE = {"aten::batch_norm", "aten::instance_norm", "aten::scaled_dot_product_attention"}


class Away(torch.Tensor):
    """A tensor that says it lies on the device.

    Attributes:
        inner: The same on the processor.
    """

    inner: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> Away:
        # A view of a tensor that was made outside of inference mode is none of that mode's.
        with torch.inference_mode(inner.is_inference()):
            made = torch.Tensor._make_wrapper_subclass(
                cls,
                inner.shape,
                strides=inner.stride(),
                storage_offset=inner.storage_offset(),
                dtype=inner.dtype,
                device=DEVICE,
                requires_grad=False,
            )
        made.inner = inner
        return made

    def __repr__(self) -> str:
        return f"Away({self.inner!r})"

    def tolist(self) -> Any:
        return self.cpu().tolist()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        raise RuntimeError("A tensor of the pretended device is used outside of it.")


class Pretended(TorchDispatchMode):
    """The device, while it is entered.

    Attributes:
        reads: Where the host waited for what it read or counted, a line each.
        sends: Where it waited for something to arrive.
    """

    # As fake tensors have it: torch asks for no driver while such a mode is on.
    _mode_key = torch._C._TorchDispatchModeKey.FAKE

    def __init__(self) -> None:
        super().__init__()
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self.reads: list[str] = []
        self.sends: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        name = func.name().split(".")[0]
        flat, spec = tree_flatten((args, kwargs))
        away = [value for value in flat if isinstance(value, Away)]
        named = next((value for value in flat if isinstance(value, torch.device)), None)
        there = bool(away) if named is None else named.type == "cuda"
        if name == "aten::_pin_memory":
            return args[0].clone()
        if not away and not there:
            return func(*args, **kwargs)
        if name not in _WHOLE and torch._C._dispatch_has_kernel_for_dispatch_key(
            func.name(), "CompositeImplicitAutograd"
        ):
            with self:
                made = func.decompose(*args, **kwargs)
            if made is not NotImplemented:
                return made
        self._watch(name, flat, args, kwargs, bool(away), there)
        plain = [value.inner if isinstance(value, Away) else value for value in flat]
        plain = [torch.device("cpu") if isinstance(v, torch.device) else v for v in plain]
        args, kwargs = tree_unflatten(plain, spec)
        if name in ("aten::_softmax", "aten::_log_softmax") and args[2]:
            # The processor has no kernel that makes float32 of half precision on the way.
            args = (args[0].float(), args[1], False)
        return _wrapped(func(*args, **kwargs), {id(value.inner): value for value in away}, there)

    def _watch(self, name: str, flat: list, args: tuple, kwargs: dict, away: bool, there: bool) -> None:
        """Note what waits, and refuse tensors of two devices."""
        if name == "aten::_to_copy":
            if away and not there:
                self.reads.append(_place(name))
            elif not away and not kwargs.get("non_blocking"):
                self.sends.append(_place(name))
            return
        here = [v for v in flat if isinstance(v, torch.Tensor) and not isinstance(v, Away)]
        if name == "aten::copy_":
            if not isinstance(args[0], Away):
                self.reads.append(_place(name))
            elif here and not (len(args) > 2 and args[2]):
                self.sends.append(_place(name))
            return
        if name in _INDEX:
            self._watch_index(name, args)
            here = [v for v in here if all(v is not i for i in args[1])]
        if name in _COUNTS or (name == "aten::repeat_interleave" and kwargs.get("output_size") is None):
            self.reads.append(_place(name))
        # With more than these it sorts, and counts what is there once.
        if name == "aten::isin" and args[1].numel() >= 10 * args[0].numel() ** 0.145:
            self.reads.append(_place(name))
        if away and any(v.dim() for v in here):
            raise RuntimeError(f"Tensors of two devices, cuda:0 and cpu, in {_place(name)}.")

    def _watch_index(self, name: str, args: tuple) -> None:
        given = [index for index in args[1] if index is not None]
        # A mask that is written through with one value is filled.
        filled = len(args) > 2 and args[2].numel() == 1
        if not filled and any(index.dtype in (torch.bool, torch.uint8) for index in given):
            self.reads.append(_place(name))
        if isinstance(args[0], Away) and not all(isinstance(index, Away) for index in given):
            self.sends.append(_place(name))


def _wrapped(out: Any, known: dict[int, Away], there: bool) -> Any:
    """Return the tensors of a result as the device's; those that were changed in place are who they were."""

    def wrap(value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not there:
            return value
        same = known.get(id(value))
        if same is not None and same.shape != value.shape:
            raise RuntimeError("The pretended device knows no change of a shape in place.")
        return Away(value) if same is None else same

    return tree_map(wrap, out)


def _place(name: str) -> str:
    """Return an operator and the line of the program that is at work."""
    for frame in reversed(traceback.extract_stack()):
        if frame.filename.startswith(str(_ROOT / "segstudio")):
            return f"{name} at {Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
    return name


@contextmanager
def cuda() -> Iterator[Pretended]:
    """Yield the device, on which models can be built and run until the block is left."""
    mode = Pretended()
    lift = torch._C._only_lift_cpu_tensors()
    overwrite = torch.__future__.get_overwrite_module_params_on_conversion()
    with ExitStack() as stack:
        stack.callback(torch._C._set_only_lift_cpu_tensors, lift)
        stack.callback(torch.__future__.set_overwrite_module_params_on_conversion, overwrite)
        # A list becomes a tensor here, which is sent then.
        torch._C._set_only_lift_cpu_tensors(True)
        # A module that moves gets new parameters: those that it has can't become others.
        torch.__future__.set_overwrite_module_params_on_conversion(True)
        # Guards that ask the driver for the current device are replaced by ones that do nothing.
        torch._C._ensureCUDADeviceGuardSet()
        stack.enter_context(mock.patch("torch.cuda.amp.common.amp_definitely_not_available", lambda: False))
        stack.enter_context(mode)
        yield mode
