"""Review states as people see them: icon, colour, word."""

from __future__ import annotations

from segstudio.app.i18n import later, tr

# state -> icon, colour, what it is called
OBJECT: dict[str, tuple[str, str, str]] = {
    "todo": ("circle-dashed", "faint", later("To do")),
    "predicted": ("sparkle", "accent", later("Predicted")),
    "corrected": ("pencil-simple", "muted", later("Corrected")),
    "accepted": ("check-circle", "ok", later("Done")),
    "flagged": ("flag", "warn", later("Flagged")),
    "rejected": ("prohibit", "danger", later("Rejected")),
}
# state -> icon, colour, what it is called, what it means
PICTURE: dict[str, tuple[str, str, str, str]] = {
    "todo": ("circle-dashed", "faint", later("To do"), later("Not looked at yet")),
    "predicted": ("sparkle", "accent", later("Predicted"), later("Predicted, not checked yet")),
    "corrected": ("pencil-simple", "muted", later("Corrected"), later("In work")),
    "done": ("check-circle", "ok", later("Done"), later("Done")),
    "flagged": ("flag", "warn", later("Flagged"), later("Flagged for another look")),
}


def object_state(review: str) -> tuple[str, str, str]:
    """Return (icon, colour, word) of an object's state; one from a newer program counts as to do."""
    icon, color, word = OBJECT.get(review, OBJECT["todo"])
    return icon, color, tr(word)


def picture_state(review: str) -> tuple[str, str, str, str]:
    """Return (icon, colour, word, meaning) of a picture's state."""
    icon, color, word, meaning = PICTURE.get(review, PICTURE["todo"])
    return icon, color, tr(word), tr(meaning)
