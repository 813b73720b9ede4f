"""The pictures of the page on DensePose: parts painted and points placed on a sample photo by the tools themselves."""

from __future__ import annotations

from PySide6.QtTest import QTest
from stage import Stage

from segstudio.app.densepose_state import Spot
from segstudio.app.panels.densepose import AtlasPanel

# part, diameter of the brush, stroke
STROKES = (
    ("14", 90, ((185, 60), (270, 60), (280, 110), (180, 110), (210, 130), (245, 130))),
    ("14", 56, ((228, 150), (228, 168))),
    ("11", 76, ((88, 262), (66, 330), (48, 400))),
    ("13", 70, ((52, 425), (95, 460), (140, 495))),
    ("10", 56, ((335, 262), (346, 310), (352, 350))),
)
# place in the picture, chart, U, V
POINTS = (
    (140, 260, 2, 0.2, 0.8), (228, 300, 2, 0.25, 0.5), (300, 300, 2, 0.27, 0.22), (128, 380, 2, 0.55, 0.82),
    (215, 390, 2, 0.6, 0.52), (290, 390, 2, 0.58, 0.25), (150, 470, 2, 0.85, 0.75), (230, 480, 2, 0.88, 0.5),
    (200, 45, 23, 0.85, 0.88), (190, 105, 23, 0.78, 0.5), (218, 150, 23, 0.95, 0.25), (262, 45, 24, 0.15, 0.88),
    (274, 105, 24, 0.25, 0.5), (245, 150, 24, 0.05, 0.25), (100, 275, 16, 0.1, 0.45), (66, 320, 16, 0.45, 0.7),
    (92, 340, 16, 0.5, 0.3), (56, 395, 16, 0.85, 0.6), (66, 432, 20, 0.85, 0.5), (112, 465, 20, 0.4, 0.5),
    (328, 285, 15, 0.15, 0.4), (342, 330, 15, 0.45, 0.55),
)  # fmt: skip


def shoot(stage: Stage) -> None:
    """Write densepose.webp, densepose-parts.webp and densepose-u.webp."""
    window = stage.open("astronaut.jpg")
    session, link = window.session, window.link
    person = next(a for a in session.annotations.values() if a.keypoints is None)
    session.select([person.id])
    session.view.set(layers=session.view.layers - {"labels"}, hidden=frozenset(session.annotations) - {person.id})
    link.use("dense_parts")
    tool = link.tools["dense_parts"]
    for part, size, places in STROKES:
        tool.set_value("part", part)
        tool.set_value("size", size)
        stage.drag(*places)
    tool.set_value("part", "1")
    stage.key("F")
    stage.move(230, 400)
    stage.save("densepose-parts")
    link.use("dense_point")
    for x, y, *spot in POINTS:
        stage.click(x, y)
        session.dense.set(cursor=Spot(*spot))
        stage.key("Return")
    stage.click(180, 330)
    stage.save("densepose")
    stage.key("Esc")
    panel = window.panels["atlas"]
    assert isinstance(panel, AtlasPanel)
    session.dense.set(look="u")
    QTest.mouseMove(panel.body_view, panel.body_view.points_of(Spot(2, 0.6, 0.52))[0].toPoint())
    stage.save("densepose-u")
