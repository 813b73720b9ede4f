"""CenterNet's predictor: what goes in, what comes out, what it shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstudio.core.errors import InputError, WeightsError
from segstudio.core.results import Boxes, Poses
from segstudio.core.views import HeatView, PointsView
from segstudio.zoo import Catalog, Options, load_published
from segstudio.zoo.blocks import centernet_decoding as decoding
from segstudio.zoo.blocks import points
from segstudio.zoo.blocks.centernet_networks import DlaNetwork
from segstudio.zoo.predictor import untrained
from segstudio.zoo.systems.points.centernet import CenterNetPredictor

BOXES = ["centernet-res18", "centernet-resdcn18", "centernet-resdcn101", "centernet-dla34", "centernet-hg"]
POSES = ["centernet-pose-dla34", "centernet-pose-hg"]


def model(name: str, **settings) -> CenterNetPredictor:
    """Return a small random model whose boxes have an area."""
    torch.manual_seed(0)
    made = untrained(Catalog().get(name))
    assert isinstance(made, CenterNetPredictor)
    for part in made.network.wh.modules():
        if isinstance(part, torch.nn.Conv2d) and part.out_channels == 2 and part.bias is not None:
            torch.nn.init.constant_(part.bias, 6.0)
    for key, value in settings.items():
        assert hasattr(made, key)
        setattr(made, key, value)
    return made


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_every_card_is_tried_here() -> None:
    cards = {card.name for card in Catalog() if card.builder == "points.centernet:build"}
    assert cards == {*BOXES, *POSES}


@pytest.mark.parametrize("name", BOXES + POSES)
@pytest.mark.parametrize("mirror", [False, True])
def test_a_batch_gives_what_single_pictures_give(name: str, mirror: bool) -> None:
    one = model(name, mirror=mirror)
    frames = [photo(90, 130), photo(60, 60, 1), photo(90, 130, 2)]
    options = Options(threshold=0.01, max_instances=7)
    together = one.predict(frames, options)
    for frame, [result] in zip(frames, together, strict=True):
        [[alone]] = one.predict([frame], options)
        assert isinstance(result, Poses if name in POSES else Boxes)
        assert isinstance(alone, type(result))
        assert 0 < len(result.boxes) <= 7
        np.testing.assert_allclose(result.scores, alone.scores, atol=1e-5)
        assert (np.diff(result.scores) <= 0).all()
        height, width = frame.shape[:2]
        assert result.size == (height, width)
        assert (result.boxes >= 0).all()
        assert (result.boxes <= [width, height] * 2).all()
        if isinstance(result, Poses):
            assert result.keypoints.shape == (len(result.boxes), 17, 3)
            assert (result.keypoints[..., 2] <= 1).all()


def given(one: CenterNetPredictor, size: tuple[int, int], cells: list[tuple[int, int, int, float]], **values: float):
    """Return the batch and the maps of a picture of that size with centres at (channel, row, column, logit)."""
    [batch] = one.prepare([photo(*size)])
    height, width = (side // 4 for side in batch.images.shape[2:])
    maps = {name: torch.zeros(1, 2, height, width) for name in ("wh", "reg")}
    maps["hm"] = torch.full((1, len(one.ids), height, width), -9.0)
    for channel, row, column, logit in cells:
        maps["hm"][0, channel, row, column] = logit
    maps["wh"][:, 0], maps["wh"][:, 1] = values.get("w", 4.0), values.get("h", 2.0)
    maps["reg"][:, 0], maps["reg"][:, 1] = values.get("dx", 0.5), values.get("dy", 0.25)
    return batch, maps


def test_a_centre_becomes_a_box_where_it_lies_in_the_picture() -> None:
    one = model("centernet-resdcn18")
    # 50 x 70 goes to the middle of 64 x 96, so 7 rows and 13 columns come before it.
    batch, maps = given(one, (50, 70), [(79, 6, 10, 3.0)])
    assert batch.images.shape[2:] == (64, 96)
    [[result]] = one.decode([(batch, maps)], [photo(50, 70)], Options(threshold=0.5))
    assert isinstance(result, Boxes)
    x, y = 10.5 * 4 - 13, 6.25 * 4 - 7
    np.testing.assert_allclose(result.boxes, [[x - 8, y - 4, x + 8, y + 4]], atol=1e-5)
    assert result.labels.tolist() == [90]
    assert result.scores[0] == pytest.approx(1 / (1 + np.exp(-3)))


def test_threshold_labels_and_most_instances_are_kept_to() -> None:
    one = model("centernet-resdcn18")
    batch, maps = given(one, (64, 64), [(0, 4, 4, 2.0), (0, 8, 8, 1.0), (2, 12, 12, 3.0), (2, 6, 15, -2.0)])

    def found(**options) -> tuple[list[int], list[float]]:
        [[result]] = one.decode([(batch, dict(maps))], [photo(64, 64)], Options(**options))
        assert isinstance(result, Boxes)
        return result.labels.tolist(), result.scores.tolist()

    assert found(threshold=0.5)[0] == [3, 1, 1]
    assert found(threshold=0.1)[0] == [3, 1, 1, 3]
    assert found(threshold=0.5, labels=frozenset({1}))[0] == [1, 1]
    assert found(threshold=0.5, max_instances=1)[0] == [3]


def test_suppression_lowers_what_overlaps_within_a_class() -> None:
    one = model("centernet-resdcn18", suppress=True)
    cells = [(0, 8, 8, 3.0), (0, 8, 10, 2.0), (1, 8, 8, 2.5)]
    batch, maps = given(one, (64, 64), cells, w=6, h=6)
    [[result]] = one.decode([(batch, maps)], [photo(64, 64)], Options(threshold=0.3))
    assert isinstance(result, Boxes)
    assert result.labels.tolist() == [1, 2, 1]
    before = 1 / (1 + np.exp(-2.0))
    iou = 17 * 25 / (2 * 25 * 25 - 17 * 25)  # widths count both ends
    assert result.scores[2] == pytest.approx(before * np.exp(-(iou**2) / 0.5), rel=1e-4)


def test_a_large_picture_is_scaled_down_and_its_boxes_up() -> None:
    one = model("centernet-resdcn18", longest=100)
    batch, maps = given(one, (200, 300), [(0, 10, 10, 3.0)], dx=0, dy=0)
    assert batch.images.shape[2:] == (96, 128)
    [[result]] = one.decode([(batch, maps)], [photo(200, 300)], Options(threshold=0.5))
    assert isinstance(result, Boxes)
    # 67 x 100 lies behind 15 rows and 14 columns.
    x, y = (40 - 14) * 3, (40 - 15) * 200 / 67
    np.testing.assert_allclose(result.boxes, [[x - 24, y - 12 / 67 * 66.67, x + 24, y + 12 / 67 * 66.67]], atol=0.1)


def test_a_picture_scaled_to_the_cards_size_keeps_its_shape_and_middle() -> None:
    one = model("centernet-resdcn18", keep_size=False, size=(64, 64))
    frame = np.zeros((40, 80, 3), np.uint8)
    frame[10:30, 20:60] = 255
    [batch] = one.prepare([frame])
    light = batch.images[0, 0] > 1
    rows, columns = (light.any(axis).nonzero().flatten() for axis in (1, 0))
    assert (rows[0], rows[-1]) == (24, 39)
    assert (columns[0], columns[-1]) == (16, 47)
    assert batch.grids[0] == points.Grid(5.0, 5.0, 0.0, -20.0)


def test_mirroring_makes_the_mirrored_picture_give_the_mirrored_boxes() -> None:
    one = model("centernet-dla34", mirror=True)
    # The offset within a cell is the picture's own.
    torch.nn.init.zeros_(one.network.reg[-1].weight)
    torch.nn.init.constant_(one.network.reg[-1].bias, 0.5)
    frame = photo(64, 96)
    options = Options(threshold=0.01, max_instances=20)
    [[there]], [[back]] = (one.predict([np.ascontiguousarray(x)], options) for x in (frame, frame[:, ::-1]))
    assert isinstance(there, Boxes)
    assert isinstance(back, Boxes)
    assert len(there.boxes) == 20
    np.testing.assert_allclose(there.scores, back.scores, atol=1e-6)
    left = there.boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [96, 0, 96, 0]
    np.testing.assert_allclose(left, back.boxes, atol=1e-3)


def test_the_mean_with_a_mirror_image_that_agrees_is_the_picture_itself() -> None:
    rng = torch.Generator().manual_seed(0)
    pairs = ((1, 2),)
    sizes = {"hm": 1, "wh": 2, "hps": 6, "reg": 2, "hm_hp": 3, "hp_offset": 2}
    maps = {name: torch.rand(2, count, 4, 5, generator=rng) for name, count in sizes.items()}
    turned = {
        **maps,
        "hm": decoding.mirror(maps["hm"]),
        "wh": decoding.mirror(maps["wh"]),
        "hps": decoding.mirror_offsets(maps["hps"], pairs),
        "hm_hp": decoding.mirror_joints(maps["hm_hp"], pairs),
    }
    mean = decoding.average({name: torch.cat((maps[name], turned[name])) for name in maps}, pairs)
    for name, want in maps.items():
        torch.testing.assert_close(mean[name], want)
    assert decoding.mirror_offsets(maps["hps"], pairs)[0, 2, 1, 0] == -maps["hps"][0, 4, 1, 4]


def test_a_joint_is_where_the_centre_points_or_at_the_nearest_peak_that_is_near_enough() -> None:
    maps = {"hm": torch.zeros(1, 1, 12, 12), "wh": torch.full((1, 2, 12, 12), 8.0)}
    maps["hm"][0, 0, 6, 6] = 0.5
    maps["hps"] = torch.zeros(1, 8, 12, 12)
    maps["hm_hp"] = torch.zeros(1, 4, 12, 12)
    # Joint 0 has a peak a cell away; 1 none but too weak a one; 2 one too far away; 3 one beyond the box.
    for joint, (row, column, heat) in enumerate([(7, 7, 0.9), (7, 7, 0.09), (9, 9, 0.9), (11, 6, 0.9)]):
        maps["hm_hp"][0, joint, row, column] = heat
    found = decoding.poses(maps, 1)[0, 0]
    assert found[5:13].tolist() == [7.5, 7.5, 6, 6, 6, 6, 6, 6]
    assert found[14:].tolist() == pytest.approx([0.9, 0.5, 0.5, 0.5])


def test_inside_it_shows_centres_and_what_they_say() -> None:
    one = model("centernet-dla34")
    views = one.look(photo(50, 70))
    heat = [view for view in views if isinstance(view, HeatView)]
    assert heat[0].title == "All classes"
    assert heat[0].values.shape == (16, 24)
    assert heat[0].box == (-13, -7, 83, 57)
    [numbers] = [view for view in views if isinstance(view, PointsView)]
    assert len(numbers.texts) == len(numbers.points)
    assert " x " in numbers.texts[0]


def test_inside_it_shows_joints_and_where_centres_look_for_them() -> None:
    one = model("centernet-pose-dla34")
    views = one.look(photo(64, 64), Options(threshold=0.999))
    assert sum(view.group == "Joints" for view in views) == 17
    [lines] = [view for view in views if view.title == "From centres to joints"]
    assert isinstance(lines, PointsView)
    assert lines.points.shape == (18, 2)
    assert lines.links is not None
    assert lines.links.tolist() == [[0, j] for j in range(1, 18)]


def test_unused_tensors_of_dla_are_dropped_and_others_are_not() -> None:
    card = Catalog().get("centernet-dla34")
    network = DlaNetwork({"hm": 80, "wh": 2, "reg": 2}, 8, (4, 4, 8, 8, 16, 16))
    state = dict(network.state_dict())
    unused = ("base.fc.weight", "base.level3.project.0.weight", "base.level4.project.1.bias")
    load_published(card, state | {name: torch.zeros(3) for name in unused}, tiny=True)
    with pytest.raises(WeightsError, match=r"base\.level2\.extra"):
        load_published(card, state | {"base.level2.extra": torch.zeros(3)}, tiny=True)
    with pytest.raises(WeightsError, match="not of CenterNet ResNet-18 DCN"):
        load_published(Catalog().get("centernet-resdcn18"), state, tiny=True)


def test_a_size_that_the_network_cannot_halve_is_refused() -> None:
    import msgspec

    card = Catalog().get("centernet-hg")
    wrong = msgspec.structs.replace(card, settings={**card.settings, "keep_size": False, "size": (100, 128)})
    with pytest.raises(InputError, match="no multiple of 128"):
        untrained(wrong)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (127, 128)])
def test_pictures_of_any_shape_are_taken(size: tuple[int, int]) -> None:
    one = model("centernet-pose-hg", mirror=True)
    [[result]] = one.predict([photo(*size)], Options(threshold=0.0))
    assert isinstance(result, Boxes)
    assert result.size == size
    assert one.look(photo(*size))
