"""The catalog: the cards that come with the package and the user's own."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import platformdirs
import tomli_w

from segstudio.core.errors import InputError
from segstudio.zoo import spec
from segstudio.zoo.spec import Card


def config_dir() -> Path:
    """Return the folder of the user's settings (SEGSTUDIO_CONFIG overrides the system's)."""
    return Path(os.environ.get("SEGSTUDIO_CONFIG") or platformdirs.user_config_dir("segstudio"))


class Catalog:
    """Lists the known models; loads none of their code.

    Args:
        user: Folder of the user's cards; the default is `config_dir() / "cards"`.

    Attributes:
        problems: The user's cards that could not be read, each as the error that says why; they are left out.
    """

    def __init__(self, user: Path | None = None) -> None:
        self.user = config_dir() / "cards" if user is None else Path(user)
        self.problems: list[InputError] = []
        self._cards: dict[str, Card] = {}
        self._own: set[str] = set()
        self.reload()

    def reload(self) -> None:
        """Read all cards again."""
        cards = [spec.decode(entry.read_bytes(), entry.name) for entry in _built_in()]
        self._cards = {card.name: card for card in sorted(cards, key=_order)}
        self._own.clear()
        self.problems.clear()
        for path in sorted(self.user.glob("*.toml")) if self.user.is_dir() else ():
            try:
                card = spec.decode(path.read_bytes(), path)
                if card.name in self._cards:
                    raise InputError(f"There is already a model '{card.name}'.", path=path, remedy="Rename this one.")
                self._check_parts(card, path)
            except OSError as error:
                self.problems.append(InputError(f"This card can't be read: {error.strerror}.", path=path))
            except InputError as error:
                self.problems.append(error)
            else:
                self._cards[card.name] = card
                self._own.add(card.name)

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards.values())

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, name: str) -> bool:
        return name in self._cards

    def names(self) -> list[str]:
        """Return all names, the starter pack first."""
        return list(self._cards)

    def is_own(self, name: str) -> bool:
        """Return whether the user added this card."""
        return name in self._own

    def get(self, name: str) -> Card:
        """Return a card.

        Raises:
            InputError: There is none of that name; the message offers the nearest ones.
        """
        card = self._cards.get(name)
        if card is not None:
            return card
        near = difflib.get_close_matches(name, self._cards, n=3, cutoff=0.5)
        remedy = f"Did you mean {' or '.join(near)}?" if near else "See: segstudio models list"
        raise InputError(f"There is no model '{name}'.", remedy=remedy)

    def starter_pack(self) -> list[Card]:
        """Return the cards that work without a network once they are fetched."""
        return [card for card in self if card.starter]

    def parts(self, card: Card) -> list[Card]:
        """Return the card and all it runs on, the parts first, each once."""
        found: dict[str, Card] = {}

        def visit(one: Card) -> None:
            for name in one.composes:
                visit(self.get(name))
            found.setdefault(one.name, one)

        visit(card)
        return list(found.values())

    def add(self, path: str | Path) -> Card:
        """Check a user's card and copy it to the user's cards.

        Beside the keys of `Card`, the file may name a `base`, a card whose values hold where it has none. Relative
        folders of sources count from the file; a weights file that lies in such a folder (or beside the card) may
        leave out sha256, bytes, licence and origin: size and sum are read from the file.

        Raises:
            InputError: Not a card, a name that is taken, or an unknown part.
        """
        path = Path(path)
        try:
            text = path.read_bytes()
        except OSError as error:
            raise InputError(f"This card can't be read: {error.strerror}.", path=path) from error
        try:
            values = msgspec.toml.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(f"This is not a TOML file: {error}.", path=path) from error
        base = self.get(values["base"]) if isinstance(values.get("base"), str) else None
        values["weights"] = [_completed(row, path) for row in values.get("weights", ()) if isinstance(row, dict)]
        card = spec.decode(tomli_w.dumps(values), path, base)
        if card.name in self._cards:
            raise InputError(
                f"There is already a model '{card.name}'.", path=path, remedy="Give this one another name."
            )
        self._check_parts(card, path)
        self.user.mkdir(parents=True, exist_ok=True)
        target = self.user / f"{card.name}.toml"
        part = target.with_suffix(".part")
        part.write_text(tomli_w.dumps(msgspec.to_builtins(card)), encoding="utf-8")
        part.replace(target)
        self._cards[card.name] = card
        self._own.add(card.name)
        return card

    def remove(self, name: str) -> None:
        """Take one of the user's own cards out; its weights stay.

        Raises:
            InputError: Not one of the user's own.
        """
        self.get(name)
        if name not in self._own:
            raise InputError(f"'{name}' comes with segstudio and can't be removed.")
        for path in self.user.glob("*.toml"):
            if spec.decode(path.read_bytes(), path).name == name:
                path.unlink()
        del self._cards[name]
        self._own.discard(name)

    def _check_parts(self, card: Card, path: Path) -> None:
        unknown = [name for name in card.composes if name not in self._cards]
        if unknown:
            raise InputError(f"This card runs on '{unknown[0]}', which is not in the catalog.", path=path)


def _built_in() -> list:
    return [entry for entry in (files("segstudio.resources") / "cards").iterdir() if entry.name.endswith(".toml")]


def _order(card: Card) -> tuple:
    return (not card.starter, not card.recommended, card.task, card.name)


def _completed(row: dict, path: Path) -> dict:
    """Return a weights row with absolute folders, and with what its local file itself says."""
    sources = [dict(source) for source in row.get("sources", ()) if isinstance(source, dict)] or [{"folder": "."}]
    for source in sources:
        if isinstance(source.get("folder"), str):
            source["folder"] = str((path.parent / source["folder"]).resolve())
    row = {"licence": "not stated", "origin": "added by the user", **row, "sources": sources}
    local = [Path(s["folder"]) / str(row.get("name")) for s in sources if isinstance(s.get("folder"), str)]
    found = next((file for file in local if file.is_file()), None)
    if found is not None and "sha256" not in row:
        with found.open("rb") as stream:
            row["sha256"] = hashlib.file_digest(stream, "sha256").hexdigest()
        row["bytes"] = found.stat().st_size
    return row
