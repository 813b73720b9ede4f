"""An import or a prediction over many pictures, kept together so that it can be undone or discarded."""

from __future__ import annotations

import msgspec


class Run(msgspec.Struct, frozen=True):
    """An import or a prediction over many pictures.

    Args:
        kind: "import" or "predict".
        state: "open" while it goes on, "done", or "gone" after it was undone or discarded.
    """

    id: int
    kind: str
    label: str
    model: str
    weights: str
    created: float
    state: str
