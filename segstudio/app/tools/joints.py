"""The joints of a pose under the pointer and the keys: finding one, moving it, saying what it is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from segstudio.app.canvas.draft import Draft
from segstudio.app.canvas.handles import GRAB
from segstudio.app.i18n import later, tr
from segstudio.app.tools.base import Event, Keys, ToolContext, clamp
from segstudio.app.tools.dragging import follow
from segstudio.core import keypoint_edits, pose_fit, skeletons
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.geometry import Box
from segstudio.core.heat import HeatMap, map_of
from segstudio.core.keypoint_edits import Joint
from segstudio.core.labels import Skeleton

# The pointer must travel this many screen pixels before a press becomes a drag.
THRESHOLD = 3.0
STATES = {0: later("not labelled"), 1: later("hidden"), 2: later("visible")}
FAR = 10.0
_ARROWS = {"Left": (-1.0, 0.0), "Right": (1.0, 0.0), "Up": (0.0, -1.0), "Down": (0.0, 1.0)}
NUDGES = {f"{held}{name}": way for name, way in _ARROWS.items() for held in ("", "Alt+", "Ctrl+")}
JOINT_KEYS: Keys = frozenset((*NUDGES, "H", "0", "1", "2", "X", "L", "P", "Esc"))
WALK_KEYS: Keys = frozenset("[]")


@dataclass(frozen=True)
class Pose:
    """The selected pose.

    Args:
        row: The object.
        skeleton: Of its class.
        joints: x, y, v of each keypoint; of one that is not labelled the place where it would be.
    """

    row: Annotation
    skeleton: Skeleton
    joints: tuple[Joint, ...]

    @property
    def bounds(self) -> Box:
        """The box around its labelled joints."""
        points = self.row.keypoints
        return (points.bounds if points is not None else None) or self.row.bounds


def pose_of(context: ToolContext) -> Pose | None:
    """Return the selected pose, if it is the only selected object and shows."""
    if len(context.selection) != 1:
        return None
    a = context.annotations.get(next(iter(context.selection)))
    if a is None or a.keypoints is None or not context.visible(a):
        return None
    skeleton = keypoint_edits.skeleton_of(a, context.categories)
    return None if skeleton is None else Pose(a, skeleton, _placed(a, skeleton))


def _placed(a: Annotation, skeleton: Skeleton) -> tuple[Joint, ...]:
    assert a.keypoints is not None
    joints = keypoint_edits.joints_of(a.keypoints)
    if all(v for _, _, v in joints):
        return tuple(joints)
    box = a.keypoints.bounds or a.bounds
    middle = (box.x + box.w / 2, box.y + box.h / 2)
    ghost = pose_fit.fitted(skeleton, joints, max(box.w, box.h, 1.0), middle).tolist()
    return tuple(j if j[2] else (x, y, 0) for j, (x, y) in zip(joints, ghost, strict=True))


def near(pose: Pose, event: Event, size: tuple[int, int]) -> int | None:
    """Return the joint within reach of the pointer, a labelled one before one that is not."""
    reach = GRAB / max(event.zoom, 1e-9)
    best: tuple[bool, float, int] | None = None
    for i, (x, y, v) in enumerate(pose.joints):
        away = max(abs(x - event.x), abs(y - event.y))
        if away <= reach and (v or (0 <= x <= size[0] and 0 <= y <= size[1])):
            found = (v == 0, away, i)
            best = found if best is None else min(best, found)
    return best[2] if best is not None else None


def heat_of(context: ToolContext, pose: Pose, index: int) -> HeatMap | None:
    """Return what a model saw of a joint of a pose."""
    return map_of(context.results, pose.skeleton, index, pose.bounds)


def about(pose: Pose, index: int, place: tuple[float, float], heat: HeatMap | None) -> str:
    """Return a joint's name, state and place in words, with the heat there."""
    v = pose.joints[index][2]
    text = tr(
        "{name} · {state} · {x:.2f}, {y:.2f}",
        name=pose.skeleton.names[index],
        state=tr(STATES[v]),
        x=place[0],
        y=place[1],
    )
    return text if heat is None else tr("{text} · heat {heat:.2f}", text=text, heat=heat.at(*place))


def edit(context: ToolContext, pose: Pose, index: int, event: Event) -> ChangeSet:
    """Return what a key does to a joint."""
    a, (x, y, v) = pose.row, pose.joints[index]
    key = event.key
    if key in NUDGES:
        step = FAR if event.shift else 0.1 if "+" in key else 1.0
        dx, dy = NUDGES[key][0] * step, NUDGES[key][1] * step
        return keypoint_edits.nudge(a, index, dx, dy) if v else keypoint_edits.put(a, index, x + dx, y + dy)
    if key == "L":
        return keypoint_edits.swap_pair(a, pose.skeleton, index)
    if key == "P":
        heat = heat_of(context, pose, index)
        return ChangeSet(()) if heat is None else keypoint_edits.put(a, index, *heat.peak(x, y))
    wanted = {"0": 0, "X": 0, "1": 1, "2": 2, "H": 2 if v == 1 else 1}[key]
    return keypoint_edits.set_visibility(a, index, wanted) if v else keypoint_edits.put(a, index, x, y, wanted)


def drag(
    context: ToolContext, pose: Pose, index: int, press: Event, heat: HeatMap | None
) -> Generator[Keys, Event, bool]:
    """Let the pointer move a joint, or with Ctrl all that hangs on it; return whether it moved."""
    # The joint keeps its distance to the pointer, so that it does not jump at the first move.
    x, y, _ = pose.joints[index]
    off = x - press.x, y - press.y
    along = skeletons.group(pose.skeleton, index) if press.ctrl else frozenset((index,))
    change = _dragging(pose, index, along)

    def far(event: Event) -> bool:
        return max(abs(event.x - press.x), abs(event.y - press.y)) * press.zoom >= THRESHOLD

    def moved(event: Event) -> tuple[ChangeSet, Callable[[], Draft]]:
        place = clamp(Event("move", event.x + off[0], event.y + off[1]), context.size)
        return change(*place), lambda: Draft(mark=place, heat=heat, text=(*place, about(pose, index, place, heat)))

    return follow(context, far, moved)


def _dragging(pose: Pose, index: int, along: frozenset[int]) -> Callable[[float, float], ChangeSet]:
    a, (x, y, v) = pose.row, pose.joints[index]
    if len(along) == 1 or not v:
        return lambda to_x, to_y: keypoint_edits.put(a, index, to_x, to_y)
    return lambda to_x, to_y: keypoint_edits.shift(a, along, to_x - x, to_y - y)
