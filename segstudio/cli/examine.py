"""The looks that `doctor` takes. Each returns findings and imports nothing of Qt, OpenCV or torch into this process."""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

GB = 1_000_000_000

# Shared libraries that Qt's X11 plugin asks for, and Debian's packages for those that are often missing.
DEBIAN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor.

    Args:
        subject: What was looked at.
        level: "ok", "note" (good to know), "warn" (something may not work) or "bad" (something does not work).
        text: What was found.
        remedy: What to do about it.
    """

    subject: str
    level: str
    text: str
    remedy: str = ""


def python() -> list[Finding]:
    """Look at the interpreter."""
    text = f"{platform.python_version()} at {sys.executable}, {platform.system()} {platform.machine()}"
    if sys.maxsize < 2**32:
        return [Finding("Python", "bad", f"{text}: 32 bits", "Install a 64-bit Python; PyTorch has no other.")]
    found = [Finding("Python", "ok", text)]
    if sys.getfilesystemencoding().lower() not in ("utf-8", "utf8"):
        text = f"file names are {sys.getfilesystemencoding()}, so that names in other letters may not open"
        found.append(Finding("Locale", "warn", text, "Set LANG to a UTF-8 locale, or PYTHONUTF8=1."))
    return found


def packages() -> list[Finding]:
    """Look at the Python packages: there, and of a version that works."""
    from packaging.requirements import Requirement

    try:
        wanted = metadata.requires("segstudio") or []
    except metadata.PackageNotFoundError:
        return [Finding("Packages", "note", "segstudio runs from its source folder; versions are not compared")]
    found = []
    for line in wanted:
        need = Requirement(line)
        if need.marker is not None and not need.marker.evaluate():
            continue
        try:
            have = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            found.append(Finding(need.name, "bad", "not installed", f'pip install "{need.name}{need.specifier}"'))
            continue
        if not need.specifier.contains(have, prereleases=True):
            text = f"version {have}, but {need.specifier} is needed"
            found.append(Finding(need.name, "bad", text, f'pip install "{need.name}{need.specifier}"'))
    return found or [Finding("Packages", "ok", f"all {len(wanted)} are there in versions that work")]


def pyside() -> list[Finding]:
    """Look for versions of PySide6 that are known to crash, and for two that get in each other's way."""
    have = {name: _version(name) for name in ("PySide6-Essentials", "PySide6", "PySide6-Addons", "shiboken6")}
    base = have["PySide6-Essentials"]
    if base is None:
        remedy = 'pip install "PySide6-Essentials>=6.10,!=6.11.0,!=6.11.1,<6.12"'
        return [Finding("PySide6", "bad", "not installed, so there is no window; the other verbs work", remedy)]
    others = {name: version for name, version in have.items() if version not in (None, base)}
    if others:
        listed = ", ".join(f"{name} {version}" for name, version in others.items())
        remedy = f'pip install --force-reinstall "PySide6-Essentials=={base}" "shiboken6=={base}"'
        return [Finding("PySide6", "bad", f"{base}, but {listed}: they must be of one version", remedy)]
    parts = tuple(int(n) for n in re.findall(r"\d+", base)[:3])
    if parts in ((6, 11, 0), (6, 11, 1)) or parts >= (6, 12) or parts < (6, 10):
        text = f"{base}; 6.12.0 aborts after a few thousand repaints on Python 3.11, 6.11.0 and 6.11.1 are broken too"
        remedy = 'pip install "PySide6-Essentials>=6.10,!=6.11.0,!=6.11.1,<6.12"'
        return [Finding("PySide6", "bad", text, remedy)]
    return [Finding("PySide6", "ok", base)]


def qt_libraries() -> list[Finding]:
    """Look for the system libraries that Qt's platform plugin and OpenCV need."""
    if platform.system() != "Linux":
        return []
    missing = sorted(_unresolved(_qt_plugin()) | _unresolved(_cv2_library()))
    if not missing:
        return [Finding("System libraries", "ok", "all that Qt and OpenCV ask for are there")]
    names = sorted({DEBIAN[name] for name in missing if name in DEBIAN})
    remedy = f"sudo apt-get install -y {' '.join(names)}" if names else "Install the packages that hold them."
    return [Finding("System libraries", "bad", f"missing: {', '.join(missing)}", remedy)]


def _qt_plugin() -> Path | None:
    spec = util.find_spec("PySide6")
    for place in (spec.submodule_search_locations or []) if spec else []:
        plugin = Path(place) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        if plugin.is_file():
            return plugin
    return None


def _cv2_library() -> Path | None:
    spec = util.find_spec("cv2")
    for place in (spec.submodule_search_locations or []) if spec else []:
        return next(iter(sorted(Path(place).glob("cv2*.so"))), None)
    return None


