"""Pictures and clips that the media tests make for themselves."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_clips import MakeClip, clip_frame


@pytest.fixture(scope="session")
def blocks() -> np.ndarray:
    """uint8 RGB (24, 40, 3) of five flat blocks with one corner marked: no two of its eight turns are equal."""
    rgb = np.zeros((24, 40, 3), np.uint8)
    for i, color in enumerate([(200, 30, 40), (30, 180, 60), (20, 60, 220), (240, 220, 40), (120, 120, 120)]):
        rgb[:, 8 * i : 8 * i + 8] = color
    rgb[:8, :8] = (255, 255, 255)
    return rgb


@pytest.fixture(scope="session")
def ramp16() -> np.ndarray:
    """uint16 (16, 64) from 0 to 65535."""
    return np.linspace(0, 65535, 16 * 64).astype(np.uint16).reshape(16, 64)


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Return a function that encodes a clip of numbered frames, or skips where the encoder is missing."""

    def make(
        name: str,
        codec: str,
        *,
        frames: int = 40,
        gop: int = 12,
        bframes: int = 0,
        options: dict[str, str] | None = None,
        rotate: int | None = None,
        times: list[int] | None = None,
        container_options: dict[str, str] | None = None,
    ) -> Path:
        import av

        try:
            known = av.Codec(codec, "w")
        except ValueError:
            pytest.skip(f"this build of FFmpeg has no encoder {codec}")
        path = tmp_path_factory.mktemp("clip") / name
        with av.open(str(path), "w", container_options=container_options or {}) as container:
            stream = container.add_stream(codec, rate=25, options=options or {})
            stream.width, stream.height = 96, 64
            formats = [f.name for f in known.video_formats or ()]
            wanted = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.pix_fmt = wanted if wanted in formats else formats[0]
            stream.codec_context.gop_size = gop
            stream.codec_context.max_b_frames = bframes
            if rotate is not None:
                stream.set_display_rotation(rotate)
            for i in range(frames):
                frame = av.VideoFrame.from_ndarray(clip_frame(i), "rgb24")
                if times is not None:
                    frame.pts = times[i]
                    frame.time_base = Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make
