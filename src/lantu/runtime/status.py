"""`lantu status`: what runs, where, and whether it is well."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import psutil
from rich.table import Table

from lantu.runtime import endpoints
from lantu.runtime.paths import Places
from lantu.runtime.words import out, say

RUNNING, UNWELL, STOPPED = 0, 1, 3


def show_status(places: Places) -> int:
    """Print the state of the data directory's Lantu; returns the exit code: 0 well, 1 unwell, 3 not running."""
    in_force = endpoints.read(places)
    if in_force is None:
        starting = places.held()
        out.print(
            say(f"蓝图正在启动（{places.root}）。", f"Lantu is starting ({places.root}).")
            if starting
            else say(
                f"蓝图没有运行（{places.root}）。启动：lantu up",
                f"Lantu is not running ({places.root}). Start: lantu up",
            )
        )
        return UNWELL if starting else STOPPED
    out.print(say(f"网页 {in_force.web}", f"Web  {in_force.web}"))
    if in_force.mqtt:
        out.print(f"MQTT {in_force.mqtt}")
    for name, url in (("HJ 212", in_force.hj212), ("JT/T 808", in_force.jt808)):
        if url:
            out.print(f"{name} {url}")
    table = Table(
        say("进程", "Process"), say("进程号", "Pid"), say("内存", "Memory"), say("状态", "State"), box=None
    )
    well = True
    for name, pid in in_force.pids.items():
        state, memory = _process(name, pid)
        well = well and memory is not None
        table.add_row(name, str(pid), "—" if memory is None else f"{memory} MiB", state)
    out.print(table)
    ready, words = _readiness(in_force.web)
    out.print(words)
    return RUNNING if well and ready else UNWELL


def _process(name: str, pid: int) -> tuple[str, int | None]:
    try:
        process = psutil.Process(pid)
        # The supervisor's children have rows of their own.
        whole = [process] if name == "supervisor" else [process, *process.children(recursive=True)]
        return process.status(), sum(item.memory_info().rss for item in whole) // (1024 * 1024)
    except psutil.Error:
        return say("已退出，等待重启", "ended, waiting for its restart"), None


def _readiness(web: str) -> tuple[bool, str]:
    """Whether /readyz is well, and its answer in words."""
    try:
        with urllib.request.urlopen(f"{web}/readyz", timeout=10) as answer:  # noqa: S310 - our own address
            text = _shown(answer.read())
        return True, say(f"[green]✓[/] 就绪：{text}", f"[green]✓[/] ready: {text}")
    except urllib.error.HTTPError as error:
        text = _shown(error.read())
        return False, say(f"[red]✗[/] 未就绪：{text}", f"[red]✗[/] not ready: {text}")
    except (urllib.error.URLError, OSError) as error:
        return False, say(f"[red]✗[/] 网页没有回应：{error}", f"[red]✗[/] the web does not answer: {error}")


def _shown(body: bytes) -> str:
    """The answer of /readyz in one line: each check with its mark, and why it fails."""
    try:
        checks: dict[str, dict[str, object]] = json.loads(body)["checks"]
        return " · ".join(
            f"{name} {'✓' if check['ok'] else '✗ ' + str(check.get('why', ''))}"
            for name, check in checks.items()
        ).replace("[", r"\[")
    except (ValueError, KeyError, TypeError, AttributeError):
        return body.decode(errors="replace")[:200].replace("[", r"\[")
