"""Files on their way into a project, and the sample photos that come with the program."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from segstudio.core import changes
from segstudio.core.errors import InputError
from segstudio.core.media import Media
from segstudio.media import relativize
from segstudio.media.folders import Entry

if TYPE_CHECKING:
    from segstudio.store import ProjectFile

SAMPLES = files("segstudio.resources") / "samples"


def add_media(project: ProjectFile, entries: Sequence[Entry], known: set[str] | None = None) -> list[Media]:
    """List files in a project that are not there yet, by name alone; return their rows.

    The list of files follows the disk: adding to it is no step of the history. A project that can only be read stays as
    it is.

    Args:
        project: To add to.
        entries: Of files found on disk.
        known: The paths that the project has, for a caller that adds in many batches; new ones are added to it.
    """
    if project.readonly:
        return []
    root = project.media_root
    known = project.media_paths() if known is None else known
    fresh = [(path, e.kind) for e in entries if (path := relativize(e.path, root)) not in known]
    if not fresh:
        return []
    first = project.new_ids("media", len(fresh))
    rows = [Media(first + i, path, kind, frames=int(kind == "image")) for i, (path, kind) in enumerate(fresh)]
    project.commit_to_run(changes.insert(rows))
    known.update(path for path, _ in fresh)
    return rows


def sample_files() -> list[Path]:
    """Return the sample photos that come with the program."""
    with as_file(SAMPLES) as folder:
        return sorted(p for p in Path(folder).iterdir() if p.suffix == ".jpg")


def copy_samples(folder: Path) -> Path:
    """Copy the sample photos into a folder where they can be worked on; what is there stays.

    Returns:
        The folder.

    Raises:
        InputError: It can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for photo in sample_files():
            if not (folder / photo.name).exists():
                shutil.copyfile(photo, folder / photo.name)
    except OSError as error:
        raise InputError(
            f"The sample photos could not be copied: {error.strerror}.", path=folder, remedy="Free some space there."
        ) from error
    return folder
