"""The systems that are walked through the window: their tiny networks, made to find something surely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from app_fakes import ToyCatalog

from segstudio.core.results import Boxes
from segstudio.zoo import Card, Catalog, Predictor, predictor

SURE = 1e-4  # random networks are sure of nothing


@dataclass(frozen=True)
class System:
    """A row of the walk.

    Args:
        card: The name of its card.
        form: What its objects are made of: "box", "mask" or "joints".
        groups: Of the views that are special about it.
        biases: Of layers by name, added to what the seed gave so that it finds something; with None the layer says
            nothing.
    """

    card: str
    form: str
    groups: tuple[str, ...]
    biases: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.card


RCNN = ("Proposals", "RoIAlign crops", "RoIAlign and RoIPool")
LINEAR = ("Prototypes", "Coefficients", "Sums before cropping", "Fast NMS")
FACES = ("Landmarks", "Scores at stride 8", "Scores at stride 16", "Scores at stride 32")
CLASS = np.eye(81)[5] * 4.0  # one class above the others
SOME = (("prediction_layers.0.conf_layer", CLASS),)
SIDES = (("wh.2", 12.0),)  # boxes of twelve cells
WIDE = (("wh.0.1", 12.0), ("wh.1.1", 12.0))
ALIKE = tuple(
    (f"{corner}_{head}.{i}.1", value)
    for corner in ("tl", "br")
    for i in (0, 1)
    for head, value in (("tags", None), ("heats", np.eye(80)[5] * 2.0))
)
LARGE = tuple((f"bbox_head.multi_level_bbox.{i}.conv2", (0.0, 0.0, 2.0, 2.0)) for i in range(3))
SEEN = (("final_layer", 0.6),)
SYSTEMS = (
    System("faster-rcnn-r50-fpn", "box", RCNN),
    System("mask-rcnn-r50-fpn", "mask", (*RCNN, "Mask logits")),
    System("keypoint-rcnn-r50-fpn", "joints", (*RCNN, "Keypoint heat maps")),
    System("d2-mask-rcnn-r50-fpn", "mask", (*RCNN, "Mask logits")),
    System("d2-keypoint-rcnn-r50-fpn", "joints", (*RCNN, "Keypoint heat maps")),
    System("yolact-r50", "mask", LINEAR, SOME),
    System("yolact-darknet53", "mask", LINEAR, SOME),
    System("yolact-plus-r50", "mask", LINEAR, SOME),
    System("yolactedge-r50", "mask", LINEAR, SOME),
    System("cornernet", "box", ("Top-left corners", "Bottom-right corners", "Corner embeddings", "Pairs"), ALIKE),
    System("centernet-res18", "box", ("Centres", "Points"), SIDES),
    System("centernet-resdcn18", "box", ("Centres", "Points"), SIDES),
    System("centernet-dla34", "box", ("Centres", "Points"), SIDES),
    System("centernet-hg", "box", ("Centres", "Points"), WIDE),
    System("centernet-pose-dla34", "joints", ("Centres", "Points", "Joints"), (*SIDES, ("hm_hp.2", 4.0))),
    System("hourglass-bearpaw-hg2", "joints", ("Stack 1", "Stack 2")),
    System("hourglass-princeton-2hg", "joints", ("Stack 1", "Stack 2")),
    System("hrnet-pose-w32-256x192", "joints", ("Branches, mean over the channels", "Heat maps"), SEEN),
    System("simplebaseline-r50-256x192", "joints", ("Heat maps",), SEEN),
    System("coordinate-regression", "joints", ("Regression against heat maps", "Heat maps"), (("maps.9", 0.6),)),
    System("retinaface-mobilenet", "joints", ("Anchors", *FACES)),
    System("retinaface-resnet50", "joints", ("Anchors", *FACES)),
    System("retinaface-rfb", "joints", ("Anchors", *FACES, "Scores at stride 64")),
    System("yunet", "joints", ("Boxes", *FACES), LARGE),
    System("ultralight-slim", "box", ("Boxes", "Scores")),
    System("fastestdet", "box", ("Cells", "Classes", "Boxes")),
    System("ssdlite320-mobilenet", "box", ("Default boxes", "Levels")),
)


class TinyCatalog(ToyCatalog):
    """The cards of the walk, without weights and with a threshold that random networks pass."""

    def __init__(self) -> None:
        known = Catalog()
        self.full = {card.name: card for card in known}
        walked = [known.get(system.card) for system in SYSTEMS]
        names = {name for card in walked for name in (card.name, *card.composes)}
        plain = {"weights": (), "default_threshold": SURE, "recommended": False, "starter": False}
        super().__init__(*(msgspec.structs.replace(self.full[name], **plain) for name in sorted(names)))


class OnePerson(Predictor):
    """Finds one person in the middle of every picture, for systems that look into boxes."""

    memory = 1

    def predict(self, frames: Any, options: Any = None, context: Any = None) -> list[Any]:
        person = next(label.id for label in self.classes.labels if label.name == "person")
        made = []
        for frame in frames:
            height, width = frame.shape[:2]
            box = np.array([[0.2 * width, 0.1 * height, 0.8 * width, 0.9 * height]], np.float32)
            labels, scores = np.array([person]), np.array([0.9], np.float32)
            made.append([Boxes(size=(height, width), classes=self.classes, boxes=box, labels=labels, scores=scores)])
        return made


def loader(catalog: TinyCatalog) -> Callable[[Card, str], Predictor]:
    """Return what the engine loads networks with."""
    biases = {system.card: system.biases for system in SYSTEMS}

    def load(card: Card, device: str) -> Predictor:
        import torch

        torch.manual_seed(3)
        # The file's name belongs to the builder, though no file is read.
        full = msgspec.structs.replace(card, weights=catalog.full[card.name].weights)
        made = predictor.untrained(full, device, parts={name: OnePerson(catalog.get(name)) for name in card.composes})
        layers = dict(made.network.named_modules())
        with torch.no_grad():
            for name, value in biases[card.name]:
                if value is None:
                    layers[name].weight.zero_()
                    layers[name].bias.zero_()
                    continue
                bias = layers[name].bias
                bias += torch.as_tensor(np.resize(value, bias.shape), dtype=torch.float32)
        return made

    return load
