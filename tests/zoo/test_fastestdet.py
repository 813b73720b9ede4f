"""FastestDet: its published weights, batches, options, what it shows, and its decoding."""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np
import pytest
import torch

from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes
from segstudio.core.views import BoxesView, HeatView
from segstudio.media import read_image
from segstudio.zoo import Catalog, Options, load_published, predictor
from segstudio.zoo.systems.detection.fastestdet import FastestDetPredictor


@pytest.fixture(scope="module")
def model() -> FastestDetPredictor:
    torch.manual_seed(2)
    found = predictor.untrained(Catalog().get("fastestdet"))
    assert isinstance(found, FastestDetPredictor)
    return found


def frames() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, size, np.uint8) for size in ((70, 90, 3), (33, 200, 3), (1, 2, 3))]


def test_a_batch_gives_what_single_pictures_give(model: FastestDetPredictor) -> None:
    options = Options(threshold=0.001, max_instances=6)
    for frame, [got] in zip(frames(), model.predict(frames(), options)):
        [[alone]] = model.predict([frame], options)
        assert isinstance(got, Boxes) and isinstance(alone, Boxes)
        assert 0 < len(got.boxes) <= 6
        np.testing.assert_allclose(got.boxes, alone.boxes, atol=1e-3)
        np.testing.assert_array_equal(got.labels, alone.labels)
        assert (np.diff(got.scores) <= 0).all()
        assert (got.boxes[:, 2:] <= [frame.shape[1], frame.shape[0]]).all() and (got.boxes >= 0).all()


def test_only_wanted_classes_come(model: FastestDetPredictor) -> None:
    everything = model.predict(frames()[:1], Options(threshold=0.0))[0][0]
    assert isinstance(everything, Boxes)
    wanted = int(everything.labels[0])
    some = model.predict(frames()[:1], Options(threshold=0.0, labels=frozenset({wanted})))[0][0]
    assert isinstance(some, Boxes)
    assert set(some.labels.tolist()) == {wanted}
    assert model.predict(frames()[:1], Options(threshold=1.0))[0][0].boxes.shape == (0, 4)  # pyright: ignore


def test_a_cell_is_decoded_as_published(model: FastestDetPredictor, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = torch.zeros(1, 85, 4, 4)
    maps[0, 0, 1, 2] = 0.8
    maps[0, 5 + 2, 1, 2] = 0.5
    maps[0, 1:5, 1, 2] = torch.tensor([0.5, -0.5, 0.0, -1.0])
    monkeypatch.setattr(model.network, "forward", lambda _: maps)
    [[found]] = model.predict([np.zeros((100, 200, 3), np.uint8)], Options(threshold=0.1))
    assert isinstance(found, Boxes)
    x, y = (np.tanh(0.5) + 2) / 4 * 200, (np.tanh(-0.5) + 1) / 4 * 100
    w, h = 0.5 * 200, 100 / (1 + np.e)
    np.testing.assert_allclose(found.boxes, [[x - w / 2, y - h / 2, x + w / 2, y + h / 2]], atol=1e-3)
    assert found.scores.tolist() == pytest.approx([0.4])
    assert found.classes.by_id(int(found.labels[0])).name == "car"


def test_what_it_shows(model: FastestDetPredictor) -> None:
    views = model.look(frames()[0], Options(threshold=0.001))
    maps = [view for view in views if isinstance(view, HeatView)]
    assert [view.title for view in maps[:2]] == ["Objectness", "Score: objectness by the surest class"]
    assert all(view.values.shape == (6, 6) and view.box == (0, 0, 90, 70) for view in maps)
    assert (maps[1].values <= maps[0].values + 1e-6).all()
    [boxes] = (view for view in views if isinstance(view, BoxesView))
    assert boxes.scores is not None and len(boxes.texts) == len(boxes.boxes) == len(boxes.scores) > 0


def test_published_weights_find_what_is_there(shared) -> None:
    file = shared / "weights/fastestdet/weight_AP05_0.253207_280-epoch.pth"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    state = torch.load(file, map_location="cpu", weights_only=True)
    model = load_published(Catalog().get("fastestdet"), state)
    with as_file(files("segstudio.resources") / "samples" / "cat.jpg") as photo:
        [[found]] = model.predict([read_image(photo).rgb])
    assert isinstance(found, Boxes)
    assert found.classes.by_id(int(found.labels[0])).name == "cat"
    with pytest.raises(WeightsError, match="not of FastestDet"):
        load_published(model.card, {key: value for key, value in state.items() if "SPP" not in key})


def test_the_network_gives_what_its_onnx_file_gives(shared) -> None:
    import cv2

    folder = shared / "weights/fastestdet"
    if not (folder / "FastestDet.onnx").is_file():
        pytest.skip("FastestDet.onnx is not here")
    state = torch.load(folder / "weight_AP05_0.253207_280-epoch.pth", map_location="cpu", weights_only=True)
    model = load_published(Catalog().get("fastestdet"), state)
    inputs = np.random.default_rng(1).random((1, 3, 352, 352), np.float32)
    onnx = cv2.dnn.readNetFromONNX(str(folder / "FastestDet.onnx"))
    onnx.setInput(inputs)
    wanted = onnx.forward()
    got = model.bare(torch.from_numpy(inputs)).numpy()  # pyright: ignore[reportAttributeAccessIssue]
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, atol=1e-4)
