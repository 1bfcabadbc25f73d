"""Messages of one shape, decoded many at a time: the channels that a device names, always the same ones.

A shape is learnt from the first good message of a device. A message that differs from it in anything (another key, a
missing value, units, flags, a time out of reach, a value beyond its range) is not for this way: decode.py looks at it.
"""

from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from lantu.monitoring.ingest.checks import FUTURE_MS, OLD_MS
from lantu.monitoring.ingest.deliveries import Deliveries, Ints
from lantu.monitoring.ingest.registry import KnownDevice, Registry

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)
# Payloads decoded in one call: a faulty one makes this many be read one by one.
BLOCK = 256
# A sender of ever new keys must not fill the memory.
MOST_SHAPES = 512
NONE = -1
# A double holds these without loss.
_Time = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Shape:
    """Channel keys in an order, and the places of these channels in their device's vector."""

    def __init__(self, keys: tuple[str, ...], offsets: tuple[int, ...]) -> None:
        self.offsets = np.array(offsets, np.int64)
        fields = {f"v{number}": key for number, key in enumerate(keys)}
        values = msgspec.defstruct(
            "Values", [(name, float) for name in fields], rename=fields, forbid_unknown_fields=True, gc=False
        )
        plain = msgspec.defstruct(
            "Plain", [("ts", _Time), ("values", values)], forbid_unknown_fields=True, gc=False
        )
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(plain)
        self._numbers = attrgetter("ts", *(f"values.{name}" for name in fields))

    def read(self, payloads: list[bytes]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """``float64[k, 1 + channels]`` (time in unix ms, values) of the payloads that fit, and which of them do."""
        lines = b"\n".join(payloads)
        # A payload with a line break could pass as two messages and shift the ones behind it to other devices.
        if lines.count(b"\n") == len(payloads) - 1:
            try:
                found = self._decoder.decode_lines(lines)
            except UNREADABLE:
                found = []
            if len(found) == len(payloads):
                return self._matrix(found), np.ones(len(payloads), bool)
        each = list(map(self._one, payloads))
        fits = np.array([one is not None for one in each], bool)
        return self._matrix([one for one in each if one is not None]), fits

    def _matrix(self, found: list[Any]) -> NDArray[np.float64]:
        width = 1 + len(self.offsets)
        flat = chain.from_iterable(map(self._numbers, found))
        return np.fromiter(flat, np.float64, width * len(found)).reshape(-1, width)

    def _one(self, payload: bytes) -> Any:
        try:
            return self._decoder.decode(payload)
        except UNREADABLE:
            return None


class Shapes:
    """What the devices of a registry usually send: ``of`` int64[devices] is a place in ``known``, or NONE."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.known: list[Shape] = []
        self.of = np.full(len(registry.devices), NONE, np.int64)
        self._number: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}

    def learn(self, device: KnownDevice, keys: tuple[str, ...], layout: tuple[int, ...]) -> None:
        """Remember what a device has just sent, without fault."""
        offsets = tuple(at - device.base for at in layout)
        number = self._number.get((keys, offsets), NONE)
        if number == NONE and len(self.known) < MOST_SHAPES:
            number = self._number[keys, offsets] = len(self.known)
            self.known.append(Shape(keys, offsets))
        self.of[device.index] = number


def shapes_of(registry: Registry) -> Shapes:
    """What is known of the shapes of a registry's devices."""
    if registry.shapes is None:
        registry.shapes = Shapes(registry)
    return registry.shapes


class Taken(NamedTuple):
    """Good messages of one shape: number int64[n] in the batch, place int64[n] of the device, ts_ms int64[n], at
    int64[n, w] and value float64[n, w]."""

    number: Ints
    place: Ints
    ts_ms: Ints
    at: Ints
    value: NDArray[np.float64]


def take_shapes(
    registry: Registry, deliveries: Deliveries, place: Ints, free: NDArray[np.bool_]
) -> list[Taken]:
    """The messages that keep to their device's shape, and have nothing wrong with them.

    place int64[n]: of each message's device in the registry, negative for none; ``free`` bool[n]: messages that may
    be taken here.
    """
    shapes = shapes_of(registry)
    kind = np.full(len(place), NONE)
    may = np.flatnonzero(free & (place >= 0))
    kind[may] = shapes.of[place[may]]
    found = []
    for number in np.unique(kind[kind != NONE]).tolist():
        mine = np.flatnonzero(kind == number)
        for start in range(0, len(mine), BLOCK):
            found.append(_take(shapes, shapes.known[number], deliveries, place, mine[start : start + BLOCK]))
    return found


def _take(shapes: Shapes, shape: Shape, deliveries: Deliveries, place: Ints, number: Ints) -> Taken:
    payloads = deliveries.payloads
    matrix, fits = shape.read([payloads[n] for n in number.tolist()])
    number = number[fits]
    mine = place[number]
    registry, received = shapes.registry, deliveries.received_ms[number]
    ts, value = matrix[:, 0].astype(np.int64), matrix[:, 1:]
    at = registry.base[mine][:, None] + shape.offsets
    good = ((value >= registry.low[at]) & (value <= registry.high[at])).all(axis=1)
    good &= (ts >= received - OLD_MS) & (ts <= received + FUTURE_MS)
    if good.all():
        return Taken(number, mine, ts, at, value)
    return Taken(number[good], mine[good], ts[good], at[good], value[good])
