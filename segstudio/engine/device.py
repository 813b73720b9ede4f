"""Which devices there are and what memory they have left; torch is asked only where it is loaded already."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from segstudio.core.errors import InputError

AUTO, CPU, MPS = "auto", "cpu", "mps"
_BATCHES = (14_000_000_000, 8), (7_000_000_000, 4)  # bytes that a card has at least, pictures at once


@dataclass(frozen=True)
class Device:
    """A place where models can run.

    Args:
        name: "cpu", "cuda:0" or "mps".
        label: As a person knows it: "NVIDIA H200".
        total: Bytes of memory, None where unknown.
        free: Bytes that are free now, None where unknown.
    """

    name: str
    label: str
    total: int | None = None
    free: int | None = None

    def __str__(self) -> str:
        if self.total is None or self.free is None:
            return f"{self.name} ({self.label})"
        return f"{self.name} ({self.label}, {gigabytes(self.free)} of {gigabytes(self.total)} free)"


def gigabytes(count: int) -> str:
    """Return a number of bytes as a person reads it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def resolve(name: str) -> str:
    """Return the device that a wish means: "auto" is the first CUDA device, else MPS, else CPU. Loads torch.

    Raises:
        InputError: No such device here.
    """
    wish = name.strip().lower()
    if wish == CPU:
        return CPU
    import torch

    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    mps = torch.backends.mps.is_available()
    if wish == AUTO:
        return "cuda:0" if cuda else MPS if mps else CPU
    if wish == MPS and mps:
        return MPS
    index = wish.removeprefix("cuda").removeprefix(":") or "0"
    if wish.startswith("cuda") and index.isdigit() and int(index) < cuda:
        return f"cuda:{index}"
    have = ", ".join([CPU, *(f"cuda:{i}" for i in range(cuda)), *([MPS] if mps else [])])
    raise InputError(f"There is no device {name!r} that torch can use here.", remedy=f"Choose one of: auto, {have}.")


def batch(name: str) -> int:
    """Return how many pictures at once suit a resolved device; where memory does not suffice the ladder takes fewer.

    A processor is no faster with several, and several need more memory.
    """
    if not name.startswith("cuda"):
        return 1
    total = describe(name).total or 0
    return next((count for least, count in _BATCHES if total >= least), 2)


def describe(name: str) -> Device:
    """Return what is known of a resolved device."""
    if name.startswith("cuda"):
        import torch

        free, total = torch.cuda.mem_get_info(name)
        return Device(name, torch.cuda.get_device_name(name), total, free)
    total, free = ram()
    return Device(name, "Apple GPU" if name == MPS else "processor", total, free)


def devices() -> list[Device]:
    """Return the devices of this machine, the CPU last, without loading torch: NVIDIA's own tool lists its cards.

    Where torch is loaded already it is asked instead, as it knows what it can use.
    """
    if "torch" in sys.modules:
        import torch

        names = [f"cuda:{i}" for i in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)]
        names += [MPS] if torch.backends.mps.is_available() else []
        return [describe(name) for name in (*names, CPU)]
    return [*_nvidia(), describe(CPU)]


def _nvidia() -> list[Device]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        text = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return parse_nvidia(text)


def parse_nvidia(text: str) -> list[Device]:
    """Return the devices of nvidia-smi's lines "name, total MiB, free MiB"; lines of another form are left out."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
            found.append(Device(f"cuda:{len(found)}", parts[0], int(parts[1]) << 20, int(parts[2]) << 20))
    return found


def ram() -> tuple[int | None, int | None]:
    """Return (total, available) bytes of main memory, None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        facts = {name: int(rest.split()[0]) << 10 for name, _, rest in (line.partition(":") for line in lines) if rest}
        return facts.get("MemTotal"), facts.get("MemAvailable")
    except (OSError, ValueError, IndexError):
        return None, None


def empty_cache(name: str) -> None:
    """Give memory that torch holds in reserve back to the device."""
    import gc

    gc.collect()
    if "torch" not in sys.modules:
        return
    import torch

    if name.startswith("cuda"):
        torch.cuda.empty_cache()
    elif name == MPS:
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory did not suffice, whichever library raised it."""
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return True
    text = str(error).lower()
    signs = ("out of memory", "not enough memory", "can't allocate memory", "insufficient memory", "failed to allocate")
    return any(sign in text for sign in signs)
