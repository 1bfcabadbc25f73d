"""The live path beside what people build today, with the same load in the same run.

Needs ``mosquitto`` for all peers, ``influxd`` (1.x) for InfluxDB, and for the flows a directory with Node-RED in it:
``npm install node-red@4 pg node-red-contrib-influxdb`` there, and LANTU_BENCH_NODE_RED set to it. What is missing is
left out, and the table says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.peer_flows import PG_TABLE, write_flow
from bench.tables import Table, number
from bench.telemetry_fleet import actors, live_path, setup_django

CONNECTIONS = 16
WINDOW = 64
EXCEED_EVERY = 100
STALLED_S = 8.0
LONGEST_S = 90.0
INFLUX_CONFIG = """reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{root}/meta"
[data]
dir = "{root}/data"
wal-dir = "{root}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
[monitor]
store-enabled = false
"""


@dataclass(frozen=True)
class Peer:
    """``count`` messages are enough for a steady rate; ``times`` is how much faster the live path means to be."""

    name: str
    kind: str
    count: int
    times: float | None


PEERS = (
    Peer("script: paho + psycopg, a transaction per message", "row", 4_000, None),
    Peer("script in batches of 1,000 messages or 200 ms", "batch", 100_000, 6),
    Peer("Node-RED + PostgreSQL, pool of 10", "pg", 40_000, 6),
    Peer("Node-RED + InfluxDB, a write per message", "influx", 60_000, 20),
    Peer("Node-RED + InfluxDB, batched by hand", "influx-batch", 100_000, 1.7),
)
OWN_COUNT = 500_000


def measure() -> list[Table]:
    """Messages per second stored and judged, closed loop, all after the same load."""
    setup_django()
    with live_path() as path:
        first = _drive(path.mqtt_port, 5_000, lambda: _offsets(path.env["LANTU_DATABASE_URL"]))
        own = _drive(path.mqtt_port, OWN_COUNT, lambda: _offsets(path.env["LANTU_DATABASE_URL"]))
    assert first["stored"] == first["sent"], first
    rows = [_row(f"Lantu: live path, authenticated, {_rules()} rules", own, None)]
    goals = []
    for peer in PEERS:
        missing = _missing(peer)
        if missing:
            rows.append([peer.name, f"not measured: {missing}", *["—"] * 4])
            continue
        with _running(peer) as (port, stored):
            _drive(port, 500, stored)
            result = _drive(port, peer.count, stored)
        rows.append(_row(peer.name, result, own["rate"] / result["rate"] if result["rate"] else None))
        if peer.times:
            goals.append(
                (f"at least {peer.times:g} × {peer.name}", own["rate"] >= peer.times * result["rate"])
            )
    return [
        Table(
            title="The live path beside what people build today",
            columns=["what", "messages sent", "stored", "messages/s", "readings/s", "Lantu is × faster"],
            rows=rows,
            goals=goals,
            notes=[
                f"The same load for all: {CONNECTIONS} connections, MQTT QoS 1, window {WINDOW}, four readings a message, every "
                f"{EXCEED_EVERY}th above a limit; as fast as the broker acknowledges. The rate counts from the first publish until "
                "the last reading can be asked for. Peers run without authentication behind mosquitto; PostgreSQL with the "
                "settings of Lantu's own (fsync, synchronous commit). The flows store a message as one row or point of four "
                "fields, the scripts as four rows. Peers know one rule.",
            ],
        )
    ]


def _rules() -> int:
    """Rules of the national pack, which the live path is filled with."""
    from lantu.packs.load import national

    return len(list(national().rule_rows()))


def _row(name: str, run: dict[str, Any], times: float | None) -> list[str]:
    return [
        name, number(run["sent"], 0), number(run["stored"], 0), number(run["rate"], 0), number(4 * run["rate"], 0),
        "—" if times is None else number(times),
    ]  # fmt: skip


def _drive(port: int, count: int, stored: Callable[[], int]) -> dict[str, Any]:
    """Send ``count`` messages and wait until they are stored, or until nothing more comes."""
    before = stored()
    report = asyncio.run(_send(port, count))
    last, progressed = before, time.time()
    while last - before < report.sent and time.time() - progressed < STALLED_S:
        if time.time() - report.started_at > LONGEST_S:
            break
        now = stored()
        if now != last:
            last, progressed = now, time.time()
        time.sleep(0.02)
    seconds = max(progressed - report.started_at, 0.001)
    return {"sent": report.sent, "stored": last - before, "rate": (last - before) / seconds}


async def _send(port: int, count: int) -> Any:
    from lantu.monitoring.simulate.load import connect_all, run_load

    chosen = actors()[:: len(actors()) // CONNECTIONS][:CONNECTIONS]
    senders = await connect_all(chosen, host="127.0.0.1", port=port, window=WINDOW)
    try:
        return await run_load(senders, rate=0, seconds=LONGEST_S, count=count, exceed_every=EXCEED_EVERY)
    finally:
        for sender in senders:
            sender.publisher.close()


def _missing(peer: Peer) -> str:
    if not _tool("mosquitto"):
        return "mosquitto is not installed"
    if peer.kind in ("row", "batch"):
        return ""
    if not (_node_red() / "node_modules" / "node-red").is_dir():
        return "LANTU_BENCH_NODE_RED names no directory with Node-RED"
    return "influxd is not installed" if peer.kind != "pg" and not _tool("influxd") else ""


def _tool(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _node_red() -> Path:
    return Path(os.environ.get("LANTU_BENCH_NODE_RED", "/nowhere"))


@contextmanager
def _running(peer: Peer) -> Iterator[tuple[int, Callable[[], int]]]:
    """The peer with its broker and its database: MQTT port, and how many messages it has stored."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lantu-peer-")))
        root.chmod(0o755)
        port = _broker(stack, root)
        if peer.kind in ("row", "batch", "pg"):
            url = stack.enter_context(_database())
            if peer.kind == "pg":
                _sql(url, PG_TABLE)
                _flow(stack, peer, root, port, database=url)
            else:
                _start(
                    stack,
                    [sys.executable, "-m", "bench.peer_script", peer.kind, str(port), url],
                    root / "script.log",
                )
                time.sleep(3)
            share = 1 if peer.kind == "pg" else 4
            yield port, lambda: _sql(url, "SELECT count(*) FROM reading") // share
        else:
            influx = _influx(stack, root)
            _flow(stack, peer, root, port, influx=influx)
            yield port, lambda: _points(influx)


