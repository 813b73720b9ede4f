"""Designing a skeleton: each step a pure function from one design to the next, so that undo is to take an older one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from segstudio.core import skeletons
from segstudio.core.labels import Skeleton
from segstudio.core.skeletons import DEFAULT_SIGMA

Pair = tuple[int, int]


class Point(msgspec.Struct, frozen=True):
    """A keypoint that is being designed.

    Args:
        name: As shown and as exported.
        x, y: Its place in the unit box.
        sigma: Of OKS.
        color: "#rrggbb", or "" for the object's own.
        old: Its index in the skeleton that the design began with, None for a new one.
    """

    name: str
    x: float
    y: float
    sigma: float = DEFAULT_SIGMA
    color: str = ""
    old: int | None = None


class Limb(msgspec.Struct, frozen=True):
    """A limb between two keypoints, with a colour ("": the object's own)."""

    a: int
    b: int
    color: str = ""


class Design(msgspec.Struct, frozen=True):
    """A skeleton that is being designed; indices count the points from 0."""

    points: tuple[Point, ...] = ()
    limbs: tuple[Limb, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def partner(self, index: int) -> int | None:
        """Return the mirror image of a point, or None."""
        return next((a if index == b else b for a, b in self.pairs if index in (a, b)), None)


def begin(skeleton: Skeleton | None) -> Design:
    """Return the design of a class's skeleton."""
    return Design() if skeleton is None else _designed(skeleton, range(len(skeleton.names)))


def _designed(skeleton: Skeleton, old: Sequence[int | None]) -> Design:
    count = len(skeleton.names)
    sigmas = skeleton.sigmas if len(skeleton.sigmas) == count else (DEFAULT_SIGMA,) * count
    colors = skeleton.colors if len(skeleton.colors) == count else ("",) * count
    limb_colors = (*skeleton.limb_colors, *("",) * len(skeleton.limbs))
    places = skeletons.positions(skeleton).tolist()
    points = (
        Point(name, x, y, sigma, color, was)
        for name, (x, y), sigma, color, was in zip(skeleton.names, places, sigmas, colors, old, strict=True)
    )
    limbs = (Limb(a, b, color) for (a, b), color in zip(skeleton.limbs, limb_colors))
    return Design(tuple(points), tuple(limbs), skeleton.symmetry)


def finished(design: Design) -> Skeleton:
    """Return the skeleton; what says no more than the default, or than the template of its points, is left out."""
    sigmas = tuple(p.sigma for p in design.points)
    colors = tuple(p.color for p in design.points)
    limb_colors = tuple(limb.color for limb in design.limbs)
    bare = Skeleton(
        tuple(p.name for p in design.points),
        tuple((limb.a, limb.b) for limb in design.limbs),
        design.pairs,
        sigmas if any(s != DEFAULT_SIGMA for s in sigmas) else (),
        (),
        colors if any(colors) else (),
        limb_colors if any(limb_colors) else (),
    )
    places = tuple((p.x, p.y) for p in design.points)
    derived = tuple((x, y) for x, y in skeletons.positions(bare).tolist())
    return bare if places == derived else replace(bare, positions=places)


def kept(design: Design) -> tuple[int | None, ...]:
    """Return for each point its index in the skeleton that the design began with."""
    return tuple(p.old for p in design.points)


def take(design: Design, skeleton: Skeleton) -> Design:
    """Return a template's design; points that have the same name stay the same points."""
    old = {p.name: p.old for p in design.points}
    return _designed(skeleton, [old.get(name) for name in skeleton.names])


def add(design: Design, x: float, y: float) -> Design:
    """Return the design with another point at the end."""
    names = {p.name for p in design.points}
    number = len(design.points) + 1
    while f"point_{number}" in names:
        number += 1
    return replace(design, points=(*design.points, Point(f"point_{number}", *_within(x, y))))


def _within(x: float, y: float) -> tuple[float, float]:
    return round(min(max(x, 0.0), 1.0), 4), round(min(max(y, 0.0), 1.0), 4)


def remove(design: Design, index: int) -> Design:
    """Return the design without a point, its limbs and its pair."""
    return _ordered(design, [i for i in range(len(design.points)) if i != index])


def move_row(design: Design, index: int, by: int) -> Design:
    """Return the design with a point moved up (-1) or down (1) in the order."""
    order = list(range(len(design.points)))
    to = min(max(index + by, 0), len(order) - 1)
    order.insert(to, order.pop(index))
    return _ordered(design, order)


def _ordered(design: Design, order: Sequence[int]) -> Design:
    at = {old: new for new, old in enumerate(order)}
    limbs = (replace(m, a=at[m.a], b=at[m.b]) for m in design.limbs if m.a in at and m.b in at)
    pairs = ((at[a], at[b]) for a, b in design.pairs if a in at and b in at)
    return Design(tuple(design.points[i] for i in order), tuple(limbs), tuple(pairs))


def change(design: Design, index: int, **values: object) -> Design:
    """Return the design with other values of one point: name, x and y, sigma or color."""
    point = replace(design.points[index], **values)
    x, y = _within(point.x, point.y) if {"x", "y"} & values.keys() else (point.x, point.y)
    points = list(design.points)
    points[index] = replace(point, x=x, y=y)
    return replace(design, points=tuple(points))


def toggle_limb(design: Design, a: int, b: int) -> Design:
    """Return the design with a limb between two points, or without the one that is there."""
    if a == b:
        return design
    rest = tuple(m for m in design.limbs if {m.a, m.b} != {a, b})
    return replace(design, limbs=rest if len(rest) < len(design.limbs) else (*rest, Limb(a, b)))


def toggle_pair(design: Design, a: int, b: int) -> Design:
    """Return the design with two points as each other's mirror image, or no longer; each has one at most."""
    if a == b:
        return design
    wanted = (min(a, b), max(a, b))
    rest = tuple(p for p in design.pairs if not {a, b} & set(p))
    return replace(design, pairs=rest if wanted in design.pairs else tuple(sorted((*rest, wanted))))


def pair_by_names(design: Design) -> Design:
    """Return the design with those points paired whose names differ in left and right only."""
    return replace(design, pairs=skeletons.symmetry_of([p.name for p in design.points]))


def color_limb(design: Design, index: int, color: str) -> Design:
    """Return the design with another colour of one limb."""
    limbs = list(design.limbs)
    limbs[index] = replace(limbs[index], color=color)
    return replace(design, limbs=tuple(limbs))
