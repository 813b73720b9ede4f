"""One row of the table of actions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spec:
    """One action.

    Args:
        id: Its name, "group.verb".
        text: As menus and the palette show it.
        icon: Of the icon family, or empty.
        keys: Shortcuts, the first one is shown.
        menu: The menu it is in; empty for the palette and the keyboard only.
        call: "handler.method" or "handler.method:argument".
        needs: When it is enabled: a word of `enabling.State`, or empty for always.
        check: The name of what its tick shows, or empty.
        gap: Whether a separator goes before it in the menu.
    """

    id: str
    text: str
    icon: str
    keys: tuple[str, ...]
    menu: str
    call: str
    needs: str = ""
    check: str = ""
    gap: bool = False


def row(
    id: str, text: str, icon: str, keys: str, call: str, needs: str = "", check: str = "", menu: str | None = None
) -> Spec:
    """Return a row; "|" before the id puts a separator before it, and its menu is the id's first word unless said."""
    gap = id.startswith("|")
    id = id.lstrip("|")
    place = id.split(".")[0].capitalize() if menu is None else menu
    return Spec(id, text, icon, tuple(keys.split()), place, call, needs, check, gap)
