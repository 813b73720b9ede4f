"""The report of an unexpected error: a file that a person can send, instead of a traceback on the screen."""

from __future__ import annotations

import platform
import sys
import time
import traceback
from pathlib import Path

from segstudio import __version__


def write_report(words: list[str], error: BaseException) -> str:
    """Write what happened into the user's state folder.

    Returns:
        A sentence that says where the report is, or that it could not be written.
    """
    import platformdirs

    folder = Path(platformdirs.user_state_dir("segstudio", appauthor=False)) / "reports"
    text = "\n".join(
        (
            f"segstudio {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"Arguments: {words!r}",
            "",
            "".join(traceback.format_exception(error)),
        )
    )
    path = folder / time.strftime("report-%Y%m%d-%H%M%S.txt")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        return f"The report could not be written either ({problem}). Last line: {_place(error)}"
    return f"What is on disk is safe. A report is in {path}; please send it with what you did."


def _place(error: BaseException) -> str:
    """Return where an exception was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else sys.executable
