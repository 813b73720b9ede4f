"""What an operation on the selection is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category

if TYPE_CHECKING:  # The tools import this module.
    from segstudio.app.tools.options import Option


@dataclass(frozen=True)
class Subject:
    """What an operation works on.

    Args:
        rows: The selected visible annotations, the lowest in the stack first.
        size: (width, height) of the picture.
        others: The picture's other visible annotations.
        categories: All classes, by id.
        pixels: Returns uint8 RGB (h, w, 3) of the whole pixels that a box touches, or of the whole picture (None).
        new_ids: Reserves so many ids in a row and returns the first; those of a preview are negative.
    """

    rows: tuple[Annotation, ...]
    size: tuple[int, int]
    others: tuple[Annotation, ...]
    categories: Mapping[int, Category]
    pixels: Callable[[Box | None], np.ndarray]
    new_ids: Callable[[int], int]


Values = Mapping[str, Any]


def _no_note(_: Subject, __: Values, ___: ChangeSet) -> str:
    return ""


@dataclass(frozen=True)
class Operation:
    """A change of the selected annotations that has a name.

    Args:
        name: Its key.
        text: As menus and the palette show it.
        icon: Of the icon family, or empty.
        keys: Shortcuts, parted by spaces.
        edit: Returns the change; it is pure, and raises an `InputError` with the remedy where it can't be done.
        options: What the person chooses. With some, a preview is shown before anything changes.
        needs: When it is enabled: a word of `enabling.State`.
        slow: The preview is computed in a thread.
        gap: Whether a separator goes before it in the menu.
        menu: The menu it is in.
        note: Returns a text that is shown beside the options, from the subject, the values and the change.
    """

    name: str
    text: str
    icon: str
    keys: str
    edit: Callable[[Subject, Values], ChangeSet]
    options: tuple[Option, ...] = ()
    needs: str = "selection"
    slow: bool = False
    gap: bool = False
    menu: str = "Shape"
    note: Callable[[Subject, Values, ChangeSet], str] = _no_note
