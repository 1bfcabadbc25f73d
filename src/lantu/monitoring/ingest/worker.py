"""One batch, one transaction: readings, judgements, alerts, quarantine and the stream position together.

A crash at any point leaves either all of a batch or nothing of it; what was not committed is read again from
the stored position. Numbers: docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from lantu.calc.rules import Transition, judge_readings
from lantu.monitoring.ingest.alerting import AlertWriter
from lantu.monitoring.ingest.columns import Columns
from lantu.monitoring.ingest.contract import Rejected
from lantu.monitoring.ingest.decode import Problem, decode_batch, source_of, storable
from lantu.monitoring.ingest.deliveries import Deliveries, Delivery
from lantu.monitoring.ingest.flush import announce_calm, flush_alerts, flush_memory, flush_slice
from lantu.monitoring.ingest.held_back import keep_held_back
from lantu.monitoring.ingest.late import judge_late
from lantu.monitoring.ingest.memory import Memory, from_ms, load_memory, registry_version
from lantu.monitoring.ingest.offsets import Counts, Fenced, Position, advance, read_position
from lantu.monitoring.ingest.registry import Registry
from lantu.monitoring.ingest.shares import Share
from lantu.monitoring.ingest.silence import judge_silence
from lantu.monitoring.ingest.states import save_states
from lantu.monitoring.telemetry.models import Quarantine, Reason
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.telemetry.store import Rows, days_around, local_days, make_partitions, storing

log = structlog.get_logger(__name__)
RAW_LIMIT = 256 * 1024
# Each costs some milliseconds, and a new alert may wait behind them.
CALMS_BETWEEN = 4


@dataclass(frozen=True)
class Outcome:
    """What a batch did, for logs, tests and meters."""

    messages: int
    readings: int
    duplicates: int
    quarantined: int
    alerts: int
    seq: int


class Prepared(NamedTuple):
    """A batch that was decoded ahead of its turn, and by which registry: after a reload it has to be decoded again."""

    deliveries: Deliveries
    columns: Columns
    registry: Registry


Batch = Deliveries | Sequence[Delivery] | Prepared


class Worker:
    """Everything between a list of deliveries and a committed transaction. Knows nothing of sockets."""

    def __init__(self, *, partition: str, now: datetime, share: Share = Share()) -> None:  # noqa: B008 (immutable)
        self.partition = partition
        self.share = share
        self.days: set[object] = set()
        self.zone = timezone.get_default_timezone()
        self.started_at = now
        self.reload(now=now)

    def reload(self, *, now: datetime) -> None:
        """Forget everything and read it back from the database: after any failure, and when devices or rules change."""
        self.position = read_position(self.partition)
        self.memory: Memory = load_memory(now=now, share=self.share)
        self.loaded_on = timezone.localdate(now)
        self.days = set()
        self._ensure_days(days_around(now, self.zone))

    def watch(self, *, now: datetime) -> bool:
        """Reload when the registry has changed or a new day begins (rules have dates); True when it did."""
        if registry_version() == self.memory.registry.version and timezone.localdate(now) == self.loaded_on:
            return False
        with transaction.atomic():
            flush_memory(self.memory, now=now)
        self.reload(now=now)
        return True

    def adopt(self, position: Position, *, now: datetime) -> None:
        """Move to a position that :func:`offsets.reconcile` found. Raises Fenced when another worker is here."""
        if position == self.position:
            return
        with transaction.atomic():
            advance(self.position, position, Counts(), now=now)
        self.position = position

    def prepare(self, deliveries: Deliveries) -> Prepared:
        """Decode a batch while the one before it is stored: the one thing here that another thread may do."""
        registry = self.memory.registry
        return Prepared(deliveries, decode_batch(registry, deliveries), registry)

    def process(self, batch: Batch, *, now: datetime, flush: bool = False) -> Outcome:
        """Store and judge a batch. Deliveries at or before the stored position are left out (replay).

        Raises Fenced, or a database error; then call :meth:`reload` before the next batch.
        """
        prepared = batch if isinstance(batch, Prepared) else None
        deliveries = _deliveries(batch)
        fresh = deliveries.after(self.position.seq)
        if not len(fresh):
            return Outcome(0, 0, 0, 0, 0, self.position.seq)
        if prepared and fresh is deliveries and prepared.registry is self.memory.registry:
            columns = prepared.columns
        else:
            columns = decode_batch(self.memory.registry, fresh)
        try:
            return self._commit(fresh, columns, careful=False, now=now, flush=flush)
        except IntegrityError as error:
            # A row thought new was there already (the marks in memory were older than the table): look first.
            log.info("batch_retried_carefully", error=str(error).splitlines()[0][:200])
            self.reload(now=now)
            columns = decode_batch(self.memory.registry, fresh)
            return self._commit(fresh, columns, careful=True, now=now, flush=flush)

    def process_or_isolate(self, batch: Batch, *, now: datetime, flush: bool = False) -> Outcome:
        """Like :meth:`process`, but a message that makes it fail is quarantined and does not hold up the others.

        Lost connections and fences still raise: they are not the message's fault.
        """
        try:
            return self.process(batch, now=now, flush=flush)
        except (Fenced, OperationalError, InterfaceError, OSError):
            raise
        except Exception as error:
            deliveries = _deliveries(batch)
            first = deliveries.at(0)
            log.exception("batch_failed", messages=len(deliveries), first_seq=first.seq)
            self.reload(now=now)
            if len(deliveries) > 1:
                half = len(deliveries) // 2
                self.process_or_isolate(deliveries.part(0, half), now=now)
                return self.process_or_isolate(deliveries.part(half, len(deliveries)), now=now, flush=flush)
            problem = Problem(Reason.UNPROCESSABLE, f"{type(error).__name__}: {error}"[:300])
            device = self.memory.registry.by_subject.get(first.subject)
            nothing = decode_batch(self.memory.registry, [])
            nothing.rejected.append(Rejected(first, source_of(first), device, [problem]))
            return self._commit(deliveries, nothing, careful=False, now=now, flush=False)

    def _commit(
        self, deliveries: Deliveries, columns: Columns, *, careful: bool, now: datetime, flush: bool
    ) -> Outcome:
        last = deliveries.at(len(deliveries) - 1)
        after = Position(self.partition, last.seq, self.position.stream_created_at, from_ms(last.received_ms))
        with transaction.atomic():
            rows, index = self._rows(columns)
            self._ensure_days(local_days(columns.ts_ms, self.zone) if len(columns.ts_ms) else set())
            before_ms = self.memory.high_ms[index]
            ts = columns.ts_ms[columns.row]
            writer = AlertWriter(self.memory, now=from_ms(last.received_ms))
            with storing(rows, suspect=self._suspects(rows, index, careful)) as stored:
                rank = columns.at - self.memory.registry.base[index[columns.row]]
                fresh = stored.fresh[columns.row, rank] & (columns.quality == Quality.NORMAL)
                good = fresh & self.memory.registry.judged[columns.at]
                result = judge_readings(
                    self.memory.rules.book, self.memory.state, columns.at, ts, columns.value, good=good
                )
            moves: list[Transition] = [*self.memory.pending, *result.transitions]
            writer.apply(moves)
            late = good & (ts <= before_ms[columns.row])
            if result.late:
                judge_late(self.memory, writer, columns, late)
            live = good & ~late
            writer.note(columns.at[live], ts[live], columns.value[live])
            save_states(self.memory, result.changed)
            self._remember(columns, index, fresh, ts)
            quarantine(columns.rejected)
            if flush:
                flush_memory(self.memory, now=now)
            counts = Counts(
                messages=len(deliveries),
                readings=int(np.count_nonzero(stored.fresh)),
                duplicates=stored.duplicates,
                quarantined=len(columns.rejected),
            )
            advance(self.position, after, counts, now=now)
        self.position = after
        self.memory.pending = []
        return Outcome(
            counts.messages, counts.readings, counts.duplicates, counts.quarantined, writer.raised, last.seq
        )

    def idle(self, *, now: datetime, listening: bool, caught_up: bool = True) -> None:
        """Write all that memory holds, and see who has fallen silent while we were listening."""
        with transaction.atomic():
            flush_memory(self.memory, now=now, caught_up=caught_up)
            if listening:
                judge_silence(self.memory, now=now, listening_since=self.started_at)

    def between(self, *, turn: int, now: datetime, caught_up: bool) -> None:
        """Between two batches: one small piece of what is due, in a transaction too short for an alert to notice.

        ``turn`` counts the calls: most of them write a slice of the latest values, one in eight what open alerts have
        seen, one in four announces the calm.
        """
        with transaction.atomic():
            if turn % 8 == 1:
                flush_alerts(self.memory)
            elif turn % 4 == 3:
                announce_calm(self.memory, now=now, caught_up=caught_up, at_once=CALMS_BETWEEN)
            else:
                flush_slice(self.memory)

    def listen(self, *, now: datetime) -> None:
        """See who has fallen silent while we were listening."""
        with transaction.atomic():
            judge_silence(self.memory, now=now, listening_since=self.started_at)

    def _rows(self, columns: Columns) -> tuple[Rows, np.ndarray]:
        """Columns as vectors, and the registry index of each row's device."""
        registry = self.memory.registry
        index, count = columns.place, len(columns.place)
        width = registry.width[index] if count else np.zeros(0, np.int64)
        v = np.full((count, int(width.max()) if count else 0), np.nan)
        v[columns.row, columns.at - registry.base[index[columns.row]]] = columns.value
        q = None
        if columns.quality.any():
            q = np.zeros(v.shape, np.int8)
            q[columns.row, columns.at - registry.base[index[columns.row]]] = columns.quality
        return Rows(registry.device_id[index], columns.ts_ms, columns.received_ms, width, v, q), index

    def _suspects(self, rows: Rows, index: np.ndarray, careful: bool) -> np.ndarray:
        """Rows whose (device, time) may be stored already, or comes twice in this batch."""
        if careful:
            return np.ones(len(index), dtype=bool)
        suspect = rows.ts_ms <= self.memory.high_ms[index]
        # Times fit 44 bits until the year 2527.
        key = (index << 44) | rows.ts_ms
        _unique, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
        return suspect | (count[inverse] > 1)

    def _remember(self, columns: Columns, index: np.ndarray, fresh: np.ndarray, ts: np.ndarray) -> None:
        memory = self.memory
        np.maximum.at(memory.high_ms, index, columns.ts_ms)
        np.maximum.at(memory.seen_ms, index, columns.received_ms)
        at, ts, value = columns.at[fresh], ts[fresh], columns.value[fresh]
        received = columns.received_ms[columns.row][fresh]
        newer = ts >= memory.latest_ms[at]
        at, ts, value, received = at[newer], ts[newer], value[newer], received[newer]
        # Assignment keeps the last of equal indices: sort, so that the last is the newest.
        order = np.argsort(ts, kind="stable")
        at, ts, value, received = at[order], ts[order], value[order], received[order]
        memory.latest_ms[at], memory.latest_value[at] = ts, value
        memory.latest_received_ms[at] = received
        memory.dirty[at] = True

    def _ensure_days(self, days: set) -> None:
        missing = days - self.days
        if missing:
            made = make_partitions(missing, settings.TIME_ZONE)
            self.days |= missing
            if made:
                log.info("partitions_made", days=[str(day) for day in sorted(missing)])


