"""Fetching a file over HTTP, resumed where an earlier attempt stopped."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segstudio.core.errors import WeightsError

if TYPE_CHECKING:
    from segstudio.zoo.predictor import Token

_CHUNK = 1 << 18
_TIMEOUT = 30.0
_ATTEMPTS = 4


class Meter:
    """Adds up the progress of several files and passes a cancellation on.

    Args:
        total: Bytes in all.
        progress: Told (done, total, name), or None.
        cancel: Or None.
    """

    def __init__(self, total: int, progress: Callable[[int, int, str], None] | None, cancel: Token | None) -> None:
        self.total = total
        self.progress = progress
        self.cancel = cancel
        self.finished = 0

    def check(self) -> None:
        """Raise Cancelled once that was asked for."""
        if self.cancel is not None:
            self.cancel.check()

    def at(self, name: str, done: int) -> None:
        """Report the bytes of the file that is under way."""
        if self.progress is not None:
            self.progress(min(self.finished + done, self.total), self.total, name)

    def finish(self, name: str, size: int) -> None:
        """Report a file as done."""
        self.finished += size
        self.at(name, 0)


def get(url: str, part: Path, name: str, meter: Meter) -> None:
    """Download `url` to `part`, continuing what is already there; broken connections are taken up again.

    Raises:
        Cancelled: The meter's token said so; `part` stays.
        WeightsError: The server refuses, or the connection breaks again and again; `part` stays.
    """
    problem = ""
    for _ in range(_ATTEMPTS):
        meter.check()
        before = part.stat().st_size if part.exists() else 0
        try:
            if _attempt(url, part, name, meter):
                return
            problem = "the connection ended early"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:  # what is here is not the beginning of what is there
                part.unlink(missing_ok=True)
                problem = "the server has another file"
                continue
            problem = f"the server answers {error.code} {error.reason}"
            if error.code < 500 and error.code not in (408, 429):
                break
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            problem = str(getattr(error, "reason", error)) or type(error).__name__
            if (part.stat().st_size if part.exists() else 0) == before:
                break
    raise WeightsError(problem)


def _attempt(url: str, part: Path, name: str, meter: Meter) -> bool:
    """Ask for what is missing and return whether the file is whole by the server's own account."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "segstudio", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as reply:
        start, total = _extent(reply, have)
        with part.open("r+b" if start else "wb") as stream:
            stream.seek(start)
            stream.truncate()
            while block := reply.read(_CHUNK):
                stream.write(block)
                meter.at(name, stream.tell())
                meter.check()
            return total is None or stream.tell() >= total


def _extent(reply: Any, have: int) -> tuple[int, int | None]:
    """Return (first byte that comes, size of the whole file or None where the server does not say)."""
    if reply.status == 206:
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", reply.headers.get("Content-Range", ""))
        if match and int(match[1]) <= have:
            return int(match[1]), None if match[2] == "*" else int(match[2])
        raise http.client.HTTPException("the server answers with a range that was not asked for")
    length = reply.headers.get("Content-Length")
    return 0, int(length) if length else None
