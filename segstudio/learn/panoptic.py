"""Scoring COCO panoptic files: panoptic quality of all classes, of things and of stuff."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from segstudio.core import document, panoptic, panoptic_quality
from segstudio.core.annotation import Annotation
from segstudio.core.errors import InputError
from segstudio.core.panoptic_quality import Segment, Tally
from segstudio.formats import coco_panoptic
from segstudio.formats.base import Incoming, Maps


def evaluate(gt_path: Path, results_path: Path) -> dict[str, Any]:
    """Score a panoptic file against another one.

    Args:
        gt_path: The data set: JSON with a folder of PNG files beside it.
        results_path: What a model found, in the same form; the lists of pictures and classes may be missing.

    Returns:
        "task"; PQ, SQ and RQ in [0, 1] of all classes, and the same with _things and _stuff, None where there are no
        such classes; "per_category": name -> PQ; "classes": name -> all its figures; "per_image": file name -> PQ;
        "images", "annotations" and "results": how many there were; "warnings": sentences.

    Raises:
        FormatError: A file that can't be read.
        InputError: The first file is no data set.
    """
    truth, results = coco_panoptic.read(gt_path), coco_panoptic.read(results_path)
    if not truth.entries or not truth.categories:
        raise InputError(
            "This file has no lists of images and categories, so it is no ground truth.",
            path=gt_path,
            remedy="Name the ground truth first and the results second.",
        )
    maps = _maps(truth)
    true, found = _by_picture(truth, maps), _by_picture(results, maps)
    warnings = [f"{gt_path}: {n.kind} {n}" for n in truth.notes] + [
        f"{results_path}: {n.kind} {n}" for n in results.notes
    ]
    missing = [e.media.path for e in truth.entries if e.index in true and e.index not in found]
    if missing:
        warnings.append(f"{len(missing)} pictures have no results; all they show counts as missed ({missing[0]}).")
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    per_image = {}
    for entry in truth.entries:
        if entry.index not in true:
            continue
        counted = _counted(true[entry.index], found.get(entry.index, []), maps.sizes[entry.index])
        quality = panoptic_quality.mean(counted.values())
        per_image[entry.media.path] = None if quality is None else quality.pq
        for category, tally in counted.items():
            tallies[category] += tally
    return {
        "task": "panoptic",
        **_figures(truth, tallies),
        "per_image": per_image,
        "images": len(true),
        "annotations": sum(map(len, true.values())),
        "results": sum(map(len, found.values())),
        "warnings": warnings,
    }


def _maps(truth: Incoming) -> Maps:
    images = {e.key: (e.index, 0) for e in reversed(truth.entries) if e.key is not None}
    categories = {key: index for index, key, _ in reversed(truth.categories) if key is not None}
    return Maps(images, categories, 1, {e.index: (e.media.width, e.media.height) for e in truth.entries})


def _by_picture(incoming: Incoming, maps: Maps) -> dict[int, list[Annotation]]:
    """Return the segments of each picture."""
    found: dict[int, list[Annotation]] = {}
    for placed in incoming.annotations(maps):
        a = document.parse(placed.doc, id=placed.id, media=placed.media, category=placed.category)
        found.setdefault(placed.media, []).append(a)
    return found


def _counted(true: list[Annotation], found: list[Annotation], size: tuple[int, int]) -> dict[int, Tally]:
    width, height = size
    if not (width and height):
        # The maps of one picture are of one size; which one, they have to say themselves.
        width = max(int(a.bounds.right) for a in (*true, *found))
        height = max(int(a.bounds.bottom) for a in (*true, *found))
    first, second = (panoptic.compose(rows, (width, height)) for rows in (true, found))
    return panoptic_quality.match(
        np.asarray(first.values), np.asarray(second.values), _segments(first, true), _segments(second, found)
    )


def _segments(composed: panoptic.SegmentMap, rows: list[Annotation]) -> dict[int, Segment]:
    by_id = {a.id: a for a in rows}
    return {k: Segment(by_id[id].category, by_id[id].crowd) for k, id in enumerate(composed.ids, 1)}


def _figures(truth: Incoming, tallies: dict[int, Tally]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    groups = {"": (True, False), "_things": (True,), "_stuff": (False,)}
    for suffix, kinds in groups.items():
        mine = (tallies[i] for i, _, c in truth.categories if c.thing in kinds and i in tallies)
        quality = panoptic_quality.mean(mine)
        figures |= {f"{name}{suffix}": None for name in ("PQ", "SQ", "RQ")} | {f"n{suffix}": 0}
        if quality is not None:
            pairs = zip(("PQ", "SQ", "RQ", "n"), quality)
            figures |= {f"{name}{suffix}": value for name, value in pairs}
    known = [(c.name, tallies[i]) for i, _, c in truth.categories if i in tallies]
    qualities = {name: (tally, tally.quality) for name, tally in known}
    figures["per_category"] = {name: q.pq for name, (_, q) in qualities.items() if q is not None}
    figures["classes"] = {
        name: {"pq": q.pq, "sq": q.sq, "rq": q.rq, "iou": t.iou, "tp": t.tp, "fp": t.fp, "fn": t.fn}
        for name, (t, q) in qualities.items()
        if q is not None
    }
    return figures
