"""CornerNet's targets and losses on cases worked out by hand, and one picture learned by heart."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from segstudio.core import gaussians
from segstudio.core.results import Boxes
from segstudio.learn.losses import cornernet as losses
from segstudio.learn.losses.cornernet import Recipe, Truth
from segstudio.learn.losses.heat import focal
from segstudio.zoo import Catalog, Options
from segstudio.zoo.blocks import cornernet_decoding as decoding
from segstudio.zoo.predictor import untrained
from segstudio.zoo.systems.points.cornernet import CornerNetPredictor

INPUT, MAP = (127, 127), (32, 32)


def truth(*rows: tuple[float, float, float, float, int]) -> Truth:
    table = np.array(rows, np.float64).reshape(-1, 5)
    return Truth(table[:, :4], table[:, 4].astype(int))


def test_both_corners_are_peaks_with_offsets() -> None:
    got = losses.targets([truth((10, 20, 90, 61, 2))], 3, INPUT, MAP)
    ratio = 32 / 127
    radius = int(gaussians.cornernet_radius(11, 21, 0.3))  # 41 and 80 pixels, rounded up to cells
    for kind, (x, y) in (("tl", (10 * ratio, 20 * ratio)), ("br", (90 * ratio, 61 * ratio))):
        want = np.zeros(MAP, np.float32)
        gaussians.draw(want, (x, y), radius)
        assert np.array_equal(got.heat[kind][0, 2].numpy(), want)
        assert got.heat[kind][0, :2].abs().sum() == 0
        assert got.cells[kind].tolist() == [[int(y) * 32 + int(x)]]
        np.testing.assert_allclose(got.offsets[kind][0, 0], [x % 1, y % 1], atol=1e-6)


def test_boxes_are_cut_to_the_input_and_nothing_is_left_of_those_outside() -> None:
    got = losses.targets([truth((-20, 5, 300, 90, 0), (130, 5, 150, 90, 0)), truth()], 1, INPUT, MAP)
    assert got.there.tolist() == [[True], [False]]
    assert got.cells["br"][0, 0] % 32 == int(126 * 32 / 127)
    assert (got.heat["tl"] == 1).sum() == 1


def test_embeddings_are_pulled_together_within_a_box_and_apart_between_boxes() -> None:
    there = torch.tensor([[True, True, False]])
    # Means 1.0 and 1.5: half of the wanted distance is missing.
    pull, push = losses.grouping(torch.tensor([[0.8, 1.5, 9.0]]), torch.tensor([[1.2, 1.5, 0.0]]), there)
    assert pull.item() == pytest.approx(2 * 0.2**2 / 2, rel=1e-3)
    assert push.item() == pytest.approx((0.5 + 0.5) / 2, rel=1e-3)
    far = losses.grouping(torch.tensor([[0.0, 5.0, 0.0]]), torch.tensor([[0.0, 5.0, 0.0]]), there)
    assert far[0].item() == 0
    assert far[1].item() == pytest.approx(0, abs=1e-3)


def test_losses_are_means_over_stacks_with_the_published_weights() -> None:
    made = losses.targets([truth((10, 20, 90, 61, 0), (20, 30, 40, 50, 0))], 1, INPUT, MAP)
    zero = {f"{kind}_heat": torch.zeros(1, 1, *MAP) for kind in losses.CORNERS}
    zero |= {f"{kind}_tag": torch.zeros(1, 1, *MAP) for kind in losses.CORNERS}
    zero |= {f"{kind}_regr": torch.zeros(1, 2, *MAP) for kind in losses.CORNERS}
    apart = {**zero, "tl_tag": torch.ones(1, 1, *MAP)}
    got = losses.loss([zero, apart], made)
    both = sum(focal(zero[f"{kind}_heat"], made.heat[kind]).item() for kind in losses.CORNERS)
    assert got["heat"].item() == pytest.approx(both, rel=1e-5)
    # Two boxes; in the second stack each corner is 0.5 from their mean.
    assert got["pull"].item() == pytest.approx(0.1 * (0 + 2 * 2 * 0.25 / 2) / 2, rel=1e-3)
    assert got["push"].item() == pytest.approx(0.1 * 1.0, rel=1e-3)
    squares = sum((made.offsets[kind] ** 2).sum().item() / 2 for kind in losses.CORNERS) / 2
    assert got["offset"].item() == pytest.approx(squares, rel=1e-3)
    assert losses.loss([zero], made, Recipe(push=1.0))["push"].item() == pytest.approx(1.0, rel=1e-3)


def test_perfect_maps_are_decoded_to_the_truth() -> None:
    """What the targets say and what the decoder reads are one thing."""
    rows = [(10, 20, 90, 61, 0), (30, 5, 120, 100, 0)]
    made = losses.targets([truth(*rows)], 1, INPUT, MAP)
    maps = {}
    for kind in losses.CORNERS:
        maps[f"{kind}_heat"] = made.heat[kind]
        for name, values in (("tag", torch.tensor([[[1.0], [3.0]]])), ("regr", made.offsets[kind])):
            flat = torch.zeros(1, values.shape[2], MAP[0] * MAP[1])
            flat.scatter_(2, made.cells[kind][:, None].expand(-1, flat.shape[1], -1), values.transpose(1, 2))
            maps[f"{kind}_{name}"] = flat.view(1, -1, *MAP)
    found = decoding.boxes(maps, count=2)[0]
    found = found[found[:, 4] > 0.99]
    got = found[found[:, 0].argsort(), :4] * 127 / 32
    np.testing.assert_allclose(got, [row[:4] for row in rows], atol=1e-3)


def test_a_small_network_learns_a_picture_by_heart() -> None:
    torch.manual_seed(0)
    box = (30, 40, 90, 100)
    frame = np.random.default_rng(0).integers(0, 60, (126, 126, 3), dtype=np.uint8)
    frame[box[1] : box[3], box[0] : box[2]] = (250, 200, 90)
    card = msgspec.structs.replace(Catalog().get("cornernet"), labels="", classes=("block", "other"))
    model = untrained(card)
    assert isinstance(model, CornerNetPredictor)
    network = model.network.train().requires_grad_(True)
    [batch] = model.prepare([frame])
    # With the mirror image, as the norms need more than one value where the hourglass is one cell wide.
    mirrored = (126 - box[2], box[1], 126 - box[0], box[3])
    made = losses.targets([truth((*box, 1)), truth((*mirrored, 1))], 2, INPUT, MAP)
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)
    values = []
    for _ in range(80):
        total = torch.stack(list(losses.loss(network.outputs(batch.images), made).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        values.append(total.item())
    assert values[-1] < values[0] / 10
    network.eval()
    [[result]] = model.predict([frame], Options(threshold=0.3))
    assert isinstance(result, Boxes)
    assert len(result.boxes)
    assert result.labels[0] == 2
    np.testing.assert_allclose(result.boxes[0], box, atol=4)
