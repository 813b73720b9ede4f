"""Typed results into a project: which annotations a prediction adds, and which earlier ones it replaces.

The rules:

1. A class is found by its name (exactly, else without regard to case); a missing one is added once, with its
   supercategory and skeleton.
2. What a person drew, imported, accepted or rejected is never touched.
3. Earlier predictions of the same model on the same picture that nobody has touched are replaced, in the same step.
4. What was found in the box of an object that is there joins that object (`given.joined`); nothing else changes then.
5. A prediction that says again what a person has drawn, accepted or rejected (same class, boxes overlap by more than
   `Rules.known_iou`) is left out, so that running a model again neither doubles corrected objects nor brings back
   rejected ones. `known_iou=None` keeps them all, which is what an evaluation wants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from segstudio.core.annotation import PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.labels import Category, Skeleton
from segstudio.core.media import Media
from segstudio.engine import given
from segstudio.engine.drafts import Draft
from segstudio.engine.given import Within


@dataclass(frozen=True)
class Rules:
    """How predictions are taken in.

    Args:
        known_iou: Leave out predictions whose box overlaps a person's object of the same class by more; None: never.
        replace: Replace this model's earlier untouched predictions on the picture.
        within: The objects whose boxes the model was given; None where it looked at the whole picture.
    """

    known_iou: float | None = 0.9
    replace: bool = True
    within: Within | None = None


DEFAULT = Rules()


@dataclass(frozen=True)
class Ingested:
    """What a picture's results became.

    Args:
        changes: The step; not committed yet.
        added: New annotations.
        replaced: Earlier predictions that go.
        known: Predictions that were left out because a person's object says the same.
        joined: Objects that got a pose or a mask in their box.
        notes: What could not be kept ("keypoints left out: ...").
    """

    changes: ChangeSet
    added: int = 0
    replaced: int = 0
    known: int = 0
    joined: int = 0
    notes: tuple[str, ...] = ()


NewIds = Callable[[str, int], int]


def is_untouched(a: Annotation, model: str) -> bool:
    """Return whether the annotation is a prediction of that model that no person has judged or changed."""
    return a.origin.kind == "model" and a.origin.model == model and a.review == PREDICTED


def ingest(
    found: Sequence[Draft],
    *,
    media: Media,
    frame: int,
    existing: Sequence[Annotation],
    categories: Sequence[Category],
    origin: Origin,
    new_ids: NewIds,
    rules: Rules = DEFAULT,
) -> Ingested:
    """Return the change that puts a picture's predictions into a project.

    Args:
        found: From `drafts.drafts`, best first.
        media: The picture or video as it stands in the project now.
        frame: 0-based frame.
        existing: The annotations of that frame.
        categories: All classes of the project.
        origin: Kind "model", with the card's name, the weights' sha256 and the run; notes of the results are added.
        new_ids: `ProjectFile.new_ids`.
    """
    if rules.within is not None:
        return _ingest_given(found, media, existing, _Categories(categories, new_ids), origin.model, rules.within)
    gone = [a for a in existing if is_untouched(a, origin.model)] if rules.replace else []
    judged = [a for a in existing if a.origin.kind != "model" or a.review != PREDICTED]
    book = _Categories(categories, new_ids)
    placed = [(book.place(d), d) for d in found]
    known = _known(placed, judged, rules.known_iou)
    kept = [p for p, again in zip(placed, known) if not again]
    used = {category for category, _ in kept}
    first = new_ids("annotation", len(kept)) if kept else 0
    origins: dict[tuple[str, ...], Origin] = {}
    rows = []
    # The best one comes last and so lies on top.
    for i, (category, d) in enumerate(reversed(kept)):
        made_by = origins.get(d.notes)
        if made_by is None:
            made_by = origins[d.notes] = replace(origin, notes=(*origin.notes, *d.notes))
        rows.append(
            Annotation(
                id=first + i,
                media=media.id,
                category=category,
                frame=frame,
                geometry=d.geometry,
                box=d.box,
                keypoints=book.fitted(category, d),
                dense=d.dense,
                z=d.z,
                score=d.score,
                origin=made_by,
                review=PREDICTED,
            )
        )
    changes = [*book.changes(used)]
    changes += [Change("annotation", a.id, a, None) for a in gone]
    changes += [Change("annotation", a.id, None, a) for a in rows]
    if rows and media.review == "todo":
        changes.append(Change("media", media.id, media, replace(media, review="predicted")))
    label = f"Predict with {origin.model}"
    return Ingested(ChangeSet(tuple(changes), label), len(rows), len(gone), known=sum(known), notes=tuple(book.notes))


def _ingest_given(
    found: Sequence[Draft],
    media: Media,
    existing: Sequence[Annotation],
    book: _Categories,
    model: str,
    within: Within,
) -> Ingested:
    """Return the change that adds what was found in given boxes to their objects."""
    here = {a.id: a for a in existing}
    pairs: list[tuple[Annotation, Annotation]] = []
    for d in found:
        a = here.get(-1 if d.of is None else d.of)
        # While the model looked at it, the object may have gone, or a person may have given it a pose.
        if a is None or (not within.replace and given.has_part(a, "poses" if d.keypoints is not None else "instances")):
            continue
        book.adopt(a.category, d)
        after = given.joined(a, d, book.fitted(a.category, d), model)
        if after is not None:
            pairs.append((a, after))
    changes = [*book.changes({a.category for a, _ in pairs})]
    changes += [Change("annotation", a.id, a, after) for a, after in pairs]
    if pairs and media.review == "todo":
        changes.append(Change("media", media.id, media, replace(media, review="predicted")))
    lost = len(found) - len(pairs)
    if lost:
        book.notes.append("in some boxes nothing was found")
    step = ChangeSet(tuple(changes), f"Predict with {model}")
    return Ingested(step, joined=len(pairs), notes=tuple(book.notes))


class _Categories:
    """Finds or makes the classes that drafts name."""

    def __init__(self, categories: Sequence[Category], new_ids: NewIds) -> None:
        self._new_ids = new_ids
        self._before = {c.id: c for c in categories}
        self._now = dict(self._before)
        self._exact: dict[str, int] = {}
        self._loose: dict[str, int] = {}
        for c in categories:
            self._enter(c)
        self._position = max((c.position for c in categories), default=-1) + 1
        self._places: dict[tuple[str, int], int] = {}
        self.notes: list[str] = []

    def _enter(self, c: Category) -> None:
        self._now[c.id] = c
        self._exact.setdefault(c.name, c.id)
        self._loose.setdefault(c.name.strip().casefold(), c.id)

    def place(self, d: Draft) -> int:
        """Return the id of a draft's class."""
        key = (d.label.name, id(d.skeleton))
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self._place(d)
        return found

    def _place(self, d: Draft) -> int:
        name = d.label.name
        found = self._exact.get(name, self._loose.get(name.strip().casefold()))
        if found is None:
            found = self._new_ids("category", 1)
            made = Category(found, name, d.label.supercategory, None, d.label.thing, d.skeleton, self._position)
            self._position += 1
            self._enter(made)
        else:
            self.adopt(found, d)
        return found

    def adopt(self, category: int, d: Draft) -> None:
        """Give a class a draft's skeleton if it has none: no object of it has keypoints that this would misread."""
        if d.skeleton is not None and self._now[category].skeleton is None:
            self._now[category] = replace(self._now[category], skeleton=d.skeleton)

    def fitted(self, category: int, d: Draft) -> Keypoints | None:
        """Return a draft's keypoints in the order of its class's skeleton, matched by name; None without a match."""
        own = self._now[category].skeleton
        if d.keypoints is None or d.skeleton is None or own is None:
            return None
        if own is d.skeleton or own.names == d.skeleton.names:
            return d.keypoints
        points = _renamed(d.keypoints, d.skeleton, own)
        if points is None:
            name = self._now[category].name
            note = f"keypoints left out: the class {name} has a skeleton with other points"
            if note not in self.notes:
                self.notes.append(note)
        return points

    def changes(self, used: set[int]) -> list[Change]:
        """Return the changes of the classes in use."""
        ids = [i for i, c in self._now.items() if i in used and c != self._before.get(i)]
        return [Change("category", i, self._before.get(i), self._now[i]) for i in ids]


