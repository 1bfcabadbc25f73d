"""The processes of the applications: how each is started and what each is told."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lantu.runtime import endpoints, ports
from lantu.runtime.nats import TELEMETRY, Nats
from lantu.runtime.paths import Places
from lantu.runtime.process import Spec
from lantu.runtime.words import Fault, say

SETTINGS = "lantu.site.settings"
MOST_INGEST_WORKERS = 64
COMMANDS = {
    "ingest": "run_ingest",
    "mqtt-auth": "run_mqtt_auth",
    "gateway": "run_gateway",
    "worker": "run_worker",
    "simulate": "simulate",
    "demo-people": "demo_people",
}
# A warning is on the screens before its paperwork is done: jobs and make-believe leave the processor to the live path.
GIVES_WAY = {"worker": 5, "simulate": 5}


@dataclass(frozen=True)
class Connections:
    """Where the engines are, as the applications are told. `auth` is set when we answer who a device is."""

    database: str
    nats: str
    mqtt_host: str = ""
    mqtt_port: int | None = None
    auth: str | None = None
    issuer_seed_file: Path | None = None
    gateway_host: str = "127.0.0.1"
    gateway_ports: Mapping[str, int] = field(default_factory=dict)

    @property
    def mqtt_url(self) -> str | None:
        """Where devices publish, or None when nobody listens for them."""
        return None if self.mqtt_port is None else f"mqtt://{self.mqtt_host}:{self.mqtt_port}"

    def gateway_url(self, protocol: str) -> str | None:
        """Where devices of a gateway protocol connect, or None when nobody listens for them."""
        port = self.gateway_ports.get(protocol)
        return None if port is None else f"tcp://{self.gateway_host}:{port}"


def environment(
    places: Places, connections: Connections, *, host: str, web_port: int, demo: bool
) -> dict[str, str]:
    """The environment of every application process; what the operator has set besides stays in force."""
    told = {
        "LANTU_DATA_DIR": str(places.root),
        "LANTU_DATABASE_URL": connections.database,
        "LANTU_NATS_URL": connections.nats,
        "LANTU_SECRET_KEY": os.environ.get("LANTU_SECRET_KEY") or places.secret("secret_key"),
        "LANTU_HOST": host,
        "LANTU_WEB_PORT": str(web_port),
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "PYTHONUNBUFFERED": "1",
    }
    if connections.mqtt_port is not None:
        told |= {"LANTU_MQTT_HOST": connections.mqtt_host, "LANTU_MQTT_PORT": str(connections.mqtt_port)}
    for wish in ports.GATEWAY:
        told[wish.variable] = str(connections.gateway_ports.get(wish.name, ports.OFF))
    if demo:
        told["LANTU_DEMO"] = "1"
    return {**os.environ, **told}


def web(env: dict[str, str], host: str, port: int) -> Spec:
    """The web server: one worker, as many as needed behind a proxy."""
    return Spec(
        name="web",
        argv=web_argv(host, port),
        env=env,
        ready=lambda pid: _web_answers(pid, host, port),
        start_limit_s=120,
    )


def web_argv(host: str, port: int) -> list[str]:
    """Command line of the web server."""
    options = ["--interface", "asgi", "--host", host, "--port", str(port), "--workers", "1", "--no-ws"]
    # A live screen holds one request open each; none may be turned away because others watch.
    room = ["--backlog", "2048", "--backpressure", "4096"]
    return [sys.executable, "-m", "granian", *options, *room, "lantu.site.asgi:application"]


def command(
    name: str, env: dict[str, str], *arguments: str, ready: Callable[[int], bool] | None = None
) -> Spec:
    """A process that is a Django command, by its name in COMMANDS."""
    return Spec(
        name=name,
        argv=manage_argv(COMMANDS[name], *arguments),
        env=env,
        grace_s=30,
        ready=ready,
        start_limit_s=120,
        nice=GIVES_WAY.get(name, 0),
    )


def ingest(env: dict[str, str], server: Nats | None) -> list[Spec]:
    """The processes that store telemetry, LANTU_INGEST_WORKERS of them (one, if it is not set), each with its share of the
    projects; ready once the stream exists (with a server of our own, where we can look)."""
    ready = (lambda _pid: server.keeps(TELEMETRY)) if server else None
    of = _ingest_workers()
    if of == 1:
        return [command("ingest", env, ready=ready)]
    specs = [
        command("ingest", env, "--share", str(number), "--of", str(of), ready=ready) for number in range(of)
    ]
    return [
        replace(spec, name=f"ingest-{number}" if number else "ingest") for number, spec in enumerate(specs)
    ]


def _ingest_workers() -> int:
    text = os.environ.get("LANTU_INGEST_WORKERS") or "1"
    if not text.isdigit() or not 1 <= int(text) <= MOST_INGEST_WORKERS:
        raise Fault(
            say(
                f"LANTU_INGEST_WORKERS={text} 无效。", f"LANTU_INGEST_WORKERS={text} is no count of workers."
            ),
            say(
                f"请设为 1 到 {MOST_INGEST_WORKERS} 的整数。",
                f"Set a whole number from 1 to {MOST_INGEST_WORKERS}.",
            ),
        )
    return int(text)


def mqtt_auth(env: dict[str, str], connections: Connections, server: Nats | None) -> Spec:
    """The service that tells NATS who a device is. It has an account of its own, and alone may sign permissions."""
    own = {
        "LANTU_NATS_URL": connections.auth or "",
        "LANTU_NATS_ISSUER_SEED_FILE": str(connections.issuer_seed_file),
    }
    ready = (lambda _pid: server.judges_devices()) if server else None
    return command("mqtt-auth", {**env, **own}, ready=ready)


def gateway(env: dict[str, str], connections: Connections) -> Spec:
    """The process that devices of other protocols connect to; ready when it listens on all of their ports."""
    wanted = list(connections.gateway_ports.values())
    return command("gateway", env, ready=lambda pid: all(ports.held_by_group(port, pid) for port in wanted))


def step(name: str, env: dict[str, str], *arguments: str) -> Spec:
    """A Django command that is run to its end during the start; what it prints is progress, not every note of its log."""
    return Spec(name=name, argv=manage_argv(*arguments), env={"LANTU_LOG_LEVEL": "WARNING", **env})


def manage_argv(*arguments: str) -> list[str]:
    """Command line of one of Django's commands."""
    return [sys.executable, "-m", "django", *arguments]


