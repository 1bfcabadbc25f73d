"""On what was measured: figures without a machine say nothing."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe() -> str:
    """One line: cores and model, memory, system, Python; and how busy the machine was with other work."""
    load = os.getloadavg()[0]
    return (
        f"{len(os.sched_getaffinity(0))} cores ({_cpu()}), {_memory_gib():.0f} GiB memory, {_system()}, "
        f"Python {platform.python_version()}; load average before the run {load:.1f}"
    )


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return platform.machine()


def _memory_gib() -> float:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal"):
            return int(line.split()[1]) / 1024**2
    return 0.0


def _system() -> str:
    release = Path("/etc/os-release")
    if release.exists():
        for line in release.read_text().splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip('"')
    return platform.platform()
