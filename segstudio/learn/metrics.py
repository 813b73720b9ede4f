"""COCO's average precision and recall, by pycocotools (Lin et al., "Microsoft COCO: Common Objects in Context", 2014).

The numbers are pycocotools' own. What it would answer with a traceback, or with a silently wrong number, is checked
before it runs.
"""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.labels import COCO_PERSON
from segstudio.core.skeletons import DEFAULT_SIGMA
from segstudio.formats.base import Notes
from segstudio.formats.coco_check import Unusable, check_shape, read_head
from segstudio.formats.coco_objects import read_category
from segstudio.formats.files import load
from segstudio.learn import densepose, panoptic

Task = Literal["boxes", "masks", "keypoints", "panoptic", "densepose"]

_IOU_TYPE: dict[str, Any] = {"boxes": "bbox", "masks": "segm", "keypoints": "keypoints"}
_NEEDS = {
    "boxes": ("bbox", "segmentation"),
    "masks": ("segmentation",),
    "keypoints": ("keypoints",),
    "densepose": ("bbox",),
}
_NAMES = "AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl".split()
_POSE_NAMES = "AP AP50 AP75 APm APl AR AR50 AR75 ARm ARl".split()


def evaluate(gt_path: str | Path, results_path: str | Path, task: Task, body: Path | None = None) -> dict[str, Any]:
    """Score results against a COCO data set.

    Args:
        gt_path: The data set.
        results_path: A results list; or a data set, whose annotations then count as results, of score 1 where they
            have none.
        task: "boxes", "masks", "keypoints", "panoptic" (see `learn.panoptic`) or "densepose" (see `learn.densepose`).
        body: Of "densepose": the folder with the surface of the body; without it masks alone are compared.

    Returns:
        "task"; COCO's numbers by name ("AP", "AP50", ..., each in [0, 1], or None where the data set has nothing of
        that size); "per_category": name -> AP or None; "images", "annotations" and "results": how many there were;
        "warnings": sentences.

    Raises:
        FormatError: A file that can't be read.
        InputError: Files that don't fit together, or results that this task can't use; the place says which.
    """
    if task == "panoptic":
        return panoptic.evaluate(Path(gt_path), Path(results_path))
    if task not in _NEEDS:
        raise InputError(f"There is no task named {task!r}.", remedy=f"Known are: {', '.join(_NEEDS)}, panoptic.")
    warnings: list[str] = []
    truth = _truth(Path(gt_path), task, warnings)
    results = _results(Path(results_path), task, truth, warnings)
    if task == "densepose":
        return densepose.evaluate(truth, results, Path(results_path), body, warnings)
    with contextlib.redirect_stdout(io.StringIO()):
        stats, precision, categories = _run(truth, results, task)
    names = {c["id"]: str(c.get("name", c["id"])) for c in truth["categories"]}
    numbers = zip(_POSE_NAMES if task == "keypoints" else _NAMES, stats)
    return {
        "task": task,
        **{name: _number(value) for name, value in numbers},
        "per_category": {names[c]: _mean(precision[:, :, i, 0, -1]) for i, c in enumerate(categories)},
        "images": len(truth["images"]),
        "annotations": len(truth["annotations"]),
        "results": len(results),
        "warnings": warnings,
    }


