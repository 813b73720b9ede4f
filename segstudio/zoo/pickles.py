"""Reading plain pickles of arrays and tensors without running anything that they ask for.

A pickle is a program: it names functions and has them called. Here every name stands for one of a few inert
stand-ins, which take numbers and bytes and make arrays of them; a file that names anything else is refused. numpy's
and torch's own unpickling is never reached.
"""

from __future__ import annotations

import codecs
import io
import math
import pickle
import pickletools
import re
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from segstudio.core.errors import WeightsError

# What a damaged or cut file makes the readers below raise.
BROKEN = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)
_CODE = re.compile(r"[<>=|]?[biufc]\d{1,2}")
_UNSUPPORTED = re.compile(r"GLOBAL (\S+)|unrecognized (?:function|class) (.+)")


class Refused(pickle.UnpicklingError):
    """The pickle names something that is not data.

    Args:
        name: "module.name" of it.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"Unsupported global: GLOBAL {name}")


def refusal(error: pickle.UnpicklingError, path: Path) -> WeightsError:
    """Return the message for a pickle that was refused, with the name of what it asks for where that is known."""
    found = _UNSUPPORTED.search(str(error))
    name = (found[1] or found[2]).strip().rstrip(".") if found else ""
    return WeightsError(
        f"This file holds more than tensors and would run code when opened{f' ({name})' if name else ''}; "
        "nothing of it was run.",
        path=path,
        remedy="Save its state dict alone: torch.save(model.state_dict(), file).",
    )


def read(path: Path) -> Any:
    """Return what a pickle of dicts, lists, numbers, texts, arrays and tensors holds, arrays as `Array`.

    Files of Python 2 are read too; their texts count as Latin-1.

    Raises:
        WeightsError: It asks for something else (the message names it), or is damaged; nothing was run.
    """
    try:
        with path.open("rb") as file:
            _check(file)
            file.seek(0)
            return _Unpickler(file, encoding="latin1").load()
    except Refused as error:
        raise refusal(error, path) from error
    except BROKEN as error:
        raise WeightsError("This pickle is damaged, or holds no weights.", path=path) from error


def load_torch(file: Path | BinaryIO) -> Any:
    """Return what a file of torch.save holds, on the CPU, numpy's arrays as `Array`.

    Raises:
        UnpicklingError: It asks for something else.
        Exception: Any of `BROKEN` for a damaged file.
    """
    import torch

    # Beside the names in the file torch wants to know the class of what they make.
    allowed: list[Any] = [(stand_in, name) for name, stand_in in (*_NUMPY.items(), ("Array", Array))]
    with torch.serialization.safe_globals(allowed), warnings.catch_warnings():
        # torch warns of protocols that it was not written for; what it can't read it refuses.
        warnings.simplefilter("ignore", UserWarning)
        return torch.load(file, map_location="cpu", weights_only=True)


def tensors(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state dict with its `Array` entries as torch tensors."""
    import torch

    return {k: torch.from_numpy(v.values()) if isinstance(v, Array) else v for k, v in state.items()}


def _check(file: BinaryIO) -> None:
    """Look through a pickle's instructions without following any.

    Raises:
        ValueError: It is cut off, or numbers its memo beyond reason, for which Python would set aside any memory.
    """
    for count, (code, argument, _) in enumerate(pickletools.genops(file)):
        if code.name in ("PUT", "BINPUT", "LONG_BINPUT") and not 0 <= int(argument or 0) <= count + 1:
            raise ValueError("the memo is numbered wildly")


class Dtype:
    """Stands for numpy.dtype: what a number of an array is, e.g. "<f4"; numbers only."""

    __slots__ = ("code",)

    def __init__(self, code: Any, *_copying: Any) -> None:
        code = code.decode("latin1") if isinstance(code, bytes) else code
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            raise Refused(f"numpy.dtype({code!r})")
        self.code = code

    def __setstate__(self, state: Any) -> None:
        order = state[1]
        order = order.decode("latin1") if isinstance(order, bytes) else order
        if order in ("<", ">"):
            self.code = order + self.code.lstrip("<>=|")


