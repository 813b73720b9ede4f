"""`inspect`: the list, the files, the value at a place, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segstudio.core.views import BarsView, BoxesView, HeatView, PointsView, View
from segstudio.zoo import Card, Predictor

WORDS = ("starter-instances", "--device", "cpu")


class Glass(Predictor):
    """Shows how bright each pixel is, a box, a point and two numbers."""

    def predict(self, frames, options=None, context=None):
        return [[] for _ in frames]

    def look(self, frame, options=None, context=None) -> list[View]:
        box = (0.0, 0.0, float(frame.shape[1]), float(frame.shape[0]))
        bright = frame[..., 0].astype(np.float32)
        return [
            HeatView(group="Light", title="how bright", box=box, values=bright, unit="cd"),
            HeatView(group="Light", title="how dark", box=box, values=255 - bright),
            BoxesView(
                group="Shapes", title="a box", box=box, boxes=np.float32([[2, 2, 9, 9]]), scores=np.float32([0.5])
            ),
            PointsView(group="Shapes", title="a point", box=box, points=np.float32([[4, 4]])),
            BarsView(group="Numbers", title="two/of them", box=box, labels=("a", "b"), values=np.float32([1, -2])),
        ]


@pytest.fixture
def glass(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(card: Card, device: str = "cpu", **_: Any) -> Predictor:
        return Glass(card, device)

    monkeypatch.setattr("segstudio.zoo.load", load, raising=False)


@pytest.mark.usefixtures("glass")
def test_the_views_are_listed_with_kind_size_and_range(call, photos) -> None:
    said = call("inspect", *WORDS[:1], photos / "a1.png", *WORDS[1:])
    assert said.code == 0
    for words in ("how bright", "heat", "40 × 60", "30 to 220 cd", "a box", "boxes", "two/of them", "bars", "-2 to 1"):
        assert words in said.out
    data = call("inspect", "starter-instances", photos / "a1.png", "--device", "cpu", "--json").data
    assert data["groups"] == ["Light", "Shapes", "Numbers"] and data["size"] == [40, 60] and data["files"] == []
    assert [v["kind"] for v in data["views"]] == ["heat", "heat", "boxes", "points", "bars"]


@pytest.mark.usefixtures("glass")
def test_each_view_becomes_a_picture_and_numbers_a_table(call, photos, tmp_path) -> None:
    out = tmp_path / "new" / "inside"
    data = call("inspect", "starter-instances", photos / "a1.png", "--device", "cpu", "--out", out, "--json").data
    assert sorted(p.name for p in out.iterdir()) == sorted(data["files"])
    listing = json.loads((out / "views.json").read_text("utf-8"))
    assert [v["title"] for v in listing["views"]] == [v["title"] for v in data["views"]]
    for view in listing["views"]:
        with Image.open(out / view["file"]) as picture:
            assert picture.mode == "RGB"
            if view["kind"] == "heat":
                assert picture.size == (60, 40)
    table = (out / "05-numbers-two-of-them.csv").read_text("utf-8").splitlines()
    assert table == ["name,value", "a,1.0", "b,-2.0"]


@pytest.mark.usefixtures("glass")
def test_one_group_and_the_value_at_a_place(call, photos) -> None:
    place = ("--at", "6,12.5", "--group", "light", "--json")
    data = call("inspect", "starter-instances", photos / "a1.png", "--device", "cpu", *place).data
    assert [(v["title"], v["at"], v["unit"]) for v in data["views"]] == [
        ("how bright", 220, "cd"),
        ("how dark", 35, ""),
    ]
    said = call("inspect", "starter-instances", photos / "a1.png", "--device", "cpu", "--at", "6,12.5")
    assert "220 cd" in said.out
    outside = call("inspect", "starter-instances", photos / "a1.png", "--device", "cpu", "--at", "600,1", "--json").data
    assert outside["views"][0]["at"] is None


@pytest.mark.usefixtures("glass")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nothing", "PICTURE"), "There is no model"),
        (("starter-instances", "nowhere.png"), "no such file"),
        (("starter-instances", "FOLDER"), "no picture and no video"),
        (("starter-instances", "TEXT"), "neither a picture nor a video"),
        (("starter-instances", "PICTURE", "--group", "none"), "Groups of this picture: Light, Shapes, Numbers"),
        (("starter-instances", "PICTURE", "--at", "here"), "two numbers"),
        (("starter-instances", "PICTURE", "--out", "TEXT"), "can't be made"),
        (("starter-instances", "PICTURE", "--frame", "3"), "no frame 3"),
    ],
)
def test_what_cannot_be_done_is_said(call, photos, tmp_path, words, says) -> None:
    (tmp_path / "a.txt").write_text("x")
    known = {"PICTURE": str(photos / "a1.png"), "FOLDER": str(photos), "TEXT": str(tmp_path / "a.txt")}
    said = call("inspect", *(known.get(word, word) for word in words), "--device", "cpu")
    assert said.code == 2 and says in said.err


@pytest.mark.usefixtures("squares")
def test_a_model_that_shows_nothing_says_so(call, photos) -> None:
    said = call("inspect", "starter-instances", photos / "a1.png", "--device", "cpu")
    assert said.code == 2 and "shows nothing of its inside" in said.err and "Choose another model" in said.err


def test_missing_weights_are_code_3(call, photos) -> None:
    said = call("inspect", "starter-labels", photos / "a1.png", "--device", "cpu")
    assert said.code == 3 and "segstudio models fetch" in said.err
