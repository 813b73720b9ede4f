"""Average precision of dense poses by geodesic point similarity (Güler et al. 2018, arXiv 1802.00434).

How far, along the surface of the body, is the place that a result shows at an annotated pixel from the place that the
annotation says? The surface comes from three published files, which their licence keeps out of this package; `Body`
reads them. Matching, precision and recall are pycocotools' own.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.formats.coco_check import Unusable
from segstudio.formats.densepose_results import dense_map

Mode = Literal["gps", "gpsm", "iou"]
MODES: tuple[Mode, ...] = ("gps", "gpsm", "iou")
NAMES = "AP AP50 AP75 APm APl AR AR50 AR75 ARm ARl".split()
FILES = ("SMPL_subdiv.mat", "SMPL_SUBDIV_TRANSFORM.mat", "Pdist_matrix.pkl")

# By chart, 0 for the background: which of eight groups of parts it belongs to; and of each group how far apart, in
# metres, two annotators place the same point.
_GROUP = np.array([0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8])
_SPREAD = np.array([0, 0.351, 0.107, 0.126, 0.237, 0.173, 0.142, 0.128, 0.15])
_MOST = 20  # results a picture
_IGNORED = 0.8  # overlap of boxes from which a result lies on a person that nobody annotated
_GRID = 256


@dataclass(frozen=True)
class Body:
    """The surface of the body as points with their charts, and the distances between them.

    Args:
        part: int64 (n,), the chart of each point, 1 to 24.
        uv: float64 (n, 2).
        vertex: int64 (n,), the vertex that it stands for.
        distances: float32 (v (v - 1) / 2,): of vertices i > j at i (i - 1) / 2 + j, in metres along the surface.
    """

    part: np.ndarray
    uv: np.ndarray
    vertex: np.ndarray
    distances: np.ndarray

    @staticmethod
    def read(folder: Path) -> Body:
        """Return the body of a folder with the three published files.

        Raises:
            InputError: One is missing, or holds something else.
        """
        from scipy.io import loadmat

        from segstudio.zoo import pickles

        for name in FILES:
            if not (folder / name).is_file():
                raise InputError(
                    f"'{name}' is not here.",
                    path=folder,
                    remedy=f"Dense poses are scored on the surface that {', '.join(FILES)} describe; they come with "
                    "DensePose's evaluation data.",
                )
        path = folder
        try:
            path = folder / FILES[0]
            points = loadmat(path)
            part, u, v = (points[key].astype(np.float64).ravel() for key in ("Part_ID_subdiv", "U_subdiv", "V_subdiv"))
            path = folder / FILES[1]
            vertex = loadmat(path)["index"].astype(np.int64).ravel() - 1
            path = folder / FILES[2]
            distances = pickles.read(path)["Pdist_matrix"].values().astype(np.float32).ravel()
        except (KeyError, ValueError, TypeError, AttributeError, OSError, NotImplementedError) as error:
            raise InputError(f"This is not the published file: {error}.", path=path) from error
        count = int(vertex.max()) + 1
        if len({len(part), len(u), len(v), len(vertex)}) != 1 or len(distances) < count * (count - 1) // 2:
            raise InputError("These three files do not belong together.", path=folder)
        return Body(part.astype(np.int64), np.stack((u, v), 1), vertex, distances)

    def nearest(self, part: np.ndarray, uv: np.ndarray) -> np.ndarray:
        """Return the vertex (n,) next to places on charts (n,), (n, 2); -1 for the background."""
        found = np.full(len(part), -1)
        for chart in np.unique(part[part > 0]).tolist():
            own, asked = np.flatnonzero(self.part == chart), np.flatnonzero(part == chart)
            if len(own):
                away = ((uv[asked, None] - self.uv[own]) ** 2).sum(2)
                found[asked] = self.vertex[own[away.argmin(1)]]
        return found

    def apart(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return how far vertices are from each other, in metres; infinitely where one is -1."""
        low, high = np.minimum(a, b), np.maximum(a, b)
        known = (low >= 0) & (low != high)
        found = np.where(low < 0, np.inf, 0.0)
        found[known] = self.distances[high[known] * (high[known] - 1) // 2 + low[known]]
        return found


@dataclass(frozen=True)
class Person:
    """An annotated person.

    Args:
        box: left, top, width, height.
        points: float64 (n, 5): x and y from 0 to 255 over the box, chart, U, V; none where nobody annotated them.
        mask: bool (256, 256) over the box, or None.
    """

    box: np.ndarray
    points: np.ndarray
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class Found:
    """A result: left, top, width, height of its box, and I, U, V as uint8 (3, h, w) over it."""

    box: np.ndarray
    iuv: np.ndarray


def distances(person: Person, found: Found, body: Body) -> np.ndarray:
    """Return how far, in metres, each annotated point is from the place that the result shows at its pixel.

    Infinitely far where the result shows the background, or lies elsewhere.
    """
    places = person.points[person.points[:, 2] > 0]
    x, y = (
        # Towards zero, as published.
        np.trunc(places[:, i] * person.box[2 + i] / 255 + person.box[i] - found.box[i]).astype(np.int64)
        for i in (0, 1)
    )
    height, width = found.iuv.shape[1:]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    shown = np.zeros((len(places), 3))
    shown[inside] = found.iuv[:, y[inside], x[inside]].T
    truth = body.nearest(places[:, 2].astype(np.int64), places[:, 3:])
    return body.apart(truth, body.nearest(shown[:, 0].astype(np.int64), shown[:, 1:] / 255))


def gps(person: Person, found: Found, body: Body) -> float:
    """Return the geodesic point similarity in [0, 1]; 0 for a person without points."""
    parts = person.points[person.points[:, 2] > 0, 2].astype(np.int64)
    if not len(parts):
        return 0.0
    spread = _SPREAD[_GROUP[np.clip(parts, 0, len(_GROUP) - 1)]]
    return float(np.exp(-(distances(person, found, body) ** 2) / (2 * spread**2)).mean())


def mask_iou(person: Person, found: Found) -> float:
    """Return the overlap of the person's painted parts and the result's pixels."""
    from scipy.ndimage import zoom

    if person.mask is None:
        return 0.0
    # Resampled between the first and the last cell, as published.
    sides = np.maximum(person.box[[3, 2]].astype(np.int64), 1)
    true = np.asarray(zoom(person.mask.astype(np.float32), sides / _GRID, order=1, prefilter=False)) > 0.5
    shown = found.iuv[0] > 0
    (x, y), (left, top) = (box[:2].astype(np.int64).tolist() for box in (person.box, found.box))
    common = masks.intersect(masks.from_bitmap(true, x, y), masks.from_bitmap(shown, left, top)).area
    return common / max(int(true.sum()) + int(shown.sum()) - common, 1)


def evaluate(
    truth: dict[str, Any], results: list[dict[str, Any]], path: Path, body: Path | None, warnings: list[str]
) -> dict[str, Any]:
    """Score results of a file, as `learn.metrics.evaluate` does.

    Args:
        truth: A COCO data set with dp_* keys.
        results: With "bbox", "score" and, as DensePose's results have it, "uv_data".
        path: Of the results, for messages.
        body: The folder of the surface; None compares masks alone.
        warnings: Sentences so far.

    Raises:
        InputError: A result without a map, or files of the surface that can't be used.
    """
    surface = None if body is None else Body.read(body)
    if surface is None:
        warnings = [*warnings, "Without the surface of the body (--body FOLDER) only masks are compared: AP by IoU."]
    people: dict[Any, list[tuple[Person, float, bool]]] = {image["id"]: [] for image in truth["images"]}
    for a in truth["annotations"]:
        people[a["image_id"]].append((_person(a), float(a["area"]), bool(a["iscrowd"])))
    found: dict[Any, list[tuple[Found, float]]] = {}
    for i, one in enumerate(results):
        try:
            iuv = dense_map(msgspec.json.encode(one))
        except Unusable as why:
            raise InputError(f"A result with {why.reason}.", path=path, place=f"[{i}]{why.place}") from why
        found.setdefault(one["image_id"], []).append((Found(np.array(one["bbox"], np.float64), iuv), one["score"]))
    modes: Sequence[Mode] = MODES if surface is not None else ("iou",)
    scores = {mode: average_precision(people, found, surface, mode).numbers for mode in modes}
    first = scores[modes[0]]
    return {
        "task": "densepose",
        **first,
        **{f"AP by {mode.upper()}": numbers["AP"] for mode, numbers in scores.items()},
        "per_category": {"person": first["AP"]},
        "images": len(truth["images"]),
        "annotations": sum(len(person.points) > 0 for several in people.values() for person, _, _ in several),
        "results": len(results),
        "warnings": warnings,
    }


def _person(a: dict[str, Any]) -> Person:
    points = np.array([a.get(f"dp_{key}") or [] for key in "xyIUV"], np.float64).T.reshape(-1, 5)
    parts = [masks.from_coco(rle, _GRID, _GRID) for rle in a.get("dp_masks") or () if rle]
    mask = masks.paste(masks.union(*parts), _GRID, _GRID) if parts else None
    return Person(np.array(a.get("bbox") or [0, 0, 0, 0], np.float64), points, mask)


def average_precision(
    people: Mapping[int, Sequence[tuple[Person, float, bool]]],
    results: Mapping[int, Sequence[tuple[Found, float]]],
    body: Body | None,
    mode: Mode,
) -> Scores:
    """Score results as the published evaluation does.

    Args:
        people: By picture: the people, the area of each, and whether it is a crowd. Those without points count neither
            for nor against a result.
        results: By picture: results and their scores.
        body: The surface; None will do for "iou".
        mode: "gps": geodesic point similarity; "gpsm": the root of its product with the overlap of masks; "iou": that
            overlap alone.
    """
    from pycocotools.coco import COCO

    data: Any = COCO()
    data.dataset = _dataset(people)
    with contextlib.redirect_stdout(io.StringIO()):
        data.createIndex()
        rows = [
            {"image_id": picture, "category_id": 1, "bbox": found.box.tolist(), "score": score, "_place": i}
            for picture, several in results.items()
            for i, (found, score) in enumerate(several)
        ]
        scorer = _scorer(data, data.loadRes(rows) if rows else COCO(), people, results, body, mode)
        if not rows:
            scorer.cocoDt.dataset = {"images": data.dataset["images"], "annotations": [], "categories": [{"id": 1}]}
            scorer.cocoDt.createIndex()
        scorer.evaluate()
        scorer.accumulate()
        scorer.summarize()
    numbers = {name: None if value < 0 else float(value) for name, value in zip(NAMES, scorer.stats)}
    return Scores(numbers, scorer.eval["precision"][:, :, 0, :, 0], scorer.eval["recall"][:, 0, :, 0], scorer.similar)


@dataclass(frozen=True)
class Scores:
    """What `average_precision` found.

    Args:
        numbers: AP, AP50, ..., each in [0, 1], or None where there is nobody of that size.
        precision: float (10, 101, 3): by threshold, recall, and area (all, medium, large); -1 where there is nobody.
        recall: float (10, 3).
        similar: By picture, float (results by falling score, people).
    """

    numbers: dict[str, float | None]
    precision: np.ndarray
    recall: np.ndarray
    similar: dict[int, np.ndarray]


def _dataset(people: Mapping[int, Sequence[tuple[Person, float, bool]]]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for picture, several in people.items():
        for i, (person, area, crowd) in enumerate(several):
            # pycocotools leaves aside who has no keypoints; here these are the points.
            points = {"num_keypoints": len(person.points), "iscrowd": int(crowd), "area": area, "_place": i}
            rows.append(
                {"id": len(rows) + 1, "image_id": picture, "category_id": 1, "bbox": person.box.tolist(), **points}
            )
    return {"images": [{"id": i} for i in people], "annotations": rows, "categories": [{"id": 1, "name": "person"}]}


def _scorer(data: Any, found: Any, people: Any, results: Any, body: Body | None, mode: Mode) -> Any:
    from pycocotools import mask as rle
    from pycocotools.cocoeval import COCOeval

    base: Any = COCOeval
    overlaps: Any = rle.iou

    class Scorer(base):
        """pycocotools' evaluation of keypoints with another similarity."""

        def __init__(self) -> None:
            super().__init__(data, found, "keypoints")
            self.params.maxDets = [_MOST]
            self.similar: dict[int, np.ndarray] = {}
            self._boxes: dict[int, np.ndarray] = {}

        def computeOks(self, imgId: int, catId: int) -> np.ndarray | list:
            truths, rows = self._gts[imgId, catId], self._dts[imgId, catId]
            rows = [rows[i] for i in np.argsort([-r["score"] for r in rows], kind="mergesort")][:_MOST]
            if not truths or not rows:
                return []
            table = np.zeros((len(rows), len(truths)))
            for i, row in enumerate(rows):
                one = results[imgId][row["_place"]][0]
                for j, truth in enumerate(truths):
                    table[i, j] = _similarity(people[imgId][truth["_place"]][0], one, body, mode)
            self.similar[imgId] = table
            boxes = [[r["bbox"] for r in side] for side in (rows, truths)]
            self._boxes[imgId] = np.asarray(overlaps(*boxes, [0] * len(truths)))
            return table

        def evaluateImg(self, imgId: int, catId: int, aRng: Any, maxDet: int) -> Any:
            made = super().evaluateImg(imgId, catId, aRng, maxDet)
            if made is None or imgId not in self._boxes:
                return made
            order = {t["id"]: j for j, t in enumerate(self._gts[imgId, catId])}
            aside = [order[id] for id, left_out in zip(made["gtIds"], made["gtIgnore"]) if left_out]
            if aside:
                # As published: who is matched at the highest threshold stays, at all of them.
                free = made["dtMatches"][-1] == 0
                on = self._boxes[imgId][:, aside].max(axis=1) >= _IGNORED
                made["dtIgnore"][:, free & on[: len(free)]] = True
            return made

    return Scorer()


def _similarity(person: Person, found: Found, body: Body | None, mode: Mode) -> float:
    if not len(person.points):
        return 0.0
    points = gps(person, found, body) if mode != "iou" and body is not None else 1.0
    if mode == "gps":
        return points
    overlap = mask_iou(person, found)
    return overlap if mode == "iou" else float(np.sqrt(points * overlap))
