"""Reference outputs of published implementations, and the weights that belong to them.

An oracle is a folder with a manifest (names, types and shapes of the published state dict, settings, maybe a salt) and
the arrays that went in and came out. The weights are made again from the manifest: every tensor from a generator that
is seeded by its name and the salt, spread as its role asks.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

_WHOLE = ("int64", "int32", "uint8", "bool")
_SCALES = ("weight", "gamma", "scale")


def tensor(key: str, shape: tuple[int, ...], dtype: str, salt: int = 0) -> np.ndarray:
    """Return the array that belongs under a key."""
    if dtype in _WHOLE:
        return np.zeros(shape, dtype)
    noise = np.random.Generator(np.random.PCG64(zlib.crc32(key.encode()) + salt)).standard_normal(shape)
    role = key.rpartition(".")[2]
    if role == "running_var":
        values = 1.0 + 0.1 * np.abs(noise)
    elif role == "running_mean":
        values = 0.1 * noise
    elif len(shape) <= 1:
        values = 1.0 + 0.1 * noise if role in _SCALES else 0.05 * noise
    else:
        values = noise * np.sqrt(1.0 / max(int(np.prod(shape[1:])), 1))
    return np.asarray(values).astype("float32" if dtype == "bfloat16" else dtype)


@dataclass
class Oracle:
    """What one published implementation computes.

    Args:
        folder: Where it lies.
        name: The folder's name.
        manifest: As it is.
    """

    folder: Path
    name: str
    manifest: dict[str, Any] = field(repr=False)

    @property
    def settings(self) -> dict[str, Any]:
        """What a port must know."""
        return self.manifest["settings"]

    @property
    def salt(self) -> int:
        """Which of the many sets of weights it was made with."""
        return int(self.manifest.get("salt", self.settings.get("salt", 0)) or 0)

    @cached_property
    def state(self) -> dict[str, torch.Tensor]:
        """The state dict under the published names."""
        entries = self.manifest["state"].items()
        return {key: torch.from_numpy(tensor(key, tuple(shape), kind, self.salt)) for key, (kind, shape) in entries}

    @cached_property
    def inputs(self) -> dict[str, np.ndarray]:
        """The arrays that went in."""
        return _arrays(self.folder / "inputs.npz")

    @cached_property
    def outputs(self) -> dict[str, np.ndarray]:
        """The arrays that came out."""
        return _arrays(self.folder / "outputs.npz")


def load(folder: Path) -> Oracle:
    """Return the oracle of a folder."""
    return Oracle(folder, folder.name, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def close(got: Any, want: np.ndarray, rel: float = 1e-4, *, of: str = "std") -> None:
    """Assert that two arrays agree.

    Args:
        got: Array or tensor.
        want: The reference.
        rel: The largest difference allowed, as a share of what `of` names.
        of: "std" of the reference, or its largest absolute value, "max".
    """
    got = got.detach().cpu().numpy() if isinstance(got, torch.Tensor) else np.asarray(got)
    want = np.asarray(want)
    assert got.shape == want.shape, f"shape {got.shape} instead of {want.shape}"
    if not want.size:
        return
    assert np.isfinite(want).all() <= np.isfinite(got).all(), "not finite"
    scale = float(np.std(want.astype(np.float64)) if of == "std" else np.abs(want).max())
    # What is one number everywhere has no spread; it is then compared with itself.
    scale = scale or float(np.abs(want).max()) or 1.0
    off = np.abs(got.astype(np.float64) - want.astype(np.float64))
    worst = np.unravel_index(int(off.argmax()), off.shape)
    assert off.max() <= rel * scale, f"off by {off.max() / scale:.2e} of the {of} at {tuple(map(int, worst))}"


def alike(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Return which row of `got` is each of `want`, by the least difference; asserts that they are as many.

    For detections of equal score, which may come in any order.
    """
    assert got.shape == want.shape, f"{got.shape} rows instead of {want.shape}"
    if not len(want):
        return np.zeros(0, np.int64)
    off = np.abs(got[None].astype(np.float64) - want[:, None]).max(2)
    rows = off.argmin(1)
    assert len(set(rows.tolist())) == len(rows), "two rows are like one"
    return rows


def thinned(got: torch.Tensor, want: np.ndarray) -> torch.Tensor:
    """Return every n-th channel, row and column of a tensor, as many as an oracle kept."""
    steps = [-(-a // b) for a, b in zip(got.shape, want.shape)]
    return got[tuple(slice(None, None, step) for step in steps)]
