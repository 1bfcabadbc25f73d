"""Read the stream in order from a given sequence, or fail loudly.

The consumer is ephemeral, in memory and without acknowledgements: what has been read is known to
PostgreSQL alone. Anything odd (a gap, a lost consumer, a foreign delivery) raises ReadBroken; the worker
then reopens at the sequence that its last transaction stored.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lantu.monitoring.ingest.alike import take_alike
from lantu.monitoring.ingest.deliveries import NOTHING, Deliveries, Ints
from lantu.monitoring.ingest.shares import original
from lantu.monitoring.ingest.stream import STREAM, SUBJECTS, api
from lantu.monitoring.ingest.wire import Frame, ProtocolError, Wire, header_status

PULL = 10_000
MOST_NAMES = 100_000
HEARTBEAT_S = 2.0
SILENCE_S = 3 * HEARTBEAT_S
EXPIRES_S = 30.0
REPULL_STATUSES = frozenset({404, 408, 409})


class ReadBroken(ConnectionError):
    """The order of deliveries cannot be trusted any more: reopen from the stored offset."""


class Acks(NamedTuple):
    """The reply subjects of JetStream deliveries, taken apart: one entry per delivery.

    ``marker``: what they begin with, up to the stream's sequence.
    """

    consumers: set[bytes]
    stream_seq: list[int]
    consumer_seq: list[int]
    received_ms: list[int]
    pending: int
    marker: bytes


# $JS.ACK.stream.consumer.delivered.stream-seq.consumer-seq.time.pending, with domain and account before the stream and
# a token at the end when the server belongs to a cluster with domains.
_PLAIN_WORDS, _LONG_WORDS = 9, 12


def parse_acks(replies: Sequence[bytes]) -> Acks:
    """Take the replies of one read apart, all at once: word by word in Python costs more than storing the reading.

    Raises ReadBroken when one of them has another shape.
    """
    width = replies[0].count(b".") + 1
    words = b".".join(replies).split(b".")
    at = {_PLAIN_WORDS: 2, _LONG_WORDS: 4}.get(width, -1)
    if at < 0 or len(words) != width * len(replies) or set(words[1::width]) != {b"ACK"}:
        raise ReadBroken(f"unreadable delivery {replies[0][:120]!r}")
    try:
        return Acks(
            set(words[at + 1 :: width]),
            list(map(int, words[at + 3 :: width])),
            list(map(int, words[at + 4 :: width])),
            [int(word) // 1_000_000 for word in words[at + 5 :: width]],
            int(words[(len(replies) - 1) * width + at + 6]),
            b".".join(words[: at + 3]) + b".",
        )
    except ValueError as error:
        raise ReadBroken(f"unreadable delivery {replies[0][:120]!r}") from error


class StreamReader:
    """Ordered reading with two pull requests in flight."""

    def __init__(self, wire: Wire, *, start_seq: int, subject: str = SUBJECTS[0], pull: int = PULL) -> None:
        self._wire = wire
        self._pull = pull
        self._consumer = f"lantu-{os.urandom(8).hex()}"
        self._expected = 1
        self._wanted = 0
        self._names: dict[bytes, bytes] = {}
        # How the replies of our consumer begin; known from the first delivery on.
        self._marker = b""
        self.last_heard = time.monotonic()
        answer = api(
            wire,
            f"CONSUMER.CREATE.{STREAM}.{self._consumer}.{subject}",
            stream_name=STREAM,
            config={
                "name": self._consumer, "deliver_policy": "by_start_sequence", "opt_start_seq": start_seq,
                "ack_policy": "none", "filter_subject": subject, "mem_storage": True, "num_replicas": 1,
                "inactive_threshold": 60 * 10**9,
            },
        )  # fmt: skip
        self.pending = int(answer.get("num_pending", 0))
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

    def read(self, *, timeout: float, drain: int = 2 << 20) -> Deliveries:
        """Whatever has arrived, in stream order; nothing after ``timeout`` seconds of nothing.

        Raises ReadBroken when deliveries are missing, foreign, or when the consumer has gone silent.
        """
        buffer = self._wire.receive(timeout=timeout, drain=drain)
        if not buffer:
            if time.monotonic() - self.last_heard > SILENCE_S:
                raise ReadBroken("no heartbeat: the consumer is gone")
            return NOTHING
        self.last_heard = time.monotonic()
        deliveries = self._at_once(buffer)
        if deliveries is None:
            deliveries = self._one_by_one(self._wire.understand(buffer))
        self._wanted -= len(deliveries)
        while self._wanted <= self._pull:
            self._ask()
        return deliveries

    def _at_once(self, buffer: bytes) -> Deliveries | None:
        """The usual case: nothing but deliveries of one shape."""
        found = take_alike(buffer, self._marker) if self._marker else None
        if found is None:
            return None
        self._wire.keep(buffer[found.taken :])
        self._count(found.consumer_seq, parse_acks([found.last_reply]).pending)
        return self._renamed(found.deliveries)

    def _one_by_one(self, frames: list[Frame]) -> Deliveries:
        data = [frame for frame in frames if frame.reply and frame.reply.startswith(b"$JS.ACK.")]
        for frame in frames if len(data) < len(frames) else ():
            if not (frame.reply and frame.reply.startswith(b"$JS.ACK.")):
                self._control(frame)
        if not data:
            return NOTHING
        subjects, replies, headers, payloads = zip(*data, strict=True)
        acks = parse_acks(replies)
        if acks.consumers != {self._consumer.encode()}:
            raise ReadBroken(f"delivery of another consumer: {sorted(acks.consumers)[:2]!r}")
        self._count(np.array(acks.consumer_seq, np.int64), acks.pending)
        self._marker = acks.marker
        times = np.array(acks.received_ms, np.int64)
        seq = np.array(acks.stream_seq, np.int64)
        return self._renamed(Deliveries(seq, times, list(subjects), list(headers), list(payloads)))

    def _count(self, consumer_seq: Ints, pending: int) -> None:
        """Note how far the consumer has come. Raises ReadBroken when one of its deliveries is missing."""
        after = self._expected + len(consumer_seq)
        if not np.array_equal(consumer_seq, np.arange(self._expected, after)):
            raise ReadBroken(f"gap: deliveries {consumer_seq[:3].tolist()} … where {self._expected} was due")
        self._expected, self.pending = after, pending

    def _renamed(self, found: Deliveries) -> Deliveries:
        """With subjects as the devices sent them, for a stream that sorts into shares."""
        if found.subjects[0].startswith(b"lantu."):
            return found
        found.subjects[:] = map(self._name, found.subjects)
        return found

    def _name(self, subject: bytes) -> bytes:
        """The subject as the device sent it, for a stream that sorts into shares."""
        name = self._names.get(subject)
        if name is None:
            if len(self._names) > MOST_NAMES:
                self._names.clear()
            name = self._names[subject] = original(subject)
        return name

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
