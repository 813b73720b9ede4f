"""The Review menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("review.next", "Next That Needs a Look", "caret-double-right", "J", "review.next", "project"),
    row("|review.done", "Mark Object Done", "check-circle", "Ctrl+Alt+D", "review.state:accepted", "selection"),
    row("review.corrected", "Mark Object Corrected", "pencil-simple", "", "review.state:corrected", "selection"),
    row("review.flag", "Flag Object", "flag", "Ctrl+Alt+F", "review.flag", "selection"),
    row("review.todo", "Mark Object To Do", "circle-dashed", "", "review.state:todo", "selection"),
    row("review.comment", "Comment…", "chat-text", "Ctrl+Alt+C", "review.comment", "picture"),
    row("|review.accept", "Accept Above a Score…", "checks", "Ctrl+Alt+Return", "review.accept_above", "project"),
    row("|review.flip", "Flip Before and After", "swap", "` F6", "review.flip", "picture", "on:flipped"),
    row("review.versions", "Versions of This Picture", "clock-counter-clockwise", "Ctrl+Alt+V", "review.versions",
        "picture"),
)  # fmt: skip
