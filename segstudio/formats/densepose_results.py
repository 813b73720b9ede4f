"""Dense maps of people as pictures: in DensePose result files, and as IUV pictures of their own.

In a result, "uv_data" is the base64 text of a PNG of the box whose red, green and blue are I, U and V; the published
demo's IUV picture shows a whole photo and has them as blue, green and red. U and V are in 255ths.
"""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

import msgspec
import numpy as np

from segstudio.core import densepose, densepose_keys, densepose_maps, document
from segstudio.core.annotation import Annotation
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.formats.coco_check import Head, Unusable
from segstudio.formats.files import amended

_MOST_PIXELS = 1 << 26


class _Map(msgspec.Struct):
    uv_shape: Any = None
    uv_data: Any = None


_map = msgspec.json.Decoder(_Map)


def with_pose(doc: bytes, head: Head) -> bytes:
    """Return a result with its dense map as points and parts besides; one without a map as it is.

    Args:
        doc: The result's object.
        head: Its keys.

    Raises:
        Unusable: The map can't be read, or there is no box to place it in.
    """
    if _map.decode(doc).uv_data is None:
        return doc
    if not head.bbox or not (head.bbox[2] > 0 and head.bbox[3] > 0):
        raise Unusable("a dense map without a bbox", ".bbox")
    labels, uv = densepose_maps.from_quantised(dense_map(doc))
    if not labels.any():
        return doc
    box = Box(*head.bbox)
    pose = densepose_maps.to_annotation(np.where(labels > len(densepose.CHARTS), 0, labels), uv, box)
    return amended(doc, densepose_keys.changed(pose, box, None, None))


def dense_map(doc: bytes) -> np.ndarray:
    """Return I, U and V of a result, uint8 (3, h, w).

    Raises:
        Unusable: It has no such map, or one that can't be read.
    """
    from PIL import Image, UnidentifiedImageError

    found = _map.decode(doc)
    if not isinstance(found.uv_data, str):
        raise Unusable("uv_data that is no text", ".uv_data")
    try:
        with Image.open(io.BytesIO(base64.b64decode(found.uv_data))) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Unusable("a dense map of an impossible size", ".uv_data")
            pixels = np.asarray(image.convert("RGB"))
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Unusable("uv_data that is no PNG picture in base64", ".uv_data") from error
    if found.uv_shape is not None and found.uv_shape != [3, *pixels.shape[:2]]:
        raise Unusable("a dense map of another size than its uv_shape", ".uv_shape")
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))


def uv_keys(a: Annotation, box: Box) -> dict[str, Any]:
    """Return uv_shape and uv_data of an annotation whose result says `box`; nothing where there is no dense map.

    The text that was read is repeated where the dense pose is still the one that was read.
    """
    if a.source is not None and b'"uv_data"' in a.source:
        found = _map.decode(a.source)
        old = document.parse(a.source, id=a.id, media=a.media, category=a.category)
        if isinstance(found.uv_data, str) and (old.dense, old.box, old.geometry) == (a.dense, a.box, a.geometry):
            return {"uv_shape": found.uv_shape, "uv_data": found.uv_data}
    if a.dense is None:
        return {}
    height, width = densepose_maps.box_size((box.x, box.y, box.right, box.bottom))
    whole = densepose.moved(a.dense, -int(box.x), -int(box.y))
    iuv = densepose_maps.picture([densepose_maps.filled(whole)], height, width)
    return {"uv_shape": [3, height, width], "uv_data": base64.b64encode(_png(iuv)).decode("ascii")}


def iuv_png(iuv: np.ndarray) -> bytes:
    """Return an IUV picture, uint8 (h, w, 3), as a PNG file in the published demo's order of channels."""
    return _png(iuv[..., ::-1])


def _png(rgb: np.ndarray) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(file, "PNG")
    return file.getvalue()


def picture_of(rows: list[Annotation], width: int, height: int) -> np.ndarray:
    """Return the dense poses of a picture as an IUV picture, uint8 (height, width, 3); the later cover the earlier.

    Raises:
        InputError: The size is not known.
    """
    if not (width and height):
        raise InputError("The size of this picture is not known.", remedy="Open it in segstudio once.")
    return densepose_maps.picture([densepose_maps.filled(a.dense) for a in rows if a.dense is not None], height, width)
