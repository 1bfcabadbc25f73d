"""`lantu up` with the real engines: start, trouble, stop; as root and as an ordinary user; own and external engines."""

import os
import pwd
import shutil
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from lantu.runtime.process import start_ticks
from lantu.runtime.testing import temporary_directory
from lantu.runtime.tests.engines import lantu, lantu_up, still_working_in, until
from lantu.runtime.tests.external import DEBIAN_POSTGRES, debian_postgres, separate_nats

pytestmark = pytest.mark.engines


@pytest.fixture
def data():
    with temporary_directory() as directory:
        yield directory / "data"
        left = until(lambda: not still_working_in(directory) or None, "the end of all processes")
        assert left


def _scalar(url: str, query: str):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def test_starts_serves_and_stops_without_a_trace(data):
    with lantu_up(data, "--demo") as running:
        endpoints = running.endpoints
        assert urllib.request.urlopen(f"{endpoints['web']}/healthz").status == 200
        assert _scalar(endpoints["database"], "SELECT cardinality(show_trgm('高铁')) > 0") is True
        assert _scalar(endpoints["database"], "SHOW listen_addresses") == ""
        assert endpoints["mqtt"].startswith("mqtt://127.0.0.1:")
        for name in ("hj212", "jt808"):
            assert endpoints[name].startswith("tcp://127.0.0.1:")
            socket.create_connection(
                ("127.0.0.1", int(endpoints[name].rpartition(":")[2])), timeout=5
            ).close()
        assert set(endpoints["pids"]) == {
            "supervisor", "postgres", "nats", "mqtt-auth", "ingest", "gateway", "worker", "web", "simulate", "demo-people",
        }  # fmt: skip
        status = lantu("status", "--data-dir", str(data))
        assert status.returncode == 0, status.stdout
        first = running.stop()
        assert running.process.returncode == 0
    assert not (data / "run" / "endpoints.json").exists()
    assert still_working_in(data) == []
    assert lantu("status", "--data-dir", str(data)).returncode == 3
    with lantu_up(data, "--demo") as running:
        second = running.stop(signal.SIGINT)
    password = (data / "secrets" / "demo_password").read_text().strip()
    assert password in first
    assert password in second
    assert "Create the database" in first
    assert "Create the database" not in second


def test_children_are_told_what_they_need_and_no_more(data):
    with lantu_up(data):
        ingest, auth = (
            until(lambda n=n: (data / "log" / f"{n}.log").read_text(), n) for n in ("ingest", "mqtt-auth")
        )
    for name in (
        "LANTU_DATABASE_URL",
        "LANTU_NATS_URL",
        "LANTU_SECRET_KEY",
        "LANTU_DATA_DIR",
        "LANTU_MQTT_PORT",
    ):
        assert name in ingest
    assert "LANTU_NATS_ISSUER_SEED_FILE" in auth
    assert "LANTU_NATS_ISSUER_SEED_FILE" not in ingest
    assert "LANTU_DEMO" not in ingest


def test_a_protocol_may_be_turned_off(data):
    with lantu_up(data, LANTU_HJ212_PORT="off") as running:
        assert "hj212" not in running.endpoints
        assert "jt808" in running.endpoints
    with lantu_up(data, LANTU_HJ212_PORT="off", LANTU_JT808_PORT="off") as running:
        assert "gateway" not in running.endpoints["pids"]


def test_secrets_are_readable_by_the_owner_only(data):
    with lantu_up(data):
        private = [data / "run" / "nats.conf", data / "run" / "endpoints.json", *(data / "secrets").iterdir()]
        for path in private:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE((data / "postgres").stat().st_mode) == 0o700


def test_taken_default_ports_move_on_and_taken_explicit_ones_do_not(data):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        refused = lantu("up", "--data-dir", str(data), "--port", str(taken))
        assert refused.returncode == 1
        assert str(os.getpid()) in refused.stderr
        refused = lantu("up", "--data-dir", str(data), LANTU_MQTT_PORT=str(taken))
        assert refused.returncode == 1
        assert str(taken) in refused.stderr
    with temporary_directory() as other, lantu_up(data) as first, lantu_up(other / "data") as second:
        one, two = first.endpoints, second.endpoints
        for name in ("web", "mqtt", "nats", "hj212", "jt808"):
            assert one[name] != two[name]


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
def test_serves_on_ipv6(data):
    with lantu_up(data, "--host", "[::1]") as running:
        assert running.endpoints["web"].startswith("http://[::1]:")
        assert running.endpoints["mqtt"].startswith("mqtt://[::1]:")
        assert running.endpoints["hj212"].startswith("tcp://[::1]:")
        assert urllib.request.urlopen(f"{running.endpoints['web']}/healthz").status == 200


def test_second_start_in_the_same_data_directory_is_refused(data):
    with lantu_up(data) as running:
        refused = lantu("up", "--data-dir", str(data))
        assert refused.returncode == 1
        assert str(running.pid("supervisor")) in refused.stderr
        assert running.alive()


def test_demo_accounts_are_not_served_to_the_world(data):
    refused = lantu("up", "--demo", "--host", "0.0.0.0", "--data-dir", str(data))
    assert refused.returncode == 1
    assert "demo" in refused.stderr.lower()
    assert not data.exists()


