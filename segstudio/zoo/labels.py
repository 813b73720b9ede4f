"""Label sets: the classes as data sets and published models number them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from segstudio.core import skeletons
from segstudio.core.errors import InputError
from segstudio.core.labels import COCO_PERSON, FACE_FIVE, Label, LabelSet, Skeleton

_SKELETONS: dict[str, Skeleton] = {"coco-person": COCO_PERSON, "face-five": FACE_FIVE}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    labels: tuple[Label, ...]
    skeleton: str | None = None


def names() -> list[str]:
    """Return the names of the label sets that come with the package."""
    folder = files("segstudio.resources") / "labels"
    return sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))


@cache
def get(name: str) -> LabelSet:
    """Return a label set by its name, such as coco-91 or voc-21.

    Raises:
        InputError: There is none of that name.
    """
    if name not in names():
        raise InputError(f"There is no label set '{name}'.", remedy=f"Known are: {', '.join(names())}.")
    text = (files("segstudio.resources") / "labels" / f"{name}.json").read_bytes()
    content = msgspec.json.decode(text, type=_File)
    skeleton = _skeleton(content.skeleton) if content.skeleton else None
    return LabelSet(content.name, content.labels, skeleton)


def _skeleton(name: str) -> Skeleton:
    """Return a skeleton of the models' own, or a template's."""
    return _SKELETONS[name] if name in _SKELETONS else skeletons.get(name).skeleton


def from_names(name: str, classes: tuple[str, ...], first: int) -> LabelSet:
    """Return the set of a user's own classes, numbered upwards from `first` in the order given."""
    return LabelSet(name, tuple(Label(first + i, text) for i, text in enumerate(classes)))
