"""Steps of the history and jobs are called what they are in the person's language."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path

import pytest
from edit_moves import MOVES

from segstudio.app import i18n
from segstudio.app.history_words import TEMPLATES, said
from segstudio.core.errors import InputError
from segstudio.core.labels import Category, Skeleton

CORE = Path(__file__).resolve().parents[2] / "segstudio" / "core"


@pytest.fixture
def korean(look):
    i18n.language().choose("ko")
    yield
    i18n.language().choose("en")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Paint", "칠하기"),
        ("Delete 1 object", "객체 1개 삭제"),
        ("Delete 1200 objects", "객체 1,200개 삭제"),
        ("Delete class cat", "클래스 삭제: cat"),
        ("Delete class cat with 2 objects", "클래스와 객체 2개 삭제: cat"),
        ("Mark 2 objects to do", "객체 2개: 할 일"),
        ("Mark done", "표시: 완료"),
        ("Merge cat, dog into animal (4 objects)", "클래스 병합: cat, dog → animal (객체 4개)"),
        ("Merge 2 objects", "객체 2개 병합"),
        ("Predict 6 pictures with starter-instances", "이미지 6개 예측: starter-instances"),
        ("Predict a b.jpg with sam", "a b.jpg 예측: sam"),
        ("Discard Predict with sam", "폐기: 예측: sam"),
        ("Restore “Discard Import a.json”", "복원: “폐기: 가져오기: a.json”"),
        ("Relabel to {n}", "클래스 지정: {n}"),
        ("What another program wrote", "What another program wrote"),
        ("", ""),
    ],
)
def test_a_label_is_said_with_its_numbers_and_names(korean, label, words):
    assert said(label) == words


def test_in_english_a_label_is_said_as_it_is_stored(look):
    assert said("Delete 1 object") == "Delete 1 object"


def test_a_switch_makes_no_old_word_stay(korean):
    assert said("Paint") == "칠하기"
    i18n.language().choose("en")
    assert said("Paint") == "Paint"


def test_every_edit_of_objects_is_called_something_that_is_known(korean):
    dice, taken = random.Random(2), iter(range(10, 10**6))
    dancer = Category(3, "dancer", skeleton=Skeleton(("head", "hand")))
    classes = {1: Category(1, "cat"), 2: Category(2, "dog"), 3: dancer}
    rows, labels = {}, set()

    def new_ids(n: int) -> int:
        return min((next(taken) for _ in range(n)), default=0)

    for _ in range(1500):
        objects = sorted(rows.values(), key=lambda a: (a.z, a.id))
        try:
            change = dice.choice(MOVES if len(objects) > 3 else MOVES[:1])(dice, objects, (60, 45), new_ids, classes)
        except InputError:
            continue
        if change is None:
            continue
        labels.add(change.label)
        for c in change.of("annotation"):
            rows.pop(c.id, None)
            if c.after is not None:
                rows[c.id] = c.after
    assert len(labels) > 20
    # A name that stays what it is, and what a move itself calls its edit.
    assert {label for label in labels if label and said(label) == label} <= {"GrabCut", "Assist"}


def test_every_label_that_the_core_writes_down_alone_is_known():
    """Constants as the second argument of `insert`, `delete`, `replace`, `set_geometry` and the like."""
    makers = {"insert": 1, "delete": 1, "replace": 1, "set_geometry": 2, "set_keypoints": 2, "set_dense": 2}
    found = set()
    for path in CORE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in makers and len(node.args) > makers[name]:
                label = node.args[makers[name]]
                if isinstance(label, ast.Constant) and isinstance(label.value, str):
                    found.add(label.value)
    assert len(found) > 10 and found <= set(TEMPLATES)


def test_a_translated_template_keeps_the_names_of_its_values():
    for template in TEMPLATES:
        shown = i18n.catalog("ko")[template]
        assert sorted(re.findall(r"\{\w+\}", template)) == sorted(re.findall(r"\{\w+\}", shown))
