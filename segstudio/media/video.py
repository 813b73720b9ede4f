"""Videos by frame number: frame n is the same picture whichever way it is reached.

A video is indexed once, by reading its packets without decoding them: their presentation times, sorted, are the frames.
A frame is then found by its time and decoded from the key frame before it, so no counting can drift. Pixels are the
coded ones, turned upright; a pixel aspect ratio other than 1 is not applied.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from segstudio.core.errors import MediaError
from segstudio.media import pixels
from segstudio.media.containers import (
    Index,
    claimed_frames,
    decoded,
    index_packets,
    missing_end,
    open_container,
    orientation_of,
)
from segstudio.media.probing import Probe
from segstudio.media.sniff import VIDEO_FORMATS, format_of, name_disagrees, open_head

CACHE_BYTES = 192 << 20


class Video:
    """A video file.

    All methods may be called from any thread; one decodes at a time. The file stays open until `close`, and opens again
    when it is read after that.

    Args:
        path: MP4, MOV, MKV, AVI or WebM.
        cache_bytes: How much decoded frames may take that were passed on the way to the ones asked for.

    Raises:
        MediaError: With a `status`; a video that is cut off but still has frames opens, and `note` says so.
    """

    def __init__(self, path: str | Path, cache_bytes: int = CACHE_BYTES) -> None:
        self.path = str(path)
        size, head = open_head(path)
        self.bytes: int = size
        self.format: str = format_of(head) or ""
        if self.format not in VIDEO_FORMATS:
            raise MediaError("This is not a video.", status="mistyped", path=path, remedy="Open it as what it is.")
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._frames: OrderedDict[int, Any] = OrderedDict()
        self._container: Any = None
        self._decoding: Iterator[tuple[int, Any]] | None = None
        self._next = 0
        self._reformatter: Any = None
        with open_container(path) as container:
            stream = container.streams.video[0]
            self.fps: float = float(stream.average_rate or stream.guessed_rate or 25)
            self.claimed_frames: int = claimed_frames(stream)
            self.orientation: int = orientation_of(container, stream, path)
            self._coded = (int(stream.codec_context.width), int(stream.codec_context.height))
            self.mode: str = stream.codec_context.pix_fmt or ""
            self._time_base = stream.time_base
        self._kept = max(2, cache_bytes // max(1, self._coded[0] * self._coded[1] * 2))
        cut = missing_end(path, self.format, size)
        if cut:
            self.claimed_frames = 0
        usable = f"The file is cut off ({cut}); what is left can be used." if cut else ""
        self._notes = [note for note in (name_disagrees(path, self.format), usable) if note]

    @property
    def note(self) -> str:
        """What a person should know about a video that opens all the same; the index may add to it."""
        return " ".join(self._notes)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels, upright."""
        width, height = self._coded
        return (width, height) if self.orientation < 5 else (height, width)

    @property
    def frames(self) -> int:
        """The exact number of frames; the first call reads the file through."""
        return len(self._indexed().times)

    def time(self, n: int) -> float:
        """Return when frame `n` is shown, in seconds after frame 0."""
        times = self._indexed().times
        return float((times[n] - times[0]) * self._time_base)

    def frame(self, n: int) -> np.ndarray:
        """Return frame `n` (0-based) as uint8 RGB (h, w, 3), upright, C-contiguous.

        Raises:
            MediaError: When there is no such frame, or its data are damaged.
        """
        with self._lock:
            index = self._indexed()
            if not 0 <= n < len(index.times):
                raise MediaError(
                    f"There is no frame {n}; the video has {len(index.times)} (0 to {len(index.times) - 1}).",
                    path=self.path,
                )
            frame = self._frames.get(n)
            if frame is None:
                frame = self._reach(index, n)
            else:
                self._frames.move_to_end(n)
            return self._rgb(frame, n)

    def close(self) -> None:
        """Close the file and forget the decoded frames."""
        with self._lock:
            self._stop()
            self._frames.clear()
            self._reformatter = None

    def _indexed(self) -> Index:
        with self._lock:
            if self._index is None:
                self._index = index_packets(self.path)
                if self._index.skipped:
                    self._notes.append(f"{self._index.skipped} frames before the first key frame are left out.")
            return self._index

    def _reach(self, index: Index, n: int) -> Any:
        """Decode until frame `n`: onwards where that is shorter, else from the key frame before it."""
        place = bisect_right(index.keys, n, key=lambda key: key[0]) - 1
        onwards = self._decoding is not None and (place < 0 or index.keys[place][0] <= self._next <= n)
        if onwards and (frame := self._advance(n)) is not None:
            return frame
        # A seek may land late: go further back then, in growing steps. A frame that two key frames don't lead to is
        # damaged.
        step, misses = 1, 0
        while misses < 2:
            self._seek(index, index.keys[place] if place > 0 else None)
            try:
                if (frame := self._advance(n)) is not None:
                    return frame
                misses += 1
            except _Late:
                pass
            if place <= 0:
                break
            place, step = place - step, 2 * step
        raise self._undecodable(n)

    def _advance(self, n: int) -> Any:
        """Decode on until frame `n` and return it, or None when it does not come; raises `_Late`."""
        assert self._decoding is not None
        for position, frame in self._decoding:
            self._next = position + 1
            self._frames[position] = frame
            self._frames.move_to_end(position)
            while len(self._frames) > self._kept:
                self._frames.popitem(last=False)
            if position == n:
                return frame
            if position > n:
                return None
        self._stop()
        return None

    def _seek(self, index: Index, key: tuple[int, int] | None) -> None:
        """Begin to decode at a key frame of the index, or at the very start of the file."""
        self._stop()
        self._container = open_container(self.path)
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        self._next = key[0] if key is not None else 0
        self._decoding = _numbered(self._container, stream, index, key)

    def _stop(self) -> None:
        self._decoding = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _rgb(self, frame: Any, n: int) -> np.ndarray:
        from av.error import FFmpegError
        from av.video.reformatter import VideoReformatter

        if self._reformatter is None:
            self._reformatter = VideoReformatter()
        width, height = self._coded
        try:
            shown = self._reformatter.reformat(frame, width=width, height=height, format="rgb24")
        except (FFmpegError, ValueError) as error:
            raise self._undecodable(n) from error
        return pixels.upright(shown.to_ndarray(), self.orientation)

    def _undecodable(self, n: int) -> MediaError:
        return MediaError(
            "This frame cannot be decoded.", path=self.path, place=f"frame {n}", remedy="Use another frame."
        )


