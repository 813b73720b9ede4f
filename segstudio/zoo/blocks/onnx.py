"""ONNX files, run by ONNX Runtime: the one way to run them here.

It is taken rather than OpenCV's dnn because it says the names and shapes of what goes in and comes out, takes pictures
of any size where the file does, has all operators of the standard, and needs half the time for some networks.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime

from segstudio.core.errors import InputError, WeightsError

Shape = tuple[int | None, ...]

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}


class OnnxNetwork:
    """A network of one picture input.

    Args:
        path: The file.
        device: "cuda..." is used where the installed ONNX Runtime can; all else stays on the CPU.

    Attributes:
        shape: Of the input; None for a side that is free.
        outputs: The outputs' names and shapes.
        notes: What the file says about itself, as exporters write it ("names", "stride").

    Raises:
        WeightsError: Not an ONNX file, damaged, or one of no or several inputs.
    """

    def __init__(self, path: Path, device: str = "cpu") -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Threads that wait by spinning take the processor from the window.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
        wanted = ["CUDAExecutionProvider"] if device.startswith("cuda") else []
        there = set(onnxruntime.get_available_providers())
        providers = [name for name in wanted if name in there] + ["CPUExecutionProvider"]
        try:
            self.session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if "External data" in why:
                raise WeightsError(
                    "This network's weights lie in another file, and that is not beside it.",
                    path=path,
                    remedy="Save it as one file: onnx.save(onnx.load(FILE), ONE_FILE)",
                ) from error
            raise WeightsError(f"ONNX Runtime can't read this network: {why}", path=path) from error
        inputs = self.session.get_inputs()
        # Files of older exporters list their weights among the inputs too; those have values already.
        if len(inputs) != 1 or inputs[0].type not in _TYPES:
            said = ", ".join(f"{port.name} {port.type}" for port in inputs) or "none"
            raise WeightsError(
                f"A network of one picture input is needed; the inputs of this one are: {said}.", path=path
            )
        self.name = inputs[0].name
        self.type = _TYPES[inputs[0].type]
        self.shape = _shape(inputs[0].shape)
        self.outputs = {port.name: _shape(port.shape) for port in self.session.get_outputs()}
        self.notes: dict[str, str] = dict(self.session.get_modelmeta().custom_metadata_map)

    def __call__(self, batch: np.ndarray, names: list[str] | None = None) -> list[np.ndarray]:
        """Return the outputs of a batch of pictures; all of them, or those that are named.

        Raises:
            InputError: The network does not take arrays of this shape.
        """
        try:
            found = self.session.run(names, {self.name: np.ascontiguousarray(batch, self.type)})
        except Exception as error:
            why = str(error).strip().splitlines()[0]
            raise InputError(f"The network does not take an input of shape {batch.shape}: {why}") from error
        return [np.asarray(output) for output in found]


def _shape(shape: list) -> Shape:
    return tuple(side if isinstance(side, int) and side > 0 else None for side in shape)
