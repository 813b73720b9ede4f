"""Judging and looking again: states, comments, and versions of a picture, as pure functions that return a ChangeSet.

A state or a comment says something about an object and is no edit of it: a flagged prediction stays a prediction.
Only "corrected" and "done" make a prediction a person's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from segstudio.core import changes, edits
from segstudio.core.annotation import ACCEPTED, CORRECTED, FLAGGED, PREDICTED, REJECTED, TODO, Annotation
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.labels import Category
from segstudio.core.media import Media

OBJECT_STATES = (TODO, PREDICTED, CORRECTED, ACCEPTED, FLAGGED, REJECTED)
PICTURE_STATES = ("todo", "predicted", "corrected", "done", "flagged")
# What a person may want to see again, most urgent first.
LOOKS = (FLAGGED, PREDICTED, TODO)
MERGE_COMMENT = "comment"

T = TypeVar("T", Annotation, Media)


def set_state(rows: Sequence[Annotation], review: str) -> ChangeSet:
    """Return the change of objects' review state.

    "predicted" is for predictions only; objects that a person owns become "to do" instead.
    """
    if review == ACCEPTED:
        return edits.accept(rows)
    if review == REJECTED:
        return edits.reject(rows)
    pairs = []
    for a in rows:
        state = TODO if review == PREDICTED and not a.is_prediction else review
        state = PREDICTED if review == TODO and a.is_prediction else state
        pairs.append((a, replace(edits.by_person(a) if state == CORRECTED else a, review=state)))
    return changes.replace(pairs, f"Mark {edits.count_of(len(rows))} {'to do' if review == TODO else review}")


def set_comment(rows: Sequence[T], comment: str) -> ChangeSet:
    """Return the change of what is noted about objects or pictures; typing goes on in one step."""
    text = comment.strip()
    pairs = [(row, replace(row, comment=text)) for row in rows]
    return changes.replace(pairs, "Comment" if text else "Delete comment", MERGE_COMMENT)


def accept_above(rows: Iterable[Annotation], score: float) -> ChangeSet:
    """Return the acceptance of all predictions that nobody judged yet and that score at least `score`."""
    return edits.accept([a for a in rows if certain(a, score)])


def certain(a: Annotation, score: float) -> bool:
    """Return whether an annotation is an untouched prediction that scores at least `score`."""
    return a.is_prediction and a.review == PREDICTED and a.score is not None and a.score >= score


def urgency(a: Annotation) -> tuple[int, float] | None:
    """Return how soon a person should look at an object, lower is sooner; None where nobody has to.

    Flagged ones first, then predictions, the least certain first, then what is to do.
    """
    if a.review not in LOOKS:
        return None
    score = a.score if a.review == PREDICTED and a.score is not None else 0.0
    return LOOKS.index(a.review), score


def looks(rows: Iterable[Annotation]) -> list[Annotation]:
    """Return the objects that a person should look at, most urgent first."""
    found = [(u, a.id, a) for a in rows if (u := urgency(a)) is not None]
    return [a for _, _, a in sorted(found, key=lambda row: row[:2])]


def next_look(rows: Iterable[Annotation], selected: Iterable[int]) -> Annotation | None:
    """Return the next object to look at after the selected one; None after the last, or where there is none."""
    queue = looks(rows)
    at = [i for i, a in enumerate(queue) if a.id in set(selected)]
    place = at[-1] + 1 if at else 0
    return queue[place] if place < len(queue) else None


def restore(
    now: Sequence[Annotation],
    then: Sequence[Annotation],
    *,
    categories: Mapping[int, Category],
    known: Mapping[int, Category],
    hidden_runs: frozenset[int],
    new_ids: Callable[[int], int],
    label: str,
) -> ChangeSet:
    """Return the change that brings the objects of one picture back to an earlier version; it is a new step.

    Args:
        now: The objects as they are.
        then: The objects as they were.
        categories: The classes that there are.
        known: Classes as they were then; one that is gone by now comes back.
        hidden_runs: Runs that were undone or discarded: what they brought comes back as a copy of its own.
        new_ids: Gives the first of n new ids of annotations.
        label: For the history.
    """
    here = {a.id: a for a in now}
    stale = [a for a in then if a.origin.run in hidden_runs and a.id not in here]
    first = new_ids(len(stale)) if stale else 0
    renumbered = {a.id: first + i for i, a in enumerate(stale)}
    wanted = []
    for a in then:
        if a.origin.run in hidden_runs:
            a = replace(a, id=renumbered.get(a.id, a.id), origin=replace(a.origin, run=None))
        wanted.append(a)
    missing = sorted({a.category for a in wanted} - categories.keys())
    made = [Change("category", id, None, replace(known[id], run=None)) for id in missing if id in known]
    lost = set(missing) - known.keys()
    kept = {a.id: a for a in wanted if a.category not in lost}
    made += [Change("annotation", a.id, a, None) for a in now if a.id not in kept]
    made += [Change("annotation", id, here.get(id), a) for id, a in kept.items() if here.get(id) != a]
    return ChangeSet(tuple(made), label)
