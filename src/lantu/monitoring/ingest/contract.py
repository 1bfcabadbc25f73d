"""The telemetry contract as typed messages. What differs from it in anything decode.py looks at, and names every fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from lantu.monitoring.ingest.checks import Problem
from lantu.monitoring.ingest.deliveries import Delivery
from lantu.monitoring.ingest.registry import KnownDevice
from lantu.monitoring.ingest.shapes import UNREADABLE
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


class Rejected(NamedTuple):
    """A message (or part of it) for quarantine. ``guess``: the device that it claims to be, where no subject says so."""

    delivery: Delivery
    source: str
    device: KnownDevice | None
    problems: list[Problem]
    guess: str = ""


@dataclass(slots=True)
class Decoded:
    """Messages in columns, as they are taken one by one. Row i of ``device``/``ts_ms``/``received_ms`` is one record.

    value_count: numbers of each row; value_at, value: one entry per number, its flat channel index and itself.
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


def document_of(payload: bytes) -> Document | None:
    """A payload in contract form, None where it is not."""
    try:
        return _decoder.decode(payload)
    except UNREADABLE:
        return None
