"""Servers that Lantu does not start: Debian's PostgreSQL and a nats-server of its own, for the tests of this folder."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lantu.runtime.nats import server_binary
from lantu.runtime.tests.engines import clean_environment, until

# The newest that is installed; the path does not exist where there is none.
DEBIAN_POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/lib/postgresql/bin"))


@contextmanager
def debian_postgres(home: Path) -> Iterator[str]:
    """PostgreSQL 15 as Debian installs it, on TCP with a password, run by another user than ours when we are root."""
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    drop = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    cluster = home / "pg15"
    cluster.mkdir(mode=0o700)
    if user:
        os.chown(cluster, user.pw_uid, user.pw_gid)
    (home / "password").write_text("s3cret/&?\n")
    (home / "password").chmod(0o644)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run: dict[str, Any] = {
        "cwd": "/",
        "stdout": subprocess.DEVNULL,
        "env": clean_environment(LC_ALL="C"),
        **drop,
    }
    owner = ["-U", "boss", "-A", "scram-sha-256", f"--pwfile={home / 'password'}"]
    locale = ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([DEBIAN_POSTGRES / "initdb", "-D", str(cluster), *owner, *locale], check=True, **run)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {cluster} -c fsync=off"
    control = [DEBIAN_POSTGRES / "pg_ctl", "-D", str(cluster), "-w", "-l", str(cluster / "log")]
    subprocess.run([*control, "-o", options, "start"], check=True, **run)
    try:
        yield f"postgresql://boss:s3cret%2F%26%3F@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, **run)


@contextmanager
def separate_nats(home: Path, *, jetstream: bool = True) -> Iterator[str]:
    """URL of a nats-server without accounts or passwords."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--jetstream", "--store_dir", str(home / "js")] if jetstream else []
    command = [server_binary(), "-a", "127.0.0.1", "-p", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        until(lambda: _listens(port), "nats-server")
        try:
            yield f"nats://127.0.0.1:{port}"
        finally:
            server.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
