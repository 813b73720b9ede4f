"""Losses of the semantic segmentation networks, each as its authors trained with it.

Scores are (n, classes, h, w), of any size: they are stretched over the truth. A truth is (n, height, width), int64
class indices; pixels of `IGNORED` count for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

IGNORED = 255


def targets(maps: Tensor, classes: Mapping[int, int], size: Sequence[int] | None = None) -> Tensor:
    """Return the truth of maps of label ids.

    Args:
        maps: (n, h, w), whole numbers.
        classes: The index of each label id; pixels of other ids are ignored.
        size: (height, width) of the network's input, to which the maps are resized by their nearest pixel; None for
            theirs.
    """
    truth = torch.full(maps.shape, IGNORED, dtype=torch.int64, device=maps.device)
    for label, index in classes.items():
        truth[maps == label] = index
    if size is not None:
        truth = F.interpolate(truth[:, None].float(), tuple(size), mode="nearest")[:, 0].long()
    return truth


def stretched(scores: Tensor, truth: Tensor, align_corners: bool = False) -> Tensor:
    """Return scores in the truth's size."""
    size = (truth.shape[1], truth.shape[2])
    if scores.shape[2:] == size:
        return scores
    return F.interpolate(scores, size, mode="bilinear", align_corners=align_corners)