def _run(truth: dict, results: list[dict], task: Task) -> tuple[Any, np.ndarray, list]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    data: Any = COCO()
    data.dataset = truth
    data.createIndex()
    scorer: Any = COCOeval(data, data.loadRes(results), _IOU_TYPE[task])
    if task == "keypoints":
        counts = Counter(len(a["keypoints"]) // 3 for a in truth["annotations"] if a.get("keypoints"))
        count = counts.most_common(1)[0][0] if counts else 17
        scorer.params.kpt_oks_sigmas = np.asarray(_sigmas(truth["categories"], count))
        scorer.params.catIds = sorted({a["category_id"] for a in truth["annotations"] if a.get("keypoints")})
    scorer.evaluate()
    scorer.accumulate()
    scorer.summarize()
    return scorer.stats, scorer.eval["precision"], list(scorer.params.catIds)


def _sigmas(categories: list[dict], count: int) -> tuple[float, ...]:
    """Return the sigmas of OKS: a class's own, those known for its keypoints, COCO's for 17, else 0.05 for each."""
    for category in categories:
        skeleton = read_category(msgspec.json.encode(category))[1].skeleton
        if skeleton is not None and len(skeleton.names) == count and skeleton.sigmas:
            return skeleton.sigmas
    return COCO_PERSON.sigmas if count == len(COCO_PERSON.sigmas) else (DEFAULT_SIGMA,) * count


def _number(value: float) -> float | None:
    return None if value < 0 else float(value)


def _mean(precision: np.ndarray) -> float | None:
    known = precision[precision > -1]
    return float(known.mean()) if known.size else None


def _decoded(path: Path) -> Any:
    return msgspec.json.decode(load(path, Notes()))


def _truth(path: Path, task: Task, warnings: list[str]) -> dict[str, Any]:
    data = _decoded(path)
    lists = [data.get(name) for name in ("images", "annotations", "categories")] if isinstance(data, dict) else [None]
    if not all(isinstance(found, list) and all(isinstance(i, dict) for i in found) for found in lists):
        raise InputError(
            "This is no COCO data set with images, annotations and categories.",
            path=path,
            remedy="Name the ground truth first and the results second.",
        )
    for name in ("images", "annotations", "categories"):
        ids = [_id(item, path, f"{name}[{i}]") for i, item in enumerate(data[name])]
        twice = [i for i, n in Counter(ids).items() if n > 1]
        if twice:
            raise InputError(
                f"{len(twice)} ids occur twice, the first is {twice[0]!r}.",
                path=path,
                place=name,
                remedy="`segstudio convert` gives them new ones.",
            )
    if any(a["id"] == 0 for a in data["annotations"]):
        warnings.append("An annotation of the ground truth has the id 0: pycocotools counts it as never found.")
    sizes = _sizes(data)
    names = {c["id"] for c in data["categories"]}
    data["annotations"] = [
        _true_annotation(a, path, i, sizes, names, task) for i, a in enumerate(data["annotations"])
    ]  # fmt: skip
    return data


def _id(item: dict, path: Path, place: str) -> Any:
    value = item.get("id")
    if not isinstance(value, int | str):
        raise InputError("No id.", path=path, place=place, remedy="`segstudio check` lists what is wrong with a file.")
    return value


def _sizes(data: dict) -> dict[Any, tuple[int, int]]:
    sizes = {}
    for image in data["images"]:
        width, height = image.get("width"), image.get("height")
        known = isinstance(width, int) and isinstance(height, int)
        sizes[image["id"]] = (width, height) if known else (0, 0)
    return sizes


def _true_annotation(a: dict, path: Path, index: int, sizes: dict, names: set, task: Task) -> dict:
    place = f"annotations[{index}]"
    if a.get("image_id") not in sizes or a.get("category_id") not in names:
        raise InputError("Its image or its category is not in the file.", path=path, place=place)
    _check_item(a, path, place, sizes[a["image_id"]])
    if task == "masks" and not a.get("segmentation"):
        raise InputError(
            "It has no segmentation.", path=path, place=place, remedy="Score boxes, or use a data set with masks."
        )
    if task == "boxes" and not a.get("bbox"):
        raise InputError("It has no bbox.", path=path, place=place)
    a = {"iscrowd": 0, **a}
    if "area" not in a:
        box = a.get("bbox") or [0, 0, 0, 0]
        a["area"] = box[2] * box[3]
    if task == "keypoints":
        points = a.get("keypoints") or []
        a.setdefault("num_keypoints", sum(1 for v in points[2::3] if v > 0))
        a.setdefault("bbox", [0, 0, 0, 0])
    return a


def _check_item(item: dict, path: Path, place: str, size: tuple[int, int]) -> None:
    text = msgspec.json.encode(item)
    try:
        check_shape(read_head(text), text, *size)
    except Unusable as why:
        reason = why.reason[:1].upper() + why.reason[1:]
        raise InputError(f"{reason}.", path=path, place=f"{place}{why.place}") from why


def _results(path: Path, task: Task, truth: dict, warnings: list[str]) -> list[dict]:
    data = _decoded(path)
    is_list = isinstance(data, list)
    items = data if is_list else data.get("annotations") if isinstance(data, dict) else None
    prefix = "" if is_list else "annotations"
    if not isinstance(items, list):
        raise InputError("This is neither a results list nor a data set.", path=path)
    if not is_list:
        items = [{"score": 1.0, **a} for a in items if isinstance(a, dict)]
        if task == "keypoints":
            # An object without labelled points is nothing that a pose could be found for.
            items = [a for a in items if any(v > 0 for v in (a.get("keypoints") or [])[2::3])]
    if not items:
        raise InputError("There are no results in this file.", path=path, remedy="Predict with a lower threshold.")
    sizes, names = _sizes(truth), {c["id"] for c in truth["categories"]}
    lengths = Counter(len(a["keypoints"]) for a in truth["annotations"] if a.get("keypoints"))
    known = [_result(r, path, f"{prefix}[{i}]", task, sizes, lengths) for i, r in enumerate(items)]
    strangers = [r for r in known if r["category_id"] not in names]
    if strangers:
        warnings.append(
            f"{len(strangers)} results have a category that the ground truth does not know; they don't count."
        )
    return known


def _result(r: Any, path: Path, place: str, task: Task, sizes: dict, lengths: Counter) -> dict:
    if not isinstance(r, dict):
        raise InputError("A result must be an object.", path=path, place=place)
    if r.get("image_id") not in sizes:
        raise InputError(
            f"The image {r.get('image_id')!r} is not in the ground truth.",
            path=path,
            place=place,
            remedy="Predict with --images and that ground truth, so that both use the same ids.",
        )
    score = r.get("score")
    if not isinstance(score, int | float) or isinstance(score, bool):
        raise InputError("It has no score.", path=path, place=place)
    _check_item(r, path, place, sizes[r["image_id"]])
    for key in _NEEDS[task]:
        if r.get(key):
            break
    else:
        raise InputError(f"It has no {' or '.join(_NEEDS[task])}, which the task {task} needs.", path=path, place=place)
    if key == "keypoints" and lengths and len(r[key]) not in lengths:
        raise InputError(
            f"It has {len(r[key]) // 3} keypoints, the ground truth {' or '.join(str(n // 3) for n in lengths)}.",
            path=path,
            place=f"{place}.keypoints",
        )
    # One shape each: pycocotools decides by the first result which one to measure.
    shape = _code(r[key], *sizes[r["image_id"]]) if key == "segmentation" else r[key]
    dense = {name: r[name] for name in ("uv_shape", "uv_data") if task == "densepose" and name in r}
    return {"image_id": r["image_id"], "category_id": r.get("category_id"), "score": score, key: shape, **dense}


def _code(segmentation: Any, width: int, height: int) -> dict:
    """Return a segmentation as a compressed RLE, the only form that pycocotools takes in results."""
    if isinstance(segmentation, dict) and isinstance(segmentation["counts"], str):
        return segmentation
    from pycocotools import mask

    codes: Any = mask.frPyObjects
    if isinstance(segmentation, dict):
        return codes(segmentation, *segmentation["size"])
    merged: Any = mask.merge(codes([ring for ring in segmentation if len(ring) >= 6], height, width))
    return merged
