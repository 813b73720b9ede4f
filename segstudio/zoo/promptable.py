"""Models that cut out what a person points at: they look at a picture once and answer each prompt from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.zoo import weights
from segstudio.zoo.predictor import Context, lacking
from segstudio.zoo.spec import Card

if TYPE_CHECKING:
    from segstudio.zoo.catalog import Catalog

Proposal = tuple[Mask, float]


@dataclass(frozen=True)
class Embedding:
    """What a model has seen of a picture; lies in main memory.

    Args:
        size: (height, width) of the picture; prompts and masks count its pixels, also where a smaller copy was seen.
        state: The model's own.
        bytes: What it takes.
    """

    size: tuple[int, int]
    state: Any
    bytes: int


@runtime_checkable
class Promptable(Protocol):
    """A loaded model that answers prompts.

    Attributes:
        embeds_ahead: Looking at a picture takes long enough to do it before anyone asks.
    """

    embeds_ahead: bool

    def embed(self, frame: np.ndarray, context: Context = ...) -> Embedding:
        """Look at a picture, uint8 RGB (h, w, 3)."""
        ...

    def prompt(
        self, embedding: Embedding, points: np.ndarray, labels: np.ndarray, box: Box | None, mask: Mask | None
    ) -> list[Proposal]:
        """Return masks of the picture with their scores in [0, 1], sorted by falling score; empty masks are left out.

        Args:
            points: float (n, 2): x, y in the picture's continuous pixel coordinates.
            labels: (n,): 1 lies on the object, 0 does not.
            box: Around the object, or None.
            mask: What is to be refined, or None.

        Raises:
            InputError: There is neither a point nor a box, or the box has no area inside the picture.
        """
        ...


def check_prompt(size: tuple[int, int], points: np.ndarray, labels: np.ndarray, box: Box | None) -> Box | None:
    """Return the box's part inside a picture of (height, width) after making sure that there is something to go by.

    Raises:
        InputError: Neither a point on the object nor a box, or a box without area inside the picture.
    """
    if len(points) != len(labels):
        raise InputError(f"{len(points)} points came with {len(labels)} labels.")
    if box is None:
        if not np.any(np.asarray(labels) == 1):
            raise InputError("A prompt needs a box, or a point on the object.")
        return None
    inside = box.clipped(size[1], size[0])
    if inside.w < 1 or inside.h < 1:
        raise InputError("This box has no area inside the picture.")
    return inside


def ready(catalog: Catalog) -> list[Card]:
    """Return the cards of promptable networks whose weights and Python modules are here; loads none of them."""
    return [card for card in catalog if card.task == "prompts" and weights.is_ready(card) and not lacking(card)]


def tied(state: Mapping[str, Any], first: str, second: str) -> dict[str, Any]:
    """Return a state dict in which two names of one tensor both stand; files carry either or both."""
    whole = dict(state)
    for key, other in ((first, second), (second, first)):
        if key not in whole and other in whole:
            whole[key] = whole[other]
    return whole
