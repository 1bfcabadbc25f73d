"""Throw-away engines for tests: started in a temporary directory, gone when the block ends.

Use them in the main thread: the kernel ends a child together with the thread that started it.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lantu.runtime.nats import SEED_FILE, private_server
from lantu.runtime.paths import Places
from lantu.runtime.ports import MQTT, NATS, NATS_MONITOR, claim
from lantu.runtime.postgres import private_cluster
from lantu.runtime.process import Child, Spec
from lantu.runtime.words import Fault


@dataclass(frozen=True)
class TemporaryNats:
    """A running NATS server: URL for the applications, URL and key file for the callout service, MQTT port."""

    url: str
    auth_url: str
    issuer_seed_file: Path
    mqtt_port: int


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """A directory directly under the system's temporary one, which an unprivileged engine may pass through."""
    directory = Path(tempfile.mkdtemp(prefix="lantu-"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def temporary_postgres(*, durable: bool = False) -> Iterator[str]:
    """URL of an empty database `lantu` on a PostgreSQL of its own; without fsync unless `durable`."""
    with temporary_directory() as root:
        places = Places(root)
        places.prepare()
        postgres = private_cluster(places, durable=durable)
        postgres.create()
        postgres.configure()
        with _running(postgres.spec(), places):
            postgres.ensure_database()
            yield postgres.url()


@contextmanager
def temporary_nats() -> Iterator[TemporaryNats]:
    """A NATS server of its own with JetStream, MQTT listener and authentication callout, on free ports."""
    with temporary_directory() as root:
        places = Places(root)
        places.prepare()
        port = claim(NATS, "127.0.0.1")
        mqtt_port = claim(MQTT, "127.0.0.1")
        monitor_port = claim(NATS_MONITOR, "127.0.0.1")
        nats = private_server(
            places, mqtt_host="127.0.0.1", port=port, mqtt_port=mqtt_port, monitor_port=monitor_port
        )
        nats.configure()
        with _running(nats.spec(), places):
            yield TemporaryNats(nats.url, nats.auth_url, places.secrets / SEED_FILE, mqtt_port)


@contextmanager
def _running(spec: Spec, places: Places) -> Iterator[Child]:
    child = Child(spec, places.log / f"{spec.name}.log")
    try:
        deadline = time.monotonic() + spec.start_limit_s
        while spec.ready is not None and not spec.ready(child.pid):
            if child.exit_code is not None or time.monotonic() > deadline:
                raise Fault(f"{spec.name} did not start", "\n".join(child.tail()))
            time.sleep(0.05)
        yield child
    finally:
        child.send(signal.SIGQUIT if spec.name == "postgres" else spec.stop_signal)
        child.process.wait(timeout=spec.grace_s)
