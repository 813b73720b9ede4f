"""Coordinate regression against heat maps: one trunk, two heads, to see both answers on the same person.

One head gives coordinates at once, from features that are averaged over the crop (Toshev and Szegedy 2014, DeepPose,
arXiv 1312.4659); the other draws a heat map a joint (Xiao et al. 2018, arXiv 1804.06208), from which coordinates are
read by one of `core.heatmaps.DECODERS`. Nobody published weights for it: it knows nothing before it is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segstudio.core import heatmaps, pose_crops
from segstudio.core.results import Result
from segstudio.core.views import View
from segstudio.zoo.blocks.readings import pose_view, readings
from segstudio.zoo.blocks.topdown import Crop, People, TopDownPredictor, known
from segstudio.zoo.predictor import Build, Context, Options, Predictor

if TYPE_CHECKING:
    from torch import Tensor

REGRESSION = "regression"
READERS = (REGRESSION, *heatmaps.DECODERS)


def build(build: Build) -> Predictor:
    """Return the predictor.

    Settings: "trunk" is the multiplier of MobileNetV2's widths, "filters" of the heat maps' head; "reader" says whose
    coordinates are the result: "regression", or a way to read the heat maps (argmax, quarter, soft-argmax, DARK).

    Raises:
        InputError: There is no such reader.
    """
    known(build, build.settings["reader"], READERS)
    network = network_of(build.settings)
    build.fill(network)
    return CoordinateRegression(build, network)


def network_of(settings: dict[str, Any]) -> Any:
    """Return the network of a card's settings, with random weights; its trunk has torchvision's key names."""
    import torch
    from torch import nn
    from torchvision.models import mobilenet_v2

    from segstudio.zoo.blocks.heads import enlarging

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            body = mobilenet_v2(weights=None, width_mult=settings["trunk"])
            wide, joints, filters = body.last_channel, settings["joints"], settings["filters"]
            self.features = body.features
            self.points = nn.Linear(wide, 2 * joints)
            self.maps = nn.Sequential(*enlarging(wide, filters), nn.Conv2d(filters, joints, 1))
            # The crop's middle is the first guess of every joint.
            nn.init.zeros_(self.points.weight)
            nn.init.constant_(self.points.bias, 0.5)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            """Return points (n, k, 2), 0 and 1 at the crop's edges, and maps (n, k, h / 4, w / 4)."""
            x = self.features(x)
            return self.points(torch.mean(x, (2, 3))).unflatten(1, (-1, 2)), self.maps(x)

    return Network()


class CoordinateRegression(TopDownPredictor):
    """Both heads' answers; the card says which is the result.

    Unlike in the older networks' codes, pixels' and cells' edges lie on each other, so a mirror image needs no shift.
    """

    def __init__(self, build: Build, network: Any) -> None:
        super().__init__(build, network)
        self.reader: str = build.settings["reader"]

    def crop(self, frame: np.ndarray, box: np.ndarray) -> Crop:
        import cv2

        height, width = self.size
        centre, scale = (rows[0] for rows in pose_crops.centre_scale(box[None], width / height))
        matrix = pose_crops.affine(centre, scale, 0, (width, height))
        step = 1 / matrix[0, 0]
        left, top = (centre - np.array([width, height]) / 2 * step).tolist()
        window = left, top, left + width * step, top + height * step
        # OpenCV counts pixels from their middles.
        matrix[:, 2] += 0.5 * matrix[0, 0] - 0.5
        return Crop(cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR), window, window)

    def read(self, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the heat maps' answer, by DARK where the result is the regression's."""
        points, values = heatmaps.DECODERS["DARK" if self.reader == REGRESSION else self.reader](maps)
        return points + 0.5, values

    def both(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return points (n, k, 2), 0 and 1 at the crop's edges, and maps (n, k, h, w), the mirror image asked too."""
        import torch

        x = self.normalised(images)
        points, maps = self.network(torch.cat((x, x.flip(3))) if self.flip else x)
        points, maps = points.float(), maps.float()
        if self.flip:
            (points, other), (maps, mirrored) = points.chunk(2), maps.chunk(2)
            other = torch.stack((1 - other[..., 0], other[..., 1]), -1)
            points = (points + other.index_select(1, self.swapped)) / 2
            maps = self.merge(maps, mirrored.flip(3).index_select(1, self.swapped))
        return points, maps

    def bare(self, inputs: People) -> list[tuple[Tensor, Tensor]]:
        import torch

        with torch.inference_mode():
            return [self.both(images) for images in inputs.images.split(self.batch)] if inputs.crops else []

    def forward(self, inputs: People, options: Options, context: Context) -> Any:  # noqa: ARG002
        """Return the people, their points (n, k, 2) in cells and their maps (n, k, h, w)."""
        import torch

        count, height, width = len(self.joints), self.size[0] // 4, self.size[1] // 4
        if not inputs.crops:
            return inputs, np.zeros((0, count, 2), np.float32), np.zeros((0, count, height, width), np.float32)
        made = []
        with self.inference(context):
            for images in inputs.images.split(self.batch):
                context.cancel.check()
                points, maps = self.both(images)
                # One tensor, so that the device is waited for once.
                made.append(torch.cat((points, maps.flatten(2)), -1))
            flat = torch.cat(made).cpu().numpy()
        return inputs, flat[..., :2] * (width, height), flat[..., 2:].reshape(len(flat), count, height, width)

    def decode(self, outputs: Any, frames: Sequence[np.ndarray], options: Options) -> list[list[Result]]:
        people, points, maps = outputs
        cells, values = self.read(maps)
        return self.assembled(points if self.reader == REGRESSION else cells, values, people, maps, frames, options)

    def inside(self, seen: dict[str, Tensor], output: Any, crop: Crop) -> list[View]:  # noqa: ARG002
        """Return the points of the regression, those of each way to read the heat maps, and the maps."""
        points, maps = (part[0].float().cpu().numpy() for part in output)
        skeleton, group, size = self.classes.skeleton, "Regression against heat maps", maps.shape[1:]
        assert skeleton is not None
        regressed = pose_view(group, "Regression", points * (size[1], size[0]), size, crop.window, skeleton)
        sides: list[View] = [regressed, *readings(group, maps, crop.window, skeleton)]
        return sides + self.heat_views("Heat maps", maps, crop)
