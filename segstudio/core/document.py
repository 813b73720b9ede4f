"""Annotations as JSON objects in COCO's shape, without losing what the file said.

An annotation that was read keeps its text (`source`). Writing it back repeats that text; after an edit only the keys
whose meaning changed are replaced, in place, and all others, unknown ones included, stay as they stand, digit for
digit. Keys beyond COCO's: "mask" {"x", "y", "w", "h", "counts"} is a mask cropped to its box, "holes" are inner rings,
"dp_box" is the box of DensePose data where that is not the bbox; exporters turn them into what their format knows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from segstudio.core import densepose_keys, masks
from segstudio.core.annotation import Annotation, Geometry, Keypoints
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons, Ring
from segstudio.core.masks import Mask


class _Rle(msgspec.Struct, frozen=True):
    size: tuple[int, int]
    counts: str | list[int]


class _Crop(msgspec.Struct, frozen=True):
    x: int
    y: int
    w: int
    h: int
    counts: str


class Fields(densepose_keys.Keys, frozen=True):
    """The keys of an annotation object that segstudio understands."""

    segmentation: tuple[Ring, ...] | _Rle | None = None
    mask: _Crop | None = None
    holes: tuple[Ring, ...] = ()
    bbox: Ring | None = None
    keypoints: Ring | None = None
    # Other programs write other types under these names; such a value is kept as text and not interpreted.
    score: Any = None
    iscrowd: Any = 0
    track_id: Any = None
    attributes: Any = None
    comment: Any = None


_decoder = msgspec.json.Decoder(Fields)
_raw_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode  # how the history keeps values

# Which keys of the object say the same thing: they are replaced together.
_SHAPE = ("segmentation", "mask", "holes", "bbox", "area")
_POINTS = ("keypoints", "num_keypoints")


def shape_of(fields: Fields) -> tuple[Geometry | None, Box | None]:
    """Return (geometry, stated box) of the keys; without a segmentation the box is the geometry.

    Raises:
        InputError: A run-length code that does not fit its own size.
    """
    box = Box(*fields.bbox) if fields.bbox and len(fields.bbox) == 4 else None
    if fields.mask is not None:
        c = fields.mask
        return Mask(c.x, c.y, c.w, c.h, c.counts.encode("ascii")), box
    if isinstance(fields.segmentation, _Rle):
        rle = fields.segmentation
        return masks.from_coco({"size": rle.size, "counts": rle.counts}), box
    if fields.segmentation:
        parts = fields.segmentation
        if min(map(len, parts)) < 6:
            # One or two points cover nothing; they stay in the text.
            parts = tuple(ring for ring in parts if len(ring) >= 6)
        return Polygons(parts, fields.holes), box
    return box, None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _track(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63 else None


def parse(source: bytes, **known: Any) -> Annotation:
    """Return the annotation of a JSON object.

    Args:
        source: The object's text.
        known: The fields that the object does not hold: id, media, category, frame, z, origin, review.

    Raises:
        msgspec.DecodeError: Not JSON, or a known key of another type.
        InputError: A run-length code that does not fit its own size.
    """
    fields = _decoder.decode(source)
    geometry, box = shape_of(fields)
    return Annotation(
        geometry=geometry,
        box=box,
        keypoints=Keypoints(fields.keypoints) if fields.keypoints else None,
        dense=densepose_keys.read(fields, _frame(geometry, box)) if densepose_keys.present(fields) else None,
        track=_track(fields.track_id),
        score=_number(fields.score),
        crowd=bool(fields.iscrowd),
        attributes=_attributes(fields.attributes),
        comment=fields.comment if isinstance(fields.comment, str) else "",
        source=source,
        **known,
    )


def _attributes(value: Any) -> dict[str, Any]:
    """Return the named values, or none where the file says something else or numbers beyond 64 bits."""
    if not isinstance(value, dict) or not value:
        return {}
    try:
        _pack(value)
    except OverflowError:
        return {}
    return value


def _frame(geometry: Geometry | None, box: Box | None) -> Box | None:
    """Return what DensePose data is relative to where the object does not say: its bbox."""
    return box if box is not None or geometry is None else geometry.bounds


def _dense_keys(a: Annotation, old: Annotation | None, was: msgspec.Raw | None) -> dict[str, Any]:
    if a.dense is None and (old is None or old.dense is None):
        return {}
    before = (None, None) if old is None else (old.dense, _frame(old.geometry, old.box))
    return densepose_keys.changed(a.dense, _frame(a.geometry, a.box), *before, was)


def _floats(values: Iterable[float]) -> list[float]:
    """Return numbers as floats, so that a whole one reads the same after it was stored as before."""
    return [float(v) for v in values]


def _shape_keys(a: Annotation) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    box = a.box
    match a.geometry:
        case Polygons():
            keys["segmentation"] = [_floats(ring) for ring in a.geometry.parts]
            if a.geometry.holes:
                keys["holes"] = [_floats(ring) for ring in a.geometry.holes]
        case Mask():
            m = a.geometry
            keys["mask"] = _Crop(m.x, m.y, m.w, m.h, m.counts.decode("ascii"))
        case Box():
            box = a.geometry
    if box is not None:
        keys["bbox"] = _floats((box.x, box.y, box.w, box.h))
    return keys


def _point_keys(a: Annotation) -> dict[str, Any]:
    if a.keypoints is None:
        return {}
    values = [int(v) if i % 3 == 2 else float(v) for i, v in enumerate(a.keypoints.values)]
    return {"keypoints": values, "num_keypoints": a.keypoints.labelled}


def _check_finite(a: Annotation) -> None:
    values: list[float] = [] if a.score is None else [a.score]
    for box in (a.geometry, a.box):
        if isinstance(box, Box):
            values += (box.x, box.y, box.w, box.h)
    if isinstance(a.geometry, Polygons):
        values += (v for ring in (*a.geometry.parts, *a.geometry.holes) for v in ring)
    if a.keypoints is not None:
        values += a.keypoints.values
    if not all(map(math.isfinite, values)) or (a.dense is not None and not densepose_keys.finite(a.dense)):
        raise InputError("A coordinate or the score of this object is not a finite number.", place=f"object {a.id}")


def _same_shape(a: Annotation, old: Annotation) -> bool:
    return a.geometry == old.geometry and a.box == old.box


def text(a: Annotation) -> bytes:
    """Return the annotation's JSON object: its source where that still says the same, else the source amended.

    Raises:
        InputError: A coordinate or the score is not a finite number; JSON has no word for it.
    """
    if a.source is None:
        _check_finite(a)
        keys = {**_shape_keys(a), **_point_keys(a), **_dense_keys(a, None, None), **_single_keys(a, None)}
        return _encode(keys)
    old = parse(a.source, id=a.id, media=a.media, category=a.category)
    raw: dict[str, Any] = _raw_decoder.decode(a.source)
    changed = False
    numbers = (a.geometry, a.box, a.keypoints, a.dense, a.score)
    if numbers != (old.geometry, old.box, old.keypoints, old.dense, old.score):
        _check_finite(a)
    if not _same_shape(a, old):
        raw, changed = _swap(raw, _SHAPE, _shape_keys(a)), True
    if a.keypoints != old.keypoints:
        raw, changed = _swap(raw, _POINTS, _point_keys(a)), True
    singles = _dense_keys(a, old, raw.get("dp_masks")) | _single_keys(a, old)
    for key, value in singles.items():
        changed = True
        if value is None:
            raw.pop(key, None)
        else:
            raw[key] = value
    return _encode(raw) if changed else a.source


def _single_keys(a: Annotation, old: Annotation | None) -> dict[str, Any]:
    """Return the keys of one value each that differ from `old`; None means: take the key out."""
    keys: dict[str, Any] = {}
    if a.score != (old.score if old else None):
        keys["score"] = None if a.score is None else float(a.score)
    if a.crowd != (old.crowd if old else False):
        keys["iscrowd"] = int(a.crowd)
    if a.track != (old.track if old else None):
        keys["track_id"] = a.track
    # Packed: 1 and true are equal, and not the same.
    if _pack(a.attributes) != _pack(old.attributes if old else {}):
        keys["attributes"] = a.attributes or None
    if a.comment != (old.comment if old else ""):
        keys["comment"] = a.comment or None
    return keys


def _swap(raw: dict[str, Any], group: tuple[str, ...], new: dict[str, Any]) -> dict[str, Any]:
    """Return the object with a group of keys replaced; the new ones stand where the first of the old ones stood."""
    result: dict[str, Any] = {}
    placed = False
    for key, value in raw.items():
        if key not in group:
            result[key] = value
        elif not placed:
            result.update(new)
            placed = True
    if not placed:
        result.update(new)
    return result


def unknown(source: bytes) -> dict[str, Any]:
    """Return the keys of an object that segstudio does not interpret, decoded."""
    known = {*Fields.__struct_fields__, *_SHAPE, *_POINTS, "id", "image_id", "category_id"}
    return {k: v for k, v in msgspec.json.decode(source).items() if k not in known}


def unread_dense(a: Annotation) -> str:
    """Return why the DensePose data of an object's text can't be understood, or nothing where it can or there is none.

    Such data stays in the text as it stands.
    """
    if a.dense is not None or a.source is None:
        return ""
    fields = _decoder.decode(a.source)
    try:
        densepose_keys.decode(fields, _frame(*shape_of(fields)))
    except InputError as error:
        return f"{error.message} at {(error.place or '').lstrip('.')}"
    return ""
