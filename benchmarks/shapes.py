"""Edits of shapes: unions, cuts, clean-ups, tracing, snapping, on a 12-megapixel picture and on one of 400.

Times are medians in milliseconds of the edit itself, from the objects to the ChangeSet; the canvas repaints what has
changed after it (benchmarks/canvas.py).

    python benchmarks/shapes.py [--quick] [--json]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from canvas_peer import median_ms
from common import arguments, finish, machine

from segstudio.core import boolean_edits, cleanup_edits, contours, masks, shape_edits, simplify_edits
from segstudio.core.annotation import Annotation
from segstudio.core.borders import Borders
from segstudio.core.geometry import Polygons, ring_from_points

PICTURE = (4000, 3000)
HUGE = (20_000, 20_000)
VERTICES = 200
COUNT = 200


def blob(dice: np.random.Generator, centre: tuple[float, float], radius: float) -> Polygons:
    """Return a star-shaped polygon."""
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    far = radius * dice.uniform(0.85, 1, VERTICES)
    return Polygons((ring_from_points(np.column_stack((far * np.cos(angle), far * np.sin(angle))) + centre),))


def objects(count: int) -> list[Annotation]:
    """Return polygons that overlap here and there."""
    dice = np.random.default_rng(5)
    places = dice.uniform((150, 150), (PICTURE[0] - 150, PICTURE[1] - 150), (count, 2)).tolist()
    return [Annotation(i, 1, 1, geometry=blob(dice, (x, y), 120)) for i, (x, y) in enumerate(places, start=1)]


def as_masks(rows: list[Annotation], size: tuple[int, int]) -> list[Annotation]:
    """Return the same objects as masks."""
    return [Annotation(a.id, 1, 1, geometry=a.mask(*size)) for a in rows]


def measure() -> dict[str, float]:
    """Return milliseconds by what was done."""
    outlines = objects(COUNT)
    found = as_masks(outlines, PICTURE)
    line = [(0.0, 1500.0), (4000.0, 1500.0)]
    one = found[0]
    assert isinstance(one.geometry, masks.Mask)
    borders = Borders(PICTURE)
    borders.set(outlines)
    vertex = shape_edits.vertices(blob(np.random.default_rng(1), (1, 1), 9))[:1]
    edits: dict[str, Callable[[], Any]] = {
        "union of 200 polygons": lambda: boolean_edits.union(outlines, PICTURE),
        "union of 200 masks": lambda: boolean_edits.union(found, PICTURE),
        "exclusion of 200 masks": lambda: boolean_edits.exclude(found, PICTURE),
        "a cut across 200 polygons": lambda: boolean_edits.cut(outlines, line, PICTURE, lambda _: 9999),
        "200 masks to polygons": lambda: shape_edits.to_polygon(found),
        "fill the holes of 200 masks": lambda: cleanup_edits.fill_holes(found, PICTURE, 0),
        "grow a mask by 5 pixels": lambda: cleanup_edits.grow([one], PICTURE, 5),
        "simplify a mask": lambda: simplify_edits.simplify([one], 1.5),
        "neighbours of a vertex among 200": lambda: shape_edits.sharing(outlines, vertex),
        "snap among 200 borders": lambda: borders.nearest(2000, 1500, 8),
    }
    return {name: median_ms(edit) for name, edit in edits.items()}


def measure_huge() -> dict[str, float]:
    """Return milliseconds on 20,000 x 20,000 pixels: two masks of 16,000 pixels across."""
    dice = np.random.default_rng(6)
    rows = [Annotation(i, 1, 1, geometry=blob(dice, (8500.0 + 1500 * i, 9500), 8000)) for i in (1, 2)]
    rows = as_masks(rows, HUGE)
    shape = rows[0].geometry
    assert isinstance(shape, masks.Mask)
    edits: dict[str, Callable[[], Any]] = {
        "union of 2": lambda: boolean_edits.union(rows, HUGE),
        "trace": lambda: contours.trace(shape),
        "fill holes": lambda: cleanup_edits.fill_holes(rows[:1], HUGE, 0),
        "grow by 5 pixels": lambda: cleanup_edits.grow(rows[:1], HUGE, 5),
    }
    return {f"20,000 x 20,000: {name}": median_ms(edit) for name, edit in edits.items()}


def main() -> int:
    """Measure everything and print it; 0 where all aims are reached."""
    options = arguments(__doc__).parse_args()
    times = measure()
    if not options.quick:
        times |= measure_huge()
    aims = {"union of 200 masks under 100 ms": times["union of 200 masks"] < 100}
    lines = [f"{name:45}{ms:10.2f} ms" for name, ms in times.items()]
    lines += [f"{'reached' if ok else 'MISSED'}: {aim}" for aim, ok in aims.items()]
    return finish({"machine": machine(), "times_ms": times, "reached": aims}, options.json, lines)


if __name__ == "__main__":
    sys.exit(main())
