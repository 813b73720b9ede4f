"""`doctor`: what it finds on machines that are not well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from segstudio.cli import examine
from segstudio.cli.examine import Finding


def levels(findings: list[Finding]) -> dict[str, str]:
    """Return the level of each subject."""
    return {f.subject: f.level for f in findings}


def said(*lines: str, code: int = 0, err: str = "") -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a stand-in for a fresh interpreter that says this."""
    return lambda *_: subprocess.CompletedProcess([], code, "\n".join(lines), err)


@pytest.fixture
def well(monkeypatch) -> None:
    """Only quick looks, all of them content."""
    monkeypatch.setattr(examine, "LOOKS", (examine.python, examine.folders))


def test_a_healthy_machine(call, well) -> None:
    answer = call("doctor")
    assert answer.code == 0
    assert "Python" in answer.out and "0 wrong" in answer.out
    assert call("doctor", "--json").data["findings"][0]["level"] == "ok"


@pytest.mark.slow
def test_this_machine_is_looked_at(call) -> None:
    findings = call("doctor", "--json").data["findings"]
    subjects = {f["subject"] for f in findings}
    assert {"Python", "PySide6", "Qt", "OpenCV", "PyTorch", "GPU", "Weights cache", "Starter pack"} <= subjects
    assert all(f["remedy"] for f in findings if f["level"] in ("warn", "bad"))


def test_what_is_wrong_is_code_1_with_a_remedy(call, monkeypatch) -> None:
    monkeypatch.setattr(examine, "LOOKS", (lambda: [Finding("Qt", "bad", "broken", "mend it")],))
    answer = call("doctor")
    assert answer.code == 1
    assert "BAD" in answer.out and "mend it" in answer.out
    assert call("doctor", "--json").data["problems"] == ["Qt: broken mend it"]


def test_a_look_that_fails_does_not_stop_the_others(call, monkeypatch) -> None:
    def ill() -> list[Finding]:
        raise ImportError("no such module")

    monkeypatch.setattr(examine, "LOOKS", (ill, examine.python))
    answer = call("doctor")
    assert answer.code == 0
    assert "could not be looked at" in answer.out and "Python" in answer.out


@pytest.mark.parametrize(
    ("versions", "level"),
    [
        ({"PySide6-Essentials": "6.11.3", "shiboken6": "6.11.3"}, "ok"),
        ({"PySide6-Essentials": "6.10.1", "shiboken6": "6.10.1"}, "ok"),
        ({"PySide6-Essentials": "6.12.0", "shiboken6": "6.12.0"}, "bad"),
        ({"PySide6-Essentials": "6.11.0", "shiboken6": "6.11.0"}, "bad"),
        ({"PySide6-Essentials": "6.11.3", "shiboken6": "6.10.0"}, "bad"),
        ({"PySide6-Essentials": "6.11.3", "PySide6": "6.9.0", "shiboken6": "6.11.3"}, "bad"),
        ({}, "bad"),
    ],
)
def test_versions_of_pyside(monkeypatch, versions, level) -> None:
    monkeypatch.setattr(examine, "_version", versions.get)
    assert levels(examine.pyside()) == {"PySide6": level}


def test_missing_system_libraries_are_named_with_their_packages(monkeypatch) -> None:
    monkeypatch.setattr(examine, "_unresolved", lambda library: {"libxcb-cursor.so.0"} if library else set())
    (finding,) = examine.qt_libraries()
    assert finding.level == "bad" and "libxcb-cursor0" in finding.remedy


def test_the_loader_is_asked_what_is_missing(monkeypatch, tmp_path) -> None:
    text = "\tlibGL.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x1)\n"
    monkeypatch.setattr(examine.shutil, "which", lambda _: "/usr/bin/ldd")
    monkeypatch.setattr(examine.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, text, ""))
    assert examine._unresolved(tmp_path) == {"libGL.so.1"}


def test_without_ldd_the_libraries_are_loaded(monkeypatch, tmp_path) -> None:
    def load(name: str) -> None:
        if "cursor" in name:
            raise OSError(name)

    monkeypatch.setattr(examine.shutil, "which", lambda _: None)
    monkeypatch.setattr(examine.ctypes, "CDLL", load)
    assert examine._unresolved(tmp_path) == {"libxcb-cursor.so.0"}


