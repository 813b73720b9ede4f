"""Poses: joints and limbs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from segstudio.app.canvas.layers.base import Layer, box_of, pen, scale_of
from segstudio.app.canvas.layers.paths import polygon_of, segments_path
from segstudio.app.canvas.scene import Scene
from segstudio.app.canvas.table import POINTS
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.labels import Skeleton

RADIUS = 3.6
# Of the joints of a selected pose, which can be dragged, unless there are so many that they would cover each other.
GRIP, CROWD = 4.8, 40
# Wide smooth lines cost about 30 microseconds each: with more limbs in sight than this, all are hairlines.
FINE = 400
# Lines are not smoothed when there are more than this, and those shorter than TINY on the screen are left out.
SMOOTH = 6000
TINY = 2.0
# With more joints in sight than this, they are specks.
DISCS = 2000
# Screen pixels around what is exposed in which a mark's edge may still show.
MARGIN = 8.0
# Colours are numbers 0xRRGGBB; this one stands for the object's own.
OWN = -1


@dataclass(frozen=True)
class _Form:
    """A skeleton as arrays: limbs int (n, 2), their colours int (n,), and the joints' colours int (k,)."""

    skeleton: Skeleton | None
    limbs: np.ndarray
    limb_colors: np.ndarray
    joint_colors: np.ndarray


@dataclass(frozen=True)
class _Seen:
    """What is to be painted of some poses.

    Args:
        ends: float (n, 4) of limbs: x0, y0, x1, y1; `hidden` bool (n,) and `colors` int (n,) of each.
        joints: float (m, 3): x, y, v; `joint_colors` int (m,) of each.
    """

    ends: np.ndarray
    hidden: np.ndarray
    colors: np.ndarray
    joints: np.ndarray
    joint_colors: np.ndarray


