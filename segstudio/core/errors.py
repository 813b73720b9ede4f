"""Errors that a person can act on."""

from __future__ import annotations

from pathlib import Path


class SegstudioError(Exception):
    """Base of every error that is shown to a person.

    Args:
        message: What happened, one sentence.
        path: The file or folder it happened to.
        place: Where inside the file ("annotations[12].segmentation", "byte 1042").
        remedy: What the person can do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | Path | None = None,
        place: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.message = message
        self.path = None if path is None else str(path)
        self.place = place
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.path, self.place) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} {self.remedy}" if self.remedy else text


class InputError(SegstudioError):
    """A file, an argument or a value that cannot be used as given."""


class MediaError(SegstudioError):
    """A picture or a video that cannot be read.

    Args:
        status: Why, in the words of `Media.status`: "missing", "empty", "truncated", "mistyped", "bomb" or "broken".
    """

    def __init__(
        self,
        message: str,
        *,
        status: str = "broken",
        path: str | Path | None = None,
        place: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.status = status
        super().__init__(message, path=path, place=place, remedy=remedy)


class ProjectError(SegstudioError):
    """A project file that cannot be opened, read or written."""


class FormatError(SegstudioError):
    """An annotation file that cannot be read or written."""


class WeightsError(SegstudioError):
    """Weights that are missing, damaged or of another architecture."""


class Cancelled(Exception):
    """The work was cancelled on purpose; not an error."""
