"""What the tests of the assist tools share."""

from __future__ import annotations

import pytest
from assist_scene import H, W, painted
from canvas_hand import Hand, make_view, use

from segstudio.app.tools import make_tools


@pytest.fixture
def desk_of(qtbot):
    """A function that gives a tool the picture of `assist_scene` and annotations; it returns desk, hand and tool."""
    view = make_view(qtbot, W, H)
    picture = painted()
    view.set_picture(picture)
    view.zoom_to(2.0)
    view.centerOn(W / 2, H / 2)

    def give(name, rows=(), selection=(), **values):
        tool = make_tools()[name]
        for option, value in values.items():
            tool.set_value(option, value)
        desk = use(view, tool, [], ())
        desk.rgb = picture
        desk.annotations.update({a.id: a for a in rows})
        desk.state.set(desk.annotations.values())
        desk.set_selection(selection)
        # The tool may have looked at the picture when it began.
        view.runner.restart()
        return desk, Hand(view), tool

    return give
