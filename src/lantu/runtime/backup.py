"""`lantu backup` and `lantu restore`: one archive with the database, the files, the key and a list of what it holds.

The stream store is not in it: readings that were received but not yet stored at that moment are kept by the running server.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from lantu import __version__
from lantu.runtime import endpoints, orphans, postgres
from lantu.runtime.paths import Places
from lantu.runtime.prepared import Prepared
from lantu.runtime.process import Spec
from lantu.runtime.steps import Steps
from lantu.runtime.supervisor import Stopped, Supervisor
from lantu.runtime.words import Fault, out, say

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
KEPT_SECRETS = ("secret_key", "demo_password")
REPLACED = ("postgres", "postgres.location", "media", "nats", "secrets")


def back_up(places: Places, target: Path) -> None:
    """Write the archive, whole or not at all, readable by its owner only. Lantu may be running meanwhile. Raises Fault."""
    target = target.resolve()
    if not target.parent.is_dir():
        raise Fault(
            say(f"目录 {target.parent} 不存在。", f"The directory {target.parent} does not exist."), ""
        )
    steps = Steps()
    with (
        _database(places, steps, create=False) as (url, supervisor),
        tempfile.TemporaryDirectory(dir=target.parent) as place,
    ):
        dump, draft = Path(place) / DUMP, Path(place) / "draft.tar.gz"
        with steps.step(say("导出数据库", "Dump the database")):
            arguments = [
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--file",
                str(dump),
                "--dbname",
                url,
            ]
            supervisor.run_step(_tool("pg_dump", *arguments), steps.detail)
        with steps.step(say("打包", "Pack")):
            draft.touch(mode=0o600)
            _pack(places, dump, draft)
            draft.replace(target)
    out.print(say(f"已备份到 {target}（{_mib(target)} MiB）", f"Backed up to {target} ({_mib(target)} MiB)"))


def restore_from(places: Places, source: Path, *, force: bool) -> None:
    """Bring an archive back into an empty data directory (and an empty external database, where one is set).

    With `force` existing data is first moved aside within the data directory. Raises Fault.
    """
    if not source.is_file():
        raise Fault(say(f"文件 {source} 不存在。", f"The file {source} does not exist."), "")
    places.prepare()
    if places.held():
        raise Fault(
            say("蓝图正在运行，不能恢复。", "Lantu is running; nothing can be restored into it."),
            say("先停止 lantu up。", "Stop lantu up first."),
        )
    steps = Steps()
    with tempfile.TemporaryDirectory(dir=places.root, prefix=".restore-") as unpacked:
        with steps.step(say("解包并核对", "Unpack and verify")):
            manifest = _unpack(source, Path(unpacked))
        _make_room(places, force=force)
        Prepared.forget(places)
        with _database(places, steps, create=True) as (url, supervisor):
            _refuse_used(url, force=force)
            with steps.step(say("恢复数据库", "Restore the database")):
                _restore_dump(Path(unpacked) / DUMP, url, supervisor, steps, replace=force)
        for folder in ("media", "secrets"):
            if (Path(unpacked) / folder).exists():
                shutil.copytree(Path(unpacked) / folder, places.root / folder, dirs_exist_ok=True)
    made = manifest["created_at"]
    out.print(
        say(f"已恢复 {made} 的备份。启动：lantu up", f"The backup of {made} is restored. Start: lantu up")
    )


def _restore_dump(dump: Path, url: str, supervisor: Supervisor, steps: Steps, *, replace: bool) -> None:
    """Into an empty database; with `replace` in place of all that is there. Whole or not at all either way."""
    plain = ["--no-owner", "--no-privileges"]
    if not replace:
        arguments = [*plain, "--single-transaction", "--dbname", url, str(dump)]
        supervisor.run_step(_tool("pg_restore", *arguments), steps.detail)
        return
    # pg_restore --clean would drop object by object, which partitions (readings) do not allow.
    before, script = dump.with_name("before.sql"), dump.with_name("database.sql")
    quiet = "SET client_min_messages = warning;\n"
    before.write_text(
        f"{quiet}DROP SCHEMA IF EXISTS public CASCADE;\nCREATE SCHEMA public;\n", encoding="ascii"
    )
    supervisor.run_step(_tool("pg_restore", *plain, "--file", str(script), str(dump)), steps.detail)
    arguments = [
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set",
        "ON_ERROR_STOP=1",
        "--output",
        os.devnull,
    ]
    files = ["--file", str(before), "--file", str(script)]
    supervisor.run_step(_tool("psql", *arguments, "--dbname", url, *files), steps.detail)


@contextmanager
def _database(places: Places, steps: Steps, *, create: bool) -> Iterator[tuple[str, Supervisor]]:
    """URL of the database, running or started for this purpose, and a supervisor that runs the tools."""
    places.prepare()
    running = endpoints.read(places)
    url = os.environ.get("LANTU_DATABASE_URL") or (running.database if running else None)
    supervisor = Supervisor(places)
    try:
        if url:
            yield url, supervisor
            return
        with places.locked():
            try:
                yield _started(places, supervisor, steps, create=create), supervisor
            finally:
                supervisor.stop()
    except Stopped:
        raise Fault(say("已中止。", "Interrupted."), "") from None


def _started(places: Places, supervisor: Supervisor, steps: Steps, *, create: bool) -> str:
    cluster = postgres.private_cluster(places)
    orphans.clean_up(places, database_pids=cluster.pids())
    if not cluster.exists():
        if not create:
            raise Fault(
                say(
                    f"数据目录 {places.root} 里还没有数据库。", f"There is no database in {places.root} yet."
                ),
                say("检查 --data-dir 或 LANTU_DATA_DIR。", "Check --data-dir or LANTU_DATA_DIR."),
            )
        cluster.create()
    with steps.step(say("启动数据库", "Start the database")):
        cluster.drop_stale_locks()
        cluster.configure()
        supervisor.start(cluster.spec())
        cluster.ensure_database()
    return cluster.url()


def _tool(name: str, *arguments: str) -> Spec:
    return Spec(name=name, argv=[str(postgres.engine_directory() / name), *arguments], env=dict(os.environ))


def _pack(places: Places, dump: Path, target: Path) -> None:
    members = {DUMP: dump}
    members |= {
        f"media/{item.relative_to(places.media)}": item
        for item in sorted(places.media.rglob("*"))
        if item.is_file()
    }
    members |= {
        f"secrets/{name}": places.secrets / name for name in KEPT_SECRETS if (places.secrets / name).exists()
    }
    manifest = {
        "format": FORMAT,
        "lantu": __version__,
        "postgres": postgres.engine_version(),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": {name: _digest(path) for name, path in members.items()},
    }
    with tarfile.open(target, "w:gz", compresslevel=3) as archive:
        text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for name, path in members.items():
            archive.add(path, arcname=name, recursive=False)


def _unpack(source: Path, place: Path) -> dict[str, Any]:
    """Unpack below `place` and compare every digest; returns the manifest. Raises Fault for anything else than a backup."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(place, filter="data")
        manifest: dict[str, Any] = json.loads((place / MANIFEST).read_text())
        digests: dict[str, str] = manifest["sha256"]
        damaged = [name for name, digest in digests.items() if _digest(place / name) != digest]
        form = manifest["format"]
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise Fault(
            say(f"{source} 不是完整的蓝图备份：{error}", f"{source} is not a whole Lantu backup: {error}"), ""
        ) from error
    if damaged:
        raise Fault(say(f"备份已损坏：{damaged[0]}", f"The backup is damaged: {damaged[0]}"), "")
    if form != FORMAT:
        raise Fault(
            say(f"备份格式 {form} 不认识。", f"The backup's format {form} is unknown."),
            say("用生成它的版本恢复。", "Restore it with the version that made it."),
        )
    return manifest


