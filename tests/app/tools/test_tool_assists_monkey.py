"""Whatever is done with the assist tools, and whenever their results arrive: nothing breaks, nothing is left over."""

from __future__ import annotations

import random

import pytest
from assist_scene import H, W, block
from canvas_hand import ALT, LEFT, NONE, RIGHT, SHIFT
from PySide6.QtCore import Qt

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.tools.base import Event
from segstudio.core import masks
from segstudio.core.changes import ChangeSet

K = Qt.Key
KEYS = [
    *[(K.Key_Return, "")] * 4, (K.Key_Escape, ""), (K.Key_Backspace, ""), (K.Key_Q, "q"), (K.Key_N, "n"),
    (K.Key_BracketLeft, "["), (K.Key_BracketRight, "]"),
]  # fmt: skip
TOOLS = ("wand", "superpixels", "scissors", "grabcut", "watershed")


def _act(dice: random.Random, desk, hand, tool) -> None:
    """Do one thing, or let a result arrive."""

    def place() -> tuple[float, float]:
        return dice.uniform(-20, W + 20), dice.uniform(-20, H + 20)

    mods, button = dice.choice((NONE, NONE, SHIFT, ALT)), dice.choice((LEFT, LEFT, RIGHT))
    match dice.choice(
        ("click", "drag", "press", "release", "move", "double", "key", "key", "arrive", "arrive", "choose")
    ):
        case "click":
            hand.click(*place(), button=button, mods=mods)
        case "drag":
            hand.drag(*(place() for _ in range(dice.randint(2, 5))), button=button, mods=mods)
        case "press":
            hand.press(*place(), button, mods)
        case "release":
            hand.release(*place(), button, mods)
        case "move":
            hand.move(*place(), mods)
        case "double":
            hand.double(*place())
        case "key":
            hand.key(*dice.choice(KEYS))
        case "arrive" if desk.later:
            desk.later.pop(dice.randrange(len(desk.later)))()
        case "choose":
            option = dice.choice(tool.options)
            value = dice.choice([key for key, _ in option.choices] or [option.least, option.most, True, False])
            tool.set_value(option.name, value)
            hand.view.runner.send(Event("option", key=option.name))
            desk.set_selection(dice.sample(list(desk.annotations), min(len(desk.annotations), dice.randint(0, 2))))


@pytest.mark.parametrize("name", TOOLS)
def test_no_sequence_of_events_harms_an_assist(desk_of, name: str) -> None:
    # A run in which nothing was ever finished would show little.
    assert sum(_run(desk_of, name, seed) for seed in range(4)) > 0


def _run(desk_of, name: str, seed: int) -> int:
    """Do 150 things; return how many steps they made."""
    dice = random.Random(seed)
    rows = [block(1), block(2, x=20, y=50, w=70, h=60)]
    desk, hand, tool = desk_of(name, rows, [2])
    begun, desk.later = dict(desk.annotations), []
    failures: list[object] = []
    hand.view.failed.connect(failures.append)
    for _ in range(150):
        _act(dice, desk, hand, tool)
        assert not failures
    for a in desk.annotations.values():
        mask = a.mask(W, H)
        assert mask.counts and masks.paste(mask, H, W).sum() == mask.area
    hand.view.set_runner(None)
    assert desk.state.draft in (NOTHING, Draft())
    for change in reversed(desk.commits):
        _undo(desk, change)
    assert desk.annotations == begun
    return len(desk.commits)


def _undo(desk, change: ChangeSet) -> None:
    for c in change.inverse().changes:
        assert desk.annotations.get(c.id) == c.before
        if c.after is None:
            del desk.annotations[c.id]
        else:
            desk.annotations[c.id] = c.after
