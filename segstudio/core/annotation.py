"""An annotation: an immutable value."""

from __future__ import annotations

from typing import Any

import msgspec

from segstudio.core import masks
from segstudio.core.densepose import DensePose
from segstudio.core.geometry import Box, Polygons
from segstudio.core.masks import Mask

Geometry = Box | Polygons | Mask

# Review states of an annotation; people read ACCEPTED as "done". A flag asks for another look and outlasts edits.
TODO, PREDICTED, CORRECTED = "todo", "predicted", "corrected"
ACCEPTED, FLAGGED, REJECTED = "accepted", "flagged", "rejected"


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where an annotation comes from.

    Args:
        kind: "user", "import" or "model".
        model: The card's name, for "model" (kept when a person edits the prediction, as the parent's).
        weights: sha256 of the weights.
        run: The run that made it; None once a person accepted or edited it.
        parent: The run whose prediction a person's annotation was made from.
        notes: What the engine had to do (batch halved, tiled, ran on the CPU).
    """

    kind: str = "user"
    model: str = ""
    weights: str = ""
    run: int | None = None
    parent: int | None = None
    notes: tuple[str, ...] = ()


USER = Origin()


class Keypoints(msgspec.Struct, frozen=True, gc=False):
    """Keypoints in the order of the category's skeleton: x, y, v, x, y, v, ...

    v is COCO's: 0 not labelled (x = y = 0), 1 labelled but hidden, 2 visible.
    """

    values: tuple[float, ...]

    @property
    def count(self) -> int:
        return len(self.values) // 3

    @property
    def labelled(self) -> int:
        return sum(1 for v in self.values[2::3] if v > 0)

    def point(self, index: int) -> tuple[float, float, int]:
        """Return (x, y, v) of one keypoint."""
        x, y, v = self.values[3 * index : 3 * index + 3]
        return x, y, int(v)

    def moved(self, index: int, x: float, y: float, v: int) -> Keypoints:
        """Return a copy with one keypoint replaced."""
        values = list(self.values)
        values[3 * index : 3 * index + 3] = (x, y, v) if v else (0.0, 0.0, 0)
        return Keypoints(tuple(values))

    @property
    def bounds(self) -> Box | None:
        points = [self.point(i) for i in range(self.count)]
        seen = [(x, y) for x, y, v in points if v > 0]
        if not seen:
            return None
        x, y = min(p[0] for p in seen), min(p[1] for p in seen)
        return Box(x, y, max(p[0] for p in seen) - x, max(p[1] for p in seen) - y)


class Annotation(msgspec.Struct, frozen=True, tag="annotation", omit_defaults=True, gc=False):
    """One labelled object, region or pose on one picture or video frame.

    Args:
        id: The project's own number; it never changes and is never shown in files.
        media: Id of the picture or video.
        category: Id of the category.
        frame: 0-based frame of a video; 0 for a picture.
        geometry: What was drawn, read or predicted; None for keypoints only.
        box: A box that was stated besides the geometry (a detector's, a file's); None means: the geometry's own.
        keypoints: Or None.
        dense: The places of the body's surface that its pixels show, or None.
        track: Identity across frames, or None.
        z: Stacking order within the picture; higher is on top, equal values stack by id.
        score: Of a prediction, in [0, 1], else None.
        crowd: COCO's iscrowd.
        attributes: Named values.
        origin: Who made it.
        review: "todo", "predicted", "corrected", "accepted", "flagged" or "rejected".
        comment: What a person noted about it.
        source: The COCO-shaped JSON object it was last read from, byte for byte. Fields that still say the same are
            written back as they stand there, unknown ones included.
    """

    id: int
    media: int
    category: int
    frame: int = 0
    geometry: Geometry | None = None
    box: Box | None = None
    keypoints: Keypoints | None = None
    dense: DensePose | None = None
    track: int | None = None
    z: int = 0
    score: float | None = None
    crowd: bool = False
    attributes: dict[str, Any] = {}
    origin: Origin = USER
    review: str = TODO
    comment: str = ""
    source: bytes | None = None

    @property
    def bounds(self) -> Box:
        """The box around everything that is drawn, for hit tests and repaints; area 0 where nothing is."""
        boxes = [self.geometry.bounds] if self.geometry is not None else []
        if self.box is not None:
            boxes.append(self.box)
        points = self.keypoints.bounds if self.keypoints is not None else None
        if points is not None:
            boxes.append(points)
        if self.dense is not None:
            boxes.append(self.dense.box)
        result = Box(0.0, 0.0, 0.0, 0.0)
        for i, box in enumerate(boxes):
            result = box if i == 0 else result.union(box)
        return result

    @property
    def is_prediction(self) -> bool:
        """A model made it and no person has accepted or edited it yet."""
        return self.origin.kind == "model"

    def mask(self, width: int, height: int) -> Mask:
        """Return its pixels on a picture of that size (empty for keypoints only)."""
        match self.geometry:
            case Mask():
                return self.geometry
            case Polygons():
                return masks.from_polygons(self.geometry, width, height)
            case Box():
                return masks.from_box(self.geometry, width, height)
        return masks.EMPTY
