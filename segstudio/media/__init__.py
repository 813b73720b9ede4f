"""Pictures and videos: reading, listing, thumbnails and prefetch. No Qt, no torch; codecs load on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segstudio.core.lazy import names

if TYPE_CHECKING:
    from segstudio.media.export import export_frames as export_frames
    from segstudio.media.folders import checksum as checksum
    from segstudio.media.folders import describe as describe
    from segstudio.media.folders import relativize as relativize
    from segstudio.media.folders import resolve as resolve
    from segstudio.media.folders import scan as scan
    from segstudio.media.images import Picture as Picture
    from segstudio.media.images import read_image as read_image
    from segstudio.media.images import read_values as read_values
    from segstudio.media.prefetch import Prefetcher as Prefetcher
    from segstudio.media.probing import Probe as Probe
    from segstudio.media.probing import probe as probe
    from segstudio.media.source import MediaReader as MediaReader
    from segstudio.media.thumbnails import thumbnail as thumbnail
    from segstudio.media.video import Video as Video

__getattr__, __dir__ = names(
    __name__,
    {
        "export": "export_frames",
        "folders": "checksum describe relativize resolve scan",
        "images": "Picture read_image read_values",
        "prefetch": "Prefetcher",
        "probing": "Probe probe",
        "source": "MediaReader",
        "thumbnails": "thumbnail",
        "video": "Video",
    },
)
