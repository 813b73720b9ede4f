"""The canvas with 100 to 10,000 objects on a 12-megapixel picture, beside labelme and X-AnyLabeling in the same run.

All objects are polygons of 50 vertices. Times are medians, from the event to the painted window (1600 x 1000 pixels,
drawn by the processor, no screen). "cold" paints picture and regions anew as after a change of zoom; "pick" is the mere
look-up of what lies under the pointer; "dab" is one 64-pixel step of a brush stroke. The brush is measured by itself on
a picture of 8192 x 8192 pixels with 200 objects, by size and rule; "record" writes a stroke as an undo step to disk.

    python benchmarks/canvas.py [--quick] [--json] [--peers [ENVIRONMENT]]

The peers live in an environment of their own in the user's cache; --peers makes it (with uv) where it is not there yet.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import platformdirs
from canvas_bench import Bench, mouse
from canvas_brush import FRAME_MS, brush, record
from canvas_peer import HEIGHT, WIDTH, median_ms
from common import arguments, finish, machine
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from segstudio.app.canvas.view import CanvasView
from segstudio.app.tools import Brush, Runner, Select
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Polygons, ring_from_points

PICTURE = (4000, 3000)
COUNTS = (100, 1_000, 5_000, 10_000)
QUICK = (100, 1_000)
VERTICES = 50
BRUSH = 64
PEERS = {"labelme": "labelme", "x-anylabeling": "x-anylabeling-cvhub"}
ACTIONS = ("repaint_ms", "pan_ms", "zoom_ms", "hover_ms", "select_ms", "dab_ms")


def make_shapes(count: int) -> np.ndarray:
    """Return star-shaped polygons, float64 (count, 50, 2), of the density that the largest count has."""
    rng = np.random.default_rng(12)
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    centre = rng.uniform((50, 50), (PICTURE[0] - 50, PICTURE[1] - 50), (count, 1, 2))
    radius = rng.uniform(12, 45, (count, 1)) * rng.uniform(0.75, 1, (count, VERTICES))
    return centre + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def make_picture() -> np.ndarray:
    """Return a picture with some structure, uint8 (3000, 4000, 3)."""
    rng = np.random.default_rng(3)
    small = rng.integers(0, 255, (PICTURE[1] // 4, PICTURE[0] // 4, 3), np.uint8)
    return np.ascontiguousarray(small.repeat(4, axis=0).repeat(4, axis=1))


def measure(shapes: np.ndarray, picture: np.ndarray) -> dict[str, float]:
    """Return milliseconds by action."""
    view = CanvasView()
    view.resize(WIDTH, HEIGHT)
    view.set_picture(picture)
    view.show()
    rows = [
        Annotation(i, 1, 1, geometry=Polygons((ring_from_points(points),))) for i, points in enumerate(shapes, start=1)
    ]
    bench = Bench(view, rows)
    view.set_runner(Runner(Select(), bench))
    view.fit()
    QApplication.processEvents()
    centres = shapes.mean(axis=1)
    turn = iter(range(10**9))

    def place() -> tuple[float, float]:
        x, y = centres[next(turn) * 7 % len(centres)]
        return float(x), float(y)

    def cold() -> None:
        view.resetCachedContent()
        view.viewport().repaint()

    def select() -> None:
        at = place()
        mouse(view, QEvent.Type.MouseButtonPress, at, True)
        mouse(view, QEvent.Type.MouseButtonRelease, at, False)

    def zoom() -> None:
        view.zoom_to(fit * (1 + 0.01 * (next(turn) % 9)))
        QApplication.processEvents()

    fit = view.zoom
    result = {
        "repaint_ms": median_ms(view.viewport().repaint),
        "cold_ms": median_ms(cold),
        "hover_ms": median_ms(lambda: mouse(view, QEvent.Type.MouseMove, place(), False)),
        "pick_ms": median_ms(lambda: view.scene_state.pick(*place(), view.scale_now)),
        "select_ms": median_ms(select),
        "zoom_ms": median_ms(zoom),
        "dab_ms": _dab(view, bench, fit, centres[0]),
    }
    view.set_runner(None)
    view.actual_size()
    bar = view.verticalScrollBar()

    def pan() -> None:
        bar.setValue(bar.value() + (37 if next(turn) % 2 else -35))
        QApplication.processEvents()

    result["pan_ms"] = median_ms(pan)
    view.deleteLater()
    return result


def _dab(view: CanvasView, bench: Bench, fit: float, start: np.ndarray) -> float:
    view.zoom_to(fit)
    bench.set_selection([1])
    view.set_runner(Runner(Brush(size=BRUSH), bench))
    x, y = float(start[0]), float(start[1])
    mouse(view, QEvent.Type.MouseButtonPress, (x, y), True)
    turn = iter(range(10**9))
    return median_ms(lambda: mouse(view, QEvent.Type.MouseMove, (x + 20 * (next(turn) % 10), y), True))


def peers_python(wanted: str | None) -> Path | None:
    """Return the peers' Python: of the environment that was named or is there; "" makes the usual one."""
    usual = Path(platformdirs.user_cache_dir("segstudio", appauthor=False)) / "benchmarks" / "canvas-peers"
    home = Path(wanted) if wanted else usual
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists() and wanted is not None:
        subprocess.run(["uv", "venv", "--quiet", "--python", "3.11", str(home)], check=True, stdout=sys.stderr)
        install = ["uv", "pip", "install", "--quiet", "--python", str(python), *PEERS.values()]
        subprocess.run(install, check=True, stdout=sys.stderr)
    return python if python.exists() else None