def environment_in_force(places: Places) -> dict[str, str]:
    """Environment for one more process beside the running ones, or on another machine with addresses given by variables.

    Variables win over endpoints.json. Raises Fault when neither names a database.
    """
    running = endpoints.read(places)
    database = os.environ.get("LANTU_DATABASE_URL") or (running.database if running else "")
    nats = os.environ.get("LANTU_NATS_URL") or (running.nats if running else "")
    if not database:
        raise Fault(
            say(
                f"蓝图没有在 {places.root} 运行，也没有设置 LANTU_DATABASE_URL。",
                f"Lantu is not running in {places.root}, and LANTU_DATABASE_URL is not set.",
            ),
            say(
                "先在另一个终端执行 lantu up；或设置 LANTU_DATABASE_URL（以及 LANTU_NATS_URL）。",
                "Run lantu up in another terminal first, or set LANTU_DATABASE_URL (and LANTU_NATS_URL).",
            ),
        )
    mqtt = urllib.parse.urlsplit(running.mqtt) if running and running.mqtt else None
    connections = Connections(
        database,
        nats,
        mqtt_host=(mqtt.hostname or "") if mqtt else "",
        mqtt_port=mqtt.port if mqtt else None,
        gateway_ports=_gateway_ports_in_force(running),
    )
    web_port = urllib.parse.urlsplit(running.web).port if running else None
    env = environment(
        places,
        connections,
        host=os.environ.get("LANTU_HOST", "127.0.0.1"),
        web_port=web_port or int(os.environ.get("LANTU_WEB_PORT") or ports.WEB.default),
        demo=bool(running and running.demo) or bool(os.environ.get("LANTU_DEMO")),
    )
    if not nats:
        del env["LANTU_NATS_URL"]
    return env


def _gateway_ports_in_force(running: endpoints.Endpoints | None) -> dict[str, int]:
    """Where the running gateway listens; without one, what the variables or the defaults say."""
    if running is not None:
        known = {"hj212": running.hj212, "jt808": running.jt808}
        return {
            name: port for name, url in known.items() if url and (port := urllib.parse.urlsplit(url).port)
        }
    chosen = {wish.name: os.environ.get(wish.variable) or str(wish.default) for wish in ports.GATEWAY}
    return {name: int(port) for name, port in chosen.items() if port.isdigit()}


def local_address(host: str) -> str:
    """The address by which this machine itself reaches a listener on `host`, ready for a URL."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"[{reachable}]" if ":" in reachable else reachable


def _web_answers(pid: int, host: str, port: int) -> bool:
    """True when /healthz is well and the listener belongs to the process group that we started."""
    try:
        with urllib.request.urlopen(f"http://{local_address(host)}:{port}/healthz", timeout=5) as answer:
            healthy = answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
    return healthy and ports.held_by_group(port, pid)
