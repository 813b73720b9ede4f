"""Weights as trainers save them load as they are; odd files are named for what they are."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from test_bad_weights import small_card, state_of

from segstudio.zoo import weights


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    warnings.simplefilter("ignore")


@pytest.fixture
def state(call, tmp_path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a card of one's own that waits for its file 'small.pth'."""
    assert call("models", "add", small_card(tmp_path)).code == 0
    return state_of(2)


def prefixed(state: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {prefix + key: value for key, value in state.items()}


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda s: {"state_dict": prefixed(s, "module."), "epoch": 3, "optimizer": {"state": {}, "param_groups": []}},
        lambda s: {"model": s, "ema": None, "best": 0.4},
        lambda s: {"model_state": s, "args": {"lr": 0.1}},
        lambda s: {"ema": {"module": s}, "updates": 7},
        lambda s: {"params": s},
        lambda s: {"state_dict": prefixed(s, "model."), "pytorch-lightning_version": "2.0", "hyper_parameters": {}},
        lambda s: {"state_dict": prefixed(s, "module.model.")},
        lambda s: {"state_dict": prefixed(s, "net._orig_mod.")},
        lambda s: {key: torch.nn.Parameter(value.float()) for key, value in s.items()},
        lambda s: {key: value.half() if value.is_floating_point() else value for key, value in s.items()},
    ],
)
def test_what_trainers_save_loads(wrapped, state, call) -> None:
    torch.save(wrapped(state), "small.pth")
    said = call("models", "add", "small.pth", "--to", "small")
    assert said.code == 0, said.err


def refused(call, *says: str) -> None:
    said = call("models", "add", "small.pth", "--to", "small")
    assert said.code == 3 and not (weights.cache_dir() / "weights" / "small" / "small.pth").exists()
    for part in ("small.pth", *says):
        assert part in said.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n<!DOCTYPE html><html>Log in</html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "git lfs pull"),
        (b"\x1f\x8b\x08\x00" + bytes(40), "Unpack it"),
    ],
)
def test_what_came_instead_of_weights_is_named(content: bytes, says: str, state, call) -> None:
    Path("small.pth").write_bytes(content)
    refused(call, says)


def test_a_folder_is_no_file(state, call) -> None:
    Path("small.pth").mkdir()
    refused(call, "a folder")


def test_numbers_of_another_kind_and_no_numbers(state, call) -> None:
    key = "classifier.low_classifier.weight"
    for value, says in (
        (state[key].to(torch.int8), f"{key} holds int8 instead of float32"),
        (state[key].to(torch.complex64), f"{key} holds complex64 instead of float32"),
        (state[key] * float("nan"), f"{key} holds infinity or NaN"),
    ):
        torch.save({**state, key: value}, "small.pth")
        refused(call, says)


@pytest.mark.parametrize("entry", ["data.pkl", "data/0"])
def test_an_archive_that_would_fill_the_memory_is_not_unpacked(entry: str, state, call) -> None:
    torch.save(state, "sound.pth")
    with zipfile.ZipFile("sound.pth") as source, zipfile.ZipFile("small.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            with target.open(name, "w", force_zip64=True) as file:
                for _ in range(400 if name.endswith(entry) else 0):
                    file.write(bytes(1 << 20))
    refused(call, "unpacks to 419,430,400 bytes")
    Path("small.pth").rename("small.pt")
    said = call("models", "new", "small.pt", "--classes", "a,b")
    assert said.code == 3 and "unpacks to" in said.err


def test_a_safetensors_file_of_quantised_weights(call, tmp_path: Path) -> None:
    card = small_card(tmp_path)
    card.write_text(card.read_text().replace("small.pth", "small.safetensors"))
    assert call("models", "add", card).code == 0
    save_file({key: value.to(torch.int8) for key, value in state_of(2).items()}, "small.safetensors")
    said = call("models", "add", "small.safetensors", "--to", "small")
    assert said.code == 3 and "holds int8 instead of float32" in said.err
    Path("small.safetensors").write_bytes((1 << 60).to_bytes(8, "little") + b"{}")
    said = call("models", "add", "small.safetensors", "--to", "small")
    assert said.code == 3 and "damaged" in said.err


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3, value])


def _bytes(field: int, value: bytes) -> bytes:
    return bytes([field << 3 | 2, len(value)]) + value


def onnx_with_weights_elsewhere() -> bytes:
    """Return an ONNX file of one convolution whose weights lie in 'w.data'."""
    shape = b"".join(_bytes(1, _number(1, side)) for side in (1, 3, 8, 8))
    port = _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, shape)))
    sides = b"".join(_number(1, side) for side in (4, 3, 1, 1))
    weight = sides + _number(2, 1) + _bytes(8, b"w") + _bytes(13, _bytes(1, b"location") + _bytes(2, b"w.data"))
    weight += _number(14, 1)
    node = _bytes(1, b"x") + _bytes(1, b"w") + _bytes(2, b"y") + _bytes(4, b"Conv")
    graph = _bytes(1, node) + _bytes(2, b"g") + _bytes(5, weight)
    graph += _bytes(11, _bytes(1, b"x") + port) + _bytes(12, _bytes(1, b"y") + port)
    # A graph is longer than 127 bytes: its length takes two.
    long = bytes([7 << 3 | 2, len(graph) & 127 | 128, len(graph) >> 7]) + graph
    return _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + long


def test_an_onnx_file_whose_weights_lie_elsewhere(call) -> None:
    pytest.importorskip("onnxruntime")
    Path("split.onnx").write_bytes(onnx_with_weights_elsewhere())
    for there in (False, True):
        if there:
            Path("w.data").write_bytes(bytes(48))
        said = call("models", "new", "split.onnx", "--classes", "a,b,c,d")
        assert said.code == 3 and "another file" in said.err and "Save it as one file" in said.err


def test_two_classes_of_one_name(call, tmp_path: Path) -> None:
    Path("names.txt").write_text("cat\ndog\ncat\n")
    said = call("models", "new", "names.txt", "--classes", "names.txt")
    assert said.code == 2 and "names.txt: Two classes are called 'cat'" in said.err
    card = small_card(tmp_path)
    card.write_text(card.read_text().replace('"road"', '"nothing"'))
    said = call("models", "add", card)
    assert said.code == 2 and "two classes are called 'nothing'" in said.err
