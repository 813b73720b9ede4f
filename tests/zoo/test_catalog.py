"""Cards and the catalog."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from segstudio.core.errors import InputError
from segstudio.zoo import Catalog, labels, spec

CARD = """
name = "toy"
title = "Toy"
task = "instances"
description = "A toy."
builder = "detection.mask_rcnn:build"
labels = "coco-91"
licence = "CC0-1.0"
"""


def test_listing_loads_no_heavy_library() -> None:
    code = (
        "import sys; from segstudio import zoo; c = zoo.Catalog(); [zoo.status(x) for x in c];"
        "print(len(c), [m for m in ('torch', 'torchvision', 'cv2', 'timm', 'ai_edge_litert') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, loaded = done.stdout.split(maxsplit=1)
    assert int(count) >= 16
    assert loaded.strip() == "[]"


def test_every_card_is_complete() -> None:
    catalog = Catalog()
    assert catalog.problems == []
    for card in catalog:
        assert card.description.endswith("."), card.name
        assert card.weights, card.name
        assert card.label_set().labels or card.task == "prompts"
        for file in card.weights:
            assert file.licence
            assert file.origin
            # A file whose publisher states no sum may have to be brought by hand.
            assert file.sources or not file.sha256, card.name
            assert file.exact or not file.sha256 or file.sources[0].url.endswith(f"-{file.sha256}.pth")
        for part in card.composes:
            assert part in catalog


def test_starter_pack_comes_first_and_needs_no_server() -> None:
    catalog = Catalog()
    pack = catalog.starter_pack()
    assert [card.name for card in pack] == catalog.names()[: len(pack)]
    assert {card.task for card in pack} == {"boxes", "instances", "poses", "faces", "labels"}
    assert all(source.package for card in pack for file in card.weights for source in file.sources)
    assert all(file.exact for card in pack for file in card.weights)
    assert sum(card.bytes for card in pack) < 110e6
    assert [card.name for card in catalog if card.recommended] == ["mask-rcnn-r50-fpn-v2"]


def test_parts_come_before_what_runs_on_them() -> None:
    catalog = Catalog()
    names = [card.name for card in catalog.parts(catalog.get("starter-instances"))]
    assert names == ["starter-boxes", "starter-instances"]


def test_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean starter-boxes"):
        Catalog().get("starter-box")
    with pytest.raises(InputError, match="segstudio models list"):
        Catalog().get("zzz")


def test_user_card_on_a_base_with_a_local_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "screws.pth").write_bytes(b"not opened here")
    (tmp_path / "screws.toml").write_text(
        'name = "screws"\ntitle = "Screws"\nbase = "mask-rcnn-r50-fpn"\ndescription = "Finds screws."\n'
        'classes = ["screw", "nut"]\n[[weights]]\nname = "screws.pth"\n'
    )
    catalog = Catalog()
    card = catalog.add(tmp_path / "screws.toml")
    again = Catalog()
    assert again.problems == []
    assert again.get("screws") == card
    assert again.is_own("screws")
    assert not again.is_own("starter-boxes")
    assert card.builder == "detection.mask_rcnn:build"
    assert card.weights[0].sha256 == hashlib.sha256(b"not opened here").hexdigest()
    assert card.weights[0].sources[0].folder == str(tmp_path)
    assert [(label.id, label.name) for label in card.label_set().labels] == [(1, "screw"), (2, "nut")]
    assert not card.recommended
    with pytest.raises(InputError, match="already a model 'screws'"):
        again.add(tmp_path / "screws.toml")
    again.remove("screws")
    assert "screws" not in Catalog()
    with pytest.raises(InputError, match="can't be removed"):
        again.remove("starter-boxes")


def test_broken_user_card_is_left_out_and_named(home: Path) -> None:
    catalog = Catalog()
    catalog.user.mkdir(parents=True)
    (catalog.user / "a.toml").write_text("name = [")
    (catalog.user / "b.toml").write_text(CARD.replace('"toy"', '"starter-boxes"'))
    (catalog.user / "c.toml").write_text(CARD)
    (catalog.user / "d.toml").write_text(CARD.replace('"toy"', '"toy2"') + 'composes = ["nothing"]\n')
    catalog.reload()
    assert "toy" in catalog
    assert len(catalog.problems) == 3
    assert [Path(error.path or "").name for error in catalog.problems] == ["a.toml", "b.toml", "d.toml"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "toy"', 'name = "../toy"', "not a card name"),
        ('name = "toy"', 'name = "toy"\ncolour = 3', "colour"),
        ('task = "instances"', 'task = "magic"', "magic"),
        ('labels = "coco-91"', 'labels = "coco-92"', "no label set 'coco-92'"),
        ('labels = "coco-91"', "", "either 'labels' or 'classes'"),
        ("detection.mask_rcnn:build", "os:system(1)", "module:function"),
    ],
)
def test_wrong_cards_say_what_is_wrong(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "toy.toml"
    path.write_text(CARD.replace(old, new))
    with pytest.raises(InputError, match=says) as caught:
        Catalog().add(path)
    assert caught.value.path == str(path)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({}, "exactly one"),
        ({"url": "http://a/b", "folder": "c"}, "exactly one"),
        ({"url": "file:///etc/passwd"}, "starts with http"),
        ({"package": "a"}, "version"),
        ({"package": "--index-url=http://x", "version": "1", "member": "a"}, "plain name"),
        ({"package": "a", "version": "1", "member": "../a"}, "not a path inside"),
    ],
)
def test_sources_that_are_refused(source: dict, says: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert(source, spec.Source)


def test_add_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        Catalog().add(tmp_path / "none.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not a TOML file"):
        Catalog().add(tmp_path / "x.toml")


def test_label_sets() -> None:
    coco = labels.get("coco-91")
    ids = [label.id for label in coco.labels]
    assert len(ids) == 80
    assert ids == sorted(ids)
    assert (ids[0], ids[-1]) == (1, 90)
    assert set(range(1, 91)) - set(ids) == {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
    assert {coco.by_id(i).name for i in (1, 17, 47, 4)} == {"person", "cat", "cup", "motorcycle"}
    voc = labels.get("voc-21")
    assert [label.id for label in voc.labels] == list(range(21))
    assert (voc.labels[0].name, voc.labels[0].thing, voc.labels[15].name) == ("background", False, "person")
    imagenet = labels.get("imagenet-1k")
    assert [label.id for label in imagenet.labels] == list(range(1000))
    assert (imagenet.labels[0].name, imagenet.labels[281].name) == ("tench", "tabby")
    assert len({label.name for label in imagenet.labels}) == 1000
    for name, count in (("face", 5), ("coco-person", 17), ("mpii-person", 16)):
        skeleton = labels.get(name).skeleton
        assert skeleton is not None
        assert len(skeleton.names) == count
    with pytest.raises(InputError, match=r"Known are: .*coco-91"):
        labels.get("coco")


def test_label_sets_of_scenes() -> None:
    sizes = {"ade20k-150": 150, "camvid-11": 11, "camvid-12": 12, "cityscapes-19": 19, "cityscapes-20": 20}
    for name, count in sizes.items():
        assert [label.id for label in labels.get(name).labels] == list(range(count))
        assert len({label.name for label in labels.get(name).labels}) == count
    ade = labels.get("ade20k-150")
    assert sum(label.thing for label in ade.labels) == 100  # as its instance track counts them
    assert [ade.by_id(i).name for i in (0, 12, 149)] == ["wall", "person", "flag"]
    city = labels.get("cityscapes-19")
    assert [label.name for label in city.labels if label.thing][:2] == ["person", "rider"]
    assert city.labels == labels.get("cityscapes-20").labels[:19]


def test_label_sets_agree_with_torchvision() -> None:
    pytest.importorskip("torchvision")
    from torchvision.models import ResNet50_Weights
    from torchvision.models.detection import FasterRCNN_ResNet50_FPN_Weights
    from torchvision.models.segmentation import FCN_ResNet50_Weights

    coco = FasterRCNN_ResNet50_FPN_Weights.COCO_V1.meta["categories"]
    assert {i: name for i, name in enumerate(coco) if i and name != "N/A"} == {
        label.id: label.name for label in labels.get("coco-91").labels
    }
    voc = FCN_ResNet50_Weights.DEFAULT.meta["categories"]
    assert voc[1:] == [label.name for label in labels.get("voc-21").labels[1:]]
    names = ResNet50_Weights.DEFAULT.meta["categories"]
    assert names == [label.name for label in labels.get("imagenet-1k").labels]


def test_torchvision_cards_name_what_torchvision_publishes() -> None:
    pytest.importorskip("torchvision")
    from torchvision.models import get_weight

    for card in Catalog():
        for file in card.weights:
            if file.exact or not file.sha256:
                continue
            published = get_weight(file.origin.removeprefix("torchvision, "))
            assert file.sources[0].url == published.url
            assert abs(file.bytes - published.meta["_file_size"] * 2**20) < 1000
