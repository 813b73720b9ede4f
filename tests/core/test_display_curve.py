"""How a picture is shown: the curve of brightness, contrast and gamma, false colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core.display import PLAIN, Display

RAMP = np.arange(256, dtype=np.uint8)
GREY = np.repeat(RAMP[None, :, None], 3, axis=2)
looks = st.builds(
    Display,
    st.floats(-100, 100),
    st.floats(-100, 100),
    st.floats(0.1, 5),
    st.booleans(),
    st.sampled_from(["", "parula"]),
)


def test_the_defaults_change_nothing():
    assert PLAIN.plain and (PLAIN.curve() == RAMP).all() and PLAIN.shown(GREY) is GREY


@given(looks)
def test_a_curve_never_turns_back_and_the_picture_stays_as_it_was(look):
    curve = look.curve().astype(int)
    steps = np.diff(curve)
    assert (steps <= 0).all() if look.invert else (steps >= 0).all()
    before = GREY.copy()
    shown = look.shown(GREY)
    assert shown.shape == GREY.shape and shown.dtype == np.uint8 and (before == GREY).all()


def test_what_each_setting_does():
    assert (Display(brightness=100).curve() == 255).all() and (Display(brightness=-100).curve() == 0).all()
    assert Display(contrast=-100).curve().min() == Display(contrast=-100).curve().max() == 128
    step = Display(contrast=100).curve()
    assert (step[:127] == 0).all() and (step[129:] == 255).all()
    assert (Display(invert=True).curve() == RAMP[::-1]).all()
    assert Display(gamma=2.2).curve()[64] > 64 > Display(gamma=0.5).curve()[64]


@pytest.mark.parametrize("name", ["viridis", "parula"])
def test_false_colours_tell_dark_from_light(name):
    shown = Display(false_color=name).shown(GREY)[0].astype(int)
    assert len(np.unique(shown, axis=0)) > 200
    assert (shown[0] != shown[-1]).any()
