"""What must hold for a COCO annotation to be used, and why one can't be.

Whatever passes here can be parsed by core/document.py and rasterised without surprises; whatever doesn't is set aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from segstudio.core import densepose_keys, document, masks
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.formats.base import Key
from segstudio.formats.coco_densepose import dense_oddities
from segstudio.formats.coco_objects import key_of
from segstudio.formats.files import place_of

# Beyond any picture, and far inside what rasterising takes.
_FARTHEST = 1e7
_MOST_PIXELS = 1 << 30

Coord = Annotated[float, msgspec.Meta(ge=-_FARTHEST, le=_FARTHEST)]
Coords = tuple[Coord, ...]


class Rle(msgspec.Struct, gc=False):
    """COCO's run-length code: size is (height, width); counts are compressed text or a list of runs."""

    size: tuple[int, int]
    counts: str | list[int]


class Head(densepose_keys.Keys, frozen=True, gc=False):
    """The keys of an annotation object that decide whether it can be used."""

    id: Any = None
    image_id: Any = None
    category_id: Any = None
    segmentation: tuple[Coords, ...] | Rle | None = None
    bbox: Coords | None = None
    keypoints: Coords | None = None
    mask: msgspec.Raw | UnsetType = UNSET
    holes: msgspec.Raw | UnsetType = UNSET


head_of = msgspec.json.Decoder(Head).decode


class Unusable(Exception):
    """Why an annotation is set aside.

    Args:
        reason: One clause.
        place: Within the object: ".segmentation[0]".
    """

    def __init__(self, reason: str, place: str = "") -> None:
        self.reason, self.place = reason, place
        super().__init__(reason)


def read_head(text: Any) -> Head:
    """Return the keys of an annotation object.

    Raises:
        Unusable: It is no object, or a key has another type or range.
    """
    try:
        return head_of(text)
    except msgspec.DecodeError as error:
        raise Unusable(*place_of(error)) from error


def resolve(value: Any, known: Any, name: str, where: str) -> Any:
    """Return what an id stands for.

    Raises:
        Unusable: Missing, or unknown.
    """
    key: Key | None = key_of(value)
    if key is None:
        raise Unusable(f"no {name}")
    found = known.get(key)
    if found is None:
        raise Unusable(f"{name} is not among the {where}", f".{name}")
    return found


def check_shape(head: Head, text: Any, width: int, height: int) -> None:
    """Check the shape of an annotation on a picture of that size (0 where unknown).

    Raises:
        Unusable: It can't be drawn.
    """
    if isinstance(head.segmentation, Rle):
        check_rle(head.segmentation, width, height)
    elif head.segmentation:
        for i, ring in enumerate(head.segmentation):
            if len(ring) & 1:
                raise Unusable("a polygon with an odd count of numbers", f".segmentation[{i}]")
        if max(map(len, head.segmentation)) < 6:
            raise Unusable("a polygon with fewer than three points", ".segmentation[0]")
    if head.bbox:
        if len(head.bbox) != 4:
            raise Unusable("a bbox must have four numbers", ".bbox")
        if head.bbox[2] < 0 or head.bbox[3] < 0:
            raise Unusable("a bbox with a negative width or height", ".bbox")
    if head.keypoints and len(head.keypoints) % 3:
        raise Unusable("keypoints must come in threes", ".keypoints")
    if head.mask is not UNSET or head.holes is not UNSET:
        try:
            document.parse(text, id=0, media=0, category=0)
        except (msgspec.DecodeError, InputError) as error:
            raise Unusable("a key named mask or holes that is not segstudio's") from error


def check_rle(rle: Rle, width: int, height: int) -> None:
    """Check a run-length code against a picture's size (0 where unknown).

    Raises:
        Unusable: Its size is another, or its runs don't fit its size.
    """
    h, w = rle.size
    if width and height and (h != height or w != width):
        raise Unusable("an RLE of another size than its picture", ".segmentation.size")
    if h <= 0 or w <= 0 or h * w > _MOST_PIXELS:
        raise Unusable("an RLE of an impossible size", ".segmentation.size")
    counts = rle.counts
    try:
        runs = masks.decode_runs(counts.encode("ascii", "replace")).tolist() if isinstance(counts, str) else counts
    except InputError as error:
        raise Unusable("an RLE with corrupt counts", ".segmentation.counts") from error
    if any(n < 0 for n in runs) or sum(runs) != h * w:
        raise Unusable("an RLE whose runs don't fit its size", ".segmentation.counts")


def oddities(head: Head, keypoints: int | None) -> Iterator[tuple[str, str]]:
    """Yield (reason, place) of what is odd about a usable annotation; `keypoints` is its category's number of them."""
    if isinstance(head.segmentation, tuple) and head.segmentation and min(map(len, head.segmentation)) < 6:
        yield "a polygon part with fewer than three points; that part is not drawn", ".segmentation"
    if head.keypoints:
        if keypoints is not None and len(head.keypoints) != 3 * keypoints:
            yield "another number of keypoints than its category", ".keypoints"
        if not {0.0, 1.0, 2.0}.issuperset(head.keypoints[2::3]):
            yield "keypoints whose third number is not 0, 1 or 2", ".keypoints"
    if not head.segmentation and not head.bbox and not head.keypoints:
        yield "nothing to draw (no segmentation, bbox or keypoints)", ""
    if densepose_keys.present(head):
        yield from dense_oddities(head, stated_box(head))
    if head.id == 0:
        yield "the id 0, which pycocotools scores as never found", ".id"


def stated_box(head: Head) -> Box | None:
    """Return the bbox of a usable annotation, or the one around its shape; None where it has neither."""
    if head.bbox:
        return Box(*head.bbox)
    if isinstance(head.segmentation, Rle):
        return masks.from_coco({"size": head.segmentation.size, "counts": head.segmentation.counts}).bounds
    return Polygons(head.segmentation).bounds if head.segmentation else None
