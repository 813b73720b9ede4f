"""A video of a few grey frames, and a project with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segstudio.core import changes
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.media import describe
from segstudio.store import ProjectFile


def clip(path: Path, frames: int = 6) -> Path:
    """Encode frames of 64 x 48 pixels; frame n has the grey 40 n."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(frames):
            grey = np.full((48, 64, 3), 40 * n, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        container.mux(stream.encode())
    return path


def video_project(folder: Path) -> ProjectFile:
    """Make v.segstudio with the video sub/a.mp4 (number 1) and a box on its frames 1 and 3."""
    clip(folder / "media" / "sub" / "a.mp4")
    project = ProjectFile.create(folder / "v.segstudio", folder / "media")
    assert [project.new_ids(table, 1) for table in ("media", "category")] == [1, 1]
    first = project.new_ids("annotation", 2)
    boxes = [Annotation(first + i, 1, 1, frame=1 + 2 * i, geometry=Box(4, 4, 20, 10)) for i in range(2)]
    video = describe(Media(1, "sub/a.mp4", "video"), project.media_root)
    project.commit(changes.insert([Category(1, "cat"), video, *boxes], "Make"))
    return project
