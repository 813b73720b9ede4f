"""What a person does to annotations, as pure functions that return a ChangeSet.

Every edit of a prediction makes it a person's annotation (`by_person`); that rule lives here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from segstudio.core import changes, densepose
from segstudio.core.annotation import (
    ACCEPTED,
    CORRECTED,
    FLAGGED,
    REJECTED,
    TODO,
    USER,
    Annotation,
    Geometry,
    Keypoints,
    Origin,
)
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons, Ring
from segstudio.core.labels import Category
from segstudio.core.masks import Mask
from segstudio.core.media import Media

MERGE_NUDGE = "nudge"


def by_person(a: Annotation) -> Annotation:
    """Return the annotation as a person's own; a prediction keeps its model and the run it came from.

    What a model or a file brought counts as corrected from then on, unless it was accepted or flagged before.
    """
    if a.origin.kind == "user":
        return a
    review = a.review if a.review in (ACCEPTED, FLAGGED) else CORRECTED
    if a.origin.kind != "model":
        return replace(a, origin=USER, review=review)
    origin = Origin("user", a.origin.model, a.origin.weights, None, a.origin.run, a.origin.notes)
    return replace(a, origin=origin, review=review, score=None)


def count_of(n: int) -> str:
    """Return "1 object" or "3 objects"."""
    return "1 object" if n == 1 else f"{n} objects"


def add(rows: Iterable[Annotation], label: str = "Add") -> ChangeSet:
    """Return the change that adds annotations; what a person drew is nobody's to do any more."""
    drawn = (replace(a, review=CORRECTED) if a.origin.kind == "user" and a.review == TODO else a for a in rows)
    return changes.insert(drawn, label)


def delete(rows: Sequence[Annotation]) -> ChangeSet:
    """Return the change that deletes annotations."""
    return changes.delete(rows, f"Delete {count_of(len(rows))}")


def relabel(rows: Sequence[Annotation], category: Category) -> ChangeSet:
    """Return the change of class. Keypoints stay when the new class has as many, else the change is refused.

    Raises:
        InputError: The new class has another number of keypoints.
    """
    wanted = len(category.skeleton.names) if category.skeleton else 0
    for a in rows:
        if a.keypoints is not None and a.keypoints.count != wanted:
            raise InputError(
                f"Object {a.id} has {a.keypoints.count} keypoints and the class {category.name} has {wanted}.",
                remedy="Delete its keypoints first, or choose a class with the same skeleton.",
            )
    pairs = ((a, replace(by_person(a), category=category.id)) for a in rows)
    return changes.replace(pairs, f"Relabel to {category.name}")


def accept(rows: Sequence[Annotation]) -> ChangeSet:
    """Return the change that makes predictions a person's own."""
    return changes.replace(((a, replace(by_person(a), review=ACCEPTED)) for a in rows), f"Accept {count_of(len(rows))}")


def reject(rows: Sequence[Annotation]) -> ChangeSet:
    """Return the change that marks predictions as wrong; they stay stored and are not exported."""
    return changes.replace(((a, replace(a, review=REJECTED)) for a in rows), f"Reject {count_of(len(rows))}")


def set_geometry(a: Annotation, geometry: Geometry | None, label: str = "Edit shape", merge: str = "") -> ChangeSet:
    """Return the change of shape; a box stated besides the old shape goes with it."""
    return changes.replace([(a, replace(by_person(a), geometry=geometry, box=None))], label, merge)


def set_box(a: Annotation, box: Box) -> ChangeSet:
    """Return the change of a box annotation's box."""
    if isinstance(a.geometry, Box) or a.geometry is None:
        return set_geometry(a, box, "Resize box")
    return changes.replace([(a, replace(by_person(a), box=box))], "Resize box")


def _moved_ring(ring: Ring, dx: float, dy: float) -> Ring:
    return tuple(v + (dy if i % 2 else dx) for i, v in enumerate(ring))


