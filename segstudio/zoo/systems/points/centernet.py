"""CenterNet, "Objects as Points" (Zhou et al. 2019, arXiv 1904.07850): boxes and poses from centres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from segstudio.core import soft_nms
from segstudio.core.errors import InputError
from segstudio.core.results import Boxes, Poses, Result
from segstudio.core.views import HeatView, PointsView, View
from segstudio.zoo.blocks import centernet_decoding as decoding
from segstudio.zoo.blocks import centernet_networks as networks
from segstudio.zoo.blocks import points, tensors
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

STRIDE = 4
_SHOWN = 10  # points whose numbers are shown


def build(build: Build) -> Predictor:
    """Return CenterNet.

    Settings: "network" is res, resdcn, dla or hourglass, with "depth" of a ResNet; "poses" adds the heads of a pose;
    "hidden" are the channels inside a head; see `CenterNetPredictor` for the rest.
    """
    settings = build.settings
    skeleton = build.card.label_set().skeleton
    heads = {"hm": len(build.card.label_set().labels), "wh": 2}
    if settings["poses"]:
        if skeleton is None:
            raise InputError(f"The card '{build.card.name}' finds poses, but its classes have no keypoints.")
        joints = len(skeleton.names)
        heads |= {"hps": 2 * joints, "reg": 2, "hm_hp": joints, "hp_offset": 2}
    else:
        heads["reg"] = 2
    network = _network(settings, heads)
    convert = networks.dla_state if settings["network"] == "dla" else None
    build.fill(network, convert=convert)
    return CenterNetPredictor(build, network)


def _network(settings: dict[str, Any], heads: dict[str, int]) -> Any:
    kind, hidden = settings["network"], settings["hidden"]
    sizes = {key: settings[key] for key in ("widths", "channels", "dims", "modules") if key in settings}
    if kind in ("res", "resdcn"):
        return networks.ResNetNetwork(settings["depth"], kind == "resdcn", heads, hidden, **sizes)
    if kind == "dla":
        return networks.DlaNetwork(heads, hidden, **sizes)
    if kind == "hourglass":
        return networks.HourglassNetwork(heads, **sizes)
    raise InputError(f"CenterNet has no network '{kind}'.", remedy="Known are: res, resdcn, dla, hourglass.")


class CenterNetPredictor(points.StackedPredictor):
    """Boxes, or poses where the card asks for them.

    Settings: "keep_size" lays a frame as it is on a canvas whose sides are a multiple of "multiple", as the published
    test does, after one whose longer side exceeds "longest" was scaled down to that (COCO's pictures are at most 640
    long); without it the frame is scaled to the card's input size. "mirror" averages with the mirrored frame
    (published: the second figure of the model zoo). "suppress" lowers the scores of overlapping boxes of a class by
    soft-NMS (published: for tests on several scales). "top" points are looked at.
    """

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        spec = build.card.input
        if spec is None or len(spec.size) != 2:
            raise InputError(f"The card '{build.card.name}' needs an input size of (height, width).")
        settings = build.settings
        self.size: tuple[int, int] = tuple(settings.get("size", spec.size))
        self.keep_size: bool = settings["keep_size"]
        self.multiple: int = settings["multiple"]
        self.longest: int = settings["longest"]
        if not self.keep_size and any(side % self.multiple for side in self.size):
            raise InputError(f"The input size of the card '{build.card.name}' is no multiple of {self.multiple}.")
        self.mirror: bool = settings["mirror"]
        self.suppress: bool = settings["suppress"]
        self.count: int = settings["top"]
        self.poses: bool = settings["poses"]
        self.canvas = points.Canvas(build.card, build.device)
        self.ids = np.array([label.id for label in self.classes.labels], np.int64)
        skeleton = self.classes.skeleton
        self.pairs = skeleton.symmetry if skeleton is not None and self.poses else ()

    def prepare(self, frames: Sequence[np.ndarray]) -> list[points.Batch]:
        laid = [self._kept(frame) if self.keep_size else self._scaled(frame) for frame in frames]
        return self.canvas.batches([canvas for canvas, _ in laid], [grid for _, grid in laid], self.mirror)

    def _kept(self, frame: np.ndarray) -> tuple[Tensor, points.Grid]:
        """Return the frame in the middle of a larger canvas: (side | multiple - 1) + 1."""
        frame, across, down = self.canvas.shrunk(frame, self.longest)
        h, w = frame.shape[:2]
        height, width = (side - side % self.multiple + self.multiple for side in (h, w))
        top, left = height // 2 - h // 2, width // 2 - w // 2
        grid = points.Grid(STRIDE * across, STRIDE * down, -left * across, -top * down)
        return self.canvas.lay(frame, height, width, top, left), grid

    def _scaled(self, frame: np.ndarray) -> tuple[Tensor, points.Grid]:
        """Return the frame scaled so that its longer side fills a canvas of the card's size, middle on middle."""
        h, w = frame.shape[:2]
        height, width = self.size
        # The published transform takes the canvas's width for the longer side, whichever that is.
        factor = width / max(h, w)
        across, down = width / 2 - w / 2 * factor, height / 2 - h / 2 * factor
        steps = np.array([[factor, 0, across], [0, factor, down]])
        image = cv2.warpAffine(frame, steps, (width, height), flags=cv2.INTER_LINEAR)
        grid = points.Grid(STRIDE / factor, STRIDE / factor, -across / factor, -down / factor)
        return self.canvas.lay(image, height, width, 0, 0), grid

    def read(self, maps: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return maps with probabilities, one a frame."""
        maps = decoding.activate(maps)
        return decoding.average(maps, self.pairs) if self.mirror else maps

    def decode(
        self, outputs: list[tuple[points.Batch, dict[str, Tensor]]], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        find = decoding.poses if self.poses else decoding.boxes
        with torch.inference_mode():
            found = tensors.fetch(
                [decoding.to_picture(find(self.read(maps), self.count), batch.grids) for batch, maps in outputs]
            )
        every = points.in_order(outputs, found)
        kept = [points.wanted(rows, self.ids[self._channels(rows)], self.threshold(options), options) for rows in every]
        if self.suppress:
            kept = points.softened(kept, soft_nms.Rule(overlap=0.5), self.threshold(options))
        return [[self._result(*one, frame.shape[:2], options)] for one, frame in zip(kept, frames)]

    def _channels(self, rows: np.ndarray) -> np.ndarray:
        return rows[:, 5 + (rows.shape[1] - 6) // 3 * 2].astype(np.int64)

    def _result(self, rows: np.ndarray, labels: np.ndarray, size: tuple[int, ...], options: Options) -> Result:
        height, width = size[0], size[1]
        joints = (rows.shape[1] - 6) // 3
        channel = 5 + 2 * joints
        boxes = rows[:, :4].clip(0, np.array([width, height] * 2, np.float32))
        whole = ((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])).nonzero()[0][: options.max_instances]
        common = {
            "size": (height, width),
            "classes": self.classes,
            "boxes": boxes[whole],
            "labels": labels[whole],
            "scores": rows[whole, 4],
        }
        if not self.poses:
            return Boxes(**common)
        places = rows[whole, 5:channel].reshape(-1, joints, 2)
        sure = rows[whole, channel + 1 :].copy()
        # What lies beyond the picture can't be seen in it.
        sure[((places < 0) | (places > (width, height))).any(2)] = 0
        places = places.clip(0, np.array([width, height], np.float32))
        return Poses(**common, keypoints=np.concatenate((places, sure[..., None]), 2))

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the centre maps, size and offset at the best points, and of poses the joints' maps and offsets."""
        inputs = self.prepare([frame])
        with torch.inference_mode():
            [(batch, raw)] = self.forward(inputs, options, context)
            maps = self.read(raw)
            best, middle = decoding.centres(maps, self.count)
            at = {n: points.values_at(maps[n], best.cells)[0].cpu().numpy() for n in ("wh", "reg", "hps") if n in maps}
            heat = maps["hm"][0].cpu().numpy()
            joint_heat = maps["hm_hp"][0].cpu().numpy() if "hm_hp" in maps else None
            scores, classes = best.scores[0].cpu().numpy(), best.classes[0].cpu().numpy()
            cells = torch.stack((best.xs, best.ys), 2)[0].cpu().numpy()
            centres = middle[0].cpu().numpy()
        grid, box = batch.grids[0], batch.grids[0].box(*heat.shape[1:])
        shown = min(max(int((scores >= self.threshold(options)).sum()), 1), _SHOWN)
        views: list[View] = [HeatView(group="Centres", title="All classes", box=box, values=heat.max(0), low=0, high=1)]
        for channel in dict.fromkeys(classes[:shown].tolist()) if len(heat) > 1 else ():
            name = self.classes.labels[channel].name
            views.append(HeatView(group="Centres", title=name, box=box, values=heat[channel], low=0, high=1))
        middles = grid.on_picture(centres[:shown])
        names = [self.classes.labels[c].name for c in classes[:shown]]
        sizes = at["wh"][:shown] * (grid.scale_x, grid.scale_y)
        texts = tuple(
            f"{name} {score:.2f}: {w:.0f} x {h:.0f}, {dx:+.2f} {dy:+.2f}"
            for name, score, (w, h), (dx, dy) in zip(names, scores, sizes, at["reg"])
        )
        part = {"box": box, "scores": scores[:shown]}
        views.append(PointsView(group="Points", title="Size and offset", points=middles, texts=texts, **part))
        if joint_heat is not None:
            regressed = grid.on_picture(cells[:shown, None] + at["hps"][:shown].reshape(shown, -1, 2))
            views += self._joints(joint_heat, middles, regressed, box)
        return views

    def _joints(self, heat: np.ndarray, middles: np.ndarray, joints: np.ndarray, box: Any) -> list[View]:
        """Return the heat map of each joint, and the lines from centres (n, 2) to joints (n, j, 2)."""
        skeleton = self.classes.skeleton
        assert skeleton is not None
        n, j = joints.shape[:2]
        links = np.stack((np.repeat(np.arange(n), j), n + np.arange(n * j)), 1)
        every = np.concatenate((middles, joints.reshape(-1, 2))).astype(np.float32)
        texts = ("",) * n + skeleton.names * n
        views: list[View] = [
            PointsView(group="Points", title="From centres to joints", box=box, points=every, texts=texts, links=links)
        ]
        for name, values in zip(skeleton.names, heat):
            views.append(HeatView(group="Joints", title=name, box=box, values=values, low=0, high=1))
        return views
