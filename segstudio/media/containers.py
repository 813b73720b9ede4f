"""What PyAV says about a video file: opening, the index of its frames, its display matrix, whether it is whole."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from segstudio.core.errors import MediaError
from segstudio.media.sniff import file_error

_FETCH_AGAIN = "Copy it from its source again."
# The display matrix [a b; c d] of a video, by signs, as an EXIF orientation.
_MATRIX = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


@dataclass(frozen=True)
class Index:
    """The frames of a video.

    Args:
        times: Presentation times in the stream's time base, ascending: entry n is frame n.
        numbers: From a time to its frame number.
        keys: The numbers of the key frames, ascending.
        skipped: Packets before the first key frame, which nothing can decode.
    """

    times: list[int]
    numbers: dict[int, int]
    keys: list[int]
    skipped: int = 0


def open_container(path: str | Path) -> Any:
    """Open a video; use it in a `with` statement or close it.

    Raises:
        MediaError: "truncated" where the end that holds the table of contents is missing, else "broken".
    """
    import av
    from av.error import FFmpegError

    from segstudio.media.sniff import format_of, open_head

    try:
        # "file:" keeps names with a colon from being taken for a network address.
        container = av.open(f"file:{Path(path).absolute()}", metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as error:
        if isinstance(error, (FileNotFoundError, PermissionError)):
            raise file_error(error, path) from error
        size, head = open_head(path)
        cut = missing_end(path, format_of(head) or "", size)
        raise MediaError(
            f"The video is cut off: {cut}."
            if cut
            else f"The video is damaged: {getattr(error, 'strerror', None) or error}.",
            status="truncated" if cut else "broken",
            path=path,
            remedy=_FETCH_AGAIN,
        ) from error
    stream = container.streams.video[0] if container.streams.video else None
    if stream is None or stream.codec_context is None or not stream.codec_context.width:
        container.close()
        message = "The file holds no pictures." if stream is None else "Its kind of video is not supported."
        raise MediaError(message, path=path, remedy="Convert it to MP4.")
    return container


def claimed_frames(stream: Any) -> int:
    """Return how many frames a container's own table of contents lists, 0 where it has no whole one (MKV, WebM)."""
    return sum(not entry.is_discard for entry in stream.index_entries) if stream.frames else 0


def index_packets(path: str | Path) -> Index:
    """Read all packets of a video, decode none, and return its frames.

    Raises:
        MediaError: When no frame is left.
    """
    from av.error import FFmpegError

    packets: list[tuple[int, bool]] = []
    with open_container(path) as container:
        stream = container.streams.video[0]
        hidden_frames = stream.codec_context.name == "vp8"
        reading = container.demux(stream)
        while True:
            try:
                packet = next(reading, None)
            except FFmpegError:
                break
            if packet is None:
                break
            # Frames that an edit list cuts away are marked for discarding.
            if not packet.size or packet.pts is None or packet.is_discard:
                continue
            # VP8 keeps pictures that are only referred to in packets of their own.
            if hidden_frames and not bytes(packet)[0] & 0x10:
                continue
            packets.append((packet.pts, packet.is_keyframe))
    start = min((time for time, key in packets if key), default=None)
    shown = {time: key for time, key in packets if start is None or time >= start}
    if not shown:
        raise MediaError(
            "The video has no frame that can be shown.", status="truncated", path=path, remedy=_FETCH_AGAIN
        )
    times = sorted(shown)
    numbers = {time: number for number, time in enumerate(times)}
    keys = sorted({numbers[time] for time, key in packets if key})
    return Index(times, numbers, keys, len(packets) - len(shown))


def orientation_of(container: Any, stream: Any, path: str | Path) -> int:
    """Return the display matrix of a video's first decodable frame as an EXIF orientation.

    Raises:
        MediaError: When no frame can be decoded.
    """
    frame = next(_decodable(container, stream), None)
    if frame is None:
        raise MediaError("No frame of the video can be decoded.", path=path, remedy="Convert it to MP4.")
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            a, b, _, c, d = struct.unpack_from("=5i", bytes(data))
            return _MATRIX.get((_sign(a), _sign(b), _sign(c), _sign(d)), 1)
    return 1


def _sign(value: int) -> int:
    """Return the sign of a 16.16 fixed-point number, 0 where it is nearer to 0 than to 1."""
    return (value > 1 << 15) - (value < -(1 << 15))


def _decodable(container: Any, stream: Any) -> Iterator[Any]:
    from av.error import FFmpegError

    reading = container.demux(stream)
    while True:
        try:
            packet = next(reading, None)
            if packet is None:
                return
            yield from packet.decode()
        except FFmpegError:
            continue


def missing_end(path: str | Path, found: str, size: int) -> str:
    """Return what is missing at the end of a video file of `size` bytes, or an empty string."""
    with Path(path).open("rb") as file:
        if found in ("MP4", "MOV"):
            wanted = _boxes_end(file, size)
        elif found == "AVI":
            head = file.read(8)
            wanted = struct.unpack("<I", head[4:8])[0] + 8 if len(head) == 8 else 0
        elif found in ("MKV", "WebM"):
            wanted = _segment_end(file)
        else:
            wanted = 0
    return f"it should be {wanted:,} bytes long and is {size:,}" if wanted > size else ""


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Return where the last box of an ISO base media file ends."""
    offset = 0
    while offset + 8 <= size:
        file.seek(offset)
        head = file.read(16)
        length = struct.unpack_from(">I", head)[0]
        if length == 1 and len(head) == 16:
            length = struct.unpack_from(">Q", head, 8)[0]
        if length == 0:
            return size
        if length < 8:
            break
        offset += length
    return offset


def _segment_end(file: BinaryIO) -> int:
    """Return where a Matroska file's segment ends, 0 where it doesn't say (a live recording)."""
    head = file.read(4096)
    position = head.find(b"\x18\x53\x80\x67")
    if position < 0 or position + 5 > len(head):
        return 0
    position += 4
    length = 9 - head[position].bit_length()
    if length > 8 or position + length > len(head):
        return 0
    value = int.from_bytes(head[position : position + length], "big") & ((1 << 7 * length) - 1)
    return 0 if value == (1 << 7 * length) - 1 else position + length + value
