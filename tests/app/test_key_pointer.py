"""The pointer that keys move: every tool without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

K, M = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def opened(window, qtbot, folder):
    window.load([folder])
    qtbot.waitUntil(lambda: window.session.picture is not None)
    window.actions_["view.key_pointer"].trigger()
    window.canvas.zoom_to(2.0)
    window.canvas.setFocus()
    assert window.frame.pointer.on
    window.frame.pointer.at = window.canvas.to_picture(window.canvas.viewport().rect().center().toPointF())
    return window


def tap(window, key, times=1, mods=M.NoModifier):
    for _ in range(times):
        QTest.keyClick(window.canvas, key, mods)


def hold(window, key, kind=QEvent.Type.KeyPress):
    QApplication.sendEvent(window.canvas, QKeyEvent(kind, key, M.NoModifier))


def test_arrows_move_it_by_a_pixel_ten_or_a_tenth(opened):
    pointer = opened.frame.pointer
    before = pointer.at.x(), pointer.at.y()
    tap(opened, K.Key_Right)
    tap(opened, K.Key_Down, 2, M.ShiftModifier)
    tap(opened, K.Key_Left, 3, M.ControlModifier)
    assert (pointer.at.x() - before[0], pointer.at.y() - before[1]) == pytest.approx((0.7, 20))


def test_a_box_is_drawn_by_keys_alone(opened):
    opened.link.use("box")
    hold(opened, K.Key_Space)
    tap(opened, K.Key_Right, 2, M.ShiftModifier)
    tap(opened, K.Key_Down, 1, M.ShiftModifier)
    hold(opened, K.Key_Space, QEvent.Type.KeyRelease)
    (made,) = opened.session.annotations.values()
    assert isinstance(made.geometry, Box) and (made.geometry.w, made.geometry.h) == pytest.approx((20, 10))


def test_a_stroke_and_a_polygon_are_drawn_by_keys_alone(opened):
    opened.link.use("brush")
    hold(opened, K.Key_Space)
    tap(opened, K.Key_Right, 3, M.ShiftModifier)
    hold(opened, K.Key_Space, QEvent.Type.KeyRelease)
    (made,) = opened.session.annotations.values()
    assert isinstance(made.geometry, Mask) and made.geometry.w > made.geometry.h
    opened.session.select(())
    opened.link.use("polygon")
    for key in (K.Key_Right, K.Key_Down, K.Key_Left):
        tap(opened, K.Key_Space)
        tap(opened, key, 3, M.ShiftModifier)
    tap(opened, K.Key_Return)
    assert sum(isinstance(a.geometry, Polygons) for a in opened.session.annotations.values()) == 1


def test_it_stays_in_sight_and_other_keys_stay_with_the_shortcuts(opened):
    pointer, port = opened.frame.pointer, opened.canvas.viewport().rect()
    tap(opened, K.Key_Right, 60, M.ShiftModifier)
    assert port.contains(pointer._screen().toPoint())
    tap(opened, K.Key_B)
    assert opened.link.tool == "brush"
    opened.actions_["view.key_pointer"].trigger()
    assert not pointer.on and not pointer._cross.isVisible()
