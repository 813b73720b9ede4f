"""Ultra-light faces: the published weights against their published ONNX file, decoding, batches, and what they show."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstudio.core.results import Boxes
from segstudio.core.views import BoxesView, HeatView
from segstudio.media import read_image
from segstudio.zoo import Catalog, Options, load_published, predictor
from segstudio.zoo.systems.faces import ultralight

FILES = {"ultralight-rfb": "version-RFB-320.pth", "ultralight-slim": "version-slim-320.pth"}


@pytest.mark.parametrize("name", FILES)
def test_a_batch_gives_what_single_pictures_give(name: str) -> None:
    torch.manual_seed(0)
    model = predictor.untrained(Catalog().get(name))
    rng = np.random.default_rng(3)
    frames = [rng.integers(0, 256, size, np.uint8) for size in ((70, 90, 3), (64, 33, 3), (1, 1, 3))]
    options = Options(threshold=0.3, max_instances=5)
    for frame, [got] in zip(frames, model.predict(frames, options)):
        [[alone]] = model.predict([frame], options)
        assert isinstance(got, Boxes) and isinstance(alone, Boxes)
        assert 0 < len(got.boxes) <= 5
        np.testing.assert_allclose(got.boxes, alone.boxes, atol=1e-2)
        assert (got.boxes >= 0).all() and (got.boxes[:, 2:] <= [frame.shape[1], frame.shape[0]]).all()
    views = model.look(frames[0], Options(threshold=0.3))
    assert [v.values.shape for v in views if isinstance(v, HeatView)] == [(12, 16), (6, 8), (3, 4), (2, 2)]
    assert sum(isinstance(v, BoxesView) for v in views) == 1


def test_anchors_and_boxes_by_hand() -> None:
    found = ultralight.anchors([(30, 40), (15, 20), (8, 10), (4, 5)], (240, 320), "cpu")
    assert found.shape == (4420, 4)
    assert found[4].tolist() == pytest.approx([1.5 / 40, 0.5 / 30, 16 / 320, 16 / 240])
    assert found[-1].tolist() == pytest.approx([4.5 / 5, 3.5 / 4, 256 / 320, 1.0])
    shifts = torch.tensor([[1.0, -2.0, 0.0, 5 * np.log(2)]])
    box = ultralight.decode(shifts, torch.tensor([[0.5, 0.5, 0.2, 0.1]]))
    assert box[0].tolist() == pytest.approx([0.52 - 0.1, 0.48 - 0.1, 0.52 + 0.1, 0.48 + 0.1])


@pytest.mark.parametrize("name", FILES)
def test_published_weights_load_and_find_a_group(name: str, shared) -> None:
    file = shared / "weights/ultralight_face" / FILES[name]
    photo = shared / "data/widerface_samples/samples/12--Group/12_Group_Group_12_Group_Group_12_51.jpg"
    if not (file.is_file() and photo.is_file()):
        pytest.skip(f"{file.name} or {photo.name} is not here")
    model = load_published(Catalog().get(name), torch.load(file, map_location="cpu", weights_only=True))
    [[found]] = model.predict([read_image(photo).rgb])
    assert isinstance(found, Boxes)
    assert 7 <= len(found.boxes) <= 9


def test_the_network_gives_what_its_onnx_file_gives(shared) -> None:
    import cv2

    folder = shared / "weights/ultralight_face"
    if not (folder / "version-RFB-320.onnx").is_file():
        pytest.skip("version-RFB-320.onnx is not here")
    state = torch.load(folder / "version-RFB-320.pth", map_location="cpu", weights_only=True)
    model = load_published(Catalog().get("ultralight-rfb"), state)
    inputs = np.random.default_rng(1).standard_normal((1, 3, 240, 320)).astype(np.float32)
    onnx = cv2.dnn.readNetFromONNX(str(folder / "version-RFB-320.onnx"))
    onnx.setInput(inputs)
    names = onnx.getUnconnectedOutLayersNames()
    wanted = dict(zip(names, onnx.forward(names)))
    rows = model.forward(torch.from_numpy(inputs), Options(), predictor.DEFAULT_CONTEXT)[0].numpy()  # pyright: ignore
    np.testing.assert_allclose(rows[:, 4], wanted["scores"][0, :, 1], atol=1e-4 * wanted["scores"].std())
    np.testing.assert_allclose(rows[:, :4], wanted["boxes"][0], atol=1e-4 * wanted["boxes"].std())
