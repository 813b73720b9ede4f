"""YOLACT, YOLACT++ and YolactEdge against their published code: networks, decoding and masks."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from oracles import Oracle, close

from segstudio.core import masks
from segstudio.core.masks import Mask
from segstudio.core.results import Instances
from segstudio.zoo import Catalog, Context, Options, load_published
from segstudio.zoo.blocks import yolact_decoding as decoding
from segstudio.zoo.blocks.yolact import Raw
from segstudio.zoo.blocks.yolact_predictor import Objects, YolactPredictor
from segstudio.zoo.predictor import untrained

NETWORKS = {
    "yolact_resnet50_138": "yolact-r50",
    "yolact_resnet50_550": "yolact-r50",
    "yolact_base_138": "yolact-base",
    "yolact_plus_resnet50_270": "yolact-plus-r50",
    "yolact_plus_base_270": "yolact-plus-base",
    "yolactedge_resnet50_138": "yolactedge-r50",
    "yolactedge_resnet101_138": "yolactedge-r101",
    "yolactedge_mobilenetv2_138": "yolactedge-mobilenetv2",
}
WHOLE = tuple(name for name in NETWORKS if name.endswith("_138"))  # all their raw arrays are stored


@cache
def _loaded(folder: str, name: str) -> tuple[YolactPredictor, dict[str, torch.Tensor], Raw]:
    """Return the predictor of an oracle, the outputs of its inner modules and what its heads say."""
    oracle = next(one for one in _SEEN if str(one.folder) == folder)
    card = Catalog().get(NETWORKS[name])
    size = int(oracle.settings["constructor"]["max_size"])
    card = msgspec.structs.replace(card, settings={**card.settings, "size": size})
    ours = load_published(card, oracle.state)
    assert isinstance(ours, YolactPredictor)
    inner: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, output, key=key: inner.__setitem__(key, output))
        for key, module in ours.network.named_modules()
        if key.startswith("fpn_phase") or (key.startswith("backbone.layers.") and key.count(".") == 2)
    ]
    batch = ours.prepare([np.ascontiguousarray(oracle.inputs["image_u8"][..., ::-1])])
    batch = batch * oracle.settings.get("input_scale", 1.0)
    raw = ours.forward(batch, Options(), Context())
    for hook in hooks:
        hook.remove()
    inner["input"] = batch
    return ours, inner, raw


_SEEN: list[Oracle] = []


def loaded(oracle: Oracle) -> tuple[YolactPredictor, dict[str, Any], Raw]:
    _SEEN[:] = [oracle]
    return _loaded(str(oracle.folder), oracle.name)


def thinned(array: torch.Tensor, rule: str | None) -> torch.Tensor:
    """Apply a rule of the manifest such as "[:, ::5]" or "[:, ::3] in rows and columns"."""
    if not rule:
        return array
    step = int(rule.split("::")[1].split("]")[0])
    return array[:, ::step, ::step] if "columns" in rule else array[:, ::step]


@pytest.mark.oracle(*NETWORKS)
def test_heads_say_what_the_published_network_says(oracle: Oracle) -> None:
    ours, inner, raw = loaded(oracle)
    want = oracle.outputs
    if "image" in oracle.inputs:
        np.testing.assert_allclose(inner["input"].numpy(), oracle.inputs["image"], atol=1e-5)
    got = {
        "loc": raw.offsets,
        "conf_logits": raw.logits,
        "conf": raw.logits.softmax(-1),
        "mask": raw.coefficients,
        "proto": raw.prototypes.permute(0, 2, 3, 1),
    }
    rules = oracle.settings.get("subsampling", {})
    for name in got.keys() & want.keys():
        close(thinned(got[name], rules.get(name)), want[name])
    np.testing.assert_allclose(ours.anchors.numpy(), want["priors"], rtol=1e-6, atol=1e-7)


@pytest.mark.oracle(*NETWORKS)
def test_inner_maps_are_the_published_ones(oracle: Oracle) -> None:
    _, inner, _ = loaded(oracle)
    steps = oracle.settings["mid_outputs"]["k"]
    assert steps
    for name, step in steps.items():
        module, _, item = name.rpartition(".out")
        if not module:
            array = inner[name]
        elif module == "fpn":
            array = inner["fpn_phase_2"][int(item)]
        elif module == "fpn_phase_1":
            sums, laterals = inner[module]
            array = [*sums, *laterals][int(item)]
        else:
            array = inner[module][int(item)]
        close(array[:, ::step], oracle.outputs[f"mid.{name}"])


def published(oracle: Oracle) -> Raw:
    """Return what the published network said, from the stored arrays; scores in the place of their logits."""
    out = oracle.outputs if "loc" in oracle.outputs else oracle.inputs
    loc, conf, mask, proto = (torch.from_numpy(out[name]) for name in ("loc", "conf", "mask", "proto"))
    return Raw(loc, conf, mask, proto.permute(0, 3, 1, 2).contiguous())


def rules(oracle: Oracle, suppression: str = "fast") -> decoding.Rules:
    given = oracle.settings["detect"]
    size = 138
    if "constructor" in oracle.settings:
        size = int(oracle.settings["constructor"]["max_size"])
    return decoding.Rules(suppression, given["conf_thresh"], given["nms_thresh"], given["top_k"], size)


def detected(oracle: Oracle, suppression: str, limit: int) -> dict[str, torch.Tensor]:
    """Return what suppression keeps of the stored raw arrays."""
    raw = published(oracle)
    priors = (oracle.outputs if "priors" in oracle.outputs else oracle.inputs)["priors"]
    boxes = decoding.boxes_of(raw.offsets[0], torch.from_numpy(priors))
    rule = rules(oracle, suppression)
    kept = decoding.suppress(boxes, decoding.candidates(raw.logits[0, :, 1:].T, rule), rule, limit)
    kept = kept.first(int((kept.score >= 0).sum()))
    return {
        "class": kept.label,
        "score": kept.score,
        "box": boxes[kept.place],
        "mask": raw.coefficients[0, kept.place],
    }


@pytest.mark.oracle("yolact_detect", *WHOLE)
@pytest.mark.parametrize("suppression", ["fast", "cross-class", "traditional"])
def test_suppression_keeps_what_the_published_one_keeps(oracle: Oracle, suppression: str) -> None:
    prefix = suppression.replace("-", "_") if oracle.name == "yolact_detect" else "det"
    if prefix == "det" and suppression != "fast":
        return
    limit = oracle.settings["detect"]["max_num_detections"]
    got = detected(oracle, suppression, 10**6 if suppression == "cross-class" else limit)
    want = {name: array for name, array in oracle.outputs.items() if name.startswith(f"{prefix}_")}
    assert len(want) >= 3
    np.testing.assert_array_equal(got["class"].numpy(), want[f"{prefix}_class"])
    for name in ("score", "box", "mask"):
        if f"{prefix}_{name}" in want:
            close(got[name], want[f"{prefix}_{name}"])


def objects(oracle: Oracle, prefix: str) -> dict[str, torch.Tensor]:
    names = ("class", "score", "box", "mask")
    return {name: torch.from_numpy(oracle.outputs[f"{prefix}_{name}"]) for name in names}


def unpacked(oracle: Oracle, prefix: str) -> np.ndarray:
    """Return the stored masks as bool (n, h, w)."""
    shape = tuple(oracle.outputs[f"{prefix}_masks_shape"].tolist())
    bits = np.unpackbits(oracle.outputs[f"{prefix}_masks_packed"], count=int(np.prod(shape)))
    return bits.reshape(shape).astype(bool)


def drawn(found: list[Mask], height: int, width: int) -> np.ndarray:
    return np.stack([masks.paste(mask, height, width) for mask in found]).astype(bool)


def objects_of(found: dict[str, torch.Tensor], proto: np.ndarray) -> Objects:
    """Return objects as the predictor holds them, of stored detections and prototypes (h, w, k)."""
    prototypes = torch.from_numpy(proto).permute(2, 0, 1)
    planes = decoding.planes(found["mask"], prototypes, found["box"])
    return Objects(found["score"], found["class"], found["box"], planes)


def check_finished(ours: YolactPredictor, found: Objects, oracle: Oracle, prefix: str, size: tuple[int, int]) -> None:
    """Compare the predictor's instances of known detections with what the published code makes of them."""
    want = oracle.outputs
    got = ours.instances(found, size, Options(threshold=0.0, max_instances=10**6))
    assert isinstance(got, Instances)
    np.testing.assert_array_equal(got.labels, ours.ids[want[f"{prefix}_classes"]])
    close(got.scores, want[f"{prefix}_scores"])
    height, width = size
    # The published boxes are cut down to whole pixels, and may lie beside the picture.
    np.testing.assert_array_equal(np.trunc(got.boxes), np.clip(want[f"{prefix}_boxes"], 0, (width, height) * 2))
    same_masks(drawn(got.masks, height, width), unpacked(oracle, prefix), found.planes)


