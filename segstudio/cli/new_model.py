"""`models new`: a card for a model file that has none."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from segstudio.cli.exchange import writable
from segstudio.cli.outcome import Outcome
from segstudio.cli.sources import existing

if TYPE_CHECKING:
    from segstudio.cli.output import Output
    from segstudio.zoo import Catalog


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `models new` takes."""
    parser.add_argument("file", metavar="FILE", help="the model: .onnx, .pt2, .pt or .torchscript")
    parser.add_argument("--name", default="", metavar="NAME", help="of the card (default: the file's)")
    parser.add_argument("--adapter", default="", metavar="NAME", help="how its outputs are read (default: guessed)")
    parser.add_argument("--task", default="", metavar="TASK", help="what it gives, where the adapter leaves a choice")
    parser.add_argument("--labels", default="", metavar="SET", help="a known label set, such as coco-91")
    parser.add_argument(
        "--classes", default="", metavar="NAMES", help="a file with a class a line, or names with commas"
    )
    parser.add_argument("--size", type=int, nargs=2, metavar=("HEIGHT", "WIDTH"), help="of its input, in pixels")
    parser.add_argument("--channels", choices=("rgb", "bgr"), help="their order")
    parser.add_argument("--range", type=float, help="largest value of the input: 1 or 255")
    parser.add_argument("--mean", type=float, nargs=3, metavar="X", help="subtracted from each channel")
    parser.add_argument("--std", type=float, nargs=3, metavar="X", help="each channel is divided by it")
    parser.add_argument("--resize", choices=("stretch", "letterbox", "shorter"), help="how pictures get that size")
    parser.add_argument("--card", metavar="OUT.toml", help="only write the card, to be corrected and added by hand")


def run(args: argparse.Namespace, out: Output, catalog: Catalog) -> Outcome:
    """Make the card, say what was guessed, and add it with its file."""
    from segstudio.zoo import newcards

    (path,) = existing([args.file])
    size = (args.size[0], args.size[1]) if args.size else None
    wishes = newcards.Wishes(
        name=args.name,
        adapter=args.adapter,
        task=args.task,
        labels=args.labels,
        classes=newcards.names_in(args.classes) if args.classes else (),
        size=size,
        settings={"resize": args.resize} if args.resize else {},
        input={key: getattr(args, key) for key in ("channels", "range", "mean", "std") if getattr(args, key)},
    )
    draft = newcards.propose(path, wishes)
    for remark in draft.remarks:
        out.line(remark)
    if args.card:
        target = writable(args.card)
        target.write_text(draft.text, encoding="utf-8")
        out.line(f"{target}: written; correct it, then: segstudio models add {target}")
        return Outcome({"card": draft.values, "out": target, "remarks": draft.remarks})
    card = newcards.add(draft, catalog)
    place = catalog.user / f"{card.name}.toml"
    out.line(f"{card.name}: added and tried on a grey picture; the card is {place}")
    return Outcome({"added": card.name, "card": draft.values, "file": place, "remarks": draft.remarks})
