"""A random draw that anybody can repeat: the seed is stored, and the same seed over the same names gives the same order.

Every candidate gets SHA-256 of ``seed:candidate``; the smallest digests win. The order in which candidates are
listed does not matter, and adding one who is not drawn changes nobody else's place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def draw(seed: str, candidates: Iterable[str], count: int) -> tuple[str, ...]:
    """``count`` different candidates in the order drawn. Raises ``ValueError`` for an empty seed or too few."""
    names = set(candidates)
    if not seed:
        raise ValueError("a draw needs a seed")
    if not 0 <= count <= len(names):
        raise ValueError(f"{count} of {len(names)} cannot be drawn")
    ranked = sorted(names, key=lambda name: (hashlib.sha256(f"{seed}:{name}".encode()).hexdigest(), name))
    return tuple(ranked[:count])
