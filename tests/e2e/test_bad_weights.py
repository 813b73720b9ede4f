"""Weights that are not what they should be: named with file, place and remedy, and nothing is loaded or kept."""

from __future__ import annotations

import json
import pickle
import shutil
import warnings
import zipfile
from pathlib import Path

import pytest
import torch

from segstudio.zoo import Catalog, weights


class Maps(torch.nn.Module):
    """Three channels, as they are."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2.0


class Reader(torch.nn.Module):
    """A network that writes a file."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, "stolen")
        return x


class Evil:
    """What a pickle runs when it is opened."""

    def __reduce__(self):
        return (Path("was-run").touch, ())


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own to stand in, and no warnings of what torch calls out of date."""
    monkeypatch.chdir(tmp_path)
    warnings.simplefilter("ignore")


def exported(path: Path) -> Path:
    torch.export.save(torch.export.export(Maps().eval(), (torch.zeros(1, 3, 32, 32),)), path)
    return path


def rewritten(path: Path, entry: str, change) -> Path:
    """Change one entry of an archive."""
    old = path.rename(path.with_suffix(".old"))
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name.endswith(entry) else content)
    return path


def refused(call, path: Path, *says: str, words: tuple = ()) -> None:
    """Try to add a model file and check that it is refused, with the file's name, and that nothing is left of it."""
    said = call("models", "new", path, *(words or ("--classes", "a,b,c")), "--size", 32, 32)
    assert said.code in (2, 3), said.out
    for part in (path.name, *says):
        assert part in said.err
    assert not Path("was-run").exists() and not Path("stolen").exists()
    assert not any(Catalog().is_own(name) for name in Catalog().names())
    kept = [path.name for path in (weights.cache_dir() / "weights").rglob("*.pt*")]
    assert [name for name in kept if not name.endswith(".lock")] == []


def test_a_sound_program_is_taken(call, tmp_path) -> None:
    said = call("models", "new", exported(tmp_path / "good.pt2"), "--classes", "a,b,c", "--json")
    assert said.code == 0 and said.data["added"] == "good"
    assert any("adapter 'semantic'" in remark for remark in said.data["remarks"])
    assert call("models", "check", "good").code == 0


def test_half_a_download(call, tmp_path) -> None:
    path = exported(tmp_path / "half.pt2")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(call, path, "damaged")
    torch.jit.script(Maps()).save("whole.pt")
    Path("half.pt").write_bytes(Path("whole.pt").read_bytes()[:-300])
    refused(call, tmp_path / "half.pt", "damaged")
    Path("half.onnx").write_bytes(b"\x08\x07\x12\x07pytorch" * 30)
    refused(call, tmp_path / "half.onnx", "ONNX Runtime can't read")


def test_a_script_that_writes_files(call, tmp_path) -> None:
    torch.jit.script(Reader()).save("evil.pt")
    refused(call, tmp_path / "evil.pt", "'save'", "not opened", "ONNX")


def test_a_program_that_calls_what_no_network_needs(call, tmp_path) -> None:
    for i, (old, new) in enumerate(
        (
            (b"torch.ops.aten.mul.Tensor", b"torch.os.system"),
            (b"torch.ops.aten.mul.Tensor", b"torch.ops.aten.from_file.default"),
        )
    ):
        path = rewritten(exported(tmp_path / f"evil{i}.pt2"), "model.json", lambda c, o=old, n=new: c.replace(o, n))
        refused(call, path, new.decode(), "not opened")


def test_expressions_that_are_programs(call, tmp_path) -> None:
    def evil(content: bytes) -> bytes:
        said = json.loads(content)
        values = said["graph_module"]["graph"]["tensor_values"]
        next(iter(values.values()))["sizes"][0] = {
            "as_expr": {"expr_str": "__import__('pathlib').Path('was-run').touch()", "hint": {"as_int": 1}}
        }
        return json.dumps(said).encode()

    refused(call, rewritten(exported(tmp_path / "evil.pt2"), "model.json", evil), "__import__", "not opened")


def test_a_pickle_inside_a_program(call, tmp_path) -> None:
    path = rewritten(exported(tmp_path / "evil.pt2"), "model.pt", lambda _: pickle.dumps(Evil()))
    refused(call, path, "more than tensors", "not opened")


def test_a_checkpoint_that_runs_code(call, tmp_path) -> None:
    Path("evil.pt").write_bytes(pickle.dumps(Evil()))
    refused(call, tmp_path / "evil.pt", "TorchScript")
    torch.save({"state_dict": {"a": torch.zeros(1)}}, "weights.pt")
    refused(call, tmp_path / "weights.pt", "TorchScript")
    shutil.copy("weights.pt", "weights.pth")
    refused(call, tmp_path / "weights.pth", "models add")


def test_labels_that_do_not_fit(call, tmp_path) -> None:
    path = exported(tmp_path / "four.pt2")
    refused(call, path, "3 classes apart", "names 21", words=("--labels", "voc-21"))
