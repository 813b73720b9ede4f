"""The figures of one card, as one JSON object: what benchmarks/zoo.py runs in a process of its own.

python benchmarks/zoo_measure.py MODEL [--device cpu] [--tiny] [--processor] [--rounds N] [--seconds S] ...
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from checks import Bench, Skip, picture
from predict import randomly_weighted, samples
from random_weights import shaped, tame, threshold_for
from syncs import Reads, cuda_waits

from segstudio import zoo
from segstudio.core.errors import SegstudioError
from segstudio.engine.drafts import drafts
from segstudio.zoo.predictor import StagedPredictor, lacking, untrained

BATCH = 8
SLOW = 5.0  # seconds a picture from which waits are not counted: tests count them for every card
DETECTORS = ("detection.faster_rcnn:", "detection.mask_rcnn:", "detection.keypoint_rcnn:")
# Of the pictures that were published for cards that take a picture's own size: (height, width).
SIZES = {
    "hrnet-w48-ocr-cityscapes": (1024, 2048),
    "hrnet-w48-ocr-cityscapes-trainval": (1024, 2048),
    "hrnet-w18-small-cityscapes": (1024, 2048),
    "segnet-camvid": (360, 480),
    "pspnet50-ade20k": (473, 473),
    "pspnet50-voc2012": (473, 473),
    "retinaface-resnet50": (768, 1024),
    "retinaface-mobilenet": (768, 1024),
    "retinaface-mobilenet-leaky": (768, 1024),
    "retinaface-rfb": (768, 1024),
    "retinaface-slim": (768, 1024),
    "unet-carvana": (1280, 1918),
    "unet-carvana-half": (1280, 1918),
}

# What the published config.json of a network of transformers says besides the library's defaults.
_STAGES = {"model_type": "swin", "out_features": ["stage1", "stage2", "stage3", "stage4"]}
_TINY = {"embed_dim": 96, "depths": [2, 2, 6, 2], "num_heads": [3, 6, 12, 24], "window_size": 7}
_LARGE = {"embed_dim": 192, "depths": [2, 2, 18, 2], "num_heads": [6, 12, 24, 48], "window_size": 12}
CONFIGS: dict[str, dict[str, Any]] = {
    "segformer-b0-ade20k": {"num_labels": 150},
    "segformer-b0-cityscapes": {"num_labels": 19},
    "mask2former-swin-tiny": {"num_labels": 133, "backbone_config": _STAGES | _TINY},
    "oneformer-swin-large": {"num_labels": 133, "backbone_config": _STAGES | _LARGE, "is_training": False},
}


def loaded(card: zoo.Card, device: str, tiny: bool) -> tuple[Any, str]:
    """Return the model, and whether its weights are "published" or "random".

    Raises:
        Skip: It can't run here.
    """
    if lacking(card):
        raise Skip(f"it needs {', '.join(lacking(card))}")
    bench = Bench(device)
    if not tiny:
        try:
            with bench.model(card.name) as model:
                return model, "published"
        except Skip:
            pass
    if card.builder.startswith(("files.", "starter.")):
        raise Skip("it is its file, and that is not here")
    parts = {}
    for name in card.composes:
        try:
            with bench.model(name) as model:
                parts[name] = model
        except Skip as why:
            raise Skip(f"it runs on {name}: {why}") from why
    if not tiny and card.builder.startswith(DETECTORS):
        return randomly_weighted(card, device), "random"
    full = {"config": CONFIGS[card.name]} if card.name in CONFIGS else {}
    small = card if tiny else msgspec.structs.replace(card, tiny=full)
    return untrained(small, device, parts=parts), "random"


def scaled(card: zoo.Card) -> list[np.ndarray]:
    """Return the sample photos at the size that a card publishes."""
    import cv2

    size = SIZES.get(card.name) or (card.input.size if card.input else ())
    frames = [picture(path) for path in samples()]
    if len(size) == 2 and size[0] <= size[1]:
        return [cv2.resize(frame, (size[1], size[0]), interpolation=cv2.INTER_AREA) for frame in frames]
    return frames


def clock(call: Callable[[], Any], device: str, now: Callable[[], float] = time.perf_counter) -> tuple[float, Any]:
    """Return a call's seconds, by the clock that is given, and what it returned."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize()
        start, value = now(), call()
        torch.cuda.synchronize()
        return now() - start, value
    start, value = now(), call()
    return now() - start, value


