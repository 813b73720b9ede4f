"""What is known about the selected objects, or about the picture where none is selected, and a place to change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFormLayout, QFrame, QScrollArea, QStackedWidget, QWidget

from segstudio.app.i18n import language, tr
from segstudio.app.panels.fields import ChoiceField, LineField, field_of
from segstudio.app.panels.states import OBJECT, PICTURE
from segstudio.app.session import Session
from segstudio.app.widgets import Elided, EmptyState, Panel, icon_button, label, row
from segstudio.core import edits, label_edits, review_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.labels import AttributeSpec
from segstudio.core.media import Media

Field = ChoiceField | LineField
Edit = Callable[[Any], ChangeSet]


class DetailsPanel(Panel):
    """State, comment, crowd and attributes of objects; state, tags and comment of a picture.

    Attributes:
        fields: What is shown, by name: "review", "comment", "crowd", "tags", and "attribute:NAME".
    """

    title = "Details"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.fields: dict[str, Field] = {}
        self._shape: tuple[Any, ...] = ()
        self._what = Elided("", "muted", Qt.TextElideMode.ElideRight)
        self._what.setMinimumHeight(24)
        self._what.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.add_header(label(tr("Details"), "heading"), self._what)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stack = QStackedWidget()
        empty = EmptyState("info", tr("Nothing is open"), tr("What is known about objects and pictures stands here."))
        self.stack.addWidget(empty)
        self.stack.addWidget(self._area)
        self.body.addWidget(self.stack, 1)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.read)
        for signal in (
            session.selection_changed, session.annotations_changed, session.picture_changed, session.media_changed,
            session.categories_changed, session.project_changed,
        ):  # fmt: skip
            signal.connect(lambda *_: self._later.start())
        language().changed.connect(self._say_anew)
        self.read()

    def edit_comment(self) -> None:
        """Put the cursor into the comment of the selected objects, or of the picture."""
        self.come_forward()
        self.read()
        if "comment" in self.fields:
            self.fields["comment"].setFocus()

    def read(self) -> None:
        """Follow the session."""
        session = self._session
        rows, media = session.selected(), session.media
        if not rows and media is None:
            self._shape, self.fields = (), {}
            self._what.setText("")
            self.stack.setCurrentIndex(0)
            return
        specs = label_edits.common(rows, session.categories)
        others = label_edits.unknown_attributes(rows, session.categories)
        # Without a new shape the fields stay: a new one under the cursor would take the focus away.
        shape = (bool(rows), tuple((s, everywhere) for s, everywhere in specs.values()), tuple(others))
        if shape != self._shape:
            self._shape = shape
            self._build(rows, specs, others)
        self._what.setText(self._title(rows, media))
        self._fill(rows, media)
        self.stack.setCurrentIndex(1)

    def _say_anew(self) -> None:
        self._shape = ()
        self.read()

    def _title(self, rows: list[Annotation], media: Media | None) -> str:
        if not rows:
            return media.path.rpartition("/")[2] if media is not None else ""
        names = [c.name for c in self._session.categories.values() if any(a.category == c.id for a in rows)]
        listed = ", ".join(names)
        return tr("{n:,} objects · {names}", n=len(rows), names=listed) if len(rows) > 1 else listed

    def _build(self, rows: list[Annotation], specs: dict[str, tuple[AttributeSpec, bool]], others: list[str]) -> None:
        inside = QWidget()
        inside.setObjectName("panel")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        form = QFormLayout(inside)
        form.setContentsMargins(12, 0, 12, 12)
        form.setSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.fields = {}
        states = OBJECT if rows else PICTURE
        choices = [(tr(state[2]), name, state[0], state[1]) for name, state in states.items()]
        self._add(form, "review", tr("State"), ChoiceField(choices), self._set_state)
        if not rows:
            self._add(form, "tags", tr("Tags"), LineField(), self._set_tags)
            self.fields["tags"].setToolTip(tr("Words that the picture is filed under, separated by commas"))
        self._add(form, "comment", tr("Comment"), LineField(), self._set_comment)
        if rows:
            crowd = ChoiceField([(tr("One object"), False, "", ""), (tr("A crowd"), True, "", "")])
            crowd.setToolTip(tr("A crowd is a region of many objects that are not told apart (COCO's iscrowd)"))
            self._add(form, "crowd", tr("Stands for"), crowd, lambda v: label_edits.set_crowd(self._rows(), v))
        if specs:
            form.addRow(label(tr("Attributes"), "heading"))
        for name, (spec, everywhere) in specs.items():
            set_one = self._setter(name, known=True)
            made = field_of(spec)
            self._add(form, f"attribute:{name}", name, made, set_one)
            if not everywhere:
                made.setToolTip(tr("Not all of the selected objects have this attribute in their class"))
        if others:
            heading = label(tr("From elsewhere"), "heading")
            heading.setToolTip(tr("Values that the class does not know, as an imported file brought them"))
            form.addRow(heading)
        for name in others:
            field = LineField()
            field.setReadOnly(True)
            self.fields[f"attribute:{name}"] = field
            clear = icon_button("x", tr("Take this value out"), lambda n=name: self._commit(self._setter(n), None))
            form.addRow(_named(name), row(field, clear, spacing=4))
        self._area.setWidget(inside)

    def _add(self, form: QFormLayout, key: str, title: str, field: Field, edit: Edit) -> None:
        field.setAccessibleName(title)
        field.chosen.connect(lambda value: self._commit(edit, value))
        if isinstance(field, LineField):
            field.refused.connect(self._session.said)
        self.fields[key] = field
        form.addRow(_named(title), field)

    def _fill(self, rows: list[Annotation], media: Media | None) -> None:
        for key, field in self.fields.items():
            kind, _, name = key.partition(":")
            if kind == "attribute":
                field.show_values([a.attributes.get(name) for a in rows])
            elif rows:
                field.show_values([getattr(a, kind) for a in rows])
            elif media is not None:
                field.show_values([", ".join(media.tags) if kind == "tags" else getattr(media, kind)])

    def _rows(self) -> list[Annotation]:
        return self._session.selected()

    def _set_state(self, value: str) -> ChangeSet:
        rows, media = self._rows(), self._session.media
        if rows:
            return review_edits.set_state(rows, value)
        return edits.set_review([media] if media is not None else [], value)

    def _set_comment(self, value: str | None) -> ChangeSet:
        rows, media = self._rows(), self._session.media
        if rows:
            return review_edits.set_comment(rows, value or "")
        return review_edits.set_comment([media] if media is not None else [], value or "")

    def _set_tags(self, value: str | None) -> ChangeSet:
        media = self._session.media
        return label_edits.set_tags([media] if media is not None else [], (value or "").split(","))

    def _setter(self, name: str, *, known: bool = False) -> Edit:
        def edit(value: Any) -> ChangeSet:
            rows = self._rows()
            if known:
                # An object whose class does not have the attribute is not given it behind one's back.
                classes = self._session.categories
                rows = [a for a in rows if a.category in classes and classes[a.category].attribute(name) is not None]
            return label_edits.set_attribute(rows, name, value)

        return edit

    def _commit(self, edit: Edit, value: Any) -> None:
        try:
            self._session.commit(edit(value))
        except SegstudioError as error:
            self._session.failed.emit(error)
        self._later.start()


def _named(text: str) -> QWidget:
    made = label(text, "muted")
    made.setMinimumWidth(72)
    made.setMinimumHeight(24)
    return made
