"""Every critical path of a computed network, one by one, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lantu.calc.cpm import Computed, Network
from lantu.calc.cpm_graph import csr, sequence_of


@dataclass(frozen=True)
class CriticalPaths:
    """``paths``: positions from first to last, at most as many as asked for; ``total``: how many exist."""

    paths: list[list[int]]
    total: int


def critical_paths(network: Network, found: Computed, most: int = 10) -> CriticalPaths:
    """Chains of driving links among activities on the longest path, each ending with the project."""
    keep = found.driving & found.longest[network.predecessor] & found.longest[network.successor]
    links = np.flatnonzero(keep)
    before, after = network.predecessor[links], network.successor[links]
    ptr_array, order = csr(network.size, after)
    ptr, sources = ptr_array.tolist(), before[order].tolist()
    ends = np.flatnonzero(found.longest & (found.early_finish == found.finish))
    # An activity that ends last and drives another that ends last too is the middle of that one's path.
    leads_on = np.zeros(network.size, dtype=bool)
    leads_on[before] = True
    lasts = [node for node in ends.tolist() if not leads_on[node]]
    ways = [0] * network.size
    for node in sequence_of(network.size, before, after):
        come = set(sources[ptr[node] : ptr[node + 1]])
        ways[node] = sum(ways[source] for source in come) if come else int(found.longest[node])
    paths: list[list[int]] = []
    stack = [[node] for node in reversed(lasts)]
    while stack and len(paths) < most:
        path = stack.pop()
        earlier = sorted(set(sources[ptr[path[-1]] : ptr[path[-1] + 1]]), reverse=True)
        if earlier:
            stack += [[*path, source] for source in earlier]
        else:
            paths.append(path[::-1])
    return CriticalPaths(paths, sum(ways[node] for node in lasts))
