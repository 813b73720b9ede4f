"""How many pictures a model gets at once, and what becomes of a batch when memory or a picture fails."""

from __future__ import annotations

import pytest

from segstudio.engine import device as devices
from segstudio.engine import pipeline
from segstudio.engine.device import Device

WAIT = 100.0


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A graphics card of 16 GB that is not there."""
    whole = 16_000_000_000
    monkeypatch.setattr(devices, "resolve", lambda wish: "cpu" if wish == "cpu" else "cuda:0")
    monkeypatch.setattr(devices, "describe", lambda name: Device(name, "Card", whole, whole))


@pytest.mark.parametrize(
    ("name", "total", "count"),
    [
        ("cpu", 64e9, 1),
        ("mps", 64e9, 1),
        ("cuda:0", 143e9, 8),
        ("cuda:1", 16e9, 8),
        ("cuda:0", 8e9, 4),
        ("cuda:0", 4e9, 2),
        ("cuda:0", None, 2),
    ],
)
def test_a_batch_suits_the_device(monkeypatch, name, total, count):
    monkeypatch.setattr(devices, "describe", lambda name: Device(name, "Card", total, total))
    assert devices.batch(name) == count


@pytest.mark.parametrize(("device", "sizes"), [("cuda:0", [8, 2]), ("auto", [8, 2]), ("cpu", [1] * 10)])
@pytest.mark.usefixtures("card")
def test_without_a_wish_the_device_decides(engine, loader, project, device, sizes):
    seen = []
    loader.hook = lambda frames, context: seen.append(len(frames))
    report = engine.predict_many(project, None, "fake", device=device).outcome(WAIT)
    assert (seen, report.done) == (sizes, 10)


@pytest.mark.usefixtures("card")
def test_a_card_that_runs_out_of_memory_takes_smaller_batches_and_loses_nothing(engine, loader, project):
    torch = pytest.importorskip("torch")
    seen = []

    def small(frames, context):
        if len(frames) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        seen.append(len(frames))

    loader.hook = small
    report = engine.predict_many(project, None, "fake", device="cuda:0").outcome(WAIT)
    assert (seen, report.done) == ([2] * 5, 10)
    assert report.notes == ["emptied the memory cache", "4 at a time", "2 at a time"]
    assert list(loader.made) == [("fake", "cuda:0")], "nothing had to go to the processor"
    assert len({a.media for a in project.all_annotations()}) == 10


@pytest.mark.usefixtures("card")
def test_what_does_not_fit_on_a_card_at_all_is_done_on_the_processor(engine, loader, project):
    torch = pytest.importorskip("torch")
    halves = []

    def never(frames, context):
        halves.append(context.autocast)
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    load = loader.__call__

    def there(card, device):
        loader.hook = never if device == "cuda:0" else None
        return load(card, device)

    engine.cache._load = there
    report = engine.predict_many(project, None, "fake", device="cuda:0").outcome(WAIT)
    assert report.done == 10
    assert report.notes[-2:] == ["in half precision", "on the processor"]
    assert halves.count(True) >= 1
    assert all(a.origin.notes[-1] == "on the processor" for a in project.all_annotations())


@pytest.mark.usefixtures("card")
def test_bad_pictures_in_a_batch_do_not_take_the_others_with_them(engine, loader, project, tmp_path):
    media = project.media()
    (tmp_path / media[1].path).write_bytes(b"this is no picture at all")
    (tmp_path / media[9].path).unlink()

    def choke(frames, context):
        if any(f[0, 0, 0] == 3 for f in frames):
            raise ValueError("cannot reshape")

    loader.hook = choke
    report = engine.predict_many(project, None, "fake", device="cuda:0").outcome(WAIT)
    assert report.done == 7
    assert sorted(s.media.id for s in report.skipped) == [media[i].id for i in (1, 2, 9)]
    assert {a.media for a in project.all_annotations()} == {media[i].id for i in (0, 3, 4, 5, 6, 7, 8)}


@pytest.mark.usefixtures("card")
def test_a_batch_of_huge_pictures_is_not_filled(engine, loader, project, monkeypatch):
    # Pictures here have 24 x 40 pixels.
    monkeypatch.setattr(pipeline, "AHEAD_PIXELS", 3 * 24 * 40)
    seen = []
    loader.hook = lambda frames, context: seen.append(len(frames))
    engine.predict_many(project, None, "fake", device="cuda:0").outcome(WAIT)
    assert seen == [3, 3, 3, 1]
