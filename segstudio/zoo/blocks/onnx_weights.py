"""The convolutions of an ONNX file, for a network of the same layers: exporters fold norms into them and drop names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from segstudio.core.errors import WeightsError

# Numbers of the fields of ONNX's messages, and of the types of a field.
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_NODE_INPUT, _NODE_KIND = 1, 4
_DIMS, _FLOATS, _NAME, _RAW = 1, 4, 8, 9


def convolutions(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (weight (outputs, inputs, h, w), bias (outputs,)) of each convolution, in the order in which they run.

    Raises:
        WeightsError: Not such a file.
    """
    try:
        return list(_convolutions(path.read_bytes()))
    except (OSError, IndexError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise WeightsError("This is not an ONNX file with convolutions that can be read.", path=path) from error


def fill(network: Any, path: Path, system: str, size: int = 64) -> None:
    """Put a file's convolutions into a torch module whose convolutions run in the same order; norms become identities.

    Args:
        system: The architecture's name, for the message.
        size: Of a square picture that the module can be tried on.

    Raises:
        WeightsError: Other convolutions.
    """
    import torch
    from torch import nn

    order: list[Any] = []
    convolving = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    hooks = [module.register_forward_hook(lambda m, *_: order.append(m)) for module in convolving]
    network.eval()
    with torch.inference_mode():
        network(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    read = convolutions(path)
    shapes = [tuple(module.weight.shape) for module in order]
    if shapes != [weight.shape for weight, _ in read]:
        raise WeightsError(f"These weights are not of {system}: its convolutions have other shapes.", path=path)
    with torch.no_grad():
        for module, (weight, bias) in zip(order, read):
            module.weight.copy_(torch.from_numpy(weight))
            if module.bias is not None:
                module.bias.copy_(torch.from_numpy(bias))
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d) and module.running_var is not None:
                module.running_var.fill_(1.0 - module.eps)


def _convolutions(data: bytes) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    graph = next(value for field, value in _fields(data) if field == _GRAPH)
    stored: dict[str, np.ndarray] = {}
    wanted: list[list[str]] = []
    for field, value in _fields(graph):
        if field == _INITIALIZER:
            name, array = _tensor(value)
            stored[name] = array
        elif field == _NODE:
            node = list(_fields(value))
            if any(f == _NODE_KIND and v == b"Conv" for f, v in node):
                wanted.append([v.decode() for f, v in node if f == _NODE_INPUT])
    if not wanted:
        raise ValueError("no convolutions")
    for _, weight, *bias in wanted:
        values = stored[weight]
        yield values, stored[bias[0]] if bias else np.zeros(len(values), np.float32)


def _tensor(data: bytes) -> tuple[str, np.ndarray]:
    shape: list[int] = []
    name, values = "", np.zeros(0, np.float32)
    for field, value in _fields(data):
        if field == _DIMS:
            shape += [value] if isinstance(value, int) else _varints(value)
        elif field == _NAME:
            name = value.decode()
        elif field in (_RAW, _FLOATS):
            values = np.frombuffer(value, "<f4") if len(value) % 4 == 0 else values
    return name, (values.reshape(shape) if int(np.prod(shape)) == len(values) else values).copy()


def _varints(data: bytes) -> list[int]:
    made, place = [], 0
    while place < len(data):
        value, place = _varint(data, place)
        made.append(value)
    return made


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield (number, value) of a protocol buffer's fields: an int, or the bytes of what has a length."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        match key & 7:
            case 0:
                value, place = _varint(data, place)
            case 2:
                length, place = _varint(data, place)
                value, place = data[place : place + length], place + length
                if len(value) != length:
                    raise ValueError("cut off")
            case 1 | 5 as kind:
                length = 8 if kind == 1 else 4
                value, place = data[place : place + length], place + length
            case _:
                raise ValueError("not a protocol buffer")
        yield key >> 3, value
