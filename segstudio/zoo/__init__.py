"""The model zoo: cards, weights and published systems. Listing the catalog loads no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segstudio.core.lazy import names

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

__getattr__, __dir__ = names(
    __name__,
    {
        "catalog": "Catalog",
        "predictor": "Context Options Predictor load load_published",
        "spec": "Card",
        "weights": "add_file fetch status",
    },
)
