"""The layers of the canvas, one file each; a new one is a file and a row here."""

from __future__ import annotations

from segstudio.app.canvas.layers.base import Layer
from segstudio.app.canvas.layers.boxes import BoxesLayer
from segstudio.app.canvas.layers.densepose import DensePoseLayer
from segstudio.app.canvas.layers.draft import DraftLayer
from segstudio.app.canvas.layers.grid import GridLayer
from segstudio.app.canvas.layers.handles import HandlesLayer
from segstudio.app.canvas.layers.inside import InsideLayer
from segstudio.app.canvas.layers.instances import InstancesLayer
from segstudio.app.canvas.layers.keypoints import KeypointsLayer
from segstudio.app.canvas.layers.labels import LabelsLayer
from segstudio.app.canvas.layers.landmarks import LandmarksLayer
from segstudio.app.canvas.layers.maps import HeatmapLayer, SemanticLayer
from segstudio.app.canvas.layers.marked import MarkedLayer
from segstudio.app.canvas.layers.picture import PictureLayer
from segstudio.app.canvas.layers.selection import SelectionLayer
from segstudio.app.canvas.scene import Scene

# The lowest first.
LAYERS: tuple[type[Layer], ...] = (
    PictureLayer,
    SemanticLayer,
    HeatmapLayer,
    InstancesLayer,
    DensePoseLayer,
    BoxesLayer,
    InsideLayer,
    GridLayer,
    MarkedLayer,
    SelectionLayer,
    KeypointsLayer,
    LandmarksLayer,
    LabelsLayer,
    HandlesLayer,
    DraftLayer,
)


def make_layers(scene: Scene) -> dict[str, Layer]:
    """Return one layer of each kind, by name, the lowest first."""
    return {kind.name: kind(scene) for kind in LAYERS}


__all__ = ["LAYERS", "Layer", "PictureLayer", "make_layers"]
