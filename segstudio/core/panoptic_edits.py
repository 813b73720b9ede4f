"""Edits that keep a picture's segments free of overlaps, as pure functions that return a ChangeSet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec.structs import replace

from segstudio.core import changes, edits, masks, panoptic
from segstudio.core.annotation import Annotation
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.masks import Mask
from segstudio.core.panoptic import Rule, SegmentMap, Size

# What an edit does with pixels that others have: take them, or leave them where they are.
Way = Literal["take", "protect"]
WAYS: dict[Way, str] = {"take": "Take from others", "protect": "Protect others"}


def resolve(
    change: ChangeSet,
    rows: Sequence[Annotation],
    size: Size,
    rule: Rule = "top",
    *,
    way: Way = "take",
    locked: Collection[int] = (),
    categories: Mapping[int, Category] | None = None,
    place: tuple[int, int] | None = None,
) -> ChangeSet:
    """Return a change that leaves no new overlap behind, as one step under the same label.

    What the change adds to a segment is taken from the others, or stays with them. A segment that the change makes, or
    puts lower in the stack, takes nothing from those above it. Only pixels that a segment gains move: overlaps that
    were there before stay as they are. An annotation that loses its last pixel is deleted, unless it has keypoints.

    Args:
        change: What a tool is about to commit.
        rows: All annotations of one picture before the change; changes of other pictures are passed on as they are.
        size: (width, height) of the picture.
        rule: Who gets a pixel that two annotations of this change gain.
        way: "take" or "protect".
        locked: Annotations that never lose a pixel to another one.
        categories: By id, for the rule "things".
        place: (media, frame) of the picture; by default that of the rows, and without rows of the change's first one.
    """
    before = {a.id: a for a in rows}
    touched = _touched(change, place or next(((a.media, a.frame) for a in rows), None))
    if not touched:
        return change
    gained = {id: _gain(before.get(id), a, size) for id, a in touched.items()}
    gained = {id: mask for id, mask in gained.items() if mask.counts}
    if not gained:
        return change
    order = panoptic.stacked(touched.values(), rule, categories or {}, size)
    rank = {a.id: i for i, a in enumerate(order)}
    shapes = _Shapes({**before, **touched}, size)
    for id in sorted(gained, key=lambda id: rank[id]):
        keepers = set(shapes.rows) if way == "protect" else {*locked, *_above(id, before, shapes.rows)}
        _part(id, gained, rank, shapes, keepers)
    return _rewritten(change, before, shapes.changed())


def _above(id: int, before: Mapping[int, Annotation], after: Mapping[int, Annotation]) -> frozenset[int]:
    """Return the annotations over one that is new or was put lower; none for one that was painted where it lies."""
    a, old = after[id], before.get(id)
    if old is not None and panoptic.is_segment(old) and old.z <= a.z:
        return frozenset()
    return frozenset(b.id for b in after.values() if (b.z, b.id) > (a.z, a.id))


def _touched(change: ChangeSet, place: tuple[int, int] | None) -> dict[int, Annotation]:
    """Return the segments of the picture that the change makes or reshapes, as they are afterwards."""
    found = {}
    for c in change.of("annotation"):
        if isinstance(c.after, Annotation) and panoptic.is_segment(c.after):
            place = place or (c.after.media, c.after.frame)
            if (c.after.media, c.after.frame) == place:
                found[c.id] = c.after
    return found


def _gain(before: Annotation | None, after: Annotation, size: Size) -> Mask:
    """Return the pixels that an annotation has after a change and had not before."""
    if before is None or not panoptic.is_segment(before):
        return after.mask(*size)
    if before.geometry == after.geometry:
        return masks.EMPTY
    return masks.subtract(after.mask(*size), before.mask(*size))


def _part(
    id: int, gained: Mapping[int, Mask], rank: Mapping[int, int], shapes: _Shapes, keepers: Collection[int]
) -> None:
    """Part the pixels that one annotation gains between it and the others, in `shapes`.

    Args:
        id: The annotation.
        gained: What each annotation of the change gains.
        rank: Their places in the stack: of pixels that two of them gain the higher one wins.
        shapes: The pixels of all segments so far.
        keepers: Annotations that keep what they had.
    """
    near = [o for o in shapes.near(gained[id].bounds) if o != id]
    # Those that win come first: what they keep is not there to be given to a third.
    for other in sorted(near, key=lambda o: o not in keepers and rank.get(o, -1) < rank[id]):
        common = masks.intersect(masks.intersect(gained[id], shapes[id]), shapes[other])
        if not common.counts:
            continue
        both = masks.intersect(common, gained.get(other, masks.EMPTY))
        shapes.take(id if other in keepers else other, masks.subtract(common, both))
        shapes.take(min(id, other, key=lambda i: rank.get(i, -1)), both)


class _Shapes:
    """The pixels of a picture's segments, made when they are asked for."""

    def __init__(self, rows: Mapping[int, Annotation], size: Size) -> None:
        self.rows, self.size = rows, size
        self.masks: dict[int, Mask] = {}

    def __getitem__(self, id: int) -> Mask:
        if id not in self.masks:
            self.masks[id] = self.rows[id].mask(*self.size)
        return self.masks[id]

    def near(self, box: Box) -> list[int]:
        """Return the segments whose box meets another one, which is all that can share a pixel with it."""
        found = (a for a in self.rows.values() if panoptic.is_segment(a))
        return [a.id for a in found if a.bounds.padded(1).intersection(box) is not None]

    def take(self, id: int, pixels: Mask) -> None:
        """Take pixels from a segment."""
        if pixels.counts:
            self.masks[id] = masks.subtract(self[id], pixels)

    def changed(self) -> dict[int, Annotation | None]:
        """Return the annotations whose pixels are others by now; None for those that are gone."""
        differ = ((id, mask) for id, mask in self.masks.items() if mask != self.rows[id].mask(*self.size))
        return {id: _with_pixels(self.rows[id], mask) for id, mask in differ}


