"""What can be seen of a model file: its input, its outputs as they come, and candidates before suppression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from segstudio.core.labels import LabelSet
from segstudio.core.views import BarsView, BoxesView, HeatView, PictureView, View
from segstudio.zoo.spec import Input
from segstudio.zoo.systems.files.inputs import Batch, Placed
from segstudio.zoo.systems.files.reading import Candidates
from segstudio.zoo.systems.files.settings import Settings

MAPS = 12  # of an output with many channels, those with the largest values
NUMBERS = 20
BOXES = 200
MOST = 64
_Area = tuple[float, float, float, float]


def input_view(batch: Batch, spec: Input, layout: str) -> PictureView:
    """Return the network's input as a picture, with mean, std and the order of channels undone."""
    values = batch.array[0] if layout == "nhwc" else batch.array[0].transpose(1, 2, 0)
    values = (values * np.asarray(spec.std, np.float32) + np.asarray(spec.mean, np.float32)) * (255.0 / spec.range)
    values = values[..., ::-1] if spec.channels == "bgr" else values
    rgb = np.ascontiguousarray(np.rint(values).clip(0, 255).astype(np.uint8))
    return PictureView(group="Input", title="What the network gets", box=area(batch.placed[0]), rgb=rgb)


def area(placed: Placed) -> _Area:
    """Return where the input's corners lie in the picture: outside it where the picture was fitted in."""
    height, width = placed.input
    left, top, right, bottom = placed.points(np.array([[0, 0], [width, height]], np.float32)).ravel().tolist()
    return left, top, right, bottom


def output_views(
    names: Sequence[str], outputs: Sequence[np.ndarray], placed: Placed, settings: Settings, classes: LabelSet
) -> list[View]:
    """Return what of a picture's outputs is a map, and short rows of numbers as bars.

    Args:
        names: Of the outputs.
        outputs: Without the batch's axis.
        placed: How the picture lies in the input.
        settings: Of the card.
        classes: Of the card; they name channels and numbers where there are as many.
    """
    made: list[View] = []
    for name, output in zip(names, outputs):
        values = np.nan_to_num(np.asarray(output, np.float32), posinf=0.0, neginf=0.0)
        made += _of_output(f"Output {name}", values, placed, settings, classes)
    return made[:MOST]


def _of_output(group: str, values: np.ndarray, placed: Placed, settings: Settings, classes: LabelSet) -> Iterator[View]:
    box = area(placed)
    if values.ndim == 1 and values.size:
        order = np.argsort(-values, kind="stable")[:NUMBERS]
        title = "All numbers" if len(order) == len(values) else f"The {len(order)} largest of {len(values):,}"
        labels = _named(len(values), settings, classes)
        yield BarsView(group=group, title=title, box=box, labels=tuple(labels[i] for i in order), values=values[order])
        return
    planes = _planes(values, placed, settings)
    if planes is None:
        return
    titles = _named(len(planes), settings, classes)
    shown = np.sort(np.argsort(-planes.reshape(len(planes), -1).max(axis=1), kind="stable")[:MAPS])
    for i in shown.tolist():
        yield HeatView(group=group, title=titles[i], box=box, values=np.ascontiguousarray(planes[i]))


def _planes(values: np.ndarray, placed: Placed, settings: Settings) -> np.ndarray | None:
    """Return an output as maps (c, h, w); None for rows, of which no place is known."""
    if values.ndim == 2:
        # Rows are longer or shorter than any map of the input's proportions.
        ratio = (values.shape[0] * placed.input[1]) / max(values.shape[1] * placed.input[0], 1)
        return values[None] if values.size and 0.8 < ratio < 1.25 else None
    if values.ndim != 3 or not values.size:
        return None
    return np.moveaxis(values, 2, 0) if settings.layout == "nhwc" and values.shape[2] < values.shape[0] else values


def _named(count: int, settings: Settings, classes: LabelSet) -> list[str]:
    """Return names of channels or numbers: of keypoints or classes where there are as many."""
    plain = [f"Channel {i}" for i in range(count)]
    joints = list(classes.skeleton.names) if classes.skeleton is not None and settings.adapter == "heatmaps" else []
    if len(joints) == count:
        return [name.replace("_", " ") for name in joints]
    labels = [label.name for label in classes.labels]
    if settings.adapter == "fastestdet" and count == 5 + len(labels):
        return ["objectness", "offset x", "offset y", "width", "height", *(f"class {name}" for name in labels)]
    if settings.adapter in ("semantic", "classes") and len(labels) == count and len(set(labels)) == count:
        return labels
    return plain


def candidate_views(found: Candidates, placed: Placed, classes: LabelSet) -> list[View]:
    """Return the boxes above the threshold before and after those that overlap are suppressed."""
    height, width = placed.size
    names = {label.id: label.name for label in classes.labels}
    made: list[View] = []
    for title, rows in (("Before suppression", found.above), ("After suppression", found.kept)):
        rows = rows[:BOXES]
        made.append(
            BoxesView(
                group="Candidates",
                title=title,
                box=(0.0, 0.0, float(width), float(height)),
                boxes=placed.boxes(found.boxes[rows]).astype(np.float32),
                scores=found.scores[rows].astype(np.float32).clip(0, 1),
                texts=tuple(names.get(int(i), "") for i in found.labels[rows]),
            )
        )
    return made
