"""Top-down poses: people's boxes first, then a network that draws a heat map a joint for the crop around each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from segstudio.core import heatmaps, pose_crops, pose_overlap, skeletons
from segstudio.core.errors import InputError
from segstudio.core.results import JointHeat, Poses, Result
from segstudio.core.views import HeatView, PictureView, View
from segstudio.zoo.blocks import tensors
from segstudio.zoo.blocks.given import detected, given_boxes
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, TorchPredictor

if TYPE_CHECKING:
    from torch import Tensor

PERSON = 1  # the id of people in the label sets of boxes and of poses
SURE = 0.2  # joints less sure than this do not count towards a pose's score, as in HRNet's evaluation


def known(build: Build, reader: str, readers: Sequence[str]) -> None:
    """Check that a card names one of the ways to read coordinates.

    Raises:
        InputError: It does not.
    """
    if reader not in readers:
        raise InputError(
            f"The card '{build.card.name}' names a reader that is not there: {reader}.",
            remedy=f"Known are: {', '.join(readers)}.",
        )


class Crop(NamedTuple):
    """What the network is shown of one person.

    Args:
        image: uint8 RGB (h, w, 3) of the network's input size.
        window: The part of the picture that the heat maps lie over: left, top, right, bottom.
        shown: The part that `image` shows; half a cell off `window` where the code counts cells from their middles.
    """

    image: np.ndarray
    window: tuple[float, float, float, float]
    shown: tuple[float, float, float, float]


@dataclass
class People:
    """The crops of a batch of pictures.

    Args:
        crops: In the order of the pictures.
        places: int64 (n,): of which picture each is.
        boxes: float32 (n, 4), the people's boxes.
        scores: float32 (n,), the boxes' own.
        whole: bool (n,): the box is but the whole picture, as nobody was looked for or found.
        images: uint8 (n, 3, h, w) on the device.
        objects: int64 (n,): which of the given boxes' objects each is; None where the boxes were found.
    """

    crops: list[Crop]
    places: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    whole: np.ndarray
    images: Tensor
    objects: np.ndarray | None = None


class TopDownPredictor(TorchPredictor):
    """Poses of the people whose boxes are given, or found by the card's first part.

    Settings: "size" overrides the input's (height, width); "flip" asks the mirror image too; "batch" is how many crops
    go through the network at once; "whole" takes the whole picture for one person where no box is found. Without the
    part, it always does.

    Args:
        network: Gives heat maps (n, joints, h / 4, w / 4) of pictures (n, 3, h, w), or (n, stacks, joints, ...).
    """

    takes_boxes = True

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build.card, build.device, network)
        import torch

        spec, skeleton = build.card.input, self.classes.skeleton
        if spec is None or len(spec.size) != 2 or skeleton is None:
            raise InputError(f"The card '{build.card.name}' needs an input size of (height, width) and a skeleton.")
        self.size: tuple[int, int] = tuple(build.settings.get("size", spec.size))
        self.flip: bool = build.settings["flip"]
        self.batch: int = build.settings["batch"]
        self.whole: bool = build.settings["whole"]
        self.boxes = next((build.parts[name] for name in build.card.composes if name in build.parts), None)
        self.joints = skeleton.names
        self.sigmas = np.array(skeleton.sigmas or (skeletons.DEFAULT_SIGMA,) * len(self.joints))
        self.partners = skeletons.partners(skeleton)
        self.swapped = torch.from_numpy(self.partners).to(self.device)
        self.mean = torch.tensor(spec.mean, device=self.device).view(3, 1, 1)
        self.std = torch.tensor(spec.std, device=self.device).view(3, 1, 1)

    @property
    def memory(self) -> int:
        return super().memory + (self.boxes.memory if self.boxes is not None else 0)

    # What a family does its own way.

    @abstractmethod
    def crop(self, frame: np.ndarray, box: np.ndarray) -> Crop:
        """Return what the network is shown of the person in a box (left, top, right, bottom)."""

    @abstractmethod
    def read(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return joints (..., 2) in cells whose edges are whole numbers, and their values, of maps (..., h, w)."""

    def merge(self, straight: Tensor, mirrored: Tensor) -> Tensor:
        """Return the maps of a picture and of its mirror image, which is turned back already, as one."""
        return (straight + mirrored) / 2

    def inside(self, seen: dict[str, Tensor], output: Tensor, crop: Crop) -> list[View]:  # noqa: ARG002
        """Return what `look` shows of a network's output for one crop, and of what was `watched` on the way."""
        return self.heat_views("Heat maps", self.final(output)[0].float().cpu().numpy(), crop)

    def watched(self) -> dict[str, Any]:
        """Return modules whose output `inside` needs, by name."""
        return {}

    # The way from pictures to poses.

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        """Return a `Poses` and a `JointHeat` a frame."""
        if not frames:
            return []
        context.stage("boxes", 0.0)
        inputs = self.people(frames, options, context)
        context.stage("network", 0.3)
        outputs = self.forward(inputs, options, context)
        context.stage("decode", 0.9)
        return self.decode(outputs, frames, options)

    def prepare(self, frames: Sequence[np.ndarray]) -> People:
        """Return the crops of the people in the frames, found with the card's threshold."""
        return self.people(frames, DEFAULT_OPTIONS, DEFAULT_CONTEXT)

    def people(self, frames: Sequence[np.ndarray], options: Options, context: Context) -> People:
        """Return the crops of the people in the frames."""

        given = options.given
        if given is None:
            found = self._found(frames, options, context)
        else:
            found = [(b.boxes, b.scores, False) for b in given_boxes(frames, given, self.classes)]
        rows = [
            (i, box, score, whole)
            for i, (boxes, scores, whole) in enumerate(found)
            for box, score in zip(boxes, scores)
        ]
        crops = [self.crop(frames[i], box) for i, box, _, _ in rows]
        images = np.stack([c.image for c in crops]) if crops else np.zeros((0, *self.size, 3), np.uint8)
        return People(
            crops=crops,
            places=np.array([i for i, *_ in rows], np.int64),
            boxes=np.array([box for _, box, _, _ in rows], np.float32).reshape(-1, 4),
            scores=np.array([score for _, _, score, _ in rows], np.float32),
            whole=np.array([whole for *_, whole in rows], bool),
            images=tensors.send(images, self.device).permute(0, 3, 1, 2),
            objects=None if given is None else np.concatenate([here.objects for here in given]),
        )

    def _found(
        self, frames: Sequence[np.ndarray], options: Options, context: Context
    ) -> list[tuple[np.ndarray, np.ndarray, bool]]:
        """Return (boxes, scores, whether they are but the whole picture) of each frame."""
        nobody = np.zeros((0, 4), np.float32), np.zeros(0, np.float32), False
        if options.labels is not None and PERSON not in options.labels:
            return [nobody] * len(frames)
        wholes = [
            (np.array([[0, 0, f.shape[1], f.shape[0]]], np.float32), np.ones(1, np.float32), True) for f in frames
        ]
        if self.boxes is None:
            return wholes
        wanted = replace(options, threshold=self.threshold(options), labels=frozenset({PERSON}))
        return [
            whole if self.whole and not len(found.boxes) else (found.boxes, found.scores, False)
            for found, whole in zip(detected(self.boxes, frames, wanted, context), wholes)
        ]

    def normalised(self, images: Tensor) -> Tensor:
        """Return uint8 images as the network wants them."""
        return images.float().div_(255).sub_(self.mean).div_(self.std)

    def final(self, output: Tensor) -> Tensor:
        """Return the maps (n, joints, h, w) that count: the last stack's, where there are several."""
        return output[:, -1] if output.dim() == 5 else output

    def maps(self, images: Tensor) -> Tensor:
        """Return the heat maps (n, joints, h / 4, w / 4) of uint8 images (n, 3, h, w), the mirror image asked too."""
        import torch

        x = self.normalised(images)
        if not self.flip:
            return self.final(self.network(x)).float()
        straight, mirrored = self.final(self.network(torch.cat((x, x.flip(3))))).float().chunk(2)
        return self.merge(straight, mirrored.flip(3).index_select(1, self.swapped))

    def bare(self, inputs: People) -> list[Tensor]:
        """Call the network on all crops, and on their mirror images where the card has it so."""
        import torch

        with torch.inference_mode():
            return [self.maps(images) for images in inputs.images.split(self.batch)] if inputs.crops else []

    def forward(self, inputs: People, options: Options, context: Context) -> tuple[People, np.ndarray]:  # noqa: ARG002
        """Return the people and their heat maps, float32 (n, joints, h / 4, w / 4)."""
        import torch

        if not inputs.crops:
            return inputs, np.zeros((0, len(self.joints), self.size[0] // 4, self.size[1] // 4), np.float32)
        made = []
        with self.inference(context):
            for images in inputs.images.split(self.batch):
                context.cancel.check()
                made.append(self.maps(images))
            return inputs, torch.cat(made).cpu().numpy()

    def decode(
        self, outputs: tuple[People, np.ndarray], frames: Sequence[np.ndarray], options: Options
    ) -> list[list[Result]]:
        people, maps = outputs
        return self.assembled(*self.read(maps), people, maps, frames, options)

    def assembled(
        self,
        cells: np.ndarray,
        values: np.ndarray,
        people: People,
        maps: np.ndarray,
        frames: Sequence[np.ndarray],
        options: Options,
    ) -> list[list[Result]]:
        """Return the results of joints (n, k, 2) in cells whose edges are whole numbers, and of their values (n, k)."""
        points = self.placed(cells, people, maps.shape[-2:])
        sure = np.clip(values, 0, 1).astype(np.float32)
        poses = np.concatenate((points, sure[..., None]), -1).astype(np.float32)
        return [
            self._results(np.flatnonzero(people.places == i), people, poses, maps, frame.shape[:2], options)
            for i, frame in enumerate(frames)
        ]

    def placed(self, cells: np.ndarray, people: People, size: tuple[int, ...]) -> np.ndarray:
        """Return joints (n, k, 2) in pixels of the pictures, of joints in cells whose edges are whole numbers."""
        windows = np.array([c.window for c in people.crops], np.float64).reshape(-1, 1, 4)
        return windows[..., :2] + cells / (size[1], size[0]) * (windows[..., 2:] - windows[..., :2])

    def _results(
        self,
        rows: np.ndarray,
        people: People,
        poses: np.ndarray,
        maps: np.ndarray,
        size: tuple[int, ...],
        options: Options,
    ) -> list[Result]:
        poses, boxes = poses[rows], people.boxes[rows].copy()
        counted = poses[..., 2] > SURE
        # The published score: the box's own times how sure the joints are.
        scores = people.scores[rows] * (poses[..., 2] * counted).sum(-1) / np.maximum(counted.sum(-1), 1)
        loose = people.whole[rows]
        boxes[loose] = _around(poses[loose], counted[loose])
        height, width = int(size[0]), int(size[1])
        poses[..., :2] = np.clip(poses[..., :2], 0, (width, height))
        boxes = np.clip(boxes, 0, (width, height, width, height))
        solid = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        # Who gave a box wants to know of it, be it ever so doubtful or like another.
        given = people.objects is not None
        keep = np.flatnonzero(solid & (given | (scores >= self.threshold(options))))
        keep = keep[np.argsort(-scores[keep], kind="stable")]
        if not given:
            areas = (boxes[keep, 2] - boxes[keep, 0]) * (boxes[keep, 3] - boxes[keep, 1])
            keep = keep[pose_overlap.distinct(poses[keep], areas, self.sigmas)][: options.max_instances]
        common: dict[str, Any] = {"size": (height, width), "classes": self.classes}
        windows = np.array([people.crops[i].window for i in rows[keep]], np.float32).reshape(-1, 4)
        return [
            Poses(
                **common,
                boxes=boxes[keep].astype(np.float32),
                labels=np.full(len(keep), PERSON, np.int64),
                scores=scores[keep].astype(np.float32),
                keypoints=poses[keep],
                objects=None if people.objects is None else people.objects[rows[keep]],
            ),
            # Half precision: they stay in memory as long as the picture's results do.
            JointHeat(**common, boxes=windows, heat=np.clip(maps[rows[keep]], 0, 1).astype(np.float16)),
        ]

    # Looking inside.

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the crop of the best person and what the network makes of it; nothing where nobody is found."""
        people = self.people([frame], options, context)
        if not people.crops:
            return []
        crop = people.crops[0]
        views: list[View] = [PictureView(group="Input", title="Crop", box=crop.shown, rgb=crop.image)]
        with self.inference(context), _watching(self.watched()) as seen:
            output = self.network(self.normalised(people.images[:1]))
        return [*views, *self.inside(seen, output, crop)]

    def heat_views(self, group: str, maps: np.ndarray, crop: Crop) -> list[View]:
        """Return a view a joint of maps (joints, h, w)."""
        return [
            HeatView(group=group, title=name.replace("_", " "), box=crop.window, values=values, low=0.0, high=1.0)
            for name, values in zip(self.joints, maps.astype(np.float32))
        ]


def _around(poses: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Return the boxes (n, 4) a pixel around the joints that count; empty where there are none."""
    x = np.where(counted[..., None], poses[..., :2], np.inf).min(-2, initial=np.inf) - 1
    y = np.where(counted[..., None], poses[..., :2], -np.inf).max(-2, initial=-np.inf) + 1
    return np.where(np.any(counted, axis=-1, keepdims=True), np.concatenate((x, y), -1), 0.0)


@contextmanager
def _watching(modules: dict[str, Any]) -> Iterator[dict[str, Tensor]]:
    """Yield a dict that takes up what the modules give while it is open, by their names."""
    seen: dict[str, Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, output, name=name: seen.__setitem__(name, output))
        for name, module in modules.items()
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


class AffinePredictor(TopDownPredictor):
    """The crops and the reading of SimpleBaseline and HRNet.

    Settings: "shift" moves the mirror image's maps one cell to the right before they are averaged, as published;
    "reader" is "published" or one of `heatmaps.DECODERS`; "sigma" is that of the Gaussians it was trained on, for DARK.

    Raises:
        InputError: There is no such reader.
    """

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build, network)
        self.shift: bool = build.settings["shift"]
        self.reader: str = build.settings["reader"]
        self.sigma: float = build.settings["sigma"]
        known(build, self.reader, ("published", *heatmaps.DECODERS))

    def crop(self, frame: np.ndarray, box: np.ndarray) -> Crop:
        import cv2

        height, width = self.size
        centre, scale = (rows[0] for rows in pose_crops.centre_scale(box[None], width / height))
        matrix = pose_crops.affine(centre, scale, 0, (width, height))
        image = cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR)
        step = 1 / matrix[0, 0]  # pixels of the picture a pixel of the crop
        left, top = (centre - np.array([width, height]) / 2 * step).tolist()
        shown = (left, top, left + width * step, top + height * step)
        # The middle of cell 0 lies where the crop begins.
        half = 2 * step
        return Crop(image, tuple(edge - half for edge in shown), shown)  # pyright: ignore[reportArgumentType]

    def read(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.reader == "published":
            points, values = heatmaps.hrnet(maps)
        elif self.reader == "DARK":
            points, values = heatmaps.dark(maps, self.sigma)
        else:
            points, values = heatmaps.DECODERS[self.reader](maps)
        return points + 0.5, values

    def merge(self, straight: Tensor, mirrored: Tensor) -> Tensor:
        if self.shift:
            import torch

            mirrored = torch.cat((mirrored[..., :1], mirrored[..., :-1]), -1)
        return super().merge(straight, mirrored)