def _rewritten(
    change: ChangeSet, before: Mapping[int, Annotation], wanted: Mapping[int, Annotation | None]
) -> ChangeSet:
    """Return the change with other annotations at its end than it has."""
    mine = {c.id for c in change.of("annotation")}
    steps = [
        Change(c.table, c.id, c.before, wanted[c.id]) if c.table == "annotation" and c.id in wanted else c
        for c in change.changes
    ]
    steps += [Change("annotation", id, before[id], a) for id, a in wanted.items() if id not in mine]
    return ChangeSet(tuple(c for c in steps if c.before != c.after), change.label, change.merge)


def _with_pixels(a: Annotation, mask: Mask) -> Annotation | None:
    """Return an annotation with other pixels; without any it is gone, unless it has keypoints."""
    if mask.counts:
        return replace(edits.by_person(a), geometry=mask, box=None)
    return None if a.keypoints is None else replace(edits.by_person(a), geometry=None, box=None)


def _reshaped(pairs: Sequence[tuple[Annotation, Mask]], label: str) -> ChangeSet:
    """Return the change of annotations to other pixels."""
    rows = ((a, _with_pixels(a, mask)) for a, mask in pairs)
    return ChangeSet(tuple(Change("annotation", a.id, a, b) for a, b in rows if a != b), label)


def resolve_all(
    rows: Sequence[Annotation],
    size: Size,
    rule: Rule = "top",
    categories: Mapping[int, Category] | None = None,
) -> ChangeSet:
    """Return the step after which no two segments of a picture overlap.

    Segments without a pixel in dispute stay as they are drawn, polygons included.
    """
    found = panoptic.compose(rows, size, rule, categories)
    own = np.bincount(found.values.ravel(order="K"), minlength=len(found.ids) + 1)[1:]
    kept = dict(zip(found.ids, own.tolist()))
    losers = [a for a in rows if a.id in kept and kept[a.id] < panoptic.pixels_inside(a.mask(*size), size)]
    if not losers:
        return ChangeSet(())
    left = found.masks()
    return _reshaped([(a, left.get(a.id, masks.EMPTY)) for a in losers], "Resolve overlaps")


def fill_into(a: Annotation, gap: Mask, size: Size) -> ChangeSet:
    """Return the change that gives a gap to a segment."""
    return _reshaped([(a, masks.union(a.mask(*size), gap))], "Fill gap")


def fill_class(
    rows: Sequence[Annotation], gap: Mask, size: Size, category: Category, new: Annotation, top: int = 0
) -> ChangeSet:
    """Return the change that gives a gap to a class: to its region if it is stuff and there, else to a new object.

    Args:
        rows: Of the picture.
        gap: Pixels that nobody has.
        size: Of the picture.
        category: The class.
        new: What a new object would be, its shape aside.
        top: The z of a new object.
    """
    if not category.thing:
        for a in rows:
            if a.category == category.id and panoptic.is_segment(a) and not a.crowd:
                return fill_into(a, gap, size)
    return changes.insert([replace(new, category=category.id, geometry=gap, z=top)], "Fill gap")


def fill_nearest(rows: Sequence[Annotation], found: SegmentMap, gap: Mask, size: Size) -> ChangeSet:
    """Return the change that gives each pixel of a gap to the segment that is nearest to it."""
    by_id = {a.id: a for a in rows}
    parts = panoptic.shared_out(found, gap)
    pairs = [(by_id[id], masks.union(by_id[id].mask(*size), part)) for id, part in parts.items()]
    return _reshaped(pairs, "Fill gap")


def move_border(grower: Annotation, loser: Annotation, stroke: Mask, size: Size) -> ChangeSet:
    """Return the change that moves the border between two segments: the stroke's pixels of one go to the other."""
    given = masks.intersect(loser.mask(*size), stroke)
    if not given.counts:
        return ChangeSet(())
    pairs = [
        (grower, masks.union(grower.mask(*size), given)),
        (loser, masks.subtract(loser.mask(*size), given)),
    ]
    return _reshaped(pairs, "Move border")


def set_thing(category: Category, thing: bool) -> ChangeSet:
    """Return the change of a class to things (countable objects) or to stuff."""
    change = edits.change_category(category, replace(category, thing=thing))
    return ChangeSet(change.changes, f"Make {category.name} {'things' if thing else 'stuff'}")
