"""A face that was hidden is not found again."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import as_file, files

import pytest

from segstudio.core import hiding
from segstudio.core.annotation import Annotation
from segstudio.core.geometry import Box
from segstudio.core.hiding import HOWS, Hiding
from segstudio.core.results import Faces
from segstudio.media import read_image
from segstudio.zoo import Options, load
from segstudio.zoo.spec import Card


@pytest.mark.parametrize("how", HOWS)
def test_a_detector_does_not_see_what_is_hidden(how: str, starter: Callable[[str], Card]) -> None:
    model = load(starter("starter-faces"))
    with as_file(files("segstudio.resources") / "samples" / "astronaut.jpg") as photo:
        rgb = read_image(photo).rgb.copy()
    [[before]] = model.predict([rgb])
    assert isinstance(before, Faces) and len(before.boxes) == 1
    left, top, right, bottom = (float(v) for v in before.boxes[0])
    face = Annotation(1, 1, 1, geometry=Box(left, top, right - left, bottom - top))
    style = Hiding(how)  # pyright: ignore[reportArgumentType]
    region = hiding.region(face, style, rgb.shape[1], rgb.shape[0])
    assert region is not None
    hiding.hide(rgb, region, style)
    [[after]] = model.predict([rgb], Options(threshold=0.7))
    assert isinstance(after, Faces)
    # As low as this it takes a part of the suit for a face, too.
    for x0, y0, x1, y1 in after.boxes:
        assert x1 <= left or x0 >= right or y1 <= top or y0 >= bottom