def same_masks(got: np.ndarray, want: np.ndarray, planes: torch.Tensor) -> None:
    """Masks are equal but for pixels whose value is one half to the last digits."""
    assert got.shape == want.shape
    enlarged = F.interpolate(planes[None], size=want.shape[1:], mode="bilinear", align_corners=False)[0].numpy()
    assert (np.abs(enlarged[got != want] - 0.5) < 1e-4).all(), f"{(got != want).sum()} of {want.size} pixels differ"
    assert (got != want).mean() < 1e-3


@pytest.mark.oracle(*NETWORKS)
def test_masks_are_the_published_ones(oracle: Oracle) -> None:
    ours, _, raw = loaded(oracle)
    post = oracle.settings.get("post", {"w": 120, "h": 90})
    found = objects(oracle, "det")
    count = len(oracle.outputs["post_classes"])
    found = {name: array[:count] for name, array in found.items()}
    # Thinned-out prototypes are no use; ours agree with them elsewhere.
    whole = not oracle.settings.get("subsampling")
    proto = oracle.outputs["proto"][0] if whole else raw.prototypes[0].permute(1, 2, 0).numpy()
    made = objects_of(found, proto)
    check_finished(ours, made, oracle, "post", (post["h"], post["w"]))
    if "post_mask_scores" in oracle.outputs:
        close(made.score * ours.fit(made), oracle.outputs["post_mask_scores"])
    else:
        assert ours.network.maskiou_net is None


