"""The words of the interface in the person's language; the English text is the key."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "segstudio"


def tr(text: str, /, **values: object) -> str:
    """Return a text in the current language.

    Args:
        text: English, as it stands in the code; with `{name}` for each value.
        values: What is put in. Numbers may carry a format: `{n:,}`.
    """
    shown = QCoreApplication.translate(CONTEXT, text)
    return shown.format(**values) if values else shown
