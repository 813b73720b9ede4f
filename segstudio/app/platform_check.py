"""What has to be right before Qt starts: it ends the process where it is not."""

from __future__ import annotations

import ctypes.util
import os
import sys
from collections.abc import MutableMapping

from segstudio.core.errors import SegstudioError

# Library -> Debian's package of it; Fedora and Arch name theirs alike.
XCB = {
    "xcb-cursor": "libxcb-cursor0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-render-util": "libxcb-render-util0",
}
ANY = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "fontconfig": "libfontconfig1",
    "xkbcommon": "libxkbcommon0",
    "dbus-1": "libdbus-1-3",
}


class DisplayError(SegstudioError):
    """The window can't be shown on this machine as it is."""


def undo_cv2(environment: MutableMapping[str, str]) -> None:
    """Take back what importing OpenCV's wheel does: it points Qt to plugins of its own, of another Qt."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in environment.get(name, ""):
            del environment[name]


def check(environment: MutableMapping[str, str], find=ctypes.util.find_library, system: str = sys.platform) -> None:
    """Raise where Qt would abort the process.

    Args:
        environment: The process's.
        find: Finds a shared library by its short name.
        system: As `sys.platform`.

    Raises:
        DisplayError: No display, or a library that Qt needs is missing; the message says how to install it.
    """
    if not system.startswith("linux"):
        return
    platform = environment.get("QT_QPA_PLATFORM", "").split(":")[0]
    display, wayland = environment.get("DISPLAY"), environment.get("WAYLAND_DISPLAY")
    if not platform and not display and not wayland:
        raise DisplayError(
            "There is no display to show a window on.",
            remedy="Log in to a desktop, use `ssh -X`, or run `segstudio demo --headless DIR`.",
        )
    wanted = dict(ANY)
    if platform == "xcb" or (not platform and not wayland):
        wanted |= XCB
    missing = [package for name, package in wanted.items() if find(name) is None]
    if missing:
        raise DisplayError(
            f"Qt needs system libraries that are not installed: {', '.join(missing)}.",
            remedy=f"On Debian and Ubuntu: sudo apt-get install {' '.join(missing)}",
        )


def prepare() -> None:
    """Make the process ready for Qt.

    Raises:
        DisplayError: See `check`.
    """
    os.environ.setdefault("QT_API", "pyside6")
    undo_cv2(os.environ)
    check(os.environ)
