"""The live path: MQTT QoS 1 in, authenticated, durable and queryable, rules on; beside NATS alone with the same load."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from bench.tables import Table, number
from bench.telemetry_fleet import Path, actors, live_path, setup_django

SECONDS = 8.0
CONNECTIONS = (64, 1016)
WINDOW = 64
ROUNDS = 3
GOAL_RATE = 30_000
GOAL_RATIO = 0.6
EXCEED_EVERY = 100


def measure() -> list[Table]:
    """Messages per second that are stored and judged, and what NATS alone takes of the same load."""
    setup_django()
    rows: list[list[str]] = []
    best: dict[int, float] = {}
    ratios: dict[int, float] = {}
    for connections in CONNECTIONS:
        # Turn by turn: the speed of a rented machine changes within minutes, and with it both.
        with live_path(ingest=False) as bare, live_path() as path:
            storm = _load(path, connections, count=connections, exceed_every=1)
            pairs = [(_load(bare, connections), _load(path, connections)) for _ in range(ROUNDS)]
        alone = statistics.median(bare_run["acked_rate"] for bare_run, _ in pairs)
        runs = [run for _, run in pairs]
        stored = statistics.median(run["stored_rate"] for run in runs)
        ratio = statistics.median(run["stored_rate"] / bare_run["acked_rate"] for bare_run, run in pairs)
        best[connections], ratios[connections] = stored, ratio
        middle = sorted(runs, key=lambda run: run["stored_rate"])[len(runs) // 2]
        cpu = ", ".join(
            f"{name} {seconds / middle['seconds']:.2f}" for name, seconds in middle["cpu"].items()
        )
        rows.append(
            [
                str(connections), number(alone, 0), number(stored, 0), number(4 * stored, 0), f"{ratio:.2f}",
                str(sum(run["sent"] - run["stored"] for run in runs)), number(1000 * storm["seconds"] / connections, 1),
                cpu,
            ]
        )  # fmt: skip
    table = Table(
        title="Telemetry: MQTT QoS 1 to durable and queryable, rules on",
        columns=[
            "connections", "NATS alone, messages/s", "live path, messages/s", "readings/s", "ratio", "lost",
            "ms per first alert", "cores used while storing",
        ],
        rows=rows,
        goals=[
            (f"at least {GOAL_RATE:,} messages/s of 4 readings with {n} connections", best[n] >= GOAL_RATE)
            for n in CONNECTIONS
        ]
        + [
            (f"at least {GOAL_RATIO} of what NATS alone accepts with {n} connections", ratios[n] >= GOAL_RATIO)
            for n in CONNECTIONS
        ],
        notes=[
            f"Closed loop, window {WINDOW} per connection, {ROUNDS} pairs of runs of {SECONDS:.0f} s, NATS alone and the"
            " live path in turn; medians, the ratio that of the pairs. The rate counts"
            " from the first publish until the last reading is committed. 1,016 devices with the national pack's"
            f" rules; every {EXCEED_EVERY}th message is beyond a limit. Load generator on the same cores.",
            "Before the runs every device exceeds its limit once: “ms per first alert” is what raising one costs (alert,"
            " duty, notice, two links of the event chain); in the runs the open alerts are brought up to date.",
            "PostgreSQL with fsync and synchronous commit; NATS syncs every second. “NATS alone” is the same load into"
            " the same stream with no worker reading it.",
        ],
    )  # fmt: skip
    return [table]


def _load(
    path: Path, connections: int, *, count: int | None = None, exceed_every: int = EXCEED_EVERY
) -> dict[str, Any]:
    """One run; waits until everything that was acknowledged is stored (when somebody stores)."""
    before, cpu_before = _stored(path), path.cpu_seconds()
    report = asyncio.run(_send(path, connections, count, exceed_every))
    last, progressed = before, time.time()
    while "ingest" in path.processes and last - before < report.acked and time.time() - progressed < 60:
        now = _stored(path)
        if now != last:
            last, progressed = now, time.time()
        time.sleep(0.02)
    seconds = max(progressed - report.started_at, 0.001)
    used = {name: value - cpu_before.get(name, 0.0) for name, value in path.cpu_seconds().items()}
    return {
        "sent": report.sent, "stored": last - before, "seconds": seconds, "stored_rate": (last - before) / seconds,
        "acked_rate": report.acked / max(report.seconds_to_ack, 0.001), "cpu": used,
    }  # fmt: skip


def _stored(path: Path) -> int:
    import psycopg

    with psycopg.connect(path.env["LANTU_DATABASE_URL"]) as connection:
        row = connection.execute("SELECT coalesce(sum(messages), 0) FROM monitoring_ingestoffset").fetchone()
        return int((row or [0])[0])


async def _send(path: Path, connections: int, count: int | None, exceed_every: int) -> Any:
    from lantu.monitoring.simulate.load import connect_all, run_load

    senders = await connect_all(actors()[:connections], host="127.0.0.1", port=path.mqtt_port, window=WINDOW)
    try:
        return await run_load(senders, rate=0, seconds=SECONDS, count=count, exceed_every=exceed_every)
    finally:
        for sender in senders:
            sender.publisher.close()


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
