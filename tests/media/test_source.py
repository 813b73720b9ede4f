"""The reader and the decoding ahead."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from media_clips import MakeClip
from PIL import Image

from segstudio.core.errors import MediaError
from segstudio.core.media import Media
from segstudio.media import MediaReader, Picture, Prefetcher, Video, read_image
from segstudio.media import source as source_module

NBYTES = 40 * 30 * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i in range(8):
        Image.new("RGB", (40, 30), (i * 30, 0, 0)).save(tmp_path / f"{i}.png")
    return tmp_path


class Counting:
    """Stands for `read_image`: counts, can be held up, and tells how many calls run at once."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Semaphore(0)

    def __call__(self, path: Path | str, **options: object) -> Picture:
        self.names.append(Path(path).name)
        self.started.release()
        assert self.gate.wait(20)
        return read_image(path, **options)  # type: ignore[arg-type]


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    stand_in = Counting()
    monkeypatch.setattr(source_module, "read_image", stand_in)
    return stand_in


def image(i: int) -> Media:
    return Media(i, f"{i}.png")


def test_pictures_are_decoded_once(folder: Path, counting: Counting) -> None:
    reader = MediaReader(folder)
    first = reader.read(image(3))
    assert reader.read(image(3)) is first and reader.cached(image(3)) is first
    assert (first.rgb == (90, 0, 0)).all()
    assert counting.names == ["3.png"]
    assert reader.cached(image(4)) is None and reader.cached(Media(1, "none.png")) is None


def test_the_least_recently_read_leaves_first(folder: Path, counting: Counting) -> None:
    reader = MediaReader(folder, cache_bytes=3 * NBYTES)
    for i in (0, 1, 2, 0, 3):
        reader.read(image(i))
    assert [i for i in range(8) if reader.cached(image(i))] == [0, 2, 3]
    reader.close()
    assert not any(reader.cached(image(i)) for i in range(8))


def test_one_picture_larger_than_the_cache_is_still_kept(folder: Path) -> None:
    reader = MediaReader(folder, cache_bytes=10)
    reader.read(image(0))
    reader.read(image(1))
    assert [i for i in range(8) if reader.cached(image(i))] == [1]


def test_a_changed_file_is_read_again(folder: Path) -> None:
    reader = MediaReader(folder)
    assert (reader.read(image(0)).rgb == 0).all()
    Image.new("RGB", (40, 30), "white").save(folder / "0.png")
    os.utime(folder / "0.png", ns=(1, 1))
    assert (reader.read(image(0)).rgb == 255).all()
    (folder / "0.png").unlink()
    with pytest.raises(MediaError) as info:
        reader.read(image(0))
    assert info.value.status == "missing"


def test_windows_are_kept_apart(tmp_path: Path) -> None:
    Image.fromarray(np.arange(100, dtype=np.uint16).reshape(10, 10) * 600).save(tmp_path / "a.png")
    reader, media = MediaReader(tmp_path), Media(1, "a.png")
    full, narrow = reader.read(media, window=(0, 65535)), reader.read(media, window=(0, 600))
    assert full.rgb[0, 1, 0] == 2 and narrow.rgb[0, 1, 0] == 255
    assert reader.read(media, window=(0, 65535)) is full


