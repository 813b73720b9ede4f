"""A panoptic map of a 4K picture: made, resolved, searched for gaps, and kept free of overlaps by an edit.

100 segments: ten bands of stuff with ragged borders and ninety ellipses over them, 2.7 times the picture's pixels in
all. Each figure is the best of five.

A model's answer is merged too: the same ninety ellipses and ten more as instances, over a semantic map of 54 classes.

    python benchmarks/panoptic.py [--quick] [--json]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from common import arguments, finish, machine

from segstudio.core import masks, painting, panoptic, panoptic_edits, panoptic_merge
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

FULL, QUICK = (3840, 2160), (960, 540)
TO_REACH = {"map_ms": 50.0, "merge_ms": 50.0}


def segments(size: tuple[int, int]) -> list[Annotation]:
    """Return the objects, the same ones each time."""
    rng = np.random.default_rng(0)
    width, height = size
    rows = np.arange(height)[:, None]
    found = []
    for k in range(10):
        ragged = (k + 1) * height // 10 + rng.integers(0, height // 40, width)
        found.append(masks.from_bitmap((rows >= k * height // 10) & (rows < ragged)))
    for _ in range(90):
        x, y = rng.integers(0, width), rng.integers(0, height)
        a, b = rng.integers(width // 64, width // 8), rng.integers(height // 36, height // 7)
        left, top, right, bottom = max(x - a, 0), max(y - b, 0), min(x + a, width), min(y + b, height)
        across, down = (np.arange(left, right) - x) / a, (np.arange(top, bottom)[:, None] - y) / b
        found.append(masks.from_bitmap(across**2 + down**2 <= 1, int(left), int(top)))
    return [Annotation(i, 1, 1, geometry=mask) for i, mask in enumerate(found, 1)]


def answer(rows: list[Annotation], size: tuple[int, int]) -> tuple[list[Mask], np.ndarray]:
    """Return (100 instances, a class of stuff a pixel) as a model gives them."""
    rng = np.random.default_rng(1)
    shapes = [a.geometry for a in rows[10:] + rows[10:20] if isinstance(a.geometry, Mask)]
    cells = rng.integers(0, 54, (size[0] // 40 + 1, size[1] // 40 + 1)).astype(np.uint8)
    return shapes, np.ascontiguousarray(cells.repeat(40, 0).repeat(40, 1)[: size[0], : size[1]]).T


def best(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return (milliseconds of the fastest of five calls, what it returned)."""
    times = []
    value = None
    for _ in range(5):
        began = time.perf_counter()
        value = call()
        times.append(time.perf_counter() - began)
    return min(times) * 1e3, value


def after(rows: list[Annotation], change: ChangeSet) -> list[Annotation]:
    """Return the objects that there are after a change."""
    found = {a.id: a for a in rows} | {c.id: c.after for c in change.changes}
    return [a for a in found.values() if isinstance(a, Annotation)]


def measure(size: tuple[int, int]) -> dict[str, Any]:
    """Return the figures."""
    rows = segments(size)
    found: dict[str, Any] = {"width": size[0], "height": size[1], "segments": len(rows)}
    found["map_ms"], composed = best(lambda: panoptic.compose(rows, size))
    shapes, semantic = answer(rows, size)
    scores = np.linspace(1.0, 0.5, len(shapes))
    found["merge_ms"], merged = best(lambda: panoptic_merge.merge(semantic, shapes, scores))
    found["merged"] = {"instances": len(shapes), "kept": len(merged.instances), "stuff": len(merged.stuff)}
    found["overlap_ms"], twice = best(lambda: panoptic.claimed_twice(rows, size))
    found["overlap_pixels"] = int(twice.sum())
    found["resolve_ms"], change = best(lambda: panoptic_edits.resolve_all(rows, size))
    clean = after(rows, change)
    holed = composed.values.copy(order="F")
    holed[size[1] // 20 : size[1] // 2, size[0] // 20 : size[0] // 3] = 0
    found["gaps_ms"], gaps = best(lambda: panoptic.gaps(holed))
    found["share_out_ms"], _ = best(lambda: panoptic.shared_out(replace(composed, values=holed), gaps[0].mask))
    at = Box(size[0] // 2, size[1] // 2, 300, 64)
    stroke = painting.paint(clean[3], masks.from_box(at, *size), size)
    found["edit_ms"], _ = best(lambda: panoptic_edits.resolve(stroke, clean, size))
    found["update_ms"], _ = best(lambda: panoptic.compose(clean, size, window=at))
    return found


def main() -> int:
    args = arguments(__doc__).parse_args()
    found = measure(QUICK if args.quick else FULL)
    reached = {name: found[name] < limit for name, limit in TO_REACH.items()}
    result = {"benchmark": "panoptic", "machine": machine(), **found, "to_reach": TO_REACH, "reached": reached}
    lines = [
        f"{found['width']}x{found['height']}, {found['segments']} segments,"
        f" {found['overlap_pixels']:,} pixels in dispute",
        f"map {found['map_ms']:.1f} ms, pixels in dispute {found['overlap_ms']:.1f} ms",
        f"merge {found['merged']['instances']} instances and stuff {found['merge_ms']:.1f} ms",
        f"resolve all {found['resolve_ms']:.1f} ms, gaps {found['gaps_ms']:.1f} ms, share one out"
        f" {found['share_out_ms']:.1f} ms",
        f"keep a stroke free of overlaps {found['edit_ms']:.1f} ms, update the map {found['update_ms']:.1f} ms",
        *(f"not reached: {name}" for name, ok in reached.items() if not ok),
    ]
    return finish(result, args.json, lines)


if __name__ == "__main__":
    sys.exit(main())
