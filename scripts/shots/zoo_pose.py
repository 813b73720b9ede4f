"""The picture of the page on poses: MoveNet in a box that was drawn."""

from __future__ import annotations

import time

from stage import Stage

from segstudio.app.panels.models import ModelsPanel
from segstudio.core import edits

WAIT = 60.0


def shoot(stage: Stage) -> None:
    """Write pose-in-box.webp."""
    window = stage.open("astronaut.jpg", tool="box")
    session = window.session
    person = next(c.id for c in session.categories.values() if c.name == "person")
    session.commit(edits.delete(list(session.annotations.values())))
    session.set_category(person)
    stage.drag((54, 20), (200, 300), (420, 511))
    [drawn] = session.annotations
    models = window.panels["models"]
    assert isinstance(models, ModelsPanel)
    models.choose("starter-poses")
    models.in_boxes.place.setCurrentIndex(models.in_boxes.place.findData("boxes"))
    models.in_boxes.place.activated.emit(models.in_boxes.place.currentIndex())
    stage.act("model.predict")
    end = time.monotonic() + WAIT
    while session.annotations[drawn].keypoints is None:
        if time.monotonic() > end:
            raise TimeoutError("starter-poses found nothing in the box")
        stage.rest(0.2)
    models.open("")
    window.link.use("select")
    session.select({drawn})
    stage.save("pose-in-box")
