"""The live path: MQTT QoS 1 in, authenticated, durable and queryable, rules on; and how soon a browser hears of it."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

from bench.tables import Table, number, percentile
from bench.telemetry_fleet import Path, actors, live_path, setup_django

SECONDS = 12.0
CONNECTIONS = (64, 1016)
WINDOW = 64
ROUNDS = 3
GOAL_RATE = 15_000
GOAL_P99_MS = 250.0
LATENCY_RATE = 2_500
EXCEED_EVERY = 100


def measure() -> list[Table]:
    """Throughput against NATS alone, and latency to the browser."""
    setup_django()
    return [_throughput(), _latency()]


def _throughput() -> Table:
    rows: list[list[str]] = []
    best: dict[int, float] = {}
    for connections in CONNECTIONS:
        with live_path(ingest=False) as path:
            alone = statistics.median(_load(path, connections)["acked_rate"] for _ in range(ROUNDS))
        with live_path() as path:
            storm = _load(path, connections, count=connections, exceed_every=1)
            runs = [_load(path, connections) for _ in range(ROUNDS)]
        stored = statistics.median(run["stored_rate"] for run in runs)
        best[connections] = stored
        middle = sorted(runs, key=lambda run: run["stored_rate"])[len(runs) // 2]
        cpu = ", ".join(
            f"{name} {seconds / middle['seconds']:.2f}" for name, seconds in middle["cpu"].items()
        )
        rows.append(
            [
                str(connections), number(alone, 0), number(stored, 0), number(4 * stored, 0), f"{stored / alone:.2f}",
                str(sum(run["sent"] - run["stored"] for run in runs)), number(1000 * storm["seconds"] / connections, 1),
                cpu,
            ]
        )  # fmt: skip
    return Table(
        title="Telemetry: MQTT QoS 1 to durable and queryable, rules on",
        columns=[
            "connections", "NATS alone, messages/s", "live path, messages/s", "readings/s", "ratio", "lost",
            "ms per first alert", "cores used while storing",
        ],
        rows=rows,
        goals=[
            (f"at least {GOAL_RATE:,} messages/s of 4 readings with {n} connections", best[n] >= GOAL_RATE)
            for n in CONNECTIONS
        ],
        notes=[
            f"Closed loop, window {WINDOW} per connection, median of {ROUNDS} runs of {SECONDS:.0f} s; the rate counts"
            " from the first publish until the last reading is committed. 1,016 devices with the national pack's"
            f" rules; every {EXCEED_EVERY}th message is beyond a limit. Load generator on the same cores.",
            "Before the runs every device exceeds its limit once: “ms per first alert” is what raising one costs (alert,"
            " duty, notice, two links of the event chain); in the runs the open alerts are brought up to date.",
            "PostgreSQL with fsync and synchronous commit; NATS syncs every second. “NATS alone” is the same load into"
            " the same stream with no worker reading it.",
        ],
    )  # fmt: skip


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


def _latency() -> Table:
    with live_path(web=True) as path:
        found = asyncio.run(_time_alerts(path))
    p50, p99 = percentile(found, 0.5), percentile(found, 0.99)
    return Table(
        title="Telemetry: publish to the browser's nudge",
        columns=["background messages/s", "alerts", "p50 ms", "p95 ms", "p99 ms", "max ms"],
        rows=[
            [
                f"{LATENCY_RATE:,}", str(len(found)), number(p50), number(percentile(found, 0.95)), number(p99),
                number(max(found)),
            ]
        ],
        goals=[(f"p99 below {GOAL_P99_MS:.0f} ms at {LATENCY_RATE:,} messages/s", p99 < GOAL_P99_MS)],
        notes=[
            "From just before the exceeding message is written to the MQTT socket until the server-sent event"
            " “monitoring.alert_raised” of its project arrives at a client of /live: in between lie the stream, the"
            " rules, and one transaction with reading, alert, duty, event chain and stream position.",
        ],
    )  # fmt: skip


async def _time_alerts(path: Path) -> list[float]:
    """Background load at a steady rate; every tenth of a second one more device exceeds its limit for the first time."""
    from lantu.monitoring.simulate.load import connect_all, run_load

    senders = await connect_all(actors(), host="127.0.0.1", port=path.mqtt_port, window=WINDOW)
    waiting: dict[str, float] = {}
    latencies: list[float] = []
    reader = asyncio.create_task(_listen(path, waiting, latencies))
    await asyncio.sleep(1)
    load = asyncio.create_task(run_load(senders, rate=LATENCY_RATE, seconds=45, exceed_every=0))
    await asyncio.sleep(3)
    for sender, actor in list(zip(senders, actors(), strict=True))[::3][:300]:
        while actor.project in waiting:
            await asyncio.sleep(0.01)
        sender.last_ms = max(sender.last_ms + 1, int(time.time() * 1000))
        waiting[actor.project] = time.perf_counter()
        sender.publisher.send(sender.topic, b'{"ts":%d%s' % (sender.last_ms, sender.exceeding))
        await asyncio.sleep(0.1)
    await load
    await asyncio.sleep(2)
    reader.cancel()
    for sender in senders:
        sender.publisher.close()
    if waiting:
        raise SystemExit(f"{len(waiting)} alerts never reached the browser")
    return latencies


async def _listen(path: Path, waiting: dict[str, float], latencies: list[float]) -> None:
    url = urlsplit(path.env["BENCH_WEB"])
    stream, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: {url.netloc}\r\nAccept: text/event-stream\r\n"
        f"Authorization: Bearer {path.env['BENCH_TOKEN']}\r\n\r\n".encode()
    )
    while line := await stream.readline():
        if line.startswith(b"data: ") and b'"monitoring.alert_raised"' in line:
            project = json.loads(line[6:])["project"]
            sent = waiting.pop(project, None)
            if sent is not None:
                latencies.append((time.perf_counter() - sent) * 1000)


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
