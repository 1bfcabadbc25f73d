"""Publish → alert committed → nudge at a browser, and → hazard on a desk, with everything running as `lantu up` runs it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.tables import Table, number, percentile
from bench.telemetry_fleet import DEVICES, SECRET, SITES, actors, setup_django

GAP_S = 0.15
BYSTANDERS = 10
ALERT, HAZARD = "monitoring.alert_raised", "hazards.hazard_opened"


@dataclass
class Heard:
    """When each site's message was written, how much later each kind of nudge came (ms), and what load there really was."""

    load: dict[str, float] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    delays: dict[str, list[float]] = field(default_factory=lambda: {ALERT: [], HAZARD: []})

    def nudge(self, kind: str, project: str) -> None:
        if kind in self.delays and project in self.sent:
            self.delays[kind].append((time.perf_counter() - self.sent[project]) * 1000)


@dataclass(frozen=True)
class Load:
    """Messages per second in the background, from how many connections (None: every device that is left); how often each
    site exceeds a limit, with a device of its own each time."""

    rate: int
    rounds: int
    first: int
    goals_ms: tuple[float, ...]
    connections: int | None = None

    @property
    def places(self) -> range:
        """The devices of each site that this load's alerts come from."""
        return range(self.first, self.first + self.rounds)

    @property
    def alerts(self) -> int:
        return self.rounds * SITES


LOADS = (
    Load(2_500, 2, 0, (250.0, 50.0)),
    Load(25_000, 1, 2, (150.0,), connections=64),
    Load(25_000, 1, 3, (150.0,)),
)


def measure() -> list[Table]:
    """A whole platform in a temporary directory, 1,016 devices, steady background load."""
    setup_django()
    with platform() as (places, token):
        return [_table(load, asyncio.run(_story(places, token, load))) for load in LOADS]


def _table(load: Load, heard: Heard) -> Table:
    rows = []
    for kind, name in (
        (ALERT, "alert on the screens"),
        (HAZARD, "hazard opened by the worker, on the screens"),
    ):
        delays = heard.delays[kind] or [float("nan")]
        rows.append(
            [
                name,
                str(len(heard.delays[kind])),
                *(number(percentile(delays, share)) for share in (0.5, 0.95, 0.99)),
                number(max(delays)),
            ]
        )
    alerts = heard.delays[ALERT]
    whole = len(alerts) == load.alerts
    return Table(
        title=f"From packet to browser at {load.rate:,} messages/s from {heard.load['connections']:,} connections, everything running",
        columns=["what arrives", "times", "p50 ms", "p95 ms", "p99 ms", "max ms"],
        rows=rows,
        goals=[
            (f"all {load.alerts} alerts at the browser, p99 at most {goal:g} ms", whole and percentile(alerts, 0.99) <= goal)
            for goal in load.goals_ms
        ],
        notes=[
            f"`lantu up` in a temporary directory: PostgreSQL (durable), NATS with device authentication, ingest with the national "
            f"pack's rules, worker, web. {heard.load['rate']:,.0f} messages/s of four readings over MQTT QoS 1 from "
            f"{heard.load['connections']:,} connections, {BYSTANDERS} further screens open; {load.alerts} further devices exceed a limit, one "
            "each 150 ms. From just before an exceeding message is written to its socket until the nudge is read from /live, by a "
            "process that does nothing else. The second row goes on through the job queue: warning → hazard with its duty.",
        ],
    )  # fmt: skip


