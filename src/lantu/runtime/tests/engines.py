"""A Lantu with stand-in applications, started as the operator starts it, for the tests of this folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

STANDIN = [str(Path(__file__).with_name("standin.py"))]
REAL = ["-m", "lantu.runtime.cli"]
SOURCES = Path(__file__).parents[3]
PATIENCE_S = 300


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait until a condition holds and return its value; how long that takes is not judged."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.05)
    return value


def clean_environment(**more: str) -> dict[str, str]:
    """The test's environment without its own Lantu settings, and without the console's language."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LANTU_", "DJANGO_"))}
    return {
        **kept,
        "PYTHONPATH": str(SOURCES),
        "LANG": "en_US.UTF-8",
        "LC_ALL": "",
        "LC_MESSAGES": "",
        **more,
    }


class Lantu:
    """A started `lantu up` and its data directory."""

    def __init__(self, data: Path, process: subprocess.Popen[str]) -> None:
        self.data = data
        self.process = process

    @property
    def endpoints(self) -> dict[str, Any]:
        return json.loads((self.data / "run" / "endpoints.json").read_text())

    def pid(self, name: str) -> int:
        return self.endpoints["pids"][name]

    def alive(self) -> bool:
        """True once this very process has published its endpoints."""
        assert self.process.poll() is None, f"lantu up ended:\n{self.process.stdout.read()}"
        published = self.data / "run" / "endpoints.json"
        # A killed supervisor leaves its endpoints behind until the next start.
        return published.exists() and self.pid("supervisor") == self.process.pid

    def stop(self, number: int = signal.SIGTERM) -> str:
        """Send a signal, wait for the end, return all that was printed."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=PATIENCE_S)[0]


@contextmanager
def lantu_up(
    data: Path,
    *options: str,
    before: Sequence[str] = (),
    program: Sequence[str] = STANDIN,
    **environment: str,
) -> Iterator[Lantu]:
    """A running Lantu; `before` is put in front of the command (to change the user), `program` says which it is."""
    process = subprocess.Popen(
        [*before, sys.executable, *program, "up", *options, "--data-dir", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean_environment(**environment),
    )
    lantu = Lantu(data, process)
    try:
        until(lantu.alive, "the endpoints")
        yield lantu
    finally:
        if process.poll() is None:
            lantu.stop()


def lantu(
    *arguments: str, program: Sequence[str] = STANDIN, **environment: str
) -> subprocess.CompletedProcess[str]:
    """One run of the command to its end."""
    return subprocess.run(
        [sys.executable, *program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        env=clean_environment(**environment),
    )


def still_working_in(data: Path) -> list[psutil.Process]:
    """Processes that were started for a data directory and still live."""
    found = []
    for process in psutil.process_iter():
        try:
            about = " ".join(process.cmdline()) + process.environ().get("LANTU_DATA_DIR", "")
            if str(data) in about and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
