"""Regression and heat maps side by side on one network."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.core.errors import InputError  # noqa: E402
from segstudio.core.views import PointsView  # noqa: E402
from segstudio.learn.losses import pose  # noqa: E402
from segstudio.zoo import Catalog  # noqa: E402
from segstudio.zoo.predictor import Options, untrained  # noqa: E402
from segstudio.zoo.systems.pose.regression import READERS  # noqa: E402

WHOLE = np.array([0, 0, 80, 64], np.float32)


def model(**settings: Any) -> Any:
    torch.manual_seed(0)
    card = Catalog().get("coordinate-regression")
    return untrained(msgspec.structs.replace(card, tiny={**card.tiny, **settings}))


class Known(torch.nn.Module):
    """Stands in for the network: says by either head that all joints are where the picture is red."""

    def forward(self, x: Any) -> Any:
        red = torch.nn.functional.avg_pool2d(x[:, 0] - x[:, 1], 4)[:, None].expand(-1, 17, -1, -1).clamp(min=0)
        return pose.soft_argmax(red, beta=50.0), red


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("flip", [False, True])
def test_either_head_gives_places_in_the_picture(reader: str, flip: bool) -> None:
    made = model(reader=reader, flip=flip, size=[128, 128])
    made.network, made.mean, made.std = Known(), torch.zeros(3, 1, 1), torch.ones(3, 1, 1)
    frame = np.zeros((120, 160, 3), np.uint8)
    frame[20:31, 100:111, 0] = 255
    [[poses, heat]] = made.predict([frame], Options(threshold=0.1))
    cell = 160 * 1.25 / 32
    assert np.abs(poses.keypoints[0, :, :2] - (105.5, 25.5)).max() < 0.6 * cell
    assert heat.heat.shape == (1, 17, 32, 32)


def test_an_unknown_reader_is_named() -> None:
    with pytest.raises(InputError, match="reader that is not there: mean"):
        model(reader="mean")


def test_inside_both_answers_stand_side_by_side() -> None:
    made = model()
    views = made.look(np.zeros((50, 40, 3), np.uint8))
    points = [view for view in views if isinstance(view, PointsView)]
    assert [view.title.removeprefix("Heat map, ") for view in points] == [
        "Regression", "argmax", "quarter", "soft-argmax", "DARK",
    ]  # fmt: skip
    assert all(view.points.shape == (17, 2) and len(view.texts) == 17 for view in points)
    # An untrained regression says the crop's middle, which is the picture's.
    np.testing.assert_allclose(points[0].points, np.tile([20.0, 25.0], (17, 1)), atol=1e-3)


def test_both_heads_learn_one_picture_by_heart() -> None:
    made = model(flip=False)
    spots = np.array([[14.0, 14], [46, 18], [30, 34], [18, 50], [66, 46]])
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]
    frame = np.zeros((64, 80, 3), np.uint8)
    for (x, y), colour in zip(spots.astype(int).tolist(), colours):
        frame[y - 3 : y + 4, x - 3 : x + 4] = colour
    crop = made.crop(frame, WHOLE)
    left, top, right, bottom = crop.window
    truth, visible = np.zeros((2, 17, 2)), np.zeros((2, 17))
    truth[:, :5], visible[:, :5] = (spots - (left, top)) / (right - left, bottom - top), 1
    x = made.normalised(torch.from_numpy(np.stack((crop.image, crop.image))).permute(0, 3, 1, 2))
    # The cells' middles are whole numbers there, their edges here.
    targets, weights = pose.affine_targets(truth * 64 - 2, visible, (16, 16), sigma=1.0)
    wanted, known = torch.from_numpy(truth).float(), torch.from_numpy(visible).float()
    network = made.network.train().requires_grad_(True)
    body = [*network.features.parameters(), *network.maps.parameters()]
    # A point is a sum over 1280 features: a small step of each is a long way.
    rates = [{"params": body, "lr": 5e-3}, {"params": network.points.parameters(), "lr": 2e-4}]
    optimizer = torch.optim.Adam(rates)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        points, maps = network(x)
        regressed, drawn = pose.coordinates(points, wanted, known), pose.joints_mse(maps, targets, weights)
        value = regressed + 100 * drawn + 0.1 * pose.integral(maps, wanted, known, beta=10.0)
        value.backward()
        optimizer.step()
        losses.append((regressed.item(), drawn.item()))
    assert losses[-1][0] < 0.3 * losses[0][0]
    assert losses[-1][1] < 0.3 * losses[0][1]
    with torch.inference_mode():
        points, maps = network(x)
    assert np.abs(points[0, :5].numpy() - truth[0, :5]).max() < 0.1
    cells, _ = made.read(maps.numpy())
    assert np.abs(cells[0, :5] / 16 - truth[0, :5]).max() < 1.1 / 16
