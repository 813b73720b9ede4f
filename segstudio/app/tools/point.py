"""Placing keypoints in the order of the class's skeleton."""

from __future__ import annotations

from collections.abc import Generator

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, clamp, top_z
from segstudio.core import edits
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.labels import Skeleton

Joint = tuple[float, float, int]
PLACING: Keys = frozenset(("Enter", "N", "X", "Backspace", "Esc"))
MISSING: Joint = (0.0, 0.0, 0)


class PointTool(Tool):
    """Each click is the next keypoint; on the selected object, or on a new one."""

    name = "point"
    hint = (
        "Click the joints in order · right click or Shift: hidden · X skips one · N or Enter finishes · Backspace back"
    )

    def run(self, context: ToolContext) -> Run:
        last = Event("leave")
        while True:
            target, skeleton = _target(context)
            _preview(context, [], skeleton, last)
            event = yield frozenset()
            if event.kind in ("move", "leave"):
                last = event
            if event.kind != "press" or event.button not in ("left", "right") or not context.size[0]:
                continue
            if skeleton is None:
                context.say("The class has no keypoints; choose one that has a skeleton.")
                continue
            try:
                joints = yield from _place(context, skeleton, event)
            finally:
                context.preview(NOTHING)
            if any(v for _, _, v in joints):
                _finish(context, target, skeleton, joints)


def _target(context: ToolContext) -> tuple[Annotation | None, Skeleton | None]:
    """Return the object that gets the keypoints (None: a new one) and their skeleton."""
    chosen = [a for id in context.selection if (a := context.annotations.get(id)) is not None]
    if len(chosen) == 1 and chosen[0].keypoints is None:
        category = context.category_of(chosen[0])
        if category is not None and category.skeleton is not None:
            return chosen[0], category.skeleton
    return None, context.category.skeleton if context.category is not None else None


def _place(context: ToolContext, skeleton: Skeleton, press: Event) -> Generator[Keys, Event, list[Joint]]:
    """Collect joints; return none if the placing was cancelled."""
    joints: list[Joint] = []
    event, last = press, press
    while True:
        if event.kind == "press" and event.button in ("left", "right"):
            x, y = clamp(event, context.size)
            joints.append((x, y, 1 if event.button == "right" or event.shift else 2))
        elif event.kind == "key" and event.key == "X":
            joints.append(MISSING)
        elif event.kind == "key" and event.key == "Backspace":
            joints = joints[:-1]
        elif event.kind == "key" and event.key in ("Enter", "N"):
            return joints
        elif event.kind == "key" and event.key == "Esc":
            return []
        if not joints or len(joints) == len(skeleton.names):
            return joints
        if event.kind in ("press", "move"):
            last = event
        _preview(context, joints, skeleton, last)
        event = yield PLACING


def _preview(context: ToolContext, joints: list[Joint], skeleton: Skeleton | None, pointer: Event) -> None:
    if skeleton is None or pointer.kind == "leave":
        context.preview(NOTHING)
        return
    text = f"{skeleton.names[len(joints)]} ({len(joints) + 1}/{len(skeleton.names)})"
    context.preview(Draft(points=tuple(joints), limbs=skeleton.limbs, text=(pointer.x, pointer.y, text)))


def _finish(context: ToolContext, target: Annotation | None, skeleton: Skeleton, joints: list[Joint]) -> None:
    full = joints + [MISSING] * (len(skeleton.names) - len(joints))
    points = Keypoints(tuple(v for joint in full for v in joint))
    if target is not None and target.id in context.annotations:
        context.commit(edits.set_keypoints(context.annotations[target.id], points, "Place keypoints"))
        return
    category = context.category
    if category is None:
        return
    media, frame = context.place
    new = Annotation(context.new_id(), media, category.id, frame, keypoints=points, z=top_z(context))
    if context.commit(edits.add([new], "Place keypoints")):
        context.set_selection([new.id])
