"""The telemetry contract as typed messages, and the way of those that keep it: a block at a time, column by column.

What differs from it in anything is left to decode.py, which looks at each message and names every fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, repeat
from operator import attrgetter
from typing import NamedTuple

import msgspec

from lantu.monitoring.ingest.checks import FUTURE_MS, OLD_MS, Problem
from lantu.monitoring.ingest.reader import Delivery
from lantu.monitoring.ingest.registry import KnownDevice, Registry
from lantu.monitoring.telemetry.quality import Quality


class Record(msgspec.Struct, gc=False):
    """One measurement as devices send it; ``ts`` in unix ms, the receipt time when absent.

    ``flags`` gives channels a mark of HJ 212 (telemetry/quality.py); a channel without one is normal.
    """

    values: dict[str, float | None]
    ts: int | float | None = None
    units: dict[str, str] | None = None
    flags: dict[str, str] | None = None


Document = Record | list[Record]
_decoder: msgspec.json.Decoder[Document] = msgspec.json.Decoder(Document)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)
# Payloads decoded in one call: a faulty one makes this many be read one by one.
BLOCK = 256


class Rejected(NamedTuple):
    """A message (or part of it) for quarantine. ``guess``: the device that it claims to be, where no subject says so."""

    delivery: Delivery
    source: str
    device: KnownDevice | None
    problems: list[Problem]
    guess: str = ""


@dataclass(slots=True)
class Decoded:
    """A batch in columns. Row i of ``device``/``ts_ms``/``received_ms`` is one record; values are flat.

    value_row, value_at, value: one entry per accepted number: its row, its flat channel index, the number.
    marked: place in ``value`` → quality, only for what is not normal.
    """

    device: list[KnownDevice] = field(default_factory=list)
    ts_ms: list[int] = field(default_factory=list)
    received_ms: list[int] = field(default_factory=list)
    value_count: list[int] = field(default_factory=list)
    value_at: list[int] = field(default_factory=list)
    value: list[float | None] = field(default_factory=list)
    marked: dict[int, Quality] = field(default_factory=dict)
    message_of_row: list[int] = field(default_factory=list)
    record_of_row: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def documents_of(deliveries: list[Delivery]) -> list[Document | None]:
    """Each payload in contract form, None where it is not: the block at once, and one by one where it has a fault."""
    payloads = [delivery.payload for delivery in deliveries]
    lines = b"\n".join(payloads)
    # A payload with a line break could pass as two messages and shift the ones behind it to other devices.
    if lines.count(b"\n") == len(payloads) - 1:
        try:
            block = _decoder.decode_lines(lines)
        except _UNREADABLE:
            block = []
        if len(block) == len(payloads):
            return list(block)
    return list(map(_document, payloads))


def _document(payload: bytes) -> Document | None:
    try:
        return _decoder.decode(payload)
    except _UNREADABLE:
        return None


_parts = attrgetter("ts", "values", "units", "flags")


def take_plain(
    out: Decoded,
    registry: Registry,
    start: int,
    deliveries: list[Delivery],
    documents: list[Document | None],
) -> bool:
    """Append a block in which every message is one record of a known device: its own keys, a number each, in time.

    ``start``: place of the block's first message in the batch. False, and nothing appended, for any other block.
    """
    count = len(deliveries)
    _seq, received, subjects, headers, _payload = zip(*deliveries, strict=True)
    if headers.count(None) < count or set(map(type, documents)) != {Record}:
        return False
    times, values, units, flags = zip(*map(_parts, documents), strict=True)
    if units.count(None) < count or flags.count(None) < count or times.count(None):
        return False
    if min(times) < max(received) - OLD_MS or max(times) > min(received) + FUTURE_MS:
        return False
    find = registry.by_subject.get
    devices = [found for subject in subjects if (found := find(subject)) is not None]
    if len(devices) < count:
        return False
    known = zip(devices, values, strict=True)
    layouts = [places for device, names in known if (places := device.layouts.get(tuple(names)))]
    numbers = list(chain.from_iterable(map(dict.values, values)))
    if len(layouts) < count or None in numbers:
        return False
    out.device += devices
    out.ts_ms += map(int, times)
    out.received_ms += received
    out.value_count += map(len, layouts)
    out.value_at += chain.from_iterable(layouts)
    out.value += numbers
    out.message_of_row += range(start, start + count)
    out.record_of_row += repeat(0, count)
    return True
