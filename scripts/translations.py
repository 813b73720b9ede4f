"""Keeps the translations in step with the code: translations.py [LANGUAGE ...].

Every text that goes through `tr` or `later`, or that a table holds (actions, operations, tools and their options, body
parts, skeletons, formats, models), gets its entry in `segstudio_<language>.ts`; entries that nothing asks for any more
go. Translated ones stay. Qt's `lrelease` then makes the .qm file. Prints what still lacks a translation.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from segstudio.app.operations import OPERATIONS
from segstudio.app.table import ACTIONS, MENUS
from segstudio.app.tools import TOOLS
from segstudio.app.tools.options import Option
from segstudio.core import skeletons
from segstudio.core.densepose import CHARTS, COARSE
from segstudio.formats.registry import FORMATS
from segstudio.zoo.catalog import Catalog

REPO = Path(__file__).resolve().parent.parent
APP = REPO / "segstudio" / "app"
FOLDER = REPO / "segstudio" / "resources" / "translations"
# Class attributes that are shown.
ATTRIBUTES = ("hint", "title")


def _texts(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=a, orelse=b):
            yield from _texts(a)
            yield from _texts(b)


def _of_option(call: ast.Call, constants: dict[str, ast.expr]) -> Iterator[str]:
    """Yield the name, the tip and the choices of an option, also where a constant holds these."""
    yield from _texts(call.args[1] if len(call.args) > 1 else None)
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg in ("text", "tip"):
            yield from _texts(value)
        elif keyword.arg == "choices":
            pairs = constants.get(value.id) if isinstance(value, ast.Name) else value
            for pair in getattr(pairs, "elts", ()):
                yield from _texts(pair.elts[1] if isinstance(pair, ast.Tuple) else None)


def _of_code(tree: ast.Module) -> Iterator[str]:
    """Yield what `tr` and `later` are called with, and the options and class attributes that are shown."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in ("tr", "later"):
            yield from _texts(node.args[0])
        elif isinstance(node, ast.Call) and name == "Option":
            yield from _of_option(node, constants)
        elif isinstance(node, ast.ClassDef):
            for line in node.body:
                targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
                if any(isinstance(t, ast.Name) and t.id in ATTRIBUTES for t in targets):
                    yield from _texts(getattr(line, "value", None))


def _of_options(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        yield from (option.text, option.tip, *(text for _, text in option.choices))


def _of_tables() -> Iterator[str]:
    """Yield the texts of menus, actions, operations, tools, body parts, skeletons, formats and cards of models."""
    yield from MENUS
    for spec in ACTIONS:
        yield spec.text
    for operation in OPERATIONS:
        yield from (operation.text, *_of_options(operation.options))
    for tool in TOOLS:
        yield from (*_of_options(tool.options), *(button.text for button in tool.buttons))
    yield from (chart.name for chart in CHARTS)
    yield from COARSE
    for template in map(skeletons.get, skeletons.names()):
        yield from (template.title, *(w for e in (template.along, template.across) for w in (e.first, e.last)))
    for form in FORMATS:
        yield form.title
    for card in Catalog(FOLDER):  # Without the cards of whoever runs this.
        yield card.description


def wanted() -> list[str]:
    """Return every text of the interface, in the order of the files, then of the tables."""
    found: list[str] = []
    for path in sorted(APP.rglob("*.py")):
        found += _of_code(ast.parse(path.read_text("utf-8")))
    return [text for text in dict.fromkeys((*found, *_of_tables())) if any(c.isalpha() for c in text)]


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
