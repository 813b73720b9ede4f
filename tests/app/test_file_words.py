"""What is said of a model file, and of the card made of it, is said in the person's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from segstudio.app import i18n
from segstudio.app.file_words import FITTED, REMARKS, said
from segstudio.zoo import newcards
from segstudio.zoo.newcards import Seen, Wishes

PLANES = {"out": (3, 64, 96)}
YUNET = {str(i): (9, 1 if i < 6 else 4 if i < 9 else 10) for i in range(12)}
# What a file shows, and what the person has said.
CASES = [
    (True, PLANES, (), Wishes()),
    (False, PLANES, ("a", "b", "c"), Wishes(adapter="semantic", settings={"resize": "shorter"})),
    (True, PLANES, (), Wishes(classes=("a", "b", "c"), settings={"resize": "letterbox"})),
    (True, {"out": (21, 64, 96)}, (), Wishes()),
    (True, {"out": (1000,)}, (), Wishes(labels="imagenet-1k")),
    (True, {"out": (1,)}, (), Wishes()),
    (True, YUNET, (), Wishes()),
    (True, {"out": (17, 16, 24)}, (), Wishes()),
    (True, {"out": (1, 64, 96)}, (), Wishes()),
    (True, {"boxes": (100, 4), "scores": (100,), "labels": (100,)}, (), Wishes()),
]


@pytest.fixture
def korean(look):
    i18n.language().choose("ko")
    yield
    i18n.language().choose("en")


@pytest.fixture
def drafts(monkeypatch) -> list[newcards.Draft]:
    made = []
    for fixed, outputs, names, wishes in CASES:
        seen = Seen((64, 96), fixed, "nchw", outputs, frozenset(), names)
        monkeypatch.setattr(newcards, "look", lambda *_, seen=seen: seen)
        made.append(newcards.propose(Path("my net.onnx"), wishes))
    return made


def test_everything_that_is_said_of_a_file_is_said_in_korean(korean, drafts):
    remarks = {remark for draft in drafts for remark in draft.remarks}
    assert {remark for remark in remarks if said(remark) == remark} == set()
    assert not any(english in said(remark) for remark in remarks for english in FITTED)


def test_no_sentence_stands_in_the_table_that_is_never_said(drafts, monkeypatch):
    asked = set()
    monkeypatch.setattr("segstudio.app.file_words.tr", lambda text, **_: asked.add(text) or text)
    for draft in drafts:
        for remark in draft.remarks:
            said(remark)
    assert asked == {*REMARKS, *FITTED}


def test_a_sentence_keeps_its_numbers_and_names(korean):
    assert "1 1x64x96, b 3" in said("The outputs are 1 1x64x96, b 3.")
    assert "19" in said("19 classes: those of 'cityscapes', a guess.")
    assert "'cityscapes'" in said("19 classes: those of 'cityscapes', a guess.")


def test_the_description_of_a_card_of_ones_own_is_said_with_its_file(korean, drafts):
    assert said(drafts[0].values["description"]) == "my net.onnx 파일로 만든 모델입니다."


def test_what_a_person_wrote_into_a_card_stays_as_it_is(korean):
    assert said("Finds the bolts.") == "Finds the bolts."


def test_in_english_everything_stays_as_it_was_said(look, drafts):
    assert [said(remark) for remark in drafts[0].remarks] == drafts[0].remarks
