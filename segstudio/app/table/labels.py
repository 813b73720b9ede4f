"""The Labels menu."""

from __future__ import annotations

from segstudio.app.table.spec import Spec, row

ROWS: tuple[Spec, ...] = (
    row("labels.new", "New Class", "plus", "", "labels.new", "project"),
    row("labels.rename", "Rename Class", "pencil-simple", "F2", "labels.rename", "class"),
    row("labels.color", "Colour…", "palette", "", "labels.recolor", "class"),
    row("labels.group", "Supercategory…", "folder", "", "labels.regroup", "class"),
    row("labels.thing", "Countable Things", "cube", "", "labels.toggle_thing", "class", "thing"),
    row("labels.attributes", "Attributes…", "list-bullets", "", "labels.edit_schema", "class"),
    row("labels.skeleton", "Skeleton…", "person-simple", "", "skeletons.edit", "class"),
    row("|labels.up", "Move Class Up", "arrow-up", "Ctrl+Alt+Up", "labels.move:-1", "class"),
    row("labels.down", "Move Class Down", "arrow-down", "Ctrl+Alt+Down", "labels.move:1", "class"),
    row("|labels.select", "Select Its Objects", "selection-all", "", "labels.select_objects", "class"),
    row("labels.merge", "Merge Into…", "git-merge", "", "labels.merge", "class"),
    row("labels.delete", "Delete Class…", "trash", "", "labels.delete", "class"),
)
