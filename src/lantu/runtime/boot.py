"""`lantu up`: everything in order, then watch, then everything down again."""

from __future__ import annotations

import json
import os
import secrets
import socket
import urllib.parse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from lantu.runtime import endpoints, nats, orphans, ports, postgres, processes
from lantu.runtime.endpoints import Endpoints
from lantu.runtime.paths import Places
from lantu.runtime.prepared import Prepared
from lantu.runtime.processes import Connections
from lantu.runtime.steps import ANNOUNCED, Steps
from lantu.runtime.supervisor import Stopped, Supervisor
from lantu.runtime.words import Fault, out, say

DEMO_SECRET = "demo_password"  # noqa: S105 - the name of the file
DEMO_ACCOUNTS = (
    ("director", "局长", "director of the bureau"),
    ("officer", "局经办", "officer of the bureau"),
    ("vicemayor", "分管副市长", "vice mayor in charge"),
    ("clerk", "部门联络员", "clerk of a department"),
    ("county", "县区重点办", "county office"),
    ("owner", "建设单位", "owner"),
    ("contractor", "施工安全员", "contractor's safety officer"),
    ("supervisor", "监理", "supervising engineer"),
    ("inspector", "质安监督", "quality and safety inspector"),
    ("expert", "第三方专家", "third-party expert"),
    ("auditor", "审计", "auditor"),
    ("sysadmin", "系统管理员", "system administrator"),
    ("secadmin", "安全管理员", "security administrator"),
)


@dataclass(frozen=True)
class Wanted:
    """What the operator asked for on the command line."""

    demo: bool = False
    host: str = "127.0.0.1"
    port: int | None = None


def up(places: Places, wanted: Wanted) -> None:
    """Start everything, say where it is, and keep it running until a stop is asked for. Raises Fault."""
    _refuse_demo_in_public(places, wanted)
    places.prepare()
    with places.locked():
        endpoints.remove(places)
        supervisor = Supervisor(places)
        try:
            Start(places, wanted, supervisor).everything()
            supervisor.watch()
        except Stopped:
            out.print("")
        finally:
            endpoints.remove(places)
            out.print(say("正在依次停止 …", "Stopping, one after the other …"))
            supervisor.stop()
        out.print(say("[green]✓[/] 已停止", "[green]✓[/] Stopped"))


