"""Which room knows which: the contracts of import-linter, and what really gets loaded in a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "torchvision", "timm", "cv2", "PySide6", "pyqtgraph", "qtawesome")
QT = ("PySide6", "pyqtgraph", "qtawesome")


def loaded_by(code: str) -> set[str]:
    """Return the heavy packages that are loaded after some code ran in a fresh interpreter."""
    probe = f"import sys, json\n{code}\nprint('\\n' + json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        cwd=REPO,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules_of(room: str) -> list[str]:
    """Return the names of all modules of a room."""
    files = sorted((REPO / "segstudio" / room).rglob("*.py"))
    names = [".".join(f.relative_to(REPO).with_suffix("").parts).removesuffix(".__init__") for f in files]
    assert names
    return names


def test_arrows_run_down() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=REPO,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", ["core", "store", "media", "formats", "assist"])
def test_the_lower_rooms_load_neither_torch_nor_qt(room: str) -> None:
    code = "\n".join(f"import {name}" for name in modules_of(room))
    assert loaded_by(code) <= {"cv2"}


@pytest.mark.parametrize("room", ["zoo", "learn", "engine", "cli"])
def test_qt_is_loaded_by_the_window_only(room: str) -> None:
    code = "\n".join(f"import {name}" for name in modules_of(room))
    assert not loaded_by(code) & set(QT)


def test_the_command_line_starts_without_anything_heavy() -> None:
    code = "from segstudio.cli import main, parser\nparser.build()"
    assert loaded_by(code) == set()


def test_the_catalog_lists_cards_without_torch() -> None:
    assert not loaded_by("from segstudio.cli.main import main\nmain(['models', 'list'])") & {"torch", *QT}


def test_opening_the_window_loads_no_torch(tmp_path: Path) -> None:
    code = f"""
from segstudio.app.main import application
app = application()
from segstudio.app.main_window import MainWindow
from segstudio.app.settings import Settings
window = MainWindow(Settings({str(tmp_path / "settings.ini")!r}))
window.show()
app.processEvents()
window.close()
"""
    assert not loaded_by(code) & {"torch", "torchvision", "timm"}
