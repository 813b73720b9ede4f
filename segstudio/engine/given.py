"""Models in boxes that are there: which boxes a picture has for a model, and how its findings join their objects.

What a model finds in the box of an object becomes a part of that object: its pose or its mask. Number, class,
attributes and whose object it is stay. As nobody has looked at the new part yet, a person's object is "to do" again;
a prediction stays one, and a flag stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from msgspec.structs import replace

from segstudio.core.annotation import FLAGGED, PREDICTED, REJECTED, TODO, USER, Annotation, Keypoints
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.given import GivenBoxes
from segstudio.core.labels import Category, LabelSet
from segstudio.core.masks import Mask
from segstudio.engine.drafts import Draft

_PARTS = {"poses": "pose", "instances": "mask"}


@dataclass(frozen=True)
class Within:
    """Which objects a model is to look in.

    Args:
        objects: Ids of annotations; None for all of a picture.
        replace: Also those that have a pose (or a mask) already: the model's takes its place.
        spared: Ids of annotations that are left alone.
    """

    objects: Collection[int] | None = None
    replace: bool = False
    spared: Collection[int] = frozenset()


def check(card: Any) -> None:
    """Check that a model can look in given boxes.

    Raises:
        InputError: It can't.
    """
    if not card.takes_boxes:
        raise InputError(
            f"{card.title} finds its own boxes and can't look in given ones.",
            remedy="Choose a model that looks at one object at a time, such as starter-poses or starter-instances.",
        )


def box_of(a: Annotation) -> Box | None:
    """Return the box that says where an object is: the drawn or stated one, else that around its shape."""
    if isinstance(a.geometry, Box):
        return a.geometry
    return a.box or (a.geometry.bounds if a.geometry is not None else None)


def has_part(a: Annotation, task: str) -> bool:
    """Return whether an object has already what a model of that task gives."""
    if task == "poses":
        return a.keypoints is not None and a.keypoints.labelled > 0
    return isinstance(a.geometry, Mask | Polygons)


def boxes_in(
    card: Any,
    annotations: Iterable[Annotation],
    categories: Mapping[int, Category],
    within: Within,
    size: tuple[int, int] | None = None,
) -> GivenBoxes:
    """Return the boxes of a picture that a model is to look in.

    Args:
        card: Of the model.
        annotations: All of the picture.
        categories: The classes by id.
        within: Which of them.
        size: (height, width) of the picture, where it is known: boxes beside it are left out.
    """
    classes: LabelSet = card.label_set()
    height, width = size or (np.inf, np.inf)
    rows: list[tuple[float, float, float, float]] = []
    labels: list[int] = []
    objects: list[int] = []
    for a in annotations:
        box, label = box_of(a), _label_of(categories.get(a.category), card, classes)
        if box is None or label is None or not _wanted(a, within, card.task):
            continue
        left, top, right, bottom = max(box.x, 0.0), max(box.y, 0.0), min(box.right, width), min(box.bottom, height)
        if right - left >= 1 and bottom - top >= 1:
            rows.append((left, top, right, bottom))
            labels.append(label)
            objects.append(a.id)
    corners = np.array(rows, np.float32).reshape(-1, 4)
    return GivenBoxes(corners, np.array(labels, np.int64), np.array(objects, np.int64))


def _wanted(a: Annotation, within: Within, task: str) -> bool:
    if a.crowd or a.review == REJECTED or a.id in within.spared:
        return False
    return (within.objects is None or a.id in within.objects) and (within.replace or not has_part(a, task))


def _label_of(category: Category | None, card: Any, classes: LabelSet) -> int | None:
    """Return a class's id among the model's, by its name or its keypoints; None where the model can't look in it."""
    if category is None:
        return None
    name = category.name.strip().casefold()
    for label in classes.labels:
        if label.name.strip().casefold() == name:
            return label.id
    if card.takes_boxes == "any":
        return -1
    # "Player" or "Pedestrian": a class of another name that has the model's points is what the model knows.
    own, theirs = category.skeleton, classes.skeleton
    if own is not None and theirs is not None and not set(own.names).isdisjoint(theirs.names):
        return classes.labels[0].id
    return None


def nothing(
    card: Any, annotations: Iterable[Annotation], categories: Mapping[int, Category], within: Within
) -> Literal["", "have", "none"]:
    """Return why a picture has no box to look in: all "have" what the model gives, or there is "none"; "" if it has."""
    rows = list(annotations)
    if len(boxes_in(card, rows, categories, within)):
        return ""
    again = Within(within.objects, True, within.spared)
    if len(boxes_in(card, rows, categories, again)):
        return "have"
    return "none"


def refusal(card: Any, reasons: Collection[str], within: Within) -> InputError:
    """Return the error that says why a model has no box to look in.

    Args:
        card: Of the model.
        reasons: What `nothing` said of each picture.
        within: What was asked for.
    """
    part = _PARTS.get(card.task, "result")
    if "have" in reasons:
        return InputError(
            f"Every object here that {card.title} can look in has a {part} already.",
            remedy="Ask for it to be replaced (on the command line: --replace), or delete it first.",
        )
    names = [label.name for label in card.label_set().labels]
    which = f"of the class {names[0]} " if card.takes_boxes == "own" and len(names) == 1 else ""
    where = "among the selected objects" if within.objects is not None else "here"
    return InputError(
        f"There is no box {which}{where} for {card.title} to look in.",
        remedy="Draw boxes around the objects first, or let the model look at the whole picture.",
    )


def joined(a: Annotation, d: Draft, points: Keypoints | None, model: str) -> Annotation | None:
    """Return an object with what a model found in its box; None where it found nothing.

    Args:
        a: The object.
        d: What was found.
        points: The pose in the order of the class's skeleton.
        model: The card's name, noted in the object's origin.
    """
    pose = points is not None and points.labelled > 0
    mask = d.geometry if isinstance(d.geometry, Mask) and d.geometry.counts else None
    if not pose and mask is None:
        return None
    note = f"{'pose' if pose else 'mask'} by {model}"
    # What differs from its file is the project's own, and is written anew.
    origin = USER if a.origin.kind == "import" else a.origin
    notes = tuple(n for n in origin.notes if not n.startswith(f"{note.split()[0]} by "))
    a = replace(a, origin=replace(origin, notes=(*notes, note, *(n for n in d.notes if n not in notes))))
    if a.review != FLAGGED:
        a = replace(a, review=PREDICTED if a.is_prediction else TODO)
    if pose:
        return replace(a, keypoints=points)
    return replace(a, geometry=mask, box=box_of(a))
