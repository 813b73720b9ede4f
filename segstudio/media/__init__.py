"""Pictures and videos: reading, listing, thumbnails and prefetch. No Qt, no torch; codecs load on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_HOME = {
    "checksum": "folders",
    "describe": "folders",
    "relativize": "folders",
    "resolve": "folders",
    "scan": "folders",
    "Picture": "images",
    "read_image": "images",
    "read_values": "images",
    "Prefetcher": "prefetch",
    "Probe": "probing",
    "probe": "probing",
    "MediaReader": "source",
    "thumbnail": "thumbnails",
    "Video": "video",
    "export_frames": "export",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"segstudio.media.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
