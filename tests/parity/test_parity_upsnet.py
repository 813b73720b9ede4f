"""UPSNet against its published code: the network, and the panoptic head on made-up predictions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from oracles import Oracle, close, thinned

from segstudio.learn.losses import upsnet as losses
from segstudio.zoo.blocks import upsnet
from segstudio.zoo.blocks import upsnet_head as head
from segstudio.zoo.blocks.rcnn_regions import Proposals

# The offsets of deformable convolutions enlarge what rounding does.
LOOSE = 1e-3
HEAD, WHOLE = pytest.mark.oracle("upsnet_panoptic_head"), pytest.mark.oracle("upsnet_resnet50_coco")


def cases(oracle: Oracle) -> list[tuple[dict, dict]]:
    """Return (inputs, outputs) of each picture, as tensors, without their prefix."""
    names = sorted({name.split("_")[0] for name in oracle.inputs if name.endswith("_size")})
    assert names
    found = []
    for prefix in names:
        pair = []
        for side in (oracle.inputs, oracle.outputs):
            own = {k.removeprefix(f"{prefix}_"): v for k, v in side.items() if k.startswith(f"{prefix}_")}
            pair.append({k: torch.from_numpy(v.astype(np.int64) if v.dtype == np.uint8 else v) for k, v in own.items()})
        found.append((pair[0], pair[1]))
    return found


def stuff_of(given: dict) -> int:
    """Return the number of classes of stuff: the box head has one number for the background, too."""
    return given["seg_logits"].shape[1] - (given["cls_prob"].shape[1] - 1)


def kept(energy: torch.Tensor, boxes: torch.Tensor, classes: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
    """Return the places of the objects that stay, the surest first."""
    order = scores.argsort(descending=True, stable=True)
    valid = torch.ones(len(order), dtype=torch.bool)
    return order[head.kept(energy[order], head.Regions(boxes[order], classes[order], scores[order], valid))]


@HEAD
@pytest.mark.parametrize(("name", "threshold", "apart"), [("roi", 0.05, True), ("roi_panoptic", 0.6, False)])
def test_boxes(oracle: Oracle, name: str, threshold: float, apart: bool) -> None:
    for given, want in cases(oracle):
        size = tuple(given["size"].tolist())
        rois = given["rois"][None, :, 1:]
        all_of_them = torch.ones(rois.shape[:2], dtype=torch.bool)
        asked = Proposals(rois, torch.zeros(rois.shape[:2]), all_of_them, torch.tensor(True))
        found, settled = head.regions(
            asked, given["bbox_delta"][None], given["cls_prob"][None], size, threshold=threshold, apart=apart
        )
        assert settled
        found = head.Regions(*(one[found.valid] for one in found))
        scores, boxes, classes = (want[f"{name}_{key}"] for key in ("prob", "boxes", "cls"))
        if not len(found.scores):
            # Published networks go on with a box of nothing.
            assert classes.tolist() == [0]
            continue
        # The published order is by class; the objects are the same.
        order = scores.argsort(descending=True, stable=True)
        close(found.scores, scores[order].numpy())
        close(found.boxes, boxes[order][:, 1:].numpy())
        assert found.classes.tolist() == classes[order].tolist()


@HEAD
def test_panoptic_maps(oracle: Oracle) -> None:
    for given, want in cases(oracle):
        stuff, size = stuff_of(given), tuple(given["size"].tolist())
        if given["head_cls"].tolist() == [0]:
            continue  # A box of nothing: here no object goes on.
        boxes, classes, scores = given["head_boxes"][:, 1:], given["head_cls"], given["head_prob"]
        energy = head.energies(given["head_mask_logits"][:, 0], boxes, size)
        stay = kept(energy, boxes, classes, scores)
        assert stay.tolist() == want["keep"].tolist()
        close(energy[stay], want["mask_energy"][0].numpy())
        semantic = given["seg_logits"][0]
        own = head.inside(semantic, boxes[stay], classes[stay], stuff)
        close(own, want["seg_inst"][0].numpy())
        logits = head.panoptic_logits(semantic, own, energy[stay], stuff)
        close(logits, want["panoptic_logits"][0].numpy())
        panoptic = logits.argmax(0)
        panoptic[panoptic == len(logits) - 1] = head.VOID
        assert torch.equal(panoptic, want["panoptic"][0])
        assert torch.equal(
            head.panoptic_logits(semantic, own, energy[stay], stuff, void=False).argmax(0), want["panoptic_no_void"][0]
        )
        limit = next(name for name in want if name.startswith("unified_limit"))
        found = head.unified(
            panoptic, semantic.argmax(0), classes[stay], stuff, int(limit.removeprefix("unified_limit"))
        )
        assert torch.equal(found.classes, want[limit][..., 0])
        assert torch.equal(found.objects, want[limit][..., 1])


@HEAD
def test_training(oracle: Oracle) -> None:
    for given, want in cases(oracle):
        stuff = stuff_of(given)
        truth = given["gt_seg"][0], given["gt_masks"]
        assert torch.equal(losses.targets(*truth, stuff), want["matched_gt_all"][0])
        for name in [name for name in want if name.startswith("matched_gt_keep")]:
            known = [int(i) for i in name.removeprefix("matched_gt_keep")]
            assert torch.equal(losses.targets(*truth, stuff, known), want[name][0])
        if "train_panoptic_logits" in want:
            boxes, classes = given["head_boxes"][:, 1:], given["head_cls"]
            semantic, masks = given["seg_logits_quarter"][0], given["head_mask_logits"][:, 0]
            close(losses.logits(semantic, masks, boxes, classes, stuff), want["train_panoptic_logits"][0].numpy())


@WHOLE
@torch.inference_mode()
def test_network(oracle: Oracle) -> None:
    given, want = oracle.inputs, oracle.outputs
    state = {upsnet.renamed(key): value for key, value in oracle.state.items() if not key.endswith("batches_tracked")}
    segments, classes = (oracle.state[f"{key}.weight"].shape[0] for key in ("fcn_head.score", "rcnn.cls_score"))
    network = upsnet.UpsNet("resnet50", classes, segments).eval()
    network.load_state_dict(state, strict=True)
    mean = torch.tensor(oracle.settings["pixel_means_bgr"])[:, None, None]
    image = (torch.from_numpy(given["image"]).permute(2, 0, 1).float() - mean)[None]
    stages = list(network.body(image).values())
    for i, stage in enumerate(stages, 2):
        close(thinned(stage, want[f"res{i}_sub"]), want[f"res{i}_sub"])
    levels = network.features(image)
    for i, level in enumerate(levels, 2):
        close(thinned(level, want[f"p{i}_sub"]), want[f"p{i}_sub"])
        if f"rpn_score_p{i}" in want:
            scores, deltas = network.rpn(level)
            close(scores, want[f"rpn_score_p{i}"])
            close(deltas, want[f"rpn_delta_p{i}"])
    features = network.fcn_head.features(levels)
    close(thinned(features, want["fcn_feat_sub"]), want["fcn_feat_sub"], LOOSE)
    semantic = network.fcn_head(levels)
    close(thinned(semantic, want["fcn_score_sub"]), want["fcn_score_sub"], LOOSE)
    semantic = torch.nn.functional.interpolate(semantic, scale_factor=4, mode="bilinear")[0]
    same = semantic.argmax(0).numpy() == want["fcn_argmax"][0]
    assert same.mean() > 0.999
    boxes, kinds = torch.from_numpy(given["rois"][:, 1:]), torch.from_numpy(given["classes"])
    logits, deltas = network.rcnn(upsnet.pooled(levels, [boxes], 7))
    close(logits, want["rcnn_cls_score"])
    close(deltas, want["rcnn_bbox_pred"])
    masks = network.mask_branch(upsnet.pooled(levels, [boxes], 14))[torch.arange(len(kinds)), kinds]
    close(masks, want["mask_score_of_class"][:, 0])
    size = given["image"].shape[:2]
    energy = head.energies(masks, boxes, size)
    stay = kept(energy, boxes, kinds, torch.from_numpy(given["probs"]))
    assert stay.tolist() == want["keep_inds"].tolist()
    own = head.inside(semantic, boxes[stay], kinds[stay], network.stuff)
    panoptic = head.panoptic_logits(semantic, own, energy[stay], network.stuff)
    truth = want["panoptic_logits_sub"][0]
    close(panoptic[50:, ::2, ::2], truth, LOOSE)
    found = panoptic.argmax(0)
    found[found == len(panoptic) - 1] = head.VOID
    assert (found.numpy() == want["panoptic_output"][0]).mean() > 0.999
    name = next(name for name in want if name.startswith("unified_2ch_limit"))
    stored = torch.from_numpy(want["panoptic_output"][0].astype(np.int64))
    least = int(name.removeprefix("unified_2ch_limit"))
    both = head.unified(
        stored, torch.from_numpy(want["fcn_argmax"][0].astype(np.int64)), kinds[stay], network.stuff, least
    )
    np.testing.assert_array_equal(torch.stack((both.classes, both.objects), -1).numpy(), want[name])
