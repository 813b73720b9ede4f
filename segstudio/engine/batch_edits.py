"""One edit on many pictures of a project: a single step of its history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from segstudio.core import changes as change_sets
from segstudio.core import edits
from segstudio.core.annotation import REJECTED, Annotation
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.media import Media
from segstudio.engine.job import CancelToken
from segstudio.media import describe
from segstudio.store import ProjectFile

Edit = Callable[[Sequence[Annotation], tuple[int, int]], ChangeSet]


@dataclass
class BatchReport:
    """What an edit of many pictures did.

    Attributes:
        objects, pictures: How many were changed.
        looked_at: How many objects it was tried on.
        skipped: A sentence each on pictures that could not be edited.
    """

    objects: int = 0
    pictures: int = 0
    looked_at: int = 0
    skipped: list[str] = field(default_factory=list)


def edit_many(
    project: ProjectFile,
    edit: Edit,
    label: str,
    *,
    categories: Collection[int] | None = None,
    min_score: float | None = None,
    media: Collection[int] | None = None,
    cancel: CancelToken | None = None,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> BatchReport:
    """Edit the objects of all pictures and frames; predictions that were rejected stay as they are.

    Args:
        edit: Gets the objects of one picture, the lowest in the stack first, and its (width, height).
        label: Of the step in the history.
        categories: Only objects of these classes.
        min_score: Only predictions of at least this score, and what has no score.
        media: Only the objects of these pictures and videos.
        cancel: Stops it before anything was changed.
        progress: Called with the number of pictures that were looked at, and of all.

    Raises:
        ProjectError: Nothing was written.
        Cancelled: Nothing was written.
    """
    report = BatchReport()
    rows = [
        a
        for a in project.all_annotations()
        if a.review != REJECTED
        and (categories is None or a.category in categories)
        and (media is None or a.media in media)
        and (min_score is None or a.score is None or a.score >= min_score)
    ]
    rows.sort(key=lambda a: (a.media, a.frame, a.z, a.id))
    pictures = [(place, list(some)) for place, some in groupby(rows, key=lambda a: (a.media, a.frame))]
    known = {m.id: m for m in project.media(sorted({a.media for a in rows}))}
    seen: list[Change] = []
    found: list[Change] = []
    touched: dict[int, Media] = {}
    for done, ((id, frame), some) in enumerate(pictures):
        if cancel is not None:
            cancel.check()
        progress(done, len(pictures))
        entry = known[id]
        if not entry.width:
            # Nobody has opened it yet: its header says how large it is.
            entry = describe(entry, project.media_root)
            seen += change_sets.replace([(known[id], entry)]).changes
            known[id] = entry
        where = entry.path if entry.kind == "image" else f"{entry.path}, frame {frame}"
        if not entry.width:
            report.skipped.append(f"{where}: {entry.reason or 'its size is not known'}")
            continue
        report.looked_at += len(some)
        try:
            change = edit(some, (entry.width, entry.height))
        except SegstudioError as error:
            report.skipped.append(f"{where}: {error}")
            continue
        if change:
            report.pictures += 1
            report.objects += len({c.id for c in change.of("annotation")})
            found += change.changes
            touched[id] = known[id]
    progress(len(pictures), len(pictures))
    project.commit_to_run(ChangeSet(tuple(seen)))
    fresh = [m for m in touched.values() if m.review in ("todo", "predicted")]
    project.commit(ChangeSet(tuple(found), label).then(edits.set_review(fresh, "corrected")))
    return report
