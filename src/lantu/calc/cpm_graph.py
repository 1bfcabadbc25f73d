"""The shape of a network: layers of activities that wait for nothing but earlier layers, and cycles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
# A layer costs about as much as this many activities handled one by one.
LAYER_COST = 16
SMALL = 256


class TooNarrow(Exception):
    """Layers would hold so few activities that working layer by layer does not pay."""


class CycleFound(ValueError):
    """Activities that wait for each other; ``cycles`` lists each cycle's positions in the order of its links."""

    def __init__(self, cycles: list[list[int]]) -> None:
        super().__init__(f"{len(cycles)} cycles, the first over {len(cycles[0])} activities")
        self.cycles = cycles


@dataclass(frozen=True)
class Layers:
    """``level`` of each activity: 0 waits for nothing, k for something of k-1. ``depth``: number of levels."""

    level: Ints
    depth: int


def csr(size: int, keys: Ints) -> tuple[Ints, Ints]:
    """Positions grouped by key: ``order`` lists them, those of key k are ``order[ptr[k]:ptr[k + 1]]``."""
    ptr = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=ptr[1:])
    return ptr, in_order(keys)


def in_order(keys: Ints) -> Ints:
    """Stable order of whole numbers that are not negative: sorting key and position as one number is the fastest way."""
    bits = max(int(keys.size).bit_length(), 1)
    return np.sort((keys << bits) | np.arange(keys.size)) & ((1 << bits) - 1)


def layers_of(size: int, predecessor: Ints, successor: Ints) -> Layers:
    """Peel the network layer by layer. Raises :class:`TooNarrow` where that does not pay, :class:`CycleFound`."""
    ptr, order = csr(size, predecessor)
    targets = successor[order]
    waits = np.bincount(successor, minlength=size)
    level = np.full(size, -1, dtype=np.int64)
    layer = np.flatnonzero(waits == 0)
    depth, done, most = 0, 0, max(SMALL, size // LAYER_COST)
    counting = np.arange(max(size, targets.size))
    while layer.size:
        level[layer] = depth
        done += layer.size
        depth += 1
        if depth > most:
            raise TooNarrow
        first = ptr[layer]
        count = ptr[layer + 1] - first
        ends = count.cumsum()
        total = int(ends[-1])
        if total == 0:
            break
        offset = first - ends + count
        reached = targets.take(offset.repeat(count) + counting[:total])
        np.subtract.at(waits, reached, 1)
        free = reached[waits[reached] == 0]
        # One that waited for several of this layer is reached several times.
        waits[free] = -1
        mark = counting[: free.size]
        level[free] = mark
        layer = free[level[free] == mark]
    if done < size:
        raise CycleFound(find_cycles(size, predecessor, successor))
    return Layers(level, depth)


def sequence_of(size: int, predecessor: Ints, successor: Ints) -> list[int]:
    """Activities one by one, each after those it waits for. Raises :class:`CycleFound`."""
    ptr_array, order = csr(size, predecessor)
    ptr, targets = ptr_array.tolist(), successor[order].tolist()
    waits = np.bincount(successor, minlength=size).tolist()
    found = [node for node in range(size) if waits[node] == 0]
    for node in found:
        for target in targets[ptr[node] : ptr[node + 1]]:
            waits[target] -= 1
            if waits[target] == 0:
                found.append(target)
    if len(found) < size:
        raise CycleFound(find_cycles(size, predecessor, successor))
    return found


def find_cycles(size: int, predecessor: Ints, successor: Ints, most: int = 20) -> list[list[int]]:
    """One shortest cycle of each knot of activities that wait for each other, at most ``most`` of them.

    A knot is a strongly connected component (Tarjan 1972, without recursion).
    """
    ptr_array, order = csr(size, predecessor)
    ptr, targets = ptr_array.tolist(), successor[order].tolist()
    cycles: list[list[int]] = []
    for knot in _knots(size, ptr, targets):
        cycles.append(_shortest_cycle(knot, ptr, targets))
        if len(cycles) == most:
            break
    return cycles


def _knots(size: int, ptr: list[int], targets: list[int]) -> list[list[int]]:
    index, low = [-1] * size, [0] * size
    on_stack = [False] * size
    stack: list[int] = []
    knots: list[list[int]] = []
    counter = 0
    for root in range(size):
        if index[root] >= 0:
            continue
        work = [(root, ptr[root])]
        while work:
            node, at = work.pop()
            if at == ptr[node] and index[node] < 0:
                index[node] = low[node] = counter
                counter += 1
                stack.append(node)
                on_stack[node] = True
            for link in range(at, ptr[node + 1]):
                target = targets[link]
                if index[target] < 0:
                    work += [(node, link), (target, ptr[target])]
                    break
                if on_stack[target]:
                    low[node] = min(low[node], low[target])
            else:
                if low[node] == index[node]:
                    knot = _pop_to(node, stack, on_stack)
                    if len(knot) > 1 or node in targets[ptr[node] : ptr[node + 1]]:
                        knots.append(knot)
    return knots


def _pop_to(node: int, stack: list[int], on_stack: list[bool]) -> list[int]:
    knot: list[int] = []
    while True:
        member = stack.pop()
        on_stack[member] = False
        knot.append(member)
        if member == node:
            return knot


def _shortest_cycle(knot: list[int], ptr: list[int], targets: list[int]) -> list[int]:
    """Breadth first from the member with the lowest position, back to itself."""
    inside, root = set(knot), min(knot)
    came: dict[int, int] = {}
    queue = [root]
    for node in queue:
        for target in targets[ptr[node] : ptr[node + 1]]:
            if target == root:
                path = [node]
                while path[-1] != root:
                    path.append(came[path[-1]])
                return path[::-1]
            if target in inside and target not in came:
                came[target] = node
                queue.append(target)
    return knot
