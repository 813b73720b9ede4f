"""Classes, attributes, tags and reviews: no edit loses an object, and each taken back is as if it had not been."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segstudio.core import document, edits, label_edits, review_edits
from segstudio.core.annotation import (
    ACCEPTED,
    CORRECTED,
    FLAGGED,
    PREDICTED,
    REJECTED,
    TODO,
    USER,
    Annotation,
    Keypoints,
    Origin,
)  # fmt: skip
from segstudio.core.changes import ChangeSet, Row
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.labels import AttributeSpec, Category, Skeleton
from segstudio.core.media import Media

State = dict[tuple[str, int], Row]

MODEL = Origin("model", "net", "w", 3)
SPEC = AttributeSpec("occluded", "flag", False)


def applied(change: ChangeSet, rows: State) -> State:
    """Apply a change, and check that it says truly what was there before."""
    rows = dict(rows)
    for c in change.changes:
        assert rows.get((c.table, c.id)) == c.before
        rows.pop((c.table, c.id), None)
        if c.after is not None:
            rows[c.table, c.id] = c.after
    return rows


def there_and_back(change: ChangeSet, rows: State) -> State:
    """Apply a change; taking it back must give the rows as they were."""
    after = applied(change, rows)
    assert applied(change.inverse(), after) == rows
    assert applied(change, applied(change.inverse(), after)) == after
    return after


origins = st.sampled_from([USER, Origin("import", run=2), MODEL])
objects = st.lists(
    st.tuples(
        st.integers(1, 4), st.integers(1, 3), origins, st.sampled_from(review_edits.OBJECT_STATES),
        st.none() | st.floats(0, 1), st.dictionaries(st.sampled_from("ab"), st.booleans() | st.text(max_size=2)),
    ),
    max_size=12,
)  # fmt: skip


def made(found: list) -> tuple[list[Category], list[Annotation], State]:
    """Return classes 1 to 4, objects of them, and both as rows."""
    classes = [Category(i, f"c{i}", position=i, attributes=(SPEC,) if i % 2 else ()) for i in range(1, 5)]
    rows = [
        Annotation(i, media, category, geometry=Box(i, 2, 3, 4), origin=origin, review=review,
                   score=score if origin is MODEL else None, attributes=values)
        for i, (category, media, origin, review, score, values) in enumerate(found, start=1)
    ]  # fmt: skip
    state: State = {("annotation", a.id): a for a in rows}
    return classes, rows, state | {("category", c.id): c for c in classes}


@settings(max_examples=60)
@given(objects, st.lists(st.integers(1, 4), unique=True, min_size=1), st.integers(1, 4))
def test_merging_classes_keeps_every_object_as_it_was_but_for_its_class(found, sources, into):
    classes, rows, before = made(found)
    change = label_edits.merge([c for c in classes if c.id in sources], classes[into - 1], rows)
    after = there_and_back(change, before)
    left = {id for id in range(1, 5) if id == into or id not in sources}
    assert {id for table, id in after if table == "category"} == left
    for a in rows:
        category = into if a.category in sources else a.category
        assert after["annotation", a.id] == replace(a, category=category)
    kept = after["category", into]
    assert isinstance(kept, Category) and (kept.attributes == (SPEC,)) == any(i % 2 for i in {into, *sources})


@settings(max_examples=60)
@given(objects, st.integers(1, 4))
def test_deleting_a_class_takes_its_objects_and_no_others(found, gone):
    classes, rows, before = made(found)
    after = there_and_back(label_edits.delete(classes[gone - 1], rows), before)
    assert {id for table, id in after if table == "annotation"} == {a.id for a in rows if a.category != gone}


@given(st.permutations([1, 2, 3, 4]), st.integers(1, 4), st.integers(-2, 6))
def test_classes_go_into_any_order(order, moved, place):
    classes, _, before = made([])
    after = there_and_back(label_edits.reorder(classes, order), before)
    now = sorted((c for c in after.values() if isinstance(c, Category)), key=lambda c: c.position)
    assert [c.id for c in now] == order
    after = there_and_back(label_edits.move(now, moved, place), after)
    now = sorted((c for c in after.values() if isinstance(c, Category)), key=lambda c: c.position)
    assert [c.id for c in now].index(moved) == min(max(place, 0), 3)
    assert [c.id for c in now if c.id != moved] == [id for id in order if id != moved]


def test_a_class_needs_a_name_of_its_own():
    classes, _, _ = made([])
    assert label_edits.rename(classes[0], " cat ", classes).changes[0].after == replace(classes[0], name="cat")
    assert not label_edits.rename(classes[0], "c1", classes)
    for name in ("", "  ", "c2"):
        with pytest.raises(InputError):
            label_edits.rename(classes[0], name, classes)


def test_keypoints_go_only_to_a_class_with_the_same_skeleton():
    nose, eye = (Category(i, name, skeleton=Skeleton((name,))) for i, name in enumerate(("nose", "eye"), start=1))
    plain = Category(3, "plain")
    a = Annotation(1, 1, 1, keypoints=Keypoints((1.0, 2.0, 2.0)))
    with pytest.raises(InputError, match="keypoints"):
        label_edits.merge([nose], eye, [a])
    change = label_edits.merge([nose], plain, [a])
    assert next(change.of("category")).after == replace(plain, skeleton=nose.skeleton)
    assert label_edits.merge([nose], eye, [replace(a, keypoints=None)])


def test_colours_that_no_class_wears_are_offered_first():
    worn = label_edits.suggested_colors([])[0]
    offered = label_edits.suggested_colors([Category(9, "c", color=worn)], 64)
    assert len(set(offered)) == 64 and offered[-1] == worn


@settings(max_examples=60)
@given(objects, st.sampled_from("ab"), st.none() | st.booleans() | st.integers(0, 1) | st.text(max_size=2))
def test_an_attribute_of_many_objects_is_one_step(found, name, value):
    _, rows, before = made(found)
    after = there_and_back(label_edits.set_attribute(rows, name, value), before)
    for a in rows:
        now = after["annotation", a.id]
        assert isinstance(now, Annotation) and now.attributes.get(name) == value
        assert type(now.attributes.get(name)) is type(value)
        assert {k: v for k, v in now.attributes.items() if k != name} == {
            k: v for k, v in a.attributes.items() if k != name
        }
        assert document.parse(document.text(now), id=1, media=1, category=1).attributes == now.attributes


@pytest.mark.parametrize(
    "spec",
    [
        AttributeSpec(" "), AttributeSpec("a", "colour"), AttributeSpec("a", "choice"),
        AttributeSpec("a", "number", least=2, most=1), AttributeSpec("a", "number", 5, most=1),
        AttributeSpec("a", "choice", "x", ("y",)), AttributeSpec("a", "flag", "yes"),
    ],
)  # fmt: skip
def test_a_schema_that_can_not_be_kept_is_refused(spec):
    with pytest.raises(InputError):
        label_edits.set_schema(Category(1, "cat"), [spec])
    with pytest.raises(InputError, match="Two"):
        label_edits.check_attributes([AttributeSpec("a"), AttributeSpec("a")])


@settings(max_examples=60)
@given(objects, st.dictionaries(st.sampled_from("ab"), st.sampled_from("abc")))
def test_renamed_attributes_take_their_values_along_and_lose_none(found, renamed):
    classes, rows, before = made(found)
    of_class = [a for a in rows if a.category == 1]
    after = there_and_back(label_edits.set_schema(classes[0], [SPEC], renamed, of_class), before)
    for a in rows:
        now = after["annotation", a.id]
        assert isinstance(now, Annotation) and sorted(map(repr, now.attributes.values())) == sorted(
            map(repr, a.attributes.values())
        )
        assert replace(now, attributes={}) == replace(a, attributes={})
        if a.category == 1 and len(renamed) == 1:
            ((old, new),) = renamed.items()
            assert old not in a.attributes or new in now.attributes


def test_values_fit_their_kind():
    number = AttributeSpec("age", "number", least=0, most=9)
    assert [bool(number.trouble(v)) for v in (0, 9.0, -1, 10, True, "1", float("nan"))] == [False] * 2 + [True] * 5
    assert not AttributeSpec("c", "choice", choices=("x",)).trouble("x")
    assert AttributeSpec("c", "choice", choices=("x",)).trouble("y") and AttributeSpec("t").trouble(1)


def test_defaults_are_given_to_what_a_person_adds_and_to_nothing_else():
    classes = {1: Category(1, "cat", attributes=(SPEC, AttributeSpec("age", "number")))}
    drawn, other = Annotation(1, 1, 1), Annotation(2, 1, 1, origin=MODEL)
    change = edits.add([drawn, other, Annotation(3, 1, 1, attributes={"occluded": True})])
    after = [c.after for c in label_edits.with_defaults(change, classes).changes]
    assert [a.attributes for a in after if isinstance(a, Annotation)] == [{"occluded": False}, {}, {"occluded": True}]


def test_what_several_classes_have_in_common():
    classes = {
        1: Category(1, "a", attributes=(SPEC, AttributeSpec("age", "number"))),
        2: Category(2, "b", attributes=(SPEC,)),
    }
    rows = [Annotation(1, 1, 1, attributes={"odd": 1}), Annotation(2, 1, 2)]
    found = label_edits.common(rows, classes)
    assert {name: everywhere for name, (_, everywhere) in found.items()} == {"occluded": True, "age": False}
    assert label_edits.unknown_attributes(rows, classes) == ["odd"]


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_tags_are_words_once_each(first, second):
    m = Media(1, "a.jpg", tags=label_edits.clean_tags(first))
    after = there_and_back(label_edits.tag([m], second), {("media", 1): m})["media", 1]
    assert isinstance(after, Media) and after.tags == label_edits.clean_tags([*first, *second])
    less = there_and_back(label_edits.untag([after], second), {("media", 1): after})["media", 1]
    assert isinstance(less, Media) and not set(less.tags) & set(label_edits.clean_tags(second))


@settings(max_examples=60)
@given(objects, st.sampled_from(review_edits.OBJECT_STATES))
def test_a_state_is_no_edit_unless_it_says_so(found, state):
    _, rows, before = made(found)
    after = there_and_back(review_edits.set_state(rows, state), before)
    for a in rows:
        now = after["annotation", a.id]
        assert isinstance(now, Annotation)
        assert now.is_prediction == (a.is_prediction and state not in (CORRECTED, ACCEPTED))
        assert now.review == {
            (True, TODO): PREDICTED, (False, PREDICTED): TODO,
        }.get((a.is_prediction, state), state)  # fmt: skip


@given(objects, st.text(max_size=5))
def test_a_comment_leaves_the_object_alone(found, text):
    _, rows, before = made(found)
    after = there_and_back(review_edits.set_comment(rows, text), before)
    for a in rows:
        now = after["annotation", a.id]
        assert now == replace(a, comment=text.strip())
        assert document.parse(document.text(replace(a, comment=text)), id=1, media=1, category=1).comment == text


def test_a_flag_outlasts_an_edit():
    a = Annotation(1, 1, 1, geometry=Box(1, 2, 3, 4), origin=MODEL, review=FLAGGED, score=0.5)
    moved = edits.moved(a, 1, 1)
    assert (moved.review, moved.origin.kind, moved.score) == (FLAGGED, "user", None)
    assert edits.moved(replace(a, review=PREDICTED), 1, 1).review == CORRECTED
    assert edits.moved(replace(moved, review=ACCEPTED), 1, 1).review == ACCEPTED


@given(objects, st.floats(0, 1))
def test_accepting_above_a_score_takes_exactly_the_sure_ones(found, score):
    _, rows, before = made(found)
    after = there_and_back(review_edits.accept_above(rows, score), before)
    for a in rows:
        sure = a.is_prediction and a.review == PREDICTED and a.score is not None and a.score >= score
        now = after["annotation", a.id]
        assert isinstance(now, Annotation)
        assert (now.review, now.score) == (ACCEPTED, None) if sure else now == a


@given(objects)
def test_looking_visits_each_that_needs_it_once_flags_first(found):
    _, rows, _ = made(found)
    seen: list[Annotation] = []
    while (a := review_edits.next_look(rows, [seen[-1].id] if seen else [])) is not None:
        seen.append(a)
        assert len(seen) <= len(rows)
    assert {a.id for a in seen} == {a.id for a in rows if a.review in (FLAGGED, PREDICTED, TODO)}
    ranks = [(review_edits.LOOKS.index(a.review), (a.score or 0.0) if a.review == PREDICTED else 0.0) for a in seen]
    assert ranks == sorted(ranks)
    assert REJECTED not in {a.review for a in seen}


@settings(max_examples=60)
@given(objects, objects, st.booleans())
def test_a_version_comes_back_whole_as_a_new_step(now, then, hidden):
    classes, here, before = made(now)
    _, there, _ = made(then)
    gone = {1, 2}
    before = {key: row for key, row in before.items() if key[0] != "category" or key[1] not in gone}
    here = [a for a in here if a.category not in gone]
    before = {k: r for k, r in before.items() if not (isinstance(r, Annotation) and r.category in gone)}
    change = review_edits.restore(
        here, there, categories={c.id: c for c in classes if c.id not in gone}, known={c.id: c for c in classes},
        hidden_runs=frozenset({3} if hidden else ()), new_ids=lambda n: 1000, label="Restore",
    )  # fmt: skip
    after = there_and_back(change, before)
    found = [a for a in after.values() if isinstance(a, Annotation)]
    assert len(found) == len(there)
    assert {a.category for a in found} <= {c.id for c in after.values() if isinstance(c, Category)}

    def look(a: Annotation) -> Annotation:
        return replace(a, id=0, origin=replace(a.origin, run=None))

    assert sorted(map(repr, map(look, found))) == sorted(map(repr, map(look, there)))
    if hidden:
        assert all(a.origin.run != 3 for a in found)