class Array:
    """Stands for a numpy array or scalar: kind, shape, order and the bytes as they lie in the file."""

    __slots__ = ("_dtype", "_fortran", "_raw", "shape")

    def __init__(self, dtype: Any = None, raw: Any = b"", shape: Any = (), fortran: Any = False) -> None:
        self.__setstate__((1, shape, dtype, fortran, raw))

    def __setstate__(self, state: Any) -> None:
        _, self.shape, self._dtype, self._fortran, self._raw = state

    def values(self) -> np.ndarray:
        """Return a copy that can be written to, in the byte order of this machine.

        Raises:
            ValueError: The bytes do not fill the shape.
        """
        if not isinstance(self._dtype, Dtype):
            raise ValueError("an array without a kind")
        raw = self._raw.encode("latin1") if isinstance(self._raw, str) else self._raw
        flat = np.frombuffer(raw, np.dtype(self._dtype.code))
        shape = tuple(int(side) for side in self.shape)
        if math.prod(shape) != flat.size or min(shape, default=0) < 0:
            raise ValueError("an array's bytes do not fill its shape")
        values = flat.reshape(shape, order="F" if self._fortran else "C")
        return np.array(values, values.dtype.newbyteorder("="), order="C")


class _Empty:
    """Stands for the class numpy.ndarray, where it is only named."""

    __slots__ = ()


_NDARRAY = _Empty()


def _reconstruct(*_kind: Any) -> Array:
    """Stands for numpy's maker of the empty array that the next instruction fills."""
    return Array()


def _frombuffer(raw: Any, dtype: Any, shape: Any, order: Any) -> Array:
    """Stands for numpy's maker of an array from bytes (protocol 5)."""
    return Array(dtype, bytes(raw), shape, order == "F")


def _scalar(dtype: Any, raw: Any = b"") -> Any:
    """Stands for numpy's maker of a scalar; returns a Python number."""
    return Array(dtype, raw).values().item()


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    """Stands for _codecs.encode, which Python 3 writes bytes with into old protocols."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise Refused(f"_codecs.encode({encoding!r})")
    return codecs.latin_1_encode(text)[0]


def _nothing(*content: Any) -> bytes:
    """Stands for bytes(), the empty ones of old protocols."""
    if content:
        raise Refused(f"bytes{content!r:.40}")
    return b""


def _storage(raw: Any) -> Any:
    """Stands for torch's reader of a storage, which is a torch file of its own."""
    return load_torch(io.BytesIO(bytes(raw)))


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_gradients: Any) -> Any:
    """Stands for torch's maker of a tensor that lies in a storage; never reaches beyond it."""
    import torch

    if not isinstance(storage, torch.TypedStorage):
        raise ValueError("a tensor without a storage")
    flat = torch.tensor([], dtype=storage.dtype).set_(storage)
    # Unlike `set_` with a size, this refuses what the storage does not hold.
    return flat.as_strided(tuple(map(int, size)), tuple(map(int, stride)), int(offset)).clone(
        memory_format=torch.contiguous_format
    )


def _parameter(data: Any, *_gradients: Any) -> Any:
    """Stands for torch's maker of a parameter."""
    return data


_NUMPY: dict[str, Any] = {"numpy.dtype": Dtype, "numpy.ndarray": _NDARRAY}
for _core in ("numpy.core", "numpy._core"):  # before and since numpy 2
    _NUMPY[f"{_core}.multiarray._reconstruct"] = _reconstruct
    _NUMPY[f"{_core}.multiarray.scalar"] = _scalar
    _NUMPY[f"{_core}.numeric._frombuffer"] = _frombuffer

_NAMES: dict[str, Any] = {
    **_NUMPY,
    "_codecs.encode": _encode,
    "__builtin__.bytes": _nothing,
    "builtins.bytes": _nothing,
    "collections.OrderedDict": lambda *pairs: OrderedDict(*pairs),
    "torch.storage._load_from_bytes": _storage,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}


class _Named:
    """Stands for a function or class of a file: can be called, and neither changed nor looked into."""

    __slots__ = ("_call",)

    def __init__(self, call: Any) -> None:
        object.__setattr__(self, "_call", call)

    def __call__(self, *arguments: Any) -> Any:
        return self._call(*arguments)

    def __setstate__(self, state: Any) -> None:
        raise pickle.UnpicklingError("a name can't be given a state")

    def __setattr__(self, name: str, value: Any) -> None:
        raise pickle.UnpicklingError("a name can't be given attributes")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        name = f"{module_name}.{global_name}"
        if name not in _NAMES:
            raise Refused(name)
        found = _NAMES[name]
        return found if found is _NDARRAY else _Named(found)