def measure_peer(python: Path, name: str, count: int, folder: Path) -> dict[str, Any]:
    """Return a peer's milliseconds by action, or what went wrong."""
    # A home of its own: the peers write settings when they start.
    env = {**os.environ, "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    script = Path(__file__).with_name("canvas_peer.py")
    command = [str(python), str(script), name, str(count), str(folder / "shapes.npy"), str(folder / "picture.npy")]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "took more than 15 minutes"}
    try:
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]}


def reached(result: dict[str, Any]) -> dict[str, bool]:
    """Return which of the aims this run reached; those it could not measure are left out."""
    ours = result["segstudio"]
    aims = {}
    if 5_000 in ours:
        aims["full repaint at 5,000 under 16 ms"] = max(ours[5_000][k] for k in ("repaint_ms", "cold_ms")) < 16
        aims["64-pixel dab at 5,000 under 2 ms"] = ours[5_000]["dab_ms"] < 2
    slowest = max(found["dab_ms"] for found in result["brush"].values())
    aims["a dab at 8192 x 8192, of 64 and 2,000 px, in a frame of 60 a second"] = slowest < FRAME_MS
    aims["an undo step recorded in under 1 ms"] = all(found["record_ms"] < 1 for found in result["record"].values())
    if 10_000 in ours:
        for name in ("hover", "select"):
            aims[f"{name} at 10,000 under 2 ms"] = ours[10_000][f"{name}_ms"] < 2
        aims["what lies under the pointer at 10,000 in under 2 ms"] = ours[10_000]["pick_ms"] < 2
    for name, peer in result["peers"].items():
        theirs = peer.get(1_000, {}).get("repaint_ms")
        if theirs:
            aims[f"50 times faster than {name} at 1,000"] = theirs >= 50 * ours[1_000]["repaint_ms"]
    return aims


def lines_of(result: dict[str, Any]) -> list[str]:
    """Return the result as a table."""
    head = f"{'':14}{'objects':>8}" + "".join(f"{a[:-3]:>10}" for a in (*ACTIONS, "cold_ms", "pick_ms"))
    lines = [head]
    for name, counts in {"segstudio": result["segstudio"], **result["peers"]}.items():
        for count, values in counts.items():
            if "error" in values:
                lines.append(f"{name:14}{count:>8}  {values['error']}")
                continue
            found = (values.get(a) for a in (*ACTIONS, "cold_ms", "pick_ms"))
            lines.append(f"{name:14}{count:>8}" + "".join(f"{'-' if v is None else f'{v:.2f}':>10}" for v in found))
    for name, counts in result["ratios"].items():
        for count, values in counts.items():
            told = ", ".join(f"{a[:-3]} {v:.0f}" for a, v in values.items())
            lines.append(f"{name} at {count}: times slower: {told}")
    lines += ["", f"{'brush at 8192 x 8192, ms':44}{'dab':>8}{'worst':>8}{'end':>8}"]
    lines += [
        f"{name:44}{v['dab_ms']:>8.2f}{v['worst_ms']:>8.2f}{v['end_ms']:>8.2f}" for name, v in result["brush"].items()
    ]
    lines += [
        f"a step among {n:,} objects: edit {v['paint_ms']:.2f} ms, record {v['record_ms']:.2f} ms"
        for n, v in result["record"].items()
    ]
    if not result["peers"]:
        lines.append("The peers are not installed; --peers fetches them.")
    return [*lines, *(f"{'reached' if ok else 'MISSED'}: {aim}" for aim, ok in result["reached"].items())]


def main() -> int:
    """Measure everything and print it; 0 where all aims are reached."""
    parser = arguments(__doc__)
    parser.add_argument(
        "--peers", nargs="?", const="", default=None, metavar="ENVIRONMENT", help="measure the peers too"
    )
    options = parser.parse_args()
    counts = QUICK if options.quick else COUNTS
    python = peers_python(options.peers)
    app = QApplication.instance() or QApplication([])
    app.setQuitOnLastWindowClosed(False)
    shapes, picture = make_shapes(max(counts)), make_picture()
    result: dict[str, Any] = {"machine": machine(), "segstudio": {}, "peers": {}, "ratios": {}}
    result["brush"], result["record"] = brush(), {n: record(n) for n in (counts[0], counts[-1])}
    for count in counts:
        result["segstudio"][count] = measure(shapes[:count], picture)
    if python is not None:
        with tempfile.TemporaryDirectory(prefix="segstudio-peers-") as name:
            np.save(Path(name) / "shapes.npy", shapes)
            np.save(Path(name) / "picture.npy", picture)
            for peer in PEERS:
                result["peers"][peer] = {c: measure_peer(python, peer, c, Path(name)) for c in counts}
    for peer, found in result["peers"].items():
        result["ratios"][peer] = {
            c: {a: round(v[a] / result["segstudio"][c][a], 1) for a in ACTIONS if v.get(a)} for c, v in found.items()
        }
    result["reached"] = reached(result)
    return finish(result, options.json, lines_of(result))


if __name__ == "__main__":
    sys.exit(main())
