"""The parameters of the panoptic merge in the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox

from segstudio.app.panels import merging
from segstudio.core.panoptic_merge import PUBLISHED, Rule


def typed(qtbot, field, text: str) -> None:
    box = field.findChild(QSpinBox) or field.findChild(QDoubleSpinBox)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, Qt.Key.Key_Return)


def test_what_is_typed_holds_for_the_next_prediction_and_is_kept(opened, qtbot):
    opened.session.view.set(mode="panoptic")
    panel = opened.panels["panoptic"]
    assert opened.bridge.merge == PUBLISHED
    typed(qtbot, panel.merging.fields["stuff_area"], "200")
    typed(qtbot, panel.merging.fields["overlap"], "0.8")
    typed(qtbot, panel.merging.fields["confidence"], "0.3")
    assert opened.bridge.merge == Rule(0.8, 200, 0.3)
    card = next(card for card in opened.bridge.engine.catalog if card.task != "panoptic")
    assert opened.bridge._options(card.name).merge == opened.bridge.merge
    instances = next(card for card in opened.bridge.engine.catalog if card.task == "instances")
    assert opened.bridge._options(instances.name).threshold == instances.default_threshold / 2
    settings = panel._settings
    assert merging.stored(settings) == opened.bridge.merge
    for broken in ("", "{", '{"overlap": 7}', '{"overlap": "much"}', "[1]"):
        settings.set_text(merging.KEY, broken)
        assert merging.stored(settings) == PUBLISHED
