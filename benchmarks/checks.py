"""What the checks of accuracy share: the check itself, where weights and data lie, and COCO's scores by the program."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from segstudio import zoo
from segstudio.cli.main import main as segstudio
from segstudio.core.errors import WeightsError
from segstudio.learn import metrics
from segstudio.media import read_image
from segstudio.zoo import weights

SLACK = 0.02  # of a documented figure, by which a measured one may be worse
SHARED = Path(__file__).resolve().parents[2] / "shared"


class Skip(Exception):
    """What a check needs is not here; the message says what."""


@dataclass(frozen=True)
class Check:
    """A model's accuracy on real pictures.

    Args:
        name: As typed.
        card: The model.
        what: What is measured, and on what, in one line.
        reported: What is said elsewhere of the same weights, by figure. It was measured on other pictures, or on others
            of the same objects: it tells where the figures should lie, not what they should be.
        measure: Returns the figures; gets what it needs from the bench. Raises `Skip` where something is not here.
        documented: What the guide says was measured by this check, by figure, to three digits.
        errors: Figures of which less is better.
    """

    name: str
    card: str
    what: str
    reported: Mapping[str, float]
    measure: Callable[[Bench], Mapping[str, float]]
    documented: Mapping[str, float] = field(default_factory=dict)
    errors: frozenset[str] = frozenset()

    def holds(self, figure: str, value: float) -> bool:
        """Whether a figure is not clearly worse than the documented one: other processors round otherwise."""
        worse = (value - self.documented[figure]) * (1 if figure in self.errors else -1)
        return worse <= max(SLACK * abs(self.documented[figure]), 0.0005)


@dataclass
class Bench:
    """Where weights and data come from during a check.

    Args:
        device: Where models run.
        pictures: At most so many of a data set; 0 for all.
        cache: The user's own cache; weights are only read from it.
    """

    device: str = "cpu"
    pictures: int = 0
    cache: Path = field(default_factory=weights.cache_dir)

    @contextlib.contextmanager
    def ready(self, name: str) -> Iterator[zoo.Card]:
        """Yield a card whose weights lie in the cache that this process sees meanwhile.

        They are linked from the user's cache, or from the reference data, where a file of the sum (or, where the card
        states none, of the name) is taken.

        Raises:
            Skip: A file is neither here nor there.
        """
        catalog = zoo.Catalog()
        if name not in catalog:
            raise Skip(f"there is no model '{name}'")
        with tempfile.TemporaryDirectory() as folder:
            before = os.environ.get("SEGSTUDIO_CACHE")
            os.environ["SEGSTUDIO_CACHE"] = folder
            try:
                for part in catalog.parts(catalog.get(name)):
                    for file in part.weights:
                        target = weights.path_of(part, file)
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.symlink_to(self._find(part, file))
                yield catalog.get(name)
            finally:
                if before is None:
                    del os.environ["SEGSTUDIO_CACHE"]
                else:
                    os.environ["SEGSTUDIO_CACHE"] = before

    def _find(self, card: zoo.Card, file: Any) -> Path:
        own = self.cache / "weights" / card.name / file.name
        if own.is_file():
            return own
        # Those of the same name first: the sums of large files take a while.
        found = sorted((SHARED / "weights").rglob("*.*"), key=lambda p: p.name != file.name)
        for path in found:
            if path.is_file() and (path.name == file.name or abs(path.stat().st_size - file.bytes) < 1024):
                try:
                    weights.verify(file, path)
                except WeightsError:
                    continue
                return path
        raise Skip(f"{file.name} of {card.name} is neither in the cache nor in the reference data")

    @contextlib.contextmanager
    def model(self, name: str) -> Iterator[Any]:
        """Yield a loaded model with its published weights.

        Raises:
            Skip: They are not here.
        """
        with self.ready(name) as card:
            yield zoo.load(card, self.device)

    def data(self, *parts: str) -> Path:
        """Return a file or folder of the reference data.

        Raises:
            Skip: It is not here.
        """
        path = SHARED.joinpath("data", *parts)
        if not path.exists():
            raise Skip(f"the reference data has no {'/'.join(parts)} (a folder 'shared' beside the repository)")
        return path

    def some(self, items: Sequence[Any]) -> list[Any]:
        """Return as many of the pictures (or whatever is gone through) as are wanted."""
        return list(items[: self.pictures or None])

    def coco(self, name: str, folder: Path, truth: Path, task: metrics.Task, threshold: float) -> dict[str, float]:
        """Return COCO's figures of a model, by the commands `predict` and `eval` that a person would type.

        Args:
            name: The model.
            folder: Of the pictures.
            truth: The data set's JSON.
            task: What is compared.
            threshold: Lowest score that counts; lower ones add little to AP and much to the time.
        """
        document = json.loads(truth.read_bytes())
        document["images"] = self.some(document["images"])
        ids = {image["id"] for image in document["images"]}
        document["annotations"] = [a for a in document["annotations"] if a["image_id"] in ids]
        with self.ready(name) as card, tempfile.TemporaryDirectory() as place:
            part, found = Path(place) / "truth.json", Path(place) / "found.json"
            part.write_text(json.dumps(document), encoding="utf-8")
            words = ["predict", *(str(folder / image["file_name"]) for image in document["images"])]
            words += ["--model", card.name, "--images", str(part), "--format", "coco-results", "--out", str(found)]
            words += ["--device", self.device, "--threshold", str(threshold), "--json"]
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                code = segstudio(words)
            # 1 says that some of the truth could not be read, such as a crowd's outline: no matter here.
            if code > 1:
                raise RuntimeError(said.getvalue())
            return _scores(part, found, task)

    def scores(self, document: dict, rows: list[dict], task: metrics.Task) -> dict[str, float]:
        """Return COCO's figures of results, on those pictures of a data set that it still lists."""
        ids = {image["id"] for image in document["images"]}
        document = {**document, "annotations": [a for a in document["annotations"] if a["image_id"] in ids]}
        with tempfile.TemporaryDirectory() as place:
            part, found = Path(place) / "truth.json", Path(place) / "found.json"
            part.write_text(json.dumps(document), encoding="utf-8")
            found.write_text(json.dumps(rows), encoding="utf-8")
            return _scores(part, found, task)


def _scores(truth: Path, found: Path, task: metrics.Task) -> dict[str, float]:
    figures = metrics.evaluate(truth, found, task)
    return {key: figures[key] for key in ("AP", "AP50", "AP75") if figures[key] is not None}


def objects(truth: Path, keep: Callable[[dict], bool]) -> list[tuple[Path, dict]]:
    """Return (file name of the picture, annotation) of those annotations of a COCO file that are wanted."""
    document = json.loads(truth.read_bytes())
    names = {image["id"]: Path(image["file_name"]) for image in document["images"]}
    return [(names[a["image_id"]], a) for a in document["annotations"] if keep(a)]


def picture(path: Path) -> np.ndarray:
    """Return a picture as RGB."""
    return read_image(path).rgb
