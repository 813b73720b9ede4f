"""The tables of a project, in SQLAlchemy Core so that the same schema can run on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

VERSION = 1
APPLICATION_ID = 0x5365_6753  # "SegS", so that file(1) and `check` know a project from any SQLite file

metadata = MetaData()

# Free-form facts: name, media_root, created, and what a file format keeps for its own round trip.
meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", LargeBinary, nullable=False))

# The next free id of each table, reserved in blocks; it survives deletions, so that no id is used twice.
counter = Table("counter", metadata, Column("name", Text, primary_key=True), Column("next", Integer, nullable=False))

category = Table(
    "category",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("review", Text, nullable=False),
    Column("run", Integer),
    Column("state", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("media_path", "path"),
)

# state: 0 is live; any other row belongs to a run that was undone or discarded and is invisible.
annotation = Table(
    "annotation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("media", Integer, ForeignKey("media.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("category", Integer, nullable=False),
    Column("z", Integer, nullable=False),
    Column("run", Integer),
    Column("state", Integer, nullable=False),
    Column("review", Text, nullable=False),
    Column("origin", LargeBinary, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("annotation_media", "media", "frame"),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("weights", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("state", Text, nullable=False),
)

# One row a step; `run` names rows that were written outside the payload because they are too many for it.
history = Table(
    "history",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("label", Text, nullable=False),
    Column("merge", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("run", Integer),
    Column("done", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
