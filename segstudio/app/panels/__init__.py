"""The panels, one file each; a new one is a file and a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from segstudio.app.panels.attributes import DetailsPanel
from segstudio.app.panels.densepose import AtlasPanel
from segstudio.app.panels.display import DisplayPanel
from segstudio.app.panels.files import FilesPanel
from segstudio.app.panels.history import HistoryPanel
from segstudio.app.panels.in_boxes import Offer
from segstudio.app.panels.inside import InsidePanel
from segstudio.app.panels.labels import LabelsPanel
from segstudio.app.panels.models import ModelsPanel
from segstudio.app.panels.objects import ObjectsPanel
from segstudio.app.panels.panoptic import PanopticPanel
from segstudio.app.parts import Parts
from segstudio.app.widgets import Panel


@dataclass(frozen=True)
class PanelSpec:
    """One panel.

    Args:
        name: The key in `Parts.panels`.
        place: Its dock: at the left, or one of the two at the right, as a tab.
        make: Makes it.
    """

    name: str
    place: Literal["left", "upper", "lower"]
    make: Callable[[Parts], Panel]


def _offers(p: Parts) -> Callable[[], list[Offer]]:
    models = p.panels["models"]
    assert isinstance(models, ModelsPanel)
    return models.in_boxes.offers


PANELS: tuple[PanelSpec, ...] = (
    PanelSpec("files", "left", lambda p: FilesPanel(p.session)),
    PanelSpec("models", "upper", lambda p: ModelsPanel(p.session, p.bridge, p.settings, p.bridge.discard)),
    PanelSpec("labels", "upper", lambda p: LabelsPanel(p.session)),
    PanelSpec("display", "upper", lambda p: DisplayPanel(p.session)),
    PanelSpec("atlas", "upper", lambda p: AtlasPanel(p.session, p.canvas, p.link)),
    PanelSpec("panoptic", "upper", PanopticPanel),
    PanelSpec("objects", "lower", lambda p: ObjectsPanel(p.session, _offers(p))),
    PanelSpec("details", "lower", lambda p: DetailsPanel(p.session)),
    PanelSpec("history", "lower", lambda p: HistoryPanel(p.session)),
    PanelSpec("inside", "lower", InsidePanel),
)
