"""One front door to pictures and video frames: cached, and safe to call from any thread."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media.folders import resolve
from segstudio.media.images import Picture, read_image
from segstudio.media.pixels import Window
from segstudio.media.sniff import file_error
from segstudio.media.video import Video

# Path, time of change and size of the file, the frame, the window.
Key = tuple[str, int, int, int, Window | None]
CACHE_BYTES = 512 << 20
_OPEN_VIDEOS = 4


class MediaReader:
    """Reads the media of one project.

    Decoded pictures are kept until `cache_bytes` are used, the least recently read leaves first. A file that changes on
    disk is read again. Two threads that ask for the same picture decode it once.

    Args:
        root: The folder that relative media paths start from.
        cache_bytes: How much the kept pictures may take together; the last one is kept whatever its size.
    """

    def __init__(self, root: str | Path, cache_bytes: int = CACHE_BYTES) -> None:
        self.root = Path(root)
        self._limit = cache_bytes
        self._lock = threading.Lock()
        self._pictures: OrderedDict[Key, Picture] = OrderedDict()
        self._bytes = 0
        self._decoding: dict[Key, threading.Event] = {}
        self._videos: OrderedDict[tuple[str, int, int], Video] = OrderedDict()

    def path(self, media: Media) -> Path:
        """Return the absolute path of a media entry."""
        return resolve(media, self.root)

    def read(self, media: Media, frame: int = 0, window: Window | None = None) -> Picture:
        """Return a picture or the frame of a video, upright.

        Args:
            media: The entry.
            frame: 0-based; 0 for a picture.
            window: The (lo, hi) shown as black and white, for samples of more than 8 bits.

        Raises:
            MediaError: As `read_image` and `Video.frame`.
        """
        key = self._key(media, frame, window)
        while True:
            with self._lock:
                if (picture := self._pictures.get(key)) is not None:
                    self._pictures.move_to_end(key)
                    return picture
                other = self._decoding.get(key)
                if other is None:
                    done = self._decoding[key] = threading.Event()
                    break
            other.wait()
        try:
            picture = self._decode(media, key)
            with self._lock:
                self._keep(key, picture)
            return picture
        finally:
            with self._lock:
                del self._decoding[key]
            done.set()

    def cached(self, media: Media, frame: int = 0, window: Window | None = None) -> Picture | None:
        """Return a picture if it is at hand, without decoding; for the thread that must not wait."""
        try:
            key = self._key(media, frame, window)
        except MediaError:
            return None
        with self._lock:
            return self._pictures.get(key)

    def video(self, media: Media) -> Video:
        """Return the opened video of an entry; at most a few are kept open.

        Raises:
            MediaError: When it can't be opened.
        """
        path, changed, size, _, _ = self._key(media, 0, None)
        key = (path, changed, size)
        with self._lock:
            if (video := self._videos.get(key)) is not None:
                self._videos.move_to_end(key)
                return video
        opened = Video(path)
        with self._lock:
            video = self._videos.setdefault(key, opened)
            self._videos.move_to_end(key)
            dropped = [self._videos.popitem(last=False)[1] for _ in range(len(self._videos) - _OPEN_VIDEOS)]
        if video is not opened:
            dropped.append(opened)
        for old in dropped:
            old.close()
        return video

    def close(self) -> None:
        """Forget all pictures and close all videos; the reader can be used again."""
        with self._lock:
            self._pictures.clear()
            self._bytes = 0
            videos = list(self._videos.values())
            self._videos.clear()
        for video in videos:
            video.close()

    def _key(self, media: Media, frame: int, window: Window | None) -> Key:
        path = self.path(media)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            raise file_error(error, path) from error
        return str(path), status.st_mtime_ns, status.st_size, frame, window

    def _decode(self, media: Media, key: Key) -> Picture:
        path, _, _, frame, window = key
        if media.kind == "video":
            video = self.video(media)
            return Picture(video.frame(frame), video.orientation, video.mode, note=video.note)
        if frame:
            raise MediaError(f"A picture has no frame {frame}.", path=path)
        return read_image(path, window=window)

    def _keep(self, key: Key, picture: Picture) -> None:
        self._pictures[key] = picture
        self._bytes += picture.nbytes
        while self._bytes > self._limit and len(self._pictures) > 1:
            self._bytes -= self._pictures.popitem(last=False)[1].nbytes
