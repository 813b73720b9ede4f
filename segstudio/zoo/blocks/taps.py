"""Looking into a network by its layers: what they give for one picture, as views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from segstudio.core.views import HeatView, View

Box = tuple[float, float, float, float]

SHOWN = 4  # planes of a map of class scores


@dataclass(frozen=True)
class Tap:
    """A layer that can be looked at.

    Args:
        layer: Its path in the network.
        group: Of the views.
        title: Of the view.
        kind: "features" are shown by their strength over all channels; "scores" as a view for each of the classes that
            win most pixels; "places" are the indices of a pool with windows of 2x2, shown as which of the four won.
        first: Left and top edge of the first cell in pixels of the network's input, where it is not 0.
        cell: Side of a cell in pixels of the network's input; 0 where the map is stretched over all of it.
    """

    layer: str
    group: str
    title: str
    kind: Literal["features", "scores", "places"] = "features"
    first: float = 0.0
    cell: float = 0.0


@contextmanager
def watch(network: nn.Module, layers: Sequence[str]) -> Iterator[dict[str, list[Any]]]:
    """Collect what layers give while the block runs, a list of outputs each."""
    seen: dict[str, list[Any]] = {}
    handles = []
    for path in dict.fromkeys(layers):

        def keep(_module: nn.Module, _inputs: Any, output: Any, path: str = path) -> None:
            seen.setdefault(path, []).append(output)

        handles.append(network.get_submodule(path).register_forward_hook(keep))
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def views(
    taps: Sequence[Tap], seen: dict[str, list[Any]], box: Box, size: Sequence[int], names: Sequence[str]
) -> list[View]:
    """Return the views of what was seen of one picture.

    Args:
        taps: In the order in which they are shown.
        seen: From `watch`; the first output of a layer counts.
        box: The part of the picture that the network's input shows.
        size: (height, width) of that input.
        names: The classes, for maps of scores.
    """
    made: list[View] = []
    for tap in taps:
        if tap.layer in seen:
            output = seen[tap.layer][0]
            plane = output[1] if tap.kind == "places" else output
            made += _views(tap, plane[0], output, _box(tap, plane, box, size), names)
    return made


def _box(tap: Tap, plane: Tensor, box: Box, size: Sequence[int]) -> Box:
    if not tap.cell:
        return box
    left, top, right, bottom = box
    x, y = (right - left) / size[1], (bottom - top) / size[0]
    ends = (tap.first + tap.cell * plane.shape[3], tap.first + tap.cell * plane.shape[2])
    return (left + tap.first * x, top + tap.first * y, left + ends[0] * x, top + ends[1] * y)


def _views(tap: Tap, plane: Tensor, output: Any, box: Box, names: Sequence[str]) -> list[View]:
    match tap.kind:
        case "features":
            return [heat(plane.float().square().mean(0).sqrt(), tap.group, tap.title, box)]
        case "scores":
            return score_views(plane, tap.group, tap.title, box, names)
    # The channel with the most to say: where the pool found the largest values.
    strongest = int(output[0][0].float().mean((1, 2)).argmax())
    places = plane[strongest]
    width = 2 * places.shape[1]
    won = (places // width % 2) * 2 + places % width % 2
    return [heat(won.float(), tap.group, tap.title, box, low=0.0, high=3.0)]


def score_views(scores: Tensor, group: str, title: str, box: Box, names: Sequence[str]) -> list[View]:
    """Return views of scores (classes, h, w): of the classes that win most pixels, then those with the highest mean."""
    scores = scores.float()
    wins = torch.bincount(scores.argmax(0).flatten(), minlength=len(scores)).tolist()
    means = scores.mean((1, 2)).tolist()
    order = sorted(range(len(scores)), key=lambda i: (wins[i], means[i]), reverse=True)[:SHOWN]
    text = [names[i] if i < len(names) else str(i) for i in order]
    return [heat(scores[i], group, f"{title}: {name}", box) for i, name in zip(order, text)]


def heat(
    values: Tensor, group: str, title: str, box: Box, low: float | None = None, high: float | None = None
) -> HeatView:
    """Return a view of a map (h, w)."""
    array = np.ascontiguousarray(values.detach().float().cpu().numpy())
    return HeatView(group=group, title=title, box=box, values=np.nan_to_num(array), low=low, high=high)
