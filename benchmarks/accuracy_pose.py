"""Ways to read coordinates from heat maps, on the maps of a network with real weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from accuracy_starter import is_large_person, oks
from checks import Bench, Check, objects, picture

from segstudio.core import heatmaps

# DARK smooths by the peaks' own width; MoveNet's are about a cell wide.
READERS = {**heatmaps.DECODERS, "DARK": lambda maps: heatmaps.dark(maps, sigma=1.0)}


OWN = "MoveNet's own offsets"
CLEAR, NEAR = 0.3, 2.0  # heat, and cells from the truth, of a joint whose warmest cell is the right one


def checks() -> list[Check]:
    """Return the checks of the pose networks."""
    what = "OKS of MoveNet's 48 x 48 heat maps read in different ways, in the true boxes of people of 64 x 64 and more"
    documented = {OWN: 0.631, "argmax": 0.613, "quarter": 0.622, "soft-argmax": 0.326, "DARK": 0.622}
    return [Check("heatmap-decoders", "starter-poses", what, {}, _decoders, documented)]


def _decoders(bench: Bench) -> Mapping[str, float]:
    """Return a mean OKS a reader, and how far it is off, in cells, at joints whose warmest cell is the right one."""
    mini = bench.data("coco_mini")
    people = bench.some(objects(mini / "annotations/person_keypoints_train2017.json", is_large_person))
    alike: dict[str, list[float]] = {name: [] for name in (OWN, *READERS)}
    off: dict[str, list[float]] = {name: [] for name in alike}
    with bench.model("starter-poses") as model:
        for name, a in people:
            x, y, w, h = a["bbox"]
            pose = model.pose(picture(mini / "train2017" / name), np.array([x, y, x + w, y + h]))
            true = np.array(a["keypoints"], float).reshape(-1, 3)
            window = np.array(pose.window)
            step = (window[2:] - window[:2]) / pose.heat.shape[:0:-1]
            answers = {OWN: pose.points[:, :2]}
            answers |= {reader: window[:2] + (read(pose.heat)[0] + 0.5) * step for reader, read in READERS.items()}
            cells = {reader: np.hypot(*((points - true[:, :2]) / step).T) for reader, points in answers.items()}
            clear = (true[:, 2] > 0) & (pose.heat.max((1, 2)) > CLEAR) & (cells["argmax"] < NEAR)
            for reader, points in answers.items():
                alike[reader].append(oks(points, true, a["area"]))
                off[reader] += cells[reader][clear].tolist()
    figures = {name: float(np.mean(each)) for name, each in alike.items()}
    return {
        **figures,
        **{f"{name}, cells off": float(np.mean(each)) for name, each in off.items()},
        "people": len(people),
    }
