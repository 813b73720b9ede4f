"""Haar framelets: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from segstudio.zoo.blocks import framelets  # noqa: E402
from segstudio.zoo.blocks.unet import UNet, Upward  # noqa: E402


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**31))
def test_the_tight_frame_gives_back_what_went_in(height: int, width: int, seed: int) -> None:
    x = torch.randn(2, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    low, high = framelets.analysis(x)
    torch.testing.assert_close(framelets.synthesis(low, high, (height, width)), x)
    torch.testing.assert_close(low, framelets.pool(x))


def test_the_tight_frame_keeps_lengths() -> None:
    x = torch.randn(1, 2, 6, 8, dtype=torch.float64)
    low, high = framelets.analysis(x)
    torch.testing.assert_close(low.square().sum() + high.square().sum(), x.square().sum())


def test_the_dual_frame_counts_low_frequencies_once() -> None:
    x = torch.randn(1, 2, 6, 8)
    torch.testing.assert_close(framelets.dual(x, framelets.pool(x)), x)
    twice = x + framelets.unpool(framelets.pool(x), (6, 8))
    assert not torch.allclose(twice, x, atol=0.1)


def test_a_network_scale_that_changes_nothing_is_seen_through() -> None:
    """With an untouched low band, bypass and raised band of the tight-frame network sum to the features themselves."""
    x = torch.randn(1, 4, 7, 10)
    scale = Upward(8, 4, "tight", bias=False)
    bypass, raised = scale._joined(framelets.pool(x), x)
    torch.testing.assert_close(bypass + raised, x)
    # In the dual-frame network nothing is left to add.
    bypass, raised = Upward(8, 4, "dual", bias=False)._joined(framelets.pool(x), x)
    torch.testing.assert_close(bypass, x)
    torch.testing.assert_close(raised, torch.zeros_like(x))


@pytest.mark.parametrize("up", ["transposed", "bilinear", "dual", "tight"])
def test_pictures_of_any_size_come_back_in_their_size(up) -> None:
    network = UNet(3, up, width=2).eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 3, 65, 78)).shape == (1, 3, 65, 78)
