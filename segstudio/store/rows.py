"""Values to rows and back."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row as SqlRow

from segstudio.core import document
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.labels import Category
from segstudio.core.media import Media

LIVE = 0
GONE = 1

_pack = msgspec.msgpack.Encoder().encode
_origin = msgspec.msgpack.Decoder(Origin)
_media = msgspec.msgpack.Decoder(Media)
_category = msgspec.msgpack.Decoder(Category)


def pack_origin(origin: Origin) -> bytes:
    """Return the stored form of an origin."""
    return _pack(origin)


def annotation_row(a: Annotation) -> dict[str, Any]:
    """Return the columns of an annotation."""
    return {
        "id": a.id,
        "media": a.media,
        "frame": a.frame,
        "category": a.category,
        "z": a.z,
        "run": a.origin.run,
        "state": LIVE,
        "review": a.review,
        "origin": _pack(a.origin),
        "doc": document.text(a),
    }


def read_annotation(row: SqlRow) -> Annotation:
    """Return the annotation of a row (id, media, frame, category, z, review, origin, doc)."""
    return document.parse(
        row.doc,
        id=row.id,
        media=row.media,
        frame=row.frame,
        category=row.category,
        z=row.z,
        review=row.review,
        origin=_origin.decode(row.origin),
    )


def media_row(m: Media, run: int | None = None) -> dict[str, Any]:
    """Return the columns of a media entry."""
    return {
        "id": m.id,
        "path": m.path,
        "kind": m.kind,
        "status": m.status,
        "review": m.review,
        "run": run,
        "state": LIVE,
        "data": _pack(m),
    }


def read_media(data: bytes) -> Media:
    """Return the media entry of a `data` column."""
    return _media.decode(data)


def category_row(c: Category) -> dict[str, Any]:
    """Return the columns of a category."""
    return {"id": c.id, "position": c.position, "name": c.name, "data": _pack(c)}


def read_category(data: bytes) -> Category:
    """Return the category of a `data` column."""
    return _category.decode(data)
