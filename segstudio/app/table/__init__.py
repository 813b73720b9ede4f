"""All actions in one table, a file a menu: menus, toolbars, the palette and the list of shortcuts are made from it."""

from __future__ import annotations

from segstudio.app.table import edit, file, go, help, labels, model, object, panoptic, review, shape, tool, view
from segstudio.app.table.spec import Spec

MENUS = ("File", "Edit", "Tool", "Object", "Shape", "Labels", "Review", "Go", "View", "Model", "Help")

ACTIONS: tuple[Spec, ...] = (
    *file.ROWS, *edit.ROWS, *tool.ROWS, *object.ROWS, *shape.ROWS, *panoptic.SHAPE, *labels.ROWS,
    *review.ROWS, *go.ROWS, *panoptic.GO, *view.ROWS, *model.ROWS, *help.ROWS,
)  # fmt: skip

__all__ = ["ACTIONS", "MENUS", "Spec"]
