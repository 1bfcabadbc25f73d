"""From sessions to the database: the directory, the writer, replay, and the whole over real sockets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from tests.cast import NOW

from lantu.calc import jt808
from lantu.calc.jt808 import Msg
from lantu.core.refusals import Refused
from lantu.monitoring.gateway.jt808 import writer as writing
from lantu.monitoring.gateway.jt808.directory import load_directory
from lantu.monitoring.gateway.jt808.handler import PROTOCOL, Jt808Handler, replay
from lantu.monitoring.gateway.jt808.writer import Job, Writer
from lantu.monitoring.gateway.meters import Meters
from lantu.monitoring.gateway.server import Server
from lantu.monitoring.gateway.sink import Sink
from lantu.monitoring.simulate.terminal import Refusal, Terminal
from lantu.monitoring.vehicles.models import VehicleFinding, VehicleState
from lantu.monitoring.vehicles.services.change_vehicle import change_vehicle, renew_code
from lantu.monitoring.vehicles.tests.ground import drive, lay_ground, position, truck
from lantu.monitoring.vehicles.tests.line import PHONE, frame
from lantu.monitoring.vehicles.tracks import Report, stored


@pytest.mark.django_db
def test_the_directory_knows_who_may_speak(road: SimpleNamespace, cast: SimpleNamespace) -> None:
    (known,) = load_directory().trucks.values()
    assert (known.phone, known.retired) == (road.vehicle.terminal_phone, False)
    assert known.knows(known.code)
    renew_code(road.vehicle, reason="换终端", now=NOW, actor=cast.officer)
    renewed = load_directory().find("0" + known.phone)
    assert renewed is not None
    assert not renewed.knows(known.code)
    change_vehicle(road.vehicle, values={"status": "retired"}, now=NOW, actor=cast.officer)
    assert not load_directory().trucks[known.phone].knows(renewed.code)


@pytest.mark.django_db
def test_a_quarantined_packet_is_taken_once_its_truck_is_registered(
    cast: SimpleNamespace, site_project: Any
) -> None:
    raw = frame(Msg.POSITION, jt808.encode_position(position(NOW, 100)))
    with pytest.raises(Refused) as caught:
        replay(raw, NOW)
    assert caught.value.code == "monitoring.packet_still_bad"
    _dump, route = lay_ground(cast, site_project)
    vehicle = truck(cast, site_project, route, phone=PHONE)
    assert replay(raw, NOW) == []
    assert VehicleState.objects.get(vehicle=vehicle).at == NOW
    with pytest.raises(Refused):
        replay(b"\x7e\x00\x01\x7e", NOW)


@pytest.mark.django_db
def test_the_writer_isolates_what_cannot_be_stored(road: SimpleNamespace) -> None:
    writer, told = Writer(clock=lambda: NOW), []
    good = drive(road.vehicle, NOW - timedelta(hours=1), to=500)
    for name, reports in (("stranger", [replace(good[0], vehicle_id=999_999)]), ("good", good)):
        writer.put(
            Job(reports, lambda n=name: told.append(f"{n} stored"), lambda n=name: told.append(f"{n} failed"))
        )
    assert writer.store_waiting()
    assert told == ["stranger failed", "good stored"]
    assert len(stored(road.vehicle.pk, NOW - timedelta(days=1), NOW)) == len(good)


@pytest.mark.django_db
def test_the_writer_waits_for_a_database_that_is_away(
    road: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, told = Writer(clock=lambda: NOW), []
    run = drive(road.vehicle, NOW - timedelta(hours=1), to=500)
    writer.put(Job(run, lambda: told.append("stored"), lambda: told.append("failed")))
    real = writing.store_reports
    monkeypatch.setattr(writing.connection, "close", lambda: None)

    def away(*_args: Any, **_more: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(writing, "store_reports", away)
    assert not writer.store_waiting()
    assert told == []
    monkeypatch.setattr(writing, "store_reports", real)
    assert writer.store_waiting()
    assert told == ["stored"]


def test_the_writer_has_an_end() -> None:
    writer = Writer(clock=lambda: NOW)
    many = [Report(1, position(NOW, 0), NOW)] * (writing.MOST_WAITING - 1)
    assert writer.put(Job(many, lambda: None, lambda: None))
    assert not writer.put(Job(many[:2], lambda: None, lambda: None))


class NoStream:
    def publish(self, messages: Sequence[Any]) -> list[int]:
        return list(range(len(messages)))


@contextmanager
def gateway(handler: Jt808Handler) -> Iterator[int]:
    """The real server in a thread; yields its port. The test itself does the writer's work, in its own transaction."""
    ready, port, stop = threading.Event(), [0], []

    async def serve() -> None:
        meters = Meters()
        server = Server(PROTOCOL, handler, Sink(NoStream(), meters), meters, clock=lambda: NOW)
        port[0] = await server.listen("127.0.0.1", 0)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        ready.set()
        await ended.wait()
        await server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield port[0]
    finally:
        stop[0]()
        thread.join(20)


@pytest.mark.django_db
@pytest.mark.parametrize("version", [2013, 2019])
def test_a_terminal_over_tcp(road: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    vehicle = road.vehicle
    start = NOW - timedelta(minutes=20)
    run = [report.position for report in drive(vehicle, start, kmh=70, to=4000)]
    monkeypatch.setattr(Writer, "start", lambda self: None)
    handler = Jt808Handler(load_directory())
    handler.writer = Writer(clock=lambda: NOW)
    acknowledged: list[str] = []

    def talk(port: int) -> None:
        with Terminal("127.0.0.1", port, vehicle.terminal_phone, version=version) as terminal:
            with pytest.raises(Refusal):
                terminal.report(run[0])
            with pytest.raises(Refusal):
                terminal.register("鲁N00000")
            terminal.authenticate(terminal.register(vehicle.plate))
            terminal.heartbeat()
            for report in run[:3]:
                terminal.report(report)
                acknowledged.append("report")
            terminal.refill(run[2:])
            acknowledged.append("refill")

    with gateway(handler) as port, ThreadPoolExecutor(1) as pool:
        talking = pool.submit(talk, port)
        for done in range(4):
            wait_for(lambda: handler.writer.waiting or talking.done())
            # It waits for the answer, and the answer waits for the commit.
            assert len(acknowledged) == done
            assert handler.writer.store_waiting()
        talking.result(20)
    assert acknowledged == ["report"] * 3 + ["refill"]
    rows = stored(vehicle.pk, start, NOW)
    assert [row.fix.at for row in rows] == [report.at.timestamp() for report in run]
    assert [finding.rule_code for finding in VehicleFinding.objects.all()] == ["vehicle.overspeed"]
    handler.upkeep(NOW)
    assert VehicleState.objects.get(vehicle=vehicle).terminal["version"] == str(version)


def wait_for(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.django_db
def test_the_writers_thread_stores_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread itself, with a store that stands for the database."""
    kept: list[int] = []
    monkeypatch.setattr(writing, "store_reports", lambda reports, **_more: kept.append(len(reports)))
    monkeypatch.setattr(writing, "connection", SimpleNamespace(close=lambda: kept.append(-1)))
    writer, told = Writer(clock=lambda: NOW), threading.Event()
    writer.start()
    writer.put(Job([Report(1, position(NOW, 0), NOW)], told.set, lambda: None))
    assert told.wait(20)
    writer.stop()
    assert kept == [1, -1]
    assert writer.waiting == 0
