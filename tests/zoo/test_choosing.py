"""Choosing among cards."""

from __future__ import annotations

import pytest

from segstudio.core.errors import InputError, WeightsError
from segstudio.zoo import Catalog, choosing, weights
from segstudio.zoo.spec import Card, WeightFile


def card(**more) -> Card:
    values = {"name": "one", "title": "One", "task": "boxes", "description": "d", "builder": "a:b", "licence": "MIT"}
    return Card(**{**values, "labels": "coco-91", **more})


def test_words_tasks_and_what_is_here_are_all_heeded() -> None:
    catalog = Catalog()
    assert choosing.choose(catalog) == list(catalog)
    found = choosing.choose(catalog, tasks={"boxes", "faces"}, text="STARTER")
    assert [c.name for c in found] == ["starter-boxes", "starter-faces"]
    assert choosing.choose(catalog, here=True) == []
    assert choosing.choose(catalog, text="starter nonsense") == []
    assert {"fcn-r50", "deeplabv3-r50"} <= {c.name for c in choosing.choose(catalog, text="semantic voc")}
    assert all("fpn" in c.name for c in choosing.choose(catalog, text="mask r-cnn fpn"))


def test_what_is_missing_counts_the_parts_too() -> None:
    catalog = Catalog()
    one, part = catalog.get("starter-instances"), catalog.get("starter-boxes")
    assert choosing.absent(catalog.parts(one)) == (one.bytes + part.bytes, True)
    for entry in weights.status(one):
        entry.path.parent.mkdir(parents=True)
        entry.path.write_bytes(b"\0" * entry.file.bytes)
    assert choosing.absent(catalog.parts(one)) == (part.bytes, True)
    alone = card(weights=(WeightFile("a.pth", "ab" * 32, 10, "MIT", "x"),))
    assert choosing.absent([alone]) == (10, False)
    assert not choosing.choose(catalog, text="starter-instances", here=True)


@pytest.mark.parametrize(
    ("licence", "restricted"),
    [
        ("CC-BY-NC-4.0", True),
        ("CC BY-NC-SA 4.0", True),
        ("for non-commercial use only", True),
        ("noncommercial research", True),
        ("Research purposes only", True),
        ("academic use", True),
        ("Apache-2.0", False),
        ("BSD-3-Clause (the code); none is stated for the weights", False),
        ("NCSA", False),
    ],
)
def test_licences_that_forbid_commercial_use_are_known(licence, restricted) -> None:
    assert choosing.restriction([card(), card(licence=licence)]) == (licence if restricted else "")
    file = WeightFile("a.pth", "ab" * 32, 10, licence, "x")
    assert choosing.restriction([card(weights=(file,))]) == (licence if restricted else "")


def test_a_card_that_comes_with_segstudio_says_non_commercial_in_words_that_are_found() -> None:
    for one in Catalog():
        said = f"{one.licence} {' '.join(f.licence for f in one.weights)}".casefold()
        assert ("commercial" in said or "-nc" in said) == bool(choosing.restriction([one])), one.name


def test_a_file_finds_its_place_among_the_parts(tmp_path) -> None:
    import hashlib

    data = b"x" * 50
    (tmp_path / "f").write_bytes(data)
    file = WeightFile("a.pth", hashlib.sha256(data).hexdigest(), 50, "none", "x")
    part, whole = card(name="part", weights=(file,)), card(name="whole", composes=("part",))
    assert weights.bring([part, whole], tmp_path / "f") == weights.path_of(part, file)
    (tmp_path / "g").write_bytes(b"other")
    with pytest.raises(WeightsError, match="none of the files"):
        weights.bring([part, whole], tmp_path / "g")
    with pytest.raises(InputError, match="no weights of its own"):
        weights.bring([whole], tmp_path / "f")
