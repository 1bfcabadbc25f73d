"""One web process, a thousand open screens: how soon each hears of a nudge, and what it costs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.tables import Table, number, percentile

SECONDS = 15.0
# (screens, nudges per second); the first is a busy city, the last an assault.
CASES = ((200, 20), (1000, 20), (1000, 100))
GOAL_P99_MS = 250.0
STREAMS_PER_PERSON = 10


def measure() -> list[Table]:
    """Screens of readers with sight of the whole city, nudges put straight on the broker's live subject."""
    from lantu.runtime.testing import temporary_nats, temporary_postgres

    rows, goals = [], []
    with temporary_postgres() as database, temporary_nats() as nats:
        env = os.environ | {
            "LANTU_DATABASE_URL": database, "LANTU_NATS_URL": nats.url, "LANTU_SECRET_KEY": "bench-" + "0" * 50,
            "LANTU_LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
        }  # fmt: skip
        people = max(screens for screens, _rate in CASES) // STREAMS_PER_PERSON
        tokens = _child(env, "fill", str(people))
        for screens, rate in CASES:
            with_web = _serve(env)
            try:
                found = _child(
                    env | {"BENCH_TOKENS": json.dumps(tokens)},
                    "watch",
                    str(with_web[1]),
                    str(screens),
                    str(rate),
                )
                cpu = _cpu_seconds(with_web[0].pid) / SECONDS
                quick = _stop(with_web[0])
            finally:
                with_web[0].kill()
            delays = found["delays"]
            rows.append(
                [
                    f"{screens:,}", str(rate), number(len(delays) / SECONDS, 0), number(percentile(delays, 0.5)),
                    number(percentile(delays, 0.99)), str(found["missing"]), number(cpu, 2), number(quick, 1),
                ]
            )  # fmt: skip
            goals.append(
                (
                    f"{screens:,} × {rate}/s: p99 below {GOAL_P99_MS:g} ms, nothing missed",
                    percentile(delays, 0.99) < GOAL_P99_MS and not found["missing"],
                )
            )
    columns = [
        "screens",
        "nudges/s",
        "events/s delivered",
        "p50 ms",
        "p99 ms",
        "missed",
        "web cores",
        "stop with all open, s",
    ]
    return [
        Table(
            title="Live screens: fan-out of one web process",
            columns=columns,
            rows=rows,
            goals=goals,
            notes=[
                f"{SECONDS:.0f} s each; from publishing on the broker until the event is read at the client (1 ms resolution), "
                "clients and broker on the same machine; web cores include opening the streams. Last column: SIGTERM to exit "
                "while all streams are open.",
            ],
        )
    ]


def _child(env: dict[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bench.live_fanout", *arguments],
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _serve(env: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    from lantu.runtime.processes import web_argv

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(web_argv("127.0.0.1", port), env=env, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return process, port
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise SystemExit("the web process did not start")


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process and its children so far."""
    tick = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for one in [pid, *(int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]:
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / tick
    return total


def _stop(process: subprocess.Popen[bytes]) -> float:
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return time.monotonic() - started


def _fill(people: int) -> list[str]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from lantu.accounts.models import Grant, Organisation, User
    from lantu.accounts.services.tokens import issue_token

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now = timezone.now()
    unit = Organisation.objects.create(name="测速单位", kind="bureau")
    tokens = []
    for no in range(people):
        person = User.objects.create(username=f"bench-{no}", display_name=f"观众{no}", organisation=unit)
        Grant.objects.create(user=person, role="director", reach="city", granted_at=now)
        tokens.append(issue_token(person, now=now, name="bench"))
    return tokens


class Screens:
    """Many event streams read in one event loop."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.opened = 0
        self.counting = False

    async def watch(self, port: int, token: str) -> None:
        stream, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        if b" 200 " not in await stream.readline():
            raise SystemExit("a screen was turned away")
        self.opened += 1
        while chunk := await stream.read(1 << 16):
            if not self.counting:
                continue
            now = time.time() * 1000
            # An event is written whole, but a chunk of HTTP may hold several.
            for piece in chunk.split(b'"ts":')[1:]:
                self.delays.append(now - int(piece[: piece.index(b"}")]))


async def _watch(port: int, screens: int, rate: int) -> dict[str, Any]:
    import nats

    from lantu.core.nudge import LIVE_SUBJECT

    tokens = json.loads(os.environ["BENCH_TOKENS"])
    board = Screens()
    tasks = [
        asyncio.create_task(board.watch(port, tokens[no // STREAMS_PER_PERSON])) for no in range(screens)
    ]
    while board.opened < screens:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1.5)
    connection = await nats.connect(os.environ["LANTU_NATS_URL"])
    board.counting = True
    started, sent = time.time(), 0
    while time.time() - started < SECONDS:
        due = int((time.time() - started) * rate)
        while sent < due:
            sent += 1
            body = {
                "id": sent,
                "kind": "monitoring.alert_raised",
                "project_id": None,
                "ts": int(time.time() * 1000),
            }
            await connection.publish(LIVE_SUBJECT, json.dumps(body).encode())
        await asyncio.sleep(0.002)
    await connection.flush()
    await asyncio.sleep(2)
    await connection.close()
    for task in tasks:
        task.cancel()
    return {"delays": sorted(board.delays), "missing": sent * screens - len(board.delays)}


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(json.dumps(_fill(int(sys.argv[2]))))
    elif sys.argv[1:2] == ["watch"]:
        print(json.dumps(asyncio.run(_watch(*(int(a) for a in sys.argv[2:5])))))
    else:
        for table in measure():
            print(table.markdown())
