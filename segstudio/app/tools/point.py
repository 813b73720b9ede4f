"""Placing keypoints in the order of the class's skeleton, laying down whole poses, and correcting them."""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np

from segstudio.app.canvas.draft import NOTHING, Draft
from segstudio.app.i18n import tr
from segstudio.app.tools import joints
from segstudio.app.tools.base import Event, Keys, Run, Tool, ToolContext, clamp, dragged, top_z
from segstudio.app.tools.joints import JOINT_KEYS, WALK_KEYS, Pose
from segstudio.app.tools.options import Button, Option
from segstudio.core import edits, keypoint_edits, pose_fit, skeletons
from segstudio.core.annotation import Annotation, Keypoints
from segstudio.core.geometry import Box
from segstudio.core.heat import HeatMap, map_of
from segstudio.core.keypoint_edits import MISSING, Joint
from segstudio.core.labels import Skeleton

PLACING: Keys = frozenset(("Enter", "N", "X", "Backspace", "Esc"))
STATES: Keys = frozenset("012")
# What a joint is told by keys that elsewhere choose another tool, or do other things.
TOLD: Keys = frozenset("HXLP")
# A drag of more screen pixels than this lays down a whole pose; a shorter one was a click of an unsteady hand.
LAY = 12.0
# The first ghost takes up so much of what is in sight.
SHARE = 0.6