def test_qt_without_a_display(monkeypatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    (finding,) = examine.qt_start()
    assert finding.level == "note" and "--headless" in finding.remedy


def test_qt_that_does_not_start(monkeypatch) -> None:
    monkeypatch.setattr(examine, "_python", said(code=-6, err="qt.qpa.plugin: no xcb\nAborted\n"))
    (finding,) = examine.qt_start()
    assert finding.level == "bad" and "Aborted" in finding.text


def test_opencv_s_plugins_in_the_way(monkeypatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM_PLUGIN_PATH", "/somewhere/cv2/qt/plugins")
    monkeypatch.setattr(examine, "_python", said("5.0"))
    found = examine.opencv()
    assert levels(found) == {"Qt plugins": "bad", "OpenCV": "ok"}
    assert "unset" in found[0].remedy


def test_two_opencv_packages(monkeypatch) -> None:
    class Package:
        def __init__(self, name: str) -> None:
            self.metadata = {"Name": name}

    monkeypatch.delenv("QT_QPA_PLATFORM_PLUGIN_PATH", raising=False)
    monkeypatch.setattr(examine, "_python", said("5.0"))
    packages = [Package("opencv-python"), Package("opencv-python-headless"), Package("numpy")]
    monkeypatch.setattr(metadata, "distributions", lambda: packages)
    found = examine.opencv()
    assert found[0].level == "bad" and "opencv-python-headless" in found[0].text


SEEN = {"version": "2.9", "cuda": "13.0", "hip": None, "available": False, "devices": [], "torchvision": "0.24"}


@pytest.mark.parametrize(
    ("seen", "driver", "level", "words"),
    [
        ({**SEEN, "available": True, "devices": ["RTX"]}, ("600.1", 13000), "ok", "RTX"),
        (SEEN, None, "note", "CPU"),
        (SEEN, ("535.1", 12040), "warn", "CUDA 12.4"),
        ({**SEEN, "cuda": None}, ("600.1", 13000), "warn", "built for the CPU"),
        (SEEN, ("600.1", 13000), "warn", "not used"),
        ({**SEEN, "available": True, "devices": ["RTX"], "error": "no kernel"}, ("600.1", 13000), "warn", "no kernel"),
    ],
)
def test_the_gpu(seen, driver, level, words) -> None:
    finding = examine._gpu(seen, driver)
    assert finding.level == level and words in finding.text


def test_torch_and_torchvision_of_different_builds(monkeypatch) -> None:
    seen = {k: v for k, v in SEEN.items() if k != "torchvision"}
    seen["torchvision_error"] = "operator torchvision::nms does not exist"
    monkeypatch.setattr(examine, "_python", said("a warning", json.dumps(seen)))
    monkeypatch.setattr(examine, "nvidia_driver", lambda: None)
    found = examine.torch()
    assert levels(found) == {"PyTorch": "ok", "torchvision": "bad", "GPU": "note"}


def test_without_torch(monkeypatch) -> None:
    monkeypatch.setattr(examine.util, "find_spec", lambda _: None)
    assert levels(examine.torch()) == {"PyTorch": "bad"}
    assert examine.qt_start() == []
    assert levels(examine.opencv())["OpenCV"] == "bad"


def test_folders(monkeypatch, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SEGSTUDIO_CACHE", str(tmp_path / "file"))
    finding = next(f for f in examine.folders() if f.subject == "Weights cache")
    assert finding.level == "bad" and "SEGSTUDIO_CACHE" in finding.remedy


@pytest.mark.parametrize(("free", "level"), [(10**10, "ok"), (3 * 10**8, "warn"), (10**7, "bad")])
def test_free_space(monkeypatch, tmp_path, free, level) -> None:
    monkeypatch.setattr(examine.shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert examine._folder("Data", tmp_path).level == level


def test_damaged_weights_are_found(home: Path) -> None:
    place = home / "cache" / "weights" / "starter-boxes"
    place.mkdir(parents=True)
    (place / "frozen_inference_graph.pb").write_bytes(b"short")
    found = examine.weights()
    assert any(f.level == "bad" and "starter-boxes" in f.text for f in found)
    assert levels(found)["Starter pack"] == "warn"


def test_packages_are_compared_with_what_is_asked_for(monkeypatch) -> None:
    wanted = ["numpy>=2", "nothing-like-this>=1", "pillow<1", 'winonly>=1; sys_platform == "never"']
    monkeypatch.setattr(metadata, "requires", lambda _: wanted)
    found = examine.packages()
    assert {f.subject for f in found} == {"nothing-like-this", "pillow"}
    assert all(f.level == "bad" and "pip install" in f.remedy for f in found)
