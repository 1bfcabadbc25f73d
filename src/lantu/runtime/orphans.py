"""What a killed supervisor left behind: found by what it wrote down, proved to be ours, ended before a new start.

Children normally die with their supervisor (a kernel signal). This is for those that could not: a signal lost to a stopped
process, or a worker whose own parent was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from lantu.runtime.paths import Places, write_atomically
from lantu.runtime.process import Child, start_ticks
from lantu.runtime.words import Fault, say

RUN_ID = "LANTU_RUN_ID"
DATABASE = "postgres"
GRACE_S = 10.0


@dataclass(frozen=True)
class Left:
    """A process by its pid and its start in clock ticks: the pair is never used twice before the next boot."""

    name: str
    pid: int
    started: int

    def lives(self) -> bool:
        return start_ticks(self.pid) == self.started


def note(places: Places, run_id: str, children: Iterable[Child]) -> None:
    """Write down the children of this run; done after each start of one."""
    write_atomically(
        places.run / "children.json",
        json.dumps(
            {
                "boot": _boot(),
                "run": run_id,
                "children": [
                    {"name": child.spec.name, "pid": child.pid, "started": child.start_ticks}
                    for child in children
                    if child.start_ticks is not None
                ],
            }
        ),
        mode=0o600,
    )


def clean_up(places: Places, *, database_pids: Iterable[int] = (), grace_s: float = GRACE_S) -> list[str]:
    """End what an earlier run left; returns the names of what was ended. The caller holds the data directory's lock.

    `database_pids` are the processes that work in our cluster. Raises Fault when something will not end.
    """
    left = _recorded(places)
    known = {item.pid for item in left}
    left += [Left(DATABASE, pid, start_ticks(pid) or 0) for pid in database_pids if pid not in known]
    left = [item for item in left if item.lives()]
    for item in left:
        # PostgreSQL: fast shutdown; all others: orderly end.
        _signal(item, signal.SIGINT if item.name == DATABASE else signal.SIGTERM)
    _wait(left, grace_s)
    for item in left:
        _signal(item, signal.SIGQUIT if item.name == DATABASE else signal.SIGKILL)
    _wait(left, grace_s)
    stubborn = [item for item in left if item.lives()]
    if stubborn:
        pids = " ".join(str(item.pid) for item in stubborn)
        raise Fault(
            say(f"上次运行留下的进程无法结束：{pids}", f"Processes of an earlier run will not end: {pids}"),
            say(f"执行 kill -9 {pids} 后重试。", f"Run kill -9 {pids} and try again."),
        )
    (places.run / "children.json").unlink(missing_ok=True)
    return [item.name for item in left]


def _recorded(places: Places) -> list[Left]:
    path = places.run / "children.json"
    if not path.exists():
        return []
    record = json.loads(path.read_text())
    if record["boot"] != _boot():
        return []
    children = [Left(**child) for child in record["children"]]
    known = {child.pid for child in children}
    return children + [item for item in _bearing(record["run"]) if item.pid not in known]


def _bearing(run_id: str) -> list[Left]:
    """Processes whose environment carries the mark of a run: also the grandchildren that nobody wrote down."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environment: Mapping[str, str] = process.environ()
            started = start_ticks(process.pid)
            if environment.get(RUN_ID) == run_id and process.pid != os.getpid() and started is not None:
                found.append(Left(process.name(), process.pid, started))
    return found


def _signal(item: Left, number: int) -> None:
    if item.lives():
        with contextlib.suppress(ProcessLookupError):
            os.kill(item.pid, number)
            os.kill(item.pid, signal.SIGCONT)  # a stopped process would not hear the other


def _wait(left: list[Left], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while any(item.lives() for item in left) and time.monotonic() < deadline:
        time.sleep(0.05)


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
