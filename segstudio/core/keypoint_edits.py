"""What a person does to keypoints and skeletons, as pure functions that return a ChangeSet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from segstudio.core import changes, edits, skeletons
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.labels import Category, Skeleton

Joint = tuple[float, float, int]
MISSING: Joint = (0.0, 0.0, 0)


def joints_of(points: Keypoints) -> list[Joint]:
    """Return (x, y, v) of all keypoints."""
    return [points.point(i) for i in range(points.count)]


def as_keypoints(joints: Iterable[Joint]) -> Keypoints:
    """Return (x, y, v) as keypoints; x and y are 0 where v is."""
    return Keypoints(tuple(value for x, y, v in joints for value in ((x, y, v) if v else MISSING)))


def _points_of(a: Annotation) -> Keypoints:
    if a.keypoints is None:
        raise InputError(f"Object {a.id} has no keypoints.")
    return a.keypoints


def _changed(
    rows: Sequence[Annotation], edit: Callable[[Annotation, Keypoints], Keypoints], label: str, merge: str = ""
) -> ChangeSet:
    """Return the change of the keypoints of those rows that have some and get others."""
    made = ((a, edit(a, a.keypoints)) for a in rows if a.keypoints is not None)
    pairs = ((a, replace(edits.by_person(a), keypoints=new)) for a, new in made if new != a.keypoints)
    return changes.replace(pairs, label, merge)


def put(a: Annotation, index: int, x: float, y: float, v: int | None = None) -> ChangeSet:
    """Return the move of one keypoint; v None keeps what it is, or makes one that was not labelled visible."""
    points = _points_of(a)
    v = (points.point(index)[2] or 2) if v is None else v
    return edits.set_keypoints(a, points.moved(index, x, y, v), "Move keypoint")


def nudge(a: Annotation, index: int, dx: float, dy: float) -> ChangeSet:
    """Return the move of one labelled keypoint by (dx, dy) pixels; nudges of one in a row become one step."""

    def moved(_: Annotation, points: Keypoints) -> Keypoints:
        x, y, v = points.point(index)
        return points.moved(index, x + dx, y + dy, v)

    return _changed([a], moved, "Nudge keypoint", f"nudge keypoint {a.id} {index}")


def shift(a: Annotation, indices: Collection[int], dx: float, dy: float) -> ChangeSet:
    """Return the move of several keypoints by (dx, dy) pixels; those not labelled stay so."""

    def moved(_: Annotation, points: Keypoints) -> Keypoints:
        joints = joints_of(points)
        return as_keypoints((x + dx, y + dy, v) if i in indices else (x, y, v) for i, (x, y, v) in enumerate(joints))

    return _changed([a], moved, "Move keypoints")


def set_visibility(a: Annotation, index: int, v: int) -> ChangeSet:
    """Return the change of one labelled keypoint to visible (2), hidden (1) or not labelled (0)."""

    def marked(_: Annotation, points: Keypoints) -> Keypoints:
        x, y, old = points.point(index)
        return points.moved(index, x, y, v) if old else points

    label = {0: "Remove keypoint", 1: "Mark keypoint hidden", 2: "Mark keypoint visible"}[v]
    return _changed([a], marked, label)


def set_all_visible(rows: Sequence[Annotation]) -> ChangeSet:
    """Return the change that makes every labelled keypoint visible."""
    return _changed(
        rows,
        lambda _, points: as_keypoints((x, y, 2 if v else 0) for x, y, v in joints_of(points)),
        "Make all keypoints visible",
    )


def swap_pair(a: Annotation, skeleton: Skeleton, index: int) -> ChangeSet:
    """Return the exchange of one keypoint with its mirror image; one without changes nothing."""
    return _changed([a], lambda _, points: _swapped(points, skeleton, {index}), "Swap left and right")


def swap_sides(rows: Sequence[Annotation], categories: Mapping[int, Category]) -> ChangeSet:
    """Return the exchange of all left keypoints with the right ones."""

    def swapped(a: Annotation, points: Keypoints) -> Keypoints:
        skeleton = skeleton_of(a, categories)
        return points if skeleton is None else _swapped(points, skeleton, range(points.count))

    return _changed(rows, swapped, "Swap left and right")


def _swapped(points: Keypoints, skeleton: Skeleton, which: Collection[int]) -> Keypoints:
    if points.count != len(skeleton.names):
        return points  # it can't be known which is which
    partner = skeletons.partners(skeleton).tolist()
    moved = set(which) | {partner[i] for i in which}
    joints = joints_of(points)
    return as_keypoints(joints[partner[i]] if i in moved else joints[i] for i in range(points.count))


def mirror(rows: Sequence[Annotation], categories: Mapping[int, Category]) -> ChangeSet:
    """Return the mirror image of poses about the vertical middle of their keypoints, left and right swapped."""

    def mirrored(a: Annotation, points: Keypoints) -> Keypoints:
        box, skeleton = points.bounds, skeleton_of(a, categories)
        if box is None:
            return points
        if skeleton is not None:
            points = _swapped(points, skeleton, range(points.count))
        return as_keypoints((2 * box.x + box.w - x, y, v) for x, y, v in joints_of(points))

    return _changed(rows, mirrored, "Mirror pose")


def clear(rows: Sequence[Annotation]) -> ChangeSet:
    """Return the removal of keypoints; an object that has nothing else goes whole."""
    having = [a for a in rows if a.keypoints is not None]
    bare = [a for a in having if a.geometry is None and a.box is None]
    kept = [(a, replace(edits.by_person(a), keypoints=None)) for a in having if a not in bare]
    return replace(changes.replace(kept).then(changes.delete(bare)), label="Remove keypoints")


def skeleton_of(a: Annotation, categories: Mapping[int, Category]) -> Skeleton | None:
    """Return the skeleton of an object's class if it has as many keypoints as the object."""
    category = categories.get(a.category)
    skeleton = category.skeleton if category is not None else None
    if skeleton is None or a.keypoints is None or a.keypoints.count != len(skeleton.names):
        return None
    return skeleton


