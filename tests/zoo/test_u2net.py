"""U2-Net-p built here against its ONNX file, and U2-Net's published form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from segstudio.core.errors import WeightsError  # noqa: E402
from segstudio.zoo.blocks import onnx_weights  # noqa: E402
from segstudio.zoo.blocks.u2net import U2Net  # noqa: E402

SHARED = Path(__file__).resolve().parents[3] / "shared" / "weights" / "u2netp" / "u2netp.onnx"


@pytest.fixture
def onnx() -> Path:
    if not SHARED.is_file():
        pytest.skip("u2netp.onnx is not in the reference data")
    return SHARED


def test_the_small_network_is_the_one_of_the_onnx_file(onnx: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(str(onnx), providers=["CPUExecutionProvider"])
    image = np.random.default_rng(5).standard_normal((1, 3, 320, 320)).astype(np.float32)
    want = session.run(None, {session.get_inputs()[0].name: image})
    network = U2Net(small=True)
    onnx_weights.fill(network, onnx, "U2-Net-p")
    with torch.inference_mode():
        got = network(torch.from_numpy(image)).sigmoid().numpy()
    assert len(want) == got.shape[1] == 7
    for i, one in enumerate(want):
        np.testing.assert_allclose(got[:, i : i + 1], one, atol=2e-5)


def test_the_file_of_another_network_is_refused(onnx: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="not of U2-Net"):
        onnx_weights.fill(U2Net(small=True, width=8), onnx, "U2-Net")
    for name, content in (("a.onnx", b"\x0a"), ("b.onnx", onnx.read_bytes()[:1000]), ("c.onnx", b"\xff" * 50)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WeightsError, match="not an ONNX file"):
            onnx_weights.convolutions(tmp_path / name)


def test_published_names_and_sizes() -> None:
    state = U2Net().state_dict()
    assert sum(v.numel() for k, v in state.items() if "running" not in k and "tracked" not in k) == 44_009_869
    assert state["stage1.rebnconv6d.conv_s1.weight"].shape == (32, 64, 3, 3)
    assert state["stage5d.rebnconv1d.bn_s1.running_mean"].shape == (512,)
    assert state["side6.weight"].shape == (1, 512, 3, 3)
    small = U2Net(small=True).state_dict()
    assert set(small) == set(state)
    assert sum(v.numel() for k, v in small.items() if "running" not in k and "tracked" not in k) == 1_131_181
