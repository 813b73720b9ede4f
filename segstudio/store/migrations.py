"""From each project version to the next; `MIGRATIONS[n]` turns version n into n + 1, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection


def _note_touched(connection: Connection) -> None:
    """1 to 2: each step says which pictures it touched."""
    from segstudio.store import schema, steps

    schema.touched.create(connection)
    steps.touch_all(connection)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _note_touched}
