"""A TIFF of 20,000 x 20,000 pixels in the real window: opened, zoomed and painted on; time and peak memory.

Each kind of file is made first (noise over gradients) and opened by a process of its own, without a screen. "sharp" is
the time until all that is in sight has its full detail; a dab is one step of a brush stroke, from the event to the
painted window (1600 x 1000 pixels).

    python benchmarks/huge.py [--quick] [--json] [--folder FOLDER]
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from common import alone, arguments, finish, machine

SIDE = 20_000
QUICK_SIDE = 9_000
LIMIT_GIB = 2.0
WINDOW = (1600, 1000)
# Name: samples' type, and how tifffile writes them.
FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "8-bit tiles, deflate": ("uint8", {"tile": (256, 256), "compression": "zlib", "compressionargs": {"level": 1}}),
    "8-bit strips, LZW": ("uint8", {"rowsperstrip": 16, "compression": "lzw"}),
    "8-bit, one strip": ("uint8", {}),
    "16-bit tiles, deflate": ("uint16", {"tile": (512, 512), "compression": "zlib", "compressionargs": {"level": 1}}),
}


def blocks(side: int, height: int, width: int, dtype: str) -> Iterator[np.ndarray]:
    """Yield the blocks of a picture, left to right and downwards, (height, width, 3)."""
    rng = np.random.default_rng(3)
    top = 60_000 if dtype == "uint16" else 230
    noise = rng.integers(0, 8, (height, width, 3)).astype(dtype)
    for y in range(0, side, height):
        for x in range(0, side, width):
            shades = np.array([top * x // side, top * y // side, top * (x + y) // (2 * side)])
            yield (noise + shades).astype(dtype)


def make(path: Path, side: int, dtype: str, how: dict[str, Any]) -> None:
    """Write a file without holding the picture."""
    import tifffile

    height, width = how.get("tile", (how.get("rowsperstrip", 0), side))
    if not height:
        whole = tifffile.memmap(path, shape=(side, side, 3), dtype=dtype, photometric="rgb")
        for i, block in enumerate(blocks(side, 100, side, dtype)):
            whole[100 * i : 100 * i + 100] = block[: side - 100 * i]
        whole.flush()
        return
    made: Iterator[Any] = blocks(side, height, width, dtype)
    if "tile" not in how:
        # tifffile takes strips one by one only when they are encoded.
        from imagecodecs import lzw_encode

        made = (lzw_encode(block[: side - height * i].tobytes()) for i, block in enumerate(made))
    tifffile.imwrite(path, made, shape=(side, side, 3), dtype=dtype, photometric="rgb", **how)


def rss_gib() -> float:
    """Return the peak of memory so far."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says begins with what the parent held.
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) / 2**20
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


