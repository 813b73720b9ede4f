"""DensePose data as the keys of an annotation's JSON object: dp_x, dp_y, dp_I, dp_U, dp_V and dp_masks.

"dp_box" is segstudio's own: the box that they are relative to, where that is not the object's bbox (any more).
"""

from __future__ import annotations

import math
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from segstudio.core import masks
from segstudio.core.densepose import COARSE, GRID, NO_MASKS, DensePose
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask

_LISTS = {"dp_x": "x", "dp_y": "y", "dp_I": "part", "dp_U": "u", "dp_V": "v"}
_FARTHEST = 1e7
NAMES = (*_LISTS, "dp_masks", "dp_box")


class Keys(msgspec.Struct, frozen=True, gc=False):
    """The keys as texts; whoever needs them takes them apart."""

    dp_x: Raw | UnsetType = UNSET
    dp_y: Raw | UnsetType = UNSET
    dp_I: Raw | UnsetType = UNSET
    dp_U: Raw | UnsetType = UNSET
    dp_V: Raw | UnsetType = UNSET
    dp_masks: Raw | UnsetType = UNSET
    dp_box: Raw | UnsetType = UNSET


class _Rle(msgspec.Struct):
    size: tuple[int, int]
    counts: str | list[int]


_numbers = msgspec.json.Decoder(tuple[float, ...] | None)
_masks = msgspec.json.Decoder(list[_Rle | list[Any]] | None)
_raws = msgspec.json.Decoder(list[Raw])


_data = attrgetter(*_LISTS, "dp_masks")
_NONE = (UNSET,) * (len(_LISTS) + 1)


def present(keys: Keys) -> bool:
    """Return whether an object has DensePose data; asked for every object that is read."""
    return _data(keys) != _NONE


def decode(keys: Keys, box: Box | None) -> DensePose | None:
    """Return the DensePose data of an object, None where it has none.

    Args:
        keys: Of the object.
        box: Its bbox, or what its shape says.

    Raises:
        InputError: It can't be understood; `place` is the key.
    """
    if not present(keys):
        return None
    lists = {field: _list(getattr(keys, name), name) for name, field in _LISTS.items()}
    lengths = [len(v) for v in lists.values()]
    if len(set(lengths)) > 1:
        name = next(n for n, count in zip(_LISTS, lengths) if count != lengths[0])
        raise InputError("DensePose arrays of unequal length", place=f".{name}")
    frame = _box(keys.dp_box) or box
    if frame is None or not (frame.w > 0 and frame.h > 0):
        raise InputError("DensePose data without a bbox that has an area", place=".bbox")
    return DensePose(frame, **lists, masks=_parts(keys.dp_masks))


def read(keys: Keys, box: Box | None) -> DensePose | None:
    """Return the DensePose data of an object; None where it has none, or none that can be understood."""
    try:
        return decode(keys, box)
    except InputError:
        return None


def _list(text: Raw | UnsetType, name: str) -> tuple[float, ...]:
    if isinstance(text, UnsetType):
        return ()
    try:
        values = _numbers.decode(text) or ()
    except msgspec.DecodeError as error:
        raise InputError("DensePose data that is no list of numbers", place=f".{name}") from error
    if values and not (max(values) <= _FARTHEST and min(values) >= -_FARTHEST):
        raise InputError("a DensePose number out of range", place=f".{name}")
    return values


def _box(text: Raw | UnsetType) -> Box | None:
    if isinstance(text, UnsetType):
        return None
    try:
        values = _numbers.decode(text) or ()
    except msgspec.DecodeError:
        return None
    sound = len(values) == 4 and all(abs(v) <= _FARTHEST for v in values) and values[2] > 0 and values[3] > 0
    return Box(*values) if sound else None


def _parts(text: Raw | UnsetType) -> tuple[Mask, ...]:
    if isinstance(text, UnsetType):
        return ()
    try:
        entries = _masks.decode(text) or []
    except msgspec.DecodeError as error:
        raise InputError("dp_masks that are no list of 14 run-length codes", place=".dp_masks") from error
    if len(entries) not in (0, len(COARSE)):
        raise InputError("dp_masks that are not 14", place=".dp_masks")
    made = []
    for i, entry in enumerate(entries):
        if isinstance(entry, list):
            if entry:
                raise InputError("a part of dp_masks that is no run-length code", place=f".dp_masks[{i}]")
            made.append(masks.EMPTY)
            continue
        try:
            made.append(masks.from_coco({"size": entry.size, "counts": entry.counts}, GRID, GRID))
        except InputError as error:
            reason = "a part of dp_masks that is no run-length code of 256x256"
            raise InputError(reason, place=f".dp_masks[{i}]") from error
    return tuple(made) if any(m.counts for m in made) else NO_MASKS


def changed(
    new: DensePose | None, box: Box | None, old: DensePose | None, old_box: Box | None, was: Raw | None = None
) -> dict[str, Any]:
    """Return the keys that say something else than before; None means: take the key out.

    Args:
        new: What the object says now.
        box: Its bbox now, as `decode` will be given it.
        old: What it said.
        old_box: Its bbox then.
        was: The text of its dp_masks then; of a part that did not change the code stays as it was written.
    """
    if new is None:
        return {} if old is None else dict.fromkeys((*_LISTS, "dp_masks", "dp_box"))
    keys: dict[str, Any] = {}
    for name, field in _LISTS.items():
        values = getattr(new, field)
        if old is None or values != getattr(old, field):
            keys[name] = [float(v) for v in values]
    if old is None or new.masks != old.masks:
        keys["dp_masks"] = _written(new.masks, old.masks if old else (), was)
    own, old_own = new.box != box, old is not None and old.box != old_box
    if own and (old is None or not old_own or new.box != old.box):
        keys["dp_box"] = [float(v) for v in (new.box.x, new.box.y, new.box.w, new.box.h)]
    elif old_own and not own:
        keys["dp_box"] = None
    return keys


def _written(parts: tuple[Mask, ...], old: tuple[Mask, ...], was: Raw | None) -> list[Any]:
    texts = _raws.decode(was) if was is not None and old else []
    if not parts:
        return [[] for _ in COARSE]
    return [
        texts[i] if texts and m == old[i] else masks.to_coco(m, GRID, GRID) if m.counts else []
        for i, m in enumerate(parts)
    ]


def finite(dense: DensePose) -> bool:
    """Return whether all numbers are finite."""
    box = dense.box
    values = (box.x, box.y, box.w, box.h, *dense.x, *dense.y, *dense.part, *dense.u, *dense.v)
    return all(map(math.isfinite, values))
