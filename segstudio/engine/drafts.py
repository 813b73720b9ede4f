"""Typed results as drafts of annotations: the part of ingest that is heavy and needs no project."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segstudio.core import densepose_maps, masks, panoptic
from segstudio.core.annotation import Geometry, Keypoints
from segstudio.core.densepose import DensePose
from segstudio.core.geometry import Box
from segstudio.core.labels import FACE_FIVE, Label, LabelSet, Skeleton
from segstudio.core.masks import Mask
from segstudio.core.results import Boxes, DenseMaps, Faces, Instances, PanopticMap, Poses, Result, SemanticMap

VISIBLE_FROM = 0.2  # confidence from which a keypoint counts as seen
SPECK = 16  # pixels: smaller pieces of a semantic map are no objects of their own
STUFF_Z = -1  # regions that fill the picture lie under the objects
_NO_OBJECT = frozenset({"background", "__background__", "_background_", "void", "unlabeled", "unlabelled", "ignore"})


@dataclass(frozen=True)
class Draft:
    """What one annotation will say, still in the model's own words.

    Args:
        label: The class as the model names it.
        geometry: A mask where the model gives one, else the box; None for an empty mask with no box.
        box: The model's box where `geometry` is a mask.
        keypoints: In the order of `skeleton`, or None.
        dense: The dense pose, or None.
        z: Stacking order.
        of: The id of the annotation whose box was given and which this belongs to; None for an object of its own.
    """

    label: Label
    geometry: Geometry | None
    box: Box | None = None
    keypoints: Keypoints | None = None
    skeleton: Skeleton | None = None
    score: float | None = None
    z: int = 0
    dense: DensePose | None = None
    notes: tuple[str, ...] = ()
    of: int | None = None

    @property
    def bounds(self) -> Box:
        """The model's box, or the one around the geometry."""
        if self.box is not None:
            return self.box
        return self.geometry.bounds if self.geometry is not None else Box(0.0, 0.0, 0.0, 0.0)


def drafts(results: Iterable[Result]) -> list[Draft]:
    """Return a draft for each object, pose, face and region of the results, best first.

    Whole-picture scores, heat maps and pictures give none: they are shown and not stored.
    """
    made: list[Draft] = []
    for result in results:
        match result:
            case Boxes():
                made += _objects(result)
            case SemanticMap():
                made += _regions(result)
            case PanopticMap():
                made += _segments(result)
    return made


def shown(results: Iterable[Result]) -> list[Result]:
    """Return the results that are for display only."""
    return [r for r in results if not isinstance(r, Boxes | SemanticMap | PanopticMap)]


def keypoints_of(points: np.ndarray, threshold: float = VISIBLE_FROM) -> list[Keypoints]:
    """Return keypoints (n, k, 3) of x, y, confidence as COCO's: v is 2 from `threshold` on, else all three are 0.

    A model says how sure it is, not whether a point is covered, so it never gives v = 1.
    """
    values = np.array(points, np.float64)
    seen = (values[..., 2] >= threshold) & np.isfinite(values).all(axis=-1)
    values[..., 2] = 2.0
    values[~seen] = 0.0
    return [Keypoints(tuple(row)) for row in values.reshape(len(values), 3 * values.shape[1]).tolist()]


def _objects(result: Boxes) -> list[Draft]:
    n = len(result.boxes)
    boxes = _boxes(result.boxes)
    labels = {i: result.classes.by_id(i) for i in set(result.labels.tolist())}
    names = [labels[i] for i in result.labels.tolist()]
    scores = _short(np.clip(result.scores, 0.0, 1.0))
    shapes: Sequence[Geometry | None] = boxes
    stated: Sequence[Box | None] = [None] * n
    points: Sequence[Keypoints | None] = [None] * n
    poses: Sequence[DensePose | None] = [None] * n
    skeleton = None
    owners: Sequence[int | None] = [None] * n if result.objects is None else result.objects.tolist()
    if isinstance(result, Instances):
        shapes = [m if m.counts else b for m, b in zip(result.masks, boxes)]
        stated = [b if m.counts else None for m, b in zip(result.masks, boxes)]
    elif isinstance(result, DenseMaps):
        found = [_person(corners, *maps) for *maps, corners in zip(result.parts, result.uv, result.boxes.tolist())]
        shapes = [m if m.counts else b for (m, _), b in zip(found, boxes)]
        stated = [b if m.counts else None for (m, _), b in zip(found, boxes)]
        poses = [pose for _, pose in found]
    elif isinstance(result, Poses):
        skeleton = result.classes.skeleton
        if skeleton is not None:
            points = keypoints_of(result.keypoints)
    elif isinstance(result, Faces):
        skeleton = FACE_FIVE
        sure = np.ones((*result.landmarks.shape[:2], 1))
        points = keypoints_of(np.concatenate([result.landmarks, sure], axis=2))
    return [
        Draft(name, shape, box, point, skeleton, score, 0, pose, result.notes, of)
        for name, shape, box, point, score, pose, of in zip(names, shapes, stated, points, scores, poses, owners)
        if shape is not None
    ]


