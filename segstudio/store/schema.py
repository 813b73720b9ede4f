"""The tables of a project, in SQLAlchemy Core so that the same schema can run on PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text, text

VERSION = 2
APPLICATION_ID = 0x5365_6753  # "SegS", so that file(1) and `check` know a project from any SQLite file

metadata = MetaData()

# Free-form facts: name, media_root, created, and what a file format keeps for its own round trip.
meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", LargeBinary, nullable=False))

# The next free id of each table, reserved in blocks; it survives deletions, so that no id is used twice.
counter = Table("counter", metadata, Column("name", Text, primary_key=True), Column("next", Integer, nullable=False))

# `run` names the run that brought a row, and rows of a run that was undone or discarded are not seen (see live.py).
# No foreign keys: an unseen row may outlive its picture, until undo has brought both back or neither can come back.
category = Table(
    "category",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("run", Integer),
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
    Column("data", LargeBinary, nullable=False),
    Index("media_path", "path"),
)

annotation = Table(
    "annotation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("media", Integer, nullable=False),
    Column("frame", Integer, nullable=False),
    Column("category", Integer, nullable=False),
    Column("z", Integer, nullable=False),
    Column("run", Integer),
    Column("review", Text, nullable=False),
    Column("origin", LargeBinary, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    # Wide enough to count by picture or by class without touching the documents.
    Index("annotation_media", "media", "frame", "category", "run"),
)

# state: "open", "done", "gone" (undone or discarded) or "purged" (its rows can't come back).
# began, ended: the last history step when it began, and its own.
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
    Column("began", Integer, nullable=False),
    Column("ended", Integer),
)

# What an open run changes besides adding rows of its own; part of its step once it ends.
pending = Table(
    "pending",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# One row a step; `run` names a run whose rows it shows (or hides, where negative).
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
    Index("history_undone", "seq", sqlite_where=text("done = 0"), postgresql_where=text("done = 0")),
    # A number is never used again, so that `run.began` and `run.ended` keep their meaning.
    sqlite_autoincrement=True,
)

# Which pictures a step touched, and how many objects there; media 0 stands for the classes. Lines of steps that are
# gone mean nothing, since no number of a step is used twice.
touched = Table(
    "touched",
    metadata,
    Column("media", Integer, primary_key=True),
    Column("frame", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("objects", Integer, nullable=False),
    sqlite_with_rowid=False,
)
