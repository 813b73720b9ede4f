"""What each model of the zoo costs on one picture, beside its bare network, and how fast it goes in batches.

On every card that can run here, with its published weights where they are in the cache or in the reference data, else
with random weights in full size (the time of layers does not depend on them; that of decoding does, since random
networks find either nothing or a great many things):

- one picture, scaled to the size that the card publishes: prepare, the network alone, decoding and the making of
  annotations (masks encoded), and the whole;
- `share`: decoding and annotations as a part of the whole, to stay below 15 % on a CPU;
- `waits`: how often a batch of two makes its device wait (counted as `syncs` does, where there is no CUDA);
- on CUDA, pictures a second: one at a time in full precision against batches in half precision and channels_last.

    python benchmarks/zoo.py [--quick] [--json] [--device cpu] [--tiny] [MODEL or TASK ...]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from checks import Bench, Skip, picture
from common import arguments, finish, machine
from predict import randomly_weighted, samples
from syncs import Reads, cuda_waits

from segstudio import zoo
from segstudio.core.errors import SegstudioError
from segstudio.engine.drafts import drafts
from segstudio.zoo.predictor import StagedPredictor, lacking, untrained

SHARE = 0.15
BATCH = 8
DETECTORS = ("detection.faster_rcnn:", "detection.mask_rcnn:", "detection.keypoint_rcnn:")


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
    small = card if tiny else msgspec.structs.replace(card, tiny={})
    return untrained(small, device, parts=parts), "random"


def scaled(card: zoo.Card) -> list[np.ndarray]:
    """Return the sample photos at the size that a card publishes."""
    import cv2

    size = card.input.size if card.input else ()
    frames = [picture(path) for path in samples()]
    if len(size) == 2 and size[0] <= size[1] and max(size) < 4096:
        return [cv2.resize(frame, (size[1], size[0]), interpolation=cv2.INTER_AREA) for frame in frames]
    return frames


def clock(call: Callable[[], Any], device: str) -> tuple[float, Any]:
    """Return a call's seconds (of the processor, where that does the work), and what it returned."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize()
        start, value = time.perf_counter(), call()
        torch.cuda.synchronize()
        return time.perf_counter() - start, value
    start, value = time.process_time(), call()
    return time.process_time() - start, value


def measure(card: zoo.Card, device: str, quick: bool, tiny: bool) -> dict[str, Any]:
    """Return the figures of one card.

    Raises:
        Skip: It can't run here.
    """
    model, weights = loaded(card, device, tiny)
    options, context = zoo.Options(), zoo.Context()
    frames = scaled(card)[: 2 if quick else 4]
    row: dict[str, Any] = {"weights": weights, "pictures": len(frames)}
    times: dict[str, list[float]] = {
        name: [] for name in ("prepare", "bare", "forward", "decode", "annotations", "all")
    }
    rounds = 1 if quick else 3
    model.predict(frames[:1], options)
    for _ in range(rounds):
        for frame in frames:
            whole, results = clock(lambda f=frame: model.predict([f], options), device)
            drawn, _ = clock(lambda r=results: drafts(r[0]), device)
            times["all"].append(whole + drawn)
            times["annotations"].append(drawn)
            if isinstance(model, StagedPredictor):
                seconds, inputs = clock(lambda f=frame: model.prepare([f]), device)
                times["prepare"].append(seconds)
                times["bare"].append(clock(lambda i=inputs: model.bare(i), device)[0])
                seconds, outputs = clock(lambda i=inputs: model.forward(i, options, context), device)
                times["forward"].append(seconds)
                seconds, _ = clock(lambda o=outputs, f=frame: model.decode(o, [f], options), device)
                times["decode"].append(seconds)
    row |= {f"{name}_ms": 1000 * float(np.median(values)) for name, values in times.items() if values}
    if times["bare"]:
        # What `forward` does besides the network is decoding too.
        network = np.array(times["forward"]) - np.array(times["bare"])
        decoding = np.array(times["decode"]) + np.array(times["annotations"]) + network.clip(0)
        row["share"] = float(np.median(decoding / np.array(times["all"])))
    row["objects"] = float(np.mean([len(drafts(results)) for results in model.predict(frames, options)]))
    row["waits"] = waits(model, [frames[0], frames[0]], device)
    if device.startswith("cuda"):
        row |= throughput(model, frames[0], device)
    return row


def waits(model: Any, frames: list[np.ndarray], device: str) -> int:
    """Return how often a batch makes its device wait."""
    if device.startswith("cuda"):
        with cuda_waits() as found:
            model.predict(frames)
        return len(found)
    with Reads() as reads:
        model.predict(frames)
    return reads.count


def throughput(model: Any, frame: np.ndarray, device: str) -> dict[str, float]:
    """Return pictures a second, one at a time in full precision, and in batches in half precision."""
    half, plain = zoo.Context(autocast=True), zoo.Context()
    batch = [frame] * BATCH
    model.predict(batch, context=half)
    one, _ = clock(lambda: [model.predict([f], context=plain) for f in batch], device)
    many, _ = clock(lambda: model.predict(batch, context=half), device)
    return {"plain_per_s": BATCH / one, "batched_per_s": BATCH / many}


def lines(name: str, row: dict[str, Any]) -> str:
    """Return what is printed of a card."""
    if "skipped" in row:
        return f"{name:30} skipped: {row['skipped']}"
    said = f"{name:30} {row['weights']:9} all {row['all_ms']:8.1f} ms"
    if "bare_ms" in row:
        said += f", network {row['bare_ms']:8.1f} ms, decoding {100 * row['share']:4.1f} %"
    said += f", {row['objects']:5.1f} objects, {row['waits']} waits a batch"
    if "batched_per_s" in row:
        said += f", {row['plain_per_s']:.1f} -> {row['batched_per_s']:.1f} pictures/s"
    return said


def main() -> int:
    """Measure the cards that are named, or all."""
    parser = arguments(__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL | TASK")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--tiny", action="store_true", help="the tiny settings, to see that it runs")
    args = parser.parse_args()
    wanted = set(args.models)
    cards = [c for c in zoo.Catalog() if c.task != "prompts" and (not wanted or {c.name, c.task} & wanted)]
    if wanted and not cards:
        raise SystemExit(f"There is no model and no task of these names: {', '.join(sorted(wanted))}.")
    rows, reached = {}, {}
    for card in cards:
        try:
            row = measure(card, args.device, args.quick, args.tiny)
        except (Skip, SegstudioError) as why:
            row = {"skipped": str(why)}
        rows[card.name] = row
        if row.get("weights") == "published" and "share" in row and args.device == "cpu":
            reached[f"{card.name}: decoding"] = row["share"] < SHARE
        if not args.json:
            print(lines(card.name, row), flush=True)
    failed = [f"{name}: more than {100 * SHARE:.0f} %" for name, held in reached.items() if not held]
    return finish({"machine": machine(), "device": args.device, "models": rows, "reached": reached}, args.json, failed)


if __name__ == "__main__":
    sys.exit(main())
