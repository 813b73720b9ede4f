"""Many lines as one QPainterPath, built from arrays without a loop."""

from __future__ import annotations

import struct

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QIODevice
from PySide6.QtGui import QPainterPath, QPolygonF

from segstudio.core.geometry import Polygons, ring_points

_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_LIMIT = 1e7  # beyond it Qt's rasteriser overflows


def path_of(points: np.ndarray, starts: np.ndarray) -> QPainterPath:
    """Return the path of polylines.

    Args:
        points: float (n, 2).
        starts: bool (n,): where a new polyline begins; the first is one.
    """
    path = QPainterPath()
    if len(points) == 0:
        return path
    elements = np.empty(len(points), _ELEMENT)
    elements["kind"] = np.where(starts, 0, 1)
    safe = np.clip(np.nan_to_num(points), -_LIMIT, _LIMIT)
    elements["x"], elements["y"] = safe[:, 0], safe[:, 1]
    # The form that Qt itself writes a path in: the number of elements, the elements, the last start, the fill rule.
    last = int(np.flatnonzero(starts)[-1])
    data = QByteArray(struct.pack(">i", len(points)) + elements.tobytes() + struct.pack(">ii", last, 0))
    # The stream reads from the bytes and does not keep them alive: they need a name of their own.
    stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
    stream >> path  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    return path


def polygon_of(points: np.ndarray) -> QPolygonF:
    """Return points, float (n, 2), as Qt's polygon."""
    result = QPolygonF()
    # The form that Qt itself writes one in: the number of points, the points.
    safe = np.clip(np.nan_to_num(points), -_LIMIT, _LIMIT).astype(">f8")
    data = QByteArray(struct.pack(">I", len(points)) + safe.tobytes())
    stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
    stream >> result  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    return result


def segments_path(segments: np.ndarray) -> QPainterPath:
    """Return the path of separate segments, float (n, 4): x0, y0, x1, y1."""
    points = segments.reshape(-1, 2)
    return path_of(points, np.arange(len(points)) % 2 == 0)


def boxes_path(boxes: np.ndarray) -> QPainterPath:
    """Return the path of rectangles, float (n, 4): left, top, right, bottom."""
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3, 0, 1]].reshape(-1, 2)
    return path_of(corners, np.arange(len(corners)) % 5 == 0)


def polygons_path(shape: Polygons) -> QPainterPath:
    """Return the path of all rings, closed."""
    rings = [ring_points(r) for r in (*shape.parts, *shape.holes) if len(r) >= 4]
    if not rings:
        return QPainterPath()
    closed = [np.vstack([r, r[:1]]) for r in rings]
    starts = np.concatenate([np.arange(len(r)) == 0 for r in closed])
    return path_of(np.concatenate(closed), starts)