def _deliveries(batch: Batch) -> Deliveries:
    return batch.deliveries if isinstance(batch, Prepared) else Deliveries.of(batch)


def quarantine(rejected: list[Rejected]) -> None:
    """Keep what could not be taken, with bytes and reasons, in the transaction of the batch."""
    Quarantine.objects.bulk_create(
        Quarantine(
            source=item.source if item.source in Quarantine.Source.values else Quarantine.Source.MQTT,
            subject=storable(item.delivery.subject.decode(errors="replace"))[:200],
            device_guess=_device_guess(item),
            device_id=item.device.row.id if item.device else None,
            project_id=item.device.row.project_id if item.device else None,
            raw=item.delivery.payload[:RAW_LIMIT],
            reason=item.problems[0].reason,
            detail=storable("; ".join(problem.detail for problem in item.problems))[:500],
            problems=[
                problem._replace(detail=storable(problem.detail), channel=storable(problem.channel))._asdict()
                for problem in item.problems[:50]
            ],
            stream_seq=item.delivery.seq,
            received_at=from_ms(item.delivery.received_ms),
        )
        for item in keep_held_back(rejected)
    )


def _device_guess(item: Rejected) -> str:
    if item.device is not None:
        return item.device.row.code
    if item.guess:
        return storable(item.guess)[:40]
    words = item.delivery.subject.decode(errors="replace").split(".")
    return words[2][:40] if len(words) > 2 else ""
