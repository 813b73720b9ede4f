"""What a tool lets the person choose: a bar above the canvas is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Option:
    """One choice.

    Args:
        name: The key of its value.
        text: As the bar shows it.
        kind: "int" and "float" get a slider and a field, "choice" a list, "flag" a tick.
        default: The value of a new tool.
        least, most: The range of a number, both included.
        step: Of a number.
        unit: Shown behind a number: "px", "%".
        log: The slider is finer at the small end.
        choices: (value, text) pairs.
        tip: A sentence more.
    """

    name: str
    text: str
    kind: Literal["int", "float", "choice", "flag"]
    default: Any
    least: float = 0
    most: float = 1
    step: float = 1
    unit: str = ""
    log: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    tip: str = ""

    def brought(self, value: Any) -> Any:
        """Return a value brought into range; the default where it is of another kind altogether."""
        try:
            if self.kind in ("int", "float"):
                number = float(value)
                if number != number:
                    return self.default
                number = min(max(number, self.least), self.most)
                return round(number) if self.kind == "int" else number
        except (TypeError, ValueError, OverflowError):
            return self.default
        if self.kind == "flag":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        return value if any(value == key for key, _ in self.choices) else self.default


@dataclass(frozen=True)
class Button:
    """Something that a tool does when the bar's button is pressed: it gets the key, as if it had been typed.

    Args:
        text: As the bar shows it.
        key: As `Event.key` names it.
        icon: Of the icon family, or empty.
        primary: It is what finishes the work.
    """

    text: str
    key: str
    icon: str = ""
    primary: bool = False
