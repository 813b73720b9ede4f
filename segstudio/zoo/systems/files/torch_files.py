"""TorchScript and torch.export models, run by torch."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from segstudio.core.errors import InputError
from segstudio.zoo.blocks import modules, tensors
from segstudio.zoo.predictor import Build
from segstudio.zoo.systems.files.running import FilePredictor, only_file


def build(build: Build) -> FilePredictor:
    """Return the predictor of a card whose weights are one TorchScript archive or torch.export program."""
    return FilePredictor(build, opened(only_file(build), build.device))


def opened(path: Path, device: str) -> TorchFile:
    """Return the network of a file: of a torch.export program (.pt2), else of a TorchScript archive.

    Raises:
        WeightsError: It can't be read, or is refused.
    """
    if path.suffix.lower() == ".pt2":
        return TorchFile(*modules.exported(path, device), device)
    return TorchFile(modules.scripted(path, device), (), device)


class TorchFile:
    """A torch module of one input as `running.Network`; its outputs have names once it has answered.

    Attributes:
        answered: The names of the last outputs: a dictionary's keys, else their places.
    """

    def __init__(self, module: Any, shape: tuple[int | None, ...], device: str) -> None:
        self.module = module
        self.device = device
        self.shape = shape
        self.outputs: list[str] = []
        self.answered: list[str] = []

    def run(self, batch: np.ndarray, names: list[str] | None, half: bool) -> list[np.ndarray]:
        array = torch.from_numpy(np.ascontiguousarray(batch)).to(self.device)
        if self.device.startswith("cuda"):
            array = array.contiguous(memory_format=torch.channels_last)
        kind = "cuda" if self.device.startswith("cuda") else "cpu"
        enabled = half and kind == "cuda"
        try:
            with torch.no_grad(), warnings.catch_warnings(), torch.autocast(kind, torch.float16, enabled=enabled):
                warnings.simplefilter("ignore")
                found = flat(self.module(array))
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError):
                raise
            why = str(error).strip().splitlines()[-1][:200]
            raise InputError(f"The network does not take an input of shape {tuple(batch.shape)}: {why}") from error
        if names is not None:
            missing = [name for name in names if name not in found]
            if missing:
                raise InputError(f"This network has no output '{missing[0]}'; its outputs are: {', '.join(found)}.")
            found = {name: found[name] for name in names}
        self.answered = list(found)
        floats = {name: value.float() for name, value in found.items() if value.is_floating_point()}
        fetched = dict(zip(floats, tensors.fetch(list(floats.values())))) if floats else {}
        return [(fetched[name] if name in fetched else value.cpu()).numpy() for name, value in found.items()]


def flat(output: Any, prefix: str = "") -> dict[str, Any]:
    """Return the tensors of a network's output by name: a dictionary's keys, else places in the order they come."""
    if isinstance(output, torch.Tensor):
        return {prefix or "0": output}
    found: dict[str, Any] = {}
    pairs = output.items() if isinstance(output, Mapping) else enumerate(output)
    for key, value in pairs:
        found.update(flat(value, f"{prefix}.{key}" if prefix else str(key)))
    return found
