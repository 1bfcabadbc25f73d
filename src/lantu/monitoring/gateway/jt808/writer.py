"""From sessions to the database: reports of all connections gather while a transaction runs and go into the next one.

A packet's ``stored`` is called after the commit, and only then; the terminal keeps what is not acknowledged and sends
it again. When the database is away the writer waits and tries again; beyond MOST_WAITING reports it takes none.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from lantu.monitoring.vehicles.grounds import Grounds
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.tracks import Report

log = structlog.get_logger(__name__)
BATCH_REPORTS = 2_000
MOST_WAITING = 20_000
PAUSE_S = 0.5


@dataclass(frozen=True)
class Job:
    """The reports of one packet. ``stored`` and ``failed`` are called in the writer's thread."""

    reports: Sequence[Report]
    stored: Callable[[], None]
    failed: Callable[[], None]


class Writer:
    """One thread that stores; :meth:`put` never waits."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._jobs: deque[Job] = deque()
        self._waiting = 0
        self._something = threading.Condition()
        self._grounds = Grounds()
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def waiting(self) -> int:
        """Reports that are not stored yet."""
        return self._waiting

    def put(self, job: Job) -> bool:
        """Take a packet for the next transaction; False when too much waits already."""
        with self._something:
            if self._waiting + len(job.reports) > MOST_WAITING:
                return False
            self._jobs.append(job)
            self._waiting += len(job.reports)
            self._something.notify()
            return True

    def start(self) -> None:
        """Begin to store in a thread of its own, if not yet begun."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="jt808-writer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread once nothing waits."""
        with self._something:
            self._stopping = True
            self._something.notify()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None

    def _run(self) -> None:
        try:
            while True:
                with self._something:
                    while not self._jobs and not self._stopping:
                        self._something.wait()
                    if not self._jobs:
                        return
                if not self.store_waiting():
                    with self._something:
                        if self._stopping:
                            return
                        self._something.wait(PAUSE_S)
        finally:
            connection.close()

    def store_waiting(self) -> bool:
        """Store one batch of what waits. False when the database is away: the batch waits on."""
        batch = self._take()
        if not batch:
            return True
        try:
            self._store(batch)
        except (OperationalError, InterfaceError) as error:
            log.warning("jt808_database_away", waiting=self._waiting, why=str(error).splitlines()[:1])
            close_old_connections()
            connection.close()
            with self._something:
                self._jobs.extendleft(reversed(batch))
            return False
        with self._something:
            self._waiting -= sum(len(job.reports) for job in batch)
        return True

    def _take(self) -> list[Job]:
        batch: list[Job] = []
        with self._something:
            size = 0
            while self._jobs and (not batch or size + len(self._jobs[0].reports) <= BATCH_REPORTS):
                job = self._jobs.popleft()
                size += len(job.reports)
                batch.append(job)
        return batch

    def _store(self, batch: Sequence[Job]) -> None:
        """All in one transaction; if something in it cannot be stored, each packet in its own."""
        now = self._clock()
        try:
            store_reports([r for job in batch for r in job.reports], now=now, grounds=self._grounds)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            if len(batch) == 1:
                log.exception("jt808_packet_not_stored", reports=len(batch[0].reports))
                batch[0].failed()
                return
            for job in batch:
                self._store([job])
            return
        for job in batch:
            job.stored()
