"""Devices: what is known of them, with torch and without."""

from __future__ import annotations

import subprocess
import sys

import pytest

from segstudio.core.errors import InputError
from segstudio.engine import device as devices
from segstudio.engine.device import Device


def test_nvidias_list_is_read_and_odd_lines_are_left_out():
    text = "NVIDIA H200, 143771, 143000\nTesla, T4, [N/A], 12\n\nNVIDIA A, B, 1024, 512\n"
    first, second = devices.parse_nvidia(text)
    assert first == Device("cuda:0", "NVIDIA H200", 143771 << 20, 143000 << 20)
    assert second == Device("cuda:1", "NVIDIA A, B", 1024 << 20, 512 << 20)
    assert devices.parse_nvidia("NVIDIA-SMI has failed") == []


def test_a_machine_without_nvidias_tool_has_its_processor(monkeypatch):
    monkeypatch.setattr(devices.shutil, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "torch")
    [cpu] = devices.devices()
    assert cpu.name == "cpu"


def test_a_tool_that_fails_is_no_failure(monkeypatch):
    def fail(*_, **__):
        raise subprocess.TimeoutExpired("nvidia-smi", 10)

    monkeypatch.setattr(devices.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(devices.subprocess, "run", fail)
    assert devices._nvidia() == []


def test_devices_are_listed_without_torch():
    code = "import sys; from segstudio.engine import devices; devices(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=200).returncode == 0


def test_an_engine_is_made_and_closed_without_torch_and_qt():
    code = (
        "import sys; from segstudio.engine import Engine\n"
        "with Engine() as engine: engine.catalog.get('starter-boxes')\n"
        "sys.exit(bool({'torch', 'cv2', 'PySide6', 'timm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=200).returncode == 0


def test_wishes_are_resolved(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.resolve("cpu") == "cpu"
    assert devices.resolve("auto") == "cuda:0"
    assert devices.resolve("CUDA") == "cuda:0"
    assert devices.resolve(" cuda:1 ") == "cuda:1"
    for wish in ("cuda:2", "mps", "tpu", "cuda:x", ""):
        with pytest.raises(InputError, match="no device") as caught:
            devices.resolve(wish)
        assert "cuda:1" in (caught.value.remedy or "")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.resolve("auto") == "cpu"


def test_sizes_are_told_as_people_read_them():
    assert str(Device("cuda:0", "GPU", 8_000_000_000, 1_250_000_000)) == "cuda:0 (GPU, 1.2 GB of 8.0 GB free)"
    assert str(Device("mps", "Apple GPU")) == "mps (Apple GPU)"
    assert devices.gigabytes(1_500_000) == "1.5 MB"


def test_emptying_the_cache_without_a_gpu_is_harmless():
    devices.empty_cache("cpu")
