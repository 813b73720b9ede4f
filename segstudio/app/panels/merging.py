"""What is left out where a model's instances and stuff become one panoptic map."""

from __future__ import annotations

from dataclasses import asdict, replace

import msgspec
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from segstudio.app.bridge import Bridge
from segstudio.app.i18n import later, tr
from segstudio.app.option_fields import OptionField, option_field
from segstudio.app.settings import Settings
from segstudio.app.tools.options import Option
from segstudio.app.widgets import label
from segstudio.core.errors import InputError
from segstudio.core.panoptic_merge import PUBLISHED, Rule

KEY = "panoptic/merge"
OPTIONS = (
    Option(
        "confidence", later("Least score"), "float", PUBLISHED.confidence, 0, 1, 0.05,
        tip=later("Objects that the model is less sure of take no part"),
    ),
    Option(
        "overlap", later("Most covered"), "float", PUBLISHED.overlap, 0, 1, 0.05,
        tip=later("An object of which better ones cover a larger share is left out"),
    ),
    Option(
        "stuff_area", later("Least stuff"), "int", PUBLISHED.stuff_area, 1, 100_000, 100, unit="px", log=True,
        tip=later("Stuff with fewer pixels in a picture is left out"),
    ),
)  # fmt: skip


def stored(settings: Settings) -> Rule:
    """Return the parameters that were chosen last, the published ones where none were."""
    try:
        return msgspec.convert(msgspec.json.decode(settings.text(KEY, "{}")), Rule)
    except (msgspec.DecodeError, InputError):
        return PUBLISHED


class MergeFields(QWidget):
    """The three parameters of the merge; they hold from the next prediction on.

    Attributes:
        fields: By the parameter's name.
    """

    def __init__(self, bridge: Bridge, settings: Settings) -> None:
        super().__init__()
        self._bridge, self._settings = bridge, settings
        bridge.merge = stored(settings)
        # The list below gives way where the window is low, not the fields.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        title = label(tr("Merging what a model finds"), "muted")
        title.setToolTip(tr("Objects by falling score, then stuff. Holds from the next prediction on."))
        column.addWidget(title)
        self.fields: dict[str, OptionField] = {}
        for option in OPTIONS:
            field = option_field(option, lambda value, name=option.name: self._choose(name, value))
            field.set(getattr(bridge.merge, option.name))
            self.fields[option.name] = field
            column.addWidget(field)

    def _choose(self, name: str, value: float) -> None:
        self._bridge.merge = replace(self._bridge.merge, **{name: value})
        self._settings.set_text(KEY, msgspec.json.encode(asdict(self._bridge.merge)).decode())
