"""How many actions mend a mask: real COCO masks, damaged as models damage them, corrected by simulated people.

Each assist gets the damaged mask (or, for those that begin anew, nothing) and acts until the mask agrees with COCO's
own to an IoU of 0.9, at most 20 times; `robots.py` says what one action is. COCO's outlines are polygons drawn by hand,
often a few pixels beside the edge, which keeps every assist that follows the edges below 1.

    python benchmarks/correction.py [--quick] [--json] [--objects N] [--data FOLDER]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from common import arguments, finish, machine
from damage import DAMAGES
from robots import ANEW, MENDING, Case, Robot, Starter, iou

from segstudio.assist.crops import around
from segstudio.core import masks
from segstudio.core.errors import SegstudioError
from segstudio.core.geometry import Polygons
from segstudio.core.masks import Mask
from segstudio.media import read_image

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "coco_mini"
GOAL, MOST = 0.9, 20
# Smaller objects are done in one dab.
LEAST_SIDE = 48


def _mask(row: dict[str, Any], width: int, height: int) -> Mask:
    return masks.from_polygons(Polygons(tuple(tuple(r) for r in row["segmentation"])), width, height)


def objects(data: Path, count: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield (picture, truth, other objects) of crops around COCO objects, at most one a picture and class."""
    found = json.loads((data / "annotations" / "instances_train2017.json").read_text(encoding="utf-8"))
    images = {i["id"]: i for i in found["images"]}
    rows = [a for a in found["annotations"] if not a["iscrowd"]]
    by_image: dict[int, list[dict[str, Any]]] = {}
    for a in rows:
        by_image.setdefault(a["image_id"], []).append(a)
    dice = np.random.default_rng(11)
    taken: set[tuple[int, int]] = set()
    for index in dice.permutation(len(rows)).tolist():
        a = rows[index]
        image = images[a["image_id"]]
        width, height = image["width"], image["height"]
        x, y, w, h = a["bbox"]
        inside = x > 2 and y > 2 and x + w < width - 2 and y + h < height - 2
        if (a["image_id"], a["category_id"]) in taken or not inside or min(w, h) < LEAST_SIDE:
            continue
        taken.add((a["image_id"], a["category_id"]))
        truth = _mask(a, width, height)
        left, top, right, bottom = around(truth.bounds, 0.3, width, height).pixels()
        others = np.zeros((bottom - top, right - left), bool)
        for other in by_image[a["image_id"]]:
            if other is not a:
                others |= masks.window(_mask(other, width, height), left, top, right - left, bottom - top).astype(bool)
        picture = read_image(data / "train2017" / image["file_name"]).rgb[top:bottom, left:right]
        yield picture, masks.window(truth, left, top, right - left, bottom - top).astype(bool), others
        count -= 1
        if not count:
            return


def starter() -> Starter | None:
    """Return box to mask by the starter network, or None where its weights are not in the cache."""
    from segstudio import zoo

    try:
        return zoo.load("starter-instances").prompt_box
    except SegstudioError:
        return None


def played(robot: Robot, case: Case) -> dict[str, float]:
    """Return what a robot reached: IoU after one and three actions, and the actions to the goal (the cap if never)."""
    began = time.perf_counter()
    values: list[float] = []
    for now in robot(case):
        values.append(iou(now, case.truth))
        if (len(values) >= 3 and max(values) >= GOAL) or len(values) >= MOST:
            break
    clicks = next((n for n, value in enumerate(values, 1) if value >= GOAL), MOST)
    return {
        "first": values[0],
        "third": values[min(2, len(values) - 1)],
        "clicks": 0 if iou(case.start, case.truth) >= GOAL else clicks,
        "reached": float(max(values) >= GOAL),
        "seconds": (time.perf_counter() - began) / len(values),
    }


def summed(parts: list[dict[str, float]]) -> dict[str, float]:
    """Return the means over objects."""
    return {key: round(float(np.mean([part[key] for part in parts])), 3) for key in parts[0]} | {"objects": len(parts)}


def study(data: Path, count: int) -> dict[str, Any]:
    """Return {damage: {"before": IoU, "assists": {name: means}}}, "from nothing" for those that begin anew."""
    network = starter()
    scores: dict[str, dict[str, list[dict[str, float]]]] = {}
    before: dict[str, list[float]] = {}
    for number, (picture, truth, others) in enumerate(objects(data, count)):
        kept: dict[object, Any] = {}
        for name, damage in DAMAGES.items():
            start = damage(truth, others, np.random.default_rng(number))
            value = iou(start, truth)
            # What the damage left good is nothing to correct.
            if value >= GOAL:
                continue
            before.setdefault(name, []).append(value)
            for robot, play in MENDING.items():
                result = played(play, Case(picture, truth, start, network, kept))
                scores.setdefault(name, {}).setdefault(robot, []).append(result)
        nothing = np.zeros(truth.shape, bool)
        before.setdefault("from nothing", []).append(0.0)
        for robot, play in ANEW.items():
            if play is ANEW["starter network from a box, then brush"] and network is None:
                continue
            result = played(play, Case(picture, truth, nothing, network, kept))
            scores.setdefault("from nothing", {}).setdefault(robot, []).append(result)
        print(f"\r{number + 1} objects", end="", file=sys.stderr)
    print(file=sys.stderr)
    return {
        name: {
            "before": round(float(np.mean(before[name])), 3),
            "assists": {robot: summed(parts) for robot, parts in robots.items()},
        }
        for name, robots in scores.items()
    }


def table(found: dict[str, Any]) -> list[str]:
    """Return the figures as Markdown."""
    lines = []
    for name, part in found.items():
        count = next(iter(part["assists"].values()))["objects"]
        lines += [
            "",
            f"**{name[0].upper()}{name[1:]}** ({count} objects, IoU before {part['before']:.2f})",
            "",
            "| assist | IoU after 1 action | after 3 | actions to 0.9 (20 where never) | reached 0.9 |",
            "|---|---|---|---|---|",
        ]
        for robot, v in part["assists"].items():
            # A wire that is not closed yet has no pixels.
            early = (f"{v[when]:.2f}" if robot != "scissors" else "–" for when in ("first", "third"))
            lines.append(f"| {robot} | {' | '.join(early)} | {v['clicks']:.1f} | {100 * v['reached']:.0f} % |")
    return lines[1:]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--objects", type=int, default=24, help="how many objects (default 24)")
    parser.add_argument("--data", type=Path, default=DATA, help="a folder with annotations and train2017")
    args = parser.parse_args()
    if not args.data.is_dir():
        print(f"There are no pictures in {args.data}: name a folder with --data.", file=sys.stderr)
        return 2
    began = time.perf_counter()
    found = study(args.data, 3 if args.quick else args.objects)
    result = {
        "machine": machine(),
        "seconds": round(time.perf_counter() - began, 1),
        "studies": found,
        "reached": {"the baseline gets there": all("brush" in p["assists"] for n, p in found.items() if p["before"])},
    }
    return finish(result, args.json, table(found))


if __name__ == "__main__":
    raise SystemExit(main())
