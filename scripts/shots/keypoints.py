"""The pictures of the page on keypoints."""

from __future__ import annotations

from PySide6.QtCore import Qt
from stage import Stage

from segstudio.app.dialogs.skeleton import SkeletonDialog
from segstudio.app.panels.models import ModelsPanel
from segstudio.core import edits, skeletons
from segstudio.core.labels import Category

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
# Of the astronaut, to a few pixels.
FIRST = ((226, 121), (247, 101), (204, 99), (276, 118), (175, 113), (315, 268))


def shoot(stage: Stage) -> None:
    """Write keypoints-ghost.webp, keypoints-face.webp, keypoints-heat.webp and skeleton.webp."""
    _ghost(stage)
    _face(stage)
    _heat(stage)
    _designer(stage)


def _ghost(stage: Stage) -> None:
    session = stage.open("astronaut.jpg", tool="point").session
    session.view.set(layers=frozenset(("boxes",)), hidden=frozenset(session.annotations))
    person = next(c.id for c in session.categories.values() if c.name == "person")
    session.set_category(person)
    for i, place in enumerate(FIRST):
        stage.click(*place, RIGHT if i in (3, 4) else LEFT)
    stage.move(150, 250)
    stage.save("keypoints-ghost")


def _face(stage: Stage) -> None:
    window = stage.open("astronaut.jpg", tool="point")
    session = window.session
    face = Category(session.new_id("category"), "face", skeleton=skeletons.get("face-106").skeleton, position=99)
    session.commit(edits.add_category(face))
    session.set_category(face.id)
    session.view.set(hidden=frozenset(session.annotations))
    window.canvas.zoom_to(3.2)
    window.canvas.centerOn(228, 125)
    window.link.tools["point"].set_value("fit", "across")
    stage.press(204, 99)
    for x in (210, 230, 247):
        stage.move(x, 101, LEFT)
    stage.save("keypoints-face")
    stage.key("Esc")
    stage.release(247, 101)


def _heat(stage: Stage) -> None:
    window = stage.open("astronaut.jpg", tool="point")
    session = window.session
    models = window.panels["models"]
    assert isinstance(models, ModelsPanel)
    models.choose("starter-poses")
    stage.act("model.predict")
    for _ in range(120):
        stage.rest(0.25)
        if session.media is not None and session.results.get((session.media.id, 0)):
            break
    pose = next(a for a in session.annotations.values() if a.keypoints is not None)
    assert pose.keypoints is not None
    session.select([pose.id])
    session.view.set(layers=frozenset(("keypoints",)))
    window.canvas.zoom_to(2.4)
    window.canvas.centerOn(290, 350)
    x, y, _ = pose.keypoints.point(7)
    stage.press(x, y)
    stage.move(x + 8, y - 4, LEFT)
    stage.move(x + 15, y - 8, LEFT)
    stage.save("keypoints-heat")
    stage.key("Esc")
    stage.release(x, y)


def _designer(stage: Stage) -> None:
    window = stage.open("astronaut.jpg")
    dialog = SkeletonDialog(window, Category(0, "hand"), ())
    dialog.show()
    dialog.take_template("hand-21")
    dialog.set_mode("limbs")
    stage.rest(0.3)
    stage.save_widget(dialog, "skeleton")
    dialog.reject()
