"""What becomes of the pixels that an assist found, as pure functions that return a ChangeSet."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from segstudio.core import edits, masks, painting
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Polygons
from segstudio.core.masks import Mask

How = Literal["add", "take", "replace"]


def give(a: Annotation, found: Mask | Polygons, size: tuple[int, int], how: How, label: str) -> ChangeSet:
    """Return the change that gives found pixels to an object, takes them from it, or puts them in its place.

    Finding nothing changes nothing. An object that loses its last pixel is deleted, unless it has keypoints.

    Args:
        a: The object.
        found: Pixels, or the outline of some.
        size: (width, height) of the picture.
        label: As the history shows it.
    """
    pixels = masks.from_polygons(found, *size) if isinstance(found, Polygons) else found
    if not pixels.counts:
        return ChangeSet((), label)
    if how == "replace":
        return edits.set_geometry(a, found, label)
    edit = painting.erase if how == "take" else painting.paint
    return replace(edit(a, pixels, size), label=label)
