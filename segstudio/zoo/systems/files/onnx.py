"""ONNX models, run by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segstudio.zoo.blocks.onnx import OnnxNetwork
from segstudio.zoo.predictor import Build
from segstudio.zoo.systems.files.running import FilePredictor, only_file


def build(build: Build) -> FilePredictor:
    """Return the predictor of a card whose weights are one ONNX file."""
    return FilePredictor(build, OnnxFile(only_file(build), build.device))


class OnnxFile:
    """An ONNX file as `running.Network`."""

    def __init__(self, path: Path, device: str) -> None:
        self.network = OnnxNetwork(path, device)
        self.shape = self.network.shape
        self.outputs: list[str] = list(self.network.outputs)

    def run(self, batch: np.ndarray, names: list[str] | None, half: bool) -> list[np.ndarray]:  # noqa: ARG002
        return self.network(batch, names)