class Start:
    """One start, from the first engine to the announcement."""

    def __init__(self, places: Places, wanted: Wanted, supervisor: Supervisor) -> None:
        self.places = places
        self.wanted = wanted
        self.supervisor = supervisor
        self.steps = Steps()
        self.server: nats.Nats | None = None
        self.web_port = ports.claim(ports.WEB, wanted.host, explicit=wanted.port)

    def everything(self) -> None:
        """Engines, tables and data, applications; then the endpoints are published."""
        connections = self._gateway(self._stream(self._database()))
        self._data(self._environment(connections))
        # Making a city takes minutes: meanwhile somebody else may have come to listen where we wanted to.
        self.web_port = ports.claim(ports.WEB, self.wanted.host, explicit=self.wanted.port)
        connections = self._gateway(connections)
        env = self._environment(connections)
        self._applications(env, connections)
        in_force = self._publish(connections)
        self.supervisor.on_restart = lambda: self._publish(connections)
        _announce(self.places, in_force, env.get("LANTU_DEMO_PASSWORD"))

    def _environment(self, connections: Connections) -> dict[str, str]:
        env = processes.environment(
            self.places, connections, host=self.wanted.host, web_port=self.web_port, demo=self.wanted.demo
        )
        if self.wanted.demo:
            env["LANTU_DEMO_PASSWORD"] = demo_password(self.places)
        return env

    def _publish(self, connections: Connections) -> Endpoints:
        in_force = Endpoints(
            web=f"http://{processes.local_address(self.wanted.host)}:{self.web_port}",
            mqtt=connections.mqtt_url,
            hj212=connections.gateway_url("hj212"),
            jt808=connections.gateway_url("jt808"),
            database=connections.database,
            nats=connections.nats,
            demo=self.wanted.demo,
            pids={"supervisor": os.getpid(), **self.supervisor.pids()},
        )
        endpoints.write(self.places, in_force)
        return in_force

    def _database(self) -> str:
        external = os.environ.get("LANTU_DATABASE_URL")
        cluster = None if external else postgres.private_cluster(self.places)
        ended = orphans.clean_up(self.places, database_pids=cluster.pids() if cluster else ())
        if ended:
            names = ", ".join(ended)
            out.print(
                say(f"已清理上次异常退出留下的进程：{names}", f"Ended what a crashed run had left: {names}")
            )
        if cluster is None:
            with self.steps.step(say("连接外部数据库", "Connect to the external database")):
                postgres.check_external(str(external))
                postgres.check_trigrams(str(external))
            return str(external)
        if not cluster.exists():
            Prepared.forget(self.places)
            with self.steps.step(say("建立数据库（仅首次）", "Create the database (first start only)")):
                cluster.create()
        with self.steps.step(say("启动数据库 PostgreSQL", "Start the database, PostgreSQL")):
            cluster.drop_stale_locks()
            cluster.configure()
            self.supervisor.start(cluster.spec())
            cluster.ensure_database()
            postgres.check_trigrams(cluster.url())
        return cluster.url()

    def _stream(self, database: str) -> Connections:
        external = os.environ.get("LANTU_NATS_URL")
        if external:
            with self.steps.step(say("连接外部消息服务器", "Connect to the external message server")):
                return _external_stream(external, database)
        with self.steps.step(say("启动消息与 MQTT 引擎 NATS", "Start the message and MQTT engine, NATS")):
            host = self.wanted.host
            taken = frozenset({self.web_port})
            mqtt_port = ports.claim(ports.MQTT, host, taken=taken)
            port = ports.claim(ports.NATS, "127.0.0.1", taken=taken | {mqtt_port})
            monitor_port = ports.claim(ports.NATS_MONITOR, "127.0.0.1", taken=taken | {mqtt_port, port})
            server = nats.private_server(
                self.places, mqtt_host=host, port=port, mqtt_port=mqtt_port, monitor_port=monitor_port
            )
            server.configure()
            self.supervisor.start(server.spec())
            self.server = server
        return Connections(
            database=database,
            nats=server.url,
            mqtt_host=processes.local_address(host),
            mqtt_port=mqtt_port,
            auth=server.auth_url,
            issuer_seed_file=self.places.secrets / nats.SEED_FILE,
        )

    def _gateway(self, connections: Connections) -> Connections:
        """With the ports on which devices of other protocols will be served; the host is the one of MQTT and web."""
        host = self.wanted.host
        taken = frozenset({self.web_port, *([connections.mqtt_port] if connections.mqtt_port else [])})
        return replace(
            connections,
            gateway_host=processes.local_address(host),
            gateway_ports=ports.claim_gateway(host, taken=taken),
        )

    def _data(self, env: dict[str, str]) -> None:
        prepared = Prepared(self.places, env)
        if prepared.still_holds(demo=self.wanted.demo):
            return
        titles = {
            "migrate": say("更新数据表", "Bring the tables up to date"),
            "load_city": say("装入城市规则包", "Load the city's rule pack"),
            "load_boundaries": say("装入县界", "Load the county outlines"),
        }
        if self.wanted.demo:
            titles["seed_demo"] = say("生成演示城市", "Make the demonstration city")
        with ExitStack() as shown:

            def tell(line: str) -> None:
                if line.startswith(ANNOUNCED):
                    shown.close()
                    shown.enter_context(self.steps.step(titles[line.removeprefix(ANNOUNCED).strip()]))
                else:
                    self.steps.detail(line)

            self.supervisor.run_step(processes.step("prepare", env, "prepare", *titles), tell)
        prepared.note(demo=self.wanted.demo)

    def _applications(self, env: dict[str, str], connections: Connections) -> None:
        with self.steps.step(say("启动采集、任务与网页", "Start ingest, jobs and web")):
            judge = connections.auth and connections.issuer_seed_file
            self.supervisor.start(
                processes.web(env, self.wanted.host, self.web_port),
                *([processes.mqtt_auth(env, connections, self.server)] if judge else []),
                *processes.ingest(env, self.server),
                *([processes.gateway(env, connections)] if connections.gateway_ports else []),
                processes.command("worker", env),
            )
            if self.wanted.demo:
                self.supervisor.start(
                    processes.command("simulate", env), processes.command("demo-people", env)
                )


