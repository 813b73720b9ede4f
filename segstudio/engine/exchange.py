"""Moving annotations between files and projects."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from segstudio.core import changes, document
from segstudio.core.annotation import PREDICTED, TODO, Annotation, Origin
from segstudio.core.changes import ChangeSet, Table
from segstudio.core.errors import FormatError, InputError
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.core.panoptic import Rule
from segstudio.engine.hiding import Copied, HiddenCopies, hide_in_copies
from segstudio.engine.job import CancelToken
from segstudio.engine.joining import guess_root, join_categories, join_media
from segstudio.engine.reports import ExportReport, ImportReport
from segstudio.formats import registry
from segstudio.formats.base import Incoming, Maps, Notes, Outgoing, Placed, Stored
from segstudio.formats.coco_objects import ImageIds, ids_of
from segstudio.media import describe, relativize
from segstudio.store import ProjectFile, rows

OnProgress = Callable[[int, int], object]
_EVERY = 4096  # annotations between two looks at the token, ...
_OFTEN = 0.1  # ... and seconds, where each takes long
_COLUMNS = tuple("id media frame category z run review origin doc".split())
_KEEP = "import/"


def import_file(
    project: ProjectFile,
    path: Path | str,
    format: str | None = None,
    media_root: Path | str | None = None,
    progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    *,
    only_media: bool = False,
) -> ImportReport:
    """Read an annotation file into a project, as one transaction and one step of the history.

    Pictures that the project has (by path) and classes that it has (by name) are joined, not doubled; annotations that
    it has word for word are not added again.

    Args:
        project: To write to.
        path: The file.
        format: Its name, by default whatever the file looks like.
        media_root: The folder that the file's names start from. By default the project's own, or, for a project
            without media, the first likely folder near the file that has them.
        progress: Called with (annotations done, annotations in all).
        cancel: Stops it; the project is then as it was.
        only_media: Take pictures and classes, leave annotations.

    Raises:
        FormatError: The file can't be used at all; nothing was changed.
        ProjectError: The project can't be written; nothing was changed.
        Cancelled: `cancel` said so.
    """
    path = Path(path)
    row = registry.find(path) if format is None else registry.get(format)
    if row.read is None:
        raise FormatError(f"Files of the format {row.name} are written, but not read.", path=path)
    incoming = row.read(path)
    if cancel is not None:
        cancel.check()
    return _Import(project, path, incoming, progress, cancel, only_media).into(media_root)


class _Import:
    """One import on its way."""

    def __init__(
        self,
        project: ProjectFile,
        path: Path,
        incoming: Incoming,
        progress: OnProgress | None,
        cancel: CancelToken | None,
        only_media: bool,
    ) -> None:
        self.project = project
        self.path = path
        self.incoming = incoming
        self.progress = progress
        self.cancel = cancel
        self.only_media = only_media
        self.report = ImportReport(path, incoming.format)
        self.first: dict[str, int] = {}
        self.twins: list[tuple[int, tuple]] = []

    def into(self, media_root: Path | str | None) -> ImportReport:
        """Write everything and return the report."""
        project, report, counts = self.project, self.report, self.incoming.counts
        with project.transaction():
            had = project.media()
            self.prefix = self._prefix(media_root, had)
            self.first = {
                name: project.new_ids(table, max(counts[name], 1))
                for name, table in (("images", "media"), ("annotations", "annotation"), ("categories", "category"))
            }
            report.run = run = project.begin_run("import", f"Import {self.path.name}")
            classes, added, learnt, maps = self._categories_and_media(had)
            self._insert("category", [rows.category_row(c, run) for c in classes])
            self._insert("media", [rows.media_row(m, run) for m in added])
            project.commit_to_run(learnt, run=run)
            if not self.only_media:
                report.annotations = project.insert_many("annotation", self._rows(maps, run), _COLUMNS)
                self._join_twins(run)
                kept = self.incoming.keep(self.first)
                if kept:
                    project.set_meta(f"{_KEEP}{run}", kept)
            project.end_run(run)
        report.notes = list(self.incoming.notes)
        return report

    def _prefix(self, media_root: Path | str | None, had: list[Media]) -> str:
        """Return what stands before the file's names in the project's paths; choose the folder of an empty project."""
        project = self.project
        names = [e.media.path for e in self.incoming.entries]
        if media_root is None:
            media_root = None if had else guess_root(self.path, names, project.media_root)
        if media_root is None:
            return ""
        folder = Path(media_root).absolute()
        if not folder.is_dir():
            raise InputError("There is no such folder of media.", path=folder, remedy="Check its name.")
        if not had and names:
            project.set_meta("media_root", _beside(folder, project.path))
            return ""
        inside = relativize(folder, project.media_root)
        return "" if inside == "." else inside

    def _insert(self, table: Table, found: list[dict[str, Any]]) -> None:
        if found:
            self.project.insert_many(table, (tuple(r.values()) for r in found), tuple(found[0]))

    def _categories_and_media(self, had: list[Media]) -> tuple[list[Category], list[Media], ChangeSet, Maps]:
        project, report = self.project, self.report
        classes = project.categories()
        joined, categories, pairs = join_categories(self.incoming, classes, self.first["categories"])
        report.categories = len(joined)
        added, images, media_pairs = join_media(self.incoming.entries, had, self.first["images"], self.prefix)
        report.media, report.matched = len(added), len(self.incoming.entries) - len(added)
        if self.incoming.predictions:
            categories = {k: i for i, k in ids_of(classes).items()}
            images = ImageIds(had).places()
        sizes = {m.id: (m.width, m.height) for m in (*had, *added)}
        learnt = changes.replace([*pairs, *media_pairs])
        return joined, added, learnt, Maps(images, categories, self.first["annotations"], sizes)

    def _rows(self, maps: Maps, run: int) -> Iterator[tuple]:
        origin, review = Origin("import", run=run), TODO
        if self.incoming.predictions:
            origin, review = Origin("model", model=self.path.stem, run=run), PREDICTED
        packed = rows.pack_origin(origin)
        present = self._present({m for m, _ in maps.images.values()})
        total = self.incoming.counts["annotations"]
        placed: Placed
        due = 0.0
        for done, placed in enumerate(self.incoming.annotations(maps)):
            if (now := monotonic()) >= due or done % _EVERY == 0:
                self._tick(done, total)
                due = now + _OFTEN
            if present and (placed.media, placed.frame, bytes(placed.doc)) in present:
                self.report.present += 1
                continue
            row = (placed.id, placed.media, placed.frame, placed.category, 0, run, review, packed, placed.doc)
            twin = present.get((placed.media, placed.frame, placed.category, id_of(placed.doc))) if present else None
            if twin is not None and not self.incoming.predictions:
                self.twins.append((twin, row))
                continue
            yield row
        self._tick(total, total)

    def _present(self, media: set[int]) -> dict[tuple, int]:
        """Return the numbers of the objects on these pictures, by their text and, where a file brought them, by id."""
        counts = self.project.counts("media")
        if not media & counts.keys():
            return {}
        found: dict[tuple, int] = {}
        for a in stored(self.project):
            if a.media in media:
                found[a.media, a.frame, bytes(a.doc)] = a.id
                if a.origin.kind == "import" and (key := id_of(a.doc)) is not None:
                    found[a.media, a.frame, a.category, key] = a.id
        return found

    def _join_twins(self, run: int) -> None:
        """Objects that two files describe under one id and with one shape are one: the second adds keypoints or a
        dense pose.

        COCO publishes the same people so, once with and once without keypoints, and once more with DensePose.
        """
        joined: dict[int, tuple[Annotation, Annotation]] = {}
        others = []
        for twin, row in self.twins:
            old = self.project.annotation(twin)
            new = None if old is None else document.parse(bytes(row[8]), **_known(old))
            # An id that stands in the file twice joins once; the second is an object of its own.
            if old is None or new is None or twin in joined or _adds(new, old) == _adds(old, new):
                others.append(row)
            elif _adds(old, new) and _says_no_more(row[8], old.source):
                self.report.present += 1
            elif _adds(new, old) and _says_no_more(old.source, row[8]):
                joined[twin] = (old, new)
            else:
                others.append(row)
        self.report.joined = len(joined)
        self.project.commit_to_run(changes.replace(joined.values()), run=run)
        if others:
            self.report.annotations += self.project.insert_many("annotation", others, _COLUMNS)

    def _tick(self, done: int, total: int) -> None:
        if self.cancel is not None:
            self.cancel.check()
        if self.progress is not None:
            self.progress(done, total)


class _Named(msgspec.Struct):
    id: Any = None


_named = msgspec.json.Decoder(_Named).decode


def id_of(doc: Any) -> Hashable:
    """Return the id that an annotation has in its file, or None."""
    key = _named(doc).id
    return key if isinstance(key, Hashable) else None


def _adds(a: Annotation, b: Annotation) -> bool:
    """Return whether an annotation has keypoints or a dense pose where the other has none."""
    return (a.keypoints is not None and b.keypoints is None) or (a.dense is not None and b.dense is None)


def _says_no_more(doc: Any, other: Any) -> bool:
    """Return whether every key of a document is in the other one too, with the same value.

    Areas may differ in their last digits: COCO's own two files do.
    """
    first, second = (msgspec.json.decode(text) for text in (doc, other))
    areas = first.pop("area", None), second.get("area")
    if (
        areas[0] is not None
        and areas[0] != areas[1]
        and not (all(isinstance(v, int | float) for v in areas) and math.isclose(*areas, rel_tol=1e-9))
    ):
        return False
    return all(key in second and second[key] == value for key, value in first.items())


def _known(a: Annotation) -> dict[str, Any]:
    return {
        "id": a.id, "media": a.media, "frame": a.frame, "category": a.category,
        "z": a.z, "review": a.review, "origin": a.origin,
    }  # fmt: skip


def _beside(folder: Path, project: Path | str) -> str:
    """Return a folder as a project file notes it: relative where it lies below the project, so both can move."""
    if isinstance(project, Path):
        return relativize(folder, project.absolute().parent)
    return str(folder)


def stored(project: ProjectFile) -> Iterator[Stored]:
    """Yield every annotation of a project with its document, by number."""
    for row in project.documents():
        origin = rows.read_origin(row.origin)
        yield Stored(row.id, row.media, row.frame, row.category, row.review, origin, row.doc, row.z)


def export_file(
    project: ProjectFile,
    path: Path | str,
    format: str = "coco",
    progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    *,
    predictions: Literal["all", "accepted"] = "all",
    min_score: float = 0.0,
    unusable: Literal["keep", "drop"] = "keep",
    overlap: Rule = "top",
    hide: HiddenCopies | None = None,
    dry: bool = False,
) -> ExportReport:
    """Write a project to an annotation file; a failure or a cancel leaves the file that was there.

    Args:
        project: To read.
        path: The file.
        format: Its name.
        progress: Called with (annotations done, annotations in all).
        cancel: Stops it.
        predictions: "all" takes whatever was not rejected, "accepted" only what a person drew, accepted or imported.
        min_score: Predictions that nobody accepted and that score below this are left out.
        unusable: "keep" writes imported items that segstudio could not use back as they were read; "drop" leaves
            them out.
        overlap: Who gets a pixel that several objects claim, in formats where only one can have it.
        hide: Copy the pictures with objects hidden; the file is then about the copies. What was set aside on import is
            left out. Predictions are hidden from `min_score`, whether somebody accepted them or not.
        dry: Only say what would be written and what is in the way; nothing is.

    Raises:
        FormatError: The format is unknown, or the file can't be written.
        InputError: A copy can't be written, or would replace an original.
        Cancelled: `cancel` said so.
    """
    path = Path(path)
    row = registry.get(format)
    if row.write is None:
        raise FormatError(f"Files of the format {row.name} are read, but not written.", path=path)
    if path.is_dir():
        raise FormatError("This is a folder.", path=path, remedy="Name a file in it.")
    notes = Notes()
    walk, copied = _walker(project, row.walks, progress, cancel, min_score, notes), None
    if hide is None:
        media = _with_sizes(project, notes)
    else:
        copied = _copy(project, path, row.name, hide, min_score, notes, progress, cancel, dry)
        media, unusable, walk = copied.media, "drop", copied.moving(walk)
    kept = _kept(project)
    out = Outgoing(project.categories(), media, walk, kept, predictions, unusable, overlap, notes)
    if dry:
        with tempfile.TemporaryDirectory(prefix="segstudio-check-") as folder:
            row.write(Path(folder) / path.name, out)
    else:
        row.write(path, out)
    count = out.written.get
    return ExportReport(
        path,
        row.name,
        count("images", 0),
        count("categories", 0),
        count("annotations", 0),
        count("predictions", 0),
        list(notes),
        copied,
    )


def _copy(
    project: ProjectFile,
    path: Path,
    format: str,
    hide: HiddenCopies,
    min_score: float,
    notes: Notes,
    progress: OnProgress | None,
    cancel: CancelToken | None,
    dry: bool,
) -> Copied:
    """Return the copies of the pictures; their names start from the file's folder where they lie below it."""
    if format not in ("coco", "coco-panoptic"):
        raise InputError(
            f"A file of the format {format} does not name pictures, so it can't go with copies of them.",
            remedy="Export coco or coco-panoptic.",
        )
    root, folder = path.absolute().parent, hide.folder.absolute()
    names_from = root if folder.is_relative_to(root) else folder
    rows = _walker(project, 1, None, cancel, min_score, Notes())()
    where = Path(project.media_root)
    return hide_in_copies(project.media(), where, rows, hide, names_from, notes, progress, cancel, dry=dry)


