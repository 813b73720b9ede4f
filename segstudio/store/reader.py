"""Reading a project: the questions that the layers above ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Row, and_, func, or_, select

from segstudio.core.annotation import Annotation
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import journal, live, rows, schema, versions
from segstudio.store.runs import Run
from segstudio.store.versions import Past, Version


class Reader:
    """The reading half of `ProjectFile`."""

    path: Path | str

    def reading(self) -> AbstractContextManager[Connection]:
        """Yield a connection that sees one state of the project until the block ends, nested calls included.

        Within a transaction of this thread it sees what that has written.
        """
        raise NotImplementedError

    def meta(self, key: str, default: str = "") -> str:
        """Return a free-form fact of the project."""
        with self.reading() as connection:
            value = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == key))
        return default if value is None else value.decode("utf-8")

    @property
    def media_root(self) -> Path:
        """The folder that relative media paths start from."""
        root = Path(self.meta("media_root", "."))
        return root if root.is_absolute() or not isinstance(self.path, Path) else self.path.absolute().parent / root

    def categories(self) -> list[Category]:
        """Return all classes in their order."""
        c = schema.category.c
        with self.reading() as connection:
            found = connection.execute(select(c.run, c.data).where(live.CATEGORY).order_by(c.position, c.id)).all()
        return [rows.read_category(row) for row in found]

    def media_ids(self) -> list[int]:
        """Return the ids of all media in the order of the file list."""
        c = schema.media.c
        with self.reading() as connection:
            return list(connection.scalars(select(c.id).where(live.MEDIA).order_by(c.id)).all())

    def media_paths(self) -> set[str]:
        """Return the paths of all media, as stored."""
        with self.reading() as connection:
            return set(connection.scalars(select(schema.media.c.path).where(live.MEDIA)))

    def media(self, ids: Sequence[int] | None = None) -> list[Media]:
        """Return media by id, in the order of the file list; all of them without ids."""
        c = schema.media.c
        query = select(c.run, c.data).where(live.MEDIA).order_by(c.id)
        found = []
        with self.reading() as connection:
            if ids is None:
                found += connection.execute(query).all()
            else:
                wanted = sorted(set(ids))
                for start in range(0, len(wanted), 500):
                    found += connection.execute(query.where(c.id.in_(wanted[start : start + 500]))).all()
        return [rows.read_media(row) for row in found]

    def annotations(self, media: int, frame: int | None = None) -> list[Annotation]:
        """Return the annotations of one picture (or one frame), lowest in the stack first."""
        c = schema.annotation.c
        query = select(schema.annotation).where(c.media == media, live.ANNOTATION).order_by(c.frame, c.z, c.id)
        if frame is not None:
            query = query.where(c.frame == frame)
        with self.reading() as connection:
            return [rows.read_annotation(row) for row in connection.execute(query)]

    def annotation(self, id: int) -> Annotation | None:
        """Return one annotation, or None."""
        c = schema.annotation.c
        with self.reading() as connection:
            row = connection.execute(select(schema.annotation).where(c.id == id, live.ANNOTATION)).first()
        return None if row is None else rows.read_annotation(row)

    def documents(self) -> Iterator[Row]:
        """Yield every annotation as it is stored, by id, a few thousand at a time: the columns of the table."""
        c = schema.annotation.c
        last = -(2**62)
        while True:
            query = select(schema.annotation).where(c.id > last, live.ANNOTATION).order_by(c.id).limit(4096)
            with self.reading() as connection:
                found = connection.execute(query).all()
            if not found:
                return
            last = found[-1].id
            yield from found

    def all_annotations(self) -> Iterator[Annotation]:
        """Yield every annotation by id, a few thousand at a time."""
        return (rows.read_annotation(row) for row in self.documents())

    def counts(self, by: str = "category") -> dict[int, int]:
        """Return the number of annotations by "category" or by "media"."""
        column = schema.annotation.c[by]
        query = select(column, func.count()).where(live.ANNOTATION).group_by(column)
        with self.reading() as connection:
            return {int(key): int(n) for key, n in connection.execute(query)}

    def data_version(self) -> int:
        """Return a number that changes when another process has written to the file; it never waits for a writer."""
        raise NotImplementedError

    def annotations_of(self, *, category: int | None = None, review: str | None = None) -> list[Annotation]:
        """Return the annotations of the whole project that have a class or a review state, by id."""
        c = schema.annotation.c
        query = select(schema.annotation).where(live.ANNOTATION).order_by(c.id)
        if category is not None:
            query = query.where(c.category == category)
        if review is not None:
            query = query.where(c.review == review)
        with self.reading() as connection:
            return [rows.read_annotation(row) for row in connection.execute(query)]

    def next_with(
        self, reviews: Sequence[str], media: int, frame: int, pictures: Sequence[str] = ()
    ) -> tuple[int, int] | None:
        """Return (media, frame) of the next picture with an annotation in one of these review states, or None.

        Args:
            reviews: The states.
            media: The search begins after this picture and does not go round.
            frame: And this frame of it.
            pictures: Review states of media that are found whatever their annotations are.
        """
        m = schema.media.c
        marked = select(m.id).where(live.MEDIA, m.review.in_(pictures), m.id > media).order_by(m.id).limit(1)
        c = schema.annotation.c
        later = or_(c.media > media, and_(c.media == media, c.frame > frame))
        query = select(c.media, c.frame).where(live.ANNOTATION, c.review.in_(reviews), later)
        with self.reading() as connection:
            row = connection.execute(query.order_by(c.media, c.frame).limit(1)).first()
            places = [] if row is None else [(row.media, row.frame)]
            id = connection.scalar(marked) if pictures else None
        return min([*places, (id, 0)] if id is not None else places, default=None)

    def history(self, known: Sequence[journal.Step] = ()) -> list[journal.Step]:
        """Return the steps, oldest first, each with whether it is done or undone.

        Args:
            known: What an earlier call returned: only what is different since is read.
        """
        with self.reading() as connection:
            return journal.listed(connection, known)

    def versions(self, media: int, frame: int = 0) -> list[Version]:
        """Return the done steps that touched the objects of a picture or frame, newest first."""
        with self.reading() as connection:
            return versions.versions(connection, media, frame)

    def baseline(self, media: int, frame: int = 0) -> Version | None:
        """Return the version that a person's corrections of a picture or frame begin at, or None."""
        with self.reading() as connection:
            return versions.baseline(connection, media, frame)

    def past(self, media: int, frame: int, seq: int) -> Past:
        """Return a picture as it was after a step; 0 for how it was before the first step that is kept."""
        with self.reading() as connection:
            return versions.past(connection, media, frame, seq)

    def runs(self) -> list[Run]:
        """Return all runs, oldest first."""
        with self.reading() as connection:
            columns = [schema.run.c[name] for name in Run.__struct_fields__]
            found = connection.execute(select(*columns).order_by(schema.run.c.id)).all()
        return [Run(*row) for row in found]