def moved(a: Annotation, dx: float, dy: float) -> Annotation:
    """Return the annotation moved; masks, and DensePose on them, by whole pixels, unlabelled keypoints stay at 0."""
    geometry = a.geometry
    match geometry:
        case Box():
            geometry = Box(geometry.x + dx, geometry.y + dy, geometry.w, geometry.h)
        case Polygons():
            geometry = Polygons(
                tuple(_moved_ring(r, dx, dy) for r in geometry.parts),
                tuple(_moved_ring(r, dx, dy) for r in geometry.holes),
            )
        case Mask():
            geometry = replace(geometry, x=geometry.x + round(dx), y=geometry.y + round(dy))
    points = a.keypoints
    if points is not None:
        values = list(points.values)
        for i in range(points.count):
            if values[3 * i + 2] > 0:
                values[3 * i] += dx
                values[3 * i + 1] += dy
        points = Keypoints(tuple(values))
    box = None if a.box is None else Box(a.box.x + dx, a.box.y + dy, a.box.w, a.box.h)
    dense = a.dense
    if dense is not None:
        whole = isinstance(geometry, Mask)
        dense = densepose.moved(dense, round(dx) if whole else dx, round(dy) if whole else dy)
    return replace(by_person(a), geometry=geometry, keypoints=points, dense=dense, box=box)


def copies(
    rows: Sequence[Annotation],
    place: tuple[int, int],
    size: tuple[int, int],
    first: int,
    offset: float = 0.0,
    label: str = "Paste",
) -> ChangeSet:
    """Return the addition of copies as a person's own; all that they say goes along, but not what a file called them.

    Args:
        rows: From this picture or another.
        place: (media id, frame) that they come to.
        size: (width, height) of that picture. What would lie beyond its right or lower edge moves onto it, all by the
            same way, as far as its upper left corner allows; nothing is cut off.
        first: The id of the first copy; the others follow.
        offset: How far, in pixels, they lie to the right of and below the originals.
    """
    boxes = [a.bounds for a in rows]
    step = []
    for end, lows, highs in (
        (size[0], [b.x for b in boxes], [b.right for b in boxes]),
        (size[1], [b.y for b in boxes], [b.bottom for b in boxes]),
    ):
        # Whole pixels, for masks can't move by less; what lay beyond the other edge before may stay there.
        over = math.ceil(max(highs, default=0) + offset - end)
        step.append(offset - min(max(over, 0), max(math.floor(min(lows, default=0) + offset), 0)))
    made = []
    for i, a in enumerate(rows):
        # A track has one object a frame.
        track = a.track if a.media == place[0] and a.frame != place[1] else None
        copy = replace(
            moved(a, *step), id=first + i, media=place[0], frame=place[1], origin=USER, score=None, review=TODO,
            source=None, track=track,
        )  # fmt: skip
        made.append(copy)
    return add(made, f"{label} {count_of(len(made))}")


def translate(rows: Sequence[Annotation], dx: float, dy: float, *, nudge: bool = False) -> ChangeSet:
    """Return the move of annotations by (dx, dy) pixels; nudges in a row become one step."""
    pairs = ((a, moved(a, dx, dy)) for a in rows)
    return changes.replace(pairs, f"Move {count_of(len(rows))}", MERGE_NUDGE if nudge else "")


def set_keypoints(a: Annotation, keypoints: Keypoints | None, label: str = "Move keypoint") -> ChangeSet:
    """Return the change of keypoints."""
    return changes.replace([(a, replace(by_person(a), keypoints=keypoints))], label)


def set_review(media: Sequence[Media], review: str) -> ChangeSet:
    """Return the change of pictures' review state: "todo", "predicted", "corrected", "done" or "flagged"."""
    return changes.replace(((m, replace(m, review=review)) for m in media), f"Mark {review}")


def add_category(category: Category) -> ChangeSet:
    """Return the change that adds a class."""
    return changes.insert([category], f"Add class {category.name}")


def change_category(before: Category, after: Category) -> ChangeSet:
    """Return the change of a class's name, colour or skeleton."""
    return changes.replace([(before, after)], f"Change class {before.name}")
