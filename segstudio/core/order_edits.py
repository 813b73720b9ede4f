"""Edits of the stacking order: which object lies on top of which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from segstudio.core import changes
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.edits import by_person, count_of

Way = Literal["front", "forward", "backward", "back"]
_LABELS = {
    "front": "Bring {n} to the front",
    "forward": "Bring {n} forward",
    "backward": "Send {n} backward",
    "back": "Send {n} to the back",
}


def restack(rows: Sequence[Annotation], chosen: frozenset[int], way: Way) -> ChangeSet:
    """Return the move of objects in the stack; among themselves they keep their order.

    Args:
        rows: All objects of the picture, the lowest first.
        chosen: Ids of those that move.
        way: "front" and "back" go all the way; "forward" and "backward" go past the next object that overlaps.
    """
    up = way in ("front", "forward")
    order = list(rows) if up else list(reversed(rows))
    moving = [a for a in order if a.id in chosen]
    if not moving:
        return ChangeSet(())
    place = len(order) if way in ("front", "back") else _past_next(order, chosen)
    below = [a for a in order[:place] if a.id not in chosen]
    above = [a for a in order[place:] if a.id not in chosen]
    pairs = _numbered([*below, *moving, *above], chosen, 1 if up else -1)
    return changes.replace(pairs, _LABELS[way].format(n=count_of(len(moving))))


def _past_next(order: Sequence[Annotation], chosen: frozenset[int]) -> int:
    """Return the place after the next object that overlaps one of the chosen, or after the last of these."""
    places = [i for i, a in enumerate(order) if a.id in chosen]
    boxes = [order[i].bounds for i in places]
    for i in range(places[0] + 1, len(order)):
        if order[i].id not in chosen and any(order[i].bounds.intersection(box) for box in boxes):
            return max(i, places[-1]) + 1
    return places[-1] + 1


def _numbered(order: Sequence[Annotation], chosen: frozenset[int], sign: int) -> list[tuple[Annotation, Annotation]]:
    """Return objects with the numbers that stack them in this order, changing as few as possible.

    Args:
        sign: 1: from the bottom up, numbers only grow; -1: from the top down, they only shrink.
    """
    pairs = []
    last: tuple[int, int] | None = None
    for a in order:
        # Equal numbers stack by id.
        z = a.z
        if last is not None and sign * z <= sign * last[0]:
            z = last[0] if sign * a.id > sign * last[1] else last[0] + sign
        last = (z, a.id)
        if z != a.z:
            pairs.append((a, replace(by_person(a) if a.id in chosen else a, z=z)))
    return pairs
