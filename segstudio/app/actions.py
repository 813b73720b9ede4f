"""All actions in one table: menus, toolbars, the command palette and the list of shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from segstudio.app.theme import theme


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


def _spec(
    id: str, text: str, icon: str, keys: str, call: str, needs: str = "", check: str = "", menu: str | None = None
) -> Spec:
    gap = id.startswith("|")
    id = id.lstrip("|")
    place = id.split(".")[0].capitalize() if menu is None else menu
    return Spec(id, text, icon, tuple(keys.split()), place, call, needs, check, gap)


ACTIONS: tuple[Spec, ...] = (
    _spec("file.open", "Open Files…", "file-plus", "Ctrl+O", "files.open_files"),
    _spec("file.folder", "Open Folder…", "folder-open", "Ctrl+U", "files.open_folder"),
    _spec("file.project", "Open Project…", "stack", "Ctrl+Shift+O", "files.open_project"),
    _spec("file.samples", "Open Sample Photos", "image", "", "files.open_samples"),
    _spec("|file.import", "Import Annotations…", "download-simple", "Ctrl+I", "files.import_file", "project"),
    _spec("file.export", "Export…", "export", "Ctrl+Shift+E", "files.export", "project"),
    _spec("file.frames", "Export Frames…", "film-strip", "", "files.export_frames", "project"),
    _spec("file.copy", "Save a Copy…", "copy", "Ctrl+Shift+S", "files.save_copy", "project"),
    _spec("|file.close", "Close Project", "x", "Ctrl+W", "files.close_project", "project"),
    _spec("file.quit", "Quit", "sign-out", "Ctrl+Q", "files.quit"),
    _spec("edit.undo", "Undo", "arrow-counter-clockwise", "Ctrl+Z", "edit.undo", "undo"),
    _spec("edit.redo", "Redo", "arrow-clockwise", "Ctrl+Y Ctrl+Shift+Z", "edit.redo", "redo"),
    _spec("|edit.copy", "Copy", "copy-simple", "Ctrl+C", "edit.copy", "selection"),
    _spec("edit.paste", "Paste", "clipboard", "Ctrl+V", "edit.paste", "picture"),
    _spec("edit.duplicate", "Duplicate", "copy", "Ctrl+D", "edit.duplicate", "selection"),
    _spec("edit.delete", "Delete", "trash", "Del", "edit.delete", "selection"),
    _spec("|edit.all", "Select All", "selection-all", "Ctrl+A", "edit.select_all", "objects"),
    _spec("edit.none", "Select None", "selection-slash", "Ctrl+Shift+A", "edit.select_none", "selection"),
    _spec("object.next", "Next Object", "arrow-down", "Tab", "edit.next_object", "objects"),
    _spec("object.previous", "Previous Object", "arrow-up", "Shift+Tab", "edit.previous_object", "objects"),
    _spec("|object.relabel", "Change Class…", "tag", "Ctrl+E", "edit.relabel", "selection"),
    _spec("object.accept", "Accept Prediction", "check", "Return Enter", "edit.accept", "prediction"),
    _spec("object.reject", "Reject Prediction", "x", "Backspace", "edit.reject", "prediction"),
    _spec("object.accept_all", "Accept All Shown", "checks", "Shift+Return", "edit.accept_shown", "objects"),
    _spec("|object.hide", "Hide or Show Selected", "eye-slash", "S", "view.hide_selected", "selection"),
    _spec("object.unhide", "Show All Objects", "eye", "Shift+S", "view.unhide", "objects"),
    _spec("go.next", "Next Picture", "caret-right", "D", "go.next", "project"),
    _spec("go.previous", "Previous Picture", "caret-left", "A", "go.previous", "project"),
    _spec("go.undone", "Next Picture to Do", "caret-double-right", "Ctrl+Shift+D", "go.next_undone", "project"),
    _spec("go.first", "First Picture", "arrow-line-left", "Home", "go.first", "project"),
    _spec("go.last", "Last Picture", "arrow-line-right", "End", "go.last", "project"),
    _spec("|go.frame_next", "Next Frame", "skip-forward", ".", "go.frame:1", "video"),
    _spec("go.frame_previous", "Previous Frame", "skip-back", ",", "go.frame:-1", "video"),
    _spec("go.frame_forward", "10 Frames Forward", "fast-forward", "Shift+.", "go.frame:10", "video"),
    _spec("go.frame_back", "10 Frames Back", "rewind", "Shift+,", "go.frame:-10", "video"),
    _spec("|go.done", "Mark Done and Go On", "check-circle", "Ctrl+Space", "go.mark_done", "picture"),
    _spec("go.flag", "Flag for Another Look", "flag", "Ctrl+Shift+F", "go.mark:flagged", "picture"),
    _spec("go.todo", "Mark To Do", "circle-dashed", "", "go.mark:todo", "picture"),
    _spec("view.fit", "Fit Picture", "frame-corners", "Ctrl+F", "view.fit", "picture"),
    _spec("view.actual", "100 %", "number-circle-one", "Ctrl+0 Ctrl+=", "view.actual_size", "picture"),
    _spec("view.zoom_in", "Zoom In", "magnifying-glass-plus", "Ctrl++", "view.zoom:1.25", "picture"),
    _spec("view.zoom_out", "Zoom Out", "magnifying-glass-minus", "Ctrl+-", "view.zoom:0.8", "picture"),
    _spec("|view.toggle", "Show Overlays", "eye", "T Ctrl+H", "view.toggle_all", "picture", "shown"),
    _spec("view.masks", "Masks", "paint-brush", "", "view.layer:masks", "", "layer:masks"),
    _spec("view.boxes", "Boxes", "bounding-box", "", "view.layer:boxes", "", "layer:boxes"),
    _spec("view.keypoints", "Keypoints", "person", "", "view.layer:keypoints", "", "layer:keypoints"),
    _spec("view.labels", "Labels and Scores", "tag", "", "view.layer:labels", "", "layer:labels"),
    _spec("view.maps", "Maps", "map-trifold", "", "view.layer:maps", "", "layer:maps"),
    _spec("view.rejected", "Rejected Predictions", "prohibit", "", "view.toggle_rejected", "", "rejected"),
    _spec("|view.by_class", "Colour by Class", "palette", "", "view.color:class", "", "color:class"),
    _spec("view.by_instance", "Colour by Object", "palette", "", "view.color:instance", "", "color:instance"),
    _spec("view.by_track", "Colour by Track", "palette", "", "view.color:track", "", "color:track"),
    _spec("|view.system", "Theme: Follow the System", "circle-half", "", "view.theme:system", "", "theme:system"),
    _spec("view.light", "Theme: Light", "sun", "", "view.theme:light", "", "theme:light"),
    _spec("view.dark", "Theme: Dark", "moon", "", "view.theme:dark", "", "theme:dark"),
    _spec("|view.full", "Full Screen", "corners-out", "F11", "view.full_screen"),
    _spec("view.reset", "Reset the Layout", "layout", "", "view.reset_layout"),
    _spec("model.predict", "Predict This Picture", "sparkle", "Ctrl+Return", "models.predict_one", "picture"),
    _spec(
        "model.predict_all", "Predict All Pictures", "magic-wand", "Ctrl+Shift+Return", "models.predict_all", "project"
    ),
    _spec("|model.pause", "Pause or Go On", "pause", "", "models.pause", "running"),
    _spec("model.cancel", "Cancel the Run", "stop", "Ctrl+.", "models.cancel", "running"),
    _spec("model.discard", "Discard the Last Run", "arrow-u-up-left", "", "models.discard", "run"),
    _spec("|model.auto", "Run on the Best Device", "lightning", "", "models.device:auto", "", "device:auto"),
    _spec("model.cpu", "Run on the CPU", "cpu", "", "models.device:cpu", "", "device:cpu"),
    _spec("|model.starter", "Fetch the Starter Pack", "cloud-arrow-down", "", "models.fetch_starter"),
    _spec("help.palette", "Command Palette…", "command", "Ctrl+Shift+P Ctrl+K", "help.palette"),
    _spec("help.keys", "Keyboard Shortcuts", "keyboard", "? F1", "help.shortcuts"),
    _spec("|help.welcome", "Welcome Page", "house", "", "help.welcome"),
    _spec("help.about", "About segstudio", "info", "", "help.about"),
    *(
        _spec(f"class.{n}", f"Choose Class {n}", "tag", str(n), f"edit.choose_class:{n}", "project", menu="")
        for n in range(1, 10)
    ),
)

MENUS = ("File", "Edit", "Tool", "Object", "Go", "View", "Model", "Help")


class Actions(QObject):
    """The QActions of the table.

    Args:
        window: The window that the shortcuts work in.
        handlers: By the name before the dot of `Spec.call`.
        state: Answers the words of `Spec.needs` and `Spec.check`.
        extra: Further rows, made by others (the tools).
    """

    def __init__(
        self, window: QWidget, handlers: dict[str, object], state: Callable[[str], bool], extra: tuple[Spec, ...] = ()
    ) -> None:
        super().__init__(window)
        self.specs = {spec.id: spec for spec in (*ACTIONS, *extra)}
        self._state = state
        self._all: dict[str, QAction] = {}
        for spec in self.specs.values():
            self._all[spec.id] = self._make(window, spec, _bound(handlers, spec.call))
        theme().changed.connect(self._paint)
        self._paint()

    def __getitem__(self, id: str) -> QAction:
        return self._all[id]

    def refresh(self) -> None:
        """Enable, disable and tick according to the state."""
        known: dict[str, bool] = {}
        for id, action in self._all.items():
            spec = self.specs[id]
            for word in (spec.needs, spec.check):
                if word and word not in known:
                    known[word] = self._state(word)
            action.setEnabled(not spec.needs or known[spec.needs])
            if spec.check:
                action.setChecked(known[spec.check])

    def fill_menus(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus of the table."""
        menus = {name: bar.addMenu(f"&{name}") for name in MENUS}
        for spec in self.specs.values():
            if spec.menu in menus:
                if spec.gap:
                    menus[spec.menu].addSeparator()
                menus[spec.menu].addAction(self._all[spec.id])
        return menus

    def fill_toolbar(self, bar: QToolBar, ids: tuple[str, ...]) -> None:
        """Add actions to a toolbar; "|" is a separator."""
        for id in ids:
            if id == "|":
                bar.addSeparator()
            else:
                bar.addAction(self._all[id])

    def _make(self, window: QWidget, spec: Spec, call: Callable[[], object]) -> QAction:
        action = QAction(spec.text, window)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setCheckable(bool(spec.check))
        tip = spec.text.rstrip("…")
        action.setToolTip(
            f"{tip} ({QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})"
            if spec.keys
            else tip
        )
        action.triggered.connect(lambda: call())
        window.addAction(action)
        return action

    def _paint(self) -> None:
        for id, action in self._all.items():
            if self.specs[id].icon:
                action.setIcon(theme().icon(self.specs[id].icon))


def _bound(handlers: dict[str, object], call: str) -> Callable[[], object]:
    """Return the function that a row of the table names."""
    path, _, argument = call.partition(":")
    handler, _, method = path.partition(".")
    function = getattr(handlers[handler], method)
    return (lambda: function(argument)) if argument else function
