"""What PyAV says about a video file: opening, the index of its frames, its display matrix, whether it is whole."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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
        times: When frame n is shown, in the stream's time base, ascending.
        numbers: From the time that a decoded frame carries to its number.
        keys: (frame number, time of the packet) of the places where decoding can begin, ascending; the number is
            that of the first frame that is right from there (an edit list may hide the key frame itself).
        skipped: How many frames lie before the first key frame, so that nothing can decode them.
    """

    times: list[int]
    numbers: dict[int, int]
    keys: list[tuple[int, int]]
    skipped: int = 0

    @cached_property
    def starts(self) -> dict[int, int]:
        """From the time of a key packet to the first frame number that is right from there."""
        return {time: number for number, time in self.keys}


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

    AVI stores no presentation times, and FFmpeg does not recover them for every codec that reorders its frames (H.264):
    such a file is decoded once instead, and the times of its packets are taken as mere names.

    Raises:
        MediaError: When no frame is left.
    """
    keys: set[int] = set()
    shown: set[int] = set()
    delays: set[int] = set()
    with open_container(path) as container:
        stream = container.streams.video[0]
        hidden_frames = stream.codec_context.name == "vp8"
        for packet in packets(container, stream):
            if packet.is_keyframe:
                keys.add(packet.pts)
            # Not shown: what an edit list cuts away, and VP8's pictures that are only referred to.
            if not packet.is_discard and not (hidden_frames and not bytes(packet)[0] & 0x10):
                shown.add(packet.pts)
            delays.add(packet.pts - (packet.pts if packet.dts is None else packet.dts))
        untimed = container.format.name == "avi" and stream.codec_context.has_b_frames and len(delays) == 1
    start = min(keys, default=min(shown, default=0))
    if untimed:
        order = _decoded_times(path, start)
        numbers = {time: number for number, time in enumerate(order)}
        places = sorted((numbers[time], time) for time in keys if time in numbers)
    else:
        order = sorted(time for time in shown if time >= start)
        numbers = {time: number for number, time in enumerate(order)}
        places = [(bisect_left(order, time), time) for time in sorted(keys) if order and time <= order[-1]]
    if not order:
        raise MediaError(
            "The video has no frame that can be shown.", status="truncated", path=path, remedy=_FETCH_AGAIN
        )
    return Index(sorted(order), numbers, places, 0 if untimed else len(shown) - len(order))


def packets(container: Any, stream: Any) -> Iterator[Any]:
    """Yield the packets of a video that carry data, each with a time; what can't be read any more ends them."""
    from av.error import FFmpegError

    reading = container.demux(stream)
    while True:
        try:
            packet = next(reading, None)
        except FFmpegError:
            return
        if packet is None:
            return
        if packet.size:
            if packet.pts is None:
                packet.pts = packet.dts
            if packet.pts is not None:
                yield packet


def decoded(container: Any, stream: Any) -> Iterator[tuple[Any, list[Any]]]:
    """Yield (packet, the frames that came out of the decoder after it), and last (None, the frames that it still held).

    A damaged packet costs its own frames only.
    """
    from av.error import FFmpegError

    for packet in packets(container, stream):
        try:
            yield packet, packet.decode()
        except FFmpegError:
            yield packet, []
    try:
        yield None, stream.codec_context.decode(None)
    except FFmpegError:
        return


def _decoded_times(path: str | Path, start: int) -> list[int]:
    """Return the times of a video's frames in the order of its decoder, beginning with the frame of time `start`."""
    with open_container(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        times = list(dict.fromkeys(frame.pts for _, frames in decoded(container, stream) for frame in frames))
    return times[times.index(start) :] if start in times else times


def orientation_of(container: Any, stream: Any, path: str | Path) -> int:
    """Return the display matrix of a video's first decodable frame as an EXIF orientation.

    Raises:
        MediaError: When no frame can be decoded.
    """
    frame = next((frame for _, frames in decoded(container, stream) for frame in frames), None)
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
