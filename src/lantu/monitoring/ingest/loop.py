"""The ingest loop: read, store, and after any trouble start again from the stored position."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

import structlog
from django.db import DatabaseError, InterfaceError, connection

from lantu.monitoring.ingest.deliveries import Deliveries
from lantu.monitoring.ingest.offsets import Fenced, reconcile
from lantu.monitoring.ingest.reader import StreamReader
from lantu.monitoring.ingest.shares import LayoutPending, Share, lay_out, layout_of, older_shares, settle
from lantu.monitoring.ingest.stream import StreamInfo, ensure_stream
from lantu.monitoring.ingest.upkeep import make_room
from lantu.monitoring.ingest.wire import Wire
from lantu.monitoring.ingest.worker import Batch, Prepared, Worker

log = structlog.get_logger(__name__)
SLICE_S = 0.125
WATCH_S = 2.0
SILENCE_S = 10.0
TIDY_S = 10.0
# Messages per transaction: small ones hold the locks of their alerts shortly, large ones empty a backlog faster.
CHUNK = 5_000
BACKLOG_CHUNK = 10_000
# Each transaction costs some milliseconds whatever it holds: while messages keep coming, they gather this long. The first
# after a rest is stored at once.
PACE_S = 0.01
BUSY_PACE_S = 0.03
BUSY = 150
REPORT_S = 30.0
LONGEST_PAUSE_S = 10.0
Clock = Callable[[], datetime]


def run(url: str, *, share: Share, clock: Clock, stop: threading.Event, max_bytes: int | None = None) -> None:
    """Until ``stop`` is set. The batch in hand is always finished; nothing else needs finishing.

    Ends by itself, with an error in the log, when the stream is sorted anew for another count of workers.
    """
    pause = 0.2
    settled = False
    while not stop.is_set():
        try:
            with closing(Wire(url, name="lantu-ingest")) as wire:
                info = ensure_stream(wire, max_bytes=max_bytes) if max_bytes else ensure_stream(wire)
                if settled and layout_of(wire) != share.of:
                    log.error("stream_sorted_for_others", share=share.name)
                    return
                setting = Setting(url, clock, stop)
                take_over(setting, wire, info, share)
                settled, pause = True, 0.2
                read_share(setting, wire, info, share)
        except LayoutPending as waiting:
            log.info("ingest_waits", share=share.name, why=str(waiting))
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


class Setting(NamedTuple):
    """Where a worker reads, by whose clock, and until when."""

    url: str
    clock: Clock
    stop: threading.Event


def take_over(setting: Setting, wire: Wire, info: StreamInfo, share: Share) -> None:
    """Have the stream sort into as many shares as there are workers, and read what lies there under older names.

    The worker of the first share does it; the others raise LayoutPending until it is done.
    """
    if layout_of(wire) != share.of:
        if share.number:
            raise LayoutPending(f"the stream is not sorted into {share.of} shares yet")
        lay_out(wire, info, share.of)
    for older in list(older_shares(info, share.of)):
        if share.number:
            raise LayoutPending(f"share {older.name} is still being read out")
        with closing(Wire(setting.url, name="lantu-ingest-older")) as own:
            read_share(setting, own, info, older, to_the_end=True)
        if not setting.stop.is_set():
            settle(older)


def read_share(
    setting: Setting, wire: Wire, info: StreamInfo, share: Share, *, to_the_end: bool = False
) -> None:
    """Store a share's messages until the setting's stop, or ``to_the_end`` of a share that gets no more of them."""
    url, clock, stop = setting
    worker = Worker(partition=share.name, now=clock(), share=share)
    worker.adopt(reconcile(wire, info, worker.position), now=clock())
    reader = StreamReader(wire, start_seq=worker.position.seq + 1, subject=share.subject)
    log.info("ingest_reading", partition=share.name, from_seq=worker.position.seq + 1)
    # A connection of its own for questions: the reader's must see nothing but deliveries.
    with closing(Wire(url, name="lantu-ingest-upkeep")) as asking:
        turns = _Turns(worker, reader, clock, asking)
        if to_the_end:
            turns.to_the_end(stop)
        else:
            turns.until(stop)


class _Turns:
    """One connection's worth of work: batches, and between them what is due by the clock."""

    def __init__(self, worker: Worker, reader: StreamReader, clock: Clock, asking: Wire) -> None:
        self.worker, self.reader, self.clock, self.asking = worker, reader, clock, asking
        now = time.monotonic()
        self.sliced = self.watched = self.listened = self.reported = self.tidied = now
        self.messages = self.readings = self.rejected = self.duplicates = 0
        self.unread = True
        self.turn = 0
        self.sorted_anew = False
        self.next_at = now
        self.ahead: Future[Prepared] | None = None

    def until(self, stop: threading.Event) -> None:
        """Turn after turn; at the end everything that memory holds is written."""
        with ThreadPoolExecutor(1, "ingest-ahead") as pool:
            while not (stop.is_set() or self.sorted_anew):
                self._turn(pool)
            self.ahead = None
        self.worker.idle(now=self.clock(), listening=False, caught_up=self.reader.pending == 0)

    def _turn(self, pool: ThreadPoolExecutor) -> None:
        found: Prepared | Deliveries
        if self.ahead is None:
            self._gather()
            found = self.reader.read(timeout=0.25)
        else:
            found = self.ahead.result()
        many = isinstance(found, Prepared)
        self.next_at = time.monotonic() + (BUSY_PACE_S if many or len(found) >= BUSY else PACE_S)
        # While the database takes one batch of a backlog, the next one is read and decoded.
        behind = self.reader.pending >= BACKLOG_CHUNK
        self.ahead = pool.submit(self._read_much) if behind else None
        if isinstance(found, Prepared):
            self._store(found)
        else:
            for start in range(0, len(found), CHUNK):
                self._store(found.part(start, start + CHUNK))
        moment = time.monotonic()
        if moment - self.sliced >= SLICE_S:
            self.worker.between(turn=self.turn, now=self.clock(), caught_up=self._caught_up())
            self.turn += 1
            self.sliced = moment
        if moment - self.watched >= WATCH_S:
            self._watch(moment)

    def _gather(self) -> None:
        """Let messages come together, unless we are behind."""
        rest = self.next_at - time.monotonic()
        if rest > 0 and self.reader.pending < CHUNK:
            time.sleep(rest)

    def _read_much(self) -> Prepared:
        """As many as make a large transaction, decoded; what does not come soon is not waited for."""
        found = self.reader.read(timeout=0.25)
        while len(found) and len(found) < BACKLOG_CHUNK and self.reader.pending:
            more = self.reader.read(timeout=0.02)
            if not len(more):
                break
            found += more
        return self.worker.prepare(found)

    def _caught_up(self) -> bool:
        """Nothing lies in the stream, or in our hands, that is not stored."""
        return self.ahead is None and self.reader.pending == 0

    def to_the_end(self, stop: threading.Event) -> None:
        """Until nothing is left of a share that no message comes to any more."""
        while not stop.is_set() and (self.reader.pending or self.unread):
            deliveries = self.reader.read(timeout=0.25)
            self.unread = len(deliveries) > 0
            for start in range(0, len(deliveries), BACKLOG_CHUNK):
                self._store(deliveries.part(start, start + BACKLOG_CHUNK))
        self.worker.idle(now=self.clock(), listening=False, caught_up=False)

    def _store(self, batch: Batch) -> None:
        outcome = self.worker.process_or_isolate(batch, now=self.clock())
        self.messages += outcome.messages
        self.readings += outcome.readings
        self.rejected += outcome.quarantined
        self.duplicates += outcome.duplicates

    def _watch(self, moment: float) -> None:
        listening = self._caught_up() and moment - self.listened >= SILENCE_S
        if listening:
            self.worker.listen(now=self.clock())
            self.listened = moment
        self.worker.watch(now=self.clock())
        self.watched = moment
        if moment - self.tidied >= TIDY_S:
            of = self.worker.share.of
            self.sorted_anew = layout_of(self.asking) != of
            make_room(self.asking, of=of)
            self.tidied = moment
        if moment - self.reported >= REPORT_S and self.messages:
            log.info(
                "ingest_stored", messages=self.messages, readings=self.readings, duplicates=self.duplicates,
                quarantined=self.rejected, pending=self.reader.pending, seconds=round(moment - self.reported),
            )  # fmt: skip
            self.messages = self.readings = self.rejected = self.duplicates = 0
            self.reported = moment
