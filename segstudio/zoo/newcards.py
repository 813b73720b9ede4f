"""A card for a model file that has none: what the file itself says, and a guess at the rest, which is said."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from segstudio.core.errors import InputError, SegstudioError
from segstudio.zoo import labels, predictor, weights

if TYPE_CHECKING:
    from segstudio.zoo.catalog import Catalog
    from segstudio.zoo.spec import Card

BUILDERS = {
    ".onnx": "files.onnx:build",
    ".pt2": "files.torch_files:build",
    ".pt": "files.torch_files:build",
    ".torchscript": "files.torch_files:build",
}
_SIDES = (640, 512, 320, 256, 224)
_KNOWN = {80: "coco-91", 21: "voc-21", 1000: "imagenet-1k"}
_IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
_RESIZED = {
    "stretch": "stretched to that size",
    "letterbox": "fitted into that size",
    "shorter": "scaled to that shorter side",
}
_LETTERBOXED = ("yolov8", "yolov8-masks", "yolov8-poses", "yolov5", "yolox", "yunet")


@dataclass(frozen=True)
class Wishes:
    """What a person says of a model file; None and empty for what is to be guessed.

    Args:
        name: Of the card.
        adapter: How the outputs are read.
        task: What results it gives.
        labels: A label set's name.
        classes: Class names in the network's order.
        size: (height, width) of its input.
        settings: Of the card, as they are.
        input: Of the card's input, as it is.
    """

    name: str = ""
    adapter: str = ""
    task: str = ""
    labels: str = ""
    classes: tuple[str, ...] = ()
    size: tuple[int, int] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    input: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What a file shows when it is looked at.

    Args:
        size: (height, width) of the input that it was tried with.
        fixed: That the file allows no other.
        layout: Of the input.
        outputs: Names and shapes, without the batch's axis, of the outputs.
        whole: Names of the outputs that are whole numbers.
        names: Class names that the file brings.
    """

    size: tuple[int, int]
    fixed: bool
    layout: str
    outputs: dict[str, tuple[int, ...]]
    whole: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A card that is not in the catalog yet.

    Args:
        path: The model file.
        values: The card's.
        remarks: What was read and what was guessed, a sentence each.
    """

    path: Path
    values: dict[str, Any]
    remarks: list[str]

    @property
    def text(self) -> str:
        """The card as TOML."""
        return tomli_w.dumps(self.values)


def propose(path: Path, wishes: Wishes | None = None) -> Draft:
    """Return a card for a model file, ONNX (.onnx), TorchScript (.pt, .torchscript) or torch.export (.pt2).

    Raises:
        InputError: Another kind of file, or outputs that no adapter is known for; the message says their shapes.
        WeightsError: Not such a file, damaged, or one that is refused.
    """
    wishes = wishes or Wishes()
    path = Path(path).resolve()
    if path.suffix.lower() not in BUILDERS:
        raise InputError(
            "A model file ends in .onnx, .pt2, .pt or .torchscript.",
            path=path,
            remedy="Weights without a network (.pth, .safetensors) go to a card: segstudio models add FILE --to NAME",
        )
    seen = look(path, wishes.size)
    shapes = ", ".join(f"{name} {'x'.join(map(str, shape)) or '1'}" for name, shape in seen.outputs.items())
    size = f"{seen.size[0]}x{seen.size[1]}"
    remarks = [f"The input is {size} pixels, {'as the file says' if seen.fixed else 'a guess: the file takes others'}."]
    remarks.append(f"The outputs are {shapes}.")
    adapter, settings, count = _adapter(seen, wishes, path, shapes)
    settings = {"adapter": adapter, "layout": seen.layout, **settings, **wishes.settings}
    told = "as asked" if wishes.adapter else "guessed from these shapes"
    remarks.append(f"They are read by the adapter '{adapter}', {told}.")
    named, said = _classes(seen, wishes, adapter, count)
    remarks.append(said)
    spec = _input(seen, adapter, wishes)
    if not wishes.input:
        remarks.append(
            f"Pictures are {_RESIZED[settings.get('resize', 'stretch')]}, as "
            f"{spec.get('channels', 'rgb').upper()} up to {spec['range']:g}, mean {spec.get('mean', [0, 0, 0])}, std "
            f"{spec.get('std', [1, 1, 1])}: a guess. Compare it with what the model's authors say; a wrong one still "
            "gives results, only poorer."
        )
    from segstudio.zoo.systems.files.adapters import ADAPTERS

    name = wishes.name or re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._") or "model"
    values = {
        "name": name,
        "title": wishes.name or path.stem,
        "task": wishes.task or ADAPTERS[adapter].tasks[0],
        "description": f"A model of your own, from {path.name}.",
        "builder": BUILDERS[path.suffix.lower()],
        "licence": "not stated",
        "requires": ["onnxruntime"] if path.suffix.lower() == ".onnx" else ["torch"],
        **named,
        "input": spec,
        "settings": settings,
        "weights": [{"name": path.name, "sources": [{"folder": str(path.parent)}]}],
    }
    return Draft(path, values, remarks)


def add(draft: Draft, catalog: Catalog) -> Card:
    """Put a card into the catalog and its file into the cache, once the model has looked at a grey picture.

    Raises:
        SegstudioError: The card does not fit the file; both are taken out again.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "card.toml"
        place.write_text(draft.text, encoding="utf-8")
        card = catalog.add(place)
    try:
        weights.add_file(card, draft.path)
        predictor.load(card, catalog=catalog).close()
    except SegstudioError:
        catalog.remove(card.name)
        weights.remove(card)
        raise
    return card


