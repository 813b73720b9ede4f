"""What a verb hands back, and the exit codes that scripts can rely on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from segstudio.core.errors import SegstudioError

OK = 0
PROBLEMS = 1
REFUSED = 2
MISSING = 3
FAILED = 4
CANCELLED = 130

EXIT_CODES = {
    OK: "everything was done, and nothing was found wrong",
    PROBLEMS: "done, but something was skipped, or a check found something wrong; each is listed",
    REFUSED: "bad usage, or a file that cannot be used; nothing was changed",
    MISSING: "something it needs is not here: weights, a package, a display; the message says how to get it",
    FAILED: "an error of segstudio itself; a report was written, and the message says where",
    CANCELLED: "cancelled; what was finished by then is kept",
}


@dataclass(frozen=True)
class Outcome:
    """The end of a verb.

    Args:
        data: What `--json` prints, besides `ok`, `command`, `exit` and `problems`.
        problems: One sentence each: what was skipped, or is wrong, where, and the remedy.
        code: The exit code; by default `PROBLEMS` with problems, else `OK`.
    """

    data: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    code: int | None = None

    @property
    def exit(self) -> int:
        """The exit code."""
        if self.code is not None:
            return self.code
        return PROBLEMS if self.problems else OK


class MissingError(SegstudioError):
    """Something that a verb needs is not on this machine."""

    exit_code = MISSING
