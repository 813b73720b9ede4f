"""YOLACT's predictor in its tiny settings, and the parts of its decoding."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core import masks
from segstudio.core.errors import Cancelled, InputError, WeightsError
from segstudio.core.results import Instances
from segstudio.core.views import BarsView, BoxesView, HeatView
from segstudio.zoo import Catalog, Context, Options, load_published
from segstudio.zoo.blocks import waiting, yolact, yolact_decoding
from segstudio.zoo.blocks.yolact_decoding import Rules
from segstudio.zoo.blocks.yolact_predictor import Objects, YolactPredictor, fetched
from segstudio.zoo.predictor import untrained
from segstudio.zoo.spec import Card

CARDS = [name for name in Catalog().names() if name.startswith("yolact")]


def tiny(name: str, **changes) -> YolactPredictor:
    card = Catalog().get(name)
    torch.manual_seed(5)
    # A random network is sure of nothing.
    made = untrained(msgspec.structs.replace(card, tiny={**card.tiny, "floor": 0.0, **changes}))
    assert isinstance(made, YolactPredictor)
    return made


def instances(ours: YolactPredictor, frame: np.ndarray, **options) -> Instances:
    [[found]] = ours.predict([frame], Options(**options))
    assert isinstance(found, Instances)
    return found


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_there_is_a_card_for_each_published_checkpoint() -> None:
    assert len(CARDS) == 9
    for name in CARDS:
        card = Catalog().get(name)
        assert card.licence == "MIT"
        assert card.weights[0].name.endswith("_54_800000.pth")


@pytest.mark.parametrize("name", CARDS)
def test_pictures_of_any_size_become_instances_inside_them(name: str) -> None:
    ours = tiny(name)
    frames = [photo(40, 90), photo(71, 33, 1)]
    found = ours.predict(frames, Options(threshold=0.0, max_instances=7))
    for [result], frame in zip(found, frames):
        assert isinstance(result, Instances)
        height, width = frame.shape[:2]
        assert result.size == (height, width)
        assert 0 < len(result.boxes) <= 7
        assert (np.diff(result.scores) <= 0).all()
        assert ((result.scores >= 0) & (result.scores <= 1)).all()
        assert ((result.boxes >= 0) & (result.boxes <= (width, height) * 2)).all()
        assert set(result.labels.tolist()) <= {label.id for label in result.classes.labels}
        for mask in result.masks:
            assert mask.x >= 0
            assert mask.y >= 0
            assert mask.x + mask.w <= width
            assert mask.y + mask.h <= height


def test_a_batch_finds_what_its_pictures_find_alone() -> None:
    ours = tiny("yolact-r50")
    frames = [photo(40, 90), photo(71, 33, 1), photo(64, 64, 2)]
    options = Options(threshold=0.0, max_instances=20)
    for [together], frame in zip(ours.predict(frames, options), frames):
        assert isinstance(together, Instances)
        alone = instances(ours, frame, threshold=0.0, max_instances=20)
        np.testing.assert_allclose(together.boxes, alone.boxes, atol=1e-3)
        np.testing.assert_array_equal(together.labels, alone.labels)
        assert len(together.masks) == len(alone.masks)


@pytest.mark.parametrize("name", ["yolact-r50", "yolact-plus-r50"])
def test_half_precision_changes_little(name: str) -> None:
    ours = tiny(name)
    batch = ours.prepare([photo(40, 90)]).contiguous(memory_format=torch.channels_last)
    ours.network.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        whole = ours.network(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            half = ours.network(batch)
    for a, b in zip(half, whole):
        assert a.dtype == torch.bfloat16
        assert (a.float() - b).abs().max() < 0.05 * b.std()


def test_options_hold() -> None:
    ours = tiny("yolact-r50")
    frame = photo(50, 60)
    everything = instances(ours, frame, threshold=0.0, max_instances=1000)
    least = float(np.median(everything.scores))
    strong = instances(ours, frame, threshold=least, max_instances=1000)
    count = int((everything.scores >= least).sum())
    assert 0 < count < len(everything.scores)
    np.testing.assert_allclose(strong.boxes, everything.boxes[:count], atol=1e-4)
    wanted = int(everything.labels[-1])
    one = instances(ours, frame, threshold=0.0, max_instances=1000, labels=frozenset({wanted}))
    assert set(one.labels.tolist()) == {wanted}
    none = instances(ours, frame, threshold=1.0)
    assert none.boxes.shape == (0, 4)
    assert none.masks == []
    assert len(instances(tiny("yolact-r50", floor=0.99), frame, threshold=0.0).boxes) == 0


def test_cancelling_stops_between_stages() -> None:
    class Stop:
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        tiny("yolact-r50").predict([photo(20, 20)], context=Context(cancel=Stop()))


def published_state(name: str) -> dict[str, torch.Tensor]:
    """Return a tiny network's state dict under the names of YOLACT's own checkpoints."""
    state = tiny(name).network.state_dict()
    names = {"fpn_phase_1": "fpn", "fpn_phase_2": "fpn"}
    return {
        ".".join([names.get(key.split(".")[0], key.split(".")[0]), *key.split(".")[1:]]): v for key, v in state.items()
    }


def test_checkpoints_of_both_projects_load_and_leftovers_of_old_ones_are_dropped() -> None:
    card = Catalog().get("yolact-r50")
    plain = published_state("yolact-r50")
    assert any(key.startswith("fpn.lat_layers.") for key in plain)
    old = {"backbone.layer1.0.conv1.weight": torch.zeros(1), "fpn.downsample_layers.2.bias": torch.zeros(1)}
    ours = load_published(card, {**plain, **old}, tiny=True)
    edge = tiny("yolact-r50").network.state_dict()
    same = load_published(card, edge, tiny=True)
    assert isinstance(ours, YolactPredictor)
    assert isinstance(same, YolactPredictor)
    assert all(torch.equal(a, b) for a, b in zip(ours.network.state_dict().values(), edge.values()))
    assert all(torch.equal(a, b) for a, b in zip(same.network.state_dict().values(), edge.values()))


@pytest.mark.parametrize("spoil", ["missing", "unknown", "shape"])
def test_a_checkpoint_that_does_not_fit_is_refused(spoil: str) -> None:
    state = published_state("yolact-r50")
    key = next(key for key in state if key.startswith("proto_net"))
    match spoil:
        case "missing":
            del state[key]
        case "unknown":
            state["backbone.layers.9.weight"] = torch.zeros(3)
        case "shape":
            state[key] = torch.zeros(3, 3)
    with pytest.raises(WeightsError, match="not of YOLACT R50"):
        load_published(Catalog().get("yolact-r50"), state, tiny=True)


def test_darknet_has_the_published_tensors() -> None:
    # No published file is at hand: names and shapes follow the published code.
    made = yolact.network({"backbone": "darknet53", "scales": [[24]] * 5, "ratios": [1.0, 0.5, 2.0]}, 80)
    shapes = {key: tuple(value.shape) for key, value in made.state_dict().items()}
    assert shapes["backbone._preconv.0.weight"] == (32, 3, 3, 3)
    assert shapes["backbone.layers.0.0.0.weight"] == (64, 32, 3, 3)
    assert shapes["backbone.layers.0.1.conv1.0.weight"] == (32, 64, 1, 1)
    assert shapes["backbone.layers.4.4.conv2.0.weight"] == (1024, 512, 3, 3)
    assert shapes["backbone.layers.2.8.conv2.1.running_var"] == (256,)
    assert shapes["fpn_phase_1.lat_layers.0.weight"] == (256, 1024, 1, 1)
    blocks = {key.rsplit(".", 3)[0] for key in shapes if ".conv1.0." in key}
    assert len(blocks) == 1 + 2 + 8 + 8 + 4
    assert [tuple(m.shape[1:]) for m in made.backbone(torch.zeros(1, 3, 96, 64))] == [
        (256, 12, 8),
        (512, 6, 4),
        (1024, 3, 2),
    ]


def test_an_unknown_backbone_is_named() -> None:
    card = Catalog().get("yolact-r50")
    with pytest.raises(InputError, match="no backbone 'vgg'"):
        untrained(msgspec.structs.replace(card, settings={**card.settings, "backbone": "vgg"}))


def test_a_card_of_ones_own_classes_numbers_them_from_one() -> None:
    card = Catalog().get("yolact-r50")
    own: Card = msgspec.structs.replace(card, labels="", classes=("nut", "bolt"))
    own = msgspec.structs.replace(own, tiny={**own.tiny, "floor": 0.0})
    found = untrained(own).predict([photo(40, 40)], Options(threshold=0.0))[0][0]
    assert isinstance(found, Instances)
    assert set(found.labels.tolist()) <= {1, 2}
    assert len(found.labels)


corner = st.floats(0, 1, width=32)


@given(st.lists(st.tuples(corner, corner, corner, corner), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_fast_rule_suppresses_at_least_what_the_traditional_one_does(boxes: list, seed: int) -> None:
    a = torch.tensor(boxes)
    corners = torch.cat((torch.minimum(a[:, :2], a[:, 2:]), torch.maximum(a[:, :2], a[:, 2:]) + 0.05), dim=1)
    scores = torch.from_numpy(np.random.default_rng(seed).permutation(len(boxes)).astype(np.float32))[None]
    scores = 0.1 + 0.8 * scores / len(boxes)
    # Pixels so small that counting the last one makes no difference.
    fast, traditional = (
        yolact_decoding.suppress(corners, scores, Rules(rule, size=10**6), 100) for rule in ("fast", "traditional")
    )
    kept = set(fast.place[fast.score >= 0].tolist())
    assert kept <= set(traditional.place.tolist())
    assert int(scores.argmax()) in kept


@given(st.lists(st.tuples(corner, corner, corner, corner), min_size=1, max_size=9))
def test_offsets_and_boxes_are_inverse(boxes: list) -> None:
    a = torch.tensor(boxes, dtype=torch.float64)
    corners = torch.cat((torch.minimum(a[:, :2], a[:, 2:]), torch.maximum(a[:, :2], a[:, 2:]) + 0.01), dim=1)
    priors = yolact_decoding.anchors(64, [[8], [16], [32], [48], [60]], [1.0, 0.5, 2.0], square=False)
    priors = priors[: len(corners)].double()
    again = yolact_decoding.boxes_of(yolact_decoding.offsets_of(corners, priors), priors)
    torch.testing.assert_close(again, corners)


def test_a_cross_class_rule_lets_one_class_suppress_another() -> None:
    boxes = torch.tensor([[0.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.5, 0.52]])
    scores = torch.tensor([[0.9, 0.1], [0.05, 0.8]])
    kept = {rule: yolact_decoding.suppress(boxes, scores, Rules(rule), 10) for rule in ("fast", "cross-class")}
    assert kept["fast"].label[kept["fast"].score >= 0.5].tolist() == [0, 1]
    assert kept["cross-class"].score.tolist() == pytest.approx([0.9, -1.0])


def test_what_comes_from_a_device_at_once_is_what_was_there() -> None:
    rng = torch.Generator().manual_seed(0)
    found = [
        Objects(torch.rand(n, generator=rng), torch.arange(n), torch.rand(n, 4), torch.rand(n, 3, 5)) for n in (2, 0, 4)
    ]
    for got, want in zip(fetched(found), found):
        for name in ("score", "label", "boxes", "planes"):
            torch.testing.assert_close(getattr(got, name), getattr(want, name))


@pytest.mark.parametrize("suppression", ["fast", "cross-class", "traditional"])
@pytest.mark.parametrize("name", ["yolact-r50", "yolact-plus-r50"])
def test_without_the_cpu_s_shortcuts_the_same_is_found(suppression: str, name: str) -> None:
    ours = tiny(name, suppression=suppression)
    frames = [photo(50, 60), photo(40, 33, 1)]
    least = float(np.median(instances(ours, frames[0], threshold=0.0, max_instances=15).scores))
    options = Options(threshold=least, max_instances=15)
    short = ours.predict(frames, options)
    with waiting.as_on_a_device():
        raw = ours.forward(ours.prepare(frames), options, Context())
        assert len(ours.objects(yolact.Raw(*(part[0] for part in raw)), options).score) == 15, "filled up"
        long = ours.predict(frames, options)
    for [a], [b] in zip(short, long):
        assert isinstance(a, Instances) and isinstance(b, Instances)
        assert len(a.boxes) > 1
        np.testing.assert_allclose(a.scores, b.scores, rtol=1e-5)
        np.testing.assert_array_equal(a.labels, b.labels)
        np.testing.assert_allclose(a.boxes, b.boxes, atol=1e-4)
        for one, other in zip(a.masks, b.masks, strict=True):
            drawn = [masks.paste(mask, *a.size) for mask in (one, other)]
            # A plane may be one half in a pixel, to the digits with which it is fetched.
            assert np.count_nonzero(drawn[0] != drawn[1]) <= 1


@given(st.lists(st.tuples(corner, corner, corner, corner), max_size=12), st.integers(0, 2**32 - 1), st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_the_traditional_rule_keeps_the_same_in_fixed_shapes(boxes: list, seed: int, limit: int) -> None:
    a = torch.tensor(boxes).reshape(-1, 4)
    corners = torch.cat((torch.minimum(a[:, :2], a[:, 2:]), torch.maximum(a[:, :2], a[:, 2:])), dim=1)
    # Equal scores and some that are no candidates.
    scores = torch.from_numpy(np.random.default_rng(seed).integers(-2, 5, (3, len(boxes))) / 7).float()
    want = yolact_decoding.suppress(corners, scores, Rules("traditional"), limit)
    with waiting.as_on_a_device():
        got = yolact_decoding.suppress(corners, scores, Rules("traditional"), limit)
    assert got.settled is None or got.settled
    count = int((got.score >= 0).sum())
    for name in ("place", "label", "score"):
        assert getattr(got, name)[:count].tolist() == getattr(want, name).tolist()


def test_where_the_best_candidates_do_not_do_all_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, frame = tiny("yolact-r50", suppression="traditional"), photo(50, 60)
    want = instances(ours, frame, threshold=0.0, max_instances=30)
    monkeypatch.setattr(yolact_decoding, "_LOOKED", 20)
    with waiting.as_on_a_device():
        raw = ours.forward(ours.prepare([frame]), Options(), Context())
        with pytest.raises(waiting.Unsettled):
            ours.decode(raw, [frame], Options(threshold=0.0, max_instances=30))
        got = instances(ours, frame, threshold=0.0, max_instances=30)
    assert len(got.scores) == 30
    np.testing.assert_array_equal(got.boxes, want.boxes)


def test_masks_end_at_their_box() -> None:
    planes = yolact_decoding.cropped(torch.ones(1, 10, 20), torch.tensor([[0.25, 0.3, 0.5, 0.6]]))
    # 5 to 10 across and 3 to 6 down, with a pixel around.
    rows, columns = np.nonzero(planes[0].numpy())
    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (4, 11, 2, 7)
    mask = yolact_decoding.planes(torch.tensor([[50.0]]), torch.ones(1, 10, 20), torch.tensor([[0.5, 0.6, 0.25, 0.3]]))
    np.testing.assert_array_equal(mask, planes)
    assert masks.EMPTY.area == 0


@pytest.mark.parametrize("name", ["yolact-r50", "yolact-plus-r50"])
def test_inside_are_the_prototypes_and_what_the_objects_take_of_them(name: str) -> None:
    ours = tiny(name)
    frame = photo(50, 60)
    views = ours.look(frame, Options(threshold=0.0, max_instances=30))
    groups = {group: [view for view in views if view.group == group] for group in {view.group for view in views}}
    planes = groups["Prototypes"]
    assert len(planes) == 8
    assert len(views) <= 64
    before, after = groups["Fast NMS"]
    assert isinstance(before, BoxesView)
    assert isinstance(after, BoxesView)
    assert len(before.boxes) > len(after.boxes) == 30
    assert {tuple(row) for row in after.boxes.tolist()} <= {tuple(row) for row in before.boxes.tolist()}
    bars, sums = groups["Coefficients"], groups["Sums before cropping"]
    assert [view.title for view in bars] == [view.title for view in sums]
    for taken, total in zip(bars, sums):
        assert isinstance(taken, BarsView)
        assert isinstance(total, HeatView)
        assert total.high
        assert total.low == -total.high
        assert total.box == (0.0, 0.0, 60.0, 50.0)
        parts = [view.values for view in planes if isinstance(view, HeatView)]
        np.testing.assert_allclose(sum(c * p for c, p in zip(taken.values, parts)), total.values, atol=1e-5)
    assert ("Mask scores" in groups) == (name == "yolact-plus-r50")


def test_where_nothing_is_found_the_prototypes_are_shown_all_the_same() -> None:
    views = tiny("yolact-plus-r50").look(photo(20, 30), Options(threshold=1.0))
    assert {view.group for view in views} == {"Fast NMS", "Prototypes"}


def test_a_mask_expected_to_fit_better_than_it_can_makes_no_score_above_one() -> None:
    ours = tiny("yolact-plus-r50")
    assert ours.network.maskiou_net is not None
    last = ours.network.maskiou_net.maskiou_net[-2]
    assert isinstance(last, torch.nn.Conv2d)
    last.weight.zero_()
    last.bias = torch.nn.Parameter(torch.full((80,), 1e3), requires_grad=False)
    assert instances(ours, photo(30, 40), threshold=0.0).scores.max() == 1
