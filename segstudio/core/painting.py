"""Brush strokes as pure functions: what a stroke does to the object it is drawn on, and to the others it meets."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from msgspec.structs import replace

from segstudio.core import changes, masks, spans
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet, insert
from segstudio.core.edits import by_person, delete, set_geometry
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.spans import Spans

Rule = Literal["keep", "protect", "under", "take", "empty"]
# What happens where a stroke meets other objects: keep - both have the pixels; protect - the stroke spares what others
# show; under - both have them and the painted object goes below; take - the others lose them; empty - the stroke spares
# what any object has, a hidden one too.
RULES: tuple[Rule, ...] = ("keep", "protect", "under", "take", "empty")


_SETTLE = 1 << 14


def region(a: Annotation, size: tuple[int, int]) -> Spans:
    """Return the pixels that an annotation claims; a box and mere keypoints claim none."""
    return spans.NOTHING if a.geometry is None or isinstance(a.geometry, Box) else a.mask(*size).spans()


def begins_empty(a: Annotation) -> bool:
    """Return whether painting begins with no pixels: a box around a pose says where it is, not what it looks like."""
    return isinstance(a.geometry, Box) and (a.keypoints is not None or a.dense is not None)


def _pixels(a: Annotation, size: tuple[int, int]) -> Spans:
    """Return the pixels that painting begins with; of a mere box those inside it."""
    return spans.NOTHING if begins_empty(a) else a.mask(*size).spans()


def _kept_box(a: Annotation, shape: Mask) -> Box | None:
    """Return the box that stays beside a painted mask: that around a pose, as long as the mask keeps inside it."""
    box = a.geometry if isinstance(a.geometry, Box) else a.box
    if box is None or (a.keypoints is None and a.dense is None):
        return None
    if not shape.counts:
        return box
    inner = shape.bounds
    inside = inner.x >= box.x - 1 and inner.y >= box.y - 1 and inner.right <= box.right + 1
    return box if inside and inner.bottom <= box.bottom + 1 else None


def meets(a: Annotation, window: spans.Window) -> bool:
    """Return whether an annotation's box comes near a window."""
    box = a.bounds
    left, top, right, bottom = window
    return box.x < right + 1 and box.right > left - 1 and box.y < bottom + 1 and box.bottom > top - 1


def allowed(
    stroke: Spans,
    size: tuple[int, int],
    rule: Rule,
    shown: Iterable[Annotation],
    hidden: Iterable[Annotation] = (),
    locked: Collection[int] = frozenset(),
) -> Spans:
    """Return the pixels of a stroke that a rule lets it paint; arguments as `paint`."""
    if rule == "take":
        spared = [a for a in shown if a.id in locked]
    else:
        spared = {"protect": [*shown], "empty": [*shown, *hidden]}.get(rule, [])
    near = [region(a, size) for a in spared if meets(a, stroke.window)]
    return spans.subtract(stroke, spans.union(near)) if near else stroke


def sunk(a: Annotation, stroke: Spans, size: tuple[int, int], shown: Iterable[Annotation]) -> int:
    """Return the z that puts an annotation below all shown ones that have pixels of a stroke; its own if it is."""
    over = [(b.z, b.id) for b in shown if meets(b, stroke.window) and spans.intersect(region(b, size), stroke)]
    lowest = min(over, default=(a.z, a.id))
    return lowest[0] - 1 if (a.z, a.id) > lowest else a.z


def paint(
    a: Annotation,
    stroke: Mask,
    size: tuple[int, int],
    rule: Rule = "keep",
    *,
    shown: Iterable[Annotation] = (),
    hidden: Iterable[Annotation] = (),
    locked: Collection[int] = frozenset(),
    new: bool = False,
) -> ChangeSet:
    """Return the change of a brush stroke: the shape becomes a mask with the stroke's pixels, as far as the rule goes.

    A stroke that changes no pixel changes nothing: a polygon stays a polygon. An object that loses its last pixel is
    deleted, unless it has keypoints. A mere box begins with all its pixels, one around a pose with none; that one stays
    beside the mask, and is the shape again once the last pixel has gone.

    Args:
        a: The painted annotation.
        stroke: The pixels that the brush passed over.
        size: (width, height) of the picture.
        rule: What happens where the stroke meets others, see `RULES`.
        shown: The other annotations of the picture that show.
        hidden: Those that don't; they are never changed.
        locked: Ids of shown ones that are not changed: "take" leaves them their pixels.
        new: The annotation is not in the project yet; it has no pixels but the stroke's.
    """
    others = [b for b in shown if b.id != a.id]
    drawn = allowed(stroke.spans(), size, rule, others, hidden, locked)
    old = spans.NOTHING if new else _pixels(a, size)
    z = sunk(a, drawn, size, others) if rule == "under" else a.z
    if new and drawn:
        change = insert([replace(a, geometry=masks.from_spans(drawn), z=z)], "Paint")
    elif spans.subtract(drawn, old):
        shape = masks.from_spans(spans.union([old, drawn]))
        after = replace(by_person(a), geometry=shape, box=_kept_box(a, shape), z=z)
        change = changes.replace([(a, after)], "Paint")
    else:
        change = changes.replace([(a, replace(by_person(a), z=z))] if z != a.z else [], "Paint")
    if rule == "take" and drawn:
        for other in others:
            if other.id not in locked and meets(other, drawn.window):
                change = change.then(_without(other, drawn, size))
    return change


def erase(a: Annotation, stroke: Mask, size: tuple[int, int]) -> ChangeSet:
    """Return the change of an eraser's stroke on one annotation; see `paint`."""
    return _without(a, stroke.spans(), size, _pixels(a, size))


def _without(a: Annotation, lost: Spans, size: tuple[int, int], old: Spans | None = None) -> ChangeSet:
    old = region(a, size) if old is None else old
    if not spans.intersect(old, lost):
        return ChangeSet(())
    left = masks.from_spans(spans.subtract(old, lost))
    if not left.counts and a.keypoints is None:
        return delete([a])
    if not left.counts:
        return set_geometry(a, _kept_box(a, left), "Erase")
    return changes.replace([(a, replace(by_person(a), geometry=left, box=_kept_box(a, left)))], "Erase")


class Stroke:
    """A brush stroke while it is drawn: its pixels so far, and what they are to do.

    Args:
        rule: What happens where it meets other objects.
        erase: It takes pixels away.
        locked: Ids of objects that are not changed.

    Attributes:
        window: The smallest window around its pixels.
        count: How many steps it has.
    """

    def __init__(self, rule: Rule = "keep", erase: bool = False, locked: Collection[int] = frozenset()) -> None:
        self.rule: Rule = rule
        self.erase, self.locked = erase, locked
        self._settled = self._fresh = spans.NOTHING
        self.window: spans.Window = (0, 0, 0, 0)
        self.count = 0

    def add(self, dab: Spans) -> None:
        """Take in the pixels of one more step of the brush."""
        self.count += 1
        self.window = spans.around(self.window, dab.window)
        self._fresh = spans.union([self._fresh, dab])
        # Small unions most of the time, a large one now and then.
        if len(self._fresh.columns) > _SETTLE:
            self._settled, self._fresh = self.pixels, spans.NOTHING

    @property
    def pixels(self) -> Spans:
        """All pixels so far, whatever the rule."""
        return spans.union([self._settled, self._fresh])