def test_threads_share_one_decode(folder: Path, counting: Counting) -> None:
    reader = MediaReader(folder)
    counting.gate.clear()
    got: list[Picture] = []
    threads = [threading.Thread(target=lambda: got.append(reader.read(image(1)))) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert counting.started.acquire(timeout=20)
    counting.gate.set()
    for thread in threads:
        thread.join(20)
    assert len(got) == 5 and len({id(picture) for picture in got}) == 1
    assert counting.names == ["1.png"]


def test_after_a_failure_the_next_reader_tries_again(folder: Path) -> None:
    reader = MediaReader(folder)
    data = (folder / "0.png").read_bytes()
    (folder / "0.png").write_bytes(data[:-30])
    for _ in range(2):
        with pytest.raises(MediaError):
            reader.read(image(0))
    (folder / "0.png").write_bytes(data)
    assert reader.read(image(0)).width == 40


def test_a_picture_has_one_frame(folder: Path) -> None:
    with pytest.raises(MediaError, match="no frame 1"):
        MediaReader(folder).read(image(0), 1)


def test_video_frames_are_pictures(make_clip: MakeClip) -> None:
    clips = [make_clip(f"{i}.mp4", "mpeg4", frames=4) for i in range(6)]
    reader = MediaReader("/")
    medias = [Media(i, str(path), kind="video") for i, path in enumerate(clips)]
    for media, path in zip(medias, clips, strict=True):
        assert np.array_equal(reader.read(media, 3).rgb, Video(path).frame(3))
    # More videos than are kept open: the first one opens again.
    assert reader.read(medias[0], 1).width == 96
    assert reader.video(medias[0]) is reader.video(medias[0])
    with pytest.raises(MediaError, match="no frame 4"):
        reader.read(medias[0], 4)
    reader.close()
    assert reader.read(medias[0], 2).height == 64


Ready = list[tuple[int, int, Picture | MediaError]]


@pytest.fixture
def ready() -> Ready:
    return []


@pytest.fixture
def prefetcher(folder: Path, counting: Counting, ready: Ready) -> Iterator[Prefetcher]:
    made = Prefetcher(
        MediaReader(folder), lambda media, frame, result: ready.append((media.id, frame, result)), threads=2
    )
    yield made
    counting.gate.set()
    made.close()


def test_current_first_then_its_neighbours(prefetcher: Prefetcher, counting: Counting, ready: Ready) -> None:
    assert prefetcher.show(image(2), neighbours=[(image(3), 0), (image(1), 0), (image(2), 0)]) is None
    assert prefetcher.wait(20)
    assert sorted(counting.names) == ["1.png", "2.png", "3.png"]
    ((shown, frame, picture),) = ready
    assert (shown, frame) == (2, 0) and isinstance(picture, Picture)
    at_hand = prefetcher.show(image(3))
    assert at_hand is not None and (at_hand.rgb == (90, 0, 0)).all()
    assert len(ready) == 1


def test_very_large_neighbours_wait_until_they_are_asked_for(prefetcher: Prefetcher, counting: Counting) -> None:
    large = msgspec.structs.replace(image(3), width=20_000, height=20_000)
    prefetcher.show(image(2), neighbours=[(large, 0), (image(1), 0)])
    assert prefetcher.wait(20) and sorted(counting.names) == ["1.png", "2.png"]
    prefetcher.show(large)
    assert prefetcher.wait(20) and counting.names[-1] == "3.png"


def test_latest_wins(prefetcher: Prefetcher, counting: Counting, ready: Ready) -> None:
    counting.gate.clear()
    prefetcher.show(image(0))
    assert counting.started.acquire(timeout=20)
    prefetcher.show(image(1))
    assert counting.started.acquire(timeout=20)
    for i in (2, 3, 4):
        prefetcher.show(image(i), neighbours=[(image(7), 0)])
    counting.gate.set()
    assert prefetcher.wait(20)
    # 0 and 1 were being decoded already, 2 and 3 never were, and only the last is announced.
    assert counting.names[:2] == ["0.png", "1.png"] and sorted(counting.names[2:]) == ["4.png", "7.png"]
    assert [shown for shown, _, _ in ready] == [4]


def test_a_thread_is_left_for_the_current_picture(prefetcher: Prefetcher, counting: Counting, ready: Ready) -> None:
    prefetcher.show(image(0))
    assert prefetcher.wait(20) and counting.started.acquire(timeout=20)
    counting.gate.clear()
    prefetcher.show(image(0), neighbours=[(image(i), 0) for i in range(1, 8)])
    assert counting.started.acquire(timeout=20)
    assert not counting.started.acquire(timeout=0.2)
    prefetcher.show(image(7))
    assert counting.started.acquire(timeout=20) and counting.names[-1] == "7.png"


def test_neighbours_in_the_making_are_announced_when_they_become_current(
    prefetcher: Prefetcher, counting: Counting, ready: Ready
) -> None:
    prefetcher.show(image(0))
    assert prefetcher.wait(20) and counting.started.acquire(timeout=20)
    counting.gate.clear()
    prefetcher.show(image(0), neighbours=[(image(1), 0)])
    assert counting.started.acquire(timeout=20)
    prefetcher.show(image(1))
    counting.gate.set()
    assert prefetcher.wait(20)
    assert counting.names == ["0.png", "1.png"] and [shown for shown, _, _ in ready] == [0, 1]


def test_errors_are_announced_and_end_nothing(prefetcher: Prefetcher, folder: Path, ready: Ready) -> None:
    (folder / "5.png").write_bytes(b"")
    prefetcher.show(image(5), neighbours=[(Media(9, "gone.png"), 0), (image(6), 0)])
    assert prefetcher.wait(20)
    ((shown, _, error),) = ready
    assert shown == 5 and isinstance(error, MediaError) and error.status == "empty"
    assert prefetcher.show(image(6)) is not None


def test_unforeseen_failures_become_errors(
    prefetcher: Prefetcher, monkeypatch: pytest.MonkeyPatch, ready: Ready
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(source_module, "read_image", fail)
    prefetcher.show(image(0))
    assert prefetcher.wait(20)
    assert isinstance(ready[0][2], MediaError) and "unforeseen" in str(ready[0][2])


def test_a_receiver_that_fails_ends_no_thread(folder: Path) -> None:
    calls: list[int] = []

    def receive(media: Media, frame: int, result: object) -> None:
        calls.append(media.id)
        raise RuntimeError("the receiver's own fault")

    prefetcher = Prefetcher(MediaReader(folder), receive, threads=2)
    for i in range(4):
        prefetcher.show(image(i))
        assert prefetcher.wait(20)
    prefetcher.close()
    assert calls == [0, 1, 2, 3]


def test_cancel_and_close(prefetcher: Prefetcher, counting: Counting, ready: Ready) -> None:
    counting.gate.clear()
    prefetcher.show(image(0), neighbours=[(image(i), 0) for i in range(1, 8)])
    assert counting.started.acquire(timeout=20)
    prefetcher.cancel()
    counting.gate.set()
    assert prefetcher.wait(20)
    assert ready == [] and len(counting.names) <= 2
    prefetcher.close()
    prefetcher.close()
    assert prefetcher.show(image(5)) is None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("segstudio-decode")]


def test_closing_from_the_receiver_does_not_hang(folder: Path) -> None:
    closed = threading.Event()

    def receive(*args: object) -> None:
        prefetcher.close()
        closed.set()

    prefetcher = Prefetcher(MediaReader(folder), receive, threads=2)
    prefetcher.show(image(0))
    assert closed.wait(20)
    end = time.monotonic() + 20
    while any(t.name.startswith("segstudio-decode") for t in threading.enumerate()) and time.monotonic() < end:
        time.sleep(0.01)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("segstudio-decode")]


def test_video_frames_ahead(make_clip: MakeClip, ready: Ready) -> None:
    media = Media(1, str(make_clip("a.mp4", "libx264", frames=30)), kind="video")
    reader = MediaReader("/")
    prefetcher = Prefetcher(reader, lambda media, frame, result: ready.append((media.id, frame, result)))
    for frame in range(0, 30, 3):
        prefetcher.show(media, frame, [(media, n) for n in range(frame + 1, min(frame + 4, 30))])
        assert prefetcher.wait(20)
    prefetcher.close()
    assert all(reader.cached(media, n) is not None for n in range(30))
    assert [frame for _, frame, _ in ready] == [0]
