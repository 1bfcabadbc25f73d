"""Perceptual hashes: two pictures of the same thing have hashes that differ in few bits, however they were saved.

dHash (difference hash): the picture shrunk to 9 × 8 grey values; each bit says whether the right
neighbour is brighter by more than 3 % of the picture's spread. pHash: 32 × 32 grey values, the two-dimensional DCT-II, its 8 × 8 lowest frequencies without the constant one
compared with their median. Both 64 bits. Shrinking is by area mean, so that noise and JPEG blocks average out.

A small distance asks whether the pictures are one; it proves nothing: two walls may look alike.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

BITS = 64
SIDE = 8
SAMPLES = 32
FLAT_SHARE = 0.03
Grey = NDArray[np.float64]


def _checked(grey: object) -> Grey:
    picture = np.asarray(grey, dtype=np.float64)
    if picture.ndim != 2 or picture.size == 0:
        raise ValueError("a grey picture is an array of two dimensions")
    if not np.isfinite(picture).all():
        raise ValueError("grey values are finite")
    return picture


def shrink(grey: object, rows: int, columns: int) -> Grey:
    """Area mean of a grey picture on ``rows`` × ``columns`` cells; cells share border pixels by their part.

    Raises ``ValueError`` for anything but a finite array of two dimensions.
    """
    picture = _checked(grey)
    return np.asarray(_cells(rows, picture.shape[0]) @ picture @ _cells(columns, picture.shape[1]).T)


def _cells(cells: int, pixels: int) -> Grey:
    """Weights of the pixels of one axis in each cell: cells × pixels, every row sums to 1."""
    edges = np.linspace(0.0, pixels, cells + 1)
    starts = np.arange(pixels)
    overlap = np.minimum(edges[1:, None], starts + 1.0) - np.maximum(edges[:-1, None], starts)
    weights = np.clip(overlap, 0.0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


@cache
def _dct(size: int) -> Grey:
    """The orthonormal DCT-II matrix."""
    k = np.arange(size)[:, None]
    n = np.arange(size)[None, :]
    matrix = np.sqrt(2.0 / size) * np.cos(np.pi * (2 * n + 1) * k / (2 * size))
    matrix[0] /= np.sqrt(2.0)
    return np.asarray(matrix)


def _packed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big")


def dhash(grey: object) -> int:
    """Difference hash of a grey picture (rows × columns, any scale of brightness), 64 bits."""
    small = shrink(grey, SIDE, SIDE + 1)
    # Sky and walls have no slope; what compression adds to them must not decide bits.
    return _packed(np.diff(small, axis=1) > FLAT_SHARE * np.std(small))


def phash(grey: object) -> int:
    """DCT hash of a grey picture, 64 bits, the first of which is always 0 (the constant says only how bright it is)."""
    small = shrink(grey, SAMPLES, SAMPLES)
    matrix = _dct(SAMPLES)
    low = (matrix @ small @ matrix.T)[:SIDE, :SIDE].ravel()
    bits = low > np.median(low[1:])
    bits[0] = False
    return _packed(bits)


def distance(one: int, other: int) -> int:
    """Bits in which two hashes differ, 0 to 64. Raises ``ValueError`` for anything but 64-bit values."""
    for value in (one, other):
        if not 0 <= value < 1 << BITS:
            raise ValueError("a hash has 64 bits")
    return (one ^ other).bit_count()


def is_flat(grey: object, *, least_spread: float = 4.0) -> bool:
    """A picture without structure (night, fog, a covered lens): its hash would match every other such picture."""
    return bool(np.std(shrink(grey, SAMPLES, SAMPLES)) < least_spread)