def look(path: Path, size: tuple[int, int] | None = None) -> Seen:
    """Return what a model file shows when it sees a grey picture.

    Raises:
        InputError: It takes no picture of that size, or of the usual ones.
        WeightsError: It can't be read, or is refused.
    """
    import numpy as np

    network, names = _opened(path)
    shape = network.shape
    layout = "nhwc" if len(shape) == 4 and shape[1] != 3 and shape[3] == 3 else "nchw"
    sides = (shape[1:3] if layout == "nhwc" else shape[2:4]) if len(shape) == 4 else (None, None)
    tried = [size] if size else [(sides[0] or side, sides[1] or side) for side in _SIDES]
    batch = (shape[0] if shape else None) or 1
    failure = InputError("It takes no picture.")
    for height, width in tried:
        grey = np.full((batch, height, width, 3) if layout == "nhwc" else (batch, 3, height, width), 0.5, np.float32)
        try:
            outputs = network.run(grey, None, False)
        except InputError as error:
            failure = error
            continue
        keys = list(network.outputs) or getattr(network, "answered", [])
        found = {str(key): tuple(output.shape[1:]) for key, output in zip(keys, outputs)}
        whole = frozenset(str(key) for key, output in zip(keys, outputs) if output.dtype.kind in "iu")
        return Seen((height, width), all(sides), layout, found, whole, names)
    raise InputError(failure.message, path=path, remedy="Name the size of its input: --size HEIGHT WIDTH") from failure


def _opened(path: Path) -> tuple[Any, tuple[str, ...]]:
    """Return the network of a file, and the class names that it brings."""
    if path.suffix.lower() == ".onnx":
        from segstudio.zoo.systems.files.onnx import OnnxFile

        network = OnnxFile(path, "cpu")
        return network, _stated(network.network.notes.get("names", ""))
    from segstudio.zoo.systems.files import torch_files

    return torch_files.opened(path, "cpu"), ()


def _stated(text: str) -> tuple[str, ...]:
    """Return class names as Ultralytics writes them into a file, {0: 'person', ...}; none where they are not so."""
    try:
        names = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return ()
    if not isinstance(names, dict) or sorted(names) != list(range(len(names))):
        return ()
    return tuple(str(names[i]) for i in range(len(names)))