def kept_by_name(old: Skeleton | None, new: Skeleton) -> tuple[int | None, ...]:
    """Return for each keypoint of a new skeleton the old one of the same name, None for a new one."""
    places = {name: i for i, name in enumerate(old.names)} if old is not None else {}
    return tuple(places.get(name) for name in new.names)


def losing(rows: Iterable[Annotation], old: Skeleton, kept: Sequence[int | None]) -> int:
    """Return how many objects have a labelled keypoint that a new skeleton leaves out."""
    gone = set(range(len(old.names))) - {i for i in kept if i is not None}
    return sum(1 for a in rows if _fits(a, old) and any(_points_of(a).point(i)[2] for i in gone))


def _fits(a: Annotation, skeleton: Skeleton) -> bool:
    return a.keypoints is not None and a.keypoints.count == len(skeleton.names)


def change_skeleton(
    category: Category,
    skeleton: Skeleton | None,
    rows: Sequence[Annotation],
    kept: Sequence[int | None] | None = None,
    *,
    drop: bool = False,
) -> ChangeSet:
    """Return the change of a class's skeleton with the keypoints of its objects brought into the new order.

    Objects whose keypoints do not fit the old skeleton, and all when the skeleton is taken away, stay as they are. A
    prediction stays one: nobody has judged it.

    Args:
        category: The class.
        skeleton: The new one; None takes it away.
        rows: All objects of the class.
        kept: For each keypoint of the new skeleton the index in the old one, None for a new keypoint; by name where
            left out.
        drop: Whether labelled keypoints may be left out.

    Raises:
        InputError: The skeleton is not sound, or labelled keypoints would be left out and `drop` is False.
    """
    old = category.skeleton
    if skeleton is not None:
        skeletons.checked(skeleton)
    if kept is None and skeleton is not None:
        kept = kept_by_name(old, skeleton)
    lost = losing(rows, old, kept) if old is not None and kept is not None else 0
    if lost and not drop:
        raise InputError(
            f"{lost} object{'s' if lost != 1 else ''} of {category.name} would lose labelled keypoints.",
            remedy="Keep these keypoints, or confirm that they may go.",
        )
    pairs: list[tuple[Annotation, Annotation]] = []
    if old is not None and kept is not None and tuple(kept) != tuple(range(len(old.names))):
        for a in rows:
            if _fits(a, old):
                joints = joints_of(_points_of(a))
                points = as_keypoints(MISSING if i is None else joints[i] for i in kept)
                pairs.append((a, replace(a, keypoints=points)))
    label = f"Change skeleton of {category.name}"
    return changes.replace([(category, replace(category, skeleton=skeleton)), *pairs], label)
