"""Every system on the command line: a project predicted and exported, and its inside listed, with tiny networks."""

from __future__ import annotations

import contextlib
import io
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from walk_systems import SURE, SYSTEMS, System, TinyCatalog, loader

from segstudio.zoo import Catalog

# One card a builder: what differs between backbones is no business of the command line.
FIRST = tuple({Catalog().get(system.card).builder: system for system in reversed(SYSTEMS)}.values())[::-1]
CPU = ("--device", "cpu")


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """All models are tiny networks that find something."""
    catalog = TinyCatalog()
    make = loader(catalog)

    def load(card: Any, device: str = "cpu", **_: Any) -> Any:
        return make(catalog.get(card.name), device)

    monkeypatch.setattr("segstudio.zoo.load", load, raising=False)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("system", FIRST, ids=str)
def test_a_system_predicts_shows_its_inside_and_is_exported(call, tmp_path: Path, system: System) -> None:
    folder, project, out = tmp_path / "photos", tmp_path / "p.segstudio", tmp_path / "out.json"
    folder.mkdir()
    photo = folder / "astronaut.jpg"
    photo.write_bytes((files("segstudio.resources") / "samples" / photo.name).read_bytes())
    assert call("new", project, "--media", folder).code == 0
    said = call("predict", project, "--model", system.card, *CPU, "--threshold", SURE, "--json")
    assert said.code == 0, said.err
    assert said.data["added"] > 0

    groups = call("inspect", system.card, photo, *CPU, "--json").data["groups"]
    assert set(system.groups) <= set(groups)

    assert call("export", project, out, "--format", "coco").code == 0
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO(str(out))
    rows = list(data.anns.values())
    assert len(rows) == said.data["added"] and all(len(row["bbox"]) == 4 for row in rows)
    if system.form == "mask":
        assert any(data.annToMask(row).any() for row in rows if row.get("segmentation"))
    if system.form == "joints":
        count = len(data.cats[rows[0]["category_id"]]["keypoints"])
        assert all(len(row["keypoints"]) == 3 * count for row in rows)
        assert any(row["num_keypoints"] for row in rows)
