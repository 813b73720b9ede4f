"""Frame n of a video is the same picture whichever way it is reached."""

from __future__ import annotations

import random
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_clips import SHARED, MakeClip, clip_frame, clip_number
from PIL import Image

from segstudio.core.errors import Cancelled, InputError, MediaError
from segstudio.core.media import Media
from segstudio.media import Video, describe, export_frames, probe

CLIPS = [
    ("a.mp4", "libx264", {"bframes": 3}),
    ("open.mp4", "libx264", {"bframes": 2, "options": {"x264-params": "open-gop=1:b-pyramid=normal"}}),
    ("a.mov", "libx264", {"bframes": 2}),
    ("a.mkv", "libx264", {"bframes": 2}),
    ("a.avi", "libx264", {"bframes": 2}),
    ("fragments.mp4", "libx264", {"bframes": 2, "container_options": {"movflags": "frag_keyframe+empty_moov"}}),
    ("a265.mp4", "libx265", {"bframes": 3, "options": {"x265-params": "log-level=none"}}),
    ("m4.mp4", "mpeg4", {"bframes": 2}),
    ("m4.avi", "mpeg4", {"bframes": 2}),
    ("m4.mkv", "mpeg4", {}),
    ("m2.mkv", "mpeg2video", {"bframes": 2}),
    ("a9.webm", "libvpx-vp9", {"options": {"auto-alt-ref": "1", "lag-in-frames": "16"}}),
    ("a8.webm", "libvpx", {"options": {"auto-alt-ref": "1", "lag-in-frames": "16"}}),
    ("a1.webm", "libsvtav1", {"options": {"svtav1-params": "fast-decode=1"}}),
    ("a9.mkv", "libvpx-vp9", {}),
    ("j.avi", "mjpeg", {}),
    ("j.mov", "mjpeg", {}),
    ("f.mkv", "ffv1", {}),
    ("p.mov", "prores_ks", {}),
    ("png.mov", "png", {}),
]


def sums(video: Video, order: list[int]) -> dict[int, int]:
    return {n: zlib.crc32(video.frame(n)) for n in order}


def check_every_way(path: Path, *, most: int = 60) -> list[np.ndarray]:
    """Forwards, backwards and in random order, with and without a cache, the frames are those of plain decoding."""
    import av

    with av.open(str(path)) as container:
        decoded = (frame.to_ndarray(format="rgb24") for frame in container.decode(container.streams.video[0]))
        plain = [zlib.crc32(np.ascontiguousarray(rgb)) for rgb in decoded]
    forwards = Video(path)
    count = forwards.frames
    picked = list(range(min(count, most)))
    frames = [forwards.frame(n) for n in picked]
    seen = {n: zlib.crc32(frame) for n, frame in enumerate(frames)}
    assert count == len(plain)
    assert [seen[n] for n in picked] == plain[: len(picked)]
    assert sums(Video(path, cache_bytes=0), picked[::-1]) == seen
    shuffled = random.Random(1).sample(picked, len(picked))
    assert sums(Video(path, cache_bytes=0), shuffled) == seen
    assert sums(Video(path), shuffled) == seen
    return frames


@pytest.mark.parametrize(("name", "codec", "options"), CLIPS, ids=[f"{name}-{codec}" for name, codec, _ in CLIPS])
def test_every_way_to_a_frame(make_clip: MakeClip, name: str, codec: str, options: dict) -> None:
    path = make_clip(name, codec, **options)
    frames = check_every_way(path)
    assert [clip_number(frame) for frame in frames] == list(range(40))
    video = Video(path)
    assert (video.size, video.fps, video.orientation, video.note) == ((96, 64), 25.0, 1, "")
    assert np.allclose([video.time(n) for n in range(40)], np.arange(40) / 25, atol=2e-3)
    info = probe(path)
    assert (info.kind, info.width, info.height) == ("video", 96, 64) and info.frames in (0, 40)


@pytest.mark.parametrize("name", ["bedroom.mp4", "pedestrians.mp4"])
def test_real_clips(name: str) -> None:
    path = SHARED / "video" / name
    if not path.exists():
        pytest.skip("the shared sample clips are not there")
    check_every_way(path, most=16)


@pytest.fixture(scope="module")
def long_clip(make_clip: MakeClip) -> tuple[Video, dict[int, int]]:
    path = make_clip("long.mp4", "libx264", frames=120, gop=20, bframes=3)
    return Video(path, cache_bytes=0), sums(Video(path), list(range(120)))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 119), min_size=1, max_size=12))
