"""Gaussian filtering in many dimensions on the permutohedral lattice (Adams, Baek and Davis 2010).

Each value is spread over the corners of the simplex around its place, the corners are blurred along each direction
of the lattice, and every place reads its corners again: time and memory grow with the number of places, whatever the
reach of the Gaussian. All three steps are sparse matrices here.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Lattice:
    """A Gaussian of standard deviation 1 between points.

    Args:
        features: float (n, d), the points' places, divided by the Gaussian's deviations.
    """

    def __init__(self, features: np.ndarray) -> None:
        import scipy.sparse

        places = np.asarray(features, np.float64)
        n, d = places.shape
        keys, weights = _corners(places)
        flat, keys, radix = _packed(keys)
        unique, index = np.unique(flat, return_inverse=True)
        owner = np.repeat(np.arange(n), d + 1)
        shape = (n, len(unique))
        self._slice: Any = scipy.sparse.csr_matrix((weights.ravel().astype(np.float32), (owner, index)), shape)
        self._splat: Any = self._slice.T.tocsr()
        self._blurs = [_blur(unique, step) for step in _steps(radix, d)]
        self._alpha = np.float32(1.0 / (1.0 + 2.0**-d))

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Return the filtered values, float32 (n, channels), not normalised."""
        on_lattice = self._splat @ np.asarray(values, np.float32)
        for blur in self._blurs:
            on_lattice = on_lattice + blur @ on_lattice
        return (self._slice @ on_lattice) * self._alpha


def _corners(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of each point's simplex, int64 (n, d + 1, d), and their weights (n, d + 1)."""
    n, d = places.shape
    i = np.arange(d)
    scaled = places * (np.sqrt(2.0 / 3.0) * (d + 1) / np.sqrt((i + 1.0) * (i + 2.0)))
    # Onto the plane in d + 1 dimensions on which coordinates add up to 0.
    tails = np.cumsum(scaled[:, ::-1], axis=1)[:, ::-1]
    lifted = np.concatenate((tails, np.zeros((n, 1))), axis=1)
    lifted[:, 1:] -= (i + 1) * scaled
    base = np.round(lifted / (d + 1)).astype(np.int64)
    excess = base.sum(axis=1, keepdims=True)
    base *= d + 1
    order = np.argsort(-(lifted - base), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(d + 1), order.shape), axis=1)
    rank += excess
    low, high = rank < 0, rank > d
    shift = (low.astype(np.int64) - high) * (d + 1)
    rank += shift
    base += shift
    within = (lifted - base) / (d + 1)
    rows = np.arange(n)[:, None]
    weights = np.zeros((n, d + 2))
    weights[rows, d - rank] += within
    weights[rows, d - rank + 1] -= within
    weights[:, 0] += 1.0 + weights[:, d + 1]
    corner = np.arange(d + 1)[:, None]
    canonical = np.where(np.arange(d + 1)[None, :] <= d - corner, corner, corner - (d + 1))
    keys = base[:, None, :d] + canonical[:, rank].transpose(1, 0, 2)[:, :, :d]
    return keys, weights[:, : d + 1]


def _packed(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each corner as one int64, the corners, and the factor of each coordinate in that number."""
    d = keys.shape[-1]
    corners = keys.reshape(-1, d)
    low = corners.min(axis=0) - (d + 1)
    span = corners.max(axis=0) + (d + 1) - low + 1
    radix = np.concatenate(([1], np.cumprod(span[:-1])))
    return (corners - low) @ radix, corners, radix


def _steps(radix: np.ndarray, d: int) -> list[int]:
    """Return the difference of packed numbers to the neighbour in each of the d + 1 directions."""
    every = int(radix.sum())
    return [every - (d + 1) * int(radix[j]) for j in range(d)] + [every]


def _blur(unique: np.ndarray, step: int) -> Any:
    """Return the sparse matrix that gives each corner half of its two neighbours in one direction."""
    import scipy.sparse

    n = len(unique)
    at = np.minimum(np.searchsorted(unique, unique + step), n - 1)
    here = np.flatnonzero(unique[at] == unique + step)
    half = np.full(len(here), 0.5, np.float32)
    one: Any = scipy.sparse.csr_matrix((half, (here, at[here])), (n, n))
    return (one + one.T).tocsr()