def _make_room(places: Places, *, force: bool) -> None:
    """Refuse, or with `force` move aside, what the data directory holds already."""
    used = (
        (places.root / "postgres").exists()
        or (places.root / "postgres.location").exists()
        or any(places.media.iterdir())
    )
    if not used:
        return
    if not force:
        raise Fault(
            say(
                f"数据目录 {places.root} 里已有数据。",
                f"The data directory {places.root} holds data already.",
            ),
            say(
                "换一个空目录（--data-dir），或加 --force（旧数据改名保留）。",
                "Use an empty one (--data-dir), or --force (the old data is kept under another name).",
            ),
        )
    aside = places.root / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o711)
    for name in REPLACED:
        if (places.root / name).exists():
            (places.root / name).rename(aside / name)
    places.prepare()
    out.print(say(f"旧数据保留在 {aside}", f"The old data is kept in {aside}"))


def _refuse_used(url: str, *, force: bool) -> None:
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if tables and tables[0] and not force:
        raise Fault(
            say(
                f"目标数据库里已有 {tables[0]} 张表。",
                f"The target database holds {tables[0]} tables already.",
            ),
            say(
                "换一个空数据库，或加 --force（会覆盖）。",
                "Use an empty database, or --force (they are replaced).",
            ),
        )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _mib(path: Path) -> str:
    return f"{path.stat().st_size / 1024 / 1024:.1f}"