def test_any_order(long_clip: tuple[Video, dict[int, int]], order: list[int]) -> None:
    video, expected = long_clip
    assert all(zlib.crc32(video.frame(n)) == expected[n] for n in order)


def test_many_threads_at_once(long_clip: tuple[Video, dict[int, int]]) -> None:
    video, expected = long_clip
    wrong: list[int] = []

    def read(seed: int) -> None:
        order = random.Random(seed).choices(range(120), k=15)
        wrong.extend(n for n in order if zlib.crc32(video.frame(n)) != expected[n])

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_frames_out_of_range(long_clip: tuple[Video, dict[int, int]]) -> None:
    for n in (-1, 120, 10**9):
        with pytest.raises(MediaError, match="120"):
            long_clip[0].frame(n)


def test_a_closed_video_opens_again(make_clip: MakeClip) -> None:
    video = Video(make_clip("a.mp4", "mpeg4", frames=10))
    before = video.frame(7)
    video.close()
    video.close()
    assert np.array_equal(video.frame(7), before)


@pytest.mark.parametrize(("degrees", "orientation"), [(0, 1), (90, 8), (180, 3), (-90, 6)])
def test_rotation(make_clip: MakeClip, degrees: int, orientation: int) -> None:
    path = make_clip("a.mp4", "libx264", frames=3, rotate=degrees)
    video, info = Video(path), probe(path)
    turns = {1: 0, 8: 1, 3: 2, 6: -1}[orientation]
    expected = np.rot90(clip_frame(2), turns)
    assert video.orientation == info.orientation == orientation
    assert (info.width, info.height) == video.size == expected.shape[1::-1]
    assert np.abs(video.frame(2).astype(int) - expected).mean() < 8
    assert video.frame(2).flags.c_contiguous
    described = describe(Media(1, path.name, kind="video"), path.parent)
    assert (described.width, described.height, described.orientation) == (info.width, info.height, orientation)


def test_variable_frame_rate(make_clip: MakeClip) -> None:
    times = list(np.cumsum(np.random.default_rng(0).integers(1, 9, 40)))
    for name, codec in (("a.mkv", "libx264"), ("a.mp4", "libx264"), ("a.webm", "libvpx-vp9")):
        path = make_clip(name, codec, bframes=2, times=[int(t) for t in times])
        frames = check_every_way(path)
        assert [clip_number(frame) for frame in frames] == list(range(40))
        video = Video(path)
        assert np.allclose([video.time(n) * 25 for n in range(40)], np.array(times) - times[0], atol=0.1)


def remux(source: Path, target: Path, skip: int = 0, **options: object) -> Path:
    """Copy a video's packets but the first ones."""
    import av

    with av.open(str(source)) as one, av.open(str(target), "w", **options) as two:
        stream = one.streams.video[0]
        copied = two.add_stream_from_template(stream)
        for n, packet in enumerate(p for p in one.demux(stream) if p.size):
            if n >= skip:
                packet.stream = copied
                two.mux(packet)
    return target


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_no_key_frame_at_the_start(tmp_path: Path, make_clip: MakeClip, name: str) -> None:
    path = remux(make_clip(name, "libx264", gop=12, bframes=2), tmp_path / name, skip=5)
    video = Video(path)
    count = video.frames
    numbers = [clip_number(video.frame(n)) for n in range(count)]
    assert numbers == list(range(12, 40))
    assert sums(Video(path, cache_bytes=0), list(range(count))[::-1]) == sums(video, list(range(count)))
    assert "key frame" in video.note


def test_edit_list(tmp_path: Path, make_clip: MakeClip) -> None:
    path = make_clip("a.mp4", "libx264", gop=12, bframes=0)
    data = bytearray(path.read_bytes())
    place = data.index(b"elst")
    # One edit: (duration, media time, rate). Let it begin at frame 4 of the track.
    timescale = data.index(b"mdhd") + 4 + 12
    scale = int.from_bytes(data[timescale : timescale + 4], "big")
    data[place + 16 : place + 20] = (4 * scale // 25).to_bytes(4, "big")
    (tmp_path / "cut.mp4").write_bytes(data)
    frames = check_every_way(tmp_path / "cut.mp4")
    assert [clip_number(frame) for frame in frames] == list(range(4, 40))
    assert describe(Media(1, "cut.mp4", kind="video"), tmp_path).frames == 36


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"container_options": {"movflags": "faststart"}}),
        ("a.mkv", "libx264", {}),
        ("a.avi", "mpeg4", {}),
        ("a.webm", "libvpx-vp9", {}),
    ],
)
def test_cut_off_video_keeps_its_usable_frames(
    tmp_path: Path, make_clip: MakeClip, name: str, codec: str, options: dict
) -> None:
    whole = make_clip(name, codec, frames=60, bframes=0, **options)
    data = whole.read_bytes()
    cut = tmp_path / name
    cut.write_bytes(data[: int(len(data) * 0.7)])
    video = Video(cut)
    assert 12 <= video.frames < 60 and "cut off" in video.note
    expected = sums(Video(whole), list(range(video.frames - 1)))
    assert sums(video, list(expected)) == expected
    marked = describe(Media(1, name, kind="video"), tmp_path)
    assert marked.status == "ok" and "cut off" in marked.reason and marked.frames == 0


