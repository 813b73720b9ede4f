"""What an import and an export did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from segstudio.engine.hiding import Copied
from segstudio.formats.base import Note


@dataclass
class ImportReport:
    """What an import did.

    Args:
        path: The file.
        format: Its format.
        run: The run that brought it, one step of the history.
        media: Pictures added.
        matched: Pictures of the file that the project had already.
        categories: Classes added.
        annotations: Annotations added.
        present: Annotations that the project had already.
        joined: Annotations that the project had already and that got their keypoints or dense pose from this
            file.
        notes: What was skipped, changed or odd.
    """

    path: Path
    format: str
    run: int | None = None
    media: int = 0
    matched: int = 0
    categories: int = 0
    annotations: int = 0
    present: int = 0
    joined: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def skipped(self) -> int:
        """The number of items that could not be used."""
        return sum(n.count for n in self.notes if n.kind == "skipped")


@dataclass
class ExportReport:
    """What an export wrote.

    Args:
        path: The file.
        format: Its format.
        media: Pictures (and frames of videos) written.
        categories: Classes written.
        annotations: Annotations written, predictions included.
        predictions: How many of them are predictions that nobody accepted yet.
        notes: What was left out or odd.
        copied: The copies of the pictures in which objects are hidden, None where none was asked for.
    """

    path: Path
    format: str
    media: int = 0
    categories: int = 0
    annotations: int = 0
    predictions: int = 0
    notes: list[Note] = field(default_factory=list)
    copied: Copied | None = None

    @property
    def skipped(self) -> int:
        """The number of items that could not be written."""
        return sum(n.count for n in self.notes if n.kind == "skipped")
