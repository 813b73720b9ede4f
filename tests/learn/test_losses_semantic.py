"""Losses of the semantic networks: cases worked out by hand, and a tiny picture learnt by each tiny network."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from torch import Tensor  # noqa: E402

from segstudio.core.results import SemanticMap  # noqa: E402
from segstudio.learn.losses import semantic as losses  # noqa: E402
from segstudio.zoo import Catalog  # noqa: E402
from segstudio.zoo.predictor import untrained  # noqa: E402

IGNORED = losses.IGNORED


def logits(*shares: float) -> Tensor:
    """Return scores (1, classes, 1, 1) whose softmax are the shares."""
    return torch.tensor(shares).log().view(1, -1, 1, 1)


def truth(*rows: list[int]) -> Tensor:
    return torch.tensor([list(rows)])


def test_targets_are_indices_of_the_nearest_pixel() -> None:
    maps = torch.tensor([[[7, 9], [9, 3]]])
    assert losses.targets(maps, {7: 0, 9: 1}).tolist() == [[[0, 1], [1, IGNORED]]]
    large = losses.targets(maps, {7: 0, 9: 1}, (4, 4))
    assert large[0, 0].tolist() == [0, 0, 1, 1] and large[0, 3].tolist() == [1, 1, IGNORED, IGNORED]


def test_cross_entropy_counts_what_is_known() -> None:
    scores = torch.cat((logits(0.8, 0.2), logits(0.5, 0.5)), dim=3)
    assert losses.cross_entropy(scores, truth([0, IGNORED])).item() == pytest.approx(-math.log(0.8))
    both = -math.log(0.8) - math.log(0.5)
    assert losses.cross_entropy(scores, truth([0, 1])).item() == pytest.approx(both / 2)
    assert losses.fcn(scores, truth([0, 1])).item() == pytest.approx(both)
    weights = torch.tensor([1.0, 3.0])
    weighted = (-math.log(0.8) - 3 * math.log(0.5)) / 4
    assert losses.cross_entropy(scores, truth([0, 1]), weights).item() == pytest.approx(weighted)
    nothing = losses.cross_entropy(scores.requires_grad_(), truth([IGNORED, IGNORED]))
    nothing.backward()
    assert nothing.item() == 0 and scores.grad is not None and not scores.grad.any()


def test_a_single_score_is_that_of_class_1() -> None:
    scores = torch.tensor([[[[2.0, -1.0, 5.0]]]])
    want = (math.log1p(math.exp(-2)) + math.log1p(math.exp(-1))) / 2
    assert losses.cross_entropy(scores, truth([1, 0, IGNORED])).item() == pytest.approx(want)


def test_auxiliary_heads_count_by_their_share() -> None:
    main, aux = logits(0.8, 0.2), logits(0.3, 0.7)
    want = -math.log(0.8) - 0.4 * math.log(0.3)
    assert losses.with_auxiliary(main, aux, truth([0]), 0.4).item() == pytest.approx(want)
    assert losses.ocr(aux, main, truth([0])).item() == pytest.approx(want)


def test_hard_pixels_alone_are_learnt_from() -> None:
    shares = (0.95, 0.6, 0.85, 0.99)
    scores = torch.cat([logits(p, 1 - p) for p in shares], dim=3)
    hard = losses.ohem(scores, truth([0, 0, 0, 0]), threshold=0.9, least=1)
    assert hard.item() == pytest.approx((-math.log(0.6) - math.log(0.85)) / 2)
    # At least three: the limit rises to the probability of the fourth hardest.
    more = losses.ohem(scores, truth([0, 0, 0, 0]), threshold=0.1, least=3)
    assert more.item() == pytest.approx(-sum(map(math.log, (0.6, 0.85, 0.95))) / 3)
    one = losses.ohem(scores, truth([0, IGNORED, IGNORED, IGNORED]), threshold=0.1, least=0)
    assert one.item() == 0


def test_dice_is_0_for_the_truth_and_1_for_its_opposite() -> None:
    wanted = truth([0, 1], [1, IGNORED])
    sure = 50.0 * torch.nn.functional.one_hot(wanted.clamp(max=1), 2).movedim(3, 1).float()
    assert losses.dice(sure, wanted).item() == pytest.approx(0, abs=1e-5)
    assert losses.dice(-sure, wanted).item() == pytest.approx(1, abs=1e-5)
    # Half of each: 2 (0.5 + 0.5 + 0.5) / (3 + 3).
    assert losses.dice(torch.zeros(1, 2, 2, 2), wanted).item() == pytest.approx(0.5)
    assert losses.unet(sure, wanted).item() == pytest.approx(0, abs=1e-4)


def test_side_outputs_are_added_up() -> None:
    assert losses.u2net(torch.zeros(1, 7, 1, 2), truth([0, 1])).item() == pytest.approx(7 * math.log(2))


def test_lovasz_hinge_by_hand() -> None:
    # Margins 1 - s t: 0.5 of a true pixel, 2 of a false alarm, 0 of a sure one. IoU falls by 1/3, then by 1/3.
    scores = torch.tensor([[[[0.5, 1.0, 3.0]]]])
    assert losses.lovasz(scores, truth([1, 0, 1])).item() == pytest.approx(2.0 / 3 + 0.5 / 3)
    assert losses.lovasz(torch.tensor([[[[9.0, -9.0]]]]), truth([1, 0])).item() == 0


def test_borders_count_twice() -> None:
    wanted = torch.zeros(1, 9, 9, dtype=torch.int64)
    wanted[:, :, 4:] = 1
    inside = torch.zeros(1, 2, 9, 9)
    wrong = inside.clone()
    wrong[:, 0, :, 4] = 5.0  # in the band
    far = inside.clone()
    far[:, 0, :, 8] = 5.0  # as many wrong pixels elsewhere
    assert losses.boundary(wrong, wanted, radius=1) > losses.boundary(far, wanted, radius=1) + 1


def test_class_weights() -> None:
    weights = losses.median_frequency(torch.tensor([60, 30, 10, 0]), torch.tensor([100, 100, 100, 100]))
    assert weights.tolist() == pytest.approx([0.5, 1.0, 3.0, 0.0])
    share = losses.log_frequency(torch.tensor([100, 0]))
    assert share.tolist() == pytest.approx([1 / math.log(2.1), 1 / math.log(1.1)])


def _pair(network: Any, batch: Tensor, wanted: Tensor) -> Tensor:
    return losses.with_auxiliary(*network.both(batch), wanted, 0.4, align_corners=True)


def _soft(network: Any, batch: Tensor, wanted: Tensor) -> Tensor:
    return losses.ocr(*network.both(batch), wanted, least=500)


def _plain(loss: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Any, Tensor, Tensor], Tensor]:
    return lambda network, batch, wanted: loss(network(batch), wanted)


FAMILIES: dict[str, Callable[[Any, Tensor, Tensor], Tensor]] = {
    "unet-carvana": _plain(losses.unet),
    "unet-carvana-v1": _plain(losses.unet),
    "unet-dual-frame": _plain(losses.unet),
    "unet-tight-frame": _plain(losses.unet),
    "fcn8s-voc": _plain(lambda scores, wanted: losses.fcn(scores, wanted) / wanted.numel()),
    "segnet-camvid": _plain(losses.cross_entropy),
    "deconvnet-voc": _plain(losses.cross_entropy),
    "pspnet50-voc2012": _pair,
    "espnet-camvid": _plain(losses.cross_entropy),
    "espnetv2-s1.0-voc": _plain(losses.cross_entropy),
    "u2netp": _plain(losses.u2net),
    "hrnet-w18-small-cityscapes": _plain(lambda scores, wanted: losses.ohem(scores, wanted, least=500)),
    "hrnet-w48-ocr-cityscapes": _soft,
    "sinet-portrait": _plain(losses.boundary),
    "extremec3-portrait": _plain(losses.lovasz),
}


def _settle(network: Any, batch: Tensor) -> None:
    """Let the norms know the picture's statistics as they are after the last step."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    with torch.no_grad():
        for _ in range(5):
            network(batch.clone())


