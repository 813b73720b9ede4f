"""Tools on a picture that can't be read: nothing is drawn, it is said why, and nothing that is there is lost."""

from __future__ import annotations

import pytest
from app_fakes import drag, hold
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt

from segstudio.core import changes
from segstudio.core.annotation import Annotation
from segstudio.core.errors import MediaError
from segstudio.core.geometry import Box
from segstudio.core.labels import COCO_PERSON, Category

TOOLS = ("brush", "polygon", "box", "point", "superpixels", "cut")


@pytest.fixture
def broken(window, folder, qtbot):
    """The window on a picture whose size is known and whose file is broken by now; it has one object."""
    (folder / "p2.png").write_bytes(b"no picture any more")
    window.load([folder])
    session = window.session
    qtbot.waitUntil(lambda: session.picture is not None)
    qtbot.waitUntil(lambda: all(m.status != "unread" for m in session.project.media()))
    media = session.project.media()[1]
    session.project.commit_to_run(changes.replace([(media, replace(media, width=160, height=120))]))
    category = session.new_id("category")
    session.commit(changes.insert([Category(category, "person", skeleton=COCO_PERSON)], "Class"))
    a = Annotation(session.new_id(), media.id, category, geometry=Box(10, 10, 40, 40))
    session.commit(changes.insert([a], "Draw"))
    session.set_category(category)
    window.link.use("brush")
    session.go_to(media.id)
    qtbot.waitUntil(lambda: session.problem is not None)
    assert window.canvas.scene_state.size == (160, 120)
    return window


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_draws_nothing_and_says_what_is_wrong_with_the_picture(broken, tool):
    session, said = broken.session, []
    broken.link.use(tool)
    session.said.connect(said.append)
    before, steps = dict(session.annotations), len(session.steps())
    drag(broken.canvas, (60, 60), (90, 80), (120, 70))
    assert said and said[-1].startswith(session.problem.message)
    broken.link.finish()
    assert session.annotations == before and len(session.steps()) == steps


def test_keys_that_lay_a_pose_are_refused_too(broken, qtbot):
    broken.link.use("point")
    before = dict(broken.session.annotations)
    broken.canvas.setFocus()
    qtbot.keyClick(broken.canvas, Qt.Key.Key_F)
    broken.link.press("F")
    assert broken.session.annotations == before


def test_what_is_there_can_be_selected_and_deleted(broken, qtbot):
    broken.link.use("select")
    drag(broken.canvas, (11, 11), (11, 11))
    assert len(broken.session.selection) == 1
    qtbot.waitUntil(lambda: broken.actions_["edit.delete"].isEnabled())
    qtbot.keyClick(broken.canvas, Qt.Key.Key_Delete)
    assert not broken.session.annotations


def test_what_was_begun_before_the_picture_failed_is_finished(opened, qtbot):
    session = opened.session
    category = session.new_id("category")
    session.commit(changes.insert([Category(category, "cat")], "Class"))
    session.set_category(category)
    opened.link.use("brush")
    hold(opened.canvas, (60, 60), (90, 80))
    session.problem = MediaError("It broke.", status="broken")
    at = opened.canvas.mapFromScene(90, 80)
    qtbot.mouseRelease(opened.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    assert len(session.annotations) == 1


def test_the_next_picture_is_drawn_on_again(broken, qtbot):
    session = broken.session
    session.step(1)
    qtbot.waitUntil(lambda: session.picture is not None)
    broken.link.use("box")
    drag(broken.canvas, (60, 60), (90, 80))
    assert len(session.annotations) == 1
