"""The picture of the guide's page on painting: a stroke that spares what is there."""

from __future__ import annotations

from stage import LEFT, Stage

from segstudio.core import edits
from segstudio.core.labels import Category


def shoot(stage: Stage) -> None:
    """Write painting.webp."""
    window = stage.open("astronaut.jpg", tool="brush")
    session, brush = window.session, window.link.tools["brush"]
    flag = Category(session.new_id("category"), "flag", color="#3aa6d0")
    session.commit(edits.add_category(flag))
    session.set_category(flag.id)
    brush.set_value("rule", "protect")
    brush.set_value("size", 110)
    session.select(())
    stage.press(25, 40)
    for place in ((60, 160), (75, 255), (150, 250), (140, 120), (185, 200), (110, 330)):
        stage.move(*place, LEFT)
    stage.save("painting")
    stage.key("Esc")
