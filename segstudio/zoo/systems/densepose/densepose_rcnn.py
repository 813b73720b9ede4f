"""DensePose R-CNN (Güler et al. 2018, arXiv 1802.00434) with the weights that detectron2's project publishes.

Faster R-CNN finds people; a second head says of every pixel in a person's box where on the body it lies.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.transform import resize_boxes
from torchvision.ops import roi_align

from segstudio.core import colors, densepose_texture
from segstudio.core.densepose import CHARTS
from segstudio.core.densepose_maps import contours, quantised
from segstudio.core.results import DenseMaps, Result
from segstudio.core.views import BoxesView, HeatView, PictureView, View
from segstudio.zoo.blocks import densepose, detectron2, rcnn, waiting
from segstudio.zoo.blocks.rcnn import Found
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor
from segstudio.zoo.systems.detection.detectron2 import Detectron2Predictor

_PEOPLE = 8  # whose maps are computed at once: 77 channels of 112 x 112 each
_PEOPLE_AT_ONCE = 32  # on a device
_OF_BOXES = ("boxes", "labels", "scores")
_PROPOSALS = 50
_STEPS = 8  # contour lines between 0 and 1


def build(build: Build) -> Predictor:
    """Return DensePose R-CNN.

    Settings: "head" is "v1" or "deeplab"; "decoder" tells whether the pyramid's levels are added up first; "coarse"
    counts the channels of the coarse segmentation; "pooled" is the side of a person's features; "confidences" names
    what else is estimated, see `densepose.Maps`; "width" counts the head's channels.
    """
    arguments, settings = rcnn.arguments(build), build.settings
    sizes = {"min_size": arguments["min_size"], "max_size": arguments["max_size"]}
    mean, std = arguments["image_mean"], arguments["image_std"]
    made = detectron2.network(FasterRCNN, {**settings, **sizes}, arguments["num_classes"], mean, std)
    heads, width = made.roi_heads, settings.get("width", 512)
    # The project pools without the half-pixel shift of detectron2's own models.
    heads.box_roi_pool = detectron2.Pooler(7, sampling=2, aligned=False)
    heads.decoder = densepose.Decoder() if settings["decoder"] else nn.Identity()
    heads.densepose_head = densepose.Head(settings["head"], width=width)
    heads.densepose_predictor = densepose.Predictor(settings["coarse"], settings.get("confidences", ()), width)
    densepose.start(heads.decoder, heads.densepose_head, heads.densepose_predictor)
    build.fill(made, convert=detectron2.convert)
    return DensePosePredictor(build, made)


class DensePosePredictor(Detectron2Predictor):
    """A dense map a person."""

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network, contiguous=True)
        self.side, self.decoded = build.settings["pooled"], build.settings["decoder"]
        self.pool = detectron2.Pooler(self.side, sampling=2, aligned=False)

    def forward(self, inputs: list[Any], options: Options, context: Context) -> Found:
        """Return the people of the frames, each with small maps of its box, see `densepose.Predictor.small`."""
        stages = self.stages(inputs, options, context)
        boxes = [one["boxes"] for one in stages.found]
        with self.inference(context):
            parts = self._small(stages.features, boxes, context)
            for name in parts[0] if parts else ():
                whole = torch.cat([part[name] for part in parts])
                for one, maps in zip(stages.found, whole.split([len(box) for box in boxes])):
                    one[name] = maps
        return Found(stages.sizes, stages.found, stages.settled)

    def bare(self, inputs: list[Any]) -> list[dict[str, Tensor]]:
        """Call torchvision's detector, and the dense head on the people whom it finds."""
        with torch.inference_mode():
            features, found = self.published(inputs)
            return self._small(features, [one["boxes"] for one in found], DEFAULT_CONTEXT)

    def _small(self, features: dict[str, Tensor], boxes: list[Tensor], context: Context) -> list[dict[str, Tensor]]:
        """Return the small maps of all people, so many at once as there is room for."""
        heads, parts = self.network.roi_heads, []
        field, rows = self.field(features), detectron2.regions(boxes)
        for part in rows.split(_PEOPLE_AT_ONCE if waiting.fixed(rows) else _PEOPLE) if len(rows) else ():
            context.stage("dense poses", 0.75)
            inner = heads.densepose_head(self._pooled(field, part))
            parts.append(heads.densepose_predictor.small(inner, heads.densepose_predictor.scaling))
        return parts

    def field(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return what people are pooled from: the decoder's map alone, or the pyramid."""
        return {detectron2.LEVELS[0]: self.network.roi_heads.decoder(features)} if self.decoded else features

    def _pooled(self, field: dict[str, Tensor], rows: Tensor) -> Tensor:
        """Return the features (n, 256, side, side) of regions (n, 5), see `detectron2.regions`."""
        if not self.decoded:
            return self.pool.pooled(field, rows)
        return roi_align(field[detectron2.LEVELS[0]], rows, self.side, 1 / detectron2.STRIDES[0], 2, aligned=False)

    def pooled(self, field: dict[str, Tensor], boxes: Tensor, picture: int) -> Tensor:
        """Return the features (n, 256, side, side) of boxes (n, 4) in the pixels of one of the network's pictures."""
        return self._pooled(field, torch.cat((torch.full_like(boxes[:, :1], picture), boxes), 1))

    def maps(self, field: dict[str, Tensor], boxes: Tensor, picture: int = 0) -> densepose.Maps:
        """Return the maps of the people in boxes (n, 4) in the pixels of one of the network's pictures."""
        heads = self.network.roi_heads
        return heads.densepose_predictor(heads.densepose_head(self.pooled(field, boxes, picture)))

    def _results(self, found: dict[str, Tensor], size: tuple[int, int], options: Options) -> list[Result]:
        heads, ids = self.network.roi_heads, self.ids[found["labels"].numpy().astype(np.int64)]
        keep = np.ones(len(ids), bool) if options.labels is None else np.isin(ids, list(options.labels))
        found = {name: value[torch.from_numpy(keep)] for name, value in found.items()}
        boxes, parts, uv = found["boxes"].numpy(), [], []
        with torch.inference_mode():
            for start in range(0, len(boxes), _PEOPLE):
                small = {name: found[name][start : start + _PEOPLE] for name in found if name not in _OF_BOXES}
                people = heads.densepose_predictor.enlarged(small)
                for k, box in enumerate(boxes[start : start + _PEOPLE].tolist()):
                    charts, places = densepose.charts(people.of(k), box)
                    parts.append(charts.numpy())
                    uv.append(np.clip(places.numpy(), 0, 1))
        return [
            DenseMaps(
                size=(int(size[0]), int(size[1])),
                classes=self.classes,
                boxes=boxes,
                labels=ids[keep],
                scores=found["scores"].numpy(),
                parts=parts,
                uv=uv,
            )
        ]

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return proposals, and of the surest person the body, every chart, U, V, I-U-V, texture, confidences."""
        with waiting.again():
            stages = self.stages(self.prepare([frame]), options, context)
        size, seen = list(frame.shape[:2]), list(stages.sizes[0])
        whole = (0.0, 0.0, float(size[1]), float(size[0]))
        with self.inference(context):
            boxes = resize_boxes(stages.proposals[0][:_PROPOSALS].float(), seen, size).cpu().numpy()
            scores = stages.objectness[0][:_PROPOSALS].float().cpu().numpy()
            views: list[View] = [
                BoxesView(group="Proposals", title="Where something may be", box=whole, boxes=boxes, scores=scores)
            ]
            first = stages.found[0]["boxes"][:1]
            if not len(first):
                return views
            box = tuple(resize_boxes(first.float(), seen, size)[0].tolist())
            maps = self.maps(self.field(stages.features), first)
            return views + _views(maps, frame, box)


def _views(maps: densepose.Maps, frame: np.ndarray, box: tuple[float, float, float, float]) -> list[View]:
    """Return the views of one person."""

    def heat(group: str, title: str, values: Tensor, low: float | None = None, high: float | None = None) -> View:
        return HeatView(group=group, title=title, box=box, values=values.float().cpu().numpy(), low=low, high=high)

    def picture(group: str, title: str, rgb: np.ndarray) -> View:
        return PictureView(group=group, title=title, box=box, rgb=np.ascontiguousarray(rgb))

    labels, uv = (x.cpu().numpy() for x in densepose.charts(maps, box))
    uv = np.clip(uv, 0, 1).astype(np.float32)
    body, charts = maps.coarse.float().softmax(1)[0], maps.fine.float().softmax(1)[0]
    iuv = quantised(labels, uv)
    left, top = int(box[0]), int(box[1])
    below = frame[top : top + labels.shape[0], left : left + labels.shape[1]]
    own = labels[: below.shape[0], : below.shape[1]]
    worn = densepose_texture.taken(own, uv[:, : below.shape[0], : below.shape[1]], below)[0]
    shades = np.concatenate([[(0, 0, 0)], colors.lut("parula")[np.linspace(0, 255, len(CHARTS)).astype(int)]])
    lines = np.zeros((*labels.shape, 3), np.uint8)
    lines[contours(labels, uv, _STEPS)] = 255
    return [
        picture("Dense map", "Charts", shades[labels].astype(np.uint8)),
        picture("Dense map", "I, U, V", iuv.transpose(1, 2, 0) * np.array([10, 1, 1], np.uint8)),
        picture("Dense map", "Contours of U and V", lines),
        picture("Dense map", "A texture put on", densepose_texture.applied(labels, uv, densepose_texture.checkered())),
        picture("Dense map", "The texture worn", densepose_texture.to_sheet(worn)),
        heat("Body", "Person", 1 - body[0], low=0.0, high=1.0),
        *(heat("Charts", chart.name, charts[chart.number], low=0.0, high=1.0) for chart in CHARTS),
        *(heat(axis, chart.name, values[0, chart.number].clamp(0, 1), low=0.0, high=1.0)
          for axis, values in (("U", maps.u), ("V", maps.v)) for chart in CHARTS[:2]),
        *(heat("Confidence", name, values[0].mean(0)) for name, values in maps.confidences.items()),
    ]  # fmt: skip
