"""Every edit of objects as a random move: a new edit adds a function to `MOVES`.

A move gets (dice, rows, size, new_ids, categories): the objects of one picture, the lowest first, the picture's size,
a function that reserves n ids, and the classes by id. It returns a ChangeSet, or None where it does not apply; an
`InputError` says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

import numpy as np
from msgspec.structs import replace

from segstudio.core import (
    assist_edits,
    boolean_edits,
    cleanup_edits,
    densepose_edits,
    edits,
    keypoint_edits,
    label_edits,
    masks,
    order_edits,
    painting,
    panoptic,
    panoptic_edits,
    pose_fit,
    review_edits,
    shape_edits,
    simplify_edits,
    skeletons,
)
from segstudio.core.annotation import PREDICTED, Annotation, Keypoints, Origin
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box, Polygons
from segstudio.core.labels import Category, Skeleton
from segstudio.core.masks import Mask

Rows = Sequence[Annotation]
Size = tuple[int, int]
Move = Callable[[Random, Rows, Size, Callable[[int], int], Mapping[int, Category]], ChangeSet | None]
MOVES: list[Move] = []


def move(function: Move) -> Move:
    """Add a function to the moves."""
    MOVES.append(function)
    return function


def some(dice: Random, rows: Rows, most: int = 4) -> list[Annotation]:
    """Return a few objects, the lowest first."""
    chosen = {a.id for a in dice.sample(list(rows), min(len(rows), dice.randint(1, most)))} if rows else set()
    return [a for a in rows if a.id in chosen]


def polygons(dice: Random, rows: Rows) -> list[Annotation]:
    """Return the objects that are polygons, in random order."""
    found = [a for a in rows if isinstance(a.geometry, Polygons)]
    return dice.sample(found, len(found))


def ring(dice: Random, size: Size) -> tuple[float, ...]:
    """Return a ring of a few vertices that may cross itself."""
    x, y, reach = dice.uniform(0, size[0]), dice.uniform(0, size[1]), dice.uniform(2, 15)
    points = [(x + dice.uniform(-reach, reach), y + dice.uniform(-reach, reach)) for _ in range(dice.randint(3, 8))]
    return tuple(round(v, 2) for x, y in points for v in (min(max(x, 0), size[0]), min(max(y, 0), size[1])))


def blot(dice: Random, size: Size) -> Mask:
    """Return a random mask that lies on the picture."""
    noise = np.random.default_rng(dice.getrandbits(32))
    h, w = noise.integers(2, 14, 2)
    x, y = dice.randrange(size[0] - w), dice.randrange(size[1] - h)
    return masks.from_bitmap(noise.random((h, w)) < dice.choice((0.3, 0.8, 1.0)), x, y)


def shape(dice: Random, size: Size) -> Polygons | Mask | Box:
    """Return a random shape of any kind."""
    return dice.choice(
        (lambda: Polygons((ring(dice, size),)), lambda: blot(dice, size), lambda: blot(dice, size).bounds)
    )()


@move
def add(dice, rows, size, new_ids, categories):
    if len(rows) > 20:
        return None
    model = dice.random() < 0.5
    category = categories[dice.choice(list(categories))]
    points = category.skeleton and Keypoints(
        dice.choice(((5.0, 6.0, 2.0), (0.0, 0.0, 0.0))) * len(category.skeleton.names)
    )
    return edits.add([
        Annotation(
            new_ids(1), 1, category.id, geometry=shape(dice, size), keypoints=points or None, z=dice.randint(-2, 2),
            score=0.5 if model else None, origin=Origin("model", "toy") if model else Origin(),
            review=PREDICTED if model else "todo", attributes=dice.choice(({}, {"a": 1}, {"b": "x"})),
            track=dice.choice((None, None, None, 1)),
        )
    ])  # fmt: skip


@move
def delete(dice, rows, _size, _new_ids, _categories):
    return edits.delete(some(dice, rows, 2)) if len(rows) > 10 else None


@move
def relabel(dice, rows, _size, _new_ids, categories):
    return edits.relabel(some(dice, rows), categories[dice.choice(list(categories))])


@move
def judge(dice, rows, _size, _new_ids, _categories):
    return dice.choice((edits.accept, edits.reject))(some(dice, [a for a in rows if a.is_prediction]))


@move
def translate(dice, rows, _size, _new_ids, _categories):
    return edits.translate(some(dice, rows), dice.uniform(-4, 4), dice.uniform(-4, 4), nudge=dice.random() < 0.5)


@move
def duplicate(dice, rows, _size, new_ids, _categories):
    return edits.add([replace(edits.moved(dice.choice(rows), 1, 1), id=new_ids(1), source=None)]) if rows else None


@move
def paint(dice, rows, size, _new_ids, _categories):
    if not rows:
        return None
    a, stroke = dice.choice(rows), blot(dice, size)
    if dice.random() < 0.4:
        return painting.erase(a, stroke, size)
    return painting.paint(a, stroke, size, dice.choice(painting.RULES), shown=rows)


@move
def assist(dice, rows, size, _new_ids, _categories):
    for a in some(dice, rows, 1):
        found = dice.choice((blot(dice, size), Polygons((ring(dice, size),)), masks.EMPTY))
        return assist_edits.give(a, found, size, dice.choice(("add", "take", "replace")), "Assist")
    return None


@move
def part(dice, rows, size, new_ids, _categories):
    for a in some(dice, rows, 1):
        return boolean_edits.part(a, [blot(dice, size) for _ in range(dice.randint(1, 3))], new_ids)
    return None


@move
def densepose(dice, rows, size, _new_ids, _categories):
    if not rows:
        return None
    a = dice.choice(rows)
    count = a.dense.count if a.dense is not None else 0
    spot = (dice.uniform(-2, size[0] + 2), dice.uniform(-2, size[1] + 2))
    shows = (dice.randint(1, 24), round(dice.random(), 3), dice.random())
    part = dice.randint(1, 14)
    return dice.choice([
        lambda: densepose_edits.add_point(a, *spot, *shows),
        lambda: densepose_edits.set_point(a, dice.randrange(count), *shows) if count else None,
        lambda: densepose_edits.move_point(a, dice.randrange(count), *spot) if count else None,
        lambda: densepose_edits.delete_points(a, [dice.randrange(count)]) if count else None,
        lambda: densepose_edits.paint_part(a, part, blot(dice, size), within=dice.choice((None, a.mask(*size)))),
        lambda: densepose_edits.paint_part(a, dice.choice((0, part)), blot(dice, size), erase=True),
        lambda: densepose_edits.fill_rest(a, part, a.mask(*size)),
        lambda: densepose_edits.swap_sides(a),
        lambda: densepose_edits.clear(a),
    ])()  # fmt: skip


@move
def resize(dice, rows, size, _new_ids, _categories):
    return edits.set_box(dice.choice(rows), blot(dice, size).bounds) if rows else None


@move
def move_vertices(dice, rows, size, _new_ids, _categories):
    for a in polygons(dice, rows):
        at = shape_edits.vertices(a.geometry)[dice.randrange(a.geometry.vertices)]
        picks = shape_edits.sharing(rows, at[None])
        return shape_edits.move_vertices(rows, picks, dice.uniform(-5, 5), dice.uniform(-5, 5), size)
    return None


@move
def insert_vertex(dice, rows, _size, _new_ids, _categories):
    for a in polygons(dice, rows):
        ring_, index = shape_edits.place_of(a.geometry, dice.randrange(a.geometry.vertices))
        x, y = shape_edits.vertices(a.geometry)[shape_edits.number_of(a.geometry, ring_, index)]
        return shape_edits.insert_vertex(rows, x + dice.uniform(-1, 1), y, a, (ring_, index))
    return None


@move
def delete_vertices(dice, rows, _size, _new_ids, _categories):
    return shape_edits.delete_vertices(
        rows, {a.id: [dice.randrange(a.geometry.vertices)] for a in polygons(dice, rows)[:2]}
    )


@move
def add_ring(dice, rows, size, _new_ids, _categories):
    return shape_edits.add_ring(dice.choice(rows), ring(dice, size), size, hole=dice.random() < 0.5) if rows else None


@move
def delete_ring(dice, rows, _size, _new_ids, _categories):
    for a in polygons(dice, rows):
        return shape_edits.delete_ring(a, dice.randrange(len(a.geometry.parts) + len(a.geometry.holes)))
    return None


@move
def convert(dice, rows, size, _new_ids, _categories):
    chosen = some(dice, rows)
    return shape_edits.to_polygon(chosen) if dice.random() < 0.5 else shape_edits.to_mask(chosen, size)


@move
def simplify(dice, rows, _size, _new_ids, _categories):
    return simplify_edits.simplify(some(dice, rows), dice.uniform(0, 2))


@move
def combine(dice, rows, size, _new_ids, _categories):
    edit = dice.choice(
        (
            boolean_edits.union,
            boolean_edits.subtract,
            boolean_edits.intersect,
            boolean_edits.exclude,
            boolean_edits.merge,
        )
    )
    return edit(some(dice, rows, 3), size)


@move
def split(dice, rows, _size, new_ids, _categories):
    return boolean_edits.split(some(dice, rows), new_ids) if len(rows) < 30 else None


@move
def cut(dice, rows, size, new_ids, _categories):
    line = [(dice.uniform(-5, size[0] + 5), dice.uniform(-5, size[1] + 5)) for _ in range(dice.randint(2, 4))]
    return boolean_edits.cut(rows, line, size, new_ids)


@move
def clean_up(dice, rows, size, _new_ids, _categories):
    edit = dice.choice(
        (
            cleanup_edits.fill_holes,
            cleanup_edits.remove_small,
            cleanup_edits.grow,
            cleanup_edits.shrink,
            cleanup_edits.smooth,
        )
    )
    return edit(some(dice, rows), size, dice.randint(1, 3))


@move
def keep_largest(dice, rows, size, _new_ids, _categories):
    return cleanup_edits.largest_piece(some(dice, rows), size)


@move
def restack(dice, rows, _size, _new_ids, _categories):
    way = dice.choice(("front", "forward", "backward", "back"))
    return order_edits.restack(rows, frozenset(a.id for a in some(dice, rows)), way)


def poses(rows: Rows) -> list[Annotation]:
    """Return the objects that have keypoints."""
    return [a for a in rows if a.keypoints is not None and a.keypoints.count]


@move
def edit_joint(dice, rows, size, _new_ids, categories):
    if not poses(rows):
        return None
    a = dice.choice(poses(rows))
    i, x, y = dice.randrange(a.keypoints.count), dice.uniform(0, size[0]), dice.uniform(0, size[1])
    skeleton = categories[a.category].skeleton
    return dice.choice(
        (
            lambda: keypoint_edits.put(a, i, x, y, dice.choice((None, 0, 1, 2))),
            lambda: keypoint_edits.nudge(a, i, dice.choice((0.1, 1, -10)), 0),
            lambda: keypoint_edits.shift(a, {i, 0}, 1.5, -0.5),
            lambda: keypoint_edits.set_visibility(a, i, dice.randrange(3)),
            lambda: keypoint_edits.swap_pair(a, skeleton, i) if skeleton else None,
        )
    )()


@move
def edit_poses(dice, rows, _size, _new_ids, categories):
    chosen = some(dice, poses(rows))
    return dice.choice(
        (
            lambda: keypoint_edits.swap_sides(chosen, categories),
            lambda: keypoint_edits.mirror(chosen, categories),
            lambda: keypoint_edits.set_all_visible(chosen),
            lambda: keypoint_edits.clear(chosen),
        )
    )()


@move
def lay_pose(dice, rows, size, _new_ids, categories):
    for a in rows:
        skeleton = categories[a.category].skeleton
        if skeleton is not None and a.keypoints is None:
            ends = [(dice.uniform(0, size[0]), dice.uniform(0, size[1])) for _ in range(2)]
            laid = pose_fit.between(skeleton, dice.choice(("along", "across")), *ends, dice.random() < 0.5)
            return edits.set_keypoints(a, pose_fit.as_keypoints(laid, size))
    return None


@move
def change_skeleton(dice, rows, _size, _new_ids, categories):
    category = next(c for c in categories.values() if c.skeleton is not None)
    names = dice.sample(("head", "hand", "left_foot", "right_foot"), dice.randint(1, 4))
    new = skeletons.completed(Skeleton(tuple(names), ((0, len(names) - 1),) if len(names) > 1 else ()))
    of_class = [a for a in rows if a.category == category.id]
    return keypoint_edits.change_skeleton(category, new, of_class, drop=dice.random() < 0.5)


@move
def review(dice, rows, _size, _new_ids, _categories):
    chosen = some(dice, rows)
    return dice.choice(
        (
            lambda: review_edits.set_state(chosen, dice.choice(review_edits.OBJECT_STATES)),
            lambda: review_edits.set_comment(chosen, dice.choice(("", "Look again", "“ä”"))),
            lambda: review_edits.accept_above(rows, dice.random()),
        )
    )()


@move
def describe(dice, rows, _size, _new_ids, _categories):
    chosen = some(dice, rows)
    if dice.random() < 0.3:
        return label_edits.set_crowd(chosen, dice.random() < 0.5)
    return label_edits.set_attribute(chosen, dice.choice("ab"), dice.choice((None, True, 1, 0.5, "x")))


@move
def change_classes(dice, _rows, _size, _new_ids, categories):
    ordered = list(categories.values())
    category = dice.choice(ordered)
    return dice.choice(
        (
            lambda: label_edits.move(ordered, category.id, dice.randrange(3)),
            lambda: label_edits.rename(category, f"{category.name[:8]}{dice.randrange(9)}", ordered),
            lambda: edits.change_category(category, replace(category, color=dice.choice((None, "#102030")))),
            lambda: edits.change_category(category, replace(category, thing=not category.thing, supercategory="s")),
        )
    )()


def resolve_overlaps(dice, rows, size, new_ids, categories):
    return panoptic_edits.resolve_all(rows, size, dice.choice(list(panoptic.RULES)), categories)


@move
def paint_without_overlap(dice, rows, size, new_ids, categories):
    if not rows:
        return None
    change = painting.paint(dice.choice(list(rows)), blot(dice, size), size)
    return panoptic_edits.resolve(change, rows, size, way=dice.choice(list(panoptic_edits.WAYS)), categories=categories)


@move
def fill_a_gap(dice, rows, size, new_ids, categories):
    found = panoptic.compose(rows, size)
    gaps = panoptic.gaps(found.values)
    if not gaps or not found.values.any():
        return None
    gap = dice.choice(gaps[:3]).mask
    match dice.randrange(3):
        case 0:
            return panoptic_edits.fill_nearest(rows, found, gap, size)
        case 1:
            near = panoptic.neighbours(found, gap)
            return panoptic_edits.fill_into(next(a for a in rows if a.id == near[0][0]), gap, size) if near else None
    category = dice.choice(list(categories.values()))
    new = Annotation(new_ids(1), rows[0].media, category.id, rows[0].frame)
    return panoptic_edits.fill_class(rows, gap, size, category, new)


@move
def move_a_border(dice, rows, size, new_ids, categories):
    found = [a for a in rows if panoptic.is_segment(a)]
    if len(found) < 2:
        return None
    return panoptic_edits.move_border(*dice.sample(found, 2), blot(dice, size), size)