class KeypointsLayer(Layer):
    """Draws joints as discs, hidden ones hollow; limbs as lines, dashed where an end is hidden."""

    name = "keypoints"
    kind = "keypoints"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._arrays: dict[int, tuple[Keypoints, np.ndarray]] = {}
        self._forms: dict[tuple[int, int], _Form] = {}
        self._marks: dict[tuple[int, bool, float, float], QPixmap] = {}

    def paint(self, painter: QPainter, exposed: QRectF, _zoom: float) -> None:
        scene, scale = self.scene, scale_of(painter)
        part = exposed.adjusted(-MARGIN / scale, -MARGIN / scale, MARGIN / scale, MARGIN / scale)
        shown = scene.table.shown(box_of(part), POINTS)
        if not shown:
            return
        if len(self._arrays) > 2 * len(scene.rows) + 64:
            self._arrays.clear()
        # What is selected is worked on: it lies on top and is drawn well however many others there are.
        self._draw(painter, self._seen([a for a in shown if a.id not in scene.selection], part), scale)
        self._draw(painter, self._seen([a for a in shown if a.id in scene.selection], part), scale, chosen=True)

    def _seen(self, poses: Sequence[Annotation], part: QRectF) -> _Seen:
        """Return what of some poses lies in a part of the picture; those of one kind at once."""
        kinds: dict[tuple[int, int], list[Annotation]] = {}
        for a in poses:
            kinds.setdefault((a.category, a.keypoints.count if a.keypoints else 0), []).append(a)
        found = [self._of_kind(kind, rows, part) for kind, rows in kinds.items() if kind[1]]
        if not found:
            return _Seen(*(np.zeros(shape) for shape in ((0, 4), 0, 0, (0, 3), 0)))
        return _Seen(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def _of_kind(self, kind: tuple[int, int], rows: Sequence[Annotation], part: QRectF) -> tuple[np.ndarray, ...]:
        form = self._form(*kind)
        points = np.stack([self._array(a) for a in rows])
        own = np.array([_number(self.scene.style.color(a)) for a in rows])[:, None]
        low, high = (part.left(), part.top()), (part.right(), part.bottom())
        ends = points[:, form.limbs]
        drawn = (ends[..., 2] > 0).all(axis=2)
        drawn &= (ends[..., :2].max(axis=2) >= low).all(axis=2) & (ends[..., :2].min(axis=2) <= high).all(axis=2)
        joints = (points[..., 2] > 0) & ((points[..., :2] >= low) & (points[..., :2] <= high)).all(axis=2)
        limb_colors = np.where(form.limb_colors == OWN, own, form.limb_colors)
        joint_colors = np.where(form.joint_colors == OWN, own, form.joint_colors)
        lines = ends[drawn]
        return (
            lines[..., :2].reshape(-1, 4),
            (lines[..., 2] == 1).any(axis=1),
            limb_colors[drawn],
            points[joints],
            joint_colors[joints],
        )

    def _form(self, category: int, count: int) -> _Form:
        found = self.scene.style.categories.get(category)
        skeleton = found.skeleton if found is not None else None
        known = self._forms.get((category, count))
        if known is None or known.skeleton is not skeleton:
            known = self._forms[category, count] = _form_of(skeleton, count)
        return known

    def _array(self, a: Annotation) -> np.ndarray:
        points = a.keypoints
        assert points is not None
        known = self._arrays.get(a.id)
        if known is None or known[0] is not points:
            known = points, np.array(points.values[: 3 * points.count], np.float64).reshape(-1, 3)
            self._arrays[a.id] = known
        return known[1]

    def _draw(self, painter: QPainter, seen: _Seen, scale: float, *, chosen: bool = False) -> None:
        fine = chosen or len(seen.ends) <= FINE
        smooth = fine or len(seen.ends) <= SMOOTH
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        if fine:
            painter.setPen(pen(QColor(0, 0, 0), 4.0, 0.45))
            painter.drawPath(segments_path(seen.ends))
        kept = np.ones(len(seen.ends), bool)
        if not smooth:
            kept = np.hypot(*(seen.ends[:, 2:] - seen.ends[:, :2]).T) * scale >= TINY
        for color, of_color in _by_color(seen.colors):
            for dashed, style in ((False, Qt.PenStyle.SolidLine), (True, Qt.PenStyle.DashLine)):
                which = kept & of_color & (seen.hidden == dashed)
                if which.any():
                    line = pen(QColor(color), 2.25 if fine else 1.0)
                    line.setStyle(style)
                    painter.setPen(line)
                    painter.drawPath(segments_path(seen.ends[which]))
        if chosen or len(seen.joints) <= DISCS:
            self._discs(painter, seen, GRIP if chosen and len(seen.joints) <= CROWD else RADIUS)
        else:
            _specks(painter, seen, scale)

    def _discs(self, painter: QPainter, seen: _Seen, radius: float) -> None:
        ratio = painter.device().devicePixelRatioF()
        moved = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        xs = (seen.joints[:, 0] * moved.m11() + moved.dx()).tolist()
        ys = (seen.joints[:, 1] * moved.m22() + moved.dy()).tolist()
        for x, y, v, color in zip(xs, ys, seen.joints[:, 2].tolist(), seen.joint_colors.tolist(), strict=True):
            mark = self._mark(int(color), v == 1, radius, ratio)
            half = mark.width() / ratio / 2
            painter.drawPixmap(QPointF(x - half, y - half), mark)
        painter.restore()

    def _mark(self, color: int, hollow: bool, radius: float, ratio: float) -> QPixmap:
        """Return the picture of a joint; a picture is drawn nine times as fast as a circle."""
        known = self._marks.get((color, hollow, radius, ratio))
        if known is None:
            if len(self._marks) > 512:
                self._marks.clear()
            side = 2 * round(radius + 2.5)
            known = QPixmap(round(side * ratio), round(side * ratio))
            known.setDevicePixelRatio(ratio)
            known.fill(Qt.GlobalColor.transparent)
            painter = QPainter(known)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(side / 2, side / 2)
            painter.setPen(pen(QColor(0, 0, 0), 3.5 if hollow else 1.5, 0.8))
            painter.setBrush(Qt.BrushStyle.NoBrush if hollow else QColor(255, 255, 255))
            painter.drawEllipse(QPointF(0, 0), radius, radius)
            painter.setPen(pen(QColor(color), 2.0))
            painter.drawEllipse(QPointF(0, 0), radius * 0.9, radius * 0.9)
            painter.end()
            self._marks[color, hollow, radius, ratio] = known
        return known


def _specks(painter: QPainter, seen: _Seen, scale: float) -> None:
    """Draw very many joints as squares of a few pixels; those that fall on the same one are one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for color, which in _by_color(seen.joint_colors):
        cells = np.round(seen.joints[which, :2] * (scale / 2)).astype(np.int64)
        # As one number each they sort faster than as pairs.
        codes = np.unique(cells[:, 0] * (1 << 32) + cells[:, 1])
        ys = ((codes + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
        xs = (codes - ys) >> 32
        painter.setPen(pen(QColor(color), 2.5))
        painter.drawPoints(polygon_of(np.column_stack((xs, ys)) * (2 / scale)))


def _form_of(skeleton: Skeleton | None, count: int) -> _Form:
    """Return a skeleton's arrays; limbs that lead to no keypoint of an object with so many are left out."""
    if skeleton is None:
        return _Form(None, np.zeros((0, 2), np.int64), np.zeros(0, np.int64), np.full(count, OWN))
    limbs = np.array(skeleton.limbs, np.int64).reshape(-1, 2)
    kept = (limbs < count).all(axis=1)
    return _Form(
        skeleton,
        limbs[kept],
        _numbers(skeleton.limb_colors, len(limbs))[kept],
        _numbers(skeleton.colors, count),
    )


def _numbers(colors: Sequence[str], count: int) -> np.ndarray:
    given = [int(text[1:], 16) if text else OWN for text in colors[:count]]
    return np.array(given + [OWN] * (count - len(given)), np.int64)


def _number(color: tuple[int, int, int]) -> int:
    return color[0] << 16 | color[1] << 8 | color[2]


def _by_color(colors: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each colour that occurs with a bool array of where."""
    for color in np.unique(colors).tolist():
        yield int(color), colors == color