def _broker(stack: ExitStack, root: Path) -> int:
    port = _free_port()
    config = root / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\nset_tcp_nodelay true\n"
    )
    _start(stack, [str(_tool("mosquitto")), "-c", str(config)], root / "mosquitto.log")
    _listens(port)
    return port


@contextmanager
def _database() -> Iterator[str]:
    from lantu.runtime.testing import temporary_postgres

    with temporary_postgres(durable=True) as url:
        yield url


def _influx(stack: ExitStack, root: Path) -> int:
    port = _free_port()
    config = root / "influx.conf"
    config.write_text(INFLUX_CONFIG.format(root=root, port=port, rpc=_free_port()))
    _start(stack, [str(_tool("influxd")), "-config", str(config)], root / "influx.log")
    _listens(port)
    _ask(port, "CREATE DATABASE city", post=True)
    return port


def _flow(
    stack: ExitStack, peer: Peer, root: Path, port: int, *, influx: int = 0, database: str = ""
) -> None:
    ui = _free_port()
    modules = _node_red() / "node_modules"
    write_flow(
        peer.kind, root / "flow", modules=modules, mqtt_port=port, ui_port=ui, influx_port=influx,
        database=_for_node(database),
    )  # fmt: skip
    node = str(_tool("node"))
    script = str(modules / "node-red" / "red.js")
    _start(
        stack,
        [node, script, "-u", str(root / "flow"), "-s", str(root / "flow" / "settings.js")],
        root / "flow.log",
    )
    _listens(ui)
    time.sleep(5)


def _for_node(url: str) -> str:
    """Node's driver wants the socket's directory as host in the query, with a user in front."""
    return url.replace("postgresql://", "postgres://").replace("@/", "@localhost/") if url else ""


def _points(port: int) -> int:
    answer = _ask(port, "SELECT count(pm10) FROM telemetry")["results"][0]
    return int(answer["series"][0]["values"][0][1]) if "series" in answer else 0


def _ask(port: int, query: str, *, post: bool = False) -> Any:
    url = f"http://127.0.0.1:{port}/query?" + urllib.parse.urlencode({"db": "city", "q": query})
    with urllib.request.urlopen(urllib.request.Request(url, method="POST" if post else "GET")) as answer:
        return json.load(answer)


def _sql(url: str, text: str) -> int:
    import psycopg

    with psycopg.connect(url, autocommit=True) as database:
        done = database.execute(text.encode())
        return int((done.fetchone() or [0])[0]) if done.description else 0


def _offsets(url: str) -> int:
    return _sql(url, "SELECT coalesce(sum(messages), 0)::bigint FROM monitoring_ingestoffset")


def _start(stack: ExitStack, command: list[str], log: Path) -> None:
    sink = stack.enter_context(log.open("wb"))
    process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _listens(port: int, limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nothing listens on port {port}")


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
