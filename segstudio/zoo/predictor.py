"""How a model is loaded and asked. The engine knows models through this module alone."""

from __future__ import annotations

import importlib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from segstudio.core.errors import InputError, SegstudioError, WeightsError
from segstudio.core.geometry import Box
from segstudio.core.given import GivenBoxes
from segstudio.core.labels import LabelSet
from segstudio.core.masks import Mask
from segstudio.core.panoptic_merge import PUBLISHED, Rule
from segstudio.core.results import Result
from segstudio.core.views import View
from segstudio.zoo import checkpoints, weights
from segstudio.zoo.blocks import waiting
from segstudio.zoo.spec import Card

if TYPE_CHECKING:
    from segstudio.zoo.catalog import Catalog


class Token(Protocol):
    """What stops work: `check` raises `core.errors.Cancelled` once it was asked to."""

    def check(self) -> None: ...


class _Never:
    def check(self) -> None:
        return


NEVER: Token = _Never()


@dataclass(frozen=True)
class Options:
    """What to keep of what a model finds.

    Args:
        threshold: Lowest score that is returned; None for the card's default. Semantic maps know none.
        max_instances: At most so many objects a picture, the best first.
        labels: Only these ids of the label set; None for all. In a semantic map the others become 0.
        confidence: Semantic maps come with the probability of the winning class a pixel.
        top: So many classes of a whole-picture classification.
        split_things: The pieces of a thing class in a semantic map are objects of their own.
        multi_scale: A semantic map is the mean of what the network says at several scales, mirrored too.
        merge: What is left out where instances and stuff become one panoptic map.
        given: The boxes to look in, one set a frame of the call, for models that take boxes: each gets a result,
            whatever its score and how many there are. None lets the model look for objects itself.
    """

    threshold: float | None = None
    max_instances: int = 100
    labels: frozenset[int] | None = None
    confidence: bool = False
    top: int = 5
    split_things: bool = False
    multi_scale: bool = False
    merge: Rule = PUBLISHED
    given: tuple[GivenBoxes, ...] | None = None


@dataclass(frozen=True)
class Context:
    """What surrounds one call.

    Args:
        cancel: Looked at between stages.
        progress: Told (stage name, share done in [0, 1]).
        autocast: Half precision where the device has it.
    """

    cancel: Token = NEVER
    progress: Callable[[str, float], None] | None = None
    autocast: bool = False

    def stage(self, name: str, share: float) -> None:
        """Mark the border of a stage.

        Raises:
            Cancelled: The work was cancelled.
        """
        self.cancel.check()
        if self.progress is not None:
            self.progress(name, share)


DEFAULT_OPTIONS = Options()
DEFAULT_CONTEXT = Context()


class Predictor(ABC):
    """A loaded model.

    Frames are uint8 RGB arrays of shape (h, w, 3); they may differ in size. Not thread-safe: one caller at a time.

    Args:
        card: Its card.
        device: torch's name of where it runs ("cpu", "cuda:0").
    """

    can_prompt = False
    tiles_itself = False  # it has `predict_tiled`
    takes_boxes = False  # it heeds `Options.given`; its card says so too

    def __init__(self, card: Card, device: str = "cpu") -> None:
        self.card = card
        self.device = device
        self.classes: LabelSet = card.label_set()

    @abstractmethod
    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        """Return the results of each frame (a frame may have several, e.g. instances and a heat map).

        Raises:
            Cancelled: Between two stages, once the context's token says so.
        """

    def look(
        self,
        frame: np.ndarray,  # noqa: ARG002
        options: Options = DEFAULT_OPTIONS,  # noqa: ARG002
        context: Context = DEFAULT_CONTEXT,  # noqa: ARG002
    ) -> list[View]:
        """Return what the model sees on its way from one frame to its results; nothing where it shows nothing.

        Raises:
            Cancelled: The work was cancelled.
        """
        return []

    def predict_tiled(
        self,
        frame: np.ndarray,  # noqa: ARG002
        side: int,  # noqa: ARG002
        options: Options = DEFAULT_OPTIONS,  # noqa: ARG002
        context: Context = DEFAULT_CONTEXT,  # noqa: ARG002
    ) -> list[Result]:
        """Return the results of one frame from overlapping tiles of side x side pixels.

        Raises:
            InputError: The model leaves tiles to the engine (`tiles_itself` is False).
        """
        raise InputError(f"{self.card.title} does not predict in tiles by itself.")

    def prompt_box(self, frame: np.ndarray, box: Box) -> Mask:  # noqa: ARG002
        """Return the mask of the object that a box was drawn around, clipped to the frame.

        Raises:
            InputError: The model has no such tool (`can_prompt` is False).
        """
        raise InputError(f"{self.card.title} can't turn a box into a mask.")

    def threshold(self, options: Options) -> float:
        """Return the score below which nothing is kept."""
        return self.card.default_threshold if options.threshold is None else options.threshold

    @property
    def memory(self) -> int:
        """Bytes that the loaded weights hold, estimated."""
        return sum(file.bytes for file in self.card.weights)

    def close(self) -> None:
        """Let go of the weights; the predictor can't be used afterwards."""
        for name in set(vars(self)) - {"card", "device", "classes"}:
            delattr(self, name)


