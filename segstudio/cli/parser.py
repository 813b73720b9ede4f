"""The grammar of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from segstudio import __version__
from segstudio.cli.outcome import EXIT_CODES, Outcome
from segstudio.core.errors import InputError

# Verb, what it does in a line, and the module that has `arguments(parser)` and `run(args, out)`.
VERBS: dict[str, tuple[str, str]] = {
    "open": ("open the window on a project, a folder or files", "open_window"),
    "demo": ("predict on the sample photos and show them", "demo"),
    "new": ("make a project from a folder of pictures and videos", "project"),
    "import": ("read an annotation file into a project", "exchange"),
    "export": ("write a project as an annotation file", "exchange"),
    "convert": ("turn an annotation file into another, without a project", "exchange"),
    "predict": ("run a model on a project, a folder or files", "predict"),
    "inspect": ("show what a model sees inside while it looks at a picture", "inspect"),
    "edit": ("clean up, convert or accept the objects of a project, undo and redo", "edit"),
    "eval": ("score results against ground truth, as COCO does", "evaluate"),
    "models": ("list, show, fetch, add and check models", "models"),
    "info": ("say what is in a project", "project"),
    "check": ("verify a project or an annotation file", "project"),
    "doctor": ("say what is wrong with this installation, and the remedy", "doctor"),
}

Run = Callable[[argparse.Namespace, Any], Outcome]


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of leaving."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the arguments."""
        raise InputError(message[:1].upper() + message[1:] + ".", remedy=f"See: {self.prog} --help")


def _epilog() -> str:
    codes = "\n".join(f"  {code:<4} {meaning}" for code, meaning in EXIT_CODES.items())
    return f"exit codes:\n{codes}\n\nA file that is named like a verb opens with: segstudio open NAME"


def build() -> Parser:
    """Return the parser of all verbs; the modules behind them are loaded by their arguments only."""
    top = Parser(
        prog="segstudio",
        description="Label pictures and video, run vision models on them, correct what they see, export COCO.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"segstudio {__version__}", help="print the version")
    top.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    verbs = top.add_subparsers(dest="command", metavar="VERB", required=True)
    for verb, (summary, module) in VERBS.items():
        parser = verbs.add_parser(
            verb, help=summary, description=summary[:1].upper() + summary[1:] + ".", allow_abbrev=False
        )
        group = import_module(f"segstudio.cli.{module}")
        group.arguments(parser, verb)
        common(parser)
    return top


def common(parser: argparse.ArgumentParser) -> None:
    """Add what every verb takes; it may stand before or after the verb."""
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object instead of text"
    )


def with_verb(argv: list[str]) -> list[str]:
    """Return the arguments with `open` put in front where no verb is named.

    >>> with_verb(["photos"])
    ['open', 'photos']
    """
    first = next((word for word in argv if not word.startswith("-") or word == "--"), None)
    if first in VERBS:
        return argv
    if first is None and any(word in ("-h", "--help", "--version") for word in argv):
        return argv
    return ["open", *argv]
