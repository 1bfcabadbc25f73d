"""The supervisor with small stand-in processes; no engine is needed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from lantu.runtime import orphans, process
from lantu.runtime.paths import Places
from lantu.runtime.process import Child, Spec, rotate, start_ticks
from lantu.runtime.supervisor import Seat, Stopped, Supervisor
from lantu.runtime.words import Fault

PATIENCE_S = 60


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "data")
    places.prepare()
    return places


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(places, said):
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    supervisor = Supervisor(places, console=said.append)
    yield supervisor
    supervisor.stop()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _shell(name: str, script: str, **more) -> Spec:
    return Spec(name=name, argv=["/bin/sh", "-c", script], env=dict(os.environ), **more)


def _until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    return start_ticks(pid) is not None


def test_ready_child_is_the_one_that_was_started(supervisor):
    asked = []
    [child] = supervisor.start(
        _shell("web", "sleep 600", ready=lambda pid: asked.append(pid) or len(asked) > 2)
    )
    assert asked == [child.pid] * 3
    assert supervisor.pids() == {"web": child.pid}


def test_child_that_ends_before_it_is_ready_is_a_fault_with_its_last_words(supervisor):
    with pytest.raises(Fault, match="port is taken"):
        supervisor.start(_shell("web", "echo port is taken; exit 3", ready=lambda _pid: False))


def test_program_that_does_not_exist_is_a_fault(supervisor):
    with pytest.raises(Fault, match="web"):
        supervisor.start(Spec(name="web", argv=["/nowhere/web"], env={}))


def test_step_hands_on_its_lines_and_its_failure(supervisor):
    lines = []
    supervisor.run_step(_shell("migrate", "echo one; echo two; printf three"), lines.append)
    assert lines == ["one", "two", "three"]
    with pytest.raises(Fault, match="no such table"):
        supervisor.run_step(_shell("seed", "echo no such table; exit 1"), lines.append)


def test_delays_double_up_to_half_a_minute():
    seat = Seat(_shell("x", "true"))
    delays = []
    for seat.failures in range(1, 10):
        delays.append(seat.next_delay_s())
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_fallen_child_is_started_again_ever_later(supervisor, said, tmp_path):
    supervisor.start(_shell("ingest", f"echo fell >> {tmp_path}/log; exit 7"))
    seat = supervisor.seats[0]

    def third_fall() -> bool:
        supervisor._revive()
        return seat.failures == 3

    _until(third_fall, "three falls")
    falls = [line for line in said if "exit code 7" in line or "退出码 7" in line]
    assert [("0.5 " in falls[0]), ("1 " in falls[1]), ("2 " in falls[2])] == [True] * 3
    assert (tmp_path / "log").read_text().split() == ["fell"] * 3


def test_a_minute_of_life_earns_a_fresh_start(supervisor):
    [child] = supervisor.start(_shell("ingest", "sleep 600"))
    supervisor.seats[0].failures = 6
    child.started_at -= 61
    child.send(signal.SIGKILL)
    child.process.wait()
    supervisor._revive()
    assert supervisor.seats[0].failures == 1


def test_stopped_in_reverse_order(supervisor, tmp_path):
    for name in ("postgres", "nats", "web"):
        script = f"trap 'echo {name} >> {tmp_path}/order; exit 0' TERM; echo up; while :; do sleep 0.05; done"
        [child] = supervisor.start(_shell(name, script))
        _until(lambda child=child: child.tail() == ["up"], name)
    supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "nats", "postgres"]


def test_stubborn_child_and_its_own_children_are_ended(supervisor):
    script = "trap '' TERM; sleep 600 & echo $!; wait; wait"
    [child] = supervisor.start(_shell("web", script, grace_s=0.2))
    _until(child.tail, "the grandchild's pid")
    grandchild = int(child.tail()[0])
    supervisor.stop()
    assert child.exit_code == -signal.SIGKILL
    _until(lambda: not _lives(grandchild), "the grandchild's end")


def _tell(number):
    """Signal this thread: one that an earlier test has left running would else get it, unblocked, and end us all."""
    signal.pthread_kill(threading.get_ident(), number)


def test_stop_signal_ends_the_wait(supervisor):
    _tell(signal.SIGTERM)
    with pytest.raises(Stopped):
        supervisor.wait(30)
    _tell(signal.SIGTERM)
    supervisor.wait(0.01)  # asked twice, it still stops in order


def test_signal_that_was_ignored_from_the_start_stays_ignored(places):
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        supervisor = Supervisor(places)
        _tell(signal.SIGHUP)
        supervisor.wait(0.01)
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def test_child_dies_with_its_supervisor(tmp_path):
    """The supervisor is a process of its own here, and is killed in a way that leaves it no last word."""
    code = (
        "import os, sys, time; from lantu.runtime.process import Child, Spec; from pathlib import Path\n"
        f"child = Child(Spec(name='c', argv=['/bin/sleep', '600'], env={{}}), Path({str(tmp_path / 'c.log')!r}))\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert _lives(pid)
        parent.kill()
    _until(lambda: not _lives(pid), "the child's end")


def test_what_a_killed_supervisor_left_is_ended(places):
    script = "trap '' TERM; sleep 600 & echo $!; wait; wait"
    env = {**os.environ, orphans.RUN_ID: "run-1"}
    child = Child(Spec(name="web", argv=["/bin/sh", "-c", script], env=env), places.log / "web.log")
    _until(child.tail, "the grandchild's pid")
    grandchild = int(child.tail()[0])
    orphans.note(places, "run-1", [child])
    ended = orphans.clean_up(places, grace_s=0.3)
    child.process.wait()
    assert "web" in ended
    assert not _lives(grandchild)
    assert not (places.run / "children.json").exists()


def test_stopped_process_is_ended_too(places):
    child = Child(Spec(name="ingest", argv=["/bin/sleep", "600"], env={}), places.log / "ingest.log")
    orphans.note(places, "run-2", [child])
    child.send(signal.SIGSTOP)
    assert orphans.clean_up(places) == ["ingest"]
    assert child.process.wait() == -signal.SIGTERM


def test_stranger_that_got_the_pid_of_a_dead_child_is_left_alone(places):
    stranger = Child(Spec(name="stranger", argv=["/bin/sleep", "600"], env={}), places.log / "s.log")
    try:
        noted = stranger.start_ticks
        stranger.start_ticks = noted - 1
        orphans.note(places, "run-3", [stranger])
        assert orphans.clean_up(places) == []
        assert stranger.exit_code is None
    finally:
        stranger.process.kill()
        stranger.process.wait()


def test_full_log_moves_on_and_old_ones_fall_away(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "LOG_LIMIT_BYTES", 10)
    log = tmp_path / "web.log"
    with log.open("a") as writer:
        for number in range(8):
            writer.write(f"number {number} of the log\n")
            writer.flush()
            rotate(log)
        writer.write("last\n")
    assert log.read_text() == "last\n"
    assert "number 7" in (tmp_path / "web.log.1").read_text()
    assert "number 3" in (tmp_path / "web.log.5").read_text()
    assert not (tmp_path / "web.log.6").exists()


def test_tail_reads_only_this_run(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("before\n")
    child = Child(_shell("web", "echo now"), log)
    child.process.wait()
    assert child.tail() == ["now"]
    with contextlib.suppress(ProcessLookupError):
        child.sweep()
