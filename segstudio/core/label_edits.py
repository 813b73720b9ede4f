"""What a person does to classes, attributes and tags, as pure functions that return a ChangeSet.

A change of a class is no judgement of its objects: merging, moving and renaming leave every prediction a prediction.
Giving one object an attribute is an edit of that object like any other (`edits.by_person`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from segstudio.core import changes, colors
from segstudio.core.annotation import Annotation
from segstudio.core.changes import Change, ChangeSet
from segstudio.core.edits import by_person, change_category, count_of
from segstudio.core.errors import InputError
from segstudio.core.labels import ATTRIBUTE_KINDS, AttributeSpec, Category
from segstudio.core.media import Media

# Classes


def rename(category: Category, name: str, categories: Iterable[Category]) -> ChangeSet:
    """Return the renaming of a class.

    Raises:
        InputError: The name is empty, or another class has it.
    """
    name = name.strip()
    if not name:
        raise InputError("A class needs a name.", remedy="Type one.")
    if any(c.name == name and c.id != category.id for c in categories):
        raise InputError(
            f"There is a class {name} already.", remedy="Choose another name, or merge the two classes into one."
        )
    return change_category(category, replace(category, name=name))


def reorder(categories: Sequence[Category], ids: Sequence[int]) -> ChangeSet:
    """Return the change of order; the first nine have the keys 1 to 9.

    Args:
        categories: All classes of the project.
        ids: Their ids in the new order; those that are not named come last, as they stood.
    """
    place = {id: i for i, id in enumerate(ids)}
    ordered = sorted(categories, key=lambda c: (place.get(c.id, len(place)), c.position, c.id))
    return changes.replace(((c, replace(c, position=i)) for i, c in enumerate(ordered)), "Reorder classes")


def move(categories: Sequence[Category], category: int, place: int) -> ChangeSet:
    """Return the move of one class to the 0-based place among all classes, which are given in their order."""
    ids = [c.id for c in categories if c.id != category]
    ids.insert(min(max(place, 0), len(ids)), category)
    return reorder(categories, ids)


def merge(sources: Sequence[Category], into: Category, objects: Iterable[Annotation]) -> ChangeSet:
    """Return the change that gives all objects of some classes to another one and removes the emptied classes.

    The class that stays learns the attributes that it does not know, and a skeleton if it has none.

    Args:
        sources: The classes that go; `into` is left out of them.
        into: The class that stays.
        objects: All objects of `sources` in the whole project.

    Raises:
        InputError: Objects have keypoints of another skeleton than the class that stays.
    """
    sources = [c for c in sources if c.id != into.id]
    gone = {c.id: c for c in sources}
    rows = [a for a in objects if a.category in gone]
    kept = into
    for source in sources:
        known = {spec.name for spec in kept.attributes}
        kept = replace(kept, attributes=(*kept.attributes, *(s for s in source.attributes if s.name not in known)))
        if kept.skeleton is None and source.skeleton is not None:
            kept = replace(kept, skeleton=source.skeleton)
    points = tuple(kept.skeleton.names) if kept.skeleton is not None else ()
    for a in rows:
        skeleton = gone[a.category].skeleton
        if a.keypoints is not None and (skeleton is None or skeleton.names != points):
            raise InputError(
                f"The objects of {gone[a.category].name} have keypoints that {into.name} does not have.",
                remedy="Merge only classes with the same skeleton.",
            )
    made = [Change("annotation", a.id, a, replace(a, category=into.id)) for a in rows]
    if kept != into:
        made.insert(0, Change("category", into.id, into, kept))
    made += [Change("category", c.id, c, None) for c in sources]
    names = ", ".join(c.name for c in sources)
    return ChangeSet(tuple(made), f"Merge {names} into {into.name} ({count_of(len(rows))})")


def delete(category: Category, objects: Iterable[Annotation]) -> ChangeSet:
    """Return the removal of a class with all its objects; `merge` keeps them."""
    rows = [a for a in objects if a.category == category.id]
    made = [Change("annotation", a.id, a, None) for a in rows]
    label = f"Delete class {category.name}" + (f" with {count_of(len(rows))}" if rows else "")
    return ChangeSet((*made, Change("category", category.id, category, None)), label)


def suggested_colors(categories: Iterable[Category], count: int = 24) -> list[str]:
    """Return "#rrggbb" colours that are far apart, those that no class wears first."""
    worn = {colors.to_hex(colors.class_color(c)) for c in categories}
    every = [colors.to_hex(colors.instance_color(i + 1)) for i in range(colors.PALETTE_SIZE)]
    return sorted(every, key=lambda c: c in worn)[:count]


# Attributes


def check_attributes(specs: Sequence[AttributeSpec]) -> None:
    """Check the attributes of a class.

    Raises:
        InputError: A name is empty or stands twice, a choice has nothing to choose from, a range is empty, or a
            default does not fit.
    """
    seen: set[str] = set()
    for spec in specs:
        name = spec.name.strip()
        if not name:
            raise InputError("An attribute needs a name.", remedy="Type one, or take the attribute out.")
        if name in seen:
            raise InputError(f"Two attributes are called {name}.", remedy="Rename one of them.")
        seen.add(name)
        if spec.kind not in ATTRIBUTE_KINDS:
            raise InputError(f"{name} is of an unknown kind: {spec.kind}.", remedy=", ".join(ATTRIBUTE_KINDS))
        if spec.kind == "choice" and not spec.choices:
            raise InputError(f"{name} has nothing to choose from.", remedy="List its choices.")
        if spec.least is not None and spec.most is not None and spec.least > spec.most:
            raise InputError(f"The range of {name} is empty.", remedy="Swap its two ends.")
        trouble = "" if spec.default is None else spec.trouble(spec.default)
        if trouble:
            raise InputError(f"The default of {name} {trouble}.", remedy="Change it, or leave it empty.")


def set_schema(
    category: Category,
    specs: Sequence[AttributeSpec],
    renamed: Mapping[str, str] | None = None,
    objects: Iterable[Annotation] = (),
) -> ChangeSet:
    """Return the change of a class's attributes; what its objects say stays, also under names that are gone.

    Args:
        category: The class.
        specs: Its attributes from now on.
        renamed: Old name -> new name of those that only got another name: the values of the objects go along.
        objects: All objects of the class in the whole project, where some are renamed.

    Raises:
        InputError: As `check_attributes`.
    """
    check_attributes(specs)
    after = replace(category, attributes=tuple(specs))
    names = {old: new for old, new in (renamed or {}).items() if old != new}
    pairs = [(a, _renamed(a, names)) for a in objects if not names.keys().isdisjoint(a.attributes)]
    made = changes.replace([(category, after)]).changes + changes.replace(pairs).changes
    return ChangeSet(made, f"Change attributes of {category.name}")


def _renamed(a: Annotation, names: Mapping[str, str]) -> Annotation:
    """Return an object with its values under new names; a value that has such a name already is not overwritten."""
    taken = {key for key in a.attributes if key not in names}
    values = {(n if (n := names.get(k, k)) not in taken else k): v for k, v in a.attributes.items()}
    return replace(a, attributes=values if len(values) == len(a.attributes) else a.attributes)


def set_attribute(rows: Sequence[Annotation], name: str, value: Any) -> ChangeSet:
    """Return the change of one attribute of objects; None takes the value out."""
    made = []
    for a in rows:
        values = {**a.attributes, name: value}
        if value is None:
            del values[name]
        old = a.attributes.get(name)
        # 1 and True are equal, and not the same.
        if old != value or type(old) is not type(value):
            made.append(Change("annotation", a.id, a, replace(by_person(a), attributes=values)))
    return ChangeSet(tuple(made), f"Set {name}" if value is not None else f"Clear {name}")


def common(rows: Sequence[Annotation], categories: Mapping[int, Category]) -> dict[str, tuple[AttributeSpec, bool]]:
    """Return the attributes that objects have in their schemas: name -> (attribute, whether all objects have it).

    Attributes of one name and another kind in two classes count as the first one's.
    """
    classes = [categories[id] for id in dict.fromkeys(a.category for a in rows) if id in categories]
    found: dict[str, tuple[AttributeSpec, bool]] = {}
    for category in classes:
        for spec in category.attributes:
            found.setdefault(spec.name, (spec, all(c.attribute(spec.name) is not None for c in classes)))
    return found


def unknown_attributes(rows: Sequence[Annotation], categories: Mapping[int, Category]) -> list[str]:
    """Return the names of the values that no schema of the objects' classes has, as files bring them."""
    known = common(rows, categories)
    return [name for name in dict.fromkeys(n for a in rows for n in a.attributes) if name not in known]


