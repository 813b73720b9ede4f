"""Choosing among the cards of a catalog: by what they give, what is here, some words; and what licences forbid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple, get_args

from segstudio.zoo import weights
from segstudio.zoo.spec import Card, Task

if TYPE_CHECKING:
    from segstudio.zoo.catalog import Catalog

TASKS: tuple[str, ...] = get_args(Task)

_NOT_FOR_TRADE = re.compile(r"non-?\s?commercial|\bNC\b|research (purposes|use)?\s*only|academic", re.IGNORECASE)


def choose(catalog: Catalog, *, tasks: Collection[str] = (), here: bool = False, text: str = "") -> list[Card]:
    """Return the cards that pass, in the catalog's order.

    Args:
        catalog: The catalog.
        tasks: What they give, any of these `TASKS`; none for anything.
        here: Only those whose weights, and those of all they run on, are here.
        text: Words that all must occur in the name, title, task, label set, description or paper, whatever the case.
    """
    return [c for c in catalog if passes(c, tasks, text) and (not here or not absent(catalog.parts(c)).bytes)]


def passes(card: Card, tasks: Collection[str] = (), text: str = "") -> bool:
    """Return whether a card gives the wanted and holds all words of a text; see `choose`."""
    if tasks and card.task not in tasks:
        return False
    said = f"{card.name} {card.title} {card.task} {card.labels} {card.description} {card.paper}".casefold()
    return all(word in said for word in text.casefold().split())


class Absent(NamedTuple):
    """What is not here of a card and of those it runs on: how many bytes, and whether all of them have a source."""

    bytes: int
    fetchable: bool


def absent(cards: Iterable[Card]) -> Absent:
    """Return what is not here of the weights of cards, such as those of `Catalog.parts`."""
    files = [entry.file for card in cards for entry in weights.status(card) if entry.state != "ready"]
    return Absent(sum(file.bytes for file in files), all(file.sources for file in files))


def restriction(cards: Iterable[Card]) -> str:
    """Return the licence of cards (as of `Catalog.parts`), or of their weights, that forbids commercial use, or ""."""
    stated = (licence for card in cards for licence in (card.licence, *(file.licence for file in card.weights)))
    return next((licence for licence in stated if _NOT_FOR_TRADE.search(licence)), "")