def test_damage_in_the_middle_costs_only_its_frames(tmp_path: Path, make_clip: MakeClip) -> None:
    path = make_clip("a.avi", "mjpeg", frames=30)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    start = data.index(b"\xff\xd8\xff", middle)
    end = data.index(b"00dc", start)
    data[start:end] = bytes(end - start)
    (tmp_path / "a.avi").write_bytes(data)
    whole, video = Video(path), Video(tmp_path / "a.avi")
    failed = []
    for n in range(video.frames):
        try:
            assert np.array_equal(video.frame(n), whole.frame(n))
        except MediaError as error:
            assert error.place == f"frame {n}"
            failed.append(n)
    assert len(failed) == 1 and video.frames == 30


@pytest.mark.parametrize(
    "content",
    [b"\0\0\0\x18ftypisom" + bytes(64), b"\x1aE\xdf\xa3" + bytes(64), b"RIFF" + bytes(4) + b"AVI " + bytes(64)],
)
def test_only_a_signature(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(MediaError) as info:
        Video(tmp_path / "a.mp4")
    assert info.value.status in ("broken", "truncated") and info.value.remedy


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(MediaError, match="no pictures"):
        Video(tmp_path / "a.mp4")


def test_other_files_are_no_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("not a video")
    Image.new("RGB", (4, 4)).save(tmp_path / "b.png")
    for name, status in (("a.mp4", "mistyped"), ("b.png", "mistyped"), ("none.mp4", "missing")):
        with pytest.raises(MediaError) as info:
            Video(tmp_path / name)
        assert info.value.status == status


def test_names_that_look_like_addresses(tmp_path: Path, make_clip: MakeClip) -> None:
    odd = tmp_path / "http:" / "a: b%20#?.mp4"
    odd.parent.mkdir()
    odd.write_bytes(make_clip("a.mp4", "mpeg4", frames=3).read_bytes())
    assert Video(odd).frames == 3


def test_export(tmp_path: Path, make_clip: MakeClip) -> None:
    path = make_clip("my clip.mp4", "libx264", frames=10)
    video, told = Video(path), []
    written, failed = export_frames(path, tmp_path / "new" / "out", progress=lambda *done: told.append(done))
    assert [file.name for file in written] == [f"my clip_{n:06d}.png" for n in range(10)] and failed == []
    assert told == [(n, 10) for n in range(1, 11)]
    assert all(np.array_equal(np.asarray(Image.open(file)), video.frame(n)) for n, file in enumerate(written))
    assert sorted(tmp_path.rglob("*.*")) == written
    (jpeg,), _ = export_frames(path, tmp_path, [4], format="jpg")
    assert jpeg.name == "my clip_000004.jpg" and clip_number(np.asarray(Image.open(jpeg))) == 4


def test_export_reports_frames_that_do_not_exist(tmp_path: Path, make_clip: MakeClip) -> None:
    written, failed = export_frames(make_clip("a.mp4", "mpeg4", frames=5), tmp_path, [3, 99, 4])
    assert len(written) == 2 and len(failed) == 1


def test_export_can_be_cancelled(tmp_path: Path, make_clip: MakeClip) -> None:
    done: list[int] = []
    with pytest.raises(Cancelled):
        export_frames(
            make_clip("a.mp4", "mpeg4", frames=10),
            tmp_path,
            progress=lambda n, _: done.append(n),
            cancelled=lambda: len(done) == 4,
        )
    assert len(list(tmp_path.iterdir())) == 4


def test_export_into_a_file(tmp_path: Path, make_clip: MakeClip) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="cannot be written"):
        export_frames(make_clip("a.mp4", "mpeg4", frames=2), tmp_path / "out")
