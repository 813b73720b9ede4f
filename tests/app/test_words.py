"""The words of the interface: every one that is shown goes through `tr`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
APP = REPO / "segstudio" / "app"

# Calls that show their text, with the places of the texts among their arguments.
SHOWS = {
    "label": (0,), "button": (0,), "icon_button": (1,), "EmptyState": (1, 2), "setText": (0,), "setToolTip": (0,),
    "setPlaceholderText": (0,), "setWindowTitle": (0,), "setAccessibleName": (0,), "setTitle": (0,), "addTab": (1,),
    "addMenu": (0,), "addItem": (0,), "say": (0,), "set_note": (0,), "QCheckBox": (0,), "QRadioButton": (0,),
    "Elided": (0,), "setStatusTip": (0,), "addAction": (0,), "QAction": (0,), "setSuffix": (0,), "setPrefix": (0,),
    "getExistingDirectory": (1,), "getOpenFileName": (1,), "getOpenFileNames": (1,), "getSaveFileName": (1,),
}  # fmt: skip
KEYWORDS = ("placeholderText", "toolTip", "text", "title")


# What is the same in every language: the program's name, versions, file names.
EXCUSED = ("'segstudio'", "f'segstudio {__version__}", "name if Path(name).suffix else name + '.json'",
           "f'{name} – segstudio'")  # fmt: skip


def _words(node: ast.expr) -> bool:
    """Return whether an expression is a text with letters that was written down here, outside of `tr`."""
    match node:
        case ast.Constant(value=str(text)):
            return any(c.isalpha() for c in text)
        case ast.JoinedStr(values=parts):
            return any(_words(p) for p in parts if isinstance(p, ast.Constant))
        case ast.IfExp(body=a, orelse=b):
            return _words(a) or _words(b)
        case ast.BinOp(left=a, right=b):
            return _words(a) or _words(b)
    return False


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _shown(call: ast.Call) -> Iterator[ast.expr]:
    name = _name(call)
    places = SHOWS.get(name, ())
    if name == "emit" and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith("said"):
        places = (0,)
    if name == "__init__" and "super()" in ast.unparse(call.func):
        places = (1, 2)
    yield from (call.args[i] for i in places if i < len(call.args))
    if name not in ("tr", "Spec", "Option", "Button", "Operation", "row", "Choice"):
        yield from (k.value for k in call.keywords if k.arg in KEYWORDS)


def untranslated() -> list[str]:
    """Return "file:line text" of every text that is shown without `tr`."""
    found = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found += [
                    f"{path.relative_to(REPO)}:{arg.lineno} {ast.unparse(arg)[:70]}"
                    for arg in _shown(node)
                    if _words(arg) and not ast.unparse(arg).startswith(EXCUSED)
                ]
    return found


def test_everything_that_is_shown_goes_through_tr() -> None:
    assert untranslated() == []
