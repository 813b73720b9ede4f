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


def small_card(folder: Path) -> Path:
    """Write a card of one's own whose weights have no known sum: LRASPP for two classes."""
    path = folder / "small.toml"
    path.write_text(
        'name = "small"\ntitle = "Small"\nbase = "lraspp-mobilenet"\nclasses = ["nothing", "road"]\n'
        '[[weights]]\nname = "small.pth"\nsha256 = ""\nbytes = 13000000\nlicence = "x"\norigin = "x"\n'
    )
    return path


def state_of(classes: int) -> dict[str, torch.Tensor]:
    from torchvision.models.segmentation import lraspp_mobilenet_v3_large

    torch.manual_seed(0)
    return lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=classes).state_dict()


def test_a_file_without_a_known_sum_is_known_by_its_tensors(call, tmp_path) -> None:
    assert call("models", "add", small_card(tmp_path)).code == 0
    place = weights.cache_dir() / "weights" / "small" / "small.pth"

    def tried(*says: str) -> None:
        said = call("models", "add", "small.pth", "--to", "small")
        assert said.code == 3 and not place.exists() and not Path("was-run").exists()
        for part in ("small.pth", *says):
            assert part in said.err

    torch.save(state_of(5), "small.pth")
    tried("the checkpoint tells 5 classes apart, the card 2")
    torch.save({"conv.weight": torch.zeros(3, 3)}, "small.pth")
    tried("not of Small", "are missing", "are unknown")
    torch.save(state_of(2), "small.pth")
    whole = Path("small.pth").read_bytes()
    Path("small.pth").write_bytes(whole[: len(whole) // 2])
    tried("damaged")
    torch.save({"state_dict": state_of(2), "extra": Evil()}, "small.pth")
    tried("would run code")
    Path("small.pth").write_bytes(whole)
    shutil.copy("small.pth", "other.pth")
    said = call("models", "add", "other.pth", "--to", "small")
    assert said.code == 3 and "is called other.pth" in said.err
    assert call("models", "add", "small.pth", "--to", "small").code == 0
    assert place.read_bytes() == whole


def test_damage_after_a_file_came_is_noticed(call, photos, tmp_path) -> None:
    call("models", "add", small_card(tmp_path))
    torch.save(state_of(2), "small.pth")
    assert call("models", "add", "small.pth", "--to", "small").code == 0
    assert call("models", "check", "small").code == 0
    assert call("predict", photos, "--model", "small", "--device", "cpu").code == 0
    place = weights.cache_dir() / "weights" / "small" / "small.pth"
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)
    for words in (("models", "check", "small"), ("predict", photos, "--model", "small", "--device", "cpu")):
        said = call(*words)
        assert said.code != 0 and "its sha256 was" in said.err and "small.pth" in said.err
    assert "models fetch small" in said.err
    assert call("models", "fetch", "small").code == 0 and place.read_bytes() == Path("small.pth").read_bytes()
    torch.save(state_of(5), "small.pth")
    place.write_bytes(content)
    said = call("models", "fetch", "small")
    assert said.code == 3 and "tells 5 classes apart" in said.err
    torch.save(state_of(2), "small.pth")
    # One that was put there by hand is remembered from the first time that it served.
    place.write_bytes(Path("small.pth").read_bytes())
    place.with_name("small.pth.sha256").unlink()
    assert call("predict", photos, "--model", "small", "--device", "cpu").code == 0
    place.write_bytes(content)
    assert call("models", "check", "small").code == 1
