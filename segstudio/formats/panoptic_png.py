"""COCO's panoptic PNG files: a segment id a pixel, id = R + 256 G + 256^2 B, 0 is void."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from segstudio.core.masks import MAX_PIXELS
from segstudio.formats.coco_check import Unusable

LARGEST = (1 << 24) - 1  # three bytes
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8sI4sIIBB")
_COLORS = {0: "grey", 3: "a palette", 4: "grey with opacity"}


def read_ids(path: Path, width: int, height: int) -> np.ndarray:
    """Return the segment ids of a map, int32 (height, width).

    Args:
        path: The PNG file.
        width: Of its picture, in pixels; 0 where that is not known.
        height: Likewise.

    Raises:
        Unusable: Missing, no PNG, not 8-bit colour, of another size than its picture, or damaged.
    """
    from PIL import Image

    try:
        with path.open("rb") as file:
            found_width, found_height = _checked(file.read(_HEADER.size), width, height)
            file.seek(0)
            # The header has shown that the size is sound; Pillow's own limit is lower.
            Image.MAX_IMAGE_PIXELS = None
            with Image.open(file, formats=("PNG",)) as image:
                image.load()
                pixels = np.asarray(image.convert("RGB") if image.mode != "RGB" else image, np.int32)
    except FileNotFoundError as error:
        raise Unusable("the PNG file of this map is missing; put it into the folder beside the JSON file") from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise Unusable("the PNG file of this map is damaged; fetch or export it again") from error
    if pixels.shape != (found_height, found_width, 3):
        raise Unusable("the PNG file of this map is damaged; fetch or export it again")
    return pixels[..., 0] + (pixels[..., 1] << 8) + (pixels[..., 2] << 16)


def _checked(header: bytes, width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of a PNG header.

    Raises:
        Unusable: No PNG, of another size or kind than wanted.
    """
    if len(header) < _HEADER.size:
        raise Unusable("the PNG file of this map is empty or cut off; fetch or export it again")
    signature, _, kind, found_width, found_height, bits, color = _HEADER.unpack(header)
    if signature != _SIGNATURE or kind != b"IHDR":
        raise Unusable("the file of this map is no PNG; a compression with loss has changed the ids in it")
    if bits != 8 or color not in (2, 6):
        what = _COLORS.get(color, f"{bits} bits a channel")
        raise Unusable(f"the PNG file of this map is not 8-bit RGB ({what}), so that it has no ids")
    if width and height and (found_width, found_height) != (width, height):
        raise Unusable("a map of another size than its picture", f" ({found_width}x{found_height})")
    if not 0 < found_width * found_height <= MAX_PIXELS:
        raise Unusable("a map of an impossible size", f" ({found_width}x{found_height})")
    return found_width, found_height


def write_ids(file: BinaryIO, values: np.ndarray, ids: np.ndarray) -> None:
    """Write a map.

    Args:
        file: To write to.
        values: Integers (h, w), each an index into `ids`.
        ids: The segment id of each value, 0 to 2^24 - 1.
    """
    from PIL import Image

    colors = np.stack([ids & 255, ids >> 8 & 255, ids >> 16 & 255], axis=1).astype(np.uint8)
    Image.fromarray(colors[np.ascontiguousarray(values)]).save(file, "PNG")