def cross_entropy(
    scores: Tensor,
    truth: Tensor,
    weights: Tensor | None = None,
    *,
    align_corners: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return the cross entropy over the pixels that count; 0 where none does.

    Args:
        weights: A weight a class, or None; the mean is then the weighted one.
        reduction: "mean", or "sum" as in FCN's training.
    """
    scores = stretched(scores, truth, align_corners)
    if scores.shape[1] == 1:
        known = truth != IGNORED
        loss = F.binary_cross_entropy_with_logits(scores[:, 0], truth.clamp(0, 1).to(scores.dtype), reduction="none")
        total, count = (loss * known).sum(), known.sum()
        return total if reduction == "sum" else total / count.clamp(min=1)
    if not (truth != IGNORED).any():
        return scores.sum() * 0.0
    return F.cross_entropy(scores, truth, weights, ignore_index=IGNORED, reduction=reduction)


def with_auxiliary(main: Tensor, auxiliary: Tensor, truth: Tensor, share: float, align_corners: bool = False) -> Tensor:
    """Return the cross entropy of the scores and a share of that of an auxiliary head.

    The share is 0.4 in PSPNet and in OCR, 0.5 in torchvision's FCN and DeepLabV3.
    """
    first = cross_entropy(main, truth, align_corners=align_corners)
    return first + share * cross_entropy(auxiliary, truth, align_corners=align_corners)


def ohem(
    scores: Tensor,
    truth: Tensor,
    weights: Tensor | None = None,
    *,
    threshold: float = 0.9,
    least: int = 131072,
    align_corners: bool = False,
) -> Tensor:
    """Return the mean cross entropy of the hard pixels, as HRNet is trained (online hard example mining).

    Hard are pixels whose own class has a probability below `threshold`, or below that of the `least` + 1 hardest one
    where that is higher.
    """
    scores = stretched(scores, truth, align_corners)
    known = truth != IGNORED
    if not known.any():
        return scores.sum() * 0.0
    losses = F.cross_entropy(scores, truth, weights, ignore_index=IGNORED, reduction="none")[known]
    with torch.no_grad():
        own = scores.softmax(1).gather(1, torch.where(known, truth, 0)[:, None])[:, 0][known]
        limit = own.sort().values[min(least, len(own) - 1)].clamp(min=threshold)
    hard = own < limit
    # Where even the hardest pixel is sure there is nothing to learn.
    return losses[hard].mean() if hard.any() else losses.sum() * 0.0


def dice(scores: Tensor, truth: Tensor) -> Tensor:
    """Return 1 - 2 |A B| / (|A| + |B|) of the probabilities and the truth, over all classes and pictures at once."""
    scores = stretched(scores, truth)
    known = (truth != IGNORED)[:, None]
    classes = max(scores.shape[1], 2)
    wanted = F.one_hot(torch.where(known[:, 0], truth, 0), classes).movedim(3, 1).to(scores.dtype)
    if scores.shape[1] == 1:
        shares, wanted = scores.sigmoid(), wanted[:, 1:]
    else:
        shares = scores.softmax(1)
    shares, wanted = shares * known, wanted * known
    common, sizes = 2 * (shares * wanted).sum(), shares.sum() + wanted.sum()
    sizes = torch.where(sizes == 0, common, sizes)
    return 1 - (common + 1e-6) / (sizes + 1e-6)


def unet(scores: Tensor, truth: Tensor) -> Tensor:
    """Return U-Net's loss in milesial/Pytorch-UNet: cross entropy and Dice."""
    return cross_entropy(scores, truth) + dice(scores, truth)


def fcn(scores: Tensor, truth: Tensor) -> Tensor:
    """Return FCN's loss: cross entropy summed over the pixels."""
    return cross_entropy(scores, truth, reduction="sum")


def u2net(maps: Tensor, truth: Tensor) -> Tensor:
    """Return U2-Net's loss: the binary cross entropies of the fused map and the six side outputs, added up.

    Args:
        maps: Logits (n, 7, h, w).
        truth: Class 1 is the salient object.
    """
    sides = (cross_entropy(maps[:, i : i + 1], truth) for i in range(maps.shape[1]))
    return torch.stack(list(sides)).sum()


def ocr(soft: Tensor, scores: Tensor, truth: Tensor, *, least: int = 131072) -> Tensor:
    """Return HRNet-OCR's loss: hard pixels of the scores, and 0.4 of the plain cross entropy of the soft regions."""
    return ohem(scores, truth, least=least, align_corners=True) + 0.4 * cross_entropy(soft, truth, align_corners=True)


def lovasz(scores: Tensor, truth: Tensor) -> Tensor:
    """Return the Lovász hinge (Berman et al. 2018, arXiv 1705.08790) of single scores, ExtremeC3's loss.

    A convex stand-in for 1 - IoU of class 1: margins in falling order, each weighted by how much IoU it costs. The mean
    over the pictures.
    """
    scores = stretched(scores, truth)[:, 0]
    losses: list[Tensor] = []
    for logits, labels in zip(scores, truth):
        known = labels != IGNORED
        logits, wanted = logits[known], labels[known].to(scores.dtype)
        if not len(wanted):
            losses.append(scores.sum() * 0.0)
            continue
        errors, order = (1.0 - logits * (2 * wanted - 1)).sort(descending=True)
        sorted_ = wanted[order]
        common = sorted_.sum() - sorted_.cumsum(0)
        jaccard = 1 - common / (sorted_.sum() + (1 - sorted_).cumsum(0))
        steps = torch.cat((jaccard[:1], jaccard[1:] - jaccard[:-1]))
        losses.append(F.relu(errors) @ steps)
    return torch.stack(losses).mean()


def boundary(scores: Tensor, truth: Tensor, share: float = 0.9, radius: int = 7) -> Tensor:
    """Return SINet's loss: cross entropy, and a share of that over the pixels along the borders of class 1.

    Args:
        radius: Half the side of the square that widens and narrows the object; the band lies between the two.
    """
    wanted = (truth == 1).to(scores.dtype)[:, None]
    wide = F.max_pool2d(wanted, 2 * radius + 1, 1, radius)
    narrow = 1 - F.max_pool2d(1 - wanted, 2 * radius + 1, 1, radius)
    edge = torch.where(wide[:, 0] > narrow[:, 0], truth, IGNORED)
    return cross_entropy(scores, truth) + share * cross_entropy(scores, edge)


def median_frequency(counts: Tensor, present: Tensor) -> Tensor:
    """Return SegNet's class weights: the median of the classes' frequencies over each one's own.

    Args:
        counts: (classes,) pixels of each class over all pictures.
        present: (classes,) pixels of those pictures that show the class at all.
    """
    seen = counts > 0
    frequency = counts.double() / present.clamp(min=1)
    weights = frequency[seen].median() / frequency.clamp(min=1e-12)
    return torch.where(seen, weights, 0.0).float()


def log_frequency(counts: Tensor, c: float = 1.10) -> Tensor:
    """Return ESPNet's class weights 1 / ln(c + share of the class) of pixel counts (classes,)."""
    return (1.0 / (c + counts.double() / counts.sum().clamp(min=1)).log()).float()