def _person(corners: list[float], parts: np.ndarray, uv: np.ndarray) -> tuple[Mask, DensePose | None]:
    """Return the pixels of a person's dense map, and the map as points and parts; (empty, None) where it is empty."""
    left, top, right, bottom = corners
    sound = all(map(math.isfinite, corners)) and right > left and bottom > top
    if not sound or not parts.any():
        return masks.EMPTY, None
    x, y = int(left), int(top)
    pose = densepose_maps.to_annotation(parts, uv, Box(x, y, float(parts.shape[1]), float(parts.shape[0])))
    return masks.from_bitmap(parts, x, y), pose


def _short(values: np.ndarray) -> list[float]:
    """Return float32 numbers with as few digits as tell them apart, so that files do not say 0.8999999761581421."""
    return [float(text) for text in np.asarray(values, np.float32).astype(str).tolist()]


def _boxes(corners: np.ndarray) -> list[Box | None]:
    values = np.asarray(corners, np.float64).reshape(-1, 4)
    sizes = values[:, 2:] - values[:, :2]
    sound = np.all(np.isfinite(values), axis=1) & np.all(sizes > 0, axis=1)
    rows = np.concatenate([values[:, :2], sizes], axis=1).tolist()
    return [Box(*row) if ok else None for row, ok in zip(rows, sound.tolist())]


def _stored(classes: LabelSet) -> dict[int, Label]:
    return {label.id: label for label in classes.labels if label.name.strip().casefold() not in _NO_OBJECT}


def _regions(result: SemanticMap) -> list[Draft]:
    wanted = _stored(result.classes)
    found = np.flatnonzero(np.bincount(result.map.ravel()))
    made = []
    for i in found.tolist():
        if i not in wanted:
            continue
        bitmap = result.map == i
        if result.split_things and wanted[i].thing:
            made += _pieces(bitmap, wanted[i], result)
        else:
            score = None if result.confidence is None else _mean(result.confidence[bitmap])
            made.append(Draft(wanted[i], masks.from_bitmap(bitmap), score=score, z=STUFF_Z, notes=result.notes))
    return made


def _pieces(bitmap: np.ndarray, label: Label, result: SemanticMap) -> list[Draft]:
    """Return a draft for each piece of a class that hangs together, also over corners; specks are left out."""
    import cv2

    count, pieces, stats, _ = cv2.connectedComponentsWithStats(bitmap.view(np.uint8), connectivity=8)
    made = []
    for i in range(1, count):
        x, y, width, height, pixels = stats[i].tolist()
        if pixels < SPECK:
            continue
        inside = np.s_[y : y + height, x : x + width]
        piece = pieces[inside] == i
        score = None if result.confidence is None else _mean(result.confidence[inside][piece])
        made.append(Draft(label, masks.from_bitmap(piece, x, y), score=score, notes=result.notes))
    return made


def _mean(values: np.ndarray) -> float:
    return float(np.clip(values.mean(), 0.0, 1.0))


def _segments(result: PanopticMap) -> list[Draft]:
    """Return a draft a thing, and one a class of stuff."""
    wanted, found = _stored(result.classes), panoptic.masks_of(result.map)
    made: list[Draft] = []
    regions: dict[int, int] = {}
    for segment, (label_id, score) in sorted(result.segments.items(), key=lambda item: -item[1][1]):
        label, mask = wanted.get(label_id), found.get(segment)
        if label is None or mask is None:
            continue
        if label_id in regions:
            first = made[regions[label_id]]
            assert isinstance(first.geometry, Mask)
            made[regions[label_id]] = replace(first, geometry=masks.union(first.geometry, mask))
            continue
        if not label.thing:
            regions[label_id] = len(made)
        z = 0 if label.thing else STUFF_Z
        made.append(Draft(label, mask, score=float(min(max(score, 0.0), 1.0)), z=z, notes=result.notes))
    return made
