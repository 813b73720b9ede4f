"""Loaded models, kept until their memory is needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from segstudio.engine import device as devices

SHARE = 0.5  # of a device's memory that kept models may take together

Key = tuple[str, str]  # card, device


class PredictorCache:
    """Loads a model once a device and evicts the least recently used ones beyond a budget.

    Args:
        load: `segstudio.zoo.load`: (card, device) -> predictor.
        budget: Bytes a device; None takes half of what the device has.
    """

    def __init__(self, load: Callable[[Any, str], Any], budget: int | None = None) -> None:
        self._load = load
        self._budget = budget
        self._lock = threading.Lock()
        self._loading: dict[Key, threading.Lock] = {}
        self._kept: OrderedDict[Key, tuple[Any, int]] = OrderedDict()

    def get(self, card: Any, device: str) -> Any:
        """Return the predictor of a card on a device, loading it where it is not at hand.

        Raises:
            WeightsError: Its weights are missing or damaged.
        """
        key = (card.name, device)
        with self._lock:
            mine = self._loading.setdefault(key, threading.Lock())
        with mine:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key][0]
            predictor = self._load(card, device)
            with self._lock:
                self._kept[key] = (predictor, predictor.memory)
                gone = self._over_budget(device)
        if gone:
            devices.empty_cache(device)
        return predictor

    def holds(self, card: Any, device: str) -> bool:
        """Return whether the model is loaded, so that a prediction starts at once."""
        with self._lock:
            return (card.name, device) in self._kept

    def evict_others(self, card: Any, device: str) -> list[str]:
        """Drop all other models of a device and return their names."""
        with self._lock:
            gone = [key for key in self._kept if key[1] == device and key[0] != card.name]
            for key in gone:
                del self._kept[key]
        return [name for name, _ in gone]

    def drop(self, name: str) -> None:
        """Forget a model, on all devices; the next use loads it anew (its weights may have changed)."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == name]:
                del self._kept[key]

    def clear(self) -> None:
        """Forget all models."""
        with self._lock:
            self._kept.clear()

    def _over_budget(self, device: str) -> list[Key]:
        mine = [key for key in self._kept if key[1] == device]
        used = sum(self._kept[key][1] for key in mine)
        limit = self._limit(device)
        gone = []
        for key in mine[:-1]:
            if used <= limit:
                break
            used -= self._kept.pop(key)[1]
            gone.append(key)
        return gone

    def _limit(self, device: str) -> float:
        if self._budget is not None:
            return self._budget
        total = devices.describe(device).total
        return float("inf") if total is None else SHARE * total
