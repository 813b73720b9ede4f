"""Two voices: tables and bars for people, one JSON object for machines."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from segstudio.cli.outcome import Outcome

SHOWN_PROBLEMS = 20

Advance = Callable[[int, int, str], None]


class Output:
    """Where a verb writes: answers on standard output, everything else on standard error.

    Args:
        command: The verb.
        machine: True for `--json`: nothing but one object goes to standard output.
    """

    def __init__(self, command: str, machine: bool) -> None:
        self.command = command
        self.machine = machine

    def line(self, text: str = "") -> None:
        """Write a line of the answer for people."""
        if not self.machine:
            sys.stdout.write(text + "\n")

    def note(self, text: str) -> None:
        """Write a line that is not part of the answer."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
        """Write a table for people; numbers stand to the right."""
        if self.machine:
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for i, column in enumerate(columns):
            numeric = bool(rows) and all(isinstance(row[i], int | float) for row in rows)
            table.add_column(column, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(value)) for value in row))
        # A pipe is as wide as it needs to be: nothing is wrapped for programs that read lines.
        width = None if sys.stdout.isatty() else 10_000
        Console(file=sys.stdout, width=width, highlight=False).print(table)

    @contextmanager
    def progress(self, label: str, unit: str = "") -> Iterator[Advance]:
        """Show a bar on standard error while the block runs.

        Yields:
            A function (done, total, what): total 0 where it is not known, what is being worked on or "".
        """
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        counted = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
        console = Console(file=sys.stderr)
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            counted,
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[what]}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        with bar:
            task = bar.add_task(label, total=None, what="")

            def advance(done: int, total: int = 0, what: str = "") -> None:
                bar.update(task, completed=done, total=total or None, what=what[-40:])

            yield advance

    def close(self, outcome: Outcome) -> None:
        """Write the end: the problems for people, the whole object for machines."""
        if self.machine:
            problems = list(outcome.problems)
            body = {"ok": outcome.exit == 0, "command": self.command, "exit": outcome.exit, "problems": problems}
            sys.stdout.write(json.dumps(_plain({**body, **outcome.data}), ensure_ascii=False) + "\n")
            return
        for problem in outcome.problems[:SHOWN_PROBLEMS]:
            self.note(f"- {problem}")
        more = len(outcome.problems) - SHOWN_PROBLEMS
        if more > 0:
            self.note(f"... and {more:,} more; --json lists them all.")


def _cell(value: object) -> str:
    """Return a value as a table shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: paths as text, numpy scalars as numbers, NaN as null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        return _plain(value.item())
    return str(value)
