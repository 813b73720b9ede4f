"""What the window remembers between runs: recent projects, theme, geometry."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

RECENT = 8


class Settings:
    """A thin, typed face of QSettings, kept in an INI file of the user's configuration folder.

    Args:
        path: The file, for tests; by default `SEGSTUDIO_SETTINGS` or the user's own.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        path = path or os.environ.get("SEGSTUDIO_SETTINGS")
        if path:
            self._store = QSettings(str(path), QSettings.Format.IniFormat)
        else:
            form, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
            self._store = QSettings(form, scope, "segstudio", "segstudio")

    @property
    def theme(self) -> str:
        """Return "system", "light" or "dark"."""
        value = str(self._store.value("theme", "system"))
        return value if value in ("system", "light", "dark") else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self._store.setValue("theme", value)

    @property
    def language(self) -> str:
        """Return "system" or a language."""
        return self.text("language", "system")

    @language.setter
    def language(self, value: str) -> None:
        self.set_text("language", value)

    def recent(self) -> list[Path]:
        """Return the project files opened last, newest first, without those that are gone."""
        stored = self._store.value("recent", [])
        # An INI file gives a list of one back as its only word.
        names = stored if isinstance(stored, list) else [stored] if stored else []
        return [Path(str(name)) for name in names if Path(str(name)).is_file()]

    def add_recent(self, path: Path) -> None:
        """Put a project file at the top of the list."""
        rest = [p for p in self.recent() if p != path]
        self._store.setValue("recent", [str(p) for p in [path, *rest][:RECENT]])

    def folder(self, purpose: str) -> str:
        """Return the folder that was last used for a purpose ("open", "export"), or the user's home."""
        value = str(self._store.value(f"folder/{purpose}", ""))
        return value if value and Path(value).is_dir() else str(Path.home())

    def set_folder(self, purpose: str, folder: str | Path) -> None:
        """Remember a folder."""
        self._store.setValue(f"folder/{purpose}", str(folder))

    def text(self, name: str, default: str = "") -> str:
        """Return a stored word."""
        return str(self._store.value(f"text/{name}", default))

    def set_text(self, name: str, value: str) -> None:
        """Remember a word."""
        self._store.setValue(f"text/{name}", value)

    def bytes(self, name: str) -> QByteArray | None:
        """Return stored window geometry or state."""
        value = self._store.value(f"window/{name}")
        return value if isinstance(value, QByteArray) else None

    def set_bytes(self, name: str, value: QByteArray) -> None:
        """Remember window geometry or state."""
        self._store.setValue(f"window/{name}", value)

    def sync(self) -> None:
        """Write everything now."""
        self._store.sync()
