"""Theme, settings, the checks before Qt starts, and what starting costs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QComboBox

from segstudio.app import platform_check
from segstudio.app.dialogs.error import SAFE, ErrorDialog
from segstudio.app.platform_check import DisplayError, check, undo_cv2
from segstudio.app.settings import RECENT, Settings
from segstudio.app.theme import FOLDER, theme, tokens
from segstudio.app.widgets import label
from segstudio.core.errors import MediaError


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_can_be_read_on_every_surface(name):
    t = tokens()[name]
    for surface in ("window", "panel", "raised", "field", "hover", "accent_soft"):
        assert contrast(t["text"], t[surface]) >= 7, surface
        assert contrast(t["muted"], t[surface]) >= 4.5, surface
    assert contrast(t["on_accent"], t["accent"]) >= 4.5
    for color in ("ok", "warn", "danger", "accent"):
        assert contrast(t[color], t["panel"]) >= 4, color


@pytest.mark.parametrize("name", ["light", "dark"])
def test_greys_around_the_picture_have_no_tint(name):
    for surface in ("window", "panel", "raised", "field", "canvas", "hover", "border"):
        color = tokens()[name][surface]
        assert color[1:3] == color[3:5] == color[5:7]


def test_both_themes_have_the_same_tokens_and_the_sheet_uses_only_those():
    assert tokens()["light"].keys() == tokens()["dark"].keys()
    used = set(re.findall(r"\$\{?(\w+)", (FOLDER / "window.qss").read_text("utf-8")))
    assert used <= {*tokens()["dark"], *tokens()["size"], "font", "small", "title", "hero", "check"}


def test_the_tick_has_the_colour_that_stands_on_the_accent():
    for name in ("light", "dark"):
        assert tokens()[name]["on_accent"] in (FOLDER / f"check-{name}.svg").read_text("utf-8")


def test_the_system_is_followed(look, qapp, qtbot):
    look.choose("light")
    assert look.name == "light" and theme().color("window").lightness() > 200
    look.choose("system")
    expected = "light" if qapp.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
    assert look.name == expected
    look.choose("dark")


def test_icons_take_the_colour_of_the_theme(look):
    def darkest() -> int:
        image = look.icon("check").pixmap(32, 32).toImage()
        solid = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 250]
        return min(c.lightness() for c in solid)

    look.choose("light")
    light = darkest()
    look.choose("dark")
    assert light < 80 < darkest()


def test_settings_come_back(tmp_path: Path):
    place = tmp_path / "s.ini"
    one = Settings(place)
    assert one.theme == "system" and one.recent() == [] and one.folder("open") == str(Path.home())
    projects = [tmp_path / f"{i}.segstudio" for i in range(RECENT + 2)]
    for project in projects:
        project.touch()
        one.add_recent(project)
    one.add_recent(projects[5])
    one.theme = "light"
    one.set_folder("open", tmp_path)
    one.set_bytes("state", QByteArray(b"abc"))
    one.sync()
    two = Settings(place)
    assert two.theme == "light" and two.folder("open") == str(tmp_path) and two.bytes("state") == b"abc"
    assert two.recent()[0] == projects[5] and len(two.recent()) == RECENT
    projects[5].unlink()
    assert projects[5] not in two.recent()


def test_nonsense_in_the_settings_does_no_harm(tmp_path: Path):
    place = tmp_path / "s.ini"
    place.write_text("theme=purple\nrecent=@Invalid()\n[window]\nstate=17\n")
    read = Settings(place)
    assert read.theme == "system" and read.recent() == [] and read.bytes("state") is None


def everything(_: str) -> str:
    return "lib.so"


def test_a_machine_that_has_all_passes():
    check({"DISPLAY": ":0"}, everything, "linux")
    check({"QT_QPA_PLATFORM": "offscreen"}, everything, "linux")
    check({}, lambda _: None, "darwin")


def test_no_display_is_said():
    with pytest.raises(DisplayError, match="no display") as told:
        check({}, everything, "linux")
    assert "--headless" in told.value.remedy


def test_a_missing_library_is_named_with_the_command_that_installs_it():
    def find(name: str) -> str | None:
        return None if name == "xcb-cursor" else "lib.so"

    with pytest.raises(DisplayError) as told:
        check({"DISPLAY": ":0"}, find, "linux")
    assert "apt-get install libxcb-cursor0" in told.value.remedy
    check({"QT_QPA_PLATFORM": "offscreen"}, find, "linux")
    check({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, find, "linux")


def test_opencvs_plugin_path_is_taken_back_and_others_stay():
    environment = {"QT_QPA_PLATFORM_PLUGIN_PATH": "/x/cv2/qt/plugins", "QT_QPA_FONTDIR": "/my/fonts"}
    undo_cv2(environment)
    assert environment == {"QT_QPA_FONTDIR": "/my/fonts"}


def fresh(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )


START = """
import sys
{first}
from segstudio.app.main import application
app = application("dark")
from segstudio.app.main_window import MainWindow
from segstudio.app.settings import Settings
window = MainWindow(Settings({settings!r}))
window.show()
app.processEvents()
heavy = [m for m in ("torch", "cv2", "timm", "torchvision", "av") if m in sys.modules]
print(app.platformName(), window.isVisible(), *heavy)
window.close()
"""


def test_the_window_opens_without_torch(tmp_path: Path):
    done = fresh(START.format(first="", settings=str(tmp_path / "s.ini")))
    assert done.stdout.split() == ["offscreen", "True"], done.stderr


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb")
def test_the_window_opens_on_a_real_display_after_opencv(tmp_path: Path):
    missing = [name for name in platform_check.XCB if platform_check.ctypes.util.find_library(name) is None]
    if missing:
        pytest.skip(f"Qt's libraries for X11 are not all here: {', '.join(missing)}")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        first = (
            "import cv2, os\nos.environ['QT_QPA_PLATFORM_PLUGIN_PATH'] = os.path.dirname(cv2.__file__) + '/qt/plugins'"
        )
        code = START.format(first=first, settings=str(tmp_path / "s.ini"))
        done = fresh(code, DISPLAY=f":{number}", QT_QPA_PLATFORM="xcb")
        assert done.stdout.split()[:2] == ["xcb", "True"], done.stderr
    finally:
        server.terminate()
        server.wait(20)


def test_without_a_display_the_command_says_so():
    code = "from segstudio.app.main import run; run([])"
    plain = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "DisplayError" in done.stderr and "no display" in done.stderr


def test_the_window_is_captured(folder: Path, tmp_path: Path, look):
    from segstudio.app.capture import capture_window

    out = capture_window(folder, tmp_path / "window.png", size=(900, 600), theme="light")
    from PIL import Image

    with Image.open(out) as image:
        assert image.size == (900, 600)
        assert len(image.convert("RGB").getcolors(1 << 20)) > 500
    look.choose("dark")


def test_an_error_says_what_where_what_is_safe_and_what_to_do(look, qtbot):
    error = MediaError("The file is cut off.", path="/a/b.jpg", place="byte 7", remedy="Copy it again.")
    dialog = ErrorDialog(None, error)
    qtbot.addWidget(dialog)
    texts = [widget.text() for widget in dialog.findChildren(type(label()))]
    assert {"The file is cut off.", "/a/b.jpg, byte 7", SAFE, "Copy it again."} <= set(texts)
    assert "Traceback" not in " ".join(texts)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_list_has_an_arrow_so_that_it_is_no_field_to_type_in(look, qtbot, name):
    look.choose(name)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItem("a")
    box.resize(120, 30)
    box.show()
    image = box.grab().toImage()
    middle = [image.pixelColor(x, 15).name() for x in range(90, 115)]
    assert look.color("muted").name() in middle
