"""127 sites with eight devices each, and the processes of the live path, for the telemetry benchmarks."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

SITES = 127
DEVICES = 8
SECRET = "bench-" + "0" * 50
TOKEN_NAME = "bench-live"


@dataclass
class Path:
    """A running live path: environment for further processes, and the processes by name."""

    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]
    mqtt_port: int
    nats_url: str

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time used so far, by process; PostgreSQL's and NATS' are those of their whole trees."""
        import psutil

        found = {}
        for name, process in self.processes.items():
            times = psutil.Process(process.pid).cpu_times()
            found[name] = times.user + times.system
        for parent in psutil.Process().children():
            name = parent.name().split("-")[0]
            if name in ("nats", "postgres"):
                tree = [parent, *parent.children(recursive=True)]
                found.setdefault(name, 0.0)  # a second path of the same benchmark may rest beside this one
                for process in tree:
                    # PostgreSQL's helpers come and go while we count.
                    with suppress(psutil.NoSuchProcess):
                        times = process.cpu_times()
                        found[name] += times.user + times.system
        return found


def fill() -> str:
    """Inside a process with Django: migrate, load the national pack, register the fleet. Returns an API token."""
    from django.core.management import call_command
    from django.utils import timezone

    from lantu.accounts.models import Grant, Organisation, User
    from lantu.accounts.services.tokens import issue_token
    from lantu.monitoring.devices.services.load_types import load_types
    from lantu.monitoring.devices.services.register import register_device
    from lantu.monitoring.rules.services.load_rules import load_rules
    from lantu.monitoring.simulate.cast import prepare_demo_tokens
    from lantu.packs.load import national
    from lantu.projects.models import Party, Project

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    now = timezone.now()
    pack = national()
    load_types(pack.type_rows())
    load_rules(pack.rule_rows(), now=now)
    unit = Organisation.objects.create(name="测速建设单位", kind="owner")
    person = User.objects.create_user(
        username="bench", password="bench-only", display_name="责任人", organisation=unit
    )
    Grant.objects.create(user=person, role="director", reach="city", granted_at=now)
    for site in range(SITES):
        project = Project.objects.create(
            code=f"bench-{site:03d}", name=f"测速工程{site:03d}", area_code="371402", owner_org=unit, is_demo=True,
            category="government", plan_class="continuing", sector="industry", stage="construction",
            total_investment_yuan=1, created_at=now, updated_at=now,
        )  # fmt: skip
        Party.objects.create(project=project, role="contractor", organisation=unit, contact=person)
        for number in range(DEVICES):
            register_device(
                code=f"B{site:03d}-{number}", project=project, type_code="dust_noise", name=f"{number}号监测仪",
                now=now, actor=person,
            )  # fmt: skip
    prepare_demo_tokens()
    return issue_token(person, now=now, name=TOKEN_NAME)


@contextmanager
def live_path(*, ingest: bool = True) -> Iterator[Path]:
    """PostgreSQL (durable), NATS, the callout, and as asked the ingest worker."""
    from lantu.runtime.testing import temporary_nats, temporary_postgres

    with ExitStack() as stack:
        database = stack.enter_context(temporary_postgres(durable=True))
        nats = stack.enter_context(temporary_nats())
        env = os.environ | {
            "LANTU_DATABASE_URL": database, "LANTU_NATS_URL": nats.url, "LANTU_MQTT_PORT": str(nats.mqtt_port),
            "LANTU_MQTT_HOST": "127.0.0.1", "LANTU_SECRET_KEY": SECRET, "LANTU_LOG_LEVEL": "WARNING",
            "LANTU_NATS_ISSUER_SEED_FILE": str(nats.issuer_seed_file), "LANTU_DEMO": "1",
            # The share of each device is counted, but a few hundred connections may stand for a whole city here.
            "LANTU_DEVICE_RATE_FLOOR": "1000000",
            "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
        }  # fmt: skip
        env.pop("LANTU_TESTING", None)
        done = subprocess.run(
            [sys.executable, "-m", "bench.telemetry_fleet"],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        env["BENCH_TOKEN"] = done.stdout.splitlines()[-1]
        path = Path(env, {}, nats.mqtt_port, nats.url)
        stack.callback(_stop, path)
        _start(path, "mqtt-auth", ["run_mqtt_auth"], {"LANTU_NATS_URL": nats.auth_url})
        if ingest:
            _start(path, "ingest", ["run_ingest"], {})
            _wait(lambda: _positions(database) > 0)
        else:
            _make_stream(nats.url)
        _wait(lambda: asyncio.run(_admits(path)))
        yield path


def _start(path: Path, name: str, arguments: list[str], more: dict[str, str]) -> None:
    path.processes[name] = subprocess.Popen([sys.executable, "-m", "django", *arguments], env=path.env | more)


async def _admits(path: Path) -> bool:
    """Whether the callout service answers by now."""
    from lantu.monitoring.simulate.mqtt import Publisher

    first = actors()[0]
    try:
        publisher = await Publisher.open(
            "127.0.0.1", path.mqtt_port, client_id="probe", user=first.code, password=first.token
        )
    except (OSError, TimeoutError):
        return False
    publisher.close()
    return True


def _positions(database: str) -> int:
    import psycopg

    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM monitoring_ingestoffset WHERE stream_created_at IS NOT NULL"
        )
        return int((row.fetchone() or [0])[0])


def _make_stream(url: str) -> None:
    from lantu.monitoring.ingest.stream import ensure_stream
    from lantu.monitoring.ingest.wire import Wire

    ensure_stream(Wire(url, name="bench"))


def _wait(ready: Any, limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit("a process of the live path did not start")
        time.sleep(0.2)


def _stop(path: Path) -> None:
    for process in path.processes.values():
        process.send_signal(signal.SIGTERM)
    for process in path.processes.values():
        process.wait(30)


def actors() -> list[Any]:
    """The fleet as the simulator plays it; no database needed, the tokens follow from the secret."""
    from lantu.monitoring.simulate.actors import Actor

    keys = (("pm10", 1), ("pm25", 1), ("noise", 1), ("wind_speed", 1))
    return [
        Actor(f"B{site:03d}-{number}", f"bench-{site:03d}", _token(f"B{site:03d}-{number}"), keys, 60.0)
        for site in range(SITES)
        for number in range(DEVICES)
    ]


def _token(code: str) -> str:
    from lantu.monitoring.simulate.cast import demo_token

    return demo_token(code)


def setup_django() -> None:
    """Django in this process, without touching a database."""
    os.environ |= {"LANTU_SECRET_KEY": SECRET, "DJANGO_SETTINGS_MODULE": "lantu.site.settings"}
    import django

    django.setup()


if __name__ == "__main__":
    setup_django()
    print(fill())
