"""Simulated people who correct a mask, one action at a time, knowing the truth, for `correction.py`.

Each yields the mask after every action. A click goes to the widest place of the largest error, as a person's does; what
the person can see at once and undo (a wrong size, tolerance or scale) costs nothing, and the best is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from segstudio.assist import grabcut, scissors, snap, superpixels, wand, watershed
from segstudio.assist.crops import Stroke
from segstudio.core import masks
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

Starter = Callable[[np.ndarray, Box], Mask]


@dataclass
class Case:
    """One object to correct; all arrays are of the crop around it.

    Args:
        picture: uint8 RGB (h, w, 3).
        truth: bool (h, w).
        start: The mask as it is found, bool (h, w).
        starter: The starter network, box to mask, or None without its weights.
        kept: What robots compute once a picture.
    """

    picture: np.ndarray
    truth: np.ndarray
    start: np.ndarray
    starter: Starter | None = None
    kept: dict[object, superpixels.Superpixels] = field(default_factory=dict)

    def bitmap(self, mask: Mask) -> np.ndarray:
        height, width = self.truth.shape
        return masks.window(mask, 0, 0, width, height).astype(bool)


Robot = Callable[[Case], Iterator[np.ndarray]]


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Return intersection over union of two bool arrays."""
    union = int((a | b).sum())
    return int((a & b).sum()) / union if union else 1.0


