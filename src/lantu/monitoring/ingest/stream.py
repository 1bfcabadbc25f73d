"""The stream TELEMETRY: its settings, its making, and what the worker asks of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings

from lantu.monitoring.ingest.wire import ProtocolError, Wire

STREAM = "TELEMETRY"
SUBJECTS = ["lantu.*.*.telemetry"]
# Half of the server's max_payload (runtime/nats.py): room for headers.
MAX_MESSAGE_BYTES = 256 * 1024
DEFAULT_MAX_BYTES = 8 << 30
LEAST_BYTES = 64 << 20


class StreamAnswer(ProtocolError):
    """JetStream answered with an error; ``code`` is its err_code."""

    def __init__(self, call: str, error: dict[str, Any]) -> None:
        super().__init__(f"{call}: {error.get('description', error)}")
        self.code = int(error.get("err_code", 0))


class StreamInfo(NamedTuple):
    """What matters of STREAM.INFO. ``created`` identifies one life of the stream."""

    created: datetime
    first_seq: int
    last_seq: int
    messages: int
    bytes: int
    max_bytes: int


def parse_time(text: str) -> datetime:
    """RFC 3339 with nanoseconds, as NATS writes it, cut to microseconds."""
    head, _, tail = text.rstrip("Z").partition(".")
    # An offset may follow the fraction; NATS itself always writes UTC.
    micros = (tail + "000000")[:6] if tail.isdigit() else "000000"
    return datetime.fromisoformat(f"{head}.{micros}").replace(tzinfo=UTC)


def api(wire: Wire, call: str, **body: Any) -> dict[str, Any]:
    """One JetStream API call. Raises StreamAnswer when it is refused."""
    answer: dict[str, Any] = json.loads(wire.request(f"$JS.API.{call}", json.dumps(body).encode()).payload)
    if "error" in answer:
        raise StreamAnswer(call, answer["error"])
    return answer


def stream_config(max_bytes: int, replicas: int = 1) -> dict[str, Any]:
    """Settings of the stream.

    ``discard: new`` with a byte limit: a full stream never drops old data that nobody has stored yet. Senders over
    HTTP are then refused; NATS' MQTT listener acknowledges all the same, so the stream must not become full: the
    worker takes out what PostgreSQL holds (upkeep.py). Messages leave after seven days in any case.
    ``replicas``: copies of every message, on as many servers of a JetStream cluster.
    For the same reason no size limit of its own: what the server's max_payload lets in must reach quarantine; larger
    MQTT packets cost their sender the connection.
    """
    return {
        "name": STREAM, "subjects": SUBJECTS, "storage": "file", "retention": "limits", "discard": "new",
        "max_bytes": max_bytes, "max_age": 7 * 86400 * 10**9, "max_msgs": -1, "max_consumers": -1,
        "max_msg_size": -1, "num_replicas": replicas, "allow_direct": True,
        "duplicate_window": 120 * 10**9,
    }  # fmt: skip


def ensure_stream(wire: Wire, *, max_bytes: int = DEFAULT_MAX_BYTES) -> StreamInfo:
    """Make the stream if it is missing and say how it stands. Never changes an existing one's data.

    It has ``settings.STREAM_REPLICAS`` copies (LANTU_STREAM_REPLICAS); more than one need a cluster of servers, else
    StreamAnswer says so. For a stream that stands already: ``nats stream update TELEMETRY --replicas``.
    """
    try:
        return stream_info(wire)
    except StreamAnswer as error:
        if error.code != 10059:  # stream not found
            raise
    while True:
        try:
            api(wire, f"STREAM.CREATE.{STREAM}", **stream_config(max_bytes, settings.STREAM_REPLICAS))
        except StreamAnswer as error:
            if error.code in (10047, 10023) and max_bytes > LEAST_BYTES:  # more than the server may store
                max_bytes //= 2
                continue
            if error.code not in (10058, 10065):  # another worker was faster
                raise
        return stream_info(wire)


def stream_info(wire: Wire) -> StreamInfo:
    """State of the stream now. Raises StreamAnswer(10059) when it does not exist."""
    answer = api(wire, f"STREAM.INFO.{STREAM}")
    state = answer["state"]
    return StreamInfo(
        created=parse_time(answer["created"]),
        first_seq=int(state["first_seq"]),
        last_seq=int(state["last_seq"]),
        messages=int(state["messages"]),
        bytes=int(state["bytes"]),
        max_bytes=int(answer["config"].get("max_bytes", -1)),
    )


def message_time(wire: Wire, seq: int) -> datetime | None:
    """When the stream took message ``seq``; None when it is no longer, or not yet, there."""
    return _time_of(wire, seq=seq)


def next_time(wire: Wire, subject: str, seq: int) -> datetime | None:
    """When the stream took the first message of ``subject`` at or behind ``seq``; None when there is none."""
    return _time_of(wire, seq=seq, next_by_subj=subject)


def _time_of(wire: Wire, **which: Any) -> datetime | None:
    try:
        answer = api(wire, f"STREAM.MSG.GET.{STREAM}", **which)
    except StreamAnswer as error:
        if error.code == 10037:  # no message found
            return None
        raise
    return parse_time(answer["message"]["time"])