class _Late(Exception):
    """A seek landed behind the frame it was meant for."""


def _numbered(container: Any, stream: Any, index: Index, key: tuple[int, int] | None) -> Iterator[tuple[int, Any]]:
    """Yield (frame number, decoded frame) of a container just opened, from a key frame, or from the start for None.

    Frames with a lower number than the first packet's are left out: they belong to the group of pictures before it,
    which was not decoded.

    Raises:
        _Late: When the container can't be set to the key frame or one before it.
    """
    from av.error import FFmpegError

    start = 0 if key is None else -1
    if key is not None:
        try:
            container.seek(key[1], stream=stream, backward=True)
        except FFmpegError as error:
            raise _Late from error
    for packet, frames in decoded(container, stream):
        if start < 0:
            start = index.starts.get(packet.pts, -1) if packet is not None else -1
            if key is None or not 0 <= start <= key[0]:
                raise _Late
        for frame in frames:
            number = index.numbers.get(frame.pts, -1)
            if number >= start:
                yield number, frame


def first_frame(path: str | Path) -> np.ndarray:
    """Return a video's first frame, as `Video.frame(0)` does.

    Raises:
        MediaError: When no frame can be decoded.
    """
    video = Video(path)
    try:
        return video.frame(0)
    finally:
        video.close()


def probe_video(path: str | Path) -> Probe:
    """Return the `Probe` of a video; `frames` is what the container claims, 0 where it doesn't.

    Raises:
        MediaError: When it can't be opened or no frame can be decoded.
    """
    video = Video(path)
    return Probe(
        kind="video",
        width=video.size[0],
        height=video.size[1],
        orientation=video.orientation,
        frames=video.claimed_frames,
        format=video.format,
        size=video.bytes,
        mode=video.mode,
        note=video.note,
    )
