"""What README and docs point to is there, and the command lines that they show are understood."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from segstudio.cli import parser
from segstudio.zoo import Catalog

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "benchmarks").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Names of models that a page makes itself.
OWN = {"yolov8n", "spots", "cells", "NAME"}


def text_of(page: Path) -> str:
    """Return a page without its blocks of code, whose brackets are no links."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the names that the headings of a page can be linked by."""
    heads = re.findall(r"^#+ (.+)$", text_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def commands(page: Path) -> list[str]:
    """Return the command lines of a page, those that go on in the next line joined."""
    lines = re.findall(r"^(?: {4}|\$ )(segstudio .+(?:\n {8,}\S.*)*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    lines += re.findall(r"`(segstudio [^`\n]+)`", page.read_text(encoding="utf-8"))
    return [" ".join(line.split("  #")[0].split()) for line in lines]


def is_pattern(line: str) -> bool:
    """Return whether a line shows how commands are made instead of being one."""
    return any(mark in line for mark in ("[", "|", "..."))


SHOWN = sorted({(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in commands(page)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in LINK.findall(text_of(page)):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


def test_every_picture_is_shown_and_every_page_is_reached() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in LINK.findall(text_of(page))
        if "://" not in link
    }
    pictures = {path for path in (ROOT / "docs" / "guide" / "images").iterdir() if path.is_file()}
    assert not {path.name for path in pictures - linked}
    assert not {page.name for page in PAGES if page.parent.name in ("docs", "guide")} - {path.name for path in linked}


@pytest.mark.parametrize(("page", "line"), [one for one in SHOWN if not is_pattern(one[1])])
def test_command_lines_are_understood(page: str, line: str) -> None:
    words = parser.with_verb(shlex.split(line)[1:])
    if words[0] in parser.VERBS and len(words) == 1:
        return  # A verb that is only named.
    if words[-1] == "--help" or words in (["open", "VERB", "--help"], ["models", "fetch"]):
        return
    args = parser.build().parse_args(words)
    said = [getattr(args, name, None) for name in ("model", "to", "name") if args.command != "convert"]
    said += getattr(args, "names", []) or []
    named = {name for name in said if name and isinstance(name, str)} - OWN - {"starter"}
    assert named <= set(Catalog().names()), page


@pytest.mark.parametrize(("page", "line"), [one for one in SHOWN if is_pattern(one[1])])
def test_patterns_of_commands_name_options_that_there_are(page: str, line: str) -> None:
    verb = next((word for word in line.split()[1:] if word in parser.VERBS), "open")
    top = next(action for action in parser.build()._actions if isinstance(action, argparse._SubParsersAction))
    known = set(top.choices[verb]._option_string_actions)
    below = [action for action in top.choices[verb]._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        known |= {option for name in action.choices for option in action.choices[name]._option_string_actions}
    assert set(re.findall(r"--[a-z][a-z-]*", line)) <= known, page
