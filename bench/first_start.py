"""The first start of the demonstration city on an empty data directory, step by step, and the second start.

A fixed piece of plain Python is timed before and after: on a shared host the same machine runs at different speeds, and
seconds alone would not tell a slow start from a slow hour.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.tables import Table, number

FIRST_AIM_S = 120.0
SECOND_AIM_S = 15.0
LONGEST_S = 900.0
STEP = re.compile(r"✓\s+\d+\. (.+?) ([\d.]+) s\s*$")
REFERENCE_ROUNDS = 20_000


def measure() -> list[Table]:
    """Two starts of `lantu up --demo`: the first makes everything, the second only serves."""
    before = _reference_s()
    with tempfile.TemporaryDirectory(prefix="lantu-bench-") as directory:
        Path(directory).chmod(0o711)
        first, steps = _start(directory)
        after = _reference_s()
        second, _steps = _start(directory)
    mean = (before + after) / 2
    rows = [[name, number(seconds), number(seconds / mean, 0)] for name, seconds in steps]
    rows += [
        ["**first start, until the address is told**", number(first), number(first / mean, 0)],
        ["second start", number(second), number(second / mean, 0)],
    ]
    return [
        Table(
            "First start of the demonstration city",
            ["what", "seconds", "× the reference"],
            rows,
            notes=[
                f"The reference is {REFERENCE_ROUNDS:,} rounds of JSON there and back in plain Python: {before * 1000:.0f} ms "
                f"before the first start, {after * 1000:.0f} ms after it. Dependencies were installed and the front end built.",
            ],
            goals=[
                (f"first start within {FIRST_AIM_S:.0f} s: {first:.0f} s", first <= FIRST_AIM_S),
                (f"second start within {SECOND_AIM_S:.0f} s: {second:.1f} s", second <= SECOND_AIM_S),
            ],
        )
    ]


def _start(directory: str) -> tuple[float, list[tuple[str, float]]]:
    """Seconds until the endpoints are published, and the seconds of each step; the platform is stopped again."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LANTU_")}
    env |= {"LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}
    command = [str(Path(sys.executable).with_name("lantu")), "up", "--demo", "--data-dir", directory]
    log = Path(directory, "bench-first-start.log")
    began = time.monotonic()
    with log.open("w+") as told:
        up = subprocess.Popen([*command, "--port", "8790"], env=env, stdout=told, stderr=subprocess.STDOUT)
        try:
            while not Path(directory, "run", "endpoints.json").exists():
                if up.poll() is not None or time.monotonic() - began > LONGEST_S:
                    raise RuntimeError(f"the platform did not start:\n{log.read_text()[-2000:]}")
                time.sleep(0.05)
            seconds = time.monotonic() - began
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(120)
    found = [STEP.match(line) for line in log.read_text().splitlines()]
    return seconds, [(match[1], float(match[2])) for match in found if match]


def _reference_s() -> float:
    best = []
    for _ in range(5):
        began = time.process_time()
        for turn in range(REFERENCE_ROUNDS):
            json.loads(json.dumps({"a": [1, 2, {"b": turn}], "c": "x" * 50}))
        best.append(time.process_time() - began)
    return sorted(best)[2]
