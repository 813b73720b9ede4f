"""Made-up objects of every kind of shape, for tests of edits."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segstudio.core import contours, document, masks
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

SIZE = (40, 30)

bitmaps = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1)).filter(
    lambda b: bool(b.any())
)


@st.composite
def pixel_masks(draw: st.DrawFn) -> Mask:
    """Masks that lie on the picture."""
    return masks.from_bitmap(draw(bitmaps), draw(st.integers(0, 20)), draw(st.integers(0, 15)))


pixel_polygons = pixel_masks().map(contours.trace)
coordinates = st.integers(0, 120).map(lambda v: v / 4)
free_polygons = st.lists(
    st.lists(coordinates, min_size=6, max_size=12).filter(lambda v: len(v) % 2 == 0).map(tuple), min_size=1, max_size=2
).map(lambda rings: Polygons(tuple(rings)))
boxes = st.builds(Box, coordinates, coordinates, st.integers(1, 9).map(float), st.integers(1, 9).map(float))


def objects(shapes: st.SearchStrategy, least: int = 1, most: int = 4) -> st.SearchStrategy[list[Annotation]]:
    """Objects of these shapes, numbered from 1."""
    return st.lists(shapes, min_size=least, max_size=most).map(
        lambda found: [Annotation(i, 1, 1, geometry=g) for i, g in enumerate(found, 1)]
    )


def ids_from(first: int):
    """Return a function that reserves ids."""
    at = [first]

    def reserve(n: int) -> int:
        at[0] += n
        return at[0] - n

    return reserve


def applied(change: ChangeSet, rows: list[Annotation]) -> list[Annotation]:
    """Return the objects after a change, in the order of their ids."""
    left = {a.id: a for a in rows}
    for c in change.changes:
        assert left.get(c.id) == c.before
        left.pop(c.id, None)
        if isinstance(c.after, Annotation):
            left[c.id] = c.after
    return [left[id] for id in sorted(left)]


def texts(rows: list[Annotation]) -> list[bytes]:
    """Return what would be stored of objects."""
    return [document.text(a) for a in rows]


def frame(a: Annotation) -> np.ndarray:
    """Return an object's pixels, uint8 (30, 40)."""
    return masks.paste(a.mask(*SIZE), SIZE[1], SIZE[0])
