"""Choosing who gets a pixel that several objects claim: in panoptic mode, and where a map is exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QComboBox

from segstudio.app.i18n import later, tr
from segstudio.core.panoptic import Rule

OVERLAPS: dict[Rule, str] = {
    "top": later("Topmost wins"),
    "score": later("Higher score wins"),
    "small": later("Smaller wins"),
    "things": later("Things over stuff"),
}


def choices(name: str, texts: Mapping, chosen: str, choose: Callable[[Any], object]) -> QComboBox:
    """Return a list of choices.

    Args:
        name: For screen readers.
        texts: What is shown, by value.
        chosen: The value that it begins with.
        choose: Called with the value that the person chose.
    """
    box = QComboBox()
    box.setAccessibleName(name)
    for key, text in texts.items():
        box.addItem(tr(text), key)
    box.setCurrentIndex(box.findData(chosen))
    box.activated.connect(lambda i: choose(box.itemData(i)))
    return box
