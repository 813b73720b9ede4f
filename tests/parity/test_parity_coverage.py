"""No oracle of a family that we have lies unused."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FAMILIES = (
    *("centernet_", "cornernet", "deconvnet_", "densepose_", "detectron2_", "fcn_", "framing_unet_", "hourglass_"),
    *("hrnet_", "retinaface_", "segnet_", "semseg_", "simplebaseline_", "unet_", "upsnet_", "yolact"),
)


def _named(owner: Any) -> set[str]:
    """Return the oracles that the marks on a test, a class or a module name."""
    marks = getattr(owner, "pytestmark", [])
    marks = marks if isinstance(marks, list) else [marks]
    return {name for mark in marks if mark.name == "oracle" for name in mark.args}


def _tested() -> Iterator[str]:
    """Yield every oracle that at least one test is run for."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, test in vars(module).items():
            if name.startswith("test_"):
                yield from _named(module) | _named(test)


def _forgotten(folder: Path, tested: set[str]) -> set[str]:
    """Return the oracles of our families in a folder that no test names."""
    there = {path.parent.name for path in folder.glob("*/manifest.json")}
    return {name for name in there if name.startswith(FAMILIES)} - tested


def test_every_oracle_of_our_families_is_tested(oracle_folder: Path) -> None:
    if not oracle_folder.is_dir():
        pytest.skip(f"{oracle_folder} is not there (name a folder of oracles by --oracles)")
    assert not _forgotten(oracle_folder, set(_tested()))


def test_every_family_has_a_test() -> None:
    tested = tuple(_tested())
    assert [family for family in FAMILIES if not any(name.startswith(family) for name in tested)] == []


def test_an_oracle_that_no_test_names_is_noticed(tmp_path: Path) -> None:
    for name in ("unet_a", "unet_b", "other_c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    assert _forgotten(tmp_path, {"unet_a"}) == {"unet_b"}
