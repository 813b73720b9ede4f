"""What can be done to the classes that are chosen in the Labels panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from segstudio.app.dialogs.colors import ColorDialog
from segstudio.app.dialogs.delete_class import DeleteClassDialog
from segstudio.app.dialogs.palette import Choice, Palette
from segstudio.app.dialogs.schema import SchemaDialog
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.core import edits, label_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import InputError, SegstudioError
from segstudio.core.labels import Category


class Waiting(AbstractContextManager[None]):
    """A cursor that says that something takes a moment."""

    def __enter__(self) -> None:
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)

    def __exit__(self, *_: object) -> None:
        QApplication.restoreOverrideCursor()


class LabelCommands:
    """Handlers of the "labels" actions.

    Args:
        session: The session.
        panel: Over which dialogs appear.
        chosen: Returns the classes that are chosen in the panel, in their order.
        begin: Puts the cursor into the field for a new class, or (with a class) into the name of that one.
    """

    def __init__(
        self,
        session: Session,
        panel: QWidget,
        chosen: Callable[[], list[Category]],
        begin: Callable[[Category | None], object],
    ) -> None:
        self._session = session
        self._panel = panel
        self._chosen = chosen
        self._begin = begin

    def new(self) -> None:
        """Let the person type the name of a new class."""
        self._begin(None)

    def add(self, name: str) -> Category | None:
        """Add a class, or find the one of that name; make it the current one and return it."""
        name, session = name.strip(), self._session
        if not name or session.project is None:
            return None
        known = next((c for c in session.categories.values() if c.name == name), None)
        if known is None:
            position = max((c.position for c in session.categories.values()), default=-1) + 1
            known = Category(session.new_id("category"), name, position=position)
            if not session.commit(edits.add_category(known)):
                return None
        session.set_category(known.id)
        return known

    def rename(self) -> None:
        """Let the person type another name for the first chosen class."""
        for category in self._chosen()[:1]:
            self._begin(category)

    def set_name(self, category: Category, name: str) -> bool:
        """Give a class another name; say why where that can't be."""
        try:
            return self._session.commit(label_edits.rename(category, name, self._session.categories.values()))
        except InputError as error:
            self._say(error)
            return False

    def recolor(self) -> None:
        """Let the person choose a colour for the chosen classes."""
        found = self._chosen()
        if found:
            dialog = ColorDialog(self._panel, found[0], self._session.categories.values())
            if dialog.exec():
                self._change(found, lambda c: replace(c, color=dialog.color), "Recolour")

    def regroup(self) -> None:
        """Let the person type the supercategory of the chosen classes."""
        groups = sorted({c.supercategory for c in self._session.categories.values() if c.supercategory})
        choices = [Choice(name, "", name) for name in groups] + [Choice(tr("No supercategory"), "", "")]
        name = Palette(self._panel.window(), choices, tr("Supercategory"), free=True).ask()
        if name is not None:
            self._change(self._chosen(), lambda c: replace(c, supercategory=name), "Change supercategory")

    def toggle_thing(self) -> None:
        """Make the chosen classes stuff, or countable things again."""
        found = self._chosen()
        thing = not all(c.thing for c in found)
        self._change(found, lambda c: replace(c, thing=thing), "Make things" if thing else "Make stuff")

    def edit_schema(self) -> None:
        """Show which attributes the objects of the first chosen class have."""
        for category in self._chosen()[:1]:
            dialog = SchemaDialog(self._panel, category)
            if dialog.exec():
                self._commit(lambda c=category, d=dialog: self._schema(c, d))

    def move(self, by: str) -> None:
        """Move the first chosen class up or down; the first nine have the keys 1 to 9."""
        categories = list(self._session.categories.values())
        for category in self._chosen()[:1]:
            self._commit(lambda c=category: label_edits.move(categories, c.id, categories.index(c) + int(by)))

    def put(self, ids: Sequence[int], before: int | None) -> None:
        """Put classes before another one, or at the end."""
        order = [id for id in self._session.categories if id not in ids]
        place = order.index(before) if before in order else len(order)
        order[place:place] = ids
        self._commit(lambda: label_edits.reorder(list(self._session.categories.values()), order))

    def select_objects(self) -> None:
        """Select the visible objects of the chosen classes on this picture."""
        ids, view = {c.id for c in self._chosen()}, self._session.view
        self._session.select(a.id for a in self._session.annotations.values() if a.category in ids and view.visible(a))

    def merge(self) -> None:
        """Give the objects of the chosen classes to another class, in the whole project."""
        found = self._chosen()
        others = [c for c in self._session.categories.values() if c not in found or len(found) > 1]
        names = ", ".join(c.name for c in found)
        choices = [Choice(c.name, c.supercategory, c) for c in others]
        into = Palette(self._panel.window(), choices, tr("Merge {names} into", names=names)).ask() if choices else None
        if into is not None:
            self.merge_into(found, into)

    def merge_into(self, sources: Sequence[Category], into: Category) -> None:
        """Give all objects of some classes to another one; the emptied classes go."""
        sources = [c for c in sources if c.id != into.id]
        self._commit(lambda: label_edits.merge(sources, into, self._objects(sources)))

    def delete(self) -> None:
        """Delete the chosen classes; where they have objects, ask once what becomes of those."""
        session = self._session
        found = self._chosen()
        if session.project is None or not found:
            return
        counts = session.project.counts()
        objects = sum(counts.get(c.id, 0) for c in found)
        if objects:
            others = [c for c in session.categories.values() if c not in found]
            dialog = DeleteClassDialog(self._panel, found, objects, others)
            if not dialog.exec():
                return
            if dialog.into is not None:
                self.merge_into(found, dialog.into)
                return
        self._commit(lambda: self._deletion(found))

    def _schema(self, category: Category, dialog: SchemaDialog) -> ChangeSet:
        rows = self._objects([category]) if dialog.renamed else []
        return label_edits.set_schema(category, dialog.specs, dialog.renamed, rows)

    def _deletion(self, found: Sequence[Category]) -> ChangeSet:
        rows = self._objects(found)
        change = label_edits.delete(found[0], rows)
        for category in found[1:]:
            change = change.then(label_edits.delete(category, rows))
        label = change.label if len(found) == 1 else f"Delete {len(found)} classes with {edits.count_of(len(rows))}"
        return replace(change, label=label)

    def _objects(self, found: Sequence[Category]) -> list[Annotation]:
        project = self._session.project
        assert project is not None
        if any(run.state == "open" for run in project.runs()):
            raise InputError(
                "A prediction or an import is going on and may bring objects of this class.",
                remedy="Wait for it, or cancel it.",
            )
        return [a for c in found for a in project.annotations_of(category=c.id)]

    def _say(self, error: InputError) -> None:
        self._session.said.emit(f"{error.message} {error.remedy or ''}".strip())

    def _change(self, found: Sequence[Category], change: Callable[[Category], Category], label: str) -> None:
        named = f"{label}: {', '.join(c.name for c in found)}"
        self._session.commit(edits.changes.replace(((c, change(c)) for c in found), named))

    def _commit(self, edit: Callable[[], ChangeSet]) -> None:
        try:
            with Waiting():
                self._session.commit(edit())
        except InputError as error:
            self._say(error)
        except SegstudioError as error:
            self._session.failed.emit(error)
