"""The Go menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("go.next", "Next Picture", "caret-right", "D", "go.next", "project"),
    row("go.previous", "Previous Picture", "caret-left", "A", "go.previous", "project"),
    row("go.undone", "Next Picture to Do", "caret-double-right", "Ctrl+Shift+D", "go.next_undone", "project"),
    row("go.first", "First Picture", "arrow-line-left", "Home", "go.first", "project"),
    row("go.last", "Last Picture", "arrow-line-right", "End", "go.last", "project"),
    row("|go.frame_next", "Next Frame", "skip-forward", ".", "go.frame:1", "video"),
    row("go.frame_previous", "Previous Frame", "skip-back", ",", "go.frame:-1", "video"),
    row("go.frame_forward", "10 Frames Forward", "fast-forward", "Shift+.", "go.frame:10", "video"),
    row("go.frame_back", "10 Frames Back", "rewind", "Shift+,", "go.frame:-10", "video"),
    row("|go.done", "Mark Done and Go On", "check-circle", "Ctrl+Space", "go.mark_done", "picture"),
    row("go.flag", "Flag for Another Look", "flag", "Ctrl+Shift+F", "go.mark:flagged", "picture"),
    row("go.todo", "Mark To Do", "circle-dashed", "", "go.mark:todo", "picture"),
)
