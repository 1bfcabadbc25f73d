"""The data directory: where everything that must survive, and everything that must not, has its place."""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lantu.runtime.words import Fault, say

DEFAULT_DATA_DIR = "var"


@dataclass(frozen=True)
class Places:
    """Paths below one data directory. `root` is absolute."""

    root: Path

    @classmethod
    def of(cls, data_dir: str | Path | None = None) -> Places:
        """The data directory from the argument, else LANTU_DATA_DIR, else ./var. Creates nothing."""
        chosen = data_dir or os.environ.get("LANTU_DATA_DIR") or DEFAULT_DATA_DIR
        return cls(Path(chosen).expanduser().resolve())

    @property
    def run(self) -> Path:
        """What only lives as long as the processes: endpoints, locks, generated configuration."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def endpoints(self) -> Path:
        return self.run / "endpoints.json"

    def prepare(self) -> None:
        """Create the directories. Others may pass through the root (the database's own user must), not list it.

        Raises Fault when the directory cannot be written.
        """
        try:
            if not self.root.exists():
                self.root.mkdir(parents=True, mode=0o711)
                self.root.chmod(0o711)
            for place, mode in (
                (self.run, 0o711),
                (self.log, 0o700),
                (self.media, 0o700),
                (self.secrets, 0o700),
            ):
                place.mkdir(mode=mode, exist_ok=True)
        except OSError as error:
            raise Fault(
                say(
                    f"数据目录 {self.root} 无法写入：{error}",
                    f"The data directory {self.root} cannot be written: {error}",
                ),
                say(
                    "换一个目录（--data-dir 或 LANTU_DATA_DIR），或修正其属主与权限。",
                    "Choose another one (--data-dir or LANTU_DATA_DIR), or mend its owner and mode.",
                ),
            ) from error

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
        """The secret of this name, generated once and kept in a file that only the operator may read."""
        path = self.secrets / name
        if path.exists():
            return path.read_text().strip()
        self.prepare()
        value = make()
        write_atomically(path, value + "\n", mode=0o600)
        return value

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this data directory for one supervisor. The lock dies with the process, however it dies.

        Raises Fault when another process holds it.
        """
        with (self.run / "lock").open("a+") as handle:
            if not _take(handle):
                handle.seek(0)
                holder = handle.read().strip() or "?"
                raise Fault(
                    say(
                        f"数据目录 {self.root} 正被另一个蓝图进程使用（进程号 {holder}）。",
                        f"The data directory {self.root} is in use by another Lantu process (pid {holder}).",
                    ),
                    say(
                        f"先停止它：kill {holder}；或另选数据目录。",
                        f"Stop it first: kill {holder}; or use another data directory.",
                    ),
                )
            handle.truncate(0)
            handle.write(f"{os.getpid()}\n")
            handle.flush()
            yield

    def held(self) -> bool:
        """True while a supervisor (or a backup) holds the data directory."""
        path = self.run / "lock"
        if not path.exists():
            return False
        with path.open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def _take(handle: IO[str]) -> bool:
    """Take the lock; tried for a second, since `lantu status` holds it for a moment when it looks."""
    for _ in range(10):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return True
    return False


def write_atomically(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a whole file or nothing: readers never see half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