def with_defaults(change: ChangeSet, categories: Mapping[int, Category]) -> ChangeSet:
    """Return the change with the defaults of their class's attributes in every object that a person adds in it."""
    made = []
    for c in change.changes:
        a = c.after
        if c.before is None and isinstance(a, Annotation) and a.origin.kind == "user" and a.category in categories:
            specs = categories[a.category].attributes
            missing = {s.name: s.default for s in specs if s.default is not None and s.name not in a.attributes}
            if missing:
                c = replace(c, after=replace(a, attributes={**missing, **a.attributes}))
        made.append(c)
    return replace(change, changes=tuple(made))


def set_crowd(rows: Sequence[Annotation], crowd: bool) -> ChangeSet:
    """Return the change of COCO's iscrowd: a region of many objects that are not told apart."""
    pairs = ((a, replace(by_person(a), crowd=crowd)) for a in rows if a.crowd != crowd)
    return changes.replace(pairs, "Mark as crowd" if crowd else "Mark as one object")


# Tags


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags without blanks around them, empty ones and repetitions."""
    return tuple(dict.fromkeys(t for t in (" ".join(tag.split()) for tag in tags) if t))


def tag(media: Sequence[Media], tags: Iterable[str]) -> ChangeSet:
    """Return the change that adds tags to pictures."""
    new = clean_tags(tags)
    pairs = ((m, replace(m, tags=clean_tags((*m.tags, *new)))) for m in media)
    return changes.replace(pairs, f"Tag {', '.join(new)}")


def set_tags(media: Sequence[Media], tags: Iterable[str]) -> ChangeSet:
    """Return the change that gives pictures exactly these tags."""
    new = clean_tags(tags)
    return changes.replace(((m, replace(m, tags=new)) for m in media), f"Tag {', '.join(new)}" if new else "Clear tags")


def untag(media: Sequence[Media], tags: Iterable[str]) -> ChangeSet:
    """Return the change that takes tags off pictures."""
    gone = set(clean_tags(tags))
    pairs = ((m, replace(m, tags=tuple(t for t in m.tags if t not in gone))) for m in media)
    return changes.replace(pairs, f"Remove tag {', '.join(sorted(gone))}")
