"""Plain pickles of weights: what is read, what is refused, and that nothing of them runs."""

from __future__ import annotations

import collections
import os
import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segstudio.core.errors import WeightsError
from segstudio.zoo import checkpoints, pickles

STATE: dict[str, Any] = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big_endian": np.arange(3, dtype=">f4"),
    "none": np.zeros((0, 3), np.int64),
    "scalar_array": np.array(2.5, np.float16),
    "tensor": torch.arange(6.0).reshape(2, 3).t(),
    "parameter": torch.nn.Parameter(torch.ones(2)),
}


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("numpy_1", [False, True])
def test_a_published_pickle_of_arrays_is_read_in_every_protocol(protocol: int, numpy_1: bool, tmp_path: Path) -> None:
    content = {
        "model": STATE,
        "__author__": "someone",
        "matching_heuristics": True,
        "best": np.float64(0.5),
        "meta": collections.OrderedDict(epoch=3),
    }
    raw = pickle.dumps(content, protocol=protocol)
    if numpy_1 and protocol < 4:  # from 4 on a name's length stands before it
        raw = raw.replace(b"numpy._core", b"numpy.core")
    read = checkpoints.read(write(tmp_path / "model_final.pkl", raw))
    assert list(read) == list(STATE)
    for key, value in STATE.items():
        wanted = value.detach() if isinstance(value, torch.Tensor) else value
        np.testing.assert_array_equal(read[key].numpy(), wanted)
        assert read[key].is_contiguous()
    assert pickles.read(tmp_path / "model_final.pkl")["best"] == 0.5


def test_a_pickle_of_python_2(tmp_path: Path) -> None:
    values = np.array([1.5, -2.0, 3e8], "<f4")
    raw = b"".join(
        (
            b"\x80\x02}q\x01U\x05modelq\x02}q\x03U\x08conv.\xe9.wq\x04",
            b"cnumpy.core.multiarray\n_reconstruct\nq\x05cnumpy\nndarray\nq\x06K\x00\x85U\x01b\x87Rq\x07",
            b"(K\x01K\x03\x85cnumpy\ndtype\nq\x08U\x02f4K\x00K\x01\x87Rq\x09(K\x03U\x01<NNNJ\xff\xff\xff\xff"
            b"J\xff\xff\xff\xffK\x00tb\x89U\x0c",
            values.tobytes(),
            b"tbss.",
        )
    )
    read = checkpoints.read(write(tmp_path / "old.pkl", raw))
    np.testing.assert_array_equal(read["conv.é.w"].numpy(), values)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("wrapper", ["state_dict", "model_state", "model_state_dict", "model"])
def test_files_of_torch_are_told_by_content_and_unwrapped(wrapper: str, zipped: bool, tmp_path: Path) -> None:
    content = {
        "epoch": 3,
        wrapper: {"module.a": torch.ones(2), "module.b": torch.zeros(1)},
        "best_acc": np.float64(0.7),
        "curve": np.ones(3),
        "optimizer": {"state": {0: {"step": 3}}, "param_groups": [{"lr": 0.1}]},
    }
    for name in ("a.pkl", "a.pth.tar", "a.bin"):
        torch.save(content, tmp_path / name, _use_new_zipfile_serialization=zipped)
        assert list(checkpoints.read(tmp_path / name)) == ["a", "b"]


class Calls:
    """A pickle of this calls something when it is opened."""

    def __init__(self, call: Any, *arguments: Any) -> None:
        self.reduced = (call, arguments)

    def __reduce__(self) -> Any:
        return self.reduced


class Nested:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __reduce__(self) -> Any:
        return pickle.loads, (self.raw,)


