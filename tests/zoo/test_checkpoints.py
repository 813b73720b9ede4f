"""Opening checkpoints safely and filling networks strictly."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import save_file

from segstudio.core.errors import InputError, SegstudioError, WeightsError
from segstudio.zoo import Catalog, checkpoints, load, load_published, predictor, weights
from segstudio.zoo.predictor import TorchPredictor
from segstudio.zoo.spec import Source


class Evil:
    """A pickle of this runs a command when it is opened."""

    def __reduce__(self) -> tuple:
        return os.mkdir, (os.environ["EVIL_PATH"],)


def test_a_pickle_that_wants_to_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIL_PATH", str(tmp_path / "evil"))
    torch.save({"state_dict": {"a": torch.zeros(1)}, "extra": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="would run code") as caught:
        checkpoints.read(tmp_path / "evil.pth")
    assert caught.value.path == str(tmp_path / "evil.pth")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"PK\x03\x04 and no more"])
def test_what_is_no_checkpoint(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError):
        checkpoints.read(tmp_path / name)


def test_wrappers_and_prefixes_come_off(tmp_path: Path) -> None:
    state = {"a.weight": torch.ones(2), "b": torch.zeros(1)}
    torch.save({"epoch": 3, "model": {"state_dict": {f"module.{k}": v for k, v in state.items()}}}, tmp_path / "a.pth")
    assert list(checkpoints.read(tmp_path / "a.pth")) == list(state)
    save_file(state, tmp_path / "a.safetensors")
    assert sorted(checkpoints.read(tmp_path / "a.safetensors")) == sorted(state)
    for wrong in ([1, 2], {}, {1: 2}):
        with pytest.raises(WeightsError, match="no state dict"):
            checkpoints.unwrap(wrong)


def test_fill_says_what_differs() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    state = dict(network.state_dict())
    checkpoints.fill(network, state, system="Toy")
    checkpoints.fill(network, {k: v for k, v in state.items() if "num_batches" not in k}, system="Toy")
    state["0.weight"] = torch.zeros(3, 4)
    del state["0.bias"]
    state["extra"] = torch.zeros(1)
    with pytest.raises(WeightsError) as caught:
        checkpoints.fill(network, state, system="Toy", path=Path("toy.pth"))
    message = str(caught.value)
    for part in (
        "toy.pth: These weights are not of Toy",
        "1 of 6 tensors are missing (0.bias)",
        "1 of 6 tensors are unknown (extra)",
        "(0.weight (3, 4) instead of (3, 2))",
    ):
        assert part in message


def test_weights_of_another_system_are_refused() -> None:
    catalog = Catalog()
    other = predictor.untrained(catalog.get("lraspp-mobilenet"))
    assert isinstance(other, TorchPredictor)
    with pytest.raises(WeightsError, match="not of DeepLabV3 MobileNetV3"):
        load_published(catalog.get("deeplabv3-mobilenet"), other.network.state_dict(), tiny=True)
    with pytest.raises(WeightsError, match="consists of 3 files"):
        load_published(catalog.get("starter-faces"), {})


def test_a_fine_tuned_checkpoint_of_ones_own(tmp_path: Path) -> None:
    import numpy as np

    catalog = Catalog()
    base = catalog.get("lraspp-mobilenet")
    classes = ("background", "road", "car")
    own = predictor.untrained(msgspec.structs.replace(base, name="x", labels="", classes=classes))
    assert isinstance(own, TorchPredictor)
    torch.save({"model": own.network.state_dict()}, tmp_path / "own.pth")
    (tmp_path / "card.toml").write_text(
        'name = "roads"\ntitle = "Roads"\nbase = "lraspp-mobilenet"\ndescription = "Roads."\n'
        'classes = ["background", "road", "car"]\n[[weights]]\nname = "own.pth"\n'
    )
    card = catalog.add(tmp_path / "card.toml")
    with pytest.raises(WeightsError, match="has not been fetched"):
        load("roads", catalog=catalog)
    weights.fetch(card)
    loaded = load("roads", catalog=catalog)
    [[result]] = loaded.predict([np.zeros((40, 50, 3), np.uint8)])
    assert result.classes.by_id(2).name == "car"
    assert result.map.shape == (40, 50)
    assert loaded.memory > 10e6
    loaded.close()
    assert not hasattr(loaded, "network")


def test_builders_and_modules_that_are_not_there() -> None:
    card = Catalog().get("lraspp-mobilenet")
    for builder in ("nowhere.nothing:build", "semantic.fcn:nothing"):
        with pytest.raises(InputError, match="names a builder that is not there"):
            predictor.untrained(msgspec.structs.replace(card, builder=builder))
    with pytest.raises(SegstudioError, match="pip install no_such_module"):
        predictor.untrained(msgspec.structs.replace(card, requires=("no_such_module",)))


def test_a_file_source_beside_an_unknown_model() -> None:
    with pytest.raises(InputError, match="Did you mean"):
        load("starter-box")
    assert str(Source(folder="/a")) == "/a"
