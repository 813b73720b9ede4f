"""A mask in each box by U2-Net-p (Qin et al. 2020, arXiv 2005.09007), salient object detection on the box's crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from msgspec.structs import replace as replaced

from segstudio.core import masks
from segstudio.core.errors import InputError, WeightsError
from segstudio.core.geometry import Box
from segstudio.core.masks import Mask
from segstudio.core.results import Boxes, Instances, Result
from segstudio.core.views import BoxesView, HeatView, PictureView, View
from segstudio.zoo.blocks.enlarging import enlarge
from segstudio.zoo.blocks.given import detected, given_boxes
from segstudio.zoo.blocks.onnx import OnnxNetwork
from segstudio.zoo.predictor import DEFAULT_CONTEXT, DEFAULT_OPTIONS, Build, Context, Options, Predictor
from segstudio.zoo.promptable import Embedding, Proposal, check_prompt

# Sides of the squares that are tried around points, as shares of the picture's shorter side.
SCALES = (0.25, 0.5, 1.0)
_KEPT = 8  # crops of a picture whose saliency is remembered
_SHOWN = 12  # objects whose saliency is shown

_Crop = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def build(parts: Build) -> Predictor:
    """Return the predictor that runs on the boxes of the card's first part."""
    return _MaskInBox(parts)


@dataclass
class _Seen:
    """A picture with what was found in its crops."""

    frame: np.ndarray
    crops: dict[_Crop, np.ndarray] = field(default_factory=dict)


