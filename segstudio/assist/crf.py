"""The fully connected CRF of Krähenbühl and Koltun (2011): mean field with Gaussian kernels.

Every pixel looks at every other one: pixels that are near, and of like colour, ought to have the same label. One round
of mean field filters the marginals with each kernel; the kernels are normalised symmetrically (K_ij / sqrt(s_i s_j)
with the row sums s, the pixel itself included), as the published code does by default.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segstudio.assist.lattice import Lattice

Filter = Callable[[np.ndarray], np.ndarray]

# Up to so many pixels every pair is computed; beyond, the lattice answers.
EXACT = 2_500


@dataclass(frozen=True)
class Pairwise:
    """One kernel and what it costs when two pixels that it joins have different labels.

    Args:
        filter: (n, labels) -> (n, labels), the sum over all pixels, not normalised.
        cost: Potts' weight.
    """

    filter: Filter
    cost: float


def smoothness(shape: tuple[int, int], sigma: float) -> Filter:
    """Return the filter of a Gaussian over the places of an image of (height, width), exact to 1e-6."""
    import cv2

    reach = int(np.ceil(5.0 * sigma))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)

    def apply(values: np.ndarray) -> np.ndarray:
        maps = values.T.reshape(-1, *shape).astype(np.float64)
        done = [cv2.sepFilter2D(one, cv2.CV_64F, taps, taps, borderType=cv2.BORDER_CONSTANT) for one in maps]
        return np.stack(done).reshape(len(done), -1).T

    return apply


def appearance(picture: np.ndarray, sigma: float | tuple[float, float], colour: float) -> Filter:
    """Return the filter of a Gaussian over places and colours.

    Args:
        picture: uint8 RGB (h, w, 3).
        sigma: Its deviation in pixels, one or (across, down).
        colour: Its deviation in steps of 8-bit RGB.
    """
    height, width = picture.shape[:2]
    across, down = sigma if isinstance(sigma, tuple) else (sigma, sigma)
    ys, xs = np.mgrid[:height, :width]
    features = np.concatenate(
        (xs.reshape(-1, 1) / across, ys.reshape(-1, 1) / down, picture.reshape(-1, 3) / colour), axis=1
    )
    return dense(features) if len(features) <= EXACT else Lattice(features)


def dense(features: np.ndarray) -> Filter:
    """Return the filter of a Gaussian between all pairs of points, float (n, d): exact, n x n numbers of memory."""
    squares = (features**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2.0 * features @ features.T
    kernel = np.exp(-0.5 * np.maximum(distance, 0.0))

    def apply(values: np.ndarray) -> np.ndarray:
        return kernel @ values

    return apply


def mean_field(unary: np.ndarray, pairs: Sequence[Pairwise], rounds: int) -> np.ndarray:
    """Return the marginals of a CRF.

    Args:
        unary: float (labels, h, w), what each label costs each pixel: minus the logarithm of its probability.
        pairs: The kernels.
        rounds: Of mean field.

    Returns:
        float64 (labels, h, w), adding up to 1 over the labels.
    """
    costs = np.asarray(unary, np.float64).reshape(len(unary), -1).T
    ones = np.ones((len(costs), 1))
    norms = [1.0 / np.sqrt(np.maximum(pair.filter(ones), 1e-20)) for pair in pairs]
    marginals = _softmax(-costs)
    for _ in range(rounds):
        energy = -costs
        for pair, norm in zip(pairs, norms):
            energy = energy + pair.cost * norm * pair.filter(norm * marginals)
        marginals = _softmax(energy)
    return marginals.T.reshape(np.shape(unary))


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