class Hand:
    """Opens the window and acts in it; every step is timed."""

    def __init__(self, path: Path, settings: Path) -> None:
        from segstudio.app.main import application
        from segstudio.app.main_window import MainWindow
        from segstudio.app.settings import Settings

        self.app = application("dark")
        self.window = MainWindow(Settings(settings))
        self.window.resize(*WINDOW)
        self.window.show()
        self.window.load([path])
        self.view = self.window.canvas

    def until(self, done: Callable[[], bool]) -> float:
        """Let the window work until something holds; return how long it took, in seconds."""
        began = time.perf_counter()
        while not done():
            self.app.processEvents()
            if time.perf_counter() - began > 300:
                raise TimeoutError
        self.app.processEvents()
        return time.perf_counter() - began

    def sharp(self) -> float:
        """Wait until all that is in sight has its full detail."""
        layer: Any = self.view.layers["picture"]
        self.app.processEvents()
        return self.until(lambda: layer._tiles is None or not layer._tiles.waiting)

    def mouse(self, kind: str, x: float, y: float, held: bool) -> None:
        """Send a mouse event at a place of the picture and let everything be painted."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        at = self.view.viewportTransform().map(QPointF(x, y))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind == "MouseMove" else left
        event = QMouseEvent(QEvent.Type[kind], at, at, button, left if held else none, Qt.KeyboardModifier.NoModifier)
        self.app.sendEvent(self.view.viewport(), event)
        self.app.processEvents()

    def stroke(self, size: int, places: list[tuple[float, float]]) -> tuple[list[float], float]:
        """Paint; return the seconds of each dab, and of the end of the stroke."""
        self.window.link.use("brush")
        self.window.link.tools["brush"].set_value("size", size)
        self.mouse("MouseButtonPress", *places[0], True)
        times = []
        for place in places[1:]:
            began = time.perf_counter()
            self.mouse("MouseMove", *place, True)
            times.append(time.perf_counter() - began)
        began = time.perf_counter()
        self.mouse("MouseButtonRelease", *places[-1], False)
        return times, time.perf_counter() - began


def look_and_paint(path: Path, folder: Path) -> dict[str, Any]:
    """Do it all in one window; return seconds, milliseconds and the peak of memory by step."""
    from PySide6.QtCore import QPointF

    began = time.perf_counter()
    hand = Hand(path, folder / "settings.ini")
    session, view = hand.window.session, hand.view
    hand.until(lambda: session.picture is not None)
    found: dict[str, Any] = {"open_s": time.perf_counter() - began, "opened_gib": rss_gib()}
    side = session.picture.width if session.picture is not None else 0
    found["sharp_s"] = []
    for zoom in (0.07, 0.2, 0.4, 0.8, 1.0, 4.0):
        view.zoom_to(zoom)
        for place in (0.2, 0.5, 0.9):
            view.centerOn(QPointF(place * side, (1 - place) * side))
            found["sharp_s"].append(hand.sharp())
    found["looked_gib"] = rss_gib()
    dabs, ends = {}, []
    for size, zoom, span in ((64, 1.0, 1200), (2000, 1.0, 1200), (2000, 0.0, 0.7 * side)):
        if zoom:
            view.zoom_to(zoom)
            view.centerOn(QPointF(side / 2, side / 2))
        else:
            view.fit()
        hand.sharp()
        start, n = side / 2 - span / 2, 60
        places = [(start + span * i / n, side / 2 + span / 3 * np.sin(i / 4)) for i in range(n + 1)]
        times, end = hand.stroke(size, [(float(x), float(y)) for x, y in places])
        ends.append(end)
        dabs[f"{size} px at {view.zoom:.2f}"] = [1e3 * statistics.median(times), 1e3 * max(times)]
    found |= {"dab_ms": dabs, "commit_ms": [1e3 * end for end in ends]}
    began = time.perf_counter()
    session.undo()
    hand.app.processEvents()
    found["undo_ms"] = 1e3 * (time.perf_counter() - began)
    session.redo()
    hand.app.processEvents()
    found |= {"objects": len(session.annotations), "peak_gib": rss_gib()}
    hand.window.close()
    return found


def lines_of(result: dict[str, Any]) -> list[str]:
    """Return the result as text."""
    lines = [f"{result['side']:,} x {result['side']:,} pixels"]
    for name, found in result["files"].items():
        dabs = ", ".join(
            f"{size} {median:.1f} ms (worst {most:.0f})" for size, (median, most) in found["dab_ms"].items()
        )
        commits = ", ".join(f"{value:.0f}" for value in found["commit_ms"])
        lines += [
            f"{name}: open {found['open_s']:.1f} s, sharp {statistics.median(found['sharp_s']):.2f} s "
            f"(worst {max(found['sharp_s']):.2f})",
            f"  dab: {dabs}; end of stroke {commits} ms; undo {found['undo_ms']:.0f} ms",
            f"  memory: opened {found['opened_gib']:.2f}, looked at {found['looked_gib']:.2f}, "
            f"peak {found['peak_gib']:.2f} GiB",
        ]
    return [*lines, *(f"{'reached' if ok else 'MISSED'}: {aim}" for aim, ok in result["reached"].items())]


def main() -> int:
    """Measure each kind of file and print it; 0 where memory stays below the limit."""
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, help="where the files are made, and stay; a temporary folder by default")
    parser.add_argument("--only", default="", help="the kinds of files whose name holds this")
    options = parser.parse_args()
    side = QUICK_SIDE if options.quick else SIDE
    result: dict[str, Any] = {"machine": machine(), "side": side, "files": {}}
    with tempfile.TemporaryDirectory(prefix="segstudio-huge-") as name:
        for i, (kind, (dtype, how)) in enumerate(FILES.items()):
            if options.only not in kind:
                continue
            home = Path(name) / str(i)
            home.mkdir()
            path = (options.folder or home) / f"{dtype}-{i}-{side}.tif"
            if not path.exists():
                make(path, side, dtype, how)
            result["files"][kind] = alone(look_and_paint, path, home)["value"]
            if options.folder is None:
                path.unlink()
    result["reached"] = {
        f"{kind}: within {LIMIT_GIB} GiB": found["peak_gib"] < LIMIT_GIB for kind, found in result["files"].items()
    }
    return finish(result, options.json, lines_of(result))


if __name__ == "__main__":
    sys.exit(main())
