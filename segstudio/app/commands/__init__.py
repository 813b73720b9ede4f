"""What the actions of the table do, one file a group; a new one is a file and a row here."""

from __future__ import annotations

from collections.abc import Callable

from segstudio.app.commands.edit import EditCommands
from segstudio.app.commands.files import FileCommands
from segstudio.app.commands.go import GoCommands
from segstudio.app.commands.help import HelpCommands
from segstudio.app.commands.labels import LabelCommands
from segstudio.app.commands.models import InsideCommands, ModelCommands
from segstudio.app.commands.panoptic import PanopticCommands
from segstudio.app.commands.review import ReviewCommands
from segstudio.app.commands.select import SelectCommands
from segstudio.app.commands.shapes import ShapeCommands
from segstudio.app.commands.skeletons import SkeletonCommands
from segstudio.app.commands.view import ViewCommands
from segstudio.app.flip import Flip
from segstudio.app.panels.attributes import DetailsPanel
from segstudio.app.panels.history import HistoryPanel
from segstudio.app.panels.inside import InsidePanel
from segstudio.app.panels.labels import LabelsPanel
from segstudio.app.panels.models import ModelsPanel
from segstudio.app.panels.panoptic import PanopticPanel
from segstudio.app.parts import Parts


def _models(p: Parts) -> ModelCommands:
    panel = p.panels["models"]
    assert isinstance(panel, ModelsPanel)
    return ModelCommands(p.bridge, panel, p.settings)


def _inside(p: Parts) -> InsideCommands:
    panel = p.panels["inside"]
    assert isinstance(panel, InsidePanel)
    return InsideCommands(panel)


def _labels(p: Parts) -> LabelCommands:
    panel = p.panels["labels"]
    assert isinstance(panel, LabelsPanel)
    return panel.commands


def _review(p: Parts) -> ReviewCommands:
    details, history = p.panels["details"], p.panels["history"]
    assert isinstance(details, DetailsPanel) and isinstance(history, HistoryPanel)
    return ReviewCommands(p.session, p.window, Flip(p.session, p.canvas, p.link), details, history)


def _skeletons(p: Parts) -> SkeletonCommands:
    panel = p.panels["labels"]
    assert isinstance(panel, LabelsPanel)
    return SkeletonCommands(p.session, p.window, panel.chosen)


def _panoptic(p: Parts) -> PanopticCommands:
    panel = p.panels["panoptic"]
    assert isinstance(panel, PanopticPanel)
    return PanopticCommands(panel.mode)


# By the word before the dot of `Spec.call`.
HANDLERS: dict[str, Callable[[Parts], object]] = {
    "files": lambda p: FileCommands(p.window, p.session, p.bridge, p.settings, p.window.open_paths),
    "edit": lambda p: EditCommands(p.session, p.window.ask_class),
    "select": lambda p: SelectCommands(p.session, p.window),
    "shapes": lambda p: ShapeCommands(p.link),
    "tools": lambda p: p.link,
    "labels": _labels,
    "review": _review,
    "skeletons": _skeletons,
    "panoptic": _panoptic,
    "go": lambda p: GoCommands(p.session),
    "view": lambda p: ViewCommands(p.session, p.canvas, p.window, p.settings),
    "models": _models,
    "inside": _inside,
    "help": lambda p: HelpCommands(p.window, lambda: p.window.actions_, p.link, p.window.show_welcome),
}