def errors(now: np.ndarray, truth: np.ndarray, most: int = 1) -> list[tuple[int, int, float, bool, np.ndarray]]:
    """Return the places to click: (column, row, radius, missing, pixels) of the `most` largest wrong pieces."""
    found = []
    for missing, wrong in ((True, truth & ~now), (False, now & ~truth)):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=4)
        areas = stats[1:, cv2.CC_STAT_AREA]
        found += [(int(areas[n]), missing, labels, n + 1) for n in np.argsort(-areas, kind="stable")[:most].tolist()]
    found.sort(key=lambda error: -error[0])
    places = []
    for _, missing, labels, n in found[:most]:
        piece = labels == n
        far = cv2.distanceTransform(np.pad(piece.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        row, column = divmod(int(far.argmax()), far.shape[1])
        places.append((column, row, float(far.max()), missing, piece))
    return places


def _with(now: np.ndarray, region: np.ndarray, missing: bool) -> np.ndarray:
    return now | region if missing else now & ~region


def brush(case: Case, now: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """One dab of a round brush of the best size at the widest place of the largest error."""
    now = case.start if now is None else now
    ys, xs = np.ogrid[: now.shape[0], : now.shape[1]]
    while True:
        for column, row, radius, missing, _ in errors(now, case.truth):
            sizes = [max(radius * by, 1.0) for by in (1.0, 1.5, 2.0, 3.0)]
            tries = [_with(now, np.hypot(xs - column, ys - row) < size, missing) for size in sizes]
            now = max(tries, key=lambda mask: iou(mask, case.truth))
        yield now


def _mask(bitmap: np.ndarray) -> Mask:
    return masks.from_bitmap(bitmap)


def snapped(case: Case) -> Iterator[np.ndarray]:
    """The dense CRF once, at the best of three reaches, then the brush."""
    size = float(np.sqrt(case.start.sum()))
    tries = [
        case.bitmap(snap.snap(case.picture, _mask(case.start), reach=max(size * share, 3.0)))
        for share in (0.05, 0.1, 0.2)
    ]
    now = max(tries, key=lambda mask: iou(mask, case.truth))
    yield now
    yield from brush(case, now)


def _stroke(piece: np.ndarray, column: int, row: int, label: int) -> Stroke:
    """A straight stroke along a piece, through its widest place and within it."""
    rows, columns = np.nonzero(piece)
    points = np.column_stack((columns, rows)).astype(float)
    axis = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0] if len(points) > 2 else (1.0, 0.0)
    far = cv2.distanceTransform(np.pad(piece.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    least = min(far[row, column], 3.0)
    ends = []
    for way in (-1.0, 1.0):
        last = (float(column), float(row))
        for step in range(1, max(piece.shape)):
            x, y = column + way * axis[0] * step, row + way * axis[1] * step
            inside = 0 <= round(x) < piece.shape[1] and 0 <= round(y) < piece.shape[0]
            if not inside or far[round(y), round(x)] < least:
                break
            last = (float(x), float(y))
        ends.append((last[0] + 0.5, last[1] + 0.5))
    return Stroke((ends[0], ends[1]), label, max(least, 1.0))


def _box(truth: np.ndarray, margin: float = 0.0) -> Box:
    rows, columns = np.flatnonzero(truth.any(axis=1)), np.flatnonzero(truth.any(axis=0))
    box = Box(float(columns[0]), float(rows[0]), float(np.ptp(columns) + 1), float(np.ptp(rows) + 1))
    return box.padded(margin)


def _refined(case: Case, cut: Callable[[list[Stroke]], np.ndarray]) -> Iterator[np.ndarray]:
    strokes: list[Stroke] = []
    while True:
        now = cut(strokes)
        yield now
        for column, row, _, missing, piece in errors(now, case.truth):
            strokes.append(_stroke(piece, column, row, 1 if missing else 0))


def grabcut_box(case: Case) -> Iterator[np.ndarray]:
    """GrabCut from a box drawn around the truth, then strokes."""
    box = _box(case.truth, 2.0)
    return _refined(case, lambda strokes: case.bitmap(grabcut.cut(case.picture, box=box, strokes=strokes)))


def grabcut_mask(case: Case) -> Iterator[np.ndarray]:
    """GrabCut from the damaged mask, then strokes."""
    reach = max(0.15 * float(np.sqrt(case.start.sum())), 5.0)
    rough = _mask(case.start)
    return _refined(
        case, lambda strokes: case.bitmap(grabcut.cut(case.picture, rough=rough, strokes=strokes, reach=reach))
    )


def watershed_strokes(case: Case) -> Iterator[np.ndarray]:
    """Watershed from a stroke along the object, then more strokes of object and background."""

    def flood(strokes: list[Stroke]) -> np.ndarray:
        regions = watershed.flood(case.picture, strokes)
        return case.bitmap(regions[1]) if 1 in regions else np.zeros(case.truth.shape, bool)

    steps = _refined(case, flood)
    next(steps)  # without a stroke nothing is found, and nothing was done
    return steps


def watershed_mask(case: Case) -> Iterator[np.ndarray]:
    """Strokes of object and background that part the damaged mask; then the brush for what it lacks."""
    rough, strokes, now = _mask(case.start), list[Stroke](), case.start
    while True:
        label_ = 0 if strokes else 1
        right = (now & case.truth) if label_ else (now & ~case.truth)
        places = errors(np.zeros_like(now), right)
        if not places or (strokes and errors(now, case.truth)[0][3]):
            yield from brush(case, now)
        column, row, _, _, piece = places[0]
        strokes.append(_stroke(piece, column, row, label_))
        regions = watershed.flood(case.picture, strokes, within=rough)
        now = case.bitmap(regions[1]) if 1 in regions else now
        yield now


def scissors_anchors(case: Case) -> Iterator[np.ndarray]:
    """Anchors on the true outline, each as far on as the wire keeps to it; what counts is the closed wire.

    A person trades precision for clicks: the best of three tolerances is taken for each number of clicks. Holes stay
    filled, and of several parts the largest is cut out.
    """
    outlines, _ = cv2.findContours(case.truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea).reshape(-1, 2) + 0.5
    size = float(np.sqrt(case.truth.sum()))
    done = sorted((_traced(case, outline, max(size * share, 1.5)) for share in (0.02, 0.04, 0.08)), key=lambda d: d[0])
    for clicks in range(1, 41):
        yield max(
            [mask for needed, mask in done if needed <= clicks] or [np.zeros(case.truth.shape, bool)],
            key=lambda mask: iou(mask, case.truth),
        )


def _traced(case: Case, outline: np.ndarray, tolerance: float) -> tuple[int, np.ndarray]:
    """Follow an outline, (n, 2), by wires that leave it by no more than a tolerance; return clicks and mask."""
    height, width = case.truth.shape
    lines = np.ones((height, width), np.uint8)
    cv2.polylines(lines, [np.floor(outline).astype(np.int32).reshape(-1, 1, 2)], True, 0)
    beside = cv2.distanceTransform(lines, cv2.DIST_L2, 5)
    n, at, ways = len(outline), 0, []
    step = max(n // 60, 1)
    while at < n and len(ways) <= 40:
        wire = scissors.Wire(case.picture, tuple(outline[at]))
        end = at
        for ahead in range(at + step, n + step, step):
            stop = min(ahead, n)
            way = wire.to(*outline[stop % n])
            cells = np.floor(way).astype(int)
            strays = beside[cells[:, 1].clip(0, height - 1), cells[:, 0].clip(0, width - 1)].max() > tolerance
            # A wire much shorter than the outline has cut across it.
            short = np.hypot(*np.diff(way, axis=0).T).sum() < 0.6 * (stop - at) - 2 * tolerance
            if (strays or short or stop - at > n / 2) and end > at:
                break
            end = stop
            if stop == n:
                break
        ways.append(wire.to(*outline[end % n]))
        at = end
    ring = scissors.ring(ways)
    mask = masks.from_polygons(Polygons((ring,)), width, height) if ring else masks.EMPTY
    return max(len(ways), 3), case.bitmap(mask)


def _picked(case: Case, regions: Callable[[int, int], list[np.ndarray]]) -> Iterator[np.ndarray]:
    """Add or take the best region under each error in turn, largest first, that improves the mask."""
    now = case.start
    while True:
        before = iou(now, case.truth)
        for column, row, _, missing, _ in errors(now, case.truth, 6):
            tries = [_with(now, region, missing) for region in regions(column, row)]
            best = max(tries, key=lambda mask: iou(mask, case.truth))
            if iou(best, case.truth) > before:
                now = best
                break
        yield now


def wand_clicks(case: Case) -> Iterator[np.ndarray]:
    """Clicks of the magic wand, each dragged to the best tolerance."""

    def regions(column: int, row: int) -> list[np.ndarray]:
        at = (column + 0.5, row + 0.5)
        far = wand.distances(case.picture, at)
        return [case.bitmap(wand.select(far, tolerance)) for tolerance in (3, 6, 9, 12, 18, 24, 32)]

    return _picked(case, regions)


def superpixel_picks(case: Case) -> Iterator[np.ndarray]:
    """Picks of superpixels, each of the best of three scales."""
    for side in (8, 16, 32):
        if side not in case.kept:
            case.kept[side] = superpixels.split(case.picture, side)

    def regions(column: int, row: int) -> list[np.ndarray]:
        return [case.bitmap(parts.mask([parts.at(column, row)])) for parts in case.kept.values()]

    return _picked(case, regions)


def starter_box(case: Case) -> Iterator[np.ndarray]:
    """The starter network's mask in a box around the truth, then the brush."""
    assert case.starter is not None
    now = case.bitmap(case.starter(case.picture, _box(case.truth)))
    yield now
    yield from brush(case, now)


# Those that begin with the damaged mask, and those that begin anew.
MENDING: dict[str, Robot] = {
    "brush": brush,
    "CRF snap, then brush": snapped,
    "GrabCut from the mask, then strokes": grabcut_mask,
    "watershed in the mask, then brush": watershed_mask,
    "magic wand": wand_clicks,
    "superpixels": superpixel_picks,
}
ANEW: dict[str, Robot] = {
    "scissors": scissors_anchors,
    "GrabCut from a box, then strokes": grabcut_box,
    "watershed strokes": watershed_strokes,
    "starter network from a box, then brush": starter_box,
}