class _MaskInBox(Predictor):
    can_prompt = True
    takes_boxes = True
    embeds_ahead = False

    def __init__(self, parts: Build) -> None:
        super().__init__(parts.card)
        if parts.files is None or parts.card.input is None:
            raise WeightsError(f"{parts.card.title} is its graph: it can't be built without its files.")
        path = parts.files[parts.card.weights[0].name]
        self.network = OnnxNetwork(path)
        self.output = next(iter(self.network.outputs))
        self.boxes = parts.parts[parts.card.composes[0]]
        self.input = parts.card.input
        self.margin: float = parts.settings["margin"]
        self.level: float = parts.settings["level"]

    @property
    def memory(self) -> int:
        return super().memory + self.boxes.memory

    def predict(
        self, frames: Sequence[np.ndarray], options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[list[Result]]:
        """Return one `Instances` a frame; its boxes are the detector's, or those that were given."""
        context.stage("boxes", 0.0)
        found = self._objects(frames, options, context)
        results: list[list[Result]] = []
        for i, (frame, boxes) in enumerate(zip(frames, found)):
            crops = [self._around(frame.shape[:2], _box(corners)) for corners in boxes.boxes.tolist()]
            # The detector gives one box under several classes: what it holds is looked at once.
            drawn: dict[_Crop, Mask] = {}
            for j, crop in enumerate(crops):
                context.stage("masks", (i + (j + 1) / (len(crops) + 1)) / len(frames))
                if crop not in drawn:
                    drawn[crop] = self._mask(frame, crop)
            shapes = [drawn[crop] for crop in crops]
            if boxes.objects is not None:
                # A detector's box is a guess, a given one says where the object ends.
                inner = [masks.from_box(_box(c), frame.shape[1], frame.shape[0]) for c in boxes.boxes.tolist()]
                shapes = [masks.intersect(shape, box) for shape, box in zip(shapes, inner)]
            results.append(
                [
                    Instances(
                        size=boxes.size,
                        classes=self.classes,
                        boxes=boxes.boxes,
                        labels=boxes.labels,
                        scores=boxes.scores,
                        masks=shapes,
                        objects=boxes.objects,
                    )
                ]
            )
        return results

    def look(
        self, frame: np.ndarray, options: Options = DEFAULT_OPTIONS, context: Context = DEFAULT_CONTEXT
    ) -> list[View]:
        """Return the detector's boxes, and of each object the crop that is looked at and what stands out in it."""
        context.stage("boxes", 0.0)
        found = self._objects([frame], options, context)[0]
        height, width = frame.shape[:2]
        names = tuple(found.classes.by_id(i).name for i in found.labels.tolist())
        whole = (0.0, 0.0, float(width), float(height))
        views: list[View] = [
            BoxesView(
                group="Boxes", title="Of the detector", box=whole, boxes=found.boxes, scores=found.scores, texts=names
            )
        ]
        crops: list[View] = []
        for i, corners in enumerate(found.boxes[:_SHOWN].tolist()):
            context.stage("masks", i / min(len(found.boxes), _SHOWN))
            crop = self._around((height, width), _box(corners))
            pixels = frame[crop[1] : crop[3], crop[0] : crop[2]]
            box = (float(crop[0]), float(crop[1]), float(crop[2]), float(crop[3]))
            title = f"{i + 1} {names[i]}"
            values = self._saliency(pixels)
            views.append(HeatView(group="Saliency", title=title, box=box, values=values, low=0.0, high=1.0))
            crops.append(PictureView(group="Crops", title=title, box=box, rgb=np.ascontiguousarray(pixels)))
        return views + crops

    def _objects(self, frames: Sequence[np.ndarray], options: Options, context: Context) -> list[Boxes]:
        """Return the boxes of each frame."""
        if options.given is not None:
            return given_boxes(frames, options.given, self.classes)
        return detected(self.boxes, frames, replace(options, threshold=self.threshold(options)), context)

    def prompt_box(self, frame: np.ndarray, box: Box) -> Mask:
        return self._mask(frame, self._crop(frame.shape[:2], box))

    def _mask(self, frame: np.ndarray, crop: _Crop) -> Mask:
        left, top, right, bottom = crop
        if right <= left or bottom <= top:
            return masks.EMPTY
        return masks.from_bitmap(self._saliency(frame[top:bottom, left:right]) >= self.level, left, top)

    def embed(self, frame: np.ndarray, context: Context = DEFAULT_CONTEXT) -> Embedding:
        """Return the picture as it is: the network looks at crops of it, once it is known of which."""
        context.cancel.check()
        return Embedding(frame.shape[:2], _Seen(frame), frame.nbytes)

    def prompt(
        self, embedding: Embedding, points: np.ndarray, labels: np.ndarray, box: Box | None, mask: Mask | None
    ) -> list[Proposal]:
        """Return what stands out in the box, or around the points at several scales.

        Proposals that hold all points on the object and none beside it come first.
        """
        size = embedding.size
        box = check_prompt(size, points, labels, box)
        if box is None and mask is not None and mask.counts:
            box = mask.bounds
        # Of a picture that is too large to hold a smaller copy was seen.
        small = embedding.state.frame.shape[:2]
        scale = np.array([small[1] / size[1], small[0] / size[0]])
        if box is not None:
            box = Box(box.x * scale[0], box.y * scale[1], box.w * scale[0], box.h * scale[1])
        # A point may lie on the far edge of the picture.
        places = np.floor(np.asarray(points, np.float64).reshape(-1, 2) * scale)
        pixels = places.astype(int).clip(0, (small[1] - 1, small[0] - 1))
        yes, no = pixels[np.asarray(labels) == 1], pixels[np.asarray(labels) != 1]
        found: list[Proposal] = []
        for area in [box] if box is not None else _squares(yes, small):
            crop = self._crop(small, area)
            values = self._seen(embedding.state, crop)
            here, beside = yes - crop[:2], no - crop[:2]
            for level in _levels(values, here, beside, self.level, one=box is None):
                kept = _pieces(values >= level, here, beside)
                score = _score(values, kept, here, beside, _cut(kept, crop, small))
                found.append((_placed(kept, crop, small, size), score))
        found.sort(key=lambda one: -one[1])
        # What holds no point on the object is no answer.
        found = [one for one in found if one[0].counts and one[1] > 0]
        return [one for i, one in enumerate(found) if all(one[0] != other for other, _ in found[:i])]

    def _seen(self, seen: _Seen, crop: _Crop) -> np.ndarray:
        if crop not in seen.crops:
            while len(seen.crops) >= _KEPT:
                del seen.crops[next(iter(seen.crops))]
            left, top, right, bottom = crop
            seen.crops[crop] = self._saliency(seen.frame[top:bottom, left:right])
        return seen.crops[crop]

    def _around(self, size: tuple[int, int], box: Box) -> _Crop:
        """Return a box with its margin, as far as it lies in the picture."""
        margin_x, margin_y = box.w * self.margin, box.h * self.margin
        around = Box(box.x - margin_x, box.y - margin_y, box.w + 2 * margin_x, box.h + 2 * margin_y)
        return around.clipped(size[1], size[0]).pixels()

    def _crop(self, size: tuple[int, int], box: Box) -> _Crop:
        """Return what `_around` does of a box that someone drew.

        Raises:
            InputError: Hardly anything of it lies in the picture.
        """
        left, top, right, bottom = self._around(size, box)
        if right - left < 2 or bottom - top < 2:
            raise InputError("This box has no area inside the picture.")
        return left, top, right, bottom

    def _saliency(self, crop: np.ndarray) -> np.ndarray:
        """Return float32 (h, w) in [0, 1]: how much each pixel belongs to what stands out in the crop."""
        import cv2
        from PIL import Image

        height, width = crop.shape[:2]
        # Most crops are enlarged: the network finds more in them where edges stay sharp (see docs/guide/models.md).
        rows, columns = self.input.size
        picture = Image.fromarray(np.ascontiguousarray(crop)).resize((columns, rows), Image.Resampling.LANCZOS)
        small = np.asarray(picture, np.float32)
        small /= max(float(small.max()), 1.0)
        small = (small - np.asarray(self.input.mean, np.float32)) / np.asarray(self.input.std, np.float32)
        value = self.network(small.transpose(2, 0, 1)[None], [self.output])[0][0, 0]
        low, high = float(value.min()), float(value.max())
        value = (value - low) / max(high - low, 1e-6)
        return cv2.resize(value, (width, height), interpolation=cv2.INTER_LINEAR)


def _box(corners: list[float]) -> Box:
    left, top, right, bottom = corners
    return Box(left, top, right - left, bottom - top)


def _squares(points: np.ndarray, size: tuple[int, int]) -> list[Box]:
    """Return boxes of several sizes around points, inside a picture of (height, width)."""
    low, high = points.min(axis=0), points.max(axis=0) + 1
    middle, spread = (low + high) / 2, high - low
    found = []
    for scale in SCALES:
        w, h = np.maximum(spread * 1.5, scale * min(size)).tolist()
        found.append(Box(middle[0] - w / 2, middle[1] - h / 2, w, h).clipped(size[1], size[0]))
    return found


def _inside(points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return those of points (x, y) that lie in a crop of (height, width)."""
    return points[((points >= 0) & (points < shape[1::-1])).all(axis=1)]


def _levels(values: np.ndarray, yes: np.ndarray, no: np.ndarray, level: float, *, one: bool) -> list[float]:
    """Return the saliency from which a pixel counts: the usual one, and one that parts the points where one does."""
    levels = [level] if one else [level, 0.5 * level, min(2 * level, 0.9)]
    yes, no = _inside(yes, values.shape), _inside(no, values.shape)
    if len(yes):
        lowest = float(values[yes[:, 1], yes[:, 0]].min())
        highest = float(values[no[:, 1], no[:, 0]].max()) if len(no) else 0.0
        if lowest > highest and not (highest < level <= lowest):
            levels.append((lowest + highest) / 2)
    return levels


def _pieces(set_: np.ndarray, yes: np.ndarray, no: np.ndarray) -> np.ndarray:
    """Return the connected pieces with a point on the object; without such points all but those with a point beside."""
    import cv2

    yes, no = _inside(yes, set_.shape), _inside(no, set_.shape)
    _, numbers = cv2.connectedComponents(set_.astype(np.uint8), connectivity=8)
    wanted = set(numbers[yes[:, 1], yes[:, 0]].tolist()) - {0}
    if wanted:
        return np.isin(numbers, list(wanted))
    return set_ & ~np.isin(numbers, list(set(numbers[no[:, 1], no[:, 0]].tolist()) - {0}))


def _placed(kept: np.ndarray, crop: _Crop, small: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Return what was found in a crop of a picture seen at (height, width) `small` as a mask of the picture's size."""
    if small == tuple(size):
        return masks.from_bitmap(kept, *crop[:2])
    x, y = size[1] / small[1], size[0] / small[0]
    left, top, right, bottom = round(crop[0] * x), round(crop[1] * y), round(crop[2] * x), round(crop[3] * y)
    mask = enlarge(kept.astype(np.float32) * 2 - 1, (bottom - top, right - left))
    return replaced(mask, x=mask.x + left, y=mask.y + top) if mask.counts else mask


def _cut(kept: np.ndarray, crop: _Crop, size: tuple[int, int]) -> int:
    """Return on how many sides the crop cuts through what was found; the picture's own edges do not count."""
    left, top, right, bottom = crop
    sides = (
        (left > 0, kept[:, 0]),
        (top > 0, kept[0]),
        (right < size[1], kept[:, -1]),
        (bottom < size[0], kept[-1]),
    )
    return sum(inner and bool(line.any()) for inner, line in sides)


def _score(values: np.ndarray, kept: np.ndarray, yes: np.ndarray, no: np.ndarray, cut: int) -> float:
    """Return the share of points on their right side, less where the object hardly stands out or is cut through."""
    right = sum(bool(kept[y, x]) for x, y in _inside(yes, kept.shape))
    right += len(no) - sum(bool(kept[y, x]) for x, y in _inside(no, kept.shape))
    share = right / (len(yes) + len(no)) if len(yes) + len(no) else 1.0
    inner = float(values[kept].mean()) if kept.any() else 0.0
    outer = float(values[~kept].mean()) if not kept.all() else 0.0
    return max(share * (0.9 + 0.1 * (inner - outer) - 0.05 * cut), 0.0)
