"""The model zoo: cards, weights and published systems. Listing the catalog loads no torch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segstudio.zoo.catalog import Catalog as Catalog
    from segstudio.zoo.predictor import Context as Context
    from segstudio.zoo.predictor import Options as Options
    from segstudio.zoo.predictor import Predictor as Predictor
    from segstudio.zoo.predictor import load as load
    from segstudio.zoo.predictor import load_published as load_published
    from segstudio.zoo.spec import Card as Card
    from segstudio.zoo.weights import add_file as add_file
    from segstudio.zoo.weights import fetch as fetch
    from segstudio.zoo.weights import status as status

_HOMES = {
    "Catalog": "catalog",
    "Context": "predictor",
    "Options": "predictor",
    "Predictor": "predictor",
    "load": "predictor",
    "load_published": "predictor",
    "Card": "spec",
    "add_file": "weights",
    "fetch": "weights",
    "status": "weights",
}


def __dir__() -> list[str]:
    return sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"segstudio.zoo.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