class _Scored(msgspec.Struct):
    score: Any = None


_scored = msgspec.json.Decoder(_Scored).decode


def _score(doc: bytes) -> float:
    """Return the score that a document states; one that states none counts as certain."""
    score = _scored(doc).score
    return score if isinstance(score, int | float) else 1.0


def _walker(
    project: ProjectFile,
    walks: int,
    progress: OnProgress | None,
    cancel: CancelToken | None,
    min_score: float,
    notes: Notes,
) -> Callable[[], Iterator[Stored]]:
    """Return `Outgoing.annotations`: it looks at the token and tells how far the whole of so many walks is."""
    total = sum(project.counts("media").values())
    walked = 0

    def walk() -> Iterator[Stored]:
        nonlocal walked
        due = 0.0
        for done, a in enumerate(stored(project)):
            if (now := monotonic()) >= due or done % _EVERY == 0:
                due = now + _OFTEN
                if cancel is not None:
                    cancel.check()
                if progress is not None:
                    progress((walked * total + done) // walks, total)
            if min_score > 0 and a.origin.kind == "model" and _score(a.doc) < min_score:
                if not walked:
                    notes.add("warning", f"predictions below a score of {min_score:g}, not exported")
                continue
            yield a
        walked += 1
        if progress is not None:
            progress(walked * total // walks, total)

    return walk


def _kept(project: ProjectFile) -> list[str]:
    """Return what the imports left that are still part of the project, oldest first."""
    alive = sorted(r.id for r in project.runs() if r.state in ("open", "done"))
    found = (project.meta(f"{_KEEP}{run}") for run in alive)
    return [text for text in found if text]


def _with_sizes(project: ProjectFile, notes: Notes) -> list[Media]:
    """Return the project's media; the headers of those that no one has opened yet are read for their size."""
    result = []
    for m in project.media():
        if m.source is None and not (m.width and m.height) and m.status in ("unread", "ok"):
            found = describe(m, project.media_root)
            if found.status == "ok":
                m = replace(m, width=found.width, height=found.height)
            else:
                notes.add("warning", f"pictures that can't be read ({found.status})", m.path)
        result.append(m)
    return result


def convert(
    source: Path | str,
    target: Path | str,
    to: str = "coco",
    format: str | None = None,
    media_root: Path | str | None = None,
    progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    *,
    unusable: Literal["keep", "drop"] = "keep",
    overlap: Rule = "top",
) -> tuple[ImportReport, ExportReport]:
    """Turn one annotation file into another, through a project that is thrown away.

    Args:
        source: The file to read.
        target: The file to write; it may be the same one.
        to: The format to write.
        format: The format to read, by default whatever the file looks like.
        media_root: The folder that the file's names start from.
        progress: Called with (annotations done, annotations in all), once through for reading and once for writing.
        cancel: Stops it; the target is then as it was.
        unusable: As for `export_file`.
        overlap: Likewise.

    Raises:
        FormatError: The file can't be read or written.
        Cancelled: `cancel` said so.
    """
    registry.get(to)
    with (
        tempfile.TemporaryDirectory(prefix="segstudio-convert-") as folder,
        ProjectFile.create(Path(folder) / "convert.segstudio") as project,
    ):
        read = import_file(project, source, format, media_root, progress, cancel)
        written = export_file(project, target, to, progress, cancel, unusable=unusable, overlap=overlap)
    return read, written
