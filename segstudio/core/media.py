"""A picture or a video of a project."""

from __future__ import annotations

import msgspec


class Media(msgspec.Struct, frozen=True, tag="media", omit_defaults=True, gc=False):
    """One entry of the file list.

    Args:
        id: The project's own number.
        path: POSIX path relative to the project's media folder, or absolute where it lies outside.
        kind: "image" or "video".
        width: In pixels after EXIF orientation; 0 while unread.
        height: Likewise.
        frames: 1 for a picture; 0 for a video whose frames are not counted yet.
        orientation: The EXIF orientation (1 to 8) that reading applies.
        status: "unread", "ok", or why it can't be used: "missing", "empty", "truncated", "mistyped", "bomb", "broken".
        reason: One sentence for the status.
        review: "todo", "predicted", "corrected", "done" or "flagged".
        size: Bytes of the file, -1 while unknown.
        sha256: Of the file, empty while unknown.
        source: The JSON object of the file it was read from, byte for byte, or None.
        run: The import that brought it, or None; it goes and comes back with that run.
        tags: Words that the picture is filed under, without a word twice.
        comment: What a person noted about it.
    """

    id: int
    path: str
    kind: str = "image"
    width: int = 0
    height: int = 0
    frames: int = 1
    orientation: int = 1
    status: str = "unread"
    reason: str = ""
    review: str = "todo"
    size: int = -1
    sha256: str = ""
    source: bytes | None = None
    run: int | None = None
    tags: tuple[str, ...] = ()
    comment: str = ""
