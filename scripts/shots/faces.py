"""The picture of the guide's section on hiding faces."""

from __future__ import annotations

from stage import Stage

from segstudio.app.dialogs.transfer import ExportDialog
from segstudio.core import changes
from segstudio.core.annotation import Annotation, Keypoints, Origin
from segstudio.core.geometry import Box
from segstudio.core.labels import FACE_FIVE, Category
from segstudio.zoo import load


def shoot(stage: Stage) -> None:
    """Write hide-faces.webp: the face that starter-faces finds, hidden."""
    window = stage.open("astronaut.jpg")
    session = window.session
    assert session.project is not None and session.media is not None and session.picture is not None
    [[found]] = load("starter-faces").predict([session.picture.rgb])
    face = Category(session.new_id("category"), "face", skeleton=FACE_FIVE)
    rows = []
    for box, points, score in zip(found.boxes, found.landmarks, found.scores):  # pyright: ignore
        left, top, right, bottom = (float(v) for v in box)
        marks = Keypoints(tuple(v for x, y in points for v in (float(x), float(y), 2)))
        origin = Origin("model", model="starter-faces")
        rows.append(
            Annotation(
                session.new_id(), session.media.id, face.id, geometry=Box(left, top, right - left, bottom - top),
                keypoints=marks, score=float(score), origin=origin, review="predicted",
            )
        )  # fmt: skip
    session.commit(changes.insert([face, *rows], "Predict faces"))
    sample = window.handlers["files"]._sample
    dialog = ExportDialog(window, window.bridge, session.project, window.settings, 0.3, sample)
    dialog.path.setText("safe.json")
    dialog.show()
    dialog.hiding.on.setChecked(True)
    stage.rest(0.5)
    dialog.adjustSize()
    stage.rest(0.3)
    stage.save_widget(dialog, "hide-faces")
    dialog.close()
