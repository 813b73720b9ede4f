"""The Model menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("model.predict", "Predict This Picture", "sparkle", "Ctrl+Return", "models.predict_one", "picture"),
    row(
        "model.predict_all", "Predict All Pictures", "magic-wand", "Ctrl+Shift+Return", "models.predict_all", "project"
    ),
    row("|model.poses", "Pose in the Selected Boxes", "person", "", "models.in_boxes:poses", "selection"),
    row("model.masks", "Mask in the Selected Boxes", "paint-brush", "", "models.in_boxes:instances", "selection"),
    row("|model.pause", "Pause or Go On", "pause", "", "models.pause", "running"),
    row("model.cancel", "Cancel the Run", "stop", "Ctrl+.", "models.cancel", "running"),
    row("model.discard", "Discard the Last Run", "arrow-u-up-left", "", "models.discard", "run"),
    row("|model.inside", "Look Inside", "eye", "Ctrl+Alt+I", "inside.look", "picture"),
    row("model.inside_next", "Next View of the Inside", "caret-right", "Alt+Right", "inside.step:1", "inside"),
    row("model.inside_previous", "Previous View of the Inside", "caret-left", "Alt+Left", "inside.step:-1", "inside"),
    row("model.inside_hide", "Hide the View of the Inside", "eye-slash", "Esc", "inside.hide", "inside_shown"),
    row("|model.auto", "Run on the Best Device", "lightning", "", "models.device:auto", "", "device:auto"),
    row("model.cpu", "Run on the CPU", "cpu", "", "models.device:cpu", "", "device:cpu"),
    row("|model.starter", "Fetch the Starter Pack", "cloud-arrow-down", "", "models.fetch_starter"),
)
