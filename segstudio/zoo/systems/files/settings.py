"""What a card says of a model file: how a picture becomes its input, and how its outputs become results."""

from __future__ import annotations

from typing import Literal

import msgspec

from segstudio.core.errors import InputError
from segstudio.zoo.spec import Card


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[settings]` of a card whose model is a file.

    Args:
        adapter: How the outputs are read; one of `adapters.ADAPTERS`.
        resize: "stretch" to the input's size; "letterbox" into it, keeping the proportions; "shorter" brings the
            shorter side to a length, as far as the longer one allows, where the network takes any size.
        anchor: Where a letterboxed picture lies: in the "middle" or in the top left "corner".
        fill: The value, 0 to 255, around it.
        multiple: With "shorter", the sides are filled up to multiples of this.
        layout: Of the input.
        outputs: Names or places of those outputs that the adapter takes, in its order; all where empty.
        activation: What is still to be applied to scores; "" for what the adapter's networks usually need.
        iou: Boxes of one class that overlap more are one object.
        agnostic: Of different classes too.
        box_form: Of adapters that leave it open.
        box_scale: In pixels of the input, or relative to it.
        numbering: Whether the network numbers classes in the "order" of the card's labels, or by their "id".
        first: The number that the first class has in the network: 1 where 0 is the background.
        strides: Of grids that boxes are relative to.
        level: From which value on a pixel belongs to a mask.
        spread: Masks are spread to 0 ... 1 before.
        candidates: At most so many boxes are compared with each other.
    """

    adapter: str
    resize: Literal["stretch", "letterbox", "shorter"] = "stretch"
    anchor: Literal["middle", "corner"] = "middle"
    fill: int = 114
    multiple: int = 32
    layout: Literal["nchw", "nhwc"] = "nchw"
    outputs: tuple[str | int, ...] = ()
    activation: Literal["", "none", "sigmoid", "softmax"] = ""
    iou: float = 0.45
    agnostic: bool = False
    box_form: Literal["ltrb", "tlbr", "cxcywh", "ltwh"] = "ltrb"
    box_scale: Literal["pixels", "relative"] = "pixels"
    numbering: Literal["order", "id"] = "order"
    first: int = 0
    strides: tuple[int, ...] = (8, 16, 32)
    level: float = 0.5
    spread: bool = False
    candidates: int = 3000


def read(card: Card, values: dict) -> Settings:
    """Return a card's settings.

    Raises:
        InputError: A key that does not exist or a value that is not allowed; the message names it.
    """
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise InputError(
            f"The [settings] of the card '{card.name}' are not those of a model file: {error}.",
            remedy="The page 'Models from files' of the guide lists them.",
        ) from error
