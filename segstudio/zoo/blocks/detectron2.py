"""detectron2's region-based detectors (Wu et al. 2019) on torchvision's modules.

The networks are the same but for a few habits, which are kept here: the stride of a ResNet's stage lies in the 1x1
convolution, batch norms have epsilon 1e-5, anchors are not rounded, regions are aligned to half pixels and sampled as
often as they need, pictures are resized as whole numbers and stay BGR in 0..255, and the background is the last class.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection import FasterRCNN, KeypointRCNN, MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN, resnet_fpn_backbone
from torchvision.models.detection.transform import resize_boxes, resize_keypoints
from torchvision.models.resnet import Bottleneck
from torchvision.ops import MultiScaleRoIAlign, roi_align
from torchvision.ops.misc import FrozenBatchNorm2d
from torchvision.transforms.v2 import functional as pictures

from segstudio.zoo.blocks import rcnn_regions, waiting

LEVELS = ("0", "1", "2", "3")  # torchvision's names of P2 to P5
STRIDES = (4, 8, 16, 32)
_SIZES = ((32,), (64,), (128,), (256,), (512,))
_RATIOS = ((0.5, 1.0, 2.0),)
_BEYOND = -1e6  # where no picture is

# Buffers of older files that follow from the configuration.
_UNUSED = re.compile(r"pixel_(mean|std)|(proposal_generator\.)?anchor_generator\.cell_anchors\.\d+")
_KEYS = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"backbone\.bottom_up\.stem\.conv1\.norm\.", "backbone.body.bn1."),
        (r"backbone\.bottom_up\.stem\.", "backbone.body."),
        (r"backbone\.bottom_up\.res(\d)\.(\d+)\.shortcut\.norm\.", r"backbone.body.layer\1.\2.downsample.1."),
        (r"backbone\.bottom_up\.res(\d)\.(\d+)\.shortcut\.", r"backbone.body.layer\1.\2.downsample.0."),
        (r"backbone\.bottom_up\.res(\d)\.(\d+)\.conv(\d)\.norm\.", r"backbone.body.layer\1.\2.bn\3."),
        (r"backbone\.bottom_up\.res(\d)\.(\d+)\.", r"backbone.body.layer\1.\2."),
        (r"backbone\.fpn_lateral(\d)\.", r"backbone.fpn.inner_blocks.\1.0."),
        (r"backbone\.fpn_output(\d)\.", r"backbone.fpn.layer_blocks.\1.0."),
        (r"proposal_generator\.rpn_head\.conv\.", "rpn.head.conv.0.0."),
        (r"proposal_generator\.rpn_head\.objectness_logits\.", "rpn.head.cls_logits."),
        (r"proposal_generator\.rpn_head\.anchor_deltas\.", "rpn.head.bbox_pred."),
        (r"roi_heads\.box_head\.fc1\.", "roi_heads.box_head.fc6."),
        (r"roi_heads\.box_head\.fc2\.", "roi_heads.box_head.fc7."),
        (r"roi_heads\.mask_head\.mask_fcn(\d)\.", r"roi_heads.mask_head.\1.0."),
        (r"roi_heads\.mask_head\.deconv\.", "roi_heads.mask_predictor.conv5_mask."),
        (r"roi_heads\.mask_head\.predictor\.", "roi_heads.mask_predictor.mask_fcn_logits."),
        (r"roi_heads\.keypoint_head\.conv_fcn(\d)\.", r"roi_heads.keypoint_head.\1."),
        (r"roi_heads\.keypoint_head\.score_lowres\.", "roi_heads.keypoint_predictor.kps_score_lowres."),
    )
)
# detectron2 counts from 2 or 1, torchvision from 0 or 1, and its keypoint convolutions alternate with ReLU.
_SHIFTS = (
    (re.compile(r"(?<=backbone\.body\.layer)\d"), lambda n: n - 1),
    (re.compile(r"(?<=backbone\.fpn\.inner_blocks\.)\d|(?<=backbone\.fpn\.layer_blocks\.)\d"), lambda n: n - 2),
    (re.compile(r"(?<=roi_heads\.mask_head\.)\d"), lambda n: n - 1),
    (re.compile(r"(?<=roi_heads\.keypoint_head\.)\d"), lambda n: 2 * (n - 1)),
)


def renamed(key: str) -> str:
    """Return torchvision's name of one of detectron2's tensors; what has none keeps its own."""
    for pattern, put in _KEYS:
        if pattern.match(key):
            found = pattern.sub(put, key, count=1)
            for number, shift in _SHIFTS:
                found = number.sub(lambda m, shift=shift: str(shift(int(m[0]))), found, count=1)
            return found
    return key


def convert(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a published state dict under torchvision's names, with the background as the first class.

    `pixel_mean`, `pixel_std` and the anchors, which older files carry as buffers, are left out.
    """
    found = {renamed(key): value for key, value in state.items() if not _UNUSED.fullmatch(key)}
    for kind in ("weight", "bias"):
        for name, rows in (
            ("roi_heads.box_predictor.bbox_pred", 4),
            ("roi_heads.mask_predictor.mask_fcn_logits", 1),
        ):
            if (key := f"{name}.{kind}") in found:
                found[key] = torch.cat((torch.zeros_like(found[key][:rows]), found[key]))
        if (key := f"roi_heads.box_predictor.cls_score.{kind}") in found:
            found[key] = torch.cat((found[key][-1:], found[key][:-1]))
    return found


