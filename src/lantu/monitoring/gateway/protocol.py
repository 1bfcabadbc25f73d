"""What a protocol of the gateway is. Each lives in one folder beside this file, whose ``handler`` module
holds ``PROTOCOL``.

A session turns the bytes of one connection into messages of the common form and answers the device. It is plain code
without a socket and without a clock, so it can be tested and fuzzed by feeding it bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lantu.monitoring.ingest.publish import Outgoing


@dataclass(frozen=True)
class Rejection:
    """Bytes that could not be taken, for quarantine. ``reason`` is a value of telemetry.models.Reason.

    ``device`` is the code of the device when the packet proved to be its own, else what the packet claims to be.
    """

    reason: str
    detail: str
    raw: bytes
    device: str = ""
    known: bool = False


class Link(Protocol):
    """A device's connection as its session sees it. No call waits."""

    @property
    def peer(self) -> str:
        """Address of the other side."""
        ...

    def send(self, data: bytes) -> None:
        """Bytes for the device; nothing happens when it is gone."""
        ...

    def store(self, messages: Sequence[Outgoing], stored: Callable[[], None] | None = None) -> None:
        """Publish messages; ``stored`` is called once the stream holds all of them, and only then.

        The place to acknowledge a packet. With no messages it is called at once.
        """
        ...

    def reject(self, rejection: Rejection, stored: Callable[[], None] | None = None) -> None:
        """Put bytes into quarantine; ``stored`` as in :meth:`store`.

        What a stranger sends is kept up to a number per minute, then only counted, and ``stored`` is not called.
        """
        ...

    def heard(self, packets: int = 1) -> None:
        """Well-formed packets of a device that may speak: renews the idle time, counts against the rate."""
        ...

    def count(self, name: str, number: int = 1) -> None:
        """Raise a counter of the protocol."""
        ...

    def close(self, why: str) -> None:
        """End the connection. ``why`` is counted; further bytes are not fed."""
        ...


class Session(Protocol):
    """The talk with one device over one connection."""

    def feed(self, data: bytes, now: datetime) -> None:
        """Bytes as they came, in any pieces. Must not raise on input, wait, or keep more than MAX_BUFFER bytes."""
        ...

    def tick(self, now: datetime) -> None:
        """Called every few seconds: time-outs of one's own questions, requests that are due."""
        ...

    def closed(self, now: datetime) -> None:
        """The connection is gone."""
        ...


class Handler(Protocol):
    """What the sessions of one protocol share in a process: above all the stations that may speak."""

    def session(self, link: Link) -> Session:
        """The session of a new connection."""
        ...

    def upkeep(self, now: datetime) -> None:
        """Every few seconds in a thread that may ask the database: read stations anew, write what was noted."""
        ...


@dataclass(frozen=True)
class GatewayProtocol:
    """One protocol: where it listens, how a connection is served, and how a quarantined packet is tried again.

    ``variable`` sets the port (``off`` = do not listen). ``replay`` gives the messages of one quarantined packet
    under the settings of now; it raises lantu.core.refusals.Refused with the reason when it still cannot be taken.
    ``shown`` blots out of a packet what nobody should read on a page.
    """

    name: str
    label: str
    variable: str
    default_port: int
    handler: Callable[[], Handler]
    replay: Callable[[bytes, datetime], list[Outgoing]]
    shown: Callable[[bytes], bytes] = bytes
