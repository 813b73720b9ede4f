"""17 keypoints a person by MoveNet Lightning (Votel and Li 2021), run by LiteRT on the crop around each person."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from segstudio.core.errors import WeightsError
from segstudio.core.results import Boxes, JointHeat, Poses, Result
from segstudio.core.views import BoxesView, HeatView, PictureView, PointsView, View
from segstudio.zoo.blocks.given import detected, given_boxes
from segstudio.zoo.blocks.readings import readings
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor

HEAT = "Sigmoid"  # the keypoints' heat maps (1, 48, 48, 17) within the graph
SPREAD = 1.0  # sigma of a keypoint's heat in cells, about
PERSON = 1  # COCO's id, of the boxes as of the poses
_SHOWN = 3  # people whose maps are shown: each has one a keypoint


def build(parts: Build) -> Predictor:
    """Return the predictor that runs on the people among the boxes of the card's first part."""
    return _PoseInBox(parts)


class _Found(NamedTuple):
    """A person's keypoints (17, 3) of x, y, confidence; the heat (17, h, w), and the (l, t, r, b) it lies over."""

    points: np.ndarray
    heat: np.ndarray
    window: tuple[float, float, float, float]


class _PoseInBox(Predictor):
    takes_boxes = True

    def __init__(self, parts: Build) -> None:
        super().__init__(parts.card)
        from ai_edge_litert.interpreter import Interpreter

        if parts.files is None:
            raise WeightsError(f"{parts.card.title} is its graph: it can't be built without its file.")
        path = parts.files[parts.card.weights[0].name]
        try:
            with warnings.catch_warnings():
                # It warns that keeping inner tensors costs memory; the heat maps are such a tensor.
                warnings.simplefilter("ignore", UserWarning)
                self.network = Interpreter(model_path=str(path), num_threads=1, experimental_preserve_all_tensors=True)
            self.network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise WeightsError("LiteRT can't read this network.", path=path) from error
        self.entry = self.network.get_input_details()[0]["index"]
        self.exit = self.network.get_output_details()[0]["index"]
        maps = (t for t in self.network.get_tensor_details() if t["name"] == HEAT and len(t["shape"]) == 4)
        self.heat = next((t["index"] for t in maps), None)
        self.side = int(self.network.get_input_details()[0]["shape"][1])
        self.boxes = parts.parts[parts.card.composes[0]]
        self.margin: float = parts.settings["margin"]
        skeleton = self.classes.skeleton
        assert skeleton is not None
        # Where each keypoint goes when the picture is mirrored.
        self.mirrored = np.arange(len(skeleton.names))
        for left, right in skeleton.symmetry:
            self.mirrored[[left, right]] = right, left

    @property
    def memory(self) -> int:
        return super().memory + self.boxes.memory

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        """Return a `Poses` and a `JointHeat` a frame; boxes and scores are the detector's, or the boxes those given."""
        context.stage("boxes", 0.0)
        found = self._people(frames, options, context)
        results: list[list[Result]] = []
        for i, (frame, boxes) in enumerate(zip(frames, found)):
            made: list[_Found] = []
            for j, box in enumerate(boxes.boxes):
                context.stage("poses", (i + j / len(boxes.boxes)) / len(frames))
                made.append(self.pose(frame, box))
            results.append(self._results(boxes, made))
        return results

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the people's boxes, and of the surest ones the square that is looked at, the heat and the pose.

        The surest one's heat is also read in the ways that networks without offsets of their own are read.
        """
        context.stage("boxes", 0.0)
        [found] = self._people([frame], options, context)
        height, width = frame.shape[:2]
        whole = (0.0, 0.0, float(width), float(height))
        people = BoxesView(group="People", title="Boxes", box=whole, boxes=found.boxes, scores=found.scores)
        views: list[View] = [people]
        skeleton = self.classes.skeleton
        assert skeleton is not None
        links = np.array(skeleton.limbs, np.int64).reshape(-1, 2)
        for i, box in enumerate(found.boxes[:_SHOWN]):
            context.stage("poses", i / min(len(found.boxes), _SHOWN))
            made = self.pose(frame, box)
            group = f"Person {i + 1}"
            square = self._letterbox(self._cut(frame, box)[0])[0]
            views.append(PictureView(group=group, title="Input", box=made.window, rgb=square))
            sure = made.points[:, 2].astype(np.float32)
            points = made.points[:, :2].astype(np.float32)
            views.append(
                PointsView(
                    group=group,
                    title="Pose",
                    box=made.window,
                    points=points,
                    scores=sure,
                    texts=skeleton.names,
                    links=links,
                )
            )
            if self.heat is not None:
                views += [
                    HeatView(
                        group=group, title=name, box=made.window, values=heat.astype(np.float32), low=0.0, high=1.0
                    )
                    for name, heat in zip(skeleton.names, made.heat)
                ]
                if i == 0:
                    views += readings("The heat of person 1, read", made.heat, made.window, skeleton, SPREAD)
        return views

    def _people(self, frames: Sequence[np.ndarray], options: Options, context: Context) -> list[Boxes]:
        """Return the people's boxes of each frame."""
        if options.given is not None:
            return given_boxes(frames, options.given, self.classes)
        labels = frozenset({PERSON}) if options.labels is None else options.labels & {PERSON}
        wanted = replace(options, threshold=self.threshold(options), labels=labels)
        return detected(self.boxes, frames, wanted, context)

    def _results(self, boxes: Boxes, made: list[_Found]) -> list[Result]:
        count = len(self.mirrored)
        found: list[Result] = [
            Poses(
                size=boxes.size,
                classes=self.classes,
                boxes=boxes.boxes,
                labels=boxes.labels,
                scores=boxes.scores,
                keypoints=np.array([m.points for m in made], np.float32).reshape(-1, count, 3),
                objects=boxes.objects,
            )
        ]
        if self.heat is not None:
            found.append(
                JointHeat(
                    size=boxes.size,
                    classes=self.classes,
                    boxes=np.array([m.window for m in made], np.float32).reshape(-1, 4),
                    # Half precision: they stay in memory as long as the picture's results do.
                    heat=np.array([m.heat for m in made], np.float16)
                    if made
                    else np.zeros((0, count, 1, 1), np.float16),
                )
            )
        return found

    def pose(self, frame: np.ndarray, box: np.ndarray) -> _Found:
        """Return the keypoints of the person in a box (left, top, right, bottom), with their heat.

        The crop holds nothing but the padded box, so that neighbours stay out; its mirror image is asked too, and the
        two answers are weighed by their confidence.
        """
        crop, left, top = self._cut(frame, box)
        square, scale, dx, dy = self._letterbox(crop)
        straight, seen = self._network(square)
        mirror, seen_mirrored = self._network(square[:, ::-1])
        mirror = mirror[self.mirrored]
        mirror[:, 0] = self.side - mirror[:, 0]
        share = straight[:, 2:] / np.maximum(straight[:, 2:] + mirror[:, 2:], 1e-6)
        points = share * straight + (1 - share) * mirror
        points[:, 0] = (points[:, 0] - dx) / scale + left
        points[:, 1] = (points[:, 1] - dy) / scale + top
        x, y = left - dx / scale, top - dy / scale
        window = (x, y, x + self.side / scale, y + self.side / scale)
        return _Found(points, (seen + seen_mirrored[self.mirrored, :, ::-1]) / 2, window)

    def _cut(self, frame: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, int, int]:
        """Return (the padded box's pixels, its left, its top)."""
        height, width = frame.shape[:2]
        pad_x, pad_y = self.margin * (box[2] - box[0]), self.margin * (box[3] - box[1])
        left, top = max(int(np.floor(box[0] - pad_x)), 0), max(int(np.floor(box[1] - pad_y)), 0)
        right = min(max(int(np.ceil(box[2] + pad_x)), left + 1), width)
        bottom = min(max(int(np.ceil(box[3] + pad_y)), top + 1), height)
        return frame[top:bottom, left:right], left, top

    def _letterbox(self, crop: np.ndarray) -> tuple[np.ndarray, float, int, int]:
        """Return (uint8 square, scale, left margin, top margin) of a crop that was fitted into the input."""
        import cv2

        height, width = crop.shape[:2]
        scale = self.side / max(height, width)
        new_w, new_h = max(round(width * scale), 1), max(round(height * scale), 1)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        square = np.zeros((self.side, self.side, 3), np.uint8)
        dx, dy = (self.side - new_w) // 2, (self.side - new_h) // 2
        square[dy : dy + new_h, dx : dx + new_w] = cv2.resize(crop, (new_w, new_h), interpolation=how)
        return square, scale, dx, dy

    def _network(self, square: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 (17, 3) of x and y in pixels of the square and confidence, and the heat (17, h, w)."""
        self.network.set_tensor(self.entry, np.ascontiguousarray(square)[None])
        self.network.invoke()
        found = self.network.get_tensor(self.exit).reshape(-1, 3)
        points = np.column_stack((found[:, 1] * self.side, found[:, 0] * self.side, np.clip(found[:, 2], 0, 1)))
        if self.heat is None:
            return points, np.zeros((len(points), 1, 1), np.float32)
        return points, np.clip(self.network.get_tensor(self.heat)[0].transpose(2, 0, 1), 0, 1)