class InStorage(Nested):
    def __reduce__(self) -> Any:
        return torch.storage._load_from_bytes, (self.raw,)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder that hostile files try to make."""
    return tmp_path / "made"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_hostile_pickles_are_named_and_do_nothing(protocol: int, victim: Path) -> None:
    path, where = victim.with_name("evil.pkl"), str(victim)
    cases = {
        f"{os.name if os.name == 'nt' else 'posix'}.mkdir": Calls(os.mkdir, where),
        "system": Calls(os.system, f"mkdir {where}"),
        "Popen": Calls(subprocess.Popen, [sys.executable, "-c", f"import os; os.mkdir({where!r})"]),
        "rmtree": Calls(shutil.rmtree, where),
        "eval": Calls(eval, f"__import__('os').mkdir({where!r})"),
        "getattr": Calls(getattr, 1, "real"),
        "loads": Nested(pickle.dumps(Calls(os.mkdir, where))),
        "load": Calls(np.load, where, None, True),
        "fromfile": Calls(np.fromfile, where),
    }
    for name, hostile in cases.items():
        raw = pickle.dumps({"model": {"a": np.ones(2)}, "extra": [hostile]}, protocol=protocol)
        with pytest.raises(WeightsError, match=name) as caught:
            checkpoints.read(write(path, raw))
        assert "nothing of it was run" in str(caught.value)
        assert caught.value.path == str(path)
        assert not victim.exists()


def test_a_hostile_file_within_a_tensors_storage(victim: Path) -> None:
    raw = pickle.dumps({"model": {"a": InStorage(pickle.dumps(Calls(os.mkdir, str(victim))))}})
    with pytest.raises(WeightsError):
        checkpoints.read(write(victim.with_name("evil.pkl"), raw))
    assert not victim.exists()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_hostile_file_of_torch_is_named(zipped: bool, victim: Path) -> None:
    path = victim.with_name("evil.pth")
    torch.save({"a": torch.ones(1), "b": Calls(os.mkdir, str(victim))}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match="mkdir"):
        checkpoints.read(path)
    assert not victim.exists()


def test_names_by_stack_by_registry_and_by_instance(victim: Path) -> None:
    path, where = victim.with_name("evil.pkl"), str(victim).encode()
    text = b"X" + len(where).to_bytes(4, "little") + where
    for raw in (
        b"\x80\x04\x8c\x02os\x94\x8c\x05mkdir\x94\x93\x94" + text + b"\x85R.",  # STACK_GLOBAL
        b"(cos\nmkdir\n" + text + b"o.",  # OBJ
        b"(" + text + b"ios\nmkdir\n.",  # INST
        b"\x80\x02cos\nmkdir\n" + text + b"\x85\x81.",  # NEWOBJ
        b"\x80\x04\x8c\x05numpy\x94\x8c\x0f__builtins__.id\x94\x93.",  # a name within a name
    ):
        with pytest.raises(WeightsError, match=r"os\.mkdir|__builtins__\.id"):
            checkpoints.read(write(path, raw))
        assert not victim.exists()
    for raw in (b"\x80\x02\x82\x01.", b"\x80\x02U\x01aQ.", b"Pabc\n."):  # EXT1, persistent ids
        with pytest.raises(WeightsError):
            checkpoints.read(write(path, raw))


def test_what_is_allowed_cannot_be_changed(tmp_path: Path) -> None:
    """BUILD sets attributes of whatever lies on the stack, of a named function too."""
    for name in (
        b"numpy.core.multiarray\n_reconstruct",
        b"numpy\ndtype",
        b"collections\nOrderedDict",
        b"numpy\nndarray",
    ):
        for state in (b"}X\x08\x00\x00\x00__call__K\x01s", b"N}X\x08\x00\x00\x00__call__K\x01s\x86"):
            with pytest.raises(WeightsError):
                checkpoints.read(write(tmp_path / "a.pkl", b"\x80\x02c" + name + b"\n" + state + b"b."))
    assert len(collections.OrderedDict(a=1)) == 1
    assert pickles.Dtype("f4").code == "f4"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80\x02}r\xff\xff\xff\x7f.",  # the memo's last place
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x0f.",  # a text of an exabyte
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x0f}.",  # a frame of an exabyte
        b"\x80\x02\x8b\xff\xff\xff\x7f.",  # a number of two gigabytes
        b"\x80\x02" + b"]" * 100_000,  # deep, and no end
        b"\x80\x63}.",  # a protocol that is yet to come
        b"\x80",
        b"}",
        b"(",
    ],
)
def test_huge_and_cut_pickles_are_damaged(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        checkpoints.read(write(tmp_path / "a.pkl", raw))


def test_arrays_that_are_no_numbers_or_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    with pytest.raises(WeightsError, match=r"numpy\.dtype"):
        checkpoints.read(write(path, pickle.dumps({"a": np.array([{}, None], object)})))
    with pytest.raises(WeightsError, match=r"numpy\.dtype"):
        checkpoints.read(write(path, pickle.dumps({"a": np.zeros(2, "f4,i4")})))
    short = pickle.dumps({"a": np.arange(300, dtype=np.uint8)}, protocol=3).replace(b"M,\x01\x85", b"M-\x01\x85")
    with pytest.raises(WeightsError, match="damaged"):
        checkpoints.read(write(path, short))
    with pytest.raises(WeightsError, match="no state dict"):
        checkpoints.read(write(path, pickle.dumps([np.ones(2)])))


def test_a_tensor_never_reaches_beyond_its_storage(tmp_path: Path) -> None:
    raw = pickle.dumps({"a": torch.zeros(7)}, protocol=2)
    assert raw.count(b"K\x07\x85") == 1
    with pytest.raises(WeightsError):
        checkpoints.read(write(tmp_path / "a.pkl", raw.replace(b"K\x07\x85", b"K\x70\x85")))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 30), st.sampled_from([2, 4, 5]))
def test_a_file_cut_or_changed_anywhere_is_read_or_refused(seed: int, protocol: int) -> None:
    import tempfile

    rng = random.Random(seed)
    raw = bytearray(pickle.dumps({"model": {"a": np.arange(40, dtype=np.float32), "b": np.float32(1)}}, protocol))
    if rng.random() < 0.5:
        raw = raw[: rng.randrange(len(raw))]
    else:
        for _ in range(rng.randrange(1, 4)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
    with tempfile.TemporaryDirectory() as folder:
        try:
            checkpoints.read(write(Path(folder) / "a.pkl", bytes(raw)))
        except WeightsError:
            return