@contextmanager
def platform(fill: Sequence[str] = (), **more: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Start `lantu up`, register the fleet (or run ``fill``), stop it again. Yields the endpoints and an API token.

    ``more``: further environment.
    """
    with tempfile.TemporaryDirectory(prefix="lantu-bench-") as directory:
        Path(directory).chmod(0o711)
        env = os.environ | {
            "LANTU_SECRET_KEY": SECRET,
            "LANTU_LOG_LEVEL": "WARNING",
            "LANTU_DEMO": "1",
            **more,
        }
        for name in ("LANTU_DATABASE_URL", "LANTU_NATS_URL", "LANTU_TESTING", "LANTU_DATA_DIR"):
            env.pop(name, None)
        up = subprocess.Popen(
            [str(Path(sys.executable).with_name("lantu")), "up", "--data-dir", directory, "--port", "8790"],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            places = _endpoints(Path(directory), up)
            told = env | {
                "LANTU_DATABASE_URL": places["database"], "LANTU_NATS_URL": places["nats"], "LANTU_DATA_DIR": directory,
                "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
            }  # fmt: skip
            done = subprocess.run(
                fill or [sys.executable, "-m", "bench.live_latency", "fill"],
                env=told,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            yield places | {"data_dir": directory}, done.stdout.splitlines()[-1]
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(60)


def _endpoints(directory: Path, up: subprocess.Popen[str]) -> dict[str, Any]:
    file = directory / "run" / "endpoints.json"
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if file.exists():
            found: dict[str, Any] = json.loads(file.read_text())
            return found
        if up.poll() is not None:
            raise SystemExit(f"lantu up ended: {up.stdout.read() if up.stdout else ''}")
        time.sleep(0.3)
    raise SystemExit("lantu up did not get ready")


def fill_with_people() -> str:
    """The fleet of the telemetry benchmarks, with a person for each part, so that hazards have somewhere to go."""
    setup_django()
    from bench.telemetry_fleet import fill
    from lantu.accounts.models import Organisation, User
    from lantu.projects.models import Party, Project

    token = fill()
    for role in ("owner", "supervisor", "inspector", "officer"):
        unit = Organisation.objects.create(name=f"测速单位 {role}", kind="department")
        person = User.objects.create(username=f"bench-{role}", display_name=f"测速 {role}", organisation=unit)
        Party.objects.bulk_create(
            Party(project=site, role=role, organisation=unit, contact=person)
            for site in Project.objects.all()
        )
    return token


async def _story(places: dict[str, Any], token: str, on: Load) -> Heard:
    """The devices that will exceed a limit and the screens live here, all other devices in a process of their own: what is
    measured must not wait behind the load that is put on."""
    from lantu.monitoring.simulate.load import connect_all

    mqtt = urlsplit(places["mqtt"])
    # The ingest worker reads the new registry within a few seconds.
    await asyncio.sleep(5)
    mine = [actor for place in on.places for actor in actors()[place::DEVICES]]
    heard = Heard()
    load = await _others(places["mqtt"], on)
    try:
        senders = await connect_all(mine, host=str(mqtt.hostname), port=int(mqtt.port or 1883), window=64)
        screens = [asyncio.create_task(_screen(places["web"], token, heard))]
        screens += [asyncio.create_task(_screen(places["web"], token, None)) for _ in range(BYSTANDERS)]
        await asyncio.sleep(5)
        await _exceed(heard, mine, senders)
    finally:
        load.terminate()
    heard.load = json.loads((await load.communicate())[0].splitlines()[-1])
    await asyncio.sleep(5)
    for task in screens:
        task.cancel()
    for sender in senders:
        sender.publisher.close()
    return heard


async def _exceed(heard: Heard, mine: Sequence[Any], senders: Sequence[Any]) -> None:
    for count, (actor, sender) in enumerate(zip(mine, senders, strict=True), start=1):
        now_ms = int(time.time() * 1000)
        heard.sent[actor.project] = time.perf_counter()
        sender.publisher.send(sender.topic, b'{"ts":%d%s' % (now_ms, sender.exceeding))
        await asyncio.sleep(GAP_S)
        if count % SITES == 0:
            # A site's nudges of the round before have long arrived when its next device exceeds a limit.
            await asyncio.sleep(5)


async def _others(mqtt: str, on: Load) -> asyncio.subprocess.Process:
    """Start the background load; returns when its devices are connected."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.live_latency", "load", mqtt, json.dumps([on.rate, on.connections, *on.places]),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    if await process.stdout.readline() != b"connected\n":
        raise SystemExit("the background load did not connect")
    return process


async def load_of_the_others(
    mqtt: str, rate: int, connections: int | None, reserved: Sequence[int]
) -> dict[str, float]:
    """Everybody but the ``reserved`` devices of each site publishes, ``rate`` messages a second in all, until SIGTERM."""
    from lantu.monitoring.simulate.load import connect_all, run_load

    url = urlsplit(mqtt)
    others = [actor for number, actor in enumerate(actors()) if number % DEVICES not in reserved]
    if connections:
        others = others[:: len(others) // connections][:connections]
    senders = await connect_all(others, host=str(url.hostname), port=int(url.port or 1883), window=64)
    print("connected", flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    report = await run_load(senders, rate=rate, seconds=600, exceed_every=0, stop=stop)
    for sender in senders:
        sender.publisher.close()
    return {"rate": report.rate, "sent": report.sent, "acked": report.acked, "connections": len(senders)}


async def _screen(web: str, token: str, heard: Heard | None) -> None:
    url = urlsplit(web)
    stream, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    while line := await stream.readline():
        if heard is not None and line.startswith(b"data: {") and b'"id"' in line:
            nudge = json.loads(line[6:])
            heard.nudge(nudge["kind"], nudge["project"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(fill_with_people())
    elif sys.argv[1:2] == ["load"]:
        setup_django()
        wanted_rate, wanted_connections, *kept = json.loads(sys.argv[3])
        load_report = load_of_the_others(sys.argv[2], wanted_rate, wanted_connections, kept)
        print(json.dumps(asyncio.run(load_report)))
    else:
        for table in measure():
            print(table.markdown())
