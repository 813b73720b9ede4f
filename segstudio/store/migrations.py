"""From each project version to the next; `MIGRATIONS[n]` turns version n into n + 1, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

MIGRATIONS: dict[int, Callable[[Connection], None]] = {}
