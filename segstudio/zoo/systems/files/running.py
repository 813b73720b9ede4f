"""A model file as a predictor: prepare, one call of the network a batch, an adapter for each picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from segstudio.core.errors import InputError, WeightsError
from segstudio.core.results import Result
from segstudio.core.views import View
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, StagedPredictor
from segstudio.zoo.systems.files import looking
from segstudio.zoo.systems.files.adapters import ADAPTERS
from segstudio.zoo.systems.files.inputs import Batch, Preparer
from segstudio.zoo.systems.files.reading import Candidates, Reading
from segstudio.zoo.systems.files.settings import read


class Network(Protocol):
    """A file that was loaded.

    Attributes:
        shape: Of its input; None for a side that is free, () where the file does not say.
        outputs: Names of the outputs, or empty where they have only places.
    """

    shape: tuple[int | None, ...]
    outputs: list[str]

    def run(self, batch: np.ndarray, names: list[str] | None, half: bool) -> list[np.ndarray]:
        """Return the outputs of a batch, all or those named, in half precision where that is wanted and possible."""
        ...


class FilePredictor(StagedPredictor):
    """A predictor around a model file.

    Args:
        build: What the builder got.
        network: The loaded file.

    Raises:
        InputError: The card does not fit the network: its settings, input, adapter, or number of classes.
    """

    def __init__(self, build: Build, network: Network) -> None:
        super().__init__(build.card, build.device)
        self.network = network
        self.settings = read(build.card, build.settings)
        adapter = ADAPTERS.get(self.settings.adapter)
        if adapter is None:
            raise InputError(
                f"There is no adapter '{self.settings.adapter}'.", remedy=f"Known are: {', '.join(ADAPTERS)}."
            )
        if build.card.task not in adapter.tasks:
            raise InputError(
                f"The adapter '{self.settings.adapter}' gives {' or '.join(adapter.tasks)}, the card "
                f"'{build.card.name}' says {build.card.task}."
            )
        self.adapter = adapter
        self.preparer = Preparer(build.card, self.settings)
        self.names, self.places = self._wanted()
        self._check_shape()
        # One grey picture tells whether network, adapter and labels fit together before anything is predicted.
        height, width = self.preparer.spec.size[0], self.preparer.spec.size[-1]
        try:
            self.predict([np.full((min(height, width), width, 3), 127, np.uint8)])
        except InputError as error:
            raise InputError(error.message, path=only_file(build), remedy=error.remedy) from error

    def _wanted(self) -> tuple[list[str] | None, list[int]]:
        """Return the outputs' names that the network is asked for, and the places of those to be read."""
        wanted = self.settings.outputs
        if wanted and all(isinstance(one, str) for one in wanted):
            unknown = [one for one in wanted if one not in self.network.outputs]
            # Of torch's modules the names are known only once they have answered.
            if unknown and self.network.outputs:
                there = ", ".join(self.network.outputs)
                raise InputError(f"This network has no output '{unknown[0]}'; its outputs are: {there}.")
            return [str(one) for one in wanted], list(range(len(wanted)))
        if any(isinstance(one, str) for one in wanted):
            raise InputError(f"The card '{self.card.name}' mixes names and places of outputs.")
        return None, [int(one) for one in wanted]

    def _check_shape(self) -> None:
        """Compare the input that the card describes with the one that the file says.

        Raises:
            InputError: They differ; the message says both.
        """
        shape, spec = self.network.shape, self.preparer.spec
        if not shape:
            return
        sides = shape[1:3] if self.settings.layout == "nhwc" else shape[2:4]
        channels = shape[3:4] if self.settings.layout == "nhwc" else shape[1:2]
        fixed = self.settings.resize != "shorter"
        same = all(a in (None, b) for a, b in zip(sides, spec.size)) if fixed else not any(sides)
        if len(shape) != 4 or channels[0] not in (None, 3) or not same:
            said = " x ".join("any" if side is None else str(side) for side in shape)
            raise InputError(
                f"The network's input is {said}, but the card '{self.card.name}' says {list(spec.size)} pixels, layout "
                f"{self.settings.layout}, {self.settings.resize}."
            )

    def prepare(self, frames: Sequence[np.ndarray]) -> list[Batch]:
        return self.preparer.batches(frames)

    def bare(self, inputs: list[Batch]) -> list[list[np.ndarray]]:
        return [self._run(batch, half=False) for batch in inputs]

    def forward(self, inputs: list[Batch], options: Options, context: Context) -> Any:  # noqa: ARG002
        found = []
        for batch in inputs:
            context.cancel.check()
            found.append((batch, self._run(batch, context.autocast)))
        return found

    def _run(self, batch: Batch, half: bool) -> list[np.ndarray]:
        """Return the outputs of a batch; a network of a fixed batch gets as many pictures at a time as it takes."""
        array = batch.array
        count = (self.network.shape[0] if self.network.shape else None) or len(array)
        calls = []
        for start in range(0, len(array), count):
            part = array[start : start + count]
            filled = np.concatenate([part, np.repeat(part[-1:], count - len(part), axis=0)])
            outputs = self.network.run(filled, self.names, half)
            for output in outputs:
                if output.ndim == 0 or len(output) != count:
                    raise InputError(
                        f"An output of this network has the shape {output.shape}; it should begin with the number of "
                        f"pictures, {count}.",
                        remedy="Export it so that every output has the batch's axis first.",
                    )
            calls.append([output[: len(part)] for output in outputs])
        return [np.concatenate(several) for several in zip(*calls)] if len(calls) > 1 else calls[0]

    def decode(self, outputs: Any, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        results: list[list[Result]] = [[] for _ in frames]
        for batch, arrays in outputs:
            for row, place in enumerate(batch.places):
                results[place] = [self._read(batch, arrays, row, options)]
        return results

    def _read(
        self,
        batch: Batch,
        arrays: Sequence[np.ndarray],
        row: int,
        options: Options,
        watch: Callable[[Candidates], object] | None = None,
    ) -> Result:
        """Return the result of one picture of a batch."""
        places = self.places or range(len(arrays))
        if self.adapter.outputs and (len(places) != self.adapter.outputs or max(places) >= len(arrays)):
            raise InputError(
                f"The adapter '{self.settings.adapter}' takes {self.adapter.outputs} outputs; this network gives "
                f"{len(arrays)}.",
                remedy="Name those that count by 'outputs' in the card's [settings].",
            )
        placed, least = batch.placed[row], self.threshold(options)
        reading = Reading(self.card.task, placed, self.classes, self.settings, options, least, watch)
        return self.adapter.read(reading, [arrays[i][row] for i in places])

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Show the input, what of the outputs is a map or a row of numbers, and boxes before and after suppression."""
        [batch] = self.preparer.batches([frame])
        context.stage("network", 0.1)
        arrays = self._run(batch, context.autocast)
        context.stage("views", 0.9)
        found: list[Candidates] = []
        self._read(batch, arrays, 0, options, found.append)
        placed = batch.placed[0]
        views: list[View] = [looking.input_view(batch, self.preparer.spec, self.settings.layout)]
        views += [view for one in found for view in looking.candidate_views(one, placed, self.classes)]
        names = self.names or self.network.outputs or [str(i) for i in range(len(arrays))]
        views += looking.output_views(names, [a[0] for a in arrays], placed, self.settings, self.classes)
        return views[: looking.MOST]


def only_file(build: Build) -> Any:
    """Return the path of the one file that a card of this kind has.

    Raises:
        WeightsError: There is none, or several.
    """
    if build.files is None or len(build.card.weights) != 1:
        raise WeightsError(f"{build.card.title} is its file: it can't be built without it, nor from several.")
    return build.files[build.card.weights[0].name]
