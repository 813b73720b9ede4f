"""Skeleton templates, and what a skeleton's names and limbs tell about it.

The templates' names, order, limbs, symmetry and sigmas are those of the published data sets that each names; their
positions are segstudio's own: a typical pose in a unit box whose longer side is 1, so that shapes keep their aspect.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from msgspec.structs import replace

from segstudio.core.errors import InputError
from segstudio.core.labels import Skeleton

DEFAULT_SIGMA = 0.05
_COLOR = re.compile(r"#[0-9a-f]{6}\Z")
_SIDES = {"left": "right", "right": "left", "l": "r", "r": "l"}


class Ends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two places of a skeleton by which a whole pose can be laid down.

    Args:
        a: Indices of keypoints whose mean is the first place.
        b: The same of the second.
        first: What the first place is called: "the eyes".
        last: What the second is called.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]
    first: str
    last: str


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published skeleton.

    Args:
        name: "body-17", "hand-21", ...
        title: As people read it.
        about: Where it comes from.
        along: Its two ends, lengthwise.
        across: Its two sides.
        skeleton: With positions.
    """

    name: str
    title: str
    about: str
    along: Ends
    across: Ends
    skeleton: Skeleton


@cache
def names() -> tuple[str, ...]:
    """Return the names of the templates, people first, then hands, faces and animals."""
    folder = files("segstudio.resources") / "skeletons"
    found = [entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")]
    kinds = ("body", "wholebody", "mpii", "hand", "face", "animal")

    def order(name: str) -> tuple[int, int, str]:
        kind, _, count = name.rpartition("-")
        return kinds.index(kind) if kind in kinds else len(kinds), int(count), name

    return tuple(sorted(found, key=order))


@cache
def get(name: str) -> Template:
    """Return a template by its name.

    Raises:
        InputError: There is none of that name.
    """
    if name not in names():
        raise InputError(f"There is no skeleton '{name}'.", remedy=f"Known are: {', '.join(names())}.")
    return msgspec.json.decode(
        (files("segstudio.resources") / "skeletons" / f"{name}.json").read_bytes(), type=Template
    )


@cache
def _by_points() -> dict[tuple[str, ...], Template]:
    return {template.skeleton.names: template for template in map(get, names())}


def match(skeleton: Skeleton) -> Template | None:
    """Return the template that has the same keypoints in the same order, or None."""
    return _by_points().get(skeleton.names)


def completed(skeleton: Skeleton) -> Skeleton:
    """Return a skeleton that a file gave, with the symmetry and sigmas that follow from its keypoints' names."""
    template = match(skeleton)
    known = template.skeleton if template is not None else None
    symmetry = skeleton.symmetry or (known.symmetry if known is not None else symmetry_of(skeleton.names))
    sigmas = skeleton.sigmas or (known.sigmas if known is not None else ())
    return replace(skeleton, symmetry=symmetry, sigmas=sigmas)


def other_side(name: str) -> str:
    """Return a keypoint's name with left and right swapped; the same name where it says neither.

    "left", "right", "l" and "r" count where they stand as a word of their own: left_eye, R Knee, eye-l.
    """
    words = re.split(r"([^A-Za-z]+|(?<=[a-z])(?=[A-Z]))", name)
    for i, word in enumerate(words):
        swapped = _SIDES.get(word.lower())
        if swapped is not None:
            words[i] = swapped.upper() if word.isupper() else swapped.capitalize() if word[0].isupper() else swapped
            return "".join(words)
    return name


def symmetry_of(points: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of keypoints whose names differ in left and right only."""
    places = {name: i for i, name in enumerate(points)}
    pairs = ((i, places.get(other_side(name), i)) for i, name in enumerate(points))
    return tuple((i, j) for i, j in pairs if i < j)


def partners(skeleton: Skeleton) -> np.ndarray:
    """Return for each keypoint (int64) the one that takes its place in a mirror: itself, or its pair's other."""
    result = np.arange(len(skeleton.names))
    for a, b in skeleton.symmetry:
        if 0 <= a < len(result) and 0 <= b < len(result):
            result[[a, b]] = b, a
    return result


def positions(skeleton: Skeleton) -> np.ndarray:
    """Return float64 (k, 2): its typical pose in a unit box, from itself, its template, or laid out in a circle."""
    count = len(skeleton.names)
    if len(skeleton.positions) == count:
        return np.array(skeleton.positions, np.float64).reshape(-1, 2)
    template = match(skeleton)
    if template is not None:
        return np.array(template.skeleton.positions, np.float64)
    angle = 2 * np.pi * np.arange(count) / max(count, 1) - np.pi / 2
    return 0.5 + 0.5 * np.column_stack((np.cos(angle), np.sin(angle)))


def ends(skeleton: Skeleton, way: str) -> Ends:
    """Return the two places between which a drag lays the pose down.

    Args:
        skeleton: Of at least one keypoint.
        way: "along" (lengthwise) or "across".
    """
    template = match(skeleton)
    if template is not None:
        return template.along if way == "along" else template.across
    places = positions(skeleton)
    axis = 1 if way == "along" else 0
    a, b = int(np.argmin(places[:, axis])), int(np.argmax(places[:, axis]))
    return Ends((a,), (b,), skeleton.names[a], skeleton.names[b])


def group(skeleton: Skeleton, index: int) -> frozenset[int]:
    """Return the keypoints that move together with one: what hangs on it, else all that its limbs reach.

    What hangs on a joint is everything that is cut off from the largest rest without it: the forearm and the hand of
    an elbow. A ring without anything hanging on it, such as an eye or a mouth, moves as a whole, unless it is the
    whole skeleton.
    """
    around: dict[int, set[int]] = {i: set() for i in range(len(skeleton.names))}
    for a, b in skeleton.limbs:
        around[a].add(b)
        around[b].add(a)
    whole = _reached(around, index, -1)
    rest = whole - {index}
    pieces: list[set[int]] = []
    while rest:
        piece = _reached(around, min(rest), index)
        pieces.append(piece)
        rest -= piece
    if len(pieces) > 1:
        pieces.remove(max(pieces, key=len))
        return frozenset({index}.union(*pieces))
    return frozenset(whole) if len(whole) < len(skeleton.names) else frozenset({index})


def _reached(around: dict[int, set[int]], start: int, without: int) -> set[int]:
    seen, front = {start}, [start]
    while front:
        fresh = around[front.pop()] - seen - {without}
        seen |= fresh
        front += fresh
    return seen


def checked(skeleton: Skeleton) -> Skeleton:
    """Return the skeleton if all of it fits together.

    Raises:
        InputError: It has no keypoint, names are empty or double, or an index, a sigma or a colour is out of range.
    """
    points, count = skeleton.names, len(skeleton.names)
    if not points:
        raise InputError("A skeleton needs at least one keypoint.")
    for i, name in enumerate(points):
        if not name.strip():
            raise InputError(f"Keypoint {i + 1} has no name.", remedy="Give each keypoint a name.")
        if name in points[:i]:
            raise InputError(f"Two keypoints are called '{name}'.", remedy="Give each keypoint a name of its own.")
    for pairs, kind in ((skeleton.limbs, "limb"), (skeleton.symmetry, "pair")):
        for a, b in pairs:
            if not (0 <= a < count and 0 <= b < count) or a == b:
                raise InputError(f"A {kind} leads to no keypoint or joins one to itself.")
    paired = [i for pair in skeleton.symmetry for i in pair]
    for i in paired:
        if paired.count(i) > 1:
            raise InputError(f"Keypoint '{points[i]}' is in two pairs.", remedy="A keypoint has one mirror image.")
    if skeleton.sigmas and (len(skeleton.sigmas) != count or not all(0 < s <= 1 for s in skeleton.sigmas)):
        raise InputError("Each keypoint needs a sigma between 0 and 1.")
    if skeleton.positions and len(skeleton.positions) != count:
        raise InputError("Each keypoint needs a place in the template.")
    for values, wanted in ((skeleton.colors, count), (skeleton.limb_colors, len(skeleton.limbs))):
        if values and (len(values) != wanted or not all(not v or _COLOR.match(v) for v in values)):
            raise InputError("A colour is not of the form #rrggbb.")
    return skeleton
