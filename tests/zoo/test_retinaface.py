"""RetinaFace as a predictor: batches, options, what it shows, its checkpoints, and real faces where they are here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from segstudio.core.errors import WeightsError
from segstudio.core.results import Faces
from segstudio.core.views import BoxesView, HeatView, PointsView
from segstudio.zoo import Catalog, Options, load_published, predictor
from segstudio.zoo.blocks import retinaface, tensors
from segstudio.zoo.systems.faces.retinaface import RetinaFacePredictor

CARDS = (
    *("retinaface-mobilenet", "retinaface-mobilenet-leaky", "retinaface-resnet50"),
    *("retinaface-rfb", "retinaface-slim"),
)
SHARED = Path(__file__).resolve().parents[3] / "shared"
FILES = {
    "retinaface-mobilenet": "mobilenet0.25_Final.pth",
    "retinaface-mobilenet-leaky": "mobilenet0.25_Final_leaky_original.pth",
    "retinaface-rfb": "RBF_Final.pth",
    "retinaface-slim": "slim_Final.pth",
}


def random_frames() -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, size, np.uint8) for size in ((70, 90, 3), (64, 41, 3), (70, 90, 3), (1, 1, 3))]


@pytest.fixture(scope="module", params=CARDS)
def model(request: pytest.FixtureRequest) -> RetinaFacePredictor:
    torch.manual_seed(0)
    found = predictor.untrained(Catalog().get(request.param))
    assert isinstance(found, RetinaFacePredictor)
    return found


def test_a_batch_gives_what_single_pictures_give(model: RetinaFacePredictor) -> None:
    frames, options = random_frames(), Options(threshold=0.3, max_instances=7)
    together = [found for [found] in model.predict(frames, options)]
    for frame, got in zip(frames, together):
        [[alone]] = model.predict([frame], options)
        assert isinstance(got, Faces)
        assert isinstance(alone, Faces)
        assert got.size == frame.shape[:2]
        assert 0 < len(got.boxes) == len(got.scores) == len(got.labels) == len(got.landmarks) <= 7
        np.testing.assert_allclose(got.boxes, alone.boxes, atol=1e-3)
        np.testing.assert_allclose(got.landmarks, alone.landmarks, atol=1e-3)
        assert (np.diff(got.scores) <= 0).all()
        assert (got.scores > 0.3).all()
        assert (got.boxes >= 0).all()
        assert (got.boxes[:, 2::2] <= frame.shape[1]).all()
        assert (got.boxes[:, 1::2] <= frame.shape[0]).all()


def test_other_classes_and_high_thresholds_give_no_face(model: RetinaFacePredictor) -> None:
    [frame, *_] = random_frames()
    for options in (Options(threshold=0.1, labels=frozenset({7})), Options(threshold=1.0)):
        [[found]] = model.predict([frame], options)
        assert isinstance(found, Faces)
        assert found.landmarks.shape == (0, 5, 2)
        assert found.boxes.shape == (0, 4)
    assert model.predict([]) == []


def test_large_pictures_are_scaled_down_and_the_result_is_not(model: RetinaFacePredictor) -> None:
    frame = random_frames()[0]
    longest, model.longest = model.longest, 45
    try:
        [batch] = model.prepare([frame])
        assert tuple(batch.pixels.shape) == (1, 3, 35, 45)
        [[found]] = model.predict([frame], Options(threshold=0.3))
    finally:
        model.longest = longest
    assert isinstance(found, Faces)
    assert found.size == (70, 90)
    assert found.boxes[:, 2].max() > 60


def test_what_it_shows_covers_the_picture(model: RetinaFacePredictor) -> None:
    frame = random_frames()[0]
    views = model.look(frame, Options(threshold=0.45))
    fired, became = (view for view in views if isinstance(view, BoxesView))
    assert fired.scores is not None
    assert len(fired.boxes) == len(became.boxes) > 0
    assert (fired.scores > 0.45).all()
    sides = {side for level in model.anchors.sides for side in level}
    assert {round(float(side)) for side in fired.boxes[:, 2] - fired.boxes[:, 0]} <= sides
    [marks] = (view for view in views if isinstance(view, PointsView))
    assert marks.links is not None
    assert len(marks.points) == 5 * len(fired.boxes)
    assert marks.links.max() < len(marks.points)
    maps = [view for view in views if isinstance(view, HeatView)]
    assert len(maps) == len(sides) == sum(map(len, model.anchors.sides))
    # Scores of a level lie where its anchors do: the strongest cell holds the centre of the strongest anchor.
    best = max(maps, key=lambda view: float(view.values.max()))
    row, column = np.unravel_index(int(best.values.argmax()), best.values.shape)
    rows, columns = best.values.shape
    x, y = (column + 0.5) / columns * best.box[2], (row + 0.5) / rows * best.box[3]
    centres = (fired.boxes[:, :2] + fired.boxes[:, 2:]) / 2
    np.testing.assert_allclose(centres[int(fired.scores.argmax())], [x, y], atol=1e-3)


def test_weights_of_the_other_backbone_are_refused() -> None:
    small, large = (predictor.untrained(Catalog().get(name)) for name in (CARDS[0], CARDS[2]))
    with pytest.raises(WeightsError, match="not of RetinaFace ResNet-50"):
        load_published(large.card, small.network.state_dict(), tiny=True)  # pyright: ignore[reportAttributeAccessIssue]


def test_a_suppressed_box_is_one_that_overlaps_in_whole_pixels() -> None:
    boxes = torch.tensor([[0.0, 0, 9, 9], [0, 0, 9, 4], [0, 0, 9, 3], [20, 20, 20, 20]])
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6])
    # Ten by five of ten by ten pixels is half: not above it.
    assert retinaface.select(boxes, scores, 0.1, 0.5, 99).tolist() == [0, 1, 3]
    assert retinaface.select(boxes, scores, 0.1, 0.49, 99).tolist() == [0, 2, 3]
    assert retinaface.select(boxes, scores, 0.65, 0.5, 2).tolist() == [0, 1]
    assert retinaface.select(boxes[:0], scores[:0], 0.1, 0.5, 9).tolist() == []


def test_one_transfer_brings_tensors_of_all_shapes() -> None:
    made = [torch.rand(2, 3), torch.rand(0, 5), torch.rand(4)]
    for got, want in zip(tensors.fetch(made), made, strict=True):
        assert torch.equal(got, want)
    assert tensors.fetch([]) == []


@pytest.mark.parametrize("name", FILES)
def test_real_weights_find_the_faces_of_a_group(name: str) -> None:
    import cv2

    weights = SHARED / "weights" / "retinaface_biubug6" / FILES[name]
    picture = SHARED / "data/mmpose_tests/tests/data/wflw/7_Cheering_Cheering_7_16.jpg"
    if not (weights.is_file() and picture.is_file()):
        pytest.skip(f"{weights.name} or {picture.name} is not here (shared reference data)")
    model = load_published(Catalog().get(name), torch.load(weights, map_location="cpu", weights_only=True))
    frame = np.ascontiguousarray(cv2.imread(str(picture))[:, :, ::-1])  # pyright: ignore[reportOptionalSubscript]
    [[found]] = model.predict([frame])
    assert isinstance(found, Faces)
    # The pupils of three people, as WFLW has them.
    for pupils in ([749, 325, 785, 337], [763, 755, 802, 771], [487, 367, 517, 370]):
        gaps = np.linalg.norm(found.landmarks[:, :2] - np.reshape(pupils, (2, 2)), axis=2)
        assert gaps.max(axis=1).min() < 6, pupils
