"""The Object menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("object.next", "Next Object", "arrow-down", "Tab", "edit.next_object", "objects"),
    row("object.previous", "Previous Object", "arrow-up", "Shift+Tab", "edit.previous_object", "objects"),
    row("|object.relabel", "Change Class…", "tag", "Ctrl+E", "edit.relabel", "selection"),
    row("object.accept", "Accept Prediction", "check", "Return Enter", "review.accept", "prediction"),
    row("object.reject", "Reject Prediction", "x", "Backspace", "review.reject", "prediction"),
    row("object.accept_all", "Accept All Shown", "checks", "Shift+Return", "review.accept_shown", "objects"),
    row("|object.hide", "Hide or Show Selected", "eye-slash", "S", "view.hide_selected", "selection"),
    row("object.unhide", "Show All Objects", "eye", "Shift+S", "view.unhide", "objects"),
    row("object.isolate", "Show the Selected Only", "selection", "/", "view.isolate", "isolable", "isolated"),
    row("object.lock", "Lock Selected", "lock", "Ctrl+L", "view.lock_selected", "selection"),
    row("object.unlock", "Unlock All Objects", "lock-open", "Ctrl+Alt+L", "view.unlock", "locked"),
)