def _renamed(points: Keypoints, theirs: Skeleton, own: Skeleton) -> Keypoints | None:
    places = {name: i for i, name in enumerate(theirs.names)}
    if not any(name in places for name in own.names):
        return None
    values: list[float] = []
    for name in own.names:
        i = places.get(name)
        values += (0.0, 0.0, 0) if i is None else points.values[3 * i : 3 * i + 3]
    return Keypoints(tuple(values))


def _known(placed: Sequence[tuple[int, Draft]], judged: Sequence[Annotation], limit: float | None) -> list[bool]:
    if limit is None or not placed or not judged:
        return [False] * len(placed)
    a = _corners([d.bounds for _, d in placed])
    b = _corners([x.box or (x.geometry.bounds if x.geometry is not None else x.bounds) for x in judged])
    overlap = box_iou(a, b)
    same = np.array([c for c, _ in placed])[:, None] == np.array([x.category for x in judged])[None, :]
    return ((overlap > limit) & same).any(axis=1).tolist()


def _corners(boxes: Sequence) -> np.ndarray:
    return np.array([(b.x, b.y, b.right, b.bottom) for b in boxes], np.float64).reshape(-1, 4)


def box_iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return intersection over union (n, m) of boxes (n, 4) and (m, 4) as left, top, right, bottom."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.maximum(high - low, 0.0), axis=2)
    areas = [np.prod(np.maximum(x[:, 2:] - x[:, :2], 0.0), axis=1) for x in (a, b)]
    union = areas[0][:, None] + areas[1][None, :] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)
