"""`eval`: results against ground truth, as COCO scores them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from segstudio.cli.outcome import Outcome
from segstudio.cli.sources import existing

if TYPE_CHECKING:
    from segstudio.cli.output import Output

TASKS = ("boxes", "masks", "keypoints", "panoptic", "densepose")


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    parser.add_argument("truth", metavar="GT.json", help="the ground truth, a COCO file")
    parser.add_argument("results", metavar="RESULTS.json", help="a COCO results file, or a COCO file with annotations")
    parser.add_argument("--task", choices=TASKS, required=True, help="what is compared")
    parser.add_argument(
        "--body", metavar="FOLDER", help="of dense poses: the folder with the three files of the body's surface"
    )


def run(args: argparse.Namespace, out: Output) -> Outcome:
    """Score, and print COCO's figures and those of each class."""
    from segstudio.learn.metrics import evaluate

    truth, results = existing([args.truth, args.results])
    scores = evaluate(truth, results, args.task, body=existing([args.body])[0] if args.body else None)
    for warning in scores["warnings"]:
        out.note(warning)
    per_class = scores["per_category"]
    counts = ("images", "annotations", "results")
    figures = [
        (name, _shown(value)) for name, value in scores.items() if name.startswith(("AP", "AR", "PQ", "SQ", "RQ"))
    ]
    out.line(", ".join(f"{scores[name]:,} {name}" for name in counts))
    out.table((args.task, "score"), figures)
    out.line("")
    out.table(("class", "PQ" if "PQ" in scores else "AP"), [(n, _shown(value)) for n, value in per_class.items()])
    return Outcome({"truth": truth, "file": results, **scores})


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
