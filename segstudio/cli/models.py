"""`models`: the catalog, and the weights behind it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from segstudio.cli import new_model
from segstudio.cli.outcome import CANCELLED, Outcome
from segstudio.cli.parser import common
from segstudio.cli.sources import existing
from segstudio.core.errors import InputError, WeightsError

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.zoo import Card, Catalog

STARTER = "starter"
MARK = " (non-commercial)"


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare the verbs below `models`."""
    verbs = parser.add_subparsers(dest="models", metavar="list | show | fetch | add | new | check", required=True)
    for name, text in (
        ("list", "list the models, and which are ready"),
        ("show", "show the card of a model"),
        ("fetch", "fetch the weights of models; 'starter' means the starter pack"),
        ("add", "add a card of your own, or a weights file that was brought by hand"),
        ("new", "make a card for an ONNX, TorchScript or torch.export file, and add both"),
        ("check", "verify the weights that are here by their sha256"),
    ):
        below = verbs.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".", allow_abbrev=False)
        common(below)
        if name == "show":
            below.add_argument("name", metavar="NAME")
        elif name == "add":
            below.add_argument("file", metavar="FILE", help="a card (TOML), or with --to a weights file")
            below.add_argument("--to", metavar="NAME", help="the model that the weights file belongs to")
        elif name == "new":
            new_model.arguments(below)
        elif name == "list":
            _filters(below)
        else:
            below.add_argument("names", metavar="NAME", nargs="+" if name == "fetch" else "*")


