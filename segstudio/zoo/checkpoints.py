"""Opening checkpoints without running what is in them, and filling networks strictly."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from segstudio.core.errors import WeightsError

_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "weights")
_PREFIXES = ("module.", "_orig_mod.")


def read(path: Path) -> Mapping[str, Any]:
    """Return the state dict of a torch (.pt, .pth) or safetensors file, on the CPU.

    Raises:
        WeightsError: Not a checkpoint, damaged, or a pickle that would run code when opened.
    """
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            "This file holds more than tensors and would run code when opened; it was not opened.",
            path=path,
            remedy="Save its state dict alone: torch.save(model.state_dict(), file).",
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise WeightsError("This is not a torch checkpoint, or it is damaged.", path=path) from error
    return unwrap(content, path)


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
    for prefix in _PREFIXES:
        if all(key.startswith(prefix) for key in content):
            content = {key[len(prefix) :]: value for key, value in content.items()}
    return content


def fill(
    network: Any,
    state: Mapping[str, Any],
    *,
    system: str,
    path: Path | None = None,
    rename: Callable[[str], str] | None = None,
) -> None:
    """Load a state dict into a torch module; every tensor must find its place and have its shape.

    Args:
        system: The architecture's name, for the message.
        rename: From the published key to the module's.

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
        raise WeightsError(
            f"These weights are not of {system}: {'; '.join(parts)}.",
            path=path,
            remedy="Check that the card's builder and settings (number of classes, backbone) fit the checkpoint.",
        )
    network.load_state_dict(state, strict=False)


def _shape(tensor: Any) -> tuple[int, ...] | str:
    return tuple(tensor.shape) if hasattr(tensor, "shape") else type(tensor).__name__


def _some(keys: Sequence[str], count: int = 3) -> str:
    return ", ".join(keys[:count]) + (", ..." if len(keys) > count else "")
