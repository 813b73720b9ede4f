"""Which keys each action has: the table's own, a preset's over them, the person's over both."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from segstudio.app.settings import Settings
from segstudio.app.table import ACTIONS

FOLDER = files("segstudio.resources") / "shortcuts"
OWN = "segstudio"
PRESETS = (OWN, "labelme", "cvat")

Keys = tuple[str, ...]


def normal(key: str) -> str:
    """Return a key as Qt writes it, "" where it is none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


@cache
def _file(preset: str) -> tuple[str, dict[str, Keys]]:
    data = json.loads((FOLDER / f"{preset}.json").read_text("utf-8"))
    return data["title"], {id: tuple(map(normal, keys)) for id, keys in data["keys"].items()}


def title_of(preset: str) -> str:
    """Return a preset's name as people know it."""
    return OWN if preset == OWN else _file(preset)[0]


class Keymap(QObject):
    """The keys of all actions.

    Args:
        settings: Where the person's choices are remembered.

    Signals:
        changed: Some keys are others.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._base = {spec.id: tuple(map(normal, spec.keys)) for spec in ACTIONS}
        stored = settings.text("keys/preset", OWN)
        self._preset = stored if stored in PRESETS else OWN
        self._own = _read(settings.text("keys/own"), self._base)

    @property
    def preset(self) -> str:
        """The name of the preset."""
        return self._preset

    def choose(self, preset: str) -> None:
        """Take another preset; the person's own keys stay over it."""
        self._preset = preset
        self._settings.set_text("keys/preset", preset)
        self.changed.emit()

    def keys(self) -> dict[str, Keys]:
        """Return the keys of every action by its id."""
        found = dict(self._base)
        for layer in ({} if self._preset == OWN else _file(self._preset)[1], self._own):
            taken = {key for keys in layer.values() for key in keys}
            found = {id: tuple(k for k in keys if k not in taken) for id, keys in found.items()}
            found.update((id, keys) for id, keys in layer.items() if id in found)
        return found

    def set(self, id: str, keys: Iterable[str]) -> None:
        """Give an action these keys and no others; who had one of them before loses it."""
        wanted = tuple(dict.fromkeys(filter(None, map(normal, keys))))
        for other, held in self._own.items():
            self._own[other] = tuple(k for k in held if k not in wanted)
        self._own[id] = wanted
        self._store()

    def reset(self, id: str | None = None) -> None:
        """Give an action (or all) the preset's keys again."""
        if id is None:
            self._own.clear()
        else:
            self._own.pop(id, None)
        self._store()

    def changed_by_person(self, id: str) -> bool:
        """Return whether an action's keys are the person's own choice."""
        return id in self._own

    def users(self, key: str, but: str = "") -> list[str]:
        """Return the ids of the actions that have a key now."""
        wanted = normal(key)
        return [id for id, keys in self.keys().items() if wanted in keys and id != but]

    def conflicts(self) -> dict[str, list[str]]:
        """Return the keys that several actions have, with their ids."""
        held: dict[str, list[str]] = defaultdict(list)
        for id, keys in self.keys().items():
            for key in keys:
                held[key].append(id)
        return {key: ids for key, ids in held.items() if len(ids) > 1}

    def _store(self) -> None:
        self._settings.set_text("keys/own", json.dumps(self._own))
        self.changed.emit()


def _read(stored: str, known: Mapping[str, Keys]) -> dict[str, Keys]:
    """Return what the settings hold, without what this version does not know."""
    try:
        data = json.loads(stored or "{}")
        return {id: tuple(map(normal, map(str, keys))) for id, keys in data.items() if id in known}
    except (ValueError, TypeError, AttributeError):
        return {}
