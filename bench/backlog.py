"""A backlog of a million messages drained into the store with the rules on, beside raw COPY of the same rows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import numpy as np

from bench.tables import Table, number
from bench.telemetry_fleet import Path, actors, live_path, setup_django

MESSAGES = int(os.environ.get("BENCH_BACKLOG", "1000000"))
AT_ONCE = 20_000
EXCEED_EVERY = 100
COPY_ROWS = 5_000
GOAL_RATIO = 0.4


def measure() -> list[Table]:
    """Drain rate with everything on, and what COPY alone makes of the same rows in the same table."""
    setup_django()
    with live_path(ingest=False) as path:
        fill_stream(path, MESSAGES)
        start_s, drained_s = _drain(path)
        copy_s, rows = _copy_again(path)
    drain, copy = MESSAGES / drained_s, rows / copy_s
    whole_s = start_s + drained_s
    return [
        Table(
            title=f"A backlog of {MESSAGES:,} messages drained into the store",
            columns=["way", "seconds", "messages/s", "readings/s"],
            rows=[
                ["ingest: decoded, judged, stored exactly once", number(drained_s, 1), number(drain, 0), number(4 * drain, 0)],
                ["the same, the start of the process counted", number(whole_s, 1), number(MESSAGES / whole_s, 0), number(4 * MESSAGES / whole_s, 0)],
                ["COPY alone into the same table with its key", number(copy_s, 1), number(copy, 0), number(4 * copy, 0)],
                ["ratio of the first to COPY", "", f"{drain / copy:.2f}", ""],
            ],
            goals=[(f"at least {GOAL_RATIO} of raw COPY", drain / copy >= GOAL_RATIO)],
            notes=[
                "The messages lie in the stream before the worker starts; seconds count from when it has loaded registry and rules and"
                f" begins to read (the second row: from the start of its process) until the last one is committed. Every {EXCEED_EVERY}th message is beyond a limit. COPY: the"
                f" same rows, encoded in binary, {COPY_ROWS:,} to a transaction, one connection, fsync and synchronous commit.",
            ],
        )
    ]  # fmt: skip


def fill_stream(path: Path, messages: int) -> None:
    """Readings of the last minutes of the whole fleet, one per device and second, in order of time."""
    from lantu.monitoring.ingest.publish import Outgoing, Publisher
    from lantu.monitoring.simulate.load import payload_tail

    fleet = actors()
    pieces = [
        (f"lantu.{actor.project}.{actor.code}.telemetry", payload_tail(actor, exceeding=False), payload_tail(actor, exceeding=True))
        for actor in fleet
    ]  # fmt: skip
    start_ms = int(time.time() * 1000) - 1000 * (messages // len(fleet) + 1)
    publisher = Publisher(path.nats_url)
    for first in range(0, messages, AT_ONCE):
        batch = []
        for n in range(first, min(first + AT_ONCE, messages)):
            subject, normal, exceeding = pieces[n % len(pieces)]
            tail = exceeding if n % EXCEED_EVERY == 0 else normal
            batch.append(Outgoing(subject, b'{"ts":%d%s' % (start_ms + n // len(pieces) * 1000, tail)))
        publisher.publish(batch)


def _drain(path: Path) -> tuple[float, float]:
    """Seconds from the process' start to its first look at the stream, and from there to the last commit."""
    import psycopg

    started = time.perf_counter()
    ready = 0.0
    ingest = subprocess.Popen([sys.executable, "-m", "django", "run_ingest"], env=path.env)
    path.processes["ingest"] = ingest
    with psycopg.connect(path.env["LANTU_DATABASE_URL"], autocommit=True) as connection:
        while True:
            row = connection.execute(
                "SELECT coalesce(sum(messages), 0), bool_or(stream_created_at IS NOT NULL) FROM monitoring_ingestoffset"
            ).fetchone()
            stored, reading = row or (0, False)
            ready = ready or (time.perf_counter() if reading else 0.0)
            if int(stored) >= MESSAGES:
                break
            if ingest.poll() is not None:
                raise SystemExit("the ingest worker ended early")
            time.sleep(0.02)
    done = time.perf_counter()
    ingest.terminate()
    ingest.wait(30)
    return ready - started, done - ready


def _copy_again(path: Path) -> tuple[float, int]:
    """COPY what was stored into an empty table of the same shape."""
    import psycopg

    from lantu.monitoring.telemetry.copying import HEADER, TRAILER, encode_rows

    with psycopg.connect(path.env["LANTU_DATABASE_URL"], autocommit=True) as connection:
        found = connection.execute(
            "SELECT device_id, (extract(epoch FROM ts) * 1000)::bigint, (extract(epoch FROM received_at) * 1000)::bigint, v"
            " FROM reading_wide ORDER BY received_at, ts"
        ).fetchall()
        width = max(len(row[3]) for row in found)
        device, ts, received = (np.array([row[k] for row in found], np.int64) for k in range(3))
        v = np.full((len(found), width), np.nan)
        for n, row in enumerate(found):
            v[n, : len(row[3])] = row[3]
        connection.execute("CREATE TABLE again (LIKE reading_wide INCLUDING ALL)")
        connection.execute("CHECKPOINT")
        columns = _copy_columns(connection)
        started = time.perf_counter()
        for first in range(0, len(found), COPY_ROWS):
            part = slice(first, first + COPY_ROWS)
            data = encode_rows(device[part], ts[part], received[part], v[part], None)
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY again ({columns}) FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.write(HEADER + data + TRAILER)
        return time.perf_counter() - started, len(found)


def _copy_columns(_connection: Any) -> str:
    from lantu.monitoring.telemetry.store import COPY_SQL

    return COPY_SQL.split("(", 1)[1].split(")", 1)[0]


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