def _adapter(seen: Seen, wishes: Wishes, path: Path, shapes: str) -> tuple[str, dict[str, Any], int]:
    """Return the adapter, settings that come with it, and the number of classes (0 where the outputs don't tell)."""
    from segstudio.zoo.systems.files.adapters import ADAPTERS

    if wishes.adapter and wishes.adapter not in ADAPTERS:
        raise InputError(f"There is no adapter '{wishes.adapter}'.", remedy=f"Known are: {', '.join(ADAPTERS)}.")
    known = len(wishes.classes) or (len(labels.get(wishes.labels).labels) if wishes.labels else len(seen.names))
    guessed = next(_guesses(seen, known, wishes.adapter), None)
    if guessed is None:
        raise InputError(
            f"It can't be told how the outputs of this network are to be read: {shapes}."
            if not wishes.adapter
            else f"The adapter '{wishes.adapter}' does not read such outputs: {shapes}.",
            path=path,
            remedy=f"Name the adapter (--adapter) and, where needed, the classes. Known are: {', '.join(ADAPTERS)}.",
        )
    return guessed


def _guesses(seen: Seen, known: int, only: str) -> Any:
    single = [guess for name in seen.outputs for guess in _single(seen, known, name)]
    for adapter, settings, count in (*_several(seen, known), *single):
        if only in ("", adapter):
            resize = {"resize": "letterbox"} if adapter in _LETTERBOXED else {}
            yield adapter, {**resize, **settings}, count


