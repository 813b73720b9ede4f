"""What every system shows of its inside keeps to the same rules: lists, files and the window rely on them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from segstudio.app import view_words
from segstudio.core import view_reading
from segstudio.core.views import View
from segstudio.media.view_pictures import drawn
from segstudio.zoo import Catalog, Predictor, predictor
from segstudio.zoo.spec import Card

MOST = 64
FRAME = np.random.default_rng(4).integers(0, 255, (90, 120, 3), np.uint8)


def systems() -> list[Card]:
    """Return the first card of each builder that needs no files of its own to be built."""
    first: dict[str, Card] = {}
    for card in Catalog():
        if card.task != "prompts" and not card.composes and card.tiny:
            first.setdefault(card.builder, card)
    return list(first.values())


def check(views: list[View], width: int, height: int) -> None:
    """Check what holds for the views of any model."""
    assert len(views) <= MOST
    names = {(view.group, view.title, view.box) for view in views}
    assert len(names) == len(views), "each has a name of its own in its group and place"
    for view in views:
        left, top, right, bottom = view.box
        assert right > left and bottom > top
        assert left < width and top < height and right > 0 and bottom > 0
        numbers = view_reading.numbers_of(view)
        assert numbers is None or (numbers.dtype == np.float32 and np.isfinite(numbers).all())


@pytest.mark.parametrize("card", systems(), ids=lambda card: card.name)
def test_views_are_sound_and_can_be_drawn(card: Card) -> None:
    torch.manual_seed(0)
    made = predictor.untrained(card)
    if type(made).look is Predictor.look:
        pytest.skip(f"{card.title} shows nothing of its inside")
    views = made.look(FRAME)
    check(views, FRAME.shape[1], FRAME.shape[0])
    assert {view.group for view in views if not view_words.known(view.group)} == set(), "the window has words for them"
    for view in views:
        picture = drawn(view, FRAME)
        assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
