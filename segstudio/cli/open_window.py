"""`open`: the window."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module, util
from typing import TYPE_CHECKING

from segstudio.cli.outcome import FAILED, MissingError, Outcome
from segstudio.cli.sources import existing
from segstudio.core.errors import SegstudioError

if TYPE_CHECKING:
    from pathlib import Path

    from segstudio.cli.output import Output


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    parser.add_argument(
        "paths", metavar="PROJECT | FOLDER | FILES", nargs="*", help="what to open; nothing opens the welcome page"
    )


def run(args: argparse.Namespace, _out: Output) -> Outcome:
    """Open the window and return when it is closed."""
    paths = existing(args.paths)
    require_display()
    return Outcome({"opened": paths}, code=FAILED if show(paths) else None)


def has_display() -> bool:
    """Return whether a window can be shown here."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_display() -> None:
    """Refuse to go on where no window can be shown.

    Raises:
        MissingError: There is no Qt, no display, or a system library is missing.
    """
    if util.find_spec("PySide6") is None:
        remedy = "Install it: pip install PySide6-Essentials. All other verbs work without it."
        raise MissingError("The window needs Qt, which is not installed.", remedy=remedy)
    try:
        import_module("segstudio.app.platform_check").prepare()
    except SegstudioError as error:
        raise MissingError(error.message, remedy=error.remedy) from error


def show(paths: list[Path]) -> int:
    """Show the window on paths and return its exit code."""
    # By name: the command line starts the window but knows nothing of it, and loads no Qt for its other verbs.
    return import_module("segstudio.app.main").run(paths)
