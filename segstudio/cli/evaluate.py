"""`eval`: results against ground truth, as COCO scores them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

TASKS = ("boxes", "masks", "keypoints")


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes."""
    parser.add_argument("truth", metavar="GT.json", help="the ground truth, a COCO file")
    parser.add_argument("results", metavar="RESULTS.json", help="a COCO results file, or a COCO file with annotations")
    parser.add_argument("--task", choices=TASKS, required=True, help="what is compared")
