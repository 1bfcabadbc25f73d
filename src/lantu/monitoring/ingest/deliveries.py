"""Messages of the stream, in columns: a backlog has millions, and an object for each costs more than storing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Delivery(NamedTuple):
    """One message of the stream. ``received_ms`` is the time at which the stream took it (unix ms)."""

    seq: int
    received_ms: int
    subject: bytes
    headers: bytes | None
    payload: bytes


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Messages in stream order, one entry of each column per message; ``at(n)`` makes an object of one."""

    seq: Ints
    received_ms: Ints
    subjects: list[bytes]
    headers: list[bytes | None]
    payloads: list[bytes]

    @classmethod
    def of(cls, found: Deliveries | Iterable[Delivery]) -> Deliveries:
        """Columns of single messages."""
        if isinstance(found, Deliveries):
            return found
        rows = list(found)
        if not rows:
            return NOTHING
        seq, received_ms, subjects, headers, payloads = zip(*rows, strict=True)
        return cls(
            np.array(seq, np.int64), np.array(received_ms, np.int64), list(subjects), list(headers), list(payloads)
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.payloads)

    def __iter__(self) -> Iterator[Delivery]:
        return map(self.at, range(len(self)))

    def __add__(self, other: Deliveries) -> Deliveries:
        return Deliveries(
            np.concatenate((self.seq, other.seq)),
            np.concatenate((self.received_ms, other.received_ms)),
            self.subjects + other.subjects,
            self.headers + other.headers,
            self.payloads + other.payloads,
        )

    def at(self, number: int) -> Delivery:
        """One message by its place."""
        return Delivery(
            int(self.seq[number]),
            int(self.received_ms[number]),
            self.subjects[number],
            self.headers[number],
            self.payloads[number],
        )

    def part(self, start: int, stop: int) -> Deliveries:
        """The messages from ``start`` up to, not including, ``stop``."""
        cut = slice(start, stop)
        return Deliveries(
            self.seq[cut], self.received_ms[cut], self.subjects[cut], self.headers[cut], self.payloads[cut]
        )

    def after(self, seq: int) -> Deliveries:
        """Only the messages behind this place of the stream."""
        if not len(self) or self.seq[0] > seq:
            return self
        return self.part(int(np.searchsorted(self.seq, seq, side="right")), len(self))


NOTHING = Deliveries(np.zeros(0, np.int64), np.zeros(0, np.int64), [], [], [])
