"""Killing a process in the middle of its work, and what it had acknowledged until then."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from typing import Any

Shown = Callable[[str], None]


def run_and_kill(
    work: Callable[..., Any],
    *arguments: Any,
    after: int,
    delay: float,
    limit: float = 30.0,
    preload: Sequence[str] = ("segstudio.store", "segstudio.core.edits"),
) -> list[str]:
    """Run `work(shown, *arguments)` in a process, send it SIGKILL a moment after some lines, and return all its lines.

    The processes are forked from one that has imported what they need, so that many short lives cost little.

    Args:
        work: A function of an importable module. It calls `shown(text)` once something is where a person can see it.
        arguments: The rest of its arguments.
        after: Lines to wait for.
        delay: Seconds between the last of them and the kill.
        limit: Seconds to wait for a line.
        preload: Modules to import beforehand; what the first call of a process names counts for all.

    Raises:
        TimeoutError: The process lives and says nothing.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(work, theirs, arguments), daemon=True)
    process.start()
    theirs.close()
    lines: list[str] = []
    try:
        while len(lines) < after:
            if not ours.poll(limit):
                raise TimeoutError(f"nothing came in {limit} s; so far: {lines}")
            lines.append(ours.recv_bytes().decode())
        threading.Event().wait(delay)
        process.kill()
        while True:
            lines.append(ours.recv_bytes().decode())
    except (EOFError, OSError):  # the pipe's end, or a line that was cut off
        return lines
    finally:
        process.kill()
        process.join()
        ours.close()


def _child(work: Callable[..., Any], pipe: Any, arguments: tuple) -> None:
    work(lambda text: pipe.send_bytes(text.encode()), *arguments)
