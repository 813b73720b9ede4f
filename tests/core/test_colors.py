"""Colours: far apart, the same in every session, and what they are made of."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segstudio.core import colors
from segstudio.core.annotation import Annotation
from segstudio.core.labels import Category


def _distances(rgb: np.ndarray, eye: np.ndarray) -> np.ndarray:
    lab = colors.oklab(colors._linear(rgb / 255.0) @ eye.T)
    d = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    return d[np.triu_indices(len(rgb), 1)]


@pytest.mark.parametrize(("n", "least"), [(8, 0.14), (16, 0.08), (32, 0.05), (64, 0.03)])
def test_the_first_n_colours_are_far_apart(n, least):
    assert _distances(colors.palette()[:n], np.eye(3)).min() >= least


@pytest.mark.parametrize("eye", colors._VISION[1:])
def test_the_first_colours_are_apart_for_colour_blind_eyes(eye):
    assert _distances(colors.palette()[:8], eye).min() >= 0.07


def test_colours_are_the_same_in_another_process():
    code = "from segstudio.core import colors; print(colors.palette().tobytes().hex())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == colors.palette().tobytes().hex()


def test_a_class_has_its_chosen_colour_or_that_of_its_id():
    assert colors.class_color(Category(7, "cat", color="#102030")) == (16, 32, 48)
    assert colors.class_color(Category(7, "cat")) == colors.instance_color(7)
    assert colors.class_color(Category(7, "cat", color="nonsense")) == colors.NO_CLASS
    assert colors.class_color(None) == colors.NO_CLASS


def test_modes_colour_by_class_object_or_track():
    category, a = Category(3, "cat"), Annotation(11, 1, 3, track=5)
    assert colors.annotation_color(a, category, "class") == colors.instance_color(3)
    assert colors.annotation_color(a, category, "instance") == colors.instance_color(11)
    assert colors.annotation_color(a, category, "track") == colors.instance_color(5)
    assert colors.annotation_color(Annotation(11, 1, 3), category, "track") == colors.instance_color(3)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_hex_round_trip(color):
    assert colors.from_hex(colors.to_hex(color)) == color


@given(st.tuples(*[st.integers(0, 255)] * 3), st.floats(0, 1))
def test_premultiplied_colours_never_exceed_their_alpha(color, alpha):
    value = colors.premultiplied(color, alpha)
    a, rest = value >> 24, [value >> 16 & 255, value >> 8 & 255, value & 255]
    assert a == round(alpha * 255)
    assert all(abs(c - want * a / 255) <= 0.51 and c <= a for c, want in zip(rest, color, strict=True))


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_ink_reads_with_a_contrast_of_at_least_four_and_a_half(color):
    weights = (0.2126, 0.7152, 0.0722)
    light, ink = (float(colors._linear(np.array(c) / 255.0) @ weights) for c in (color, colors.ink_on(color)))
    assert (max(light, ink) + 0.05) / (min(light, ink) + 0.05) >= 4.5


def test_maps_run_from_dark_to_light_through_their_control_points():
    viridis = colors.lut("viridis")
    assert viridis.shape == (256, 3) and viridis.dtype == np.uint8
    assert tuple(viridis[0]) == (0x44, 0x01, 0x54) and tuple(viridis[255]) == (0xFD, 0xE7, 0x25)
    light = colors.oklab(colors._linear(viridis / 255.0))[:, 0]
    assert (np.diff(light) > -0.002).all()
    assert tuple(colors.lut("parula")[255]) == (0xF9, 0xFB, 0x0E)