# What makes a tiny network large enough, and a crop the whole picture.
LARGER: dict[str, dict[str, int]] = {
    "deconvnet-voc": {"width": 4, "deep": 32},
    "fcn8s-voc": {"width": 4, "deep": 16},
    "pspnet50-voc2012": {"longer": 57},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_a_tiny_network_learns_a_tiny_picture(name: str) -> None:
    torch.manual_seed(1)
    card = Catalog().get(name)
    predictor = untrained(msgspec.structs.replace(card, tiny={**card.tiny, **LARGER.get(name, {})}))
    frame = np.full((64, 64, 3), 60, np.uint8)
    frame[16:48, 24:56] = (220, 180, 30)
    wanted = np.zeros((64, 64), np.int64)
    wanted[16:48, 24:56] = 1
    # Its mirror image beside it: norms over a single value a channel would see nothing but noise.
    [(_, batch)] = predictor.prepare([frame, np.ascontiguousarray(frame[:, ::-1])])
    rows, columns = (np.arange(side) * 64 // side for side in batch.shape[2:])
    truths = torch.from_numpy(np.stack([wanted, wanted[:, ::-1]])[:, rows[:, None], columns])
    network = predictor.network.train().requires_grad_(True)
    optimiser = torch.optim.Adam(network.parameters(), RATES.get(name, 0.02))
    history = []
    for _ in range(STEPS.get(name, 50)):
        loss = FAMILIES[name](network, batch.clone(), truths)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        history.append(loss.item())
    assert min(history[-5:]) < 0.5 * history[0]
    _settle(network, batch)
    network.eval().requires_grad_(False)
    [[result]] = predictor.predict([frame])
    assert isinstance(result, SemanticMap)
    found = result.map == 1
    overlap = (found & (wanted == 1)).sum() / (found | (wanted == 1)).sum()
    assert overlap > 0.6, f"IoU {overlap:.2f}, loss {history[0]:.3f} to {history[-1]:.3f}"


STEPS = {"u2netp": 30}
RATES = {"fcn8s-voc": 0.005}
