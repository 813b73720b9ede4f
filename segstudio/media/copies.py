"""Copies of pictures that hold pixels and nothing else: no EXIF data, no thumbnail, no comments, no colour profile."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np

from segstudio.core.errors import InputError, MediaError
from segstudio.media.images import read_image, read_samples
from segstudio.media.render import Values

Format = Literal["png", "jpg"]
QUALITY = 95  # of JPEG


def read_for_copy(path: str | Path, format: Format) -> tuple[Values, str]:
    """Return a picture's samples as a file of that format can hold them, upright, and what they lost, or "".

    PNG keeps 8 and 16 bits, grey or colour, with alpha. Other samples, and all for JPEG, are taken as they are shown.

    Raises:
        MediaError: As `read_image`.
    """
    if format == "png":
        values = read_samples(path)
        array = values.array
        channels = 1 if array.ndim == 2 else array.shape[2]
        if array.dtype in (np.uint8, np.uint16) and channels in ((1, 3) if not values.alpha else (2, 4)):
            return values, ""
    picture = read_image(path)
    lost = "pictures whose samples the format can't hold, written as they are shown, in 8 bits"
    return Values(picture.rgb), "" if picture.bit_depth <= 8 and format == "jpg" else lost


def write_copy(path: Path, values: Values, format: Format) -> None:
    """Write samples as a new file; a failure leaves what was there.

    Args:
        path: The file; its folder is made where it is missing.
        values: uint8 or uint16 (h, w) or (h, w, c) of 1 to 4 channels; uint8 without alpha for JPEG.
        format: "png" keeps every sample, "jpg" is smaller.

    Raises:
        MediaError: The picture has more rows or columns than the format allows.
        InputError: The file can't be written.
    """
    import cv2

    options = {
        "png": [cv2.IMWRITE_PNG_COMPRESSION, 3],
        "jpg": [
            cv2.IMWRITE_JPEG_QUALITY, QUALITY,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
        ],
    }  # fmt: skip
    try:
        done, data = cv2.imencode(f".{format}", _as_opencv_has_them(values), options[format])
    except cv2.error:
        done, data = False, np.zeros(0, np.uint8)
    if not done:
        raise MediaError(f"This picture can't be written as {format.upper()}; it may be too large.", path=path)
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data.tobytes())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InputError(
            f"The picture cannot be written: {error.strerror or error}.", path=path, remedy="Choose another folder."
        ) from error


def _as_opencv_has_them(values: Values) -> np.ndarray:
    """Return grey as one channel, colours in the order blue, green, red; grey with alpha becomes four channels."""
    array = values.array
    if array.ndim == 2 or array.shape[2] == 1:
        return np.ascontiguousarray(array)
    if array.shape[2] == 2:
        array = array[..., [0, 0, 0, 1]]
    order = [2, 1, 0, 3][: array.shape[2]]
    return np.ascontiguousarray(array[..., order])
