"""The entry point: from arguments to an exit code, and never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from segstudio import __version__
from segstudio.cli.outcome import CANCELLED, FAILED, MISSING, OK, REFUSED, Outcome


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line.

    Args:
        argv: The words after the program's name; those of the process by default.

    Returns:
        The exit code, one of `outcome.EXIT_CODES`.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:
        sys.stdout.write(f"segstudio {__version__}\n")
        return OK
    from segstudio.cli.output import Output

    out = Output("", "--json" in words)
    try:
        code = _run(words, out)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, say) has seen enough; the interpreter must not complain when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    return code


def _run(words: list[str], out) -> int:
    from segstudio.core.errors import Cancelled, SegstudioError

    try:
        outcome = _dispatch(words, out)
    except SystemExit as leaving:  # --help
        return int(leaving.code or 0)
    except (KeyboardInterrupt, Cancelled):
        outcome = _failure(out, "Cancelled. What was finished is kept.", CANCELLED)
    except SegstudioError as error:
        parts = {"path": error.path, "place": error.place, "remedy": error.remedy}
        outcome = _failure(out, str(error), _code_of(error), {"message": error.message, **parts})
    except Exception as error:
        from segstudio.cli.report import write_report

        message = f"Something went wrong inside segstudio: {type(error).__name__}: {error}"
        outcome = _failure(out, f"{message}\n{write_report(words, error)}", FAILED, {"message": message})
    out.close(outcome)
    return outcome.exit


def _dispatch(words: list[str], out) -> Outcome:
    from importlib import import_module

    from segstudio.cli import parser

    words = parser.with_verb(words)
    out.command = next((word for word in words if word in parser.VERBS), "")
    args = parser.build().parse_args(words)
    return import_module(f"segstudio.cli.{parser.VERBS[args.command][1]}").run(args, out)


def _code_of(error: Exception) -> int:
    from segstudio.core.errors import WeightsError

    return MISSING if isinstance(error, WeightsError) else getattr(error, "exit_code", REFUSED)


def _failure(out, text: str, code: int, error: dict | None = None) -> Outcome:
    """Say it on standard error, and return what `--json` prints."""
    out.note(f"segstudio: {text}")
    return Outcome({"error": error or {"message": text}}, code=code)


if __name__ == "__main__":
    sys.exit(main())
