"""The window: its start, and a project of 100,000 pictures; beside labelme in the same run.

A start is a fresh process, from its beginning to the painted window, with its modules compiled (as after the first
start on a computer) and no screen. The pictures are hard links to a few generated JPEG files; the project knows their
sizes, as it does once it has been open. "next" is the key press to the painted picture, 0.2 s after the last one;
"scroll" is one step of the file list, "jump" goes anywhere in it. labelme opens the folder of the same files.

    python benchmarks/window.py [--quick] [--json] [--peers [ENVIRONMENT]]
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from canvas import peers_python
from common import arguments, finish, machine
from PIL import Image

from segstudio.core import changes
from segstudio.core.media import Media
from segstudio.store import ProjectFile

FULL = (100_000, 5)
QUICK = (2_000, 3)
FILES = 20
LIMIT_S = 120
SIZE = (1280, 960)
TO_REACH = {"start_s": 1.5, "first_picture_s": 2.5, "next_ms": 50.0, "scroll_ms": 16.0}


def generate(folder: Path, entries: int) -> Path:
    """Make the pictures and a project that knows them; return the project."""
    rng = np.random.default_rng(5)
    pictures = folder / "pictures"
    pictures.mkdir()
    originals = []
    for i in range(FILES):
        small = Image.fromarray(rng.integers(0, 255, (SIZE[1] // 16, SIZE[0] // 16, 3), np.uint8))
        originals.append(folder / f"original{i}.jpg")
        small.resize(SIZE, Image.Resampling.BICUBIC).save(originals[-1], quality=90)
    names = [f"{i:06d}.jpg" for i in range(entries)]
    for i, name in enumerate(names):
        try:
            os.link(originals[i % FILES], pictures / name)
        except OSError:
            shutil.copyfile(originals[i % FILES], pictures / name)
    path = folder / "many.segstudio"
    with ProjectFile.create(path, pictures) as project:
        first = project.new_ids("media", entries)
        rows = [Media(first + i, name, width=SIZE[0], height=SIZE[1], status="ok") for i, name in enumerate(names)]
        project.commit_to_run(changes.insert(rows))
    return path


def start(python: Path | str, name: str, folder: Path, place: Path | None = None) -> dict[str, Any]:
    """Start a program in a fresh process with a home of its own and return what it measured."""
    home = folder / f"home-{name}"
    home.mkdir(exist_ok=True)
    env = {
        **os.environ, "HOME": str(home), "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "CACHE", "DATA", "STATE")},
    }  # fmt: skip
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    script = Path(__file__).with_name("window_child.py")
    command = [str(python), str(script), name, repr(time.time()), *([str(place)] if place else [])]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        return json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"error": f"took more than {LIMIT_S} s"}
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]}


def measure(entries: int, rounds: int, peer: Path | None) -> dict[str, Any]:
    """Return all figures; the programs take turns, so that what else the machine does falls on both."""
    programs: dict[str, Path | str] = {"segstudio": sys.executable, **({"labelme": peer} if peer else {})}
    result: dict[str, Any] = {"machine": machine(), "entries": entries}
    with tempfile.TemporaryDirectory(prefix="segstudio-window-") as name:
        folder = Path(name)
        project = generate(folder, entries)
        starts: dict[str, list[dict[str, Any]]] = {program: [] for program in programs}
        for turn in range(rounds + 1):
            for program, python in programs.items():
                found = start(python, program, folder)
                # The first one compiles the modules.
                if turn or "error" in found:
                    starts[program].append(found)
        for program, python in programs.items():
            place = project if program == "segstudio" else folder / "pictures"
            times = [found["shown_s"] for found in starts[program] if "error" not in found]
            result[program] = {
                "start_s": round(statistics.median(times), 3) if times else None,
                "start_min_s": round(min(times), 3) if times else None,
                "start": starts[program][-1],
                "project": start(python, program, folder, place),
            }
    return result


def judge(result: dict[str, Any]) -> None:
    """Add what was reached, and how many times longer the peer takes."""
    ours, many = result["segstudio"], result["segstudio"]["project"]
    if ours["start_s"] is None or "error" in many:
        result["reached"] = {"segstudio runs": False}
        return
    result["to_reach"] = TO_REACH
    result["reached"] = {
        "start_s": ours["start_s"] < TO_REACH["start_s"],
        "no torch": "torch" not in ours["start"]["modules"] + many["modules"],
        "first_picture_s": many["first_s"] < TO_REACH["first_picture_s"],
        "next_ms": many["next"]["median_ms"] < TO_REACH["next_ms"],
        "scroll_ms": max(many[k]["median_ms"] for k in ("scroll", "jump")) < TO_REACH["scroll_ms"],
    }
    theirs = result.get("labelme", {})
    result["ratios"] = {}
    if theirs.get("start_s"):
        result["ratios"]["start"] = round(theirs["start_s"] / ours["start_s"], 2)
    if theirs.get("project", {}).get("first_s"):
        result["ratios"]["first picture"] = round(theirs["project"]["first_s"] / many["first_s"], 2)
        result["ratios"]["memory"] = round(theirs["project"]["rss_mib"] / many["rss_mib"], 2)


def lines_of(result: dict[str, Any]) -> list[str]:
    """Return the result in words."""
    lines = []
    for program in ("segstudio", "labelme"):
        if program not in result:
            lines.append("labelme is not installed; --peers fetches it.")
            continue
        found, many = result[program], result[program]["project"]
        if found["start_s"] is None:
            lines.append(f"{program}: {found['start']['error']}")
        else:
            memory = f"{found['start']['rss_mib']:.0f} MiB"
            lines.append(f"{program}: start {found['start_s']} s (best {found['start_min_s']} s), {memory}")
        if "error" in many:
            lines.append(f"{program} with {result['entries']:,} pictures: {many['error']}")
            continue
        memory = f"{many['rss_mib']:.0f} MiB"
        lines.append(f"{program} with {result['entries']:,} pictures: first after {many['first_s']:.2f} s, {memory}")
        lines += [
            f"  {kind}: median {v['median_ms']} ms, 95 % {v['p95_ms']} ms, longest {v['max_ms']} ms"
            for kind in ("next", "scroll", "jump")
            if (v := many.get(kind))
        ]
    told = [f"labelme takes {ratio} times as much: {name}" for name, ratio in result.get("ratios", {}).items()]
    return [*lines, *told, *(f"{'reached' if ok else 'MISSED'}: {aim}" for aim, ok in result["reached"].items())]


def main() -> int:
    """Measure everything and print it; 0 where all aims are reached."""
    parser = arguments(__doc__)
    parser.add_argument("--peers", nargs="?", const="", default=None, metavar="ENVIRONMENT", help="measure labelme too")
    options = parser.parse_args()
    entries, rounds = QUICK if options.quick else FULL
    result = measure(entries, rounds, peers_python(options.peers))
    judge(result)
    return finish(result, options.json, lines_of(result))


if __name__ == "__main__":
    sys.exit(main())