class NetworkPredictor(Predictor):
    """A predictor around one torch module.

    Args:
        network: In eval mode on `device`.
    """

    def __init__(self, card: Card, device: str, network: Any) -> None:
        super().__init__(card, device)
        self.network = network.eval().to(device)
        if device.startswith("cuda"):
            import torch

            # The layout that the tensor cores read; frames arrive in it as they are.
            self.network = self.network.to(memory_format=torch.channels_last)
        self.network.requires_grad_(False)

    @property
    def memory(self) -> int:
        tensors = (*self.network.parameters(), *self.network.buffers())
        return sum(t.numel() * t.element_size() for t in tensors)

    def inference(self, context: Context) -> AbstractContextManager:
        """Return the context in which the network is called."""
        import torch

        stack = ExitStack()
        stack.enter_context(torch.inference_mode())
        if context.autocast and self.device.startswith("cuda"):
            stack.enter_context(torch.autocast("cuda", dtype=torch.float16))
        return stack


class StagedPredictor(Predictor):
    """A model whose work is prepare, one network call, decode. `bare` is that network call."""

    @abstractmethod
    def prepare(self, frames: Sequence[np.ndarray]) -> Any:
        """Return the network's input for the frames, on its device."""

    @abstractmethod
    def bare(self, inputs: Any) -> Any:
        """Call the network as its authors published it, with nothing around it; for benchmarks."""

    @abstractmethod
    def forward(self, inputs: Any, options: Options, context: Context) -> Any:
        """Return what `decode` needs."""

    @abstractmethod
    def decode(self, outputs: Any, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        """Return the results of the network's output."""

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        if not frames:
            return []
        context.stage("prepare", 0.0)
        inputs = self.prepare(frames)
        context.stage("network", 0.1)
        outputs = self.forward(inputs, options, context)
        context.stage("decode", 0.9)
        try:
            return self.decode(outputs, frames, options)
        except waiting.Unsettled:
            with waiting.again():
                return self.decode(self.forward(inputs, options, context), frames, options)


class TorchPredictor(StagedPredictor, NetworkPredictor):
    """A staged predictor around one torch module."""


@dataclass
class Build:
    """What a system's builder gets.

    Args:
        card: The card.
        settings: The card's, with the tiny ones over them where asked.
        device: torch's name of the device.
        files: The verified weights by file name; None for random weights.
        states: State dicts that were handed over instead of files, by file name.
        parts: The loaded models that the card runs on, by name.
        unchecked: Names of files whose tensors are compared with the network and not loaded; None to load.
    """

    card: Card
    settings: dict[str, Any]
    device: str = "cpu"
    files: Mapping[str, Path] | None = None
    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: Mapping[str, Predictor] = field(default_factory=dict)
    unchecked: set[str] | None = None

    def state(self, name: str | None = None) -> Mapping[str, Any] | None:
        """Return the state dict of a weights file (the first by default), or None for random weights."""
        name = name or self.card.weights[0].name
        if name in self.states:
            return self.states[name]
        if self.files is None or (self.unchecked is not None and name not in self.files):
            return None
        return checkpoints.read(self.files[name])

    def fill(
        self,
        network: Any,
        name: str | None = None,
        rename: Callable[[str], str] | None = None,
        convert: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    ) -> None:
        """Load a weights file's state dict into the network, strictly; does nothing for random weights.

        A name that stands before all keys, as a trainer's own module puts it there, comes off where the keys fit then.

        Args:
            rename: From the published key to the network's.
            convert: From the published state dict to the network's, where new names alone do not do.

        Raises:
            WeightsError: Keys or shapes differ.
        """
        name = name or self.card.weights[0].name
        state = self.state(name)
        if state is None:
            return

        def attempt(given: Mapping[str, Any]) -> None:
            checkpoints.fill(
                network,
                given if convert is None else convert(given),
                system=self.card.title,
                path=None if self.files is None else self.files.get(name),
                rename=rename,
                classes=self.settings.get("num_classes"),
                only_check=self.unchecked is not None,
            )

        inner = checkpoints.inner(state)
        try:
            attempt(state)
        except WeightsError:
            if inner is None:
                raise
            attempt(inner)
        if self.unchecked is not None:
            self.unchecked.discard(name)
            if not self.unchecked:
                raise _Checked


class _Checked(Exception):
    """All files that were to be checked fit: the rest of the model need not be built."""


def _builder(card: Card) -> Callable[[Build], Predictor]:
    module, function = card.builder.split(":")
    try:
        return getattr(importlib.import_module(f"segstudio.zoo.systems.{module}"), function)
    except (ModuleNotFoundError, AttributeError) as error:
        missing = getattr(error, "name", None) or ""
        if isinstance(error, ModuleNotFoundError) and not missing.startswith("segstudio"):
            raise _lacks(card, missing) from error
        raise InputError(f"The card '{card.name}' names a builder that is not there: {card.builder}.") from error


def _construct(build: Build) -> Predictor:
    for module in lacking(build.card):
        raise _lacks(build.card, module)
    return _builder(build.card)(build)


# The optional part of segstudio that brings a module, where a part does.
EXTRAS = {"transformers": "prompts"}


def _lacks(card: Card, module: str) -> SegstudioError:
    why = f"{card.title} needs the Python module '{module}'."
    return SegstudioError(why, remedy=f"Install it: {installing(module)}")


def installing(module: str) -> str:
    """Return the command that brings a Python module."""
    return f"pip install 'segstudio[{EXTRAS[module]}]'" if module in EXTRAS else f"pip install {module}"


def lacking(card: Card) -> list[str]:
    """Return the Python modules that a card's model needs and that are not installed; imports none."""
    return [module for module in card.requires if importlib.util.find_spec(module) is None]


def load(card: Card | str, device: str = "cpu", *, catalog: Catalog | None = None) -> Predictor:
    """Load a model with its verified weights; fetches nothing.

    Args:
        card: A card, or the name of one.
        device: torch's name of the device; models that torch does not run stay on the CPU.
        catalog: Where names are looked up; the default catalog if None.

    Raises:
        InputError: An unknown name.
        WeightsError: Weights that are missing (the message says which, and where to put them), damaged or of another
            architecture.
        SegstudioError: A Python module is not installed.
    """
    if catalog is None:
        from segstudio.zoo.catalog import Catalog as Default

        catalog = Default()
    card = catalog.get(card) if isinstance(card, str) else card
    parts = {name: load(catalog.get(name), device, catalog=catalog) for name in card.composes}
    files = weights.locate(card)
    predictor = _construct(Build(card, dict(card.settings), device, files, parts=parts))
    weights.note(card)
    return predictor


def check(card: Card, files: Mapping[str, Path]) -> None:
    """Compare the tensors of weights files with the card's network, by name and shape, without loading them into one.

    The network is built without memory where torch can do that. What this can't tell, loading tells later.

    Args:
        card: The card.
        files: Some or all of its files, by name.

    Raises:
        WeightsError: A file is damaged, would run code, or is of another architecture.
    """
    import torch

    for device in ("meta", "cpu"):
        build = Build(card, dict(card.settings), "cpu", files, unchecked=set(files))
        try:
            with torch.device(device):
                _construct(build)
        except WeightsError:
            raise
        except Exception:
            # Fits (`_Checked`), or can't be built so: without its parts, or where numbers are needed on the way.
            if not build.unchecked:
                return


def load_published(card: Card, state: Mapping[str, Any], device: str = "cpu", *, tiny: bool = False) -> Predictor:
    """Load a model from a state dict with the key names, and in the wrapper, that its authors published.

    Args:
        card: Its card; one with a single weights file.
        state: The checkpoint's content.
        tiny: With the card's tiny settings.

    Raises:
        WeightsError: The state dict is of another architecture; the message sums up what differs.
    """
    if len(card.weights) != 1:
        raise WeightsError(f"{card.title} consists of {len(card.weights)} files.", remedy="Use load().")
    settings = {**card.settings, **(card.tiny if tiny else {})}
    return _construct(Build(card, settings, device, states={card.weights[0].name: checkpoints.unwrap(state)}))


def untrained(card: Card, device: str = "cpu", *, parts: Mapping[str, Predictor] | None = None) -> Predictor:
    """Return the model in its tiny settings with random weights, for tests and for training from scratch."""
    return _construct(Build(card, {**card.settings, **card.tiny}, device, parts=parts or {}))