@pytest.mark.oracle("yolact_detect")
def test_sums_and_masks_of_clear_objects_are_the_published_ones(oracle: Oracle) -> None:
    found = detected(oracle, "fast", oracle.settings["detect"]["max_num_detections"])
    proto = oracle.inputs["proto"][0]
    sums = decoding.combine(found["mask"][:5], torch.from_numpy(proto).permute(2, 0, 1))
    want = oracle.outputs
    close(sums, want["lincomb_first5"])
    close(decoding.cropped(sums.sigmoid(), found["box"][:5]), want["cropped_first5"])
    ours = untrained(Catalog().get("yolact-r50"))
    assert isinstance(ours, YolactPredictor)
    prefixes = [name.removesuffix("_scores") for name in want if name.startswith("post_") and name.endswith("_scores")]
    assert prefixes
    for prefix in prefixes:
        # Named by width and height; the weakest are left out.
        size = int(prefix.split("x")[1]), int(prefix.removeprefix("post_").split("x")[0])
        strong = {name: array[: len(want[f"{prefix}_scores"])] for name, array in found.items()}
        assert unpacked(oracle, prefix).any(axis=(1, 2)).mean() > 0.5
        check_finished(ours, objects_of(strong, proto), oracle, prefix, size)


@pytest.mark.oracle(*WHOLE)
def test_the_predictor_finds_what_the_published_code_finds(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the stored raw arrays to instances, by the predictor's own path with its shortcuts."""
    ours, _, _ = loaded(oracle)
    # Scores are stored: taking them for logits and back would swap near ties.
    monkeypatch.setattr(ours, "scores", lambda conf, _options: decoding.candidates(conf[:, 1:].T, ours.rules))
    post = oracle.settings.get("post", {"w": 120, "h": 90})
    count = len(oracle.outputs["post_classes"])
    frame = np.zeros((post["h"], post["w"], 3), np.uint8)
    for least in (0.0, float(np.median(oracle.outputs["det_score"]))):
        [[got]] = ours.decode(published(oracle), [frame], Options(threshold=least, max_instances=count))
        assert isinstance(got, Instances)
        scores = oracle.outputs["det_score"][:count]
        number = int((scores >= least).sum())
        assert number
        close(got.scores, scores[:number])
        np.testing.assert_array_equal(got.labels, ours.ids[oracle.outputs["det_class"][:number]])
        planes = objects_of(objects(oracle, "det"), oracle.outputs["proto"][0]).planes[:number]
        same_masks(drawn(got.masks, post["h"], post["w"]), unpacked(oracle, "post")[:number], planes)