def measure(card: zoo.Card, args: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one card.

    Raises:
        Skip: It can't run here.
    """
    model, weights = loaded(card, args.device, args.tiny)
    frames = scaled(card)[: args.pictures]
    row: dict[str, Any] = {"weights": weights, "pictures": len(frames), "size": list(frames[0].shape[:2])}
    options = zoo.Options()
    random = weights == "random"
    if random and not card.builder.startswith(DETECTORS):
        if isinstance(model, StagedPredictor):
            tame(model, frames[0])
        options = zoo.Options(threshold=threshold_for(model, frames[0]))
        row["threshold"] = options.threshold
    once, _ = clock(lambda: model.predict(frames[:1], options), args.device)
    if once < SLOW:
        row["waits"] = waits(model, [frames[0], frames[0]], options, args.device)
    times: dict[str, np.ndarray] = {}
    began, rounds, found = time.perf_counter(), 0, 0
    while rounds < args.rounds and (not rounds or time.perf_counter() - began < args.seconds):
        found = 0
        for i, frame in enumerate(frames):
            seconds, drawn = staged(model, frame, options, args, random)
            found += len(drawn)
            for name, value in seconds.items():
                best = times.setdefault(name, np.full(len(frames), np.inf))
                best[i] = min(best[i], value)
        rounds += 1
    row |= {"rounds": rounds, "objects": found / len(frames)}
    mean = {name: float(values.mean()) for name, values in times.items()}
    whole = sum(value for name, value in mean.items() if name != "bare")
    row |= {f"{name}_ms": 1000 * value for name, value in mean.items()} | {"all_ms": 1000 * whole}
    if "bare" in mean:
        # What `forward` does besides the network is decoding too.
        besides = max(mean["forward"] - mean["bare"], 0.0)
        row["share"] = (mean["decode"] + mean["annotations"] + besides) / whole
    if args.device.startswith("cuda"):
        row |= throughput(model, frames[0], args.device)
    return row


def staged(
    model: Any, frame: np.ndarray, options: zoo.Options, args: argparse.Namespace, random: bool
) -> tuple[dict[str, float], Any]:
    """Return the seconds of each stage on one frame, and what annotations came of it."""
    seconds: dict[str, float] = {}

    def step(name: str, call: Callable[[], Any]) -> Any:
        now = time.process_time if args.processor else time.perf_counter
        seconds[name], value = clock(call, args.device, now)
        return value

    if isinstance(model, StagedPredictor):
        inputs = step("prepare", lambda: model.prepare([frame]))
        step("bare", lambda: model.bare(inputs))
        outputs = step("forward", lambda: model.forward(inputs, options, zoo.Context()))
        outputs = shaped(model, outputs) if random else outputs
        results = step("decode", lambda: model.decode(outputs, [frame], options))
    else:
        results = step("predict", lambda: model.predict([frame], options))
    return seconds, step("annotations", lambda: drafts(results[0]))


def waits(model: Any, frames: list[np.ndarray], options: zoo.Options, device: str) -> int:
    """Return how often a batch makes its device wait."""
    if device.startswith("cuda"):
        with cuda_waits() as found:
            model.predict(frames, options)
        return len(found)
    with Reads() as reads:
        model.predict(frames, options)
    return reads.count


def throughput(model: Any, frame: np.ndarray, device: str) -> dict[str, float]:
    """Return pictures a second, one at a time in full precision, and in batches in half precision."""
    half, plain = zoo.Context(autocast=True), zoo.Context()
    batch = [frame] * BATCH
    model.predict(batch, context=half)
    one, _ = clock(lambda: [model.predict([f], context=plain) for f in batch], device)
    many, _ = clock(lambda: model.predict(batch, context=half), device)
    return {"plain_per_s": BATCH / one, "batched_per_s": BATCH / many}


def main() -> int:
    """Measure one card."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pictures", type=int, default=1)
    parser.add_argument("--processor", action="store_true")
    args = parser.parse_args()
    began = time.perf_counter()
    try:
        # What libraries print goes to the error stream: standard output is for the one object.
        with contextlib.redirect_stdout(sys.stderr):
            row = measure(zoo.Catalog().get(args.model), args)
    except (Skip, SegstudioError) as why:
        row = {"skipped": str(why)}
    else:
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
        row |= {"took_s": time.perf_counter() - began, "peak_gib": peak}
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
