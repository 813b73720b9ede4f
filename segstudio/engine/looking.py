"""Looking inside a model: what lies between a picture and its results."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from segstudio.core.errors import InputError
from segstudio.core.views import View
from segstudio.engine.cache import PredictorCache
from segstudio.engine.job import Job
from segstudio.engine.ladder import in_memory

Read = Callable[[], np.ndarray]


@dataclass(frozen=True)
class Look:
    """What was seen inside a model.

    Args:
        model: Its card's name.
        size: (height, width) of the picture.
        views: In the order in which the model gave them; empty where it found nothing to show in this picture.
        notes: What was done to save memory.
        seconds: In the model, with loading it.
    """

    model: str
    size: tuple[int, int]
    views: tuple[View, ...]
    notes: tuple[str, ...]
    seconds: float


def look(cache: PredictorCache, job: Job, card: Any, device: str, rgb: np.ndarray, options: Any = None) -> Look:
    """Look inside a model; see `Engine.look`.

    Raises:
        InputError: It shows nothing of its inside.
        OutOfMemory: Memory did not suffice, whatever was tried.
        Cancelled: The job was cancelled.
    """
    from segstudio.zoo import Options

    wanted = Options() if options is None else options
    start = time.monotonic()
    views = in_memory(cache, job, card, device, lambda p, context: _views(card, p, rgb, wanted, context))
    return Look(card.name, rgb.shape[:2], tuple(views), job.notes, time.monotonic() - start)


def _views(card: Any, predictor: Any, rgb: np.ndarray, options: Any, context: Any) -> list[View]:
    from segstudio.zoo import Predictor

    if getattr(type(predictor), "look", Predictor.look) is Predictor.look:
        raise InputError(
            f"{card.title} shows nothing of its inside.",
            remedy="Choose another model; the guide's page on looking inside says what each one shows.",
        )
    return predictor.look(rgb, options, context)
