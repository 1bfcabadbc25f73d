"""One child process: its description, its start, its log, its end.

Children write straight into their log files: a supervisor that is slow, paused or dead never blocks them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lantu.runtime.words import Fault, say

LOG_LIMIT_BYTES = 20 * 1024 * 1024
LOG_GENERATIONS = 5
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Spec:
    """What the supervisor must know of a process.

    `ready` is asked with the child's pid until it says True; it proves that what answers is this very child.
    `user` is (uid, gid) to drop to. `death_signal` reaches the child when the supervisor dies without a word. A higher `nice` gives way to the others when
    the processors are full.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[int], bool] | None = None
    user: tuple[int, int] | None = None
    stop_signal: int = signal.SIGTERM
    harsh_signal: int = signal.SIGKILL
    death_signal: int = signal.SIGTERM
    grace_s: float = 15.0
    start_limit_s: float = 60.0
    nice: int = 0


class Child:
    """A started process, leader of its own process group, with its output appended to a log file."""

    def __init__(self, spec: Spec, log: Path) -> None:
        self.spec = spec
        self.log = log
        rotate(log)
        self.log_start = log.stat().st_size if log.exists() else 0
        self.started_at = time.monotonic()
        owner: dict[str, Any] = (
            {} if spec.user is None else {"user": spec.user[0], "group": spec.user[1], "extra_groups": []}
        )
        with log.open("ab") as sink:
            try:
                self.process = subprocess.Popen(
                    list(spec.argv),
                    env=dict(spec.env),
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    cwd="/" if spec.user else None,
                    process_group=0,
                    preexec_fn=_before_exec(os.getpid(), spec),  # noqa: PLW1509 - we have one thread
                    **owner,
                )
            except OSError as error:
                raise Fault(
                    say(f"无法启动 {spec.name}:{error}", f"Cannot start {spec.name}: {error}"),
                    say("运行 lantu doctor 查看缺少什么。", "Run lantu doctor to see what is missing."),
                ) from error
        self.start_ticks = start_ticks(self.pid)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code (negative: the signal that ended it), or None while it runs."""
        return self.process.poll()

    def uptime_s(self) -> float:
        return time.monotonic() - self.started_at

    def send(self, number: int) -> None:
        """Send a signal to the process, unless it has ended."""
        if self.exit_code is None:
            self.process.send_signal(number)

    def sweep(self) -> None:
        """End what the process may have left in its group: a killed web server leaves its workers behind."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def tail(self, lines: int = 15) -> list[str]:
        """The last lines that this very run wrote."""
        return tail_of(self.log, lines, since=self.log_start)


def start_ticks(pid: int) -> int | None:
    """Start of a process in clock ticks since boot: with the pid it names one process for ever. None: no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def parent_of(pid: int) -> int | None:
    """Pid of the parent of a process, or None when there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(stat.rpartition(")")[2].split()[1])


def tail_of(path: Path, lines: int, *, since: int = 0) -> list[str]:
    """The last lines of a text file, reading at most its last 16 KiB after the byte `since`."""
    if not path.exists():
        return []
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(min(since, size), size - 16_384))
        return stream.read().decode(errors="replace").splitlines()[-lines:]


def rotate(log: Path) -> None:
    """Move a log that has grown beyond its limit to log.1 … log.5.

    The file is copied and emptied rather than renamed: its writers append to the same open file. What is written
    in the moment between copy and truncation is lost.
    """
    if not log.exists() or log.stat().st_size < LOG_LIMIT_BYTES:
        return
    for generation in range(LOG_GENERATIONS - 1, 0, -1):
        older = log.with_name(f"{log.name}.{generation}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{generation + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


def _before_exec(supervisor: int, spec: Spec) -> Callable[[], None]:
    """What the child does between fork and exec: die with its supervisor, take its rank, and hear signals again.

    Must run after the change of user, which clears the death signal; subprocess does it in this order.
    """

    def tie() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if spec.nice:
            os.nice(spec.nice)
        if sys.platform == "linux":
            _libc.prctl(_PR_SET_PDEATHSIG, spec.death_signal, 0, 0, 0)
            if os.getppid() != supervisor:  # it died before the line above
                os._exit(1)

    return tie