def test_killed_supervisor_leaves_nothing_and_the_next_start_works(data):
    # One child does not hear the kernel's signal: the next start must end it.
    with lantu_up(data, STANDIN_DEAF="run_worker") as running:
        children = {name: pid for name, pid in running.endpoints["pids"].items() if name != "supervisor"}
        deaf = children.pop("worker")
        running.process.kill()
        running.process.wait()
        until(lambda: not any(map(start_ticks, children.values())), "the children's end")
        assert start_ticks(deaf)
    with lantu_up(data) as again:
        assert start_ticks(deaf) is None  # a zombie, where nobody reaps orphans, counts as gone
        assert _scalar(again.endpoints["database"], "SELECT 1") == 1
        assert "crashed run" in again.stop()


@pytest.mark.parametrize("name", ["postgres", "nats", "web", "ingest", "gateway"])
def test_killed_process_comes_back_at_the_same_address(data, name):
    with lantu_up(data) as running:
        before = running.endpoints
        os.kill(running.pid(name), signal.SIGKILL)
        until(lambda: running.pid(name) != before["pids"][name], f"a new {name}")
        after = running.endpoints
        assert {**after, "pids": {}} == {**before, "pids": {}}
        until(lambda: _answers(after), "answers")
        assert name in running.stop()


def test_lock_files_that_name_a_stranger_do_not_keep_the_database_down(data):
    with lantu_up(data) as running:
        lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
        running.stop()
    # As after the restart of a container: the pid in the files is alive again, as somebody else.
    for path in (data / "postgres" / "postmaster.pid", data / "run" / "pg" / ".s.PGSQL.5432.lock"):
        path.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    with lantu_up(data) as running:
        assert _scalar(running.endpoints["database"], "SELECT 1") == 1


def _answers(endpoints) -> bool:
    try:
        urllib.request.urlopen(f"{endpoints['web']}/healthz", timeout=5).close()
        return _scalar(endpoints["database"], "SELECT true")
    except (OSError, psycopg.OperationalError):
        return False


def test_deep_data_directory_gets_a_short_socket(data):
    deep = data / ("d" * 60) / ("e" * 60)
    with lantu_up(deep) as running:
        sockets = Path(_scalar(running.endpoints["database"], "SHOW unix_socket_directories"))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has such a choice")
def test_as_root_below_a_closed_directory_the_cluster_lives_elsewhere(data):
    data.mkdir(mode=0o700)
    with lantu_up(data / "inner") as running:
        home = Path((data / "inner" / "postgres.location").read_text().strip())
        assert _scalar(running.endpoints["database"], "SHOW data_directory") == str(home / "postgres")
        assert psutil.Process(running.pid("postgres")).uids().effective != 0
    with lantu_up(data / "inner") as running:
        assert _scalar(running.endpoints["database"], "SHOW data_directory") == str(home / "postgres")
    shutil.rmtree(home)


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root can become somebody else"
)
def test_as_an_ordinary_user(data):
    nobody = pwd.getpwnam("nobody")
    data.mkdir(mode=0o700)
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    # The right to read is kept, for this Python may be installed where ordinary users cannot look.
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", *reading]
    with lantu_up(data, before=become, HOME=str(data)) as running:
        for pid in running.endpoints["pids"].values():
            assert psutil.Process(pid).uids().real == nobody.pw_uid
        assert _scalar(running.endpoints["database"], "SELECT 1") == 1
        assert running.stop()
        assert running.process.returncode == 0


@pytest.mark.skipif(not DEBIAN_POSTGRES.exists(), reason="Debian's postgresql is not installed here")
def test_external_database_and_message_server(data):
    with temporary_directory() as home, debian_postgres(home) as database, separate_nats(home) as stream:
        with lantu_up(
            data, LANTU_DATABASE_URL=database, LANTU_NATS_URL=stream, LANTU_MQTT_PORT="1999"
        ) as running:
            assert running.endpoints["database"] == database
            assert running.endpoints["nats"] == stream
            assert running.endpoints["mqtt"] == "mqtt://127.0.0.1:1999"
            assert set(running.endpoints["pids"]) == {
                "supervisor", "ingest", "gateway", "worker", "web",
            }  # fmt: skip
            assert not (data / "postgres").exists()
        other = database.rsplit("/", 1)[0] + "/other"
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE DATABASE other TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        refused = lantu("up", "--data-dir", str(data), LANTU_DATABASE_URL=other, LANTU_NATS_URL=stream)
        assert refused.returncode == 1
        assert "LC_CTYPE" in refused.stderr


def test_external_servers_that_do_not_answer_are_named(data):
    refused = lantu("up", "--data-dir", str(data), LANTU_DATABASE_URL="postgresql://x@127.0.0.1:9/lantu")
    assert refused.returncode == 1
    assert "LANTU_DATABASE_URL" in refused.stderr
    with temporary_directory() as home, separate_nats(home, jetstream=False) as stream:
        refused = lantu("up", "--data-dir", str(data), LANTU_NATS_URL=stream)
        assert refused.returncode == 1
        assert "JetStream" in refused.stderr


def test_process_alone_needs_to_know_where(data):
    refused = lantu("ingest", LANTU_DATA_DIR=str(data))
    assert refused.returncode == 1
    assert "lantu up" in refused.stderr