class PointTool(Tool):
    """Each click is the next keypoint, on the selected object or a new one; joints of a selected pose are handles."""

    name = "point"
    hint = (
        "Click the joints in order, right click if hidden · X skips · N ends · drag lays a pose, Shift mirrors · "
        "F here · on a joint: drag, H 0 1 2, L swaps, X removes, arrows · [ ] next"
    )
    options = (
        Option(
            "fit",
            "A drag lays a pose",
            "choice",
            "box",
            choices=(("box", "into a box"), ("along", "from end to end"), ("across", "from side to side")),
            tip="From end to end: of a person from the eyes to the ankles, of a face from the brows to the chin.",
        ),
        Option("ghost", "Ghost", "flag", True, tip="Shows where the joints that come next would be"),
        Option("heat", "Heat", "flag", True, tip="Shows where the model saw the joint, if it said so"),
    )
    buttons = (Button("Lay a Pose", "F", "person"), Button("Finish", "Enter", "check"))

    def run(self, context: ToolContext) -> Run:
        self._hot: int | None = None
        self._held = False
        self._size = 0.0
        pointer = Event("leave")
        while True:
            pose = self._pose(context)
            self._show(context, pose, pointer)
            event = yield self._keys(pose, pointer)
            # Others may have changed what is selected meanwhile.
            pose = self._pose(context)
            if event.kind in ("move", "leave"):
                pointer = event
                self._hover(context, pose, event)
            elif event.kind == "key":
                self._key(context, pose, event)
            elif event.kind == "press" and event.button in ("left", "right") and context.size[0]:
                pointer = yield from self._press(context, pose, event)

    def _pose(self, context: ToolContext) -> Pose | None:
        pose = joints.pose_of(context)
        if pose is None or (self._hot is not None and self._hot >= len(pose.joints)):
            self._hot, self._held = None, False
        return pose

    def _keys(self, pose: Pose | None, pointer: Event) -> Keys:
        if pose is None:
            return frozenset("F")
        # Off a joint too: there the digits would give the whole pose another class.
        keys = WALK_KEYS | STATES | {"F"}
        if self._hot is not None:
            return keys | JOINT_KEYS
        # Who just misses a joint wants no other tool; who is away from the pose, or from the picture, may.
        return keys if pointer.kind == "leave" or _outside(pose, pointer) else keys | TOLD

    def _hover(self, context: ToolContext, pose: Pose | None, event: Event) -> None:
        """Take up the joint under the pointer; one that was chosen by a click or a key stays until another is."""
        found = joints.near(pose, event, context.size) if pose is not None and event.kind == "move" else None
        if found is not None:
            self._hot, self._held = found, self._held and found == self._hot
        elif not self._held:
            self._hot = None

    def _show(self, context: ToolContext, pose: Pose | None, pointer: Event) -> None:
        if pose is None or (self._hot is None and _outside(pose, pointer)):
            self._show_next(context, [], pointer)
            return
        missing = [(x, y) for x, y, v in pose.joints if not v] if self.value("ghost") else []
        if self._hot is None:
            context.preview(Draft(ghost=tuple(missing)))
            return
        x, y, _ = pose.joints[self._hot]
        heat = joints.heat_of(context, pose, self._hot) if self.value("heat") else None
        words = joints.about(pose, self._hot, (x, y), heat)
        context.preview(Draft(mark=(x, y), text=(x, y, words), ghost=tuple(missing), heat=heat))

    def _key(self, context: ToolContext, pose: Pose | None, event: Event) -> None:
        if event.key == "F":
            self._lay_here(context, pose)
        elif pose is None:
            return
        elif event.key in WALK_KEYS:
            step = 1 if event.key == "]" else -1
            start = self._hot if self._hot is not None else (-1 if step > 0 else 0)
            self._hot, self._held = (start + step) % len(pose.joints), True
        elif self._hot is not None and event.key == "Esc":
            self._hot, self._held = None, False
        elif self._hot is not None and event.key in JOINT_KEYS:
            self._held = True
            if event.key == "P" and joints.heat_of(context, pose, self._hot) is None:
                context.say(tr("No model has said where it sees this joint: let one predict the picture first."))
            context.commit(joints.edit(context, pose, self._hot, event))
        elif event.key in STATES | TOLD:
            context.say(tr("Point at a joint first: then {key} changes it.", key=event.key))

    def _press(self, context: ToolContext, pose: Pose | None, press: Event) -> Generator[Keys, Event, Event]:
        """Follow a press to its end; return the last place of the pointer."""
        self._hover(context, pose, Event("move", press.x, press.y, zoom=press.zoom))
        near = joints.near(pose, press, context.size) if pose is not None else None
        if pose is not None and near is not None:
            self._hot, self._held = near, True
            if press.button == "right":
                context.commit(joints.edit(context, pose, near, Event("key", key="H")))
                return press
            heat = joints.heat_of(context, pose, near) if self.value("heat") else None
            moved = yield from joints.drag(context, pose, near, press, heat)
            if not moved and not pose.joints[near][2]:
                context.commit(joints.edit(context, pose, near, Event("key", key="2")))
            return Event("move", press.x, press.y, zoom=press.zoom)
        self._hot, self._held = None, False
        target, skeleton = _target(context)
        if skeleton is None:
            context.say(tr("The class has no keypoints. Give it a skeleton: Labels, Skeleton."))
            return press
        try:
            placed = yield from self._begin(context, target, skeleton, press)
        finally:
            context.preview(NOTHING)
        self._finish(context, target, skeleton, placed)
        return press

    def _begin(
        self, context: ToolContext, target: Annotation | None, skeleton: Skeleton, press: Event
    ) -> Generator[Keys, Event, Keypoints | None]:
        """Tell a click, which begins a pose joint by joint, from a drag, which lays down a whole one."""
        event = press
        laying = False
        while press.button == "left" and event.kind != "release":
            event = yield frozenset(("Esc",))
            if event.kind == "key" and event.key == "Esc":
                return None
            if event.kind not in ("move", "release"):
                continue
            laying = laying or math.hypot(event.x - press.x, event.y - press.y) * press.zoom >= LAY
            if laying:
                places = self._laid(skeleton, press, event, context.size)
                if event.kind == "release":
                    return pose_fit.as_keypoints(places, context.size)
                context.preview(self._laying(skeleton, places, press, event))
        placed = yield from self._place(context, target, skeleton, press)
        return keypoint_edits.as_keypoints(placed + [MISSING] * (len(skeleton.names) - len(placed)))

    def _laid(self, skeleton: Skeleton, press: Event, event: Event, size: tuple[int, int]) -> np.ndarray:
        first, last = clamp(press, size), (event.x, event.y)
        if self.value("fit") == "box":
            return pose_fit.into_box(skeleton, dragged(first, clamp(event, size)), mirrored=event.shift)
        return pose_fit.between(skeleton, self.value("fit"), first, last, mirrored=event.shift)

    def _laying(self, skeleton: Skeleton, places: np.ndarray, press: Event, event: Event) -> Draft:
        points = tuple((x, y, 2) for x, y in places.tolist())
        if self.value("fit") == "box":
            return Draft(points=points, limbs=skeleton.limbs, box=dragged((press.x, press.y), (event.x, event.y)))
        ends = skeletons.ends(skeleton, self.value("fit"))
        words = tr("from {first} to {last}", first=tr(ends.first), last=tr(ends.last))
        line = ((press.x, press.y), (event.x, event.y))
        return Draft(points=points, limbs=skeleton.limbs, line=line, text=(event.x, event.y, words))

    def _place(
        self, context: ToolContext, target: Annotation | None, skeleton: Skeleton, press: Event
    ) -> Generator[Keys, Event, list[Joint]]:
        """Collect joints; return none if the placing was cancelled."""
        placed: list[Joint] = []
        event, last = press, press
        while True:
            if event.kind == "press" and event.button in ("left", "right"):
                placed.append((*clamp(event, context.size), 1 if event.button == "right" or event.shift else 2))
            elif event.kind == "key" and event.key == "X":
                placed.append(MISSING)
            elif event.kind == "key" and event.key == "Backspace":
                placed = placed[:-1]
            elif event.kind == "key" and event.key in ("Enter", "N"):
                return placed
            elif event.kind == "key" and event.key == "Esc":
                return []
            if not placed or len(placed) == len(skeleton.names):
                return placed
            if event.kind in ("press", "move"):
                last = event
            self._show_next(context, placed, last)
            event = yield PLACING

    def _show_next(self, context: ToolContext, placed: list[Joint], pointer: Event) -> None:
        """Show what is placed, and the ghost of the rest with the next joint ringed and named."""
        target, skeleton = _target(context)
        if skeleton is None or pointer.kind == "leave":
            context.preview(NOTHING)
            return
        index, count = len(placed), len(skeleton.names)
        words = tr("{name} ({n}/{count})", name=skeleton.names[index], n=index + 1, count=count)
        ghost = self._ghost(context, target, skeleton, placed, pointer)
        context.preview(
            Draft(
                points=tuple(placed),
                limbs=skeleton.limbs,
                text=(pointer.x, pointer.y, words),
                ghost=tuple((x, y) for x, y in ghost.tolist()) if self.value("ghost") else (),
                ghost_limbs=skeleton.limbs,
                mark=tuple(ghost[index].tolist()) if self.value("ghost") else None,
                heat=self._next_heat(context, target, skeleton, index, pointer),
            )
        )

    def _next_heat(
        self, context: ToolContext, target: Annotation | None, skeleton: Skeleton, index: int, pointer: Event
    ) -> HeatMap | None:
        if not self.value("heat"):
            return None
        where = Box(pointer.x, pointer.y, 1.0, 1.0) if target is None else target.bounds
        return map_of(context.results, skeleton, index, where)

    def _ghost(
        self,
        context: ToolContext,
        target: Annotation | None,
        skeleton: Skeleton,
        placed: list[Joint],
        pointer: Event,
    ) -> np.ndarray:
        """Return where all joints would be, float64 (k, 2)."""
        shown = context.shown_box()
        box = target.bounds if target is not None and target.bounds.area else None
        size = max(box.w, box.h) if box is not None else self._size or SHARE * min(shown.w, shown.h)
        if any(v for _, _, v in placed) or box is None:
            ghost = pose_fit.fitted(skeleton, placed, size, (0.0, 0.0))
            if not any(v for _, _, v in placed):
                ghost += np.array((pointer.x, pointer.y)) - ghost[len(placed)]
            return ghost
        return pose_fit.into_box(skeleton, box)

    def _lay_here(self, context: ToolContext, pose: Pose | None) -> None:
        """Lay a pose into the selected object or into what is in sight, or the joints that a pose lacks."""
        if pose is not None:
            self._complete(context, pose)
            return
        target, skeleton = _target(context)
        if skeleton is None:
            context.say(tr("The class has no keypoints. Give it a skeleton: Labels, Skeleton."))
            return
        if target is not None and target.bounds.area:
            places = pose_fit.into_box(skeleton, target.bounds)
        else:
            shown = context.shown_box()
            middle = (shown.x + shown.w / 2, shown.y + shown.h / 2)
            places = pose_fit.fitted(skeleton, [], self._size or SHARE * min(shown.w, shown.h), middle)
        self._finish(context, target, skeleton, pose_fit.as_keypoints(places, context.size))

    def _complete(self, context: ToolContext, pose: Pose) -> None:
        """Label the joints that a pose lacks where their ghosts are, as far as those lie on the picture."""
        width, height = context.size
        inside = [bool(v) or (0 <= x <= width and 0 <= y <= height) for x, y, v in pose.joints]
        full = [(x, y, v or 2) if ok else MISSING for (x, y, v), ok in zip(pose.joints, inside, strict=True)]
        points = keypoint_edits.as_keypoints(full)
        if points == pose.row.keypoints:
            context.say(tr("This pose lacks no joint that would lie on the picture."))
        else:
            context.commit(edits.set_keypoints(pose.row, points, "Lay the missing keypoints"))

    def _finish(
        self, context: ToolContext, target: Annotation | None, skeleton: Skeleton, points: Keypoints | None
    ) -> None:
        if points is None or not points.labelled or points.bounds is None:
            return
        if points.labelled > 1:
            self._size = max(points.bounds.w, points.bounds.h)
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


def _outside(pose: Pose, pointer: Event) -> bool:
    """Return whether the pointer is so far from the pose that a click begins another."""
    if pointer.kind == "leave":
        return False
    box = pose.bounds.padded(40.0 / max(pointer.zoom, 1e-9))
    return not (box.x <= pointer.x <= box.right and box.y <= pointer.y <= box.bottom)


def _target(context: ToolContext) -> tuple[Annotation | None, Skeleton | None]:
    """Return the object that gets the keypoints (None: a new one) and their skeleton."""
    chosen = [a for id in context.selection if (a := context.annotations.get(id)) and context.visible(a)]
    if len(chosen) == 1 and chosen[0].keypoints is None:
        category = context.category_of(chosen[0])
        if category is not None and category.skeleton is not None:
            return chosen[0], category.skeleton
    return None, context.category.skeleton if context.category is not None else None
