"""What a file said stays as it stood; every edit can be taken back to the byte."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import changes, document, edits, masks, painting
from segstudio.core.annotation import ACCEPTED, CORRECTED, REJECTED, Annotation, Keypoints, Origin
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category, Skeleton

SOURCE = (
    b'{ "id": 7,"image_id":1, "segmentation":[[1.50,2.0,3e0,4,5,6.10]], "extra": {"a":[1.00, null]},'
    b' "bbox":[1.5,2.0,3.5,4.10],"area":0.10,"score":0.90,"iscrowd":0,"category_id":3,"note":"\\u00e9" }'
)
numbers = st.one_of(st.integers(-100, 200), st.floats(-100, 200))
leaves = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=4))
ring = st.lists(numbers, min_size=6, max_size=12).filter(lambda v: len(v) % 2 == 0)
objects = st.fixed_dictionaries(
    {},
    optional={
        "segmentation": st.lists(ring, max_size=3),
        "holes": st.lists(ring, max_size=2),
        "bbox": st.lists(numbers, min_size=4, max_size=4),
        "keypoints": st.lists(numbers, min_size=3, max_size=3),
        "score": st.one_of(st.none(), st.floats(0, 1)),
        "iscrowd": st.integers(0, 1),
        "track_id": st.one_of(st.none(), st.integers(0, 99)),
        "attributes": st.dictionaries(
            st.text(max_size=4), st.one_of(st.booleans(), numbers, st.text(max_size=4)), max_size=2
        ),
        "something": st.recursive(
            st.one_of(st.none(), numbers, st.text(max_size=4)), lambda v: st.lists(v, max_size=3)
        ),
    },
)


def read(source: bytes, **more) -> Annotation:
    return document.parse(source, **{"id": 1, "media": 1, "category": 1, **more})


@given(objects, st.sampled_from([None, 1]))
def test_text_of_what_was_read_is_what_was_read(value: dict, indent: int | None) -> None:
    source = json.dumps(value, indent=indent).encode()
    assert document.text(read(source)) == source


def test_an_edit_changes_only_the_keys_it_touches() -> None:
    a = read(SOURCE)
    raw = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    before = raw(SOURCE)
    after = raw(document.text(replace(a, score=None)))
    assert list(after) == [k for k in before if k != "score"]
    assert all(bytes(after[k]) == bytes(before[k]) for k in after)
    after = raw(document.text(replace(a, geometry=Box(1, 2, 3, 4), box=None)))
    assert bytes(after["bbox"]) == b"[1.0,2.0,3.0,4.0]"
    assert set(before) - set(after) == {"segmentation", "area"}
    for key in ("extra", "note", "id", "score", "iscrowd"):
        assert bytes(after[key]) == bytes(before[key])


geometries = st.one_of(
    st.none(),
    st.builds(Box, *(numbers for _ in range(4))),
    st.builds(Polygons, st.lists(ring.map(tuple), min_size=1, max_size=2).map(tuple)),
    st.builds(lambda x, y: masks.from_box(Box(x, y, 9, 7), 90, 90), st.integers(0, 50), st.integers(0, 50)),
)
people = st.builds(
    Annotation,
    id=st.just(1),
    media=st.just(1),
    category=st.just(1),
    geometry=geometries,
    keypoints=st.one_of(st.none(), st.just(Keypoints((1.0, 2.0, 2.0)))),
    score=st.one_of(st.none(), st.floats(0, 1)),
    origin=st.sampled_from([Origin(), Origin("import", run=3), Origin("model", "m", "w", 4)]),
    attributes=st.one_of(st.just({}), st.just({"a": 1})),
)


@given(people)
def test_stored_bytes_do_not_depend_on_where_a_value_comes_from(a: Annotation) -> None:
    first = document.text(a)
    packed = msgspec.msgpack.decode(msgspec.msgpack.encode(a), type=Annotation)
    assert document.text(packed) == first
    again = read(first)
    assert document.text(again) == first
    assert (again.geometry, again.keypoints, again.score) == (a.geometry, a.keypoints, a.score)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_say_is_refused(value: float) -> None:
    for change in ({"geometry": Box(value, 0, 1, 1)}, {"score": value}, {"keypoints": Keypoints((value, 0, 2))}):
        with pytest.raises(InputError, match="finite"):
            document.text(replace(read(SOURCE), **change))


POSE = Category(2, "person", skeleton=Skeleton(("nose",)))


def every_edit(a: Annotation) -> list[ChangeSet]:
    made = [
        edits.add([a]),
        edits.delete([a]),
        edits.accept([a]),
        edits.reject([a]),
        edits.set_geometry(a, Box(1, 2, 3, 4)),
        edits.set_box(a, Box(5, 6, 7, 8)),
        painting.paint(a, masks.from_box(Box(1, 1, 5, 5), 90, 90), (90, 90)),
        painting.erase(a, masks.from_box(Box(0, 0, 90, 90), 90, 90), (90, 90)),
        edits.translate([a], 3, -2),
        edits.set_keypoints(a, Keypoints((3.0, 4.0, 1.0))),
    ]
    if a.keypoints is not None:
        made.append(edits.relabel([a], POSE))
    return made


def applied(change: ChangeSet, rows: dict[int, bytes]) -> dict[int, bytes]:
    rows = dict(rows)
    for c in change.changes:
        rows.pop(c.id, None)
        if isinstance(c.after, Annotation):
            rows[c.id] = document.text(c.after)
    return rows


@settings(max_examples=40)
@given(people)
def test_every_edit_and_its_inverse_is_the_identity(a: Annotation) -> None:
    for change in every_edit(a):
        before = {} if change.changes and change.changes[0].before is None else {a.id: document.text(a)}
        assert applied(change.inverse(), applied(change, before)) == before
        assert change.inverse().inverse() == change
        assert not change.then(change.inverse()), "a step that changes nothing in the end is none"


@settings(max_examples=40)
@given(people)
def test_an_edit_of_a_prediction_is_a_persons(a: Annotation) -> None:
    for change in every_edit(a)[2:]:
        for c in change.changes:
            if not isinstance(c.after, Annotation) or c.after.review == REJECTED:
                continue
            assert c.after.origin.kind == "user"
            assert c.after.origin.run is None
            if a.origin.kind == "model":
                assert (c.after.origin.model, c.after.origin.parent) == ("m", 4)
                assert c.after.review == (ACCEPTED if change.label.startswith("Accept") else CORRECTED)
                assert c.after.score is None


def test_a_stroke_that_changes_no_pixel_leaves_the_polygon() -> None:
    a = Annotation(1, 1, 1, geometry=Polygons(((0.0, 0.0, 50.0, 0.0, 50.0, 50.0, 0.0, 50.0),)))
    assert not painting.paint(a, masks.from_box(Box(5, 5, 9, 9), 90, 90), (90, 90))
    assert not painting.erase(a, masks.from_box(Box(60, 60, 9, 9), 90, 90), (90, 90))


def test_a_class_with_other_keypoints_is_refused() -> None:
    a = Annotation(1, 1, 1, keypoints=Keypoints((1.0, 2.0, 2.0)))
    with pytest.raises(InputError, match="keypoints"):
        edits.relabel([a], Category(3, "cat"))


def test_then_joins_rows() -> None:
    one, two, three = (Annotation(1, 1, 1, z=z) for z in range(3))
    joined = changes.replace([(one, two)], "first").then(changes.replace([(two, three)], "second"))
    assert joined == ChangeSet((Change("annotation", 1, one, three),), "first")
    assert not changes.insert([one]).then(changes.delete([one]))


def test_attributes_beyond_64_bits_stay_in_the_text_and_can_be_edited_around(tmp_path):
    from segstudio.core.labels import Category
    from segstudio.core.media import Media
    from segstudio.store import ProjectFile

    source = b'{"bbox":[1,2,3,4],"attributes":{"n":123456789012345678901234567890}}'
    a = document.parse(source, id=1, media=1, category=1)
    with ProjectFile.create(tmp_path / "p.segstudio") as project:
        project.commit(changes.insert([Category(1, "c"), Media(1, "a.jpg")]))
        project.commit(edits.add([a]))
        project.commit(edits.translate([a], 1, 0))
        stored = project.annotations(1)[0]
    assert b"123456789012345678901234567890" in (stored.source or b"")