def backbone(name: str) -> BackboneWithFPN:
    """Return a ResNet with a feature pyramid P2 to P6, strides in the 1x1 convolutions.

    Args:
        name: torchvision's name of the ResNet.
    """
    made = resnet_fpn_backbone(backbone_name=name, weights=None, trainable_layers=5)
    for module in made.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = 1e-5
    for stage in ("layer2", "layer3", "layer4"):
        first = made.body.get_submodule(f"{stage}.0")
        if isinstance(first, Bottleneck):
            first.conv1.stride, first.conv2.stride = first.conv2.stride, first.conv1.stride
    return made


class Anchors(AnchorGenerator):
    """Anchors whose sides are not rounded."""

    def generate_anchors(
        self,
        scales: Sequence[int],
        aspect_ratios: Sequence[float],
        dtype: torch.dtype = torch.float32,
        device: torch.device = torch.device("cpu"),  # noqa: B008
    ) -> Tensor:
        sides = torch.as_tensor(scales, dtype=dtype, device=device)
        roots = torch.as_tensor(aspect_ratios, dtype=dtype, device=device).sqrt()
        halves = torch.stack(((sides / roots[:, None]).flatten(), (sides * roots[:, None]).flatten()), 1) / 2
        return torch.cat((-halves, halves), 1)


class Pooler(MultiScaleRoIAlign):
    """RoIAlign on the level of the pyramid that fits a box's size (Lin et al. 2017, equation 1).

    Args:
        side: Of the pooled maps.
        sampling: Samples a cell in each direction; 0 for as many as the box has pixels.
        aligned: Whether pixel centres lie at half numbers, as in detectron2's second version.
        inside: Added before the logarithm that chooses the level, so that a box of a level's least size is of it.
        outside: Added behind it, as torchvision does.
        last: Added to a box's sides there: 1 where it ends at the corner of its last pixel.
    """

    def __init__(
        self,
        side: int,
        sampling: int = 0,
        aligned: bool = True,
        inside: float = 1e-8,
        outside: float = 0.0,
        last: float = 0.0,
    ) -> None:
        super().__init__(list(LEVELS), side, sampling)
        self.aligned, self.inside, self.outside, self.last = aligned, inside, outside, last

    def forward(self, x: Mapping[str, Tensor], boxes: Sequence[Tensor], image_shapes: Any = None) -> Tensor:  # noqa: ARG002
        """Return the boxes' features (n, channels, side, side), the pictures' boxes one after the other."""
        return self.pooled(x, regions(boxes))

    def pooled(self, x: Mapping[str, Tensor], rows: Tensor) -> Tensor:
        """Return the features of regions (n, 5), see `regions`."""
        chosen = levels(rows[:, 1:], self.inside, self.outside, self.last)
        first = x[LEVELS[0]]
        found = first.new_zeros((len(rows), first.shape[1], *self.output_size))
        for level, (name, stride) in enumerate(zip(LEVELS, STRIDES)):
            here = chosen == level
            if waiting.fixed(rows):
                # Of a box that lies outside nothing is sampled: it has 0 everywhere, and costs next to nothing.
                beyond = torch.cat((rows[:, :1], torch.full_like(rows[:, 1:], _BEYOND)), 1)
                found = found + self._align(x[name], torch.where(here[:, None], rows, beyond), stride)
            else:
                where = torch.nonzero(here).flatten()
                found[where] = self._align(x[name], rows[where], stride).to(found)
        return found

    def _align(self, level: Tensor, rows: Tensor, stride: int) -> Tensor:
        return roi_align(level, rows, self.output_size, 1 / stride, self.sampling_ratio, self.aligned)


