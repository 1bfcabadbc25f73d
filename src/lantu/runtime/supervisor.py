"""One loop that starts processes in order, keeps them running, and stops them in the reverse order.

1. Signals are blocked and collected by the loop itself, so nothing happens in between its lines.
2. A process is started, then asked until it proves that it is the one that answers.
3. A process that ends is started again after 0.5, 1, 2, … 30 seconds; a minute of life earns a fresh start.
4. On SIGTERM, SIGINT or SIGHUP the processes are stopped one after the other, the last started first.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lantu.runtime import orphans
from lantu.runtime.logwatch import LogWatch
from lantu.runtime.paths import Places
from lantu.runtime.process import Child, Spec, rotate
from lantu.runtime.words import Fault, err, plain, say

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(Exception):
    """The operator asked us to stop."""


@dataclass
class Seat:
    """A process that ought to run: its current child, or the moment of its next start."""

    spec: Spec
    child: Child | None = None
    failures: int = 0
    start_at: float = field(default_factory=time.monotonic)
    watch: LogWatch | None = None

    def next_delay_s(self) -> float:
        return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (self.failures - 1))


class Supervisor:
    """Owner of all children of one data directory. Use in the main thread: children are tied to it."""

    def __init__(self, places: Places, *, console: Callable[[str], None] = err.print) -> None:
        self.places = places
        self.run_id = secrets.token_hex(12)
        self.seats: list[Seat] = []
        self.on_restart: Callable[[], object] | None = None
        self._console = console
        self._rotated_at = time.monotonic()
        self._stop_seen = False
        # A signal that our starter had us ignore (nohup, a background job) stays ignored.
        self._stopping = {number for number in STOP_SIGNALS if signal.getsignal(number) != signal.SIG_IGN}
        signal.pthread_sigmask(signal.SIG_BLOCK, self._stopping | {signal.SIGCHLD})

    def start(self, *specs: Spec) -> list[Child]:
        """Start processes together and wait until all are ready.

        Raises Fault with the last words of the first that ends or is too slow.
        """
        children = []
        for spec in specs:
            self.seats.append(Seat(spec))
            children.append(self._spawn(self.seats[-1]))
        for child in children:
            self._await_ready(child)
        return children

    def _await_ready(self, child: Child) -> None:
        spec = child.spec
        deadline = child.started_at + spec.start_limit_s
        while spec.ready is not None and not spec.ready(child.pid):
            if child.exit_code is not None or time.monotonic() > deadline:
                raise _did_not_start(child)
            self.wait(0.1)

    def run_step(self, spec: Spec, on_line: Callable[[str], None]) -> None:
        """Run a process to its end, handing on each line it writes. Raises Fault when it fails."""
        child = Child(self._marked(spec), self.places.log / f"{spec.name}.log")
        try:
            with child.log.open("rb") as stream:
                stream.seek(child.log_start)
                rest = b""
                running = True
                while running:
                    running = child.exit_code is None
                    rest = _hand_on(rest + stream.read(), on_line)
                    if running:
                        self.wait(0.1)
                if rest:
                    on_line(rest.decode(errors="replace"))
            if child.exit_code != 0:
                raise _step_failed(child)
        finally:
            self._stop(child)

    def watch(self) -> None:
        """Keep everything running until a stop is asked for."""
        try:
            while True:
                self.wait(1.0)
                self._revive()
                self._tell_trouble()
                self._rotate_logs()
        except Stopped:
            return

    def wait(self, seconds: float) -> None:
        """Let time pass, but wake when a child ends. Raises Stopped when the operator wants us to stop."""
        caught = signal.sigtimedwait(self._stopping | {signal.SIGCHLD}, seconds)
        if caught is not None and caught.si_signo in self._stopping and not self._stop_seen:
            self._stop_seen = True
            raise Stopped

    def stop(self) -> None:
        """Stop all children, the last started first; each has its grace, then the harsher signals."""
        for seat in reversed(self.seats):
            if seat.child is not None:
                self._stop(seat.child)
        self.seats.clear()
        (self.places.run / "children.json").unlink(missing_ok=True)

    def pids(self) -> dict[str, int]:
        """Pids of the running children by name."""
        return {seat.spec.name: seat.child.pid for seat in self.seats if seat.child is not None}

    def _spawn(self, seat: Seat) -> Child:
        seat.child = Child(self._marked(seat.spec), self.places.log / f"{seat.spec.name}.log")
        orphans.note(
            self.places, self.run_id, [other.child for other in self.seats if other.child is not None]
        )
        return seat.child

    def _marked(self, spec: Spec) -> Spec:
        return Spec(**{**spec.__dict__, "env": {**spec.env, orphans.RUN_ID: self.run_id}})

    def _revive(self) -> None:
        now = time.monotonic()
        for seat in self.seats:
            if seat.child is not None and seat.child.exit_code is not None:
                self._mourn(seat, seat.child, now)
            if seat.child is None and now >= seat.start_at:
                self._spawn(seat)
                if self.on_restart is not None:
                    self.on_restart()
                self._console(
                    say(
                        f"[green]↻[/] {seat.spec.name} 已重新启动",
                        f"[green]↻[/] {seat.spec.name} started again",
                    )
                )

    def _mourn(self, seat: Seat, child: Child, now: float) -> None:
        child.sweep()
        seat.failures = 1 if child.uptime_s() >= STEADY_AFTER_S else seat.failures + 1
        seat.child, seat.start_at = None, now + seat.next_delay_s()
        wait_s = f"{seat.next_delay_s():g}"
        self._console(
            say(
                f"[red]✗[/] {child.spec.name} 意外退出（{_ending(child)}），{wait_s} 秒后重启；日志 {child.log}",
                f"[red]✗[/] {child.spec.name} ended ({_ending(child)}), starting again in {wait_s} s; log {child.log}",
            )
        )
        for line in child.tail(8):
            self._console(f"  [dim]{plain(line)}[/]")

    def _tell_trouble(self) -> None:
        for seat in self.seats:
            if seat.watch is None:
                seat.watch = LogWatch(self.places.log / f"{seat.spec.name}.log")
            for text in seat.watch.trouble():
                self._console(f"[yellow]![/] [bold]{seat.spec.name}[/] {plain(text)}")

    def _rotate_logs(self) -> None:
        if time.monotonic() - self._rotated_at > 30:
            self._rotated_at = time.monotonic()
            for seat in self.seats:
                rotate(self.places.log / f"{seat.spec.name}.log")

    def _stop(self, child: Child) -> None:
        for number in (child.spec.stop_signal, child.spec.harsh_signal, signal.SIGKILL):
            if child.exit_code is not None:
                break
            child.send(number)
            deadline = time.monotonic() + child.spec.grace_s
            while child.exit_code is None and time.monotonic() < deadline:
                signal.sigtimedwait({signal.SIGCHLD}, 0.1)
        child.sweep()


def _hand_on(text: bytes, on_line: Callable[[str], None]) -> bytes:
    """Hand on the complete lines of a text; returns the incomplete rest."""
    *lines, rest = text.split(b"\n")
    for line in lines:
        on_line(line.decode(errors="replace").rstrip())
    return rest


def _ending(child: Child) -> str:
    code = child.exit_code
    if code is None:
        return say("仍在运行", "still running")
    if code < 0:
        return say(f"信号 {signal.Signals(-code).name}", f"signal {signal.Signals(-code).name}")
    return say(f"退出码 {code}", f"exit code {code}")


def _did_not_start(child: Child) -> Fault:
    last = "\n".join(child.tail())
    return Fault(
        say(
            f"{child.spec.name} 没有启动成功（{_ending(child)}）。它的最后输出：\n{last}",
            f"{child.spec.name} did not start ({_ending(child)}). Its last words:\n{last}",
        ),
        say(
            f"完整日志：{child.log}。也可运行 lantu doctor。", f"Whole log: {child.log}. Or run lantu doctor."
        ),
    )


def _step_failed(child: Child) -> Fault:
    last = "\n".join(child.tail(12))
    return Fault(
        say(
            f"步骤 {child.spec.name} 失败（{_ending(child)}）。它的最后输出：\n{last}",
            f"The step {child.spec.name} failed ({_ending(child)}). Its last words:\n{last}",
        ),
        say(f"完整日志：{child.log}。", f"Whole log: {child.log}."),
    )
