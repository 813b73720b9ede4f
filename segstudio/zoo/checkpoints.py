"""Opening checkpoints without running what is in them, and filling networks strictly."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from segstudio.core.errors import WeightsError
from segstudio.zoo import pickles

_WRAPPERS = (
    *("state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights"),
    *("module", "params", "state_dict_ema", "ema"),
)
_PREFIXES = ("module.", "_orig_mod.")
# What trainers call the network within their own module: Lightning's checkpoints begin so, and some published ones.
_OUTER = ("model.", "net.", "network.")
# Files that come instead of weights: how they begin, what they are, and the remedy.
_INSTEAD = (
    (b"<", "This is a web page, not weights.", "Open its address in a browser: it may want a login or a confirmation."),
    (b"version https://git-lfs", "This is a pointer of Git LFS, not the file.", "Fetch the file: git lfs pull"),
    (b"\x1f\x8b", "This is a gzip archive, not weights.", "Unpack it first."),
)
# Weights hardly shrink when they are compressed, and torch.save does not compress.
_SWELLING = 20
# How the files of torch.save begin: a zip since 1.6, before that a pickle of this number.
_TORCH = (b"PK\x03\x04", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")
# How other pickles begin: with their protocol from 2 on, before that with a dict.
_PICKLE = (b"\x80", b"(", b"}")


def read(path: Path) -> Mapping[str, Any]:
    """Return the state dict of a torch file, a pickle of arrays (detectron2's .pkl) or safetensors, on the CPU.

    What the file is, its first bytes say; a suffix says little (.pkl, .tar and .pth may all be files of torch.save).

    Raises:
        WeightsError: Not a checkpoint, damaged, or a pickle that would run code when opened; nothing of it was run.
    """
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        with path.open("rb") as file:
            head = file.read(32)
    except OSError as error:
        raise WeightsError("This file can't be read.", path=path) from error
    if not head:
        raise WeightsError("This file is empty.", path=path)
    for start, what, remedy in _INSTEAD:
        if head.lstrip().startswith(start):
            raise WeightsError(what, path=path, remedy=remedy)
    if head.startswith(_TORCH):
        content = _read_torch(path)
    elif head.startswith(_PICKLE):
        content = pickles.read(path)
    else:
        raise WeightsError("This is not a torch checkpoint, or it is damaged.", path=path)
    try:
        return pickles.tensors(unwrap(content, path))
    except pickles.BROKEN as error:
        raise WeightsError("This checkpoint is damaged.", path=path) from error


def _read_torch(path: Path) -> Any:
    check_unpacked(path)
    try:
        return pickles.load_torch(path)
    except pickle.UnpicklingError as error:
        raise pickles.refusal(error, path) from error
    except pickles.BROKEN as error:
        raise WeightsError("This is not a torch checkpoint, or it is damaged.", path=path) from error


def check_unpacked(path: Path) -> None:
    """Refuse an archive whose content is so much larger than itself that it was made to fill the memory.

    Raises:
        WeightsError: It is.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return  # No archive, or a damaged one: who reads it says so.
    packed = path.stat().st_size
    if unpacked > _SWELLING * packed + (1 << 20):
        raise WeightsError(
            f"This archive of {packed:,} bytes unpacks to {unpacked:,} bytes: no weights are like that.", path=path
        )


def _read_safetensors(path: Path) -> Mapping[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError("This is not a safetensors file, or it is damaged.", path=path) from error


def unwrap(content: Any, path: Path | None = None) -> Mapping[str, Any]:
    """Return the state dict inside the wrappers that training scripts put around it.

    Raises:
        WeightsError: There is none.
    """
    for _ in range(3):
        if not isinstance(content, Mapping):
            break
        inner = next((content[key] for key in _WRAPPERS if isinstance(content.get(key), Mapping)), None)
        if inner is None:
            break
        content = inner
    if not isinstance(content, Mapping) or not content or not all(isinstance(key, str) for key in content):
        raise WeightsError("This checkpoint holds no state dict.", path=path)
    return _without(content, _PREFIXES)


def _without(state: Mapping[str, Any], prefixes: Sequence[str]) -> Mapping[str, Any]:
    """Return a state dict without those of the prefixes that all its keys have, in this order."""
    for prefix in prefixes:
        if all(key.startswith(prefix) for key in state):
            state = {key[len(prefix) :]: value for key, value in state.items()}
    return state


def inner(state: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a state dict without the name that a trainer put before all its keys; None where there is none."""
    outer = next((prefix for prefix in _OUTER if all(key.startswith(prefix) for key in state)), None)
    return None if outer is None else _without(state, (outer, *_PREFIXES))


def fill(
    network: Any,
    state: Mapping[str, Any],
    *,
    system: str,
    path: Path | None = None,
    rename: Callable[[str], str] | None = None,
    classes: int | None = None,
    only_check: bool = False,
) -> None:
    """Load a state dict into a torch module; every tensor must find its place and have its shape.

    Args:
        system: The architecture's name, for the message.
        rename: From the published key to the module's.
        classes: How many classes the network tells apart, for the message where the checkpoint tells another number.
        only_check: Change nothing; the network may be one of torch's meta device.

    Raises:
        WeightsError: The checkpoint is of another architecture; the message sums up what differs.
    """
    if rename is not None:
        state = {rename(key): value for key, value in state.items()}
    # Counters of batches matter to no trained network; older checkpoints and frozen norms have none.
    state = {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    own = {key: value for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")}
    missing = [key for key in own if key not in state]
    unexpected = [key for key in state if key not in own]
    reshaped = [
        f"{key} {_shape(state[key])} instead of {_shape(own[key])}"
        for key in own
        if key in state and _shape(state[key]) != _shape(own[key])
    ]
    if missing or unexpected or reshaped:
        parts = [
            f"{len(keys)} of {count} tensors {what} ({_some(keys)})"
            for keys, count, what in (
                (missing, len(own), "are missing"),
                (unexpected, len(state), "are unknown"),
                (reshaped, len(own), "have another shape"),
            )
            if keys
        ]
        other = None if missing or unexpected else _other_classes(state, own, classes)
        why = f"the checkpoint tells {other} classes apart, the card {classes}" if other else "; ".join(parts)
        raise WeightsError(
            f"These weights are not of {system}: {why}.",
            path=path,
            remedy="Correct the card's classes, in the order of the training."
            if other
            else "Check that the card's builder and settings (number of classes, backbone) fit the checkpoint.",
        )
    _check_numbers(network, state, own, system, path)
    if not only_check:
        network.load_state_dict(state, strict=False)


def _check_numbers(
    network: Any, state: Mapping[str, Any], own: Mapping[str, Any], system: str, path: Path | None
) -> None:
    """Refuse tensors of another kind of number, and weights that are no numbers.

    Raises:
        WeightsError: There are such; the message names the first.
    """
    import torch

    for key, tensor in own.items():
        given = torch.as_tensor(state[key])
        if given.is_floating_point() != tensor.is_floating_point() or given.is_complex() != tensor.is_complex():
            raise WeightsError(
                f"These weights are not of {system}: {key} holds {str(given.dtype).removeprefix('torch.')} instead of "
                f"{str(tensor.dtype).removeprefix('torch.')}.",
                path=path,
                remedy="Bring weights that are not quantised.",
            )
    for key, _ in network.named_parameters():
        if not torch.isfinite(torch.as_tensor(state[key])).all():
            raise WeightsError(
                f"These weights are not numbers: {key} holds infinity or NaN.",
                path=path,
                remedy="Training failed before it was saved: take an earlier checkpoint.",
            )


def _other_classes(state: Mapping[str, Any], own: Mapping[str, Any], classes: int | None) -> int | None:
    """Return how many classes a checkpoint tells apart, where that is all that its tensors differ in."""
    for key, tensor in own.items():
        got, want = _shape(state[key]), _shape(tensor)
        if got != want and len(got) == len(want) and got[1:] == want[1:] and want[0] == classes:
            return int(got[0])
    return None


def _shape(tensor: Any) -> tuple[int, ...] | str:
    return tuple(tensor.shape) if hasattr(tensor, "shape") else type(tensor).__name__


def _some(keys: Sequence[str], count: int = 3) -> str:
    return ", ".join(keys[:count]) + (", ..." if len(keys) > count else "")
