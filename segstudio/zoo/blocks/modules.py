"""TorchScript archives and torch.export programs: looked through before they are opened, then run by torch.

Neither is a mere list of numbers. A TorchScript archive holds a program in a language of its own, without Python, but
with a few operators that read and write files. A torch.export archive names functions of torch, and expressions that
sympy evaluates; torch's own reader goes back to Python's pickle where it must. What such an archive may say here is
therefore a list of what networks need, and an archive that says anything else is not opened.
"""

from __future__ import annotations

import ast
import io
import json
import pickle
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from segstudio.core.errors import WeightsError
from segstudio.zoo import checkpoints

# Operators of TorchScript that touch files or other processes, by their last name.
_TOUCHING = re.compile(r"\b(save|from_file|read_file|write_file|load_tensor|_pickle_\w+|rpc\w*|decode_\w+)\b")
_NAMESPACE = re.compile(r"\bops\.(\w+)")
_NAMESPACES = {"aten", "prim", "prims", "torchvision", "quantized", "mkldnn"}
_CUSTOM = re.compile(r"__torch__\.torch\.classes\b")

_TARGET = re.compile(
    r"torch\.ops\.(aten|prims|torchvision|quantized_decomposed)\.\w+\.\w+"
    r"|torch\.ops\.higher_order\.(wrap_with_set_grad_enabled|wrap_with_autocast|cond)"
    r"|_operator\.(add|sub|mul|floordiv|truediv|mod|pow|neg|eq|ne|lt|le|gt|ge|and_|or_|getitem)"
    r"|math\.(floor|ceil|trunc|sqrt|pow)"
    r"|torch\.(sym_\w+|_sym_sqrt)"
)
_FORBIDDEN = re.compile(r"torch\.ops\.aten\.(save|from_file)\b")
_TREES = {None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"}
_REMEDY = "Save its state dict alone, or export it as ONNX, where the file comes from."


def scripted(path: Path, device: str) -> Any:
    """Return a TorchScript module in eval mode.

    Raises:
        WeightsError: Not a TorchScript archive, damaged, or one whose program could touch files; nothing was run.
    """
    with _opened(path, "TorchScript archive") as archive:
        names = archive.namelist()
        if not any("/code/" in name for name in names) or any(name.endswith("model.json") for name in names):
            raise WeightsError("This is not a TorchScript archive.", path=path)
        for name in names:
            if "/code/" not in name or not name.endswith(".py"):
                continue
            text = archive.read(name).decode("utf-8", "replace")
            strange = [found for found in _NAMESPACE.findall(text) if found not in _NAMESPACES]
            touching = _TOUCHING.search(text) or _CUSTOM.search(text)
            if strange or touching:
                said = f"ops.{strange[0]}" if strange else touching and touching[0]
                raise WeightsError(
                    f"The program in this file uses '{said}', which can reach beyond the network; it was not opened.",
                    path=path,
                    place=name,
                    remedy=_REMEDY,
                )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.jit.load(str(path), map_location=device).eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise WeightsError(f"torch can't read this TorchScript archive: {_first(error)}", path=path) from error


def exported(path: Path, device: str) -> tuple[Any, tuple[int | None, ...]]:
    """Return the module of a torch.export program, and its input's shape with None for sides that are free.

    Raises:
        WeightsError: Not such a program, damaged, of several inputs, or one that names more than a network's operators;
            nothing was run.
    """
    with _opened(path, "torch.export archive") as archive:
        names = archive.namelist()
        if not any(re.search(r"/models/.+\.json$", name) for name in names):
            raise WeightsError("This is not a torch.export archive of torch 2.8 or later.", path=path)
        for name in names:
            if name.endswith("/"):
                continue
            _check_entry(name, archive.read(name), path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(str(path))
            module = program.module(check_guards=False)
    except Exception as error:
        raise WeightsError(f"torch can't read this torch.export program: {_first(error)}", path=path) from error
    inputs = [node for node in program.graph.nodes if node.name in program.graph_signature.user_inputs]
    if len(inputs) != 1:
        raise WeightsError(f"A network of one picture input is needed; this one has {len(inputs)} inputs.", path=path)
    shape = tuple(side if isinstance(side, int) else None for side in inputs[0].meta["val"].shape)
    return module.to(device), shape


def _opened(path: Path, what: str) -> zipfile.ZipFile:
    checkpoints.check_unpacked(path)
    try:
        archive = zipfile.ZipFile(path)
        # Two entries of one name: what is looked through here might not be what torch reads.
        if len(set(archive.namelist())) != len(archive.namelist()) or archive.testzip() is not None:
            raise zipfile.BadZipFile("damaged")
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise WeightsError(f"This is not a {what}, or it is damaged.", path=path) from error
    return archive


def _check_entry(name: str, content: bytes, path: Path) -> None:
    """Look through one entry of a torch.export archive.

    Raises:
        WeightsError: It holds what a network does not need.
    """
    inner = name.split("/", 1)[-1]
    if "custom_obj" in inner or "aotinductor" in inner or inner.startswith("extra"):
        raise _refused(path, name, "holds objects or compiled code")
    if inner.endswith(".json"):
        try:
            said = json.loads(content)
        except ValueError as error:
            raise WeightsError("This torch.export archive is damaged.", path=path, place=name) from error
        for what in _strange(said):
            raise _refused(path, name, f"names {what[:80]!r}")
    elif inner.endswith((".pt", ".pkl")):
        try:
            torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError) as error:
            raise _refused(path, name, "holds more than tensors") from error


def _refused(path: Path, place: str, why: str) -> WeightsError:
    return WeightsError(
        f"This program {why}, which could run code when opened; it was not opened.",
        path=path,
        place=place,
        remedy=_REMEDY,
    )


def _strange(said: Any) -> Iterator[str]:
    """Yield the targets, expressions, guards and types of a program that no network needs."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key in ("target", "as_operator") and isinstance(value, str):
                if not _TARGET.fullmatch(value) or _FORBIDDEN.match(value):
                    yield value
            elif key == "expr_str":
                if not isinstance(value, str) or not _is_sum(value):
                    yield str(value)
            elif key in ("in_spec", "out_spec") and isinstance(value, str) and value:
                yield from _strange_tree(json.loads(value))
            elif key == "use_pickle" and value:
                yield "a pickled tensor"
            else:
                yield from _strange(value)
    elif isinstance(said, list):
        for one in said:
            yield from _strange(one)


def _strange_tree(spec: Any) -> Iterator[str]:
    if isinstance(spec, dict):
        if spec.get("type") not in _TREES:
            yield str(spec.get("type"))
        for child in spec.get("children_spec", ()):
            yield from _strange_tree(child)
    elif isinstance(spec, list):
        for one in spec:
            yield from _strange_tree(one)


_FUNCTIONS = set(
    "Symbol Integer Float Rational Add Mul Pow Max Min Mod PythonMod FloorDiv CeilDiv CleanDiv ModularIndexing Where "
    "Eq Ne Gt Ge Lt Le And Or Not IntTrueDiv FloatTrueDiv ToFloat CeilToInt FloorToInt TruncToInt Abs Identity "
    "StrictGreaterThan GreaterThan StrictLessThan LessThan Equality Unequality".split()
)
_PARTS = (
    ast.Expression, ast.Call, ast.Name, ast.Load, ast.Constant, ast.keyword, ast.UnaryOp, ast.USub, ast.BinOp, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow,
)  # fmt: skip
_SYMBOL = re.compile(r"[a-z]+\d*|True|False")


def _is_sum(text: str) -> bool:
    """Return whether an expression is made of numbers, symbols and sympy's arithmetic alone."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return False
    called = set()
    for node in ast.walk(tree):
        if not isinstance(node, _PARTS):
            return False
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS:
                return False
            called.add(id(node.func))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _SYMBOL.fullmatch(node.value):
            return False
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)
    return all(_SYMBOL.fullmatch(node.id) for node in names)


def _first(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:200] if text else type(error).__name__