def _cells(size: tuple[int, int]) -> int:
    return sum(-(-size[0] // stride) * -(-size[1] // stride) for stride in (8, 16, 32))


def _several(seen: Seen, known: int) -> list[tuple[str, dict[str, Any], int]]:
    """Return what several outputs may be, the surest first."""
    names, shapes = list(seen.outputs), list(seen.outputs.values())
    widths = [shape[-1] for shape in shapes if len(shape) == 2]
    if len(shapes) == len(widths) == 12 and sorted(widths[6:]) == [4] * 3 + [10] * 3:
        return [("yunet", {"fill": 0, "anchor": "corner"}, 1)]
    rows = [name for name in names if len(seen.outputs[name]) == 2]
    planes = [name for name in names if len(seen.outputs[name]) == 3]
    if len(rows) == 1 and len(planes) == 1:
        width, count = min(seen.outputs[rows[0]]), seen.outputs[planes[0]][0]
        if width > 4 + count:
            return [("yolov8-masks", {"outputs": [rows[0], planes[0]]}, width - 4 - count)]
    boxes = [name for name in rows if seen.outputs[name][1] == 4]
    lines = [name for name in names if len(seen.outputs[name]) == 1]
    if len(boxes) == 1 and len(lines) == 2:
        numbers = [n for n in lines if n in seen.whole or re.search("label|class", n.lower())]
        scores = [n for n in lines if n not in numbers[:1]]
        if len(numbers) == 1:
            return [("boxes-scores-labels", {"outputs": [boxes[0], scores[0], numbers[0]], "numbering": "id"}, 0)]
    others = [name for name in rows if name not in boxes[:1]]
    if boxes and len(others) == 1 and seen.outputs[others[0]][0] == seen.outputs[boxes[0]][0]:
        count = seen.outputs[others[0]][1]
        relative = {"outputs": [boxes[0], others[0]], "box_scale": "relative"}
        behind = {"first": 1} if known == count - 1 or (not known and count - 1 in (1, *_KNOWN)) else {}
        detr = ("detr", {"outputs": [others[0], boxes[0]]}, count - 1)
        plain = ("boxes-classes", {**relative, **behind, "iou": 0.3}, count - len(behind))
        return [detr, plain] if "logit" in others[0].lower() or seen.outputs[boxes[0]][0] <= 900 else [plain, detr]
    return []


def _single(seen: Seen, known: int, name: str) -> list[tuple[str, dict[str, Any], int]]:
    """Return what one output alone may be, the surest first."""
    shape = seen.outputs[name]
    taken = {"outputs": [name]} if len(seen.outputs) > 1 else {}
    if len(shape) == 1:
        return [("classes", taken, shape[0])]
    if len(shape) == 2 and (name in seen.whole or shape == seen.size):
        return [("semantic", taken, 0)]
    if len(shape) == 2:
        long, width = max(shape), min(shape)
        v5, v8 = ("yolov5", taken, width - 5), ("yolov8", taken, width - 4)
        if long == 3 * _cells(seen.size):
            return [v5]
        one = long == _cells(seen.size) and (width - 5 == known or (not known and width - 5 in _KNOWN))
        poses = [("yolov8-poses", taken, 1)] if width == 4 + 1 + 3 * 17 and known in (0, 1) else []
        return [("yolox", taken, width - 5), v8, v5] if one else [*poses, v8, v5, ("yolox", taken, width - 5)]
    if len(shape) != 3:
        return []
    count, height, _ = shape
    if count == 1 and name not in seen.whole:
        return [("saliency", {**taken, "spread": True}, 1)]
    grid = ("fastestdet", taken, count - 5)
    maps, heat = ("semantic", taken, 0 if name in seen.whole else count), ("heatmaps", taken, 0)
    if height * 16 == seen.size[0] and (count - 5 == known or (not known and count - 5 in _KNOWN)):
        return [grid, maps]
    return [heat, maps] if count == 17 and known in (0, 1) else [maps, heat, grid]


def _classes(seen: Seen, wishes: Wishes, adapter: str, count: int) -> tuple[dict[str, Any], str]:
    """Return the card's labels or classes, and the sentence about them."""
    if wishes.labels:
        return {"labels": wishes.labels}, f"The classes are those of '{wishes.labels}', as asked."
    if wishes.classes:
        return {"classes": list(wishes.classes)}, f"The {len(wishes.classes)} classes are as asked."
    if seen.names:
        return {"classes": list(seen.names)}, f"The names of {len(seen.names)} classes were read from the file."
    if adapter == "yunet":
        return {"labels": "face"}, "It finds faces."
    if adapter in ("yolov8-poses", "heatmaps"):
        return {"labels": "coco-person"}, "The keypoints are COCO's 17, a guess."
    if adapter == "saliency":
        return {"classes": ["object"]}, "What stands out is called 'object'."
    if adapter == "boxes-scores-labels":
        return {"labels": "coco-91"}, "The class numbers are COCO's, a guess: the outputs don't tell."
    if count in _KNOWN:
        return {"labels": _KNOWN[count]}, f"{count} classes: those of '{_KNOWN[count]}', a guess."
    if count < 1:
        raise InputError(
            "The number of its classes can't be told from the outputs.", remedy="Name them: --labels or --classes"
        )
    names = [f"class {i + 1}" for i in range(count)]
    several = f"{count} classes" if count > 1 else "One class"
    return {"classes": names}, f"{several} without names; name them by --classes or in the card."


def _input(seen: Seen, adapter: str, wishes: Wishes) -> dict[str, Any]:
    spec: dict[str, Any] = {"size": list(seen.size), "range": 1.0}
    if adapter in ("yunet", "yolox"):
        spec |= {"range": 255.0, "channels": "bgr"}
    elif adapter == "fastestdet":
        spec |= {"channels": "bgr"}
    elif adapter not in _LETTERBOXED:
        spec |= _IMAGENET
    return {**spec, **wishes.input}


def names_in(text: str | Path) -> tuple[str, ...]:
    """Return class names from a file with one a line, or from a text with commas.

    Raises:
        InputError: The file can't be read, or there are none.
    """
    path = Path(text)
    try:
        said = path.read_text(encoding="utf-8") if path.is_file() else str(text).replace(",", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("These class names can't be read.", path=path) from error
    found: Sequence[str] = [line.strip() for line in said.splitlines() if line.strip()]
    if not found:
        raise InputError("There are no class names.", remedy="One a line in a file, or with commas between them.")
    twice = next((name for i, name in enumerate(found) if name in found[:i]), None)
    if twice is not None:
        where = path if path.is_file() else None
        raise InputError(f"Two classes are called '{twice}'.", path=where, remedy="Give each a name of its own.")
    return tuple(found)
