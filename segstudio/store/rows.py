"""Values to rows and back."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec.structs import force_setattr, replace
from sqlalchemy import Row as SqlRow

from segstudio.core import document
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.errors import ProjectError, SegstudioError
from segstudio.core.labels import Category
from segstudio.core.media import Media

T = TypeVar("T", Media, Category)

_pack = msgspec.msgpack.Encoder().encode
_origin = msgspec.msgpack.Decoder(Origin)
_media = msgspec.msgpack.Decoder(Media)
_category = msgspec.msgpack.Decoder(Category)

# Most annotations share few origins.
_origins: dict[bytes, Origin] = {}


def pack_origin(origin: Origin) -> bytes:
    """Return the stored form of an origin."""
    return _pack(origin)


def read_origin(data: bytes) -> Origin:
    """Return the origin of an `origin` column."""
    found = _origins.get(data)
    if found is None:
        if len(_origins) > 1024:
            _origins.clear()
        found = _origins[data] = _origin.decode(data)
    return found


def annotation_row(a: Annotation) -> dict[str, Any]:
    """Return the columns of an annotation."""
    return {
        "id": a.id,
        "media": a.media,
        "frame": a.frame,
        "category": a.category,
        "z": a.z,
        "run": a.origin.run,
        "review": a.review,
        "origin": _pack(a.origin),
        "doc": document.text(a),
    }


def read_annotation(row: SqlRow) -> Annotation:
    """Return the annotation of a row (id, media, frame, category, z, review, origin, doc).

    Raises:
        ProjectError: The row is damaged.
    """
    try:
        return document.parse(
            row.doc,
            id=row.id,
            media=row.media,
            frame=row.frame,
            category=row.category,
            z=row.z,
            review=row.review,
            origin=read_origin(row.origin),
        )
    except (msgspec.MsgspecError, SegstudioError, UnicodeError) as error:
        raise ProjectError(
            f"This object can't be read ({error}).",
            place=f"object {row.id}",
            remedy="`segstudio check` lists what is damaged.",
        ) from error


def media_row(m: Media, run: int | None = None) -> dict[str, Any]:
    """Return the columns of a media entry; `run` is for one that does not name its run itself."""
    return {
        "id": m.id,
        "path": m.path,
        "kind": m.kind,
        "status": m.status,
        "review": m.review,
        "run": m.run if run is None else run,
        "data": _pack(m if m.run is None else replace(m, run=None)),
    }


def _named_run(fresh: T, run: int | None) -> T:
    """Put the run into a value that was decoded just now and that nobody else has: a copy would cost twice."""
    if run is not None:
        force_setattr(fresh, "run", run)
    return fresh


def read_media(row: SqlRow) -> Media:
    """Return the media entry of a row (run, data)."""
    return _named_run(_media.decode(row.data), row.run)


def category_row(c: Category, run: int | None = None) -> dict[str, Any]:
    """Return the columns of a category; `run` is for one that does not name its run itself."""
    return {
        "id": c.id,
        "position": c.position,
        "name": c.name,
        "run": c.run if run is None else run,
        "data": _pack(c if c.run is None else replace(c, run=None)),
    }


def read_category(row: SqlRow) -> Category:
    """Return the category of a row (run, data)."""
    return _named_run(_category.decode(row.data), row.run)
