"""Categories, skeletons and label sets."""

from __future__ import annotations

import math
from typing import Any

import msgspec

ATTRIBUTE_KINDS = ("flag", "choice", "number", "text")


class AttributeSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """An attribute that the objects of a class may have.

    Args:
        name: As shown, and the key under which an object keeps its value.
        kind: "flag" (true or false), "choice" (one of a few texts), "number" or "text".
        default: What a new object gets; None for nothing.
        choices: Of a choice, in their order.
        least: The smallest number allowed, None for no limit.
        most: The largest one, likewise.
    """

    name: str
    kind: str = "text"
    default: bool | int | float | str | None = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    def trouble(self, value: Any) -> str:
        """Return why a value does not fit, as the end of a sentence, or "" for one that does."""
        match self.kind:
            case "flag":
                return "" if isinstance(value, bool) else "is not true or false"
            case "number":
                if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                    return "is not a number"
                if self.least is not None and value < self.least:
                    return f"is below {self.least:g}"
                return f"is above {self.most:g}" if self.most is not None and value > self.most else ""
            case "choice":
                return "" if value in self.choices else f"is not one of {', '.join(self.choices)}"
        return "" if isinstance(value, str) else "is not a text"


class Skeleton(msgspec.Struct, frozen=True, omit_defaults=True):
    """The keypoints of a category.

    Args:
        names: A name a keypoint, in order.
        limbs: Pairs of 0-based keypoint indices that are joined by a line (COCO's file form is 1-based).
        symmetry: Pairs of 0-based indices that swap when the picture is mirrored.
        sigmas: Standard deviations of OKS, one a keypoint, or empty for the default 0.05.
        positions: (x, y) of each keypoint in a typical pose, in a unit box whose longer side is 1, y down; or empty.
        colors: "#rrggbb" or "" (the object's colour) for each keypoint, or empty.
        limb_colors: The same for each limb, or empty.
    """

    names: tuple[str, ...]
    limbs: tuple[tuple[int, int], ...] = ()
    symmetry: tuple[tuple[int, int], ...] = ()
    sigmas: tuple[float, ...] = ()
    positions: tuple[tuple[float, float], ...] = ()
    colors: tuple[str, ...] = ()
    limb_colors: tuple[str, ...] = ()


class Category(msgspec.Struct, frozen=True, tag="category", omit_defaults=True):
    """A class of a project.

    Args:
        id: The project's own number, never shown in files.
        name: As shown and as exported.
        color: "#rrggbb", or None for the stable colour of the name.
        thing: Countable objects (True) or stuff (False).
        source: The JSON object of the file it was read from, byte for byte, or None.
        run: The import or prediction that brought it, or None; it goes and comes back with that run.
        attributes: What its objects can say about themselves; an object may have others too.
    """

    id: int
    name: str
    supercategory: str = ""
    color: str | None = None
    thing: bool = True
    skeleton: Skeleton | None = None
    position: int = 0
    source: bytes | None = None
    run: int | None = None
    attributes: tuple[AttributeSpec, ...] = ()

    def attribute(self, name: str) -> AttributeSpec | None:
        """Return the attribute of that name, or None."""
        return next((spec for spec in self.attributes if spec.name == name), None)


class Label(msgspec.Struct, frozen=True):
    """A class as a model or a data set numbers it."""

    id: int
    name: str
    supercategory: str = ""
    thing: bool = True


class LabelSet(msgspec.Struct, frozen=True):
    """The classes of a data set, with the skeleton of those that have keypoints."""

    name: str
    labels: tuple[Label, ...]
    skeleton: Skeleton | None = None

    def by_id(self, label_id: int) -> Label:
        """Return the label of that id, or one named after the id where the set has none."""
        for label in self.labels:
            if label.id == label_id:
                return label
        return Label(label_id, f"class {label_id}")


_COCO_NAMES = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
    "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
).split()

COCO_PERSON = Skeleton(
    names=tuple(_COCO_NAMES),
    limbs=tuple(
        (a - 1, b - 1)
        for a, b in (
            (16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7), (6, 8), (7, 9),
            (8, 10), (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7),
        )
    ),
    symmetry=((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)),
    sigmas=(
        0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062,
        0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
    ),
)  # fmt: skip

FACE_FIVE = Skeleton(
    names=("left_eye", "right_eye", "nose", "left_mouth", "right_mouth"),
    limbs=((0, 1), (0, 2), (1, 2), (2, 3), (2, 4), (3, 4)),
    symmetry=((0, 1), (3, 4)),
)
