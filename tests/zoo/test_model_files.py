"""Models as files: real ONNX networks on real photos, small ones of torch, and what each adapter makes of outputs."""

from __future__ import annotations

import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Faces, Instances, Poses, Scores, SemanticMap
from segstudio.zoo import Catalog, Options, load, newcards
from segstudio.zoo.newcards import Wishes
from segstudio.zoo.systems.files.adapters import ADAPTERS
from segstudio.zoo.systems.files.inputs import Placed, Preparer
from segstudio.zoo.systems.files.reading import Reading
from segstudio.zoo.systems.files.settings import Settings


def sample(name: str) -> np.ndarray:
    """Return one of the sample photos as RGB."""
    data = np.frombuffer((files("segstudio.resources") / "samples" / f"{name}.jpg").read_bytes(), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def added(path: Path, **wishes: Any) -> Any:
    """Return the loaded model of a file, added under a card that was guessed."""
    if not path.is_file():
        pytest.skip(f"the reference data has no {path.name}")
    catalog = Catalog()
    # The file's own name may be a card's that is there already.
    wishes = {"name": "mine", **wishes}
    return load(newcards.add(newcards.propose(path, Wishes(**wishes)), catalog), catalog=catalog)


def names(result: Boxes) -> list[str]:
    return [result.classes.by_id(int(label)).name for label in result.labels]


def iou(a: np.ndarray, b: tuple[float, ...]) -> float:
    left, top, right, bottom = np.maximum(a[:2], b[:2]).tolist() + np.minimum(a[2:], b[2:]).tolist()
    both = max(right - left, 0) * max(bottom - top, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def test_fastestdet_names_what_the_photos_show(shared: Path) -> None:
    model = added(shared / "weights/fastestdet/FastestDet.onnx")
    [[cat], [motorcycle], [tiny]] = model.predict([sample("cat"), sample("motorcycle"), sample("cat")[:1, :1]])
    assert names(cat) == ["cat"] and names(motorcycle) == ["motorcycle"]
    assert iou(motorcycle.boxes[0], (80, 60, 700, 450)) > 0.85
    assert tiny.size == (1, 1)
    [[best]] = model.predict([sample("coffee")], Options(threshold=0.3, max_instances=1))
    [[cups]] = model.predict([sample("coffee")], Options(threshold=0.3, labels=frozenset({47})))
    assert len(best.boxes) == 1 and set(names(cups)) == {"cup"}


@pytest.mark.parametrize("name", ["yunet_n_640_640", "yunet_n_dynamic"])
def test_yunet_finds_the_face_and_its_points(shared: Path, name: str) -> None:
    model = added(shared / f"weights/yunet/{name}.onnx")
    [[result], [nobody]] = model.predict([sample("astronaut"), sample("coffee")])
    assert isinstance(result, Faces) and len(result.boxes) == 1 and len(nobody.boxes) == 0
    assert iou(result.boxes[0], (180, 62, 272, 178)) > 0.7
    left_eye, right_eye, nose, left_mouth, right_mouth = result.landmarks[0]
    assert left_eye[0] < nose[0] < right_eye[0] and left_mouth[0] < right_mouth[0]
    assert left_eye[1] < nose[1] < left_mouth[1]


def test_ultra_light_faces_by_boxes_and_scores(shared: Path) -> None:
    asked = {"classes": ("face",), "input": {"range": 255.0, "mean": [127.0] * 3, "std": [128.0] * 3}}
    model = added(shared / "weights/ultralight_face/version-RFB-320.onnx", **asked)
    [[result]] = model.predict([sample("astronaut")], Options(threshold=0.9))
    assert names(result) == ["face"] and iou(result.boxes[0], (180, 62, 272, 175)) > 0.7


def test_u2net_cuts_out_what_stands_out(shared: Path) -> None:
    model = added(shared / "weights/u2netp/u2netp.onnx")
    [[result]] = model.predict([sample("coffee")])
    assert isinstance(result, Instances) and len(result.masks) == 1
    assert 0.3 < result.masks[0].area / (400 * 600) < 0.6
    catalog = Catalog()
    two = Wishes(name="map", task="semantic", classes=("nothing", "object"))
    model = load(newcards.add(newcards.propose(shared / "weights/u2netp/u2netp.onnx", two), catalog), catalog=catalog)
    [[map_]] = model.predict([sample("coffee")])
    assert isinstance(map_, SemanticMap) and (map_.map == 1).sum() == result.masks[0].area


class Net(torch.nn.Module):
    """Says of each pixel which channel is the brightest; a map and, as a second output, the mean colour."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x * 10.0, x.mean(dim=(2, 3)) * 20


def saved(kind: str, folder: Path, *, free: bool = False) -> Path:
    """Write the network above as a TorchScript archive or a torch.export program."""
    x, path = torch.zeros(2, 3, 32, 48), folder / ("net.pt2" if kind == "exported" else "net.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "exported":
            dim = torch.export.Dim
            sides = {0: dim("n"), 2: dim("h", min=2, max=4000), 3: dim("w", min=2, max=4000)} if free else {0: dim("n")}
            torch.export.save(torch.export.export(Net().eval(), (x,), dynamic_shapes={"x": sides}), path)
        elif kind == "traced":
            torch.jit.trace(Net().eval(), x).save(str(path))
        else:
            torch.jit.script(Net().eval()).save(str(path))
    return path


def stripes() -> np.ndarray:
    """Return a picture (40, 60): red, green, blue thirds."""
    frame = np.zeros((40, 60, 3), np.uint8)
    for i in range(3):
        frame[:, 20 * i : 20 * (i + 1), i] = 200
    return frame


COLOURS = {"classes": ("red", "green", "blue"), "input": {"mean": [0.0] * 3, "std": [1.0] * 3}}


@pytest.mark.parametrize("kind", ["traced", "scripted", "exported"])
def test_modules_of_torch_give_maps(kind: str, tmp_path: Path) -> None:
    model = added(saved(kind, tmp_path), adapter="semantic", size=(32, 48), **COLOURS)
    frame = stripes()
    [[one], [half]] = model.predict([frame, frame[:, :30]], Options(confidence=True))
    assert one.map.shape == (40, 60)
    assert [np.unique(one.map[:, 20 * i + 3 : 20 * i + 17]).tolist() for i in range(3)] == [[0], [1], [2]]
    assert (half.map[:, 23:] == 1).all() and half.confidence is not None and half.confidence.max() <= 1
    [[only]] = model.predict([frame], Options(labels=frozenset({2})))
    assert set(np.unique(only.map)) == {0, 2}


@pytest.mark.parametrize("kind", ["traced", "exported"])
def test_the_inside_of_a_file_is_its_input_and_its_outputs(kind: str, tmp_path: Path) -> None:
    model = added(saved(kind, tmp_path), adapter="semantic", size=(32, 48), settings={"outputs": ["0"]}, **COLOURS)
    views = model.look(stripes())
    assert [(v.group, v.title) for v in views] == [
        ("Input", "What the network gets"),
        *(("Output 0", name) for name in ("red", "green", "blue")),
    ]
    assert views[0].rgb.shape == (32, 48, 3) and views[0].rgb[16, 2].tolist() == [200, 0, 0]
    red = views[1].values
    assert red[:, :12].min() > 7 and red[:, 20:].max() == 0 and views[1].box == (0, 0, 60, 40)


def test_boxes_of_a_file_are_seen_before_and_after_suppression(shared: Path) -> None:
    model = added(shared / "weights/yunet/yunet_n_640_640.onnx")
    frame = sample("astronaut")
    seen = {view.title: view for view in model.look(frame, Options(threshold=0.3))}
    [[result]] = model.predict([frame], Options(threshold=0.3))
    before, after = seen["Before suppression"], seen["After suppression"]
    assert len(before.boxes) > len(after.boxes) == len(result.boxes)
    np.testing.assert_allclose(after.boxes, result.boxes, atol=1e-4)
    assert set(before.texts) == {"face"}
    maps = added(shared / "weights/fastestdet/FastestDet.onnx", name="cells").look(sample("cat"))
    assert "objectness" in {view.title for view in maps} and len(maps) <= 64


def test_an_exported_program_of_any_size_keeps_proportions(tmp_path: Path) -> None:
    asked = {**COLOURS, "settings": {"resize": "shorter", "multiple": 8, "fill": 0}}
    model = added(saved("exported", tmp_path, free=True), adapter="semantic", size=(32, 32), **asked)
    [[one], [tiny]] = model.predict([stripes(), stripes()[:1, :1]])
    assert (one.map[:, 23:37] == 1).all() and tiny.map.shape == (1, 1)


def test_whole_pictures_are_classed(tmp_path: Path) -> None:
    wishes = {"adapter": "classes", "size": (32, 48), "settings": {"outputs": [1]}, **COLOURS}
    model = added(saved("traced", tmp_path), **wishes)
    blue = np.zeros((10, 10, 3), np.uint8)
    blue[..., 2] = 255
    [[result]] = model.predict([blue])
    assert isinstance(result, Scores) and result.labels[0] == 2 and result.scores[0] > 0.9


def test_classes_that_do_not_fit_are_named_with_both_numbers(tmp_path: Path) -> None:
    path = saved("traced", tmp_path)
    with pytest.raises(InputError, match=r"tells 3 classes apart, but the card names 2"):
        added(path, adapter="semantic", size=(32, 48), classes=("a", "b"))
    assert "net" not in Catalog()


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"adapter": "nothing"}, "no adapter 'nothing'"),
        ({"adapter": "yunet"}, "does not read such outputs"),
        ({"settings": {"typo": 1}}, "typo"),
        ({"settings": {"outputs": ["nowhere"]}}, "no output 'nowhere'"),
        ({"task": "poses"}, "gives semantic"),
        ({"settings": {"resize": "upwards"}}, "resize"),
    ],
)
def test_cards_that_do_not_fit_their_file_are_refused(tmp_path: Path, wishes: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        added(saved("traced", tmp_path), **{"size": (32, 48), **COLOURS, **wishes})
    assert "net" not in Catalog()


def test_a_fixed_size_is_the_file_s(tmp_path: Path) -> None:
    path = saved("exported", tmp_path)
    with pytest.raises(InputError, match="does not take"):
        newcards.propose(path, Wishes(size=(64, 64), **COLOURS))
    assert newcards.propose(path, Wishes(**COLOURS)).values["input"]["size"] == [32, 48]


# What adapters make of outputs that are known: one object in an input of 64 x 64 pixels, a picture of 128 x 96.

PLACED = Placed((96, 128), (64, 64), (48, 64), (0, 8))
TRUE = np.array([40.0, 16, 80, 64])  # in the picture; in the input 20, 16, 40, 40
CARD = "coco-91"


def read(adapter: str, *outputs: np.ndarray, labels: str = CARD, task: str = "", **settings: Any) -> Any:
    from segstudio.zoo import labels as sets

    made = ADAPTERS[adapter]
    reading = Reading(
        task or made.tasks[0], PLACED, sets.get(labels), Settings(adapter, **settings), Options(), threshold=0.5
    )
    return made.read(reading, outputs)


def candidates(width: int, count: int = 84) -> np.ndarray:
    """Return rows of zeros with the object, twice, at row 30: centre and size in pixels of the input."""
    rows = np.zeros((count, width), np.float32)
    rows[30, :4], rows[31, :4] = (30, 28, 20, 24), (30, 29, 20, 24)
    return rows


def check(result: Boxes, score: float = 0.9, label: int = 3) -> None:
    assert result.labels.tolist() == [label]
    np.testing.assert_allclose(result.boxes, [TRUE], atol=1e-3)
    np.testing.assert_allclose(result.scores, [score], atol=1e-4)


@pytest.mark.parametrize("turned", [False, True])
def test_yolov8_and_yolov5_rows(turned: bool) -> None:
    v8, v5 = candidates(84, 100), candidates(85, 252)
    v8[30, 4 + 2], v8[31, 4 + 2] = 0.9, 0.8
    v5[30, [4, 5 + 2]], v5[31, [4, 5 + 2]] = (1.0, 0.9), (1.0, 0.7)
    check(read("yolov8", v8.T if turned else v8))
    check(read("yolov5", v5))
    assert len(read("yolov8", v8, iou=0.99).boxes) == 2


def test_yolox_cells_and_logarithms() -> None:
    rows = np.zeros((84, 85), np.float32)
    # Row 30 of the finest grid (8 x 8 cells of 8 pixels): cell x 6, y 3.
    rows[30, :4] = (30 / 8 - 6, 28 / 8 - 3, np.log(20 / 8), np.log(24 / 8))
    rows[30, 4], rows[30, 5 + 2] = 0.9, 1.0
    check(read("yolox", rows))
    with pytest.raises(InputError, match="84 cells"):
        read("yolox", np.zeros((86, 85), np.float32))


def test_final_boxes_in_each_form() -> None:
    scores, labels = np.array([0.2, 0.9], np.float32), np.array([7, 3])
    for form, box in (
        ("ltrb", (20, 16, 40, 40)),
        ("tlbr", (16, 20, 40, 40)),
        ("cxcywh", (30, 28, 20, 24)),
        ("ltwh", (20, 16, 20, 24)),
    ):
        boxes = np.array([(0, 0, 5, 5), box], np.float32)
        check(read("boxes-scores-labels", boxes, scores, labels, numbering="id", box_form=form))
        check(read("boxes-scores-labels", boxes, scores, labels - 1, box_form=form))
        relative = read("boxes-scores-labels", boxes / 64, scores, labels, first=1, box_form=form, box_scale="relative")
        check(relative)


def test_detr_queries() -> None:
    logits, boxes = np.zeros((5, 92), np.float32), np.zeros((5, 4), np.float32)
    logits[:, 91], logits[2, 3], logits[2, 91] = 20, 30, 0
    boxes[2] = np.array([30, 28, 20, 24]) / 64
    check(read("detr", logits, boxes, numbering="id"), 1.0)
    with pytest.raises(InputError, match="91 classes apart, but the card names 80"):
        read("detr", logits, boxes)


def test_yolov8_masks_and_poses() -> None:
    rows, protos = np.zeros((100, 4 + 80 + 32), np.float32), np.full((32, 16, 16), -1, np.float32)
    rows[30, :4], rows[30, 6], rows[30, 84] = (30, 28, 20, 24), 0.9, 5
    protos[0, :, 5:10] = 1
    result = read("yolov8-masks", rows, protos)
    check(result)
    inside = result.masks[0].bounds
    assert (inside.x, inside.y, inside.right, inside.bottom) == (40, 16, 80, 64)
    rows = np.zeros((100, 56), np.float32)
    rows[30, :4], rows[30, 4], rows[30, 5:] = (30, 28, 20, 24), 0.9, np.tile([20, 16, 0.7], 17)
    result = read("yolov8-poses", rows, labels="coco-person")
    assert isinstance(result, Poses)
    check(result, label=1)
    np.testing.assert_allclose(result.keypoints[0], np.tile([40, 16, 0.7], (17, 1)), rtol=1e-5)


def test_peaks_of_heat_maps() -> None:
    maps = np.zeros((17, 16, 16), np.float32)
    maps[:, 6, 5], maps[:, 6, 6] = 0.9, 0.4
    result = read("heatmaps", maps, labels="coco-person")
    x, y = (5.25 + 0.5) * 4, (6 + 0.5) * 4
    np.testing.assert_allclose(result.keypoints[0, :, :2], np.tile([x * 2, (y - 8) * 2], (17, 1)), rtol=1e-5)
    assert len(read("heatmaps", maps * 0.1, labels="coco-person").boxes) == 0


def test_maps_of_classes_as_numbers_and_as_scores() -> None:
    scores = np.zeros((21, 16, 16), np.float32)
    scores[15, :, 8:] = 1
    for outputs in (scores, scores.argmax(axis=0), scores.argmax(axis=0)[None]):
        found = read("semantic", outputs, labels="voc-21").map
        assert found.shape == (96, 128) and (found[:, 68:] == 15).all() and (found[:, :60] == 0).all()
    with pytest.raises(InputError, match="tells 31 classes apart, but the card names 21"):
        read("semantic", np.full((16, 16), 30), labels="voc-21")


def test_nothing_and_nonsense_give_nothing() -> None:
    for adapter, shape in (
        ("yolov8", (100, 84)),
        ("yolov5", (100, 85)),
        ("yolox", (84, 85)),
        ("fastestdet", (85, 4, 4)),
    ):
        for fill in (0.0, np.nan):
            assert read(adapter, np.full(shape, fill, np.float32)).boxes.shape == (0, 4)


@pytest.mark.parametrize("resize", ["stretch", "letterbox", "shorter"])
@pytest.mark.parametrize("size", [(1, 1), (1, 900), (700, 3), (64, 64), (333, 500)])
def test_pictures_of_any_shape_are_placed_and_found_again(resize: str, size: tuple[int, int]) -> None:
    card = Catalog().get("starter-labels")
    from msgspec.structs import replace

    from segstudio.zoo.spec import Input

    place = Preparer(replace(card, input=Input((64, 96))), Settings("classes", resize=resize)).place(size)
    left, top = place.offset
    whole = np.array([[left, top, left + place.inner[1], top + place.inner[0]]], np.float32)
    np.testing.assert_allclose(place.boxes(whole), [[0, 0, size[1], size[0]]], atol=1e-3)
    assert place.inner[0] <= place.input[0] and place.inner[1] <= place.input[1]
    frame = np.zeros((*size, 3), np.uint8)
    array = Preparer(replace(card, input=Input((64, 96))), Settings("classes", resize=resize)).array(frame, place)
    assert array.shape == (3, *place.input)
