"""What the Segment Anything networks have in common: prompts in, masks of the picture's size out.

Kirillov et al. 2023 (arXiv 2304.02643); the networks are those of Hugging Face's `transformers`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core import masks
from segstudio.core.errors import InputError
from segstudio.core.geometry import Box
from segstudio.core.masks import EMPTY, Mask
from segstudio.core.results import Result
from segstudio.zoo.blocks.enlarging import enlarge
from segstudio.zoo.predictor import (
    DEFAULT_CONTEXT,
    DEFAULT_OPTIONS,
    Build,
    Context,
    NetworkPredictor,
    Options,
)
from segstudio.zoo.promptable import Embedding, Proposal, check_prompt

if TYPE_CHECKING:
    from torch import Tensor

_SURE = 0.999  # of a mask's pixels, as the probability that a mask prompt stands for


class SamPredictor(NetworkPredictor):
    """Answers prompts with a network of the SAM family.

    Args:
        build: Its input is square.
        network: A `transformers` model with `get_image_embeddings`, whose forward takes `image_embeddings`.
    """

    can_prompt = True
    embeds_ahead = True

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        spec = build.card.input
        if spec is None or len(spec.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (height, width).")
        self.side: int = build.settings.get("side", spec.size[0])
        self.mean, self.std = list(spec.mean), list(spec.std)
        # The same for every prompt.
        places = _once(self.network.get_image_wide_positional_embeddings)
        self.network.get_image_wide_positional_embeddings = places

    @abstractmethod
    def pixels(self, frame: np.ndarray) -> Tensor:
        """Return the network's input (1, 3, side, side) on its device."""

    @abstractmethod
    def reach(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return (height, width) of the part of the network's input that a picture of (height, width) takes."""

    def predict(
        self,
        frames: Sequence[np.ndarray],  # noqa: ARG002
        options: Options = DEFAULT_OPTIONS,  # noqa: ARG002
        context: Context = DEFAULT_CONTEXT,  # noqa: ARG002
    ) -> list[list[Result]]:
        raise InputError(
            f"{self.card.title} finds nothing by itself: it cuts out what is pointed at.",
            remedy="Use it with the tool Cut Out in the window, or choose another model to predict with.",
        )

    def embed(self, frame: np.ndarray, context: Context = DEFAULT_CONTEXT) -> Embedding:
        context.stage("look at the picture", 0.0)
        with self.inference(context):
            found = self.network.get_image_embeddings(self.pixels(frame))
        state = [t.float().cpu() for t in (found if isinstance(found, (list, tuple)) else [found])]
        return Embedding(frame.shape[:2], state, sum(t.numel() * t.element_size() for t in state))

    def prompt(
        self, embedding: Embedding, points: np.ndarray, labels: np.ndarray, box: Box | None, mask: Mask | None
    ) -> list[Proposal]:
        box = check_prompt(embedding.size, points, labels, box)
        given = self._prompts(embedding.size, points, labels, box, mask)
        seen = [t.to(self.device) for t in embedding.state]
        given["image_embeddings"] = seen if len(seen) > 1 else seen[0]
        # One point may mean a button, a coat or a person: three answers. More leave one best answer, so the authors.
        clear = len(points) + (box is not None) + (mask is not None) > 1
        if clear:
            decoder = self.network.mask_decoder
            with _shared(decoder.transformer, decoder.upscale_conv1, decoder.upscale_layer_norm, decoder.upscale_conv2):
                answers = [self._answer(given, many=many) for many in (False, True)]
            logits, scores = (np.concatenate(parts) for parts in zip(*answers))
        else:
            logits, scores = self._answer(given, many=True)
        order = np.argsort(-scores, kind="stable")
        order = [0, *(i for i in order if i != 0)] if clear else list(order)
        size = embedding.size
        found = _distinct([(enlarge(self.on_picture(logits[i], size), size), float(scores[i])) for i in order])
        top = found[0][1] if found else 0.0
        # The one best answer stays first, whatever the network expects of the others.
        return [(one, min(score, top)) for one, score in found]

    def prompt_box(self, frame: np.ndarray, box: Box) -> Mask:
        none = np.zeros((0, 2)), np.zeros(0, np.int64)
        found = self.prompt(self.embed(frame), *none, box, None)
        return found[0][0] if found else EMPTY

    def _prompts(
        self, size: tuple[int, int], points: np.ndarray, labels: np.ndarray, box: Box | None, mask: Mask | None
    ) -> dict[str, Any]:
        """Return the prompts as the network's arguments, in the pixels of its input."""
        import torch

        height, width = self.reach(size)
        scale = np.array([width / size[1], height / size[0]])
        given: dict[str, Any] = {}
        if len(points):
            # The networks were trained with pixel numbers; the centre of pixel 0 lies at 0.5 here.
            places = (np.asarray(points, np.float64).reshape(-1, 2) - 0.5) * scale
            given["input_points"] = torch.tensor(places[None, None], dtype=torch.float32, device=self.device)
            given["input_labels"] = torch.tensor(np.asarray(labels)[None, None], device=self.device).long()
        if box is not None:
            corners = np.array([box.x, box.y, box.right, box.bottom]) * np.tile(scale, 2)
            given["input_boxes"] = torch.tensor(corners[None, None], dtype=torch.float32, device=self.device)
        if mask is not None and mask.counts:
            given["input_masks"] = torch.tensor(self._coarse(mask, size)[None, None], device=self.device)
        return given

    def _coarse(self, mask: Mask, size: tuple[int, int]) -> np.ndarray:
        """Return a mask as the logits (side / 4, side / 4) that the network takes as an earlier answer."""
        import cv2

        height, width = self.reach(size)
        full = cv2.resize(masks.paste(mask, *size).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
        whole = np.zeros((self.side, self.side), np.float32)
        whole[:height, :width] = full
        side = self.side // 4
        share = cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA).clip(1 - _SURE, _SURE)
        return np.log(share / (1 - share))

    def _answer(self, given: dict[str, Any], *, many: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return logits float32 (n, h', w') and the IoU that the network expects of each."""
        with self.inference(DEFAULT_CONTEXT):
            found = self.network(**given, multimask_output=many)
        return found.pred_masks[0, 0].float().cpu().numpy(), found.iou_scores[0, 0].float().cpu().numpy().clip(0, 1)

    def on_picture(self, logits: np.ndarray, size: tuple[int, int]) -> np.ndarray:  # noqa: ARG002
        """Return the part of the coarse logits that a picture of (height, width) takes."""
        return logits


def _once(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls `call` the first time and returns what it gave then ever after."""
    made: list[Any] = []

    def remembered(*args: Any, **named: Any) -> Any:
        if not made:
            made.append(call(*args, **named))
        return made[0]

    return remembered


@contextmanager
def _shared(*modules: Any) -> Iterator[None]:
    """Let calls of a network with the same arguments share what these modules return; each runs once in a call."""

    for module in modules:
        module.forward = _once(module.forward)
    try:
        yield
    finally:
        for module in modules:
            del module.forward


def _distinct(found: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals that are neither empty nor the same as an earlier one."""
    kept: list[Proposal] = []
    for mask, score in found:
        if mask.counts and all(mask != other for other, _ in kept):
            kept.append((mask, score))
    return kept
