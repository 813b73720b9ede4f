"""Frames of a project's videos as pictures, under the names that an exported COCO file gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from segstudio.core.annotation import REJECTED
from segstudio.core.errors import InputError, MediaError
from segstudio.core.media import Media
from segstudio.engine.job import CancelToken
from segstudio.formats.base import Note, Notes
from segstudio.formats.coco_write import frame_name
from segstudio.media import Video, export_frames, resolve
from segstudio.store import ProjectFile

OnProgress = Callable[[int, int], object]


@dataclass
class FramesReport:
    """What an export of frames wrote.

    Args:
        folder: The folder that the names start from.
        videos: Videos that the project has.
        frames: Pictures written.
        notes: What was skipped, and why.
    """

    folder: Path
    videos: int = 0
    frames: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        """The number of videos and frames that could not be written."""
        return sum(n.count for n in self.notes if n.kind == "skipped")


def export_project_frames(
    project: ProjectFile,
    out_dir: Path | str,
    *,
    annotated_only: bool = True,
    step: int = 1,
    progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> FramesReport:
    """Write frames of all videos of a project as JPEG: `folder/clip/000012.jpg` of `folder/clip.mp4`.

    A video that can't be read, and a frame that can't be decoded, is left out and reported. Nothing is ever written
    outside `out_dir`.

    Args:
        project: To read.
        out_dir: The folder that the names in a COCO export of the project start from. Made where it is missing.
        annotated_only: Only frames with an annotation that is not rejected.
        step: Otherwise, every so many frames, beside those with annotations.
        progress: Called with (frames done, frames in all).
        cancel: Stops it; the pictures written by then stay.

    Raises:
        InputError: The folder can't be written, or `step` is below 1.
        Cancelled: `cancel` said so.
    """
    if step < 1:
        raise InputError(f"A step of {step} frames does not lead anywhere.", remedy="Give 1 or more.")
    folder, notes = Path(out_dir), Notes()
    videos = [m for m in project.media() if m.kind == "video"]
    report = FramesReport(folder, len(videos))
    wanted = _annotated(project, {m.id for m in videos})
    if not annotated_only:
        for m in videos:
            wanted[m.id].update(range(0, _count(project, m, notes, cancel), step))
    plan = _distinct([m for m in videos if wanted[m.id] and _fits(m, notes)], notes)
    total = sum(len(wanted[m.id]) for m in plan)
    done = 0
    for m in plan:
        before = done

        def advance(n: int, _: int, before: int = before) -> None:
            if progress is not None:
                progress(before + n, total)

        try:
            written, failed = export_frames(
                resolve(m, project.media_root),
                folder,
                sorted(wanted[m.id]),
                format="jpg",
                name=lambda frame, video=m.path: frame_name(video, frame),
                progress=advance,
                cancelled=None if cancel is None else lambda: cancel.cancelled,
            )
            report.frames += len(written)
            for error in failed:
                notes.add("skipped", "frames that can't be decoded", f"{m.path}: {error.message}")
        except MediaError as error:
            _note_unreadable(m, error, notes)
        done += len(wanted[m.id])
        advance(len(wanted[m.id]), 0)
    report.notes = list(notes)
    return report


def _annotated(project: ProjectFile, videos: set[int]) -> defaultdict[int, set[int]]:
    """Return the frames of each video that an export names."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for row in project.documents() if videos else ():
        if row.media in videos and row.review != REJECTED:
            found[row.media].add(row.frame)
    return found


def _count(project: ProjectFile, m: Media, notes: Notes, cancel: CancelToken | None) -> int:
    """Return how many frames a video has, 0 for one that can't be read and has been reported."""
    if cancel is not None:
        cancel.check()
    try:
        video = Video(resolve(m, project.media_root))
        try:
            return video.frames
        finally:
            video.close()
    except MediaError as error:
        _note_unreadable(m, error, notes)
        return 0


def _note_unreadable(m: Media, error: MediaError, notes: Notes) -> None:
    place = f"{m.path}: {error.message}"
    if not any(place in note.places for note in notes.of("skipped")):
        notes.add("skipped", "videos that can't be read", place)


def _fits(m: Media, notes: Notes) -> bool:
    """Return whether the names of a video's frames lie inside any folder they are put in; report one that doesn't."""
    path = PureWindowsPath(m.path)
    if path.drive or path.root or ".." in path.parts:
        notes.add("skipped", "videos outside the project's folder of media; move them into it", m.path)
        return False
    return True


def _distinct(videos: list[Media], notes: Notes) -> list[Media]:
    """Return the videos without those whose frames have the names of another one's (clip.mp4 beside clip.avi)."""
    seen: set[str] = set()
    kept = []
    for m in videos:
        name = frame_name(m.path, 0)
        if name in seen:
            notes.add("skipped", "videos that differ from another one in their ending only; rename them", m.path)
        else:
            kept.append(m)
        seen.add(name)
    return kept