def _unresolved(library: Path | None) -> set[str]:
    """Return the names of the shared libraries that the loader would not find."""
    if library is None:
        return set()
    ldd = shutil.which("ldd")
    if ldd:
        text = subprocess.run([ldd, str(library)], capture_output=True, text=True, timeout=60).stdout
        return set(re.findall(r"^\s*(\S+) => not found", text, re.M))
    missing = set()
    for name in DEBIAN:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.add(name)
    return missing


def qt_start() -> list[Finding]:
    """Start Qt in a process of its own, as the window would."""
    if util.find_spec("PySide6") is None:
        return []
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    shown = platform.system() != "Linux" or bool(display) or bool(os.environ.get("QT_QPA_PLATFORM"))
    environment = {**os.environ} if shown else {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    code = "from PySide6.QtWidgets import QApplication; a = QApplication([]); print(a.platformName())"
    done = _python(code, environment)
    if done.returncode != 0:
        return [
            Finding(
                "Qt", "bad", f"does not start: {_last_line(done)}", "See System libraries above, or reinstall PySide6."
            )
        ]
    if not shown:
        text = "starts, but there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
        return [Finding("Qt", "note", text, "Without a display: segstudio demo --headless DIR, predict, export.")]
    return [Finding("Qt", "ok", f"starts on the platform {done.stdout.strip()}")]


def opencv() -> list[Finding]:
    """Look for the clash of OpenCV's own Qt with ours, and for several OpenCV packages on top of each other."""
    names = [d.metadata["Name"] for d in metadata.distributions() if (d.metadata["Name"] or "").startswith("opencv")]
    found = []
    if len(set(names)) > 1:
        text = f"{', '.join(sorted(set(names)))} write into the same folder and break each other"
        remedy = f"pip uninstall -y {' '.join(sorted(set(names)))} && pip install opencv-python"
        found.append(Finding("OpenCV", "bad", text, remedy))
    path = os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH", "")
    if path:
        level = "bad" if "cv2" in Path(path).parts else "warn"
        text = f"QT_QPA_PLATFORM_PLUGIN_PATH is set to {path}, so Qt takes its plugins from there"
        found.append(Finding("Qt plugins", level, text, "unset QT_QPA_PLATFORM_PLUGIN_PATH"))
    if util.find_spec("cv2") is None:
        remedy = 'pip install "opencv-python>=4.10"'
        return [*found, Finding("OpenCV", "bad", "not installed; starter-boxes needs it", remedy)]
    done = _python("import cv2; print(cv2.__version__)", dict(os.environ))
    if done.returncode != 0:
        return [*found, Finding("OpenCV", "bad", f"does not load: {_last_line(done)}", "See System libraries above.")]
    return [*found, Finding("OpenCV", "ok", done.stdout.strip())]


_TORCH = """
import json, torch
out = {"version": torch.__version__, "cuda": torch.version.cuda, "hip": getattr(torch.version, "hip", None)}
try:
    out["available"] = torch.cuda.is_available()
    out["devices"] = [torch.cuda.get_device_properties(i).name for i in range(torch.cuda.device_count())]
    if out["available"]:
        out["sum"] = float(torch.ones(8, device="cuda").sum())
except Exception as error:
    out["error"] = str(error)
try:
    import torchvision
    from torchvision.ops import nms
    nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    out["torchvision"] = torchvision.__version__
except Exception as error:
    out["torchvision_error"] = str(error).splitlines()[0]
print("\\n" + json.dumps(out))
"""


def torch() -> list[Finding]:
    """Look at torch, torchvision, and whether the GPU is used."""
    if util.find_spec("torch") is None:
        remedy = "pip install torch torchvision"
        return [
            Finding("PyTorch", "bad", "not installed; the models of the starter pack that need it do not run", remedy)
        ]
    done = _python(_TORCH, dict(os.environ))
    if done.returncode != 0:
        remedy = "pip install --force-reinstall torch torchvision"
        return [Finding("PyTorch", "bad", f"does not load: {_last_line(done)}", remedy)]
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    found = [Finding("PyTorch", "ok", f"{seen['version']}, built for {_built_for(seen)}")]
    if "torchvision_error" in seen:
        text = f"does not fit this torch: {seen['torchvision_error']}"
        remedy = "Install both anew, in one go: pip uninstall -y torch torchvision && pip install torch torchvision"
        found.append(Finding("torchvision", "bad", text, remedy))
    else:
        found.append(Finding("torchvision", "ok", seen["torchvision"]))
    return [*found, _gpu(seen, nvidia_driver())]


def _built_for(seen: dict) -> str:
    if seen.get("cuda"):
        return f"CUDA {seen['cuda']}"
    return f"ROCm {seen['hip']}" if seen.get("hip") else "CPU only"


def _gpu(seen: dict, driver: tuple[str, int] | None) -> Finding:
    """Say whether models run on a GPU, and why not.

    Args:
        seen: What torch said.
        driver: From `nvidia_driver`.
    """
    if seen.get("available") and "error" not in seen:
        return Finding("GPU", "ok", f"used: {', '.join(seen['devices'])}")
    if driver is None:
        return Finding("GPU", "note", "no NVIDIA driver; models run on the CPU")
    version, cuda = driver
    if not seen.get("cuda"):
        text = f"driver {version} is there, but this torch was built for the CPU"
        remedy = "pip uninstall -y torch torchvision && pip install torch torchvision"
        return Finding("GPU", "warn", text, remedy)
    need = int(seen["cuda"].split(".")[0]) * 1000
    if cuda and cuda // 1000 * 1000 < need:
        text = f"driver {version} knows CUDA {cuda // 1000}.{cuda % 1000 // 10}, this torch needs CUDA {seen['cuda']}"
        return Finding("GPU", "warn", text, "Update the NVIDIA driver, or install a torch for an older CUDA.")
    why = str(seen.get("error") or "torch finds no device").splitlines()[0]
    remedy = "Check nvidia-smi and CUDA_VISIBLE_DEVICES; after a driver update, restart the machine."
    return Finding("GPU", "warn", f"driver {version} is there, but the GPU is not used: {why}", remedy)


def nvidia_driver() -> tuple[str, int] | None:
    """Return the NVIDIA driver's version and the newest CUDA it knows (12040 is 12.4, 0 unknown), or None."""
    try:
        library = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return None
    number = ctypes.c_int(0)
    library.cuDriverGetVersion(ctypes.byref(number))
    try:
        text = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8")
        match = re.search(r"\s(\d+\.\d+(?:\.\d+)?)\s", text)
        version = match[1] if match else "of unknown version"
    except OSError:
        version = "of unknown version"
    return version, number.value


def folders() -> list[Finding]:
    """Look whether the folders that segstudio writes to can be written, and have room."""
    import platformdirs

    places = {
        "Weights cache": Path(os.environ.get("SEGSTUDIO_CACHE") or platformdirs.user_cache_dir("segstudio")),
        "Data": Path(platformdirs.user_data_dir("segstudio", appauthor=False)),
        "Settings": Path(os.environ.get("SEGSTUDIO_CONFIG") or platformdirs.user_config_dir("segstudio")),
        "Temporary files": Path(tempfile.gettempdir()),
    }
    return [_folder(subject, place) for subject, place in places.items()]


def _folder(subject: str, place: Path) -> Finding:
    there = next((p for p in (place, *place.parents) if p.exists()), place)
    if there.is_file() or not os.access(there, os.W_OK | os.X_OK):
        remedy = "Give yourself the right to write there" + (
            ", or set SEGSTUDIO_CACHE to another folder." if subject == "Weights cache" else "."
        )
        return Finding(subject, "bad", f"{place} cannot be written", remedy)
    free = shutil.disk_usage(there).free
    text = f"{place}, {free / GB:,.1f} GB free"
    if free < GB // 2:
        return Finding(subject, "bad" if free < GB // 20 else "warn", text, "Free some space on that disk.")
    return Finding(subject, "ok", text)


def weights() -> list[Finding]:
    """Look which models are ready, and for weights that are damaged (by their size; `models check` reads them)."""
    from segstudio.zoo import Catalog, status

    catalog = Catalog()
    found = [Finding("Cards", "warn", str(problem), "Mend or remove that card.") for problem in catalog.problems]
    missing: list[str] = []
    ready = 0
    for card in catalog:
        states = [entry.state for entry in status(card)]
        if "wrong size" in states:
            remedy = f"segstudio models fetch {card.name}"
            found.append(Finding("Weights", "bad", f"those of {card.name} have the wrong size", remedy))
        elif all(state == "ready" for state in states):
            ready += bool(states)
        elif card.starter:
            missing.append(card.name)
    if missing:
        text = f"{', '.join(missing)} not fetched yet"
        found.append(Finding("Starter pack", "warn", text, "segstudio models fetch starter"))
    else:
        found.append(Finding("Starter pack", "ok", "complete"))
    return [*found, Finding("Weights", "ok", f"{ready} models are ready")]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter: a crash of a library then is a finding and not the end of the doctor."""
    try:
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment, errors="replace"
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess([], 1, "", "it did not answer in two minutes")


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"it ended with code {done.returncode}"


LOOKS: tuple[Callable[[], list[Finding]], ...] = (
    python, packages, pyside, qt_libraries, qt_start, opencv, torch, folders, weights,
)  # fmt: skip
