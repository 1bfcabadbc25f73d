"""A backlog of a million messages drained into the store with the rules on, beside raw COPY of the same rows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any, NamedTuple

import numpy as np

from bench.tables import Table, number
from bench.telemetry_fleet import Path, actors, live_path, setup_django

MESSAGES = int(os.environ.get("BENCH_BACKLOG", "1000000"))
AT_ONCE = 20_000
EXCEED_EVERY = 100
COPY_ROWS = 5_000
ROUNDS = 3
GOAL_RATIO = 0.4


class Round(NamedTuple):
    """Seconds to the first commit; messages per second from there to the last, and of COPY."""

    start_s: float
    drain: float
    copy: float

    @property
    def ratio(self) -> float:
        """How near draining comes to COPY."""
        return self.drain / self.copy


def measure() -> list[Table]:
    """Drain rate with everything on, and what COPY alone makes of the same rows in the same table."""
    setup_django()
    rounds: list[Round] = []
    with live_path(ingest=False) as path:
        # Turn by turn: the speed of a rented machine changes within minutes, and with it both.
        for number_of_round in range(ROUNDS):
            fill_stream(path, MESSAGES, spans_ago=ROUNDS - number_of_round)
            start_s, drain = _drain(path, MESSAGES * (number_of_round + 1))
            rounds.append(Round(start_s, drain, _copy_again(path)))
    start_s, drain, copy = sorted(rounds, key=lambda one: one.ratio)[ROUNDS // 2]
    whole_s = start_s + MESSAGES / drain
    return [
        Table(
            title=f"A backlog of {MESSAGES:,} messages drained into the store",
            columns=["way", "seconds", "messages/s", "readings/s"],
            rows=[
                ["ingest: decoded, judged, stored exactly once", number(MESSAGES / drain, 1), number(drain, 0), number(4 * drain, 0)],
                ["the same, the start of the process counted", number(whole_s, 1), number(MESSAGES / whole_s, 0), number(4 * MESSAGES / whole_s, 0)],
                ["COPY alone into the same table with its key", number(MESSAGES / copy, 1), number(copy, 0), number(4 * copy, 0)],
                ["ratio of the first to COPY", "", f"{drain / copy:.2f}", ""],
            ],
            goals=[(f"at least {GOAL_RATIO} of raw COPY", drain / copy >= GOAL_RATIO)],
            notes=[
                "The messages lie in the stream before the worker starts; its rate counts from its first commit"
                f" (the second row: from the start of its process) to the last. Every {EXCEED_EVERY}th message is beyond a limit. COPY: the"
                f" same rows, encoded in binary, {COPY_ROWS:,} to a transaction, one connection, fsync and synchronous commit.",
                f"{ROUNDS} rounds of draining and COPY in turn; shown is the one with the middle ratio, all ratios: "
                + ", ".join(f"{one.ratio:.2f}" for one in rounds) + ".",
            ],
        )
    ]  # fmt: skip


def fill_stream(path: Path, messages: int, *, spans_ago: int = 1) -> None:
    """Readings of some minutes of the whole fleet, one per device and second, in order of time.

    They end now, or as many times their own length before it as rounds are still to come.
    """
    from lantu.monitoring.ingest.publish import Outgoing, Publisher
    from lantu.monitoring.simulate.load import payload_tail

    fleet = actors()
    pieces = [
        (f"lantu.{actor.project}.{actor.code}.telemetry", payload_tail(actor, exceeding=False), payload_tail(actor, exceeding=True))
        for actor in fleet
    ]  # fmt: skip
    start_ms = int(time.time() * 1000) - 1000 * (messages // len(fleet) + 1) * spans_ago
    publisher = Publisher(path.nats_url)
    for first in range(0, messages, AT_ONCE):
        batch = []
        for n in range(first, min(first + AT_ONCE, messages)):
            subject, normal, exceeding = pieces[n % len(pieces)]
            tail = exceeding if n % EXCEED_EVERY == 0 else normal
            batch.append(Outgoing(subject, b'{"ts":%d%s' % (start_ms + n // len(pieces) * 1000, tail)))
        publisher.publish(batch)


def _drain(path: Path, until: int) -> tuple[float, float]:
    """Seconds from the process' start to its first commit, and messages per second from there to the last."""
    import psycopg

    started = time.perf_counter()
    ingest = subprocess.Popen([sys.executable, "-m", "django", "run_ingest"], env=path.env)
    path.processes["ingest"] = ingest
    first: tuple[float, int] | None = None
    with psycopg.connect(path.env["LANTU_DATABASE_URL"], autocommit=True) as connection:
        while True:
            row = connection.execute(
                "SELECT coalesce(sum(messages), 0) FROM monitoring_ingestoffset"
            ).fetchone()
            stored = int((row or (0,))[0])
            if first is None and stored > until - MESSAGES:
                first = time.perf_counter(), stored
            if stored >= until:
                break
            if ingest.poll() is not None:
                raise SystemExit("the ingest worker ended early")
            time.sleep(0.02)
    done = time.perf_counter()
    ingest.terminate()
    ingest.wait(30)
    began, already = first or (started, until - MESSAGES)
    return began - started, (until - already) / (done - began)


def _copy_again(path: Path) -> float:
    """Messages per second of COPY into an empty table of the same shape."""
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
        took_s = time.perf_counter() - started
        connection.execute("DROP TABLE again")
        connection.execute("TRUNCATE reading_wide")  # the next round stores its own
        return len(found) / took_s


def _copy_columns(_connection: Any) -> str:
    from lantu.monitoring.telemetry.store import COPY_SQL

    return COPY_SQL.split("(", 1)[1].split(")", 1)[0]


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
