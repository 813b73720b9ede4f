"""A pose network whose file is brought by hand, from the command line to COCO."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.cli.main import main  # noqa: E402
from segstudio.zoo import Catalog  # noqa: E402
from segstudio.zoo.predictor import untrained  # noqa: E402

CARD = """
name = "small-hourglass"
title = "Small hourglass"
base = "hourglass-bearpaw-hg2"
description = "A small one."
labels = "mpii-person"
composes = []
default_threshold = 0.0

[settings]
stacks = 2
width = 16
stem = [16, 16]
size = [64, 64]
joints = 16
flip = true
whole = true
batch = 4

[[weights]]
name = "small.pth"
"""


def test_from_a_checkpoint_to_keypoints_in_a_coco_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGSTUDIO_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    model: Any = untrained(Catalog().get("hourglass-bearpaw-hg2"))
    state = {f"module.{key}": value for key, value in bearpaw_keys(model.network.state_dict()).items()}
    torch.save({"epoch": 3, "arch": "hg", "state_dict": state}, tmp_path / "small.pth")
    (tmp_path / "small.toml").write_text(CARD)
    assert main(["models", "add", str(tmp_path / "small.toml")]) == 0
    assert main(["models", "add", str(tmp_path / "small.pth"), "--to", "small-hourglass"]) == 0
    photo = str(files("segstudio.resources") / "samples" / "astronaut.jpg")
    found = tmp_path / "found.json"
    words = ["predict", photo, "--model", "small-hourglass", "--threshold", "0", "--out", str(found), "--device", "cpu"]
    assert main(words) == 0, capsys.readouterr().err
    document = json.loads(found.read_bytes())
    [category] = document["categories"]
    assert category["keypoints"][0] == "right_ankle" and len(category["keypoints"]) == 16
    [person] = document["annotations"]
    assert len(person["keypoints"]) == 48
    capsys.readouterr()
    assert main(["inspect", "small-hourglass", photo, "--json"]) == 0
    views = json.loads(capsys.readouterr().out)
    assert len(views["views"] if isinstance(views, dict) else views) == 1 + 2 * 16


def bearpaw_keys(ours: dict[str, Any]) -> dict[str, Any]:
    """Return the state dict under the names of pytorch-pose, by trying each of its names."""
    from segstudio.zoo.blocks.stacked_hourglass import from_bearpaw

    residual = [f"{part}.{kind}" for part in ("bn1", "bn2", "bn3", "conv1", "conv2", "conv3", "downsample.0")
                for kind in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")]  # fmt: skip
    places = [f"layer{i}.0" for i in (1, 2, 3)] + [f"res.{s}.0" for s in (0, 1)]
    places += [f"hg.{s}.hg.{n}.{p}.0" for s in (0, 1) for n in range(4) for p in range(4)]
    names = [f"{place}.{leaf}" for place in places for leaf in residual]
    plain = ["conv1", "bn1", "fc_.0", "score_.0", *(f"{n}.{s}" for n in ("fc", "score") for s in (0, 1))]
    plain += [f"fc.{s}.{i}" for s in (0, 1) for i in (0, 1)]
    kinds = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    names += [f"{name}.{kind}" for name in plain if not name.endswith(("fc.0", "fc.1")) for kind in kinds]
    return {name: ours[from_bearpaw(name)] for name in names if from_bearpaw(name) in ours}
