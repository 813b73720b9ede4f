"""The pictures of the page on labels and review."""

from __future__ import annotations

from stage import Stage

from segstudio.app.dialogs.schema import SchemaDialog
from segstudio.app.panels.history import HistoryPanel
from segstudio.core import edits, label_edits, review_edits
from segstudio.core.labels import AttributeSpec

SPECS = (
    AttributeSpec("occluded", "flag", False),
    AttributeSpec("pose", "choice", None, ("standing", "sitting", "lying")),
    AttributeSpec("age", "number", least=0, most=120),
)


def shoot(stage: Stage) -> None:
    """Write labels.webp, schema.webp and versions.webp."""
    window = stage.open("astronaut.jpg")
    session = window.session
    person = next(c for c in session.categories.values() if c.name == "person")
    session.commit(label_edits.set_schema(person, SPECS))
    found = next(a for a in session.annotations.values() if a.category == person.id and a.geometry is not None)
    session.commit(review_edits.set_state([found], "flagged"))
    session.commit(review_edits.set_comment([session.annotations[found.id]], "The helmet is no part of her"))
    session.select([found.id])
    for name in ("labels", "details"):
        window.layout_.show_panel(window.panels[name])
    stage.save("labels")
    dialog = SchemaDialog(window, session.categories[person.id])
    dialog.show()
    stage.rest()
    stage.save_widget(dialog, "schema")
    dialog.close()
    session.commit(edits.delete([session.annotations[found.id]]))
    stage.act("review.versions")
    stage.rest()
    history = window.panels["history"]
    assert isinstance(history, HistoryPanel)
    history.versions.setCurrentIndex(history.version_model.index(1))
    history.versions.clicked.emit(history.version_model.index(1))
    stage.save("versions")