def _external_stream(url: str, database: str) -> Connections:
    seed = os.environ.get("LANTU_NATS_ISSUER_SEED_FILE")
    return Connections(
        database=database,
        nats=url,
        mqtt_host=check_external_nats(url),
        mqtt_port=int(os.environ.get("LANTU_MQTT_PORT") or ports.MQTT.default),
        auth=os.environ.get("LANTU_NATS_AUTH_URL"),
        issuer_seed_file=Path(seed) if seed else None,
    )


def demo_password(places: Places) -> str:
    """The demo accounts' password: given by LANTU_DEMO_PASSWORD, else made once and kept, so that it stays the same."""
    given = os.environ.get("LANTU_DEMO_PASSWORD")
    return given or places.secret(DEMO_SECRET, lambda: f"Lantu-{secrets.token_hex(4)}")


def check_external_nats(url: str) -> str:
    """Host of an external NATS server that answers and has JetStream. Raises Fault otherwise."""
    parts = urllib.parse.urlsplit(url.split(",", 1)[0])
    host, port = parts.hostname or "127.0.0.1", parts.port or 4222
    try:
        with socket.create_connection((host, port), timeout=10) as connection:
            greeting = connection.makefile("rb").readline()
        about = json.loads(greeting.removeprefix(b"INFO "))
    except (OSError, ValueError) as error:
        raise Fault(
            say(
                f"外部消息服务器 {host}:{port} 连不上：{error}",
                f"The external message server {host}:{port} does not answer: {error}",
            ),
            say("检查 LANTU_NATS_URL 与网络。", "Check LANTU_NATS_URL and the network."),
        ) from error
    if not about.get("jetstream"):
        raise Fault(
            say(
                f"外部消息服务器 {host}:{port} 没有启用 JetStream。",
                f"The external message server {host}:{port} runs without JetStream.",
            ),
            say(
                "在它的配置里加 jetstream { … }（见 docs/operations.md）。",
                "Add jetstream { … } to its configuration (docs/operations.md).",
            ),
        )
    return host


def _refuse_demo_in_public(places: Places, wanted: Wanted) -> None:
    if ports.is_loopback(wanted.host):
        return
    if wanted.demo or (places.secrets / DEMO_SECRET).exists() or Prepared.has_demo(places):
        raise Fault(
            say(
                f"演示账号的口令是公开的，不能在 {wanted.host} 上对外提供。",
                f"The demo accounts have well-known names and one password: they are not served on {wanted.host}.",
            ),
            say(
                "演示请用本机地址（去掉 --host）；正式使用请换一个没有演示数据的数据目录，且不加 --demo。",
                "For a demonstration leave out --host; for real use take a data directory without demo data, and no --demo.",
            ),
        )


def _announce(places: Places, in_force: Endpoints, password: str | None) -> None:
    out.print("")
    out.print(say("[bold green]蓝图已就绪[/]", "[bold green]Lantu is ready[/]"))
    out.print(say(f"  网页  [bold]{in_force.web}[/]", f"  Web   [bold]{in_force.web}[/]"))
    if in_force.mqtt:
        out.print(f"  MQTT  {in_force.mqtt}")
    for name, url in (("HJ 212", in_force.hj212), ("JT808", in_force.jt808)):
        if url:
            out.print(f"  {name:<6}{url}")
    out.print(say(f"  数据  {places.root}", f"  Data  {places.root}"))
    if password is not None:
        out.print(
            say(
                f"  演示账号（口令都是 [bold]{password}[/]）：",
                f"  Demo accounts (password of all: [bold]{password}[/]):",
            )
        )
        for name, chinese, in_english in DEMO_ACCOUNTS:
            out.print(f"    {name:<11} {say(chinese, in_english)}")
    out.print(say("  按 Ctrl-C 停止。", "  Ctrl-C stops."))
    out.file.flush()
