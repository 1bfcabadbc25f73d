"""Every critical path of a computed network, one by one, and how many there are; float paths into any activity."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from lantu.calc.cpm import Computed, Network, prepare
from lantu.calc.cpm_floats import gaps_of
from lantu.calc.cpm_graph import csr, sequence_of
from lantu.calc.cpm_passes import Dates


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


@dataclass(frozen=True)
class FloatPath:
    """A chain that leads to the chosen activity or joins an earlier path at ``joins`` (None: the first).

    ``nodes``: positions from first to last; ``gap``: working minutes by which its last link may slip before it drives
    what it leads to; ``total_float``: the least of its activities.
    """

    nodes: list[int]
    joins: int | None
    gap: int
    total_float: int


def float_paths(
    network: Network, found: Computed, end: int, *, most: int = 10, by_total: bool = False
) -> list[FloatPath]:
    """The chains into ``end``, the tightest first, each activity on one path only.

    A path goes back along the link with the least gap (``by_total``: into the activity with the least total float) until
    nothing is left to go back to; the next one begins at the tightest activity that leads into a path found so far.
    Finished work and levels of effort are on none.
    """
    prepared = prepare(network, found.lines)
    dates = Dates(found.early_start, found.early_finish, found.late_start, found.late_finish)
    gaps = gaps_of(prepared, dates).tolist()
    counted, total = prepared.counted.tolist(), found.total_float.tolist()
    before = prepared.predecessor.tolist()
    ptr_array, order = csr(network.size, prepared.successor)
    ptr, links = ptr_array.tolist(), order.tolist()
    taken: set[int] = set()

    def rank(link: int) -> tuple[int, int, int]:
        keys = (total[before[link]], gaps[link]) if by_total else (gaps[link], total[before[link]])
        return (*keys, before[link])

    def into(node: int) -> list[int]:
        return [
            link
            for link in links[ptr[node] : ptr[node + 1]]
            if counted[before[link]] and before[link] not in taken
        ]

    def chain(node: int) -> list[int]:
        nodes = [node]
        taken.add(node)
        while open_links := into(nodes[-1]):
            nodes.append(before[min(open_links, key=rank)])
            taken.add(nodes[-1])
        return nodes[::-1]

    nodes = chain(end)
    paths = [FloatPath(nodes, None, 0, min(total[node] for node in nodes))]
    waiting = [(*rank(link), link, node) for node in nodes for link in into(node)]
    heapify(waiting)
    while waiting and len(paths) < most:
        *_rank, link, joins = heappop(waiting)
        if before[link] in taken:
            continue
        nodes = chain(before[link])
        paths.append(FloatPath(nodes, joins, gaps[link], min(total[node] for node in nodes)))
        for node in nodes:
            for other in into(node):
                heappush(waiting, (*rank(other), other, node))
    return paths