def _filters(parser: argparse.ArgumentParser) -> None:
    from segstudio.zoo.choosing import TASKS

    parser.add_argument("words", metavar="TEXT", nargs="*", help="only models whose card has all these words")
    parser.add_argument(
        "--task",
        choices=TASKS,
        action="append",
        default=[],
        help="only models that give this; may be given several times",
    )
    parser.add_argument("--here", action="store_true", help="only models whose weights are here")


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Do what the verb below `models` says."""
    from segstudio.zoo import Catalog

    catalog = Catalog()
    outcome = {"list": _list, "show": _show, "fetch": _fetch, "add": _add, "new": new_model.run, "check": _check}[
        args.models
    ](args, out, catalog)
    return Outcome(outcome.data, [*outcome.problems, *map(str, catalog.problems)], outcome.code)


def state_of(card: Card, catalog: Catalog) -> str:
    """Return "ready", or in a word or two what is missing of a card and all it runs on."""
    from segstudio.zoo import status

    states = [entry.state for part in catalog.parts(card) for entry in status(part)]
    return next((state for state in states if state != "ready"), "ready")


def _size(card: Card, catalog: Catalog) -> int:
    return sum(part.bytes for part in catalog.parts(card))


def _list(args: argparse.Namespace, out: Output, catalog: Catalog) -> Outcome:
    from segstudio.zoo import choosing

    cards = choosing.choose(catalog, tasks=args.task, here=args.here, text=" ".join(args.words))
    rows: list[dict[str, Any]] = [
        {
            "name": card.name,
            "task": card.task,
            "title": card.title,
            "state": state_of(card, catalog),
            "bytes": _size(card, catalog),
            "starter": card.starter,
            "recommended": card.recommended,
            "own": catalog.is_own(card.name),
            "licence": card.licence,
            "noncommercial": bool(choosing.restriction(catalog.parts(card))),
        }
        for card in cards
    ]
    table = [
        (
            r["name"],
            r["task"],
            f"{r['bytes'] / 1e6:,.1f} MB",
            r["state"],
            r["title"] + (MARK if r["noncommercial"] else ""),
        )
        for r in rows
    ]
    out.table(("name", "gives", "size", "weights", "what it is"), table)
    if not rows:
        out.line("No model is like this. See all: segstudio models list")
    return Outcome({"models": rows})


def _show(args: argparse.Namespace, out: Output, catalog: Catalog) -> Outcome:
    import msgspec

    from segstudio.zoo import status

    card = catalog.get(args.name)
    files = [
        {"name": e.file.name, "state": e.state, "path": e.path, "bytes": e.file.bytes, "sha256": e.file.sha256,
         "sum": e.file.sum, "licence": e.file.licence, "origin": e.file.origin,
         "sources": [str(s) for s in e.file.sources]}
        for part in catalog.parts(card) for e in status(part)
    ]  # fmt: skip
    labels = [label.name for label in card.label_set().labels]
    out.line(f"{card.name}: {card.title}\n\n{card.description}\n")
    facts = [
        ("gives", card.task),
        ("licence", card.licence),
        ("paper", card.paper),
        ("runs on", ", ".join(card.composes)),
    ]
    facts += [(name, f"{value:g}") for name, value in card.metrics.items()]
    facts.append((f"{len(labels):,} classes", ", ".join(labels[:12]) + (", ..." if len(labels) > 12 else "")))
    for name, value in facts:
        if value:
            out.line(f"{name}: {value}")
    for file in files:
        out.line(f"\n{file['name']}: {file['state']}, {file['bytes']:,} bytes, {file['sum']}")
        out.line(f"  in {file['path']}")
        out.line(f"  from {file['origin']} ({file['licence']})")
        for source in file["sources"]:
            out.line(f"  fetched from {source}")
    return Outcome(
        {"card": msgspec.to_builtins(card), "classes": labels, "files": files, "state": state_of(card, catalog)}
    )


def _chosen(names: Iterable[str], catalog: Catalog) -> list[Card]:
    """Return the cards of names, with all they run on, each once."""
    found: dict[str, Card] = {}
    for name in names:
        for card in catalog.starter_pack() if name == STARTER else [catalog.get(name)]:
            found.update((part.name, part) for part in catalog.parts(card))
    return list(found.values())


def _fetch(args: argparse.Namespace, out: Output, catalog: Catalog) -> Outcome:
    cards = _chosen(args.names, catalog)
    done, code = fetch(cards, out), None
    if len(done) < sum(bool(card.weights) for card in cards):
        code = CANCELLED
    for name in done:
        out.line(f"{name}: ready")
    return Outcome({"fetched": done}, code=code)


def tell_restriction(parts: list[Card], out: Output) -> None:
    """Say it where the licence of a model, or of one that it runs on (the model comes last), forbids commercial use."""
    from segstudio.zoo.choosing import restriction

    licence = restriction(parts)
    if licence:
        out.note(f"{parts[-1].name} may not be used commercially: {licence}")


def fetch(cards: list[Card], out: Output) -> list[str]:
    """Bring the weights of cards into the cache, with a bar; Ctrl-C keeps what has arrived.

    Returns:
        The names of the cards whose weights are there; fewer than asked for only after Ctrl-C.

    Raises:
        WeightsError: One could not be had. The others were tried, and those that came are kept.
    """
    from segstudio import zoo
    from segstudio.zoo import weights

    wanted = [card for card in cards if card.weights]
    for card in wanted:
        tell_restriction([card], out)
    size = sum(card.bytes for card in wanted if not weights.is_ready(card))
    if size:
        out.note(f"Fetching {size / 1e6:,.1f} MB into {weights.cache_dir()}")
    failures: list[WeightsError] = []
    try:
        with out.progress("Fetching", unit="bytes") as advance:
            try:
                zoo.fetch(wanted, advance)
            except WeightsError:
                # Which one failed does not matter to the others: they may come from elsewhere.
                for card in wanted:
                    try:
                        zoo.fetch(card, advance)
                    except WeightsError as error:
                        failures.append(error)
    except KeyboardInterrupt:
        out.note("Cancelled. What has arrived is kept; the same command goes on from there.")
    if failures:
        raise failures[0]
    return [card.name for card in wanted if weights.is_ready(card)]


def _add(args: argparse.Namespace, out: Output, catalog: Catalog) -> Outcome:
    (path,) = existing([args.file])
    if args.to is None:
        if path.suffix.lower() != ".toml":
            remedy = "A card ends in .toml. For a weights file, name its model: --to NAME"
            raise InputError("This is not a card.", path=path, remedy=remedy)
        card = catalog.add(path)
        out.line(f"{card.name}: added; weights: {state_of(card, catalog)}")
        return Outcome({"added": card.name, "state": state_of(card, catalog)})
    from segstudio.zoo.weights import bring

    card = catalog.get(args.to)
    place = bring(catalog.parts(card), path)
    out.line(f"{path.name} is in {place}; {card.name}: {state_of(card, catalog)}")
    return Outcome({"file": place, "model": card.name, "state": state_of(card, catalog)})


def _check(args: argparse.Namespace, out: Output, catalog: Catalog) -> Outcome:
    from segstudio.zoo import weights

    cards = _chosen(args.names, catalog) if args.names else list(catalog)
    problems, states = [], {}
    for card in cards:
        for entry in weights.status(card):
            key = f"{card.name}/{entry.file.name}"
            states[key] = entry.state
            if not entry.path.is_file():
                if args.names:
                    problems.append(f"{key}: {entry.state}. Fetch it: segstudio models fetch {card.name}")
                continue
            try:
                weights.verify(entry.file, entry.path)
            except WeightsError as error:
                states[key] = "damaged"
                problems.append(f"{error} {weights.again(card, entry.file)}")
            out.line(f"{key}: {states[key]}")
    if not any(state in ("ready", "damaged", "wrong size") for state in states.values()):
        out.line("No weights are here yet. The starter pack comes with: segstudio models fetch starter")
    return Outcome({"files": states}, problems)
