"""How far we are, and whether the stream is still the one we think it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection

from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.stream import STREAM, StreamInfo, api, message_time, next_time
from lantu.monitoring.ingest.wire import Wire

log = structlog.get_logger(__name__)

ADVANCE_SQL = """
    UPDATE monitoring_ingestoffset
    SET seq = %s, stream_created_at = %s, message_at = %s, updated_at = %s, messages = messages + %s,
        readings = readings + %s, duplicates = duplicates + %s, quarantined = quarantined + %s
    WHERE partition = %s AND seq = %s AND stream_created_at IS NOT DISTINCT FROM %s
"""


class Fenced(Exception):
    """Another worker moved this partition's offset: this one must stop writing and start over."""


@dataclass(frozen=True)
class Position:
    """A stored position: sequence, the stream's birth, and when the stream took that message."""

    partition: str
    seq: int
    stream_created_at: datetime | None
    message_at: datetime | None


@dataclass(frozen=True)
class Counts:
    """What a batch added to the partition's totals."""

    messages: int = 0
    readings: int = 0
    duplicates: int = 0
    quarantined: int = 0


def read_position(partition: str) -> Position:
    """The stored position; 0 for a partition that has never been read."""
    row, _created = IngestOffset.objects.get_or_create(partition=partition)
    return Position(partition, row.seq, row.stream_created_at, row.message_at)


def advance(before: Position, after: Position, counts: Counts, *, now: datetime) -> None:
    """Compare and set, in the transaction of the batch. Raises Fenced when somebody else was here."""
    with connection.cursor() as cursor:
        cursor.execute(
            ADVANCE_SQL,
            [
                after.seq, after.stream_created_at, after.message_at, now, counts.messages, counts.readings,
                counts.duplicates, counts.quarantined, before.partition, before.seq, before.stream_created_at,
            ],
        )  # fmt: skip
        if cursor.rowcount != 1:
            raise Fenced(f"partition {before.partition} is no longer at {before.seq}")


def reconcile(wire: Wire, info: StreamInfo, stored: Position) -> Position:
    """Where to go on, given the stream as it is now.

    Normally the stored position. After the stream was made anew: its beginning. After it lost its tail in a power
    failure, old sequence numbers carry new messages: go back to the time of the last stored one; what is read twice
    dies by the primary key. Every repair is logged.
    """
    if stored.stream_created_at is None:
        return Position(stored.partition, max(stored.seq, info.first_seq - 1), info.created, None)
    if stored.stream_created_at != info.created:
        log.warning("stream_recreated", before=str(stored.stream_created_at), now=str(info.created))
        return Position(stored.partition, max(info.first_seq - 1, 0), info.created, None)
    if stored.seq == 0 or stored.message_at is None:
        return stored
    if info.last_seq < stored.seq:
        log.error("stream_lost_its_tail", last_seq=info.last_seq, stored_seq=stored.seq)
        return Position(stored.partition, info.last_seq, info.created, None)
    if stored.seq + 1 < info.first_seq:
        log.error("stream_dropped_unread", first_seq=info.first_seq, stored_seq=stored.seq)
        return Position(stored.partition, info.first_seq - 1, info.created, None)
    found = message_time(wire, stored.seq)
    if found is not None and abs(found - stored.message_at) > timedelta(milliseconds=1):
        seq = _first_since(wire, stored.message_at)
        log.error("stream_tail_replaced", stored_seq=stored.seq, back_to=seq)
        return Position(stored.partition, max(seq - 1, 0), info.created, None)
    return stored


def _first_since(wire: Wire, moment: datetime) -> int:
    """Sequence of the first message at or after ``moment``; one past the end when there is none."""
    answer = _probe(wire, deliver_policy="by_start_time", opt_start_time=moment.isoformat())
    return int(answer["delivered"]["stream_seq"]) + 1


def waiting(wire: Wire, *, subject: str, after: int) -> tuple[int, datetime | None]:
    """How many messages of these subjects lie behind sequence ``after``, and when the stream took the oldest."""
    start = max(after, 0) + 1
    answer = _probe(wire, deliver_policy="by_start_sequence", opt_start_seq=start, filter_subject=subject)
    pending = int(answer["num_pending"])
    return pending, next_time(wire, subject, start) if pending else None


def _probe(wire: Wire, **config: Any) -> dict[str, Any]:
    """What the stream says of a consumer that would start like this; it is taken away at once."""
    name = f"lantu-probe-{os.urandom(6).hex()}"
    tail = f".{config['filter_subject']}" if "filter_subject" in config else ""
    answer = api(
        wire,
        f"CONSUMER.CREATE.{STREAM}.{name}{tail}",
        stream_name=STREAM,
        config={
            "name": name, "ack_policy": "none", "mem_storage": True, "num_replicas": 1,
            "inactive_threshold": 5 * 10**9, **config,
        },
    )  # fmt: skip
    api(wire, f"CONSUMER.DELETE.{STREAM}.{name}")
    return answer
