"""`doctor`: what is wrong with this installation, and the remedy. Works without Qt, torch or any other package."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from segstudio.cli.outcome import Outcome

if TYPE_CHECKING:
    from segstudio.cli.output import Output

MARKS = {"ok": "ok", "note": "note", "warn": "WARN", "bad": "BAD"}


def arguments(parser: argparse.ArgumentParser, _verb: str) -> None:
    """Declare what the verb takes: nothing."""
    parser.epilog = "Exit code 1 where something is wrong; warnings and notes leave it at 0."


def run(_args: argparse.Namespace, out: Output) -> Outcome:
    """Look at everything and print a line each."""
    from segstudio.cli import examine

    found = []
    for look in examine.LOOKS:
        try:
            findings = look()
        except Exception as error:
            # A doctor that falls ill helps nobody: the next look may still find the cause.
            text = f"this could not be looked at ({type(error).__name__}: {error})"
            findings = [examine.Finding(look.__name__.replace("_", " "), "warn", text)]
        for finding in findings:
            found.append(finding)
            out.line(f"{MARKS[finding.level]:<5} {finding.subject}: {finding.text}")
            if finding.remedy:
                out.line(f"      -> {finding.remedy}")
    bad = [f"{f.subject}: {f.text} {f.remedy}".strip() for f in found if f.level == "bad"]
    out.line("")
    out.line(f"{len(bad)} wrong, {sum(f.level == 'warn' for f in found)} to look at." if found else "")
    findings = [{"subject": f.subject, "level": f.level, "text": f.text, "remedy": f.remedy} for f in found]
    if not out.machine:
        # They stand above with their marks; saying them again at the end would only be noise.
        return Outcome({"findings": findings}, [], 1 if bad else 0)
    return Outcome({"findings": findings}, bad)
