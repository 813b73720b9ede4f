"""What a person does to the dense pose of an object, as pure functions that return a ChangeSet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from segstudio.core import changes, densepose, masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.densepose import DensePose
from segstudio.core.document import unread_dense
from segstudio.core.edits import by_person
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

_POINT = ("x", "y", "part", "u", "v")


def dense_of(a: Annotation) -> DensePose:
    """Return the object's dense pose, an empty one in its box where it has none.

    Raises:
        InputError: It has no area, or DensePose data that can't be understood and would be overwritten.
    """
    if a.dense is not None:
        return a.dense
    reason = unread_dense(a)
    if reason:
        raise InputError(
            f"Object {a.id} has DensePose data that can't be read ({reason}), and it would be overwritten.",
            remedy="Correct the file and import it again.",
        )
    return densepose.empty(frame_of(a))


def frame_of(a: Annotation) -> Box:
    """Return the object's bbox as an export writes it: that of its mask, else the stated one, else its shape's."""
    if a.box is not None and not isinstance(a.geometry, Mask):
        return a.box
    return a.geometry.bounds if a.geometry is not None else a.bounds


def set_dense(a: Annotation, dense: DensePose | None, label: str = "Edit DensePose", merge: str = "") -> ChangeSet:
    """Return the change of the dense pose; one without points and masks is taken off."""
    if dense is not None and not any(m.counts for m in dense.masks):
        dense = replace(dense, masks=densepose.NO_MASKS) if dense.count else None
    if dense == a.dense:
        return ChangeSet(())
    return changes.replace([(a, replace(by_person(a), dense=dense))], label, merge)


def add_point(a: Annotation, x: float, y: float, part: int, u: float, v: float) -> ChangeSet:
    """Return the addition of a point at (x, y) of the picture that shows (u, v) of chart `part`.

    Raises:
        InputError: No such chart, u or v outside [0, 1], or see `dense_of`.
    """
    dense = dense_of(a)
    place = dense.to_box(x, y)
    values = (*place, *_checked(part, u, v))
    dense = replace(dense, **{name: (*getattr(dense, name), value) for name, value in zip(_POINT, values)})
    return set_dense(a, dense, "Add DensePose point")


def set_point(a: Annotation, index: int, part: int, u: float, v: float) -> ChangeSet:
    """Return the change of what a point shows."""
    dense = dense_of(a)
    new = dict(zip(("part", "u", "v"), _checked(part, u, v)))
    return set_dense(a, replace(dense, **_put(dense, index, new)), "Change DensePose point")


def move_point(a: Annotation, index: int, x: float, y: float, *, nudge: bool = False) -> ChangeSet:
    """Return the move of a point to (x, y) of the picture; nudges in a row become one step."""
    dense = dense_of(a)
    place = dict(zip(("x", "y"), dense.to_box(x, y)))
    merge = "nudge" if nudge else ""
    return set_dense(a, replace(dense, **_put(dense, index, place)), "Move DensePose point", merge)


def delete_points(a: Annotation, indices: Collection[int]) -> ChangeSet:
    """Return the removal of points."""
    dense = dense_of(a)
    gone = set(indices)
    kept = {name: tuple(w for i, w in enumerate(getattr(dense, name)) if i not in gone) for name in _POINT}
    label = "Delete DensePose point" if len(gone) == 1 else f"Delete {len(gone)} DensePose points"
    return set_dense(a, replace(dense, **kept), label)


def swap_sides(a: Annotation) -> ChangeSet:
    """Return the exchange of left and right: every point and part stays where it is in the picture."""
    return set_dense(a, densepose.swapped(dense_of(a)), "Swap left and right")


def paint_part(a: Annotation, part: int, stroke: Mask, *, erase: bool = False, within: Mask | None = None) -> ChangeSet:
    """Return the change of a brush stroke over the coarse parts.

    The stroke's pixels become cells of the 256 x 256 grid over the object's box (see `densepose.cells_of`), so its edge
    is true to a cell: 1.2 pixels on an object 300 pixels wide. A cell has one part: painting takes it from the others,
    erasing leaves it without one. A stroke that leaves the grid makes it reach over the object's present box first.

    Args:
        a: The object.
        part: 1 to 14; erasing takes it from this part, from any for 0.
        stroke: In the picture.
        erase: Take off in place of painting.
        within: Only here, in the picture: the object's outline; None for everywhere.
    """
    if not (0 if erase else 1) <= part <= len(densepose.COARSE):
        raise InputError(f"{part} is none of the 14 parts.")
    if within is not None:
        stroke = masks.intersect(stroke, within)
    if not stroke.counts:
        return ChangeSet(())
    dense = dense_of(a)
    if not erase and not _holds(dense.box, stroke.bounds):
        dense = densepose.rebased(dense, dense.box.union(frame_of(a)))
    cells = densepose.cells_of(dense, stroke)
    old = dense.masks or tuple(masks.EMPTY for _ in densepose.COARSE)
    new = list(old)
    for i, mask in enumerate(old):
        if erase and part and part != i + 1:
            continue
        new[i] = masks.union(mask, cells) if not erase and i + 1 == part else masks.subtract(mask, cells)
    if tuple(new) == old:
        return ChangeSet(())
    return set_dense(a, replace(dense, masks=tuple(new)), "Erase body part" if erase else "Paint body part")


def fill_rest(a: Annotation, part: int, outline: Mask) -> ChangeSet:
    """Return the painting of a part on all cells of an outline (in the picture) that have no part yet."""
    if not outline.counts:
        return ChangeSet(())
    dense = densepose.rebased(dense_of(a), dense_of(a).box.union(frame_of(a)))
    free = densepose.cells_of(dense, outline)
    for mask in dense.masks:
        free = masks.subtract(free, mask)
    if not free.counts:
        return ChangeSet(())
    old = dense.masks or tuple(masks.EMPTY for _ in densepose.COARSE)
    new = tuple(masks.union(m, free) if i == part else m for i, m in enumerate(old, 1))
    return set_dense(a, replace(dense, masks=new), "Fill body part")


def clear(a: Annotation) -> ChangeSet:
    """Return the removal of all DensePose data."""
    return set_dense(a, None, "Clear DensePose")


def _holds(box: Box, inner: Box) -> bool:
    return box.x <= inner.x and box.y <= inner.y and box.right >= inner.right and box.bottom >= inner.bottom


def _checked(part: int, u: float, v: float) -> tuple[float, float, float]:
    if densepose.chart(part) is None:
        raise InputError(f"{part} is none of the 24 parts.")
    if not (0.0 <= u <= 1.0 and 0.0 <= v <= 1.0):
        raise InputError("U and V lie between 0 and 1.")
    return float(part), float(u), float(v)


def _put(dense: DensePose, index: int, new: Mapping[Any, float]) -> dict[str, tuple[float, ...]]:
    result = {}
    for name, value in new.items():
        values = list(getattr(dense, name))
        values[index] = value
        result[name] = tuple(values)
    return result
