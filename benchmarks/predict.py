"""What prediction through segstudio costs beside the bare model call, and what it does to the window meanwhile.

For each model, on the sample photos:

- one picture: from the decoded picture to annotations in the project (masks encoded, ingest, one undo step on disk)
  against the network called alone on the same, ready-made tensors; the two take turns, and the median of the ratios
  counts. On a machine that is busy with other things the ratio of processor time is the one to trust;
- a folder: decoding included, per picture, against the same network calls in a loop;
- the window: a 10-ms timer of a Qt event loop, idle and while a folder is predicted in the same process.

Mask R-CNN runs with its published weights where they are in the cache. Elsewhere its weights are random, scaled so that
it finds about as many objects as a photo shows: the time of its layers does not depend on the weights, that of its
masks does, and random masks are ragged, which makes them dearer than true ones.

    python benchmarks/predict.py [--quick] [--json] [--device cpu] [--model NAME ...]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from segstudio import zoo
from segstudio.core import changes
from segstudio.core.errors import SegstudioError, WeightsError
from segstudio.core.media import Media
from segstudio.engine import Engine
from segstudio.media import read_image
from segstudio.store import ProjectFile

MODELS = ("starter-instances", "mask-rcnn-r50-fpn")
CANDIDATES = 200  # boxes above the threshold, before suppression, that randomly weighted models are tuned to find
THRESHOLD = 0.3
TO_REACH = {"one_ratio": 1.10, "folder_ratio": 1.0 / 0.9, "window_p99_ms": 50.0}


def samples() -> list[Path]:
    """Return the sample photos."""
    folder = Path(str(files("segstudio.resources") / "samples"))
    return sorted(folder.glob("*.jpg"))


class Loader:
    """`zoo.load`, or the same model with random weights where the published ones are not at hand."""

    def __init__(self) -> None:
        self.random: set[str] = set()

    def __call__(self, card: zoo.Card, device: str) -> Any:
        try:
            return zoo.load(card, device)
        except WeightsError:
            if card.starter:
                raise
            self.random.add(card.name)
            return randomly_weighted(card, device)


def randomly_weighted(card: zoo.Card, device: str) -> Any:
    """Return a full-size R-CNN with random weights that finds some objects in the first sample photo."""
    import torch

    from segstudio.zoo.predictor import untrained

    torch.manual_seed(0)
    predictor: Any = untrained(msgspec.structs.replace(card, tiny={}), device)
    heads, rpn = predictor.network.roi_heads, predictor.network.rpn
    inputs = predictor.prepare([read_image(samples()[0]).rgb])
    size, predictor.network.transform.min_size = predictor.network.transform.min_size, (320,)
    seen: dict[str, Any] = {}
    layers = {
        "rpn": rpn.head.bbox_pred,
        "boxes": heads.box_predictor.bbox_pred,
        "classes": heads.box_predictor.cls_score,
    }
    for wanted, (name, layer) in zip((0.2, 0.2, 2.0), layers.items()):
        hook = layer.register_forward_hook(lambda _m, _i, out, name=name: seen.__setitem__(name, out))
        predictor.bare(inputs)
        hook.remove()
        with torch.no_grad():
            layer.weight.mul_(wanted / float(seen[name].std()))
    hook = layers["classes"].register_forward_hook(lambda _m, _i, out: seen.__setitem__("classes", out))
    predictor.bare(inputs)
    hook.remove()
    low, high = -20.0, 40.0
    for _ in range(30):
        middle = (low + high) / 2
        logits = seen["classes"].clone()
        logits[:, 0] += middle
        count = int((logits.softmax(-1)[:, 1:] > THRESHOLD).sum())
        low, high = (middle, high) if count > CANDIDATES else (low, middle)
    with torch.no_grad():
        layers["classes"].bias[0] += high
    predictor.network.transform.min_size = size
    return predictor


def bare_call(predictor: Any, rgb: np.ndarray, options: zoo.Options) -> Callable[[], object]:
    """Return the network calls that one picture takes, on tensors that are ready, and nothing else."""
    if hasattr(predictor, "bare"):
        inputs = predictor.prepare([rgb])
        return lambda: predictor.bare(inputs)
    # A model of two networks: the tensors that it gives them are recorded once.
    calls: list[Callable[[], object]] = []

    class Recorder:
        def __init__(self, network: Any) -> None:
            self.network = network

        def setInput(self, blob: np.ndarray) -> None:
            def call() -> None:
                self.network.setInput(blob)
                self.network.forward(self.network.getUnconnectedOutLayersNames()[0])

            calls.append(call)
            self.network.setInput(blob)

        def __call__(self, batch: np.ndarray, names: list[str]) -> list[np.ndarray]:
            calls.append(lambda: self.network(batch, names))
            return self.network(batch, names)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.network, name)

    parts = (predictor, predictor.boxes)
    for part in parts:
        part.network = Recorder(part.network)
    predictor.predict([rgb], options)
    for part in parts:
        part.network = part.network.network
    return lambda: [call() for call in calls]


def timed(call: Callable[[], object], device: str) -> np.ndarray:
    """Return (seconds by the clock, seconds of all processor cores) of a call, with what it has put on the GPU."""
    start = np.array([time.perf_counter(), time.process_time()])
    call()
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize()
    return np.array([time.perf_counter(), time.process_time()]) - start


def ratios(ours: list[np.ndarray], bare: list[np.ndarray]) -> np.ndarray:
    """Return the median ratios of neighbouring measurements: by the clock, and in processor time."""
    return np.median(np.array(ours) / np.array(bare), axis=0)


def project_of(pictures: list[Path], folder: Path) -> ProjectFile:
    """Return a project file over pictures."""
    project = ProjectFile.create(folder / f"{time.time_ns()}.segstudio", pictures[0].parent)
    first = project.new_ids("media", len(pictures))
    project.commit(changes.insert([Media(first + i, p.name) for i, p in enumerate(pictures)], "Add"))
    return project


def measure(model: str, device: str, quick: bool) -> dict[str, Any]:
    """Return the figures of one model."""
    loader, options = Loader(), zoo.Options(threshold=THRESHOLD)
    times: dict[str, list[np.ndarray]] = {name: [] for name in ("bare", "ours", "loop", "run")}
    with tempfile.TemporaryDirectory() as name, Engine(load=loader) as engine:
        engine.preload(model, device=device).outcome()
        # Taken from the engine's cache, so that both sides call one and the same network.
        used = engine.device(device)
        predictor = engine.cache.get(engine.catalog.get(model), used)
        first = bare_call(predictor, read_image(samples()[0]).rgb, options)
        first()
        each = timed(first, used)[0]
        budget = 20.0 if quick else 120.0
        pictures = samples()[: min(max(int(budget / 4 / each), 2), len(samples()))]
        rounds = min(max(int(budget / 2 / each / len(pictures)), 2), 20)
        frames = [read_image(p).rgb for p in pictures]
        bare = [bare_call(predictor, f, options) for f in frames]
        with project_of(pictures, Path(name)) as project:
            media = project.media()

            def ours(i: int) -> Callable[[], object]:
                return lambda: engine.predict_one(
                    project, media[i], model, rgb=frames[i], device=device, options=options
                ).outcome()

            for i in range(len(frames)):
                ours(i)()
            for _ in range(rounds):
                for i, call in enumerate(bare):
                    times["bare"].append(timed(call, used))
                    times["ours"].append(timed(ours(i), used))
            objects = sum(project.counts("media").values())
        with project_of(pictures, Path(name)) as project:
            for _ in range(max(rounds // 2, 2)):
                times["loop"].append(timed(lambda: [call() for call in bare], used))
                run = lambda: engine.predict_many(  # noqa: E731
                    project, None, model, device=device, options=options
                ).outcome()
                times["run"].append(timed(run, used))
    one, folder = ratios(times["ours"], times["bare"]), ratios(times["run"], times["loop"])
    ms = {name: 1000 * float(np.median([t[0] for t in values])) for name, values in times.items()}
    return {
        "model": model,
        "device": used,
        "weights": "random" if model in loader.random else "published",
        "objects_a_picture": round(objects / len(frames), 1),
        "pictures": len(frames),
        "rounds": rounds,
        "one_bare_ms": ms["bare"],
        "one_ours_ms": ms["ours"],
        "one_ratio": float(one[0]),
        "one_processor_ratio": float(one[1]),
        "folder_bare_ms": ms["loop"] / len(frames),
        "folder_ours_ms": ms["run"] / len(frames),
        "folder_ratio": float(folder[0]),
        "folder_processor_ratio": float(folder[1]),
    }


def window(model: str, device: str, seconds: float) -> dict[str, float]:
    """Return the gaps between the ticks of a 10-ms timer in an event loop, idle and while a folder is predicted."""
    import os

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication([])
    ticks: list[float] = []
    timer = QTimer(interval=10, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start()

    def listen(until: Callable[[], bool]) -> np.ndarray:
        ticks.clear()
        while not until():
            app.processEvents()
            time.sleep(0.0005)
        return 1000 * np.diff(ticks)

    with tempfile.TemporaryDirectory() as name, Engine(load=Loader()) as engine:
        end = time.perf_counter() + seconds
        idle = listen(lambda: time.perf_counter() > end)
        options = zoo.Options(threshold=THRESHOLD)
        with project_of(samples(), Path(name)) as project:
            engine.predict_many(project, None, model, device=device, options=options).outcome()
            stop = threading.Event()
            gaps: list[np.ndarray] = []
            end = time.perf_counter() + seconds
            while not stop.is_set():
                job = engine.predict_many(project, None, model, device=device, options=options)
                gaps.append(listen(lambda job=job: job.wait(0)))
                if time.perf_counter() > end:
                    stop.set()
    busy = np.concatenate(gaps)
    return {
        "window_idle_p99_ms": float(np.percentile(idle, 99)),
        "window_p50_ms": float(np.percentile(busy, 50)),
        "window_p99_ms": float(np.percentile(busy, 99)),
        "window_max_ms": float(busy.max()),
    }


def in_a_process_of_its_own(model: str, device: str, seconds: float) -> dict[str, float]:
    """Return `window`, measured where nothing else has happened before."""
    command = [sys.executable, __file__, "--window", str(seconds), "--model", model, "--device", device]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode:
        return {"window_error": done.stderr.strip().splitlines()[-1]}  # type: ignore[dict-item]
    return json.loads(done.stdout)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a minute or so, for a look")
    parser.add_argument("--json", action="store_true", help="one object on standard output")
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda:0, mps (default: cpu)")
    parser.add_argument("--model", nargs="+", default=MODELS, help=f"default: {' '.join(MODELS)}")
    parser.add_argument("--window", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.window:
        print(json.dumps(window(args.model[0], args.device, args.window)))
        return 0
    found = []
    for model in args.model:
        try:
            figures = measure(model, args.device, args.quick)
        except SegstudioError as error:
            found.append({"model": model, "error": str(error)})
            continue
        figures |= in_a_process_of_its_own(model, args.device, 3.0 if args.quick else 20.0)
        found.append(figures)
    if args.json:
        print(json.dumps({"benchmark": "predict", "to_reach": TO_REACH, "models": found}))
        return 0
    for figures in found:
        print()
        for name, value in figures.items():
            goal = f"   (to reach: {TO_REACH[name]:.2f})" if name in TO_REACH else ""
            print(f"{name:20} {value:10.2f}{goal}" if isinstance(value, float) else f"{name:20} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