def regions(boxes: Sequence[Tensor]) -> Tensor:
    """Return the pictures' boxes (k, 4) one after the other, with the picture's number before each: (n, 5)."""
    return torch.cat([torch.cat((torch.full_like(one[:, :1], i), one), 1) for i, one in enumerate(boxes)])


def levels(boxes: Tensor, inside: float = 1e-8, outside: float = 0.0, last: float = 0.0) -> Tensor:
    """Return the place in `LEVELS` (n,) at which each box (n, 4) is pooled: a box of 224 pixels on P4."""
    sides = ((boxes[:, 2] - boxes[:, 0] + last) * (boxes[:, 3] - boxes[:, 1] + last)).sqrt()
    return (torch.floor(4 + torch.log2(sides / 224 + inside) + outside).clamp(2, 5) - 2).long()


class Transform(rcnn_regions.Transform):
    """Resizes uint8 RGB pictures (3, h, w) as pictures, and hands them on as BGR minus the mean.

    Args:
        shorter: Pixels of the shorter side.
        longest: Most pixels of the longer side.
        mean: Of blue, green and red.
        std: Likewise.
    """

    def __init__(self, shorter: int, longest: int, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__(shorter, longest, mean, std)
        self.shorter = shorter

    def normalize(self, image: Tensor) -> Tensor:
        """Return the picture as it is: it is resized first."""
        return image

    def resize(self, image: Tensor, target: dict[str, Tensor] | None = None) -> tuple[Tensor, dict[str, Tensor] | None]:
        old = list(image.shape[-2:])
        new = list(size_of(old[0], old[1], self.shorter, self.max_size))
        if new != old:
            image = pictures.resize(image, new, antialias=True)
        image = super().normalize(image.flip(0).float())
        if target is not None:
            target["boxes"] = resize_boxes(target["boxes"], old, new)
            if "keypoints" in target:
                target["keypoints"] = resize_keypoints(target["keypoints"], old, new)
            if "masks" in target:
                target["masks"] = pictures.resize(target["masks"], new, pictures.InterpolationMode.NEAREST)
        return image, target


def size_of(height: int, width: int, shorter: int, longest: int) -> tuple[int, int]:
    """Return (height, width) of a picture whose shorter side becomes `shorter`, unless the longer exceeds `longest`."""
    scale = shorter / min(height, width)
    new = (shorter, scale * width) if height < width else (scale * height, shorter)
    scale = min(1.0, longest / max(new))
    return int(new[0] * scale + 0.5), int(new[1] * scale + 0.5)


def network(kind: type[FasterRCNN], settings: Mapping[str, Any], classes: int, mean: Any, std: Any) -> FasterRCNN:
    """Return a detector as detectron2 configures its R50-FPN models.

    Args:
        kind: `FasterRCNN`, `MaskRCNN` or `KeypointRCNN`.
        settings: "backbone", "min_size", "max_size", and for keypoints "num_keypoints".
        classes: The background counted in.
        mean: Of blue, green and red in 0..255.
        std: Likewise.
    """
    extra: dict[str, Any] = {}
    if issubclass(kind, MaskRCNN):
        extra["mask_roi_pool"] = Pooler(14)
    if issubclass(kind, KeypointRCNN):
        extra = {"keypoint_roi_pool": Pooler(14), "num_keypoints": settings["num_keypoints"]}
    made = kind(
        backbone(settings["backbone"]),
        num_classes=classes,
        rpn_anchor_generator=Anchors(_SIZES, _RATIOS * len(_SIZES)),
        box_roi_pool=Pooler(7),
        **extra,
    )
    made.transform = Transform(settings["min_size"], settings["max_size"], mean, std)
    return made
