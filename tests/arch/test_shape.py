"""Sizes, docstrings and names: what keeps the house easy to walk through."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
SOURCES = sorted((REPO / "segstudio").rglob("*.py"))

MODULE_LINES, CLASS_METHODS, FUNCTION_LINES, WINDOW_LINES = 500, 25, 60, 300

# What exceeds a size, and why: "file", "file:Class" or "file:function".
EXCEPTIONS: dict[str, str] = {}


def trees() -> Iterator[tuple[str, ast.Module, int]]:
    """Yield each module's path, tree and number of lines."""
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        yield file.relative_to(REPO).as_posix(), ast.parse(text), len(text.splitlines())


def _named(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield classes and functions with their dotted names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}{node.name}"
            yield name, node
            yield from _named(node, f"{name}.")
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _named(node, prefix)


def _is_accessor(node: ast.AST) -> bool:
    """A property is a field that is computed, not something that a class does."""
    marks = ("property", "setter")
    return isinstance(node, ast.FunctionDef) and any(m in ast.dump(d) for d in node.decorator_list for m in marks)


def _methods(node: ast.ClassDef) -> list[str]:
    """Return the names of a class's own methods; Qt's events (in camelCase) are Qt's."""
    own = [m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_accessor(m)]
    return [m.name for m in own if m.name == m.name.lower()]


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """Return the lines of a definition; its docstring, which may be as long as it is useful, is not counted."""
    first = node.body[0]
    doc = first if ast.get_docstring(node) else None
    lines = (node.end_lineno or 0) - node.lineno + 1
    return lines - ((doc.end_lineno or 0) - doc.lineno + 1) if doc else lines


def too_big() -> Iterator[tuple[str, str]]:
    """Yield (place, size) of everything that is larger than the house's sizes."""
    for path, tree, lines in trees():
        if lines > MODULE_LINES:
            yield path, f"{lines} lines"
        for name, node in _named(tree):
            if isinstance(node, ast.ClassDef):
                if len(_methods(node)) > CLASS_METHODS:
                    yield f"{path}:{name}", f"{len(_methods(node))} methods"
                if name == "MainWindow" and _length(node) > WINDOW_LINES:
                    yield f"{path}:{name}", f"{_length(node)} lines"
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES:
                yield f"{path}:{name}", f"{_length(node)} lines"


def test_nothing_is_larger_than_what_serves() -> None:
    found = dict(too_big())
    assert {place: size for place, size in found.items() if place not in EXCEPTIONS} == {}


def test_exceptions_are_still_needed_and_say_why() -> None:
    found = dict(too_big())
    assert {place for place in EXCEPTIONS if place not in found} == set()
    assert all(len(reason) > 20 for reason in EXCEPTIONS.values())


def _promised() -> set[str]:
    """Return the names of the methods that a Protocol describes; who keeps it need not say it again."""
    classes = [n for _, tree, _ in trees() for n in tree.body if isinstance(n, ast.ClassDef)]
    protocols = [c for c in classes if any("Protocol" in ast.dump(base) for base in c.bases)]
    return {m.name for c in protocols for m in c.body if isinstance(m, ast.FunctionDef) and ast.get_docstring(m)}


def undocumented() -> Iterator[str]:
    """Yield public modules, classes, functions and methods without a docstring.

    Left out are names with an underscore, properties, and methods of classes with a base (Qt's events) or a protocol.
    """
    promised = _promised()
    for path, tree, lines in trees():
        if lines and not ast.get_docstring(tree):
            yield path
        for node in tree.body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                yield f"{path}:{node.name}"
            if isinstance(node, ast.ClassDef) and not node.bases:
                members = [m for m in node.body if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")]
                bare = [m.name for m in members if not _is_accessor(m) and not ast.get_docstring(m)]
                yield from (f"{path}:{node.name}.{name}" for name in bare if name not in promised)


def test_everything_public_says_what_it_is() -> None:
    assert list(undocumented()) == []


def _tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, text=True)
    names = [name for name in done.stdout.split("\0") if name]
    return [REPO / name for name in names if (REPO / name).is_file()] if names else SOURCES


# Put together here, so that this file does not hold what it looks for.
HOSTS = ["pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org", "deb.deb" + "ian.org"]
PATHS = [r"/wor" + r"k/(main|shared)", r"/ho" + r"me/[a-z]\w+/", r"/roo" + r"t/\.", r"/tm" + r"p/w/"]


def test_no_file_names_a_registry_or_a_place_on_somebody_s_machine() -> None:
    pattern = re.compile("|".join([*(re.escape(host) for host in HOSTS), *PATHS]))
    found = []
    for file in _tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(REPO)}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []


def test_test_files_have_names_of_their_own() -> None:
    names = sorted(
        file.name for file in (REPO / "tests").rglob("*.py") if file.name not in ("conftest.py", "__init__.py")
    )
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_constraints_name_versions_only() -> None:
    lines = (REPO / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if "://" in line or line.startswith("-") or "==" not in line] == []
