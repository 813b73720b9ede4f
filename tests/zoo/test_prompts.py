"""SAM's kin against `transformers` itself on the same random weights; published names; files that do not fit."""

from __future__ import annotations

import dataclasses
import importlib.util
import re

import msgspec
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import masks
from segstudio.core.errors import InputError, SegstudioError, WeightsError
from segstudio.core.geometry import Box
from segstudio.zoo import Catalog, load, load_published, promptable, weights
from segstudio.zoo.blocks.enlarging import enlarge
from segstudio.zoo.blocks.sam import SamPredictor
from segstudio.zoo.predictor import untrained
from segstudio.zoo.promptable import Promptable
from segstudio.zoo.spec import WeightFile

pytest.importorskip("transformers")

KINDS = ("sam-vit-b", "sam2.1-tiny", "mobile-sam")
NONE = np.zeros((0, 2)), np.zeros(0, int)
POINT = np.array([[20.5, 12.5]]), np.array([1])
POINTS = np.array([[20.5, 12.5], [60.5, 40.5]]), np.array([1, 0])
BOX = Box(8, 6, 40, 30)


def photo(height: int = 50, width: int = 80) -> np.ndarray:
    rng = np.random.default_rng(3)
    small = rng.integers(0, 256, (height // 5 + 1, width // 5 + 1, 3), np.uint8)
    return np.ascontiguousarray(small.repeat(5, 0).repeat(5, 1)[:height, :width])


def tiny(name: str) -> SamPredictor:
    """Return the card's model in its tiny settings, with random weights that tell its parts apart."""
    torch.manual_seed(5)
    model = untrained(Catalog().get(name))
    assert isinstance(model, SamPredictor)
    for key, value in model.network.named_parameters():
        value.add_(torch.randn_like(value) * (0.3 if "mask_decoder" in key else 0.1))
    # One tensor in every published file.
    shared = model.network.shared_image_embedding.positional_embedding
    model.network.prompt_encoder.shared_embedding.positional_embedding.copy_(shared)
    return model


def stored(model: SamPredictor, state: dict, name: str = "model.safetensors"):
    """Return a card whose weights file of that name lies in the cache and holds `state`."""
    from safetensors.torch import save_file

    card = msgspec.structs.replace(model.card, settings={**model.card.settings, **model.card.tiny})
    place = weights.cache_dir() / "weights" / card.name / name
    place.parent.mkdir(parents=True)
    if name.endswith(".safetensors"):
        save_file({key: value.clone().contiguous() for key, value in state.items()}, place)
    else:
        torch.save({"model": state}, place)
    file = WeightFile(name, weights.digest(place), place.stat().st_size, "none", "a test")
    return msgspec.structs.replace(card, weights=(file,))


def reference(name: str, model: SamPredictor, frame: np.ndarray, points, labels, box, many: bool, logits=None):
    """Return masks and scores by the library's own preprocessing, forward and postprocessing."""
    from transformers import Sam2ImageProcessor, Sam2Processor, SamImageProcessor, SamProcessor

    square = {"height": 64, "width": 64}
    more = {}
    if len(points):
        # The library counts pixels; ours are continuous.
        more = {"input_points": [[(points - 0.5).tolist()]], "input_labels": [[labels.tolist()]]}
    if box is not None:
        more["input_boxes"] = [[[box.x, box.y, box.right, box.bottom]]]
    if name.startswith("sam2"):
        processor = Sam2Processor(Sam2ImageProcessor(size=square))
    else:
        processor = SamProcessor(SamImageProcessor(size={"longest_edge": 64}, pad_size=square))
    inputs = processor(images=frame, return_tensors="pt", **more)
    sizes = [inputs.pop("original_sizes")]
    if "reshaped_input_sizes" in inputs:
        sizes.append(inputs.pop("reshaped_input_sizes"))
    inputs = {key: value.float() if value.is_floating_point() else value for key, value in inputs.items()}
    if logits is not None:
        inputs["input_masks"] = torch.from_numpy(logits)[None, None]
    with torch.inference_mode():
        out = model.network(**inputs, multimask_output=many)
        pads = {} if name.startswith("sam2") else {"pad_size": square}
        found = processor.image_processor.post_process_masks(out.pred_masks, *sizes, **pads)[0]
    return found[0].numpy() > 0, out.iou_scores[0, 0].numpy().clip(0, 1)


def agree(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether at most two pixels in a thousand differ: where a logit is all but zero."""
    return (a != b).mean() <= 0.002


@pytest.mark.parametrize("size", [(50, 80), (90, 35), (64, 64), (30, 30)])
@pytest.mark.parametrize("name", ["sam-vit-b", "sam2.1-tiny"])
def test_a_point_gives_the_masks_and_scores_that_the_library_gives(name, size) -> None:
    model, frame = tiny(name), photo(*size)
    points = np.array([[20.5, 12.5]])
    expected, scores = reference(name, model, frame, points, np.array([1]), None, many=True)
    found = model.prompt(model.embed(frame), points, np.array([1]), None, None)
    order = [i for i in np.argsort(-scores, kind="stable") if expected[i].any()]
    assert len(found) == len(order) > 0
    for (mask, score), i in zip(found, order):
        assert agree(masks.paste(mask, *size) > 0, expected[i])
        assert score == pytest.approx(scores[i], abs=1e-4)


@pytest.mark.parametrize("name", ["sam-vit-b", "sam2.1-tiny"])
@pytest.mark.parametrize(("points", "box"), [(POINTS, None), (POINTS, BOX), (POINT, BOX)])
def test_several_prompts_put_the_single_answer_of_the_library_first(name, points, box) -> None:
    model, frame = tiny(name), photo()
    expected, scores = reference(name, model, frame, *points, box, many=False)
    found = model.prompt(model.embed(frame), *points, box, None)
    assert agree(masks.paste(found[0][0], 50, 80) > 0, expected[0])
    assert found[0][1] == pytest.approx(scores[0], abs=1e-4)
    others, scores = reference(name, model, frame, *points, box, many=True)
    order = [i for i in np.argsort(-scores, kind="stable") if others[i].any()]
    rest = [masks.paste(mask, 50, 80) > 0 for mask, _ in found[1:]]
    # The single answer may be one of them already.
    assert len(order) - 1 <= len(rest) <= len(order)
    assert all(any(agree(mine, others[i]) for i in order) for mine in rest)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@pytest.mark.parametrize("name", ["sam-vit-b", "sam2.1-tiny"])
def test_a_mask_is_a_prompt_too(name) -> None:
    model, frame = tiny(name), photo()
    before = masks.from_box(Box(10, 5, 30, 25), 80, 50)
    logits = model._coarse(before, (50, 80))
    height, width = (s / 4 for s in model.reach((50, 80)))
    # Well inside it is sure, well outside it is sure not, and what lies below the picture is outside.
    assert logits[round(15 / 50 * height), round(25 / 80 * width)] > 6
    assert logits[round(45 / 50 * height) - 1, round(70 / 80 * width) - 1] < -6
    assert (logits[int(height) + 1 :] < -6).all()
    expected, _ = reference(name, model, frame, *POINT, None, many=False, logits=logits)
    found = model.prompt(model.embed(frame), *POINT, None, before)
    assert agree(masks.paste(found[0][0], 50, 80) > 0, expected[0])
    assert found[0][0] != model.prompt(model.embed(frame), *POINT, None, None)[0][0]


@pytest.mark.parametrize("name", KINDS)
def test_models_keep_the_protocol(name) -> None:
    model = tiny(name)
    assert isinstance(model, Promptable)
    seen = model.embed(photo())
    assert seen.size == (50, 80)
    assert seen.bytes == sum(t.numel() * 4 for t in seen.state) > 0
    best = model.prompt(seen, *NONE, BOX, None)[0][0]
    assert model.prompt_box(photo(), BOX) == best
    with pytest.raises(InputError, match="a box, or a point"):
        model.prompt(seen, np.array([[3.0, 3.0]]), np.array([0]), None, None)
    with pytest.raises(InputError, match="no area"):
        model.prompt(seen, *NONE, Box(200, 200, 9, 9), None)
    with pytest.raises(InputError, match="finds nothing by itself"):
        model.predict([photo()])


@pytest.mark.parametrize(("name", "top", "bottom"), [("sam-vit-b", 40, 80), ("sam2.1-tiny", 25, 50)])
def test_masks_have_the_pixels_of_the_picture_also_where_a_copy_was_seen(name, top, bottom, monkeypatch) -> None:
    model = tiny(name)
    plane = np.full((1, 16, 16), -1, np.float32)
    plane[0, 4:8, 4:12] = 1
    monkeypatch.setattr(model, "_answer", lambda given, many: (plane, np.array([0.5], np.float32)))
    seen = dataclasses.replace(model.embed(photo(50, 80)), size=(100, 160))
    ((mask, _),) = model.prompt(seen, *POINT, None, None)
    box = mask.bounds
    assert np.allclose((box.x, box.right, box.y, box.bottom), (40, 120, top, bottom), atol=2)


# From the library's names to those in Meta's files.
_META_HEAD = [
    (r"^prompt_encoder\.point_embed\.", "prompt_encoder.point_embeddings."),
    (r"mask_embed\.conv1", "mask_downscaling.0"),
    (r"mask_embed\.layer_norm1", "mask_downscaling.1"),
    (r"mask_embed\.conv2", "mask_downscaling.3"),
    (r"mask_embed\.layer_norm2", "mask_downscaling.4"),
    (r"mask_embed\.conv3", "mask_downscaling.6"),
    (r"upscale_conv1", "output_upscaling.0"),
    (r"upscale_layer_norm", "output_upscaling.1"),
    (r"upscale_conv2", "output_upscaling.3"),
    (r"(mlps\.\d|_head)\.layers\.0\.", r"\1.layers.1."),
    (r"(mlps\.\d|_head)\.proj_in\.", r"\1.layers.0."),
    (r"(mlps\.\d|_head)\.proj_out\.", r"\1.layers.2."),
    (r"^(mask_decoder\.transformer.*)layer_norm", r"\1norm"),
    (r"^vision_encoder\.neck\.conv1\.", "image_encoder.neck.0."),
    (r"^vision_encoder\.neck\.layer_norm1\.", "image_encoder.neck.1."),
    (r"^vision_encoder\.neck\.conv2\.", "image_encoder.neck.2."),
    (r"^vision_encoder\.neck\.layer_norm2\.", "image_encoder.neck.3."),
]
_META = {
    "sam-vit-b": [
        (r"^vision_encoder\.patch_embed\.projection", "image_encoder.patch_embed.proj"),
        (r"^vision_encoder\.layers\.(\d+)\.layer_norm", r"image_encoder.blocks.\1.norm"),
        (r"^vision_encoder\.layers\.", "image_encoder.blocks."),
        (r"^vision_encoder\.", "image_encoder."),
    ],
    "sam2.1-tiny": [
        (r"^vision_encoder\.backbone\.patch_embed\.projection", "image_encoder.trunk.patch_embed.proj"),
        (r"^vision_encoder\.backbone\.(blocks\.\d+)\.layer_norm", r"image_encoder.trunk.\1.norm"),
        (r"^vision_encoder\.backbone\.", "image_encoder.trunk."),
        (r"^vision_encoder\.neck\.convs\.(\d)\.", r"image_encoder.neck.convs.\1.conv."),
        (r"\.mlp\.proj_in\.", ".mlp.layers.0."),
        (r"\.mlp\.proj_out\.", ".mlp.layers.1."),
        (r"\.o_proj\.", ".out_proj."),
        (r"^no_memory_embedding$", "no_mem_embed"),
        (r"^(prompt_encoder|mask_decoder)\.", r"sam_\1."),
    ],
    "mobile-sam": [
        (r"^vision_encoder\.body\.patch_embed\.conv1\.", "image_encoder.patch_embed.seq.0."),
        (r"^vision_encoder\.body\.patch_embed\.conv2\.", "image_encoder.patch_embed.seq.2."),
        (r"^vision_encoder\.body\.stages\.1\.downsample", "image_encoder.layers.0.downsample"),
        (r"^vision_encoder\.body\.stages\.2\.downsample", "image_encoder.layers.1.downsample"),
        (r"^vision_encoder\.body\.stages\.3\.downsample", "image_encoder.layers.2.downsample"),
        (r"^vision_encoder\.body\.stages\.", "image_encoder.layers."),
        (r"^(image_encoder\..*)\.conv\.weight$", r"\1.c.weight"),
    ],
}


def as_published(name: str, state: dict) -> dict:
    """Return a state dict under the names of its authors' file, with what else those files carry."""
    whole = {}
    for key, value in state.items():
        if key == "shared_image_embedding.positional_embedding":
            continue
        key = key.replace("shared_embedding.positional_embedding", "pe_layer.positional_encoding_gaussian_matrix")
        for pattern, text in (*_META_HEAD, *_META[name]):
            key = re.sub(pattern, text, key)
        whole[key] = value.clone()
    points = whole.pop("sam_prompt_encoder.point_embeddings.weight", None)
    if points is not None:
        whole.update({f"sam_prompt_encoder.point_embeddings.{i}.weight": points[i : i + 1] for i in range(4)})
        whole.update({"maskmem_tpos_enc": torch.zeros(7, 1, 1, 64), "obj_ptr_proj.layers.0.bias": torch.zeros(3)})
        whole["memory_attention.norm.weight"] = torch.zeros(3)
    if name == "mobile-sam":
        whole.update({"image_encoder.norm_head.weight": torch.zeros(16), "image_encoder.head.bias": torch.zeros(9)})
    return whole


@pytest.mark.parametrize("file", ["model.safetensors", "model.pt"])
@pytest.mark.parametrize("layout", ["the library's", "the authors'"])
@pytest.mark.parametrize("name", KINDS)
def test_weights_load_from_either_layout_and_give_the_same_masks(name, layout, file) -> None:
    model, frame = tiny(name), photo()
    state = model.network.state_dict()
    # Files of the library carry a shared tensor once.
    state.pop("prompt_encoder.shared_embedding.positional_embedding" if layout == "the library's" else "", None)
    if layout == "the authors'":
        assert not any("vision_encoder" in key for key in as_published(name, state))
        state = as_published(name, state)
    again = load(stored(model, state, file))
    assert isinstance(again, SamPredictor)
    assert again.prompt(again.embed(frame), *POINT, None, None) == model.prompt(model.embed(frame), *POINT, None, None)


def test_files_that_do_not_fit_are_named_with_what_is_wrong() -> None:
    model, other = tiny("sam-vit-b"), tiny("sam2.1-tiny")
    with pytest.raises(WeightsError, match=r"not of SAM ViT-B: .*missing.*unknown"):
        load_published(model.card, other.network.state_dict(), tiny=True)
    half = dict(list(model.network.state_dict().items())[:40])
    with pytest.raises(WeightsError, match=r"not of SAM ViT-B: \d+ of \d+ tensors are missing"):
        load(stored(model, half))
    place = weights.path_of(model.card, WeightFile("model.safetensors", "0" * 64, 1, "none", "a test"))
    card = stored(other, other.network.state_dict())
    place = weights.path_of(card, card.weights[0])
    content = place.read_bytes()
    place.write_bytes(content[: len(content) // 2])
    with pytest.raises(WeightsError, match="is damaged") as caught:
        load(card)
    assert str(place) in str(caught.value)


def test_the_published_files_are_pinned_in_full() -> None:
    cards = [card for card in Catalog() if card.task == "prompts"]
    assert {"mobile-sam", "sam2.1-tiny", "sam-vit-b"} <= {card.name for card in cards}
    for card in cards:
        assert [file.exact for file in card.weights] == [True]
        assert card.label_set().labels == ()
    assert promptable.ready(Catalog()) == []


def test_without_the_library_the_card_says_what_to_install(monkeypatch) -> None:
    model = tiny("sam2.1-tiny")
    card = stored(model, model.network.state_dict())

    class Shelf(Catalog):
        def __iter__(self):
            return iter([card])

    assert promptable.ready(Shelf()) == [card]
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "transformers" else real(name))
    assert promptable.ready(Shelf()) == []
    with pytest.raises(SegstudioError, match=r"needs the Python module 'transformers'") as caught:
        load(card)
    assert "pip install 'segstudio[prompts]'" in str(caught.value)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 90), st.integers(1, 90), st.integers(0, 10**6))
def test_enlarging_only_what_can_be_set_gives_the_pixels_of_enlarging_all(h, w, height, width, seed) -> None:
    rng = np.random.default_rng(seed)
    plane = np.where(rng.random((h, w)) < 0.2, rng.normal(size=(h, w)), -1).astype(np.float32)
    whole = F.interpolate(torch.from_numpy(plane)[None, None], (height, width), mode="bilinear", align_corners=False)
    # Where a value is all but zero either answer is right.
    clear = whole[0, 0].abs().numpy() > 1e-4
    got = masks.paste(enlarge(plane, (height, width)), height, width) > 0
    assert (got == (whole[0, 0].numpy() > 0))[clear].all()


def test_the_starter_network_answers_points_at_several_scales(starter) -> None:
    model = load(starter("starter-instances"))
    assert isinstance(model, Promptable)
    rng = np.random.default_rng(0)
    frame = rng.integers(30, 60, (240, 320, 3), np.uint8)
    frame[60:140, 40:120] = (230, 40, 40)
    frame[60:140, 200:280] = (40, 40, 230)
    seen = model.embed(frame)
    found = model.prompt(seen, np.array([[80.5, 100.5]]), np.array([1]), None, None)
    assert len(found) > 1
    assert all(masks.paste(mask, 240, 320)[100, 80] for mask, _ in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    # A point beside it: the first answer leaves it out.
    found = model.prompt(seen, np.array([[80.5, 100.5], [240.5, 100.5]]), np.array([1, 0]), None, None)
    first = masks.paste(found[0][0], 240, 320)
    assert first[100, 80]
    assert not first[100, 240]
    boxed = model.prompt(seen, *NONE, Box(36, 56, 90, 90), None)
    # The same of a picture of twice the size that was seen smaller.
    twice = dataclasses.replace(seen, size=(480, 640))
    large = model.prompt(twice, *NONE, Box(72, 112, 180, 180), None)
    assert masks.iou(large[0][0], masks.from_box(Box(80, 120, 160, 160), 640, 480)) > 0.7
    pointed = model.prompt(twice, np.array([[161.0, 201.0]]), np.array([1]), None, None)
    assert all(masks.paste(mask, 480, 640)[201, 161] for mask, _ in pointed)
    assert masks.iou(boxed[0][0], masks.from_box(Box(40, 60, 80, 80), 320, 240)) > 0.7
