"""HRNet's body."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from segstudio.zoo.blocks.hrnet import HighResolutionNet, Stage, stages  # noqa: E402


def test_stages_of_the_published_networks() -> None:
    assert stages(32) == (
        Stage(1, (32, 64), 4),
        Stage(4, (32, 64, 128), 4),
        Stage(3, (32, 64, 128, 256), 4),
    )
    assert [stage.modules for stage in stages(18, (1, 3, 2), 2)] == [1, 3, 2]


@pytest.mark.parametrize(("single", "count"), [(False, 4), (True, 1)])
def test_branches_halve_the_resolution_and_double_the_width(single: bool, count: int) -> None:
    net = HighResolutionNet(stages(4, (1, 1, 1), 1), stem=8, bottlenecks=1, single=single).eval()
    with torch.inference_mode():
        maps = net.features(torch.zeros(2, 3, 64, 96))
    assert [tuple(m.shape) for m in maps] == [(2, 4 << i, 16 >> i, 24 >> i) for i in range(count)]


def test_maps_of_odd_sizes_are_enlarged_to_their_partner() -> None:
    net = HighResolutionNet(stages(4, (1, 1, 1), 1), stem=8, bottlenecks=1, mode="bilinear").eval()
    with torch.inference_mode():
        maps = net.features(torch.zeros(1, 3, 70, 50))
    assert [tuple(m.shape[-2:]) for m in maps] == [(18, 13), (9, 7), (5, 4), (3, 2)]


def test_corners_are_aligned_only_where_asked() -> None:
    torch.manual_seed(0)
    settings = {"stem": 8, "bottlenecks": 1, "mode": "bilinear"}
    plain = HighResolutionNet(stages(4, (1, 1, 1), 1), **settings).eval()
    aligned = HighResolutionNet(stages(4, (1, 1, 1), 1), align_corners=True, **settings).eval()
    aligned.load_state_dict(plain.state_dict())
    x = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert not torch.allclose(plain.features(x)[0], aligned.features(x)[0])
