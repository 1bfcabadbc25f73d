"""Backup and restore with a real cluster."""

import stat
import tarfile

import psycopg
import pytest

from lantu.runtime.backup import back_up, restore_from
from lantu.runtime.paths import Places
from lantu.runtime.testing import temporary_directory, temporary_postgres
from lantu.runtime.tests.engines import lantu, lantu_up
from lantu.runtime.words import Fault

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def home():
    with temporary_directory() as directory:
        yield directory


@pytest.fixture(scope="module")
def archive(home):
    """A backup of a running Lantu with one table, one photo and its secrets; restored and damaged by the tests."""
    data = home / "data"
    with lantu_up(data, "--demo") as running:
        with psycopg.connect(running.endpoints["database"]) as connection:
            connection.execute("CREATE TABLE project (name text)")
            connection.execute("INSERT INTO project VALUES ('高铁新城')")
        (data / "media" / "2026").mkdir()
        (data / "media" / "2026" / "照片.jpg").write_bytes(b"\xff\xd8photo")
        done = lantu("backup", str(home / "running.tar.gz"), "--data-dir", str(data))
        assert done.returncode == 0, done.stderr
        refused = lantu("restore", str(home / "running.tar.gz"), "--data-dir", str(data), "--force")
        assert refused.returncode == 1
        assert "running" in refused.stderr
    return home / "running.tar.gz"


def _names(data) -> list[str]:
    with lantu_up(data) as running, psycopg.connect(running.endpoints["database"]) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM project")]


def test_archive_is_private_and_whole(archive):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as opened:
        assert set(opened.getnames()) == {
            "manifest.json", "database.dump", "media/2026/照片.jpg", "secrets/secret_key", "secrets/demo_password",
        }  # fmt: skip


def test_restored_into_an_empty_directory_everything_is_back(archive, home):
    data = home / "restored"
    done = lantu("restore", str(archive), "--data-dir", str(data))
    assert done.returncode == 0, done.stderr
    assert _names(data) == ["高铁新城"]
    assert (data / "media" / "2026" / "照片.jpg").read_bytes() == b"\xff\xd8photo"
    for name in ("secret_key", "demo_password"):
        assert (data / "secrets" / name).read_text() == (home / "data" / "secrets" / name).read_text()
        assert stat.S_IMODE((data / "secrets" / name).stat().st_mode) == 0o600


def test_stopped_lantu_is_backed_up_too(archive, home):
    done = lantu("backup", str(home / "stopped.tar.gz"), "--data-dir", str(home / "data"))
    assert done.returncode == 0, done.stderr
    done = lantu("restore", str(home / "stopped.tar.gz"), "--data-dir", str(home / "again"))
    assert done.returncode == 0, done.stderr
    assert _names(home / "again") == ["高铁新城"]


def test_used_directory_is_refused_and_with_force_kept_aside(archive, home):
    data = home / "used"
    assert lantu("restore", str(archive), "--data-dir", str(data)).returncode == 0
    with lantu_up(data) as running, psycopg.connect(running.endpoints["database"]) as connection:
        connection.execute("UPDATE project SET name = 'newer'")
    refused = lantu("restore", str(archive), "--data-dir", str(data))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert _names(data) == ["newer"]
    assert lantu("restore", str(archive), "--data-dir", str(data), "--force").returncode == 0
    assert _names(data) == ["高铁新城"]
    assert len(list(data.glob("before-restore-*/*"))) >= 3


def test_damaged_or_foreign_archive_changes_nothing(archive, home):
    whole = archive.read_bytes()
    data = home / "untouched"
    for name, content in (("cut", whole[: len(whole) // 2]), ("foreign", b"no archive"), ("empty", b"")):
        (home / name).write_bytes(content)
        refused = lantu("restore", str(home / name), "--data-dir", str(data))
        assert refused.returncode == 1, name
        assert not (data / "postgres").exists()
        assert not any((data / "media").iterdir())


def test_nothing_to_back_up_is_said(home):
    refused = lantu("backup", str(home / "nothing.tar.gz"), "--data-dir", str(home / "nowhere"))
    assert refused.returncode == 1
    assert not (home / "nothing.tar.gz").exists()


def test_force_replaces_a_used_external_database_with_partitions(monkeypatch):
    """Partitions may not be dropped object by object: the whole schema goes and comes back in one transaction."""
    with temporary_postgres() as url, temporary_directory() as root:
        monkeypatch.setenv("LANTU_DATABASE_URL", url)

        def ask(statement: str) -> list[tuple]:
            with psycopg.connect(url, autocommit=True) as connection:
                cursor = connection.execute(statement)
                return cursor.fetchall() if cursor.description else []

        ask("CREATE TABLE reading (day date PRIMARY KEY) PARTITION BY RANGE (day)")
        ask("CREATE TABLE reading_2026 (LIKE reading)")
        ask(
            "ALTER TABLE reading ATTACH PARTITION reading_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
        )
        ask("INSERT INTO reading VALUES ('2026-06-01')")
        first, second = Places(root / "first"), Places(root / "second")
        first.prepare()
        back_up(first, root / "saved.tar.gz")
        ask("INSERT INTO reading VALUES ('2026-06-02')")
        with pytest.raises(Fault):
            restore_from(second, root / "saved.tar.gz", force=False)
        restore_from(second, root / "saved.tar.gz", force=True)
        assert ask("SELECT day::text FROM reading") == [("2026-06-01",)]
