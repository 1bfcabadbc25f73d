"""The ingest loop: read, store, and after any trouble start again from the stored position."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection

from lantu.monitoring.ingest.offsets import Fenced, reconcile
from lantu.monitoring.ingest.reader import Delivery, StreamReader
from lantu.monitoring.ingest.stream import ensure_stream
from lantu.monitoring.ingest.upkeep import make_room
from lantu.monitoring.ingest.wire import Wire
from lantu.monitoring.ingest.worker import Worker

log = structlog.get_logger(__name__)
SLICE_S = 0.25
WATCH_S = 2.0
SILENCE_S = 10.0
TIDY_S = 10.0
# Messages per transaction: small ones hold the locks of their alerts shortly, large ones empty a backlog faster.
CHUNK = 2_000
BACKLOG_CHUNK = 10_000
REPORT_S = 30.0
LONGEST_PAUSE_S = 10.0
Clock = Callable[[], datetime]


def run(
    url: str, *, partition: str, clock: Clock, stop: threading.Event, max_bytes: int | None = None
) -> None:
    """Until ``stop`` is set. The batch in hand is always finished; nothing else needs finishing."""
    pause = 0.2
    while not stop.is_set():
        try:
            worker = Worker(partition=partition, now=clock())
            with closing(Wire(url, name="lantu-ingest")) as wire:
                info = ensure_stream(wire, max_bytes=max_bytes) if max_bytes else ensure_stream(wire)
                worker.adopt(reconcile(wire, info, worker.position), now=clock())
                reader = StreamReader(wire, start_seq=worker.position.seq + 1)
                log.info("ingest_reading", partition=partition, from_seq=worker.position.seq + 1)
                pause = 0.2
                # A connection of its own for questions: the reader's must see nothing but deliveries.
                with closing(Wire(url, name="lantu-ingest-upkeep")) as asking:
                    _Turns(worker, reader, clock, asking).until(stop)
                return
        except Fenced as fenced:
            log.warning("ingest_fenced", why=str(fenced))
        except (InterfaceError, DatabaseError) as error:
            log.error(
                "ingest_database_trouble", why=str(error).splitlines()[0] if str(error) else repr(error)
            )
            connection.close()
        except OSError as error:
            log.warning("ingest_stream_trouble", why=str(error) or repr(error))
        stop.wait(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


class _Turns:
    """One connection's worth of work: batches, and between them what is due by the clock."""

    def __init__(self, worker: Worker, reader: StreamReader, clock: Clock, asking: Wire) -> None:
        self.worker, self.reader, self.clock, self.asking = worker, reader, clock, asking
        now = time.monotonic()
        self.sliced = self.watched = self.listened = self.reported = self.tidied = now
        self.messages = self.readings = self.rejected = self.duplicates = 0

    def until(self, stop: threading.Event) -> None:
        """Turn after turn; at the end everything that memory holds is written."""
        while not stop.is_set():
            deliveries = self.reader.read(timeout=0.25)
            chunk = CHUNK if self.reader.pending < BACKLOG_CHUNK else BACKLOG_CHUNK
            for start in range(0, len(deliveries), chunk):
                self._store(deliveries[start : start + chunk])
            moment = time.monotonic()
            if moment - self.sliced >= SLICE_S:
                self.worker.between(now=self.clock(), caught_up=self.reader.pending == 0)
                self.sliced = moment
            if moment - self.watched >= WATCH_S:
                self._watch(moment)
        self.worker.idle(now=self.clock(), listening=False, caught_up=self.reader.pending == 0)

    def _store(self, deliveries: list[Delivery]) -> None:
        outcome = self.worker.process_or_isolate(deliveries, now=self.clock())
        self.messages += outcome.messages
        self.readings += outcome.readings
        self.rejected += outcome.quarantined
        self.duplicates += outcome.duplicates

    def _watch(self, moment: float) -> None:
        listening = self.reader.pending == 0 and moment - self.listened >= SILENCE_S
        if listening:
            self.worker.listen(now=self.clock())
            self.listened = moment
        self.worker.watch(now=self.clock())
        self.watched = moment
        if moment - self.tidied >= TIDY_S:
            make_room(self.asking)
            self.tidied = moment
        if moment - self.reported >= REPORT_S and self.messages:
            log.info(
                "ingest_stored", messages=self.messages, readings=self.readings, duplicates=self.duplicates,
                quarantined=self.rejected, pending=self.reader.pending, seconds=round(moment - self.reported),
            )  # fmt: skip
            self.messages = self.readings = self.rejected = self.duplicates = 0
            self.reported = moment
