"""The pictures of the page on looking inside a model: what the starter pack sees in the sample photos."""

from __future__ import annotations

import time

from stage import Stage

WAIT = 120.0


def shoot(stage: Stage) -> None:
    """Write inside.webp, inside-boxes.webp, inside-faces.webp and inside-labels.webp."""
    look(stage, "astronaut.jpg", "starter-poses", "left_shoulder", "Person 1")
    stage.move(316, 262)
    stage.save("inside")
    look(stage, "motorcycle.jpg", "starter-boxes", "Before suppression", theme="light")
    stage.save("inside-boxes")
    look(stage, "astronaut.jpg", "starter-faces", "Faces of 79 px")
    stage.move(225, 110)
    stage.save("inside-faces")
    look(stage, "cat.jpg", "starter-labels", "The 12 surest classes", theme="light")
    stage.save("inside-labels")


def look(stage: Stage, name: str, model: str, title: str, group: str = "", theme: str = "dark") -> None:
    """Open a photo, look inside a model, and show one of its views."""
    window = stage.open(name, theme=theme)
    window.actions_["view.toggle"].trigger()  # The objects would lie over the map.
    window.panels["models"].choose(model)
    stage.act("model.inside")
    panel = window.panels["inside"]
    end = time.monotonic() + WAIT
    while not panel.views.views:
        if time.monotonic() > end:
            raise TimeoutError(f"{model} shows nothing")
        stage.rest(0.2)
    if group:
        panel.group.setCurrentIndex(panel.group.findData(group))
    window.session.inside.show(next(view for view in window.session.inside.views if view.title == title))
    stage.rest(0.5)
