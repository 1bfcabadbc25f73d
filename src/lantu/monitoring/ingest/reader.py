"""Read the stream in order from a given sequence, or fail loudly.

The consumer is ephemeral, in memory and without acknowledgements: what has been read is known to
PostgreSQL alone. Anything odd (a gap, a lost consumer, a foreign delivery) raises ReadBroken; the worker
then reopens at the sequence that its last transaction stored.
"""

from __future__ import annotations

import json
import os
import time
from typing import NamedTuple

from lantu.monitoring.ingest.stream import STREAM, SUBJECTS, api
from lantu.monitoring.ingest.wire import Frame, ProtocolError, Wire, header_status

PULL = 10_000
HEARTBEAT_S = 2.0
SILENCE_S = 3 * HEARTBEAT_S
EXPIRES_S = 30.0
REPULL_STATUSES = frozenset({404, 408, 409})


class ReadBroken(ConnectionError):
    """The order of deliveries cannot be trusted any more: reopen from the stored offset."""


class Delivery(NamedTuple):
    """One message of the stream. ``received_ms`` is the time at which the stream took it (unix ms)."""

    seq: int
    received_ms: int
    subject: bytes
    headers: bytes | None
    payload: bytes


class Ack(NamedTuple):
    """The reply subject of a JetStream delivery, taken apart."""

    stream: bytes
    consumer: bytes
    stream_seq: int
    consumer_seq: int
    time_ns: int
    pending: int


def parse_ack(reply: bytes) -> Ack:
    """``$JS.ACK.[domain.account.]stream.consumer.delivered.sseq.cseq.time.pending[.token]``.

    Raises ReadBroken when the subject has another shape.
    """
    words = reply.split(b".")
    at = 2 if len(words) == 9 else 4
    try:
        return Ack(words[at], words[at + 1], *(int(word) for word in words[at + 3 : at + 7]))
    except (IndexError, ValueError, TypeError) as error:
        raise ReadBroken(f"unreadable delivery {reply[:120]!r}") from error


class StreamReader:
    """Ordered reading with two pull requests in flight."""

    def __init__(self, wire: Wire, *, start_seq: int, subject: str = SUBJECTS[0], pull: int = PULL) -> None:
        self._wire = wire
        self._pull = pull
        self._consumer = f"lantu-{os.urandom(8).hex()}"
        self._expected = 1
        self._wanted = 0
        self.pending = 0
        self.last_heard = time.monotonic()
        api(
            wire,
            f"CONSUMER.CREATE.{STREAM}.{self._consumer}.{subject}",
            stream_name=STREAM,
            config={
                "name": self._consumer, "deliver_policy": "by_start_sequence", "opt_start_seq": start_seq,
                "ack_policy": "none", "filter_subject": subject, "mem_storage": True, "num_replicas": 1,
                "inactive_threshold": 60 * 10**9,
            },
        )  # fmt: skip
        self._inbox = f"{wire.inbox}.{self._consumer}"
        wire.subscribe(self._inbox)
        self._ask()
        self._ask()

    def _ask(self) -> None:
        body = json.dumps(
            {"batch": self._pull, "expires": int(EXPIRES_S * 1e9), "idle_heartbeat": int(HEARTBEAT_S * 1e9)}
        ).encode()
        self._wire.publish(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self._consumer}", body, reply=self._inbox)
        self._wanted += self._pull

    def read(self, *, timeout: float, drain: int = 2 << 20) -> list[Delivery]:
        """Whatever has arrived, in stream order; [] after ``timeout`` seconds of nothing.

        Raises ReadBroken when deliveries are missing, foreign, or when the consumer has gone silent.
        """
        frames = self._wire.read(timeout=timeout, drain=drain)
        if not frames:
            if time.monotonic() - self.last_heard > SILENCE_S:
                raise ReadBroken("no heartbeat: the consumer is gone")
            return []
        self.last_heard = time.monotonic()
        deliveries: list[Delivery] = []
        consumer, expected, append = self._consumer.encode(), self._expected, deliveries.append
        for frame in frames:
            reply = frame.reply
            if reply is None or not reply.startswith(b"$JS.ACK."):
                self._control(frame)
                continue
            ack = parse_ack(reply)
            if ack.consumer != consumer:
                raise ReadBroken(f"delivery of another consumer: {ack.consumer!r}")
            if ack.consumer_seq != expected:
                raise ReadBroken(f"gap: delivery {ack.consumer_seq} where {expected} was due")
            expected += 1
            append(
                Delivery(
                    ack.stream_seq, ack.time_ns // 1_000_000, frame.subject, frame.headers, frame.payload
                )
            )
            self.pending = ack.pending
        self._expected = expected
        self._wanted -= len(deliveries)
        while self._wanted <= self._pull:
            self._ask()
        return deliveries

    def _control(self, frame: Frame) -> None:
        status = header_status(frame.headers)
        if status == 100:
            return
        if status in REPULL_STATUSES:
            text = (frame.headers or b"").split(b"\r\n", 1)[0]
            if b"Consumer Deleted" in text or b"No Responders" in text:
                raise ReadBroken(text.decode(errors="replace"))
            # A request ended unfulfilled: the count of what is still owed starts anew.
            self._wanted = 0
            return
        if status == 503:
            raise ReadBroken("the stream does not answer")
        raise ProtocolError(f"unexpected frame on {frame.subject!r}: {frame.headers!r}")
