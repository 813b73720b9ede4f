"""Keeps the translations in step with the code: translations.py [LANGUAGE ...].

Every text that goes through `tr`, or that `later`, a table of actions, an option, an operation, a tool or a panel
holds, gets its entry in `segstudio_<language>.ts`; entries that nothing asks for any more go. Translated ones stay.
Qt's `lrelease` then makes the .qm file. Prints what still lacks a translation.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from segstudio.core.densepose import CHARTS, COARSE

REPO = Path(__file__).resolve().parent.parent
APP = REPO / "segstudio" / "app"
FOLDER = REPO / "segstudio" / "resources" / "translations"
# Calls that hold texts for later: the places and the names of those arguments.
TABLES = {
    "tr": ((0,), ()),
    "later": ((0,), ()),
    "row": ((1,), ()),
    "Spec": ((1, 4), ()),
    "Option": ((1,), ("text", "tip")),
    "Button": ((0,), ("text",)),
    "Operation": ((1,), ("text",)),
}
# Class attributes that are shown.
ATTRIBUTES = ("hint", "title")


def _texts(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            if any(c.isalpha() for c in text):
                yield text
        case ast.IfExp(body=a, orelse=b):
            yield from _texts(a)
            yield from _texts(b)


def _choices(node: ast.expr | None, constants: dict[str, ast.expr]) -> Iterator[str]:
    """Yield the second of each pair of an option's choices, also where a constant holds them."""
    if isinstance(node, ast.Name):
        node = constants.get(node.id)
    for pair in getattr(node, "elts", ()):
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
            yield from _texts(pair.elts[1])


def _of_call(call: ast.Call, constants: dict[str, ast.expr]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    places, keywords = TABLES.get(name, ((), ()))
    for i in places:
        yield from _texts(call.args[i] if i < len(call.args) else None)
    for keyword in call.keywords:
        if keyword.arg in keywords:
            yield from _texts(keyword.value)
        elif keyword.arg == "choices" and name == "Option":
            yield from _choices(keyword.value, constants)


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        if isinstance(line, ast.Assign | ast.AnnAssign):
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            if any(isinstance(t, ast.Name) and t.id in ATTRIBUTES for t in targets):
                yield from _texts(line.value)


def _of_tables(tree: ast.Module, path: Path) -> Iterator[str]:
    """Yield the menus' names, and the tools' of their table."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and path.parent.name == "table":
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Tuple):
                if target.id == "MENUS":
                    for menu in node.value.elts:
                        yield from _texts(menu)
                if target.id == "TOOLS":
                    for line in node.value.elts:
                        if isinstance(line, ast.Tuple):
                            yield from _texts(line.elts[1])


def _of_skeletons() -> Iterator[str]:
    """Yield what the skeleton templates are called, and their ends."""
    for path in sorted((REPO / "segstudio" / "resources" / "skeletons").glob("*.json")):
        template = json.loads(path.read_text("utf-8"))
        ways = (template["along"], template["across"])
        yield from (template["title"], *(way[end] for way in ways for end in ("first", "last")))


def wanted() -> list[str]:
    """Return every text of the interface, in the order of the files."""
    found: dict[str, None] = dict.fromkeys(_of_skeletons())
    for path in sorted(APP.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        found.update(dict.fromkeys(_of_tables(tree, path)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found.update(dict.fromkeys(_of_call(node, constants)))
            elif isinstance(node, ast.ClassDef):
                found.update(dict.fromkeys(_of_class(node)))
    # The names of body parts, which the core holds.
    found.update(dict.fromkeys((*(chart.name for chart in CHARTS), *COARSE)))
    return list(found)


def known(language: str) -> dict[str, str]:
    """Return the translations that the .ts file of a language holds."""
    path = FOLDER / f"segstudio_{language}.ts"
    if not path.exists():
        return {}
    root = ElementTree.fromstring(path.read_text("utf-8"))
    return {m.findtext("source", ""): m.findtext("translation", "") for m in root.iter("message")}


def write(language: str, texts: list[str], translations: dict[str, str]) -> Path:
    """Write the .ts file of a language and return its path."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = "segstudio"
    for text in texts:
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        translation.text = translations.get(text, "")
        if not translation.text:
            translation.set("type", "unfinished")
    ElementTree.indent(root, " ")
    path = FOLDER / f"segstudio_{language}.ts"
    body = ElementTree.tostring(root, "unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', "utf-8")
    return path


def release(path: Path) -> None:
    """Make the .qm file of a .ts file."""
    import PySide6

    tool = Path(PySide6.__path__[0]) / "lrelease"
    subprocess.run([str(tool), "-silent", "-nounfinished", str(path), "-qm", str(path.with_suffix(".qm"))], check=True)


def main() -> int:
    """Bring the languages up to date and return how many texts lack a translation."""
    texts, lacking = wanted(), 0
    for language in sys.argv[1:] or ["ko"]:
        translations = known(language)
        release(write(language, texts, translations))
        missing = [text for text in texts if not translations.get(text)]
        lacking += len(missing)
        for text in missing:
            print(f"{language}: {text}")
        print(f"{language}: {len(texts) - len(missing)} of {len(texts)} are translated.")
    return min(lacking, 1)


if __name__ == "__main__":
    sys.exit(main())
