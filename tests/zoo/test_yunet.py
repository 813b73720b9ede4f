"""YuNet: its published weights against its published ONNX file, decoding by hand, batches, and what it shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstudio.core.results import Faces
from segstudio.core.views import BoxesView, HeatView, PointsView
from segstudio.zoo import Catalog, Options, load_published, predictor
from segstudio.zoo.systems.faces import yunet
from segstudio.zoo.systems.faces.yunet import YuNetPredictor

FILES = {"yunet": "yunet_n.pth", "yunet-small": "yunet_s.pth"}


@pytest.fixture(scope="module", params=FILES)
def model(request: pytest.FixtureRequest) -> YuNetPredictor:
    torch.manual_seed(0)
    found = predictor.untrained(Catalog().get(request.param))
    assert isinstance(found, YuNetPredictor)
    return found


def test_a_batch_gives_what_single_pictures_give(model: YuNetPredictor) -> None:
    rng = np.random.default_rng(3)
    frames = [rng.integers(0, 256, size, np.uint8) for size in ((70, 90, 3), (64, 33, 3), (70, 90, 3), (1, 1, 3))]
    options = Options(threshold=0.05, max_instances=5)
    for frame, [got] in zip(frames, model.predict(frames, options)):
        [[alone]] = model.predict([frame], options)
        assert isinstance(got, Faces) and isinstance(alone, Faces)
        assert len(got.boxes) == len(got.landmarks) <= 5
        np.testing.assert_allclose(got.boxes, alone.boxes, atol=1e-2)
        assert (got.boxes >= 0).all() and (got.boxes[:, 2:] <= [frame.shape[1], frame.shape[0]]).all()


def test_cells_are_decoded_as_published() -> None:
    where = yunet.cells((64, 96), "cpu")
    assert where.shape == (8 * 12 + 4 * 6 + 2 * 3, 3)
    assert where[13].tolist() == [8, 8, 8]
    assert where[-1].tolist() == [64, 32, 32]
    raw = torch.tensor([[0.5, -0.25, 0.0, np.log(2)]])
    points = torch.arange(10.0)[None] / 10
    boxes, marks = yunet.decode(raw, points, torch.tensor([[64.0, 32, 32]]))
    centre_x, centre_y = 64 + 16, 32 - 8
    assert boxes[0].tolist() == pytest.approx([centre_x - 16, centre_y - 32, centre_x + 16, centre_y + 32])
    assert marks[0, 1].tolist() == pytest.approx([64 + 0.2 * 32, 32 + 0.3 * 32])


def test_what_it_shows(model: YuNetPredictor) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (70, 90, 3), np.uint8)
    views = model.look(frame, Options(threshold=0.01))
    maps = [view for view in views if isinstance(view, HeatView)]
    assert [view.values.shape for view in maps[::2]] == [(12, 12), (6, 6), (3, 3)]
    # The input is padded to 96 x 96: the maps reach beyond the picture.
    assert all(view.box == (0, 0, 96, 96) for view in maps)
    [boxes] = (view for view in views if isinstance(view, BoxesView))
    [marks] = (view for view in views if isinstance(view, PointsView))
    assert len(marks.points) == 5 * len(boxes.boxes)


@pytest.mark.parametrize("name", FILES)
def test_published_weights_load_and_find_a_group(name: str, shared) -> None:
    from segstudio.media import read_image

    file = shared / "weights/yunet" / FILES[name]
    photo = shared / "data/widerface_samples/samples/12--Group/12_Group_Group_12_Group_Group_12_24.jpg"
    if not (file.is_file() and photo.is_file()):
        pytest.skip(f"{file.name} or {photo.name} is not here")
    model = load_published(Catalog().get(name), torch.load(file, map_location="cpu", weights_only=True))
    [[found]] = model.predict([read_image(photo).rgb])
    assert isinstance(found, Faces)
    assert 20 <= len(found.boxes) <= 25
    # Eyes lie above the mouth, the left one to the left.
    eyes, mouth = found.landmarks[:, :2], found.landmarks[:, 3:]
    assert (eyes.mean(1)[:, 1] < mouth.mean(1)[:, 1]).all()
    assert (eyes[:, 0, 0] < eyes[:, 1, 0]).all()


def test_the_network_gives_what_its_onnx_file_gives(shared) -> None:
    import cv2

    folder = shared / "weights/yunet"
    if not (folder / "yunet_n_640_640.onnx").is_file():
        pytest.skip("yunet_n_640_640.onnx is not here")
    state = torch.load(folder / "yunet_n.pth", map_location="cpu", weights_only=True)
    model = load_published(Catalog().get("yunet"), state)
    inputs = np.random.default_rng(1).integers(0, 256, (1, 3, 640, 640)).astype(np.float32)
    onnx = cv2.dnn.readNetFromONNX(str(folder / "yunet_n_640_640.onnx"))
    onnx.setInput(inputs)
    names = onnx.getUnconnectedOutLayersNames()
    wanted = dict(zip(names, onnx.forward(names)))
    with torch.inference_mode():
        face, raw, near, points = model.network(torch.from_numpy(inputs))  # pyright: ignore[reportAttributeAccessIssue]
    for name, got in {"cls": face.sigmoid(), "bbox": raw, "obj": near.sigmoid(), "kps": points}.items():
        levels = np.concatenate([wanted[f"{name}_{stride}"] for stride in (8, 16, 32)], axis=1)
        np.testing.assert_allclose(got.numpy(), levels, atol=1e-4 * levels.std())
