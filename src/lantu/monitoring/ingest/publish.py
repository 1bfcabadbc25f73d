"""Publish into the stream and wait for its acknowledgement: the one path for readings that do not come by MQTT."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from lantu.monitoring.ingest.wire import ProtocolError, Wire, header_status, publish_frame

ACK_TIMEOUT_S = 5.0
AT_ONCE = 500


class Outgoing(NamedTuple):
    """One message for the stream."""

    subject: str
    payload: bytes
    headers: dict[str, str] | None = None


class AckError(msgspec.Struct):
    """Why the stream did not take a message."""

    description: str = ""
    err_code: int = 0


class Ack(msgspec.Struct):
    """JetStream's answer to a publish."""

    seq: int = 0
    error: AckError | None = None


_read_ack = msgspec.json.Decoder(Ack).decode


class StreamUnavailable(ConnectionError):
    """The stream did not take the messages: the sender must try again."""


class Publisher:
    """One connection, shared by the threads of a process; reconnects at the next use after a failure."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._count = 0

    def publish(self, messages: Sequence[Outgoing]) -> list[int]:
        """Stream sequences, in order. Raises StreamUnavailable unless every message was acknowledged.

        Messages that were taken before a failure stay in the stream; sending all again is harmless, because
        equal readings die by the primary key.
        """
        with self._lock:
            try:
                return self._publish(messages)
            except OSError as error:
                self._drop()
                # The usual cause is a server restart in the meantime: one fresh connection settles it.
                try:
                    return self._publish(messages)
                except OSError as again:
                    self._drop()
                    raise StreamUnavailable(str(again) or str(error)) from again

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _publish(self, messages: Sequence[Outgoing]) -> list[int]:
        if self._wire is None:
            self._wire = Wire(self._url, name="lantu-publish")
            self._wire.subscribe(f"{self._wire.inbox}.*")
        sequences: list[int] = []
        for start in range(0, len(messages), AT_ONCE):
            sequences += self._round(self._wire, messages[start : start + AT_ONCE])
        return sequences

    def _round(self, wire: Wire, messages: Sequence[Outgoing]) -> list[int]:
        first = self._count
        self._count += len(messages)
        wire.send(
            b"".join(
                publish_frame(m.subject, m.payload, reply=f"{wire.inbox}.{first + n}", headers=m.headers)
                for n, m in enumerate(messages)
            )
        )
        got: dict[int, int] = {}
        deadline = time.monotonic() + ACK_TIMEOUT_S
        while len(got) < len(messages):
            left = deadline - time.monotonic()
            if left <= 0:
                raise ProtocolError("no acknowledgement from the stream")
            for frame in wire.read(timeout=left):
                number = int(frame.subject.rsplit(b".", 1)[1])
                if number < first:
                    continue  # the late answer to a round that had already failed
                if header_status(frame.headers) == 503:
                    raise ProtocolError("no stream takes these subjects")
                answer = _read_ack(frame.payload)
                if answer.error is not None:
                    raise ProtocolError(answer.error.description or f"error {answer.error.err_code}")
                got[number - first] = answer.seq
        return [got[n] for n in range(len(messages))]


_publishers: dict[str, Publisher] = {}
_publishers_lock = threading.Lock()


def publisher(url: str) -> Publisher:
    """The process's publisher for this server."""
    with _publishers_lock:
        return _publishers.setdefault(url, Publisher(url))
