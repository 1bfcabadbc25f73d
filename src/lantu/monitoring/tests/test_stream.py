"""The whole path against a real nats-server: MQTT with callout, the stream, the reader, restarts of the stream."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.ingest.loop import _Turns
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.mqtt_auth import Credentials, Judge, Throttle, run
from lantu.monitoring.ingest.offsets import Position, reconcile
from lantu.monitoring.ingest.publish import Outgoing, Publisher, StreamUnavailable
from lantu.monitoring.ingest.reader import ReadBroken, StreamReader
from lantu.monitoring.ingest.shares import Share
from lantu.monitoring.ingest.stream import StreamAnswer, api, ensure_stream, stream_config, stream_info
from lantu.monitoring.ingest.upkeep import make_room
from lantu.monitoring.ingest.wire import Wire
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.simulate.mqtt import MqttRefused, text
from lantu.monitoring.simulate.mqtt import Publisher as MqttPublisher
from lantu.runtime.testing import TemporaryNats, temporary_nats

pytestmark = [pytest.mark.engines, pytest.mark.django_db]


@pytest.fixture(scope="module")
def server() -> Iterator[TemporaryNats]:
    with temporary_nats() as running:
        yield running


@pytest.fixture
def wire(server: TemporaryNats) -> Iterator[Wire]:
    """A connection to an empty stream."""
    with closing(Wire(server.url, name="test")) as wire:
        ensure_stream(wire, max_bytes=64 << 20)
        api(wire, "STREAM.PURGE.TELEMETRY")
        yield wire


class _SameThread(Credentials):
    """Credentials of the test's own transaction: another thread would not see its rows."""

    def __init__(self, known: dict[str, Any]) -> None:
        super().__init__()
        self._known = known

    def of(self, code: str) -> Any:
        return self._known.get(code)


@contextmanager
def answering(
    server: TemporaryNats, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setattr("lantu.monitoring.ingest.mqtt_auth.Credentials", lambda: _SameThread(known))
    stop = threading.Event()
    thread = threading.Thread(
        target=run,
        args=(server.auth_url,),
        kwargs={
            "seed": server.issuer_seed_file.read_text().strip(),
            "clock": lambda: int(time.time()),
            "stop": stop,
        },
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


async def connect(server: TemporaryNats, user: str, password: str) -> MqttPublisher:
    for _ in range(20):  # the answering thread may still be connecting
        try:
            return await MqttPublisher.open(
                "127.0.0.1", server.mqtt_port, client_id=user, user=user, password=password
            )
        except MqttRefused:
            raise
        except (OSError, TimeoutError):
            await asyncio.sleep(0.1)
    raise AssertionError("no connection")


def drain(wire: Wire, worker: Worker, messages: int) -> None:
    """Read and store until so many messages are in."""
    worker.adopt(reconcile(wire, stream_info(wire), worker.position), now=timezone.now())
    reader = StreamReader(wire, start_seq=worker.position.seq + 1)
    turns = _Turns(worker, reader, timezone.now, wire)
    deadline = time.monotonic() + 20
    while turns.messages < messages and time.monotonic() < deadline:
        batch = reader.read(timeout=0.5)
        if batch:
            turns.messages += worker.process_or_isolate(batch, now=timezone.now(), flush=True).messages
    assert turns.messages == messages


def test_a_device_publishes_and_is_judged(
    server: TemporaryNats, wire: Wire, equipment: SimpleNamespace, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issue_token(equipment.dust, now=timezone.now(), actor=cast.officer)
    known = {"D1": Credentials().of("D1")}
    project = equipment.project.code

    async def play() -> None:
        with pytest.raises(MqttRefused):
            await connect(server, "D1", "wrong")
        with pytest.raises(MqttRefused):
            await connect(server, "D2", token)
        device = await connect(server, "D1", token)
        now = int(time.time() * 1000)
        for n, value in enumerate((80, 200)):
            device.send(
                text(f"lantu/{project}/D1/telemetry"),
                json.dumps({"ts": now + n, "values": {"pm10": value}}).encode(),
            )
        deadline = time.monotonic() + 10
        while device.acked < 2 and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        assert device.acked == 2
        device.send(text(f"lantu/{project}/P1/telemetry"), b'{"values":{"displacement_h_mm":1}}')
        await asyncio.sleep(0.3)
        device.close()

    with answering(server, known, monkeypatch):
        asyncio.run(play())
    assert stream_info(wire).messages == 2, "a device may publish under its own topic only"
    drain(wire, Worker(partition="t", now=timezone.now()), 2)
    assert Alert.objects.get().device == equipment.dust


def test_wrong_tokens_are_throttled() -> None:
    moment = [0.0]
    throttle = Throttle(clock=lambda: moment[0])
    for _ in range(5):
        assert not throttle.blocked("10.0.0.9", "D1")
        throttle.failed("10.0.0.9", "D1")
    assert throttle.blocked("10.0.0.9", "D1")
    assert not throttle.blocked("10.0.0.8", "D1"), "the device itself is not locked out by somebody else"
    moment[0] = 61.0
    assert not throttle.blocked("10.0.0.9", "D1")


def test_nonsense_requests_get_no_answer(server: TemporaryNats) -> None:
    judge = Judge(server.issuer_seed_file.read_text().strip(), _SameThread({}), Throttle(), lambda: 0)
    for request in (b"", b"a.b.c", b"\xff", b"{}"):
        assert judge.answer(request) is None


def test_publisher_and_reader_keep_order(server: TemporaryNats, wire: Wire) -> None:
    publisher = Publisher(server.url)
    sequences = publisher.publish(
        [Outgoing("lantu.P.D.telemetry", b"%d" % n, {"Lantu-Source": "http"}) for n in range(1200)]
    )
    assert sequences == list(range(sequences[0], sequences[0] + 1200))
    reader = StreamReader(wire, start_seq=sequences[0], pull=500)
    got: list[Any] = []
    while len(got) < 1200:
        got += reader.read(timeout=5)
    assert [delivery.payload for delivery in got] == [b"%d" % n for n in range(1200)]
    assert [delivery.seq for delivery in got] == sequences
    assert b"Lantu-Source: http" in (got[0].headers or b"")


def test_a_subject_without_stream_is_said(server: TemporaryNats, wire: Wire) -> None:
    with pytest.raises(StreamUnavailable):
        Publisher(server.url).publish([Outgoing("elsewhere", b"x")])


def _read_for(reader: StreamReader, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        reader.read(timeout=0.5)


def test_a_lost_consumer_is_noticed(server: TemporaryNats, wire: Wire) -> None:
    with closing(Wire(server.url, name="test-reader")) as own:
        reader = StreamReader(own, start_seq=1)
        api(wire, f"CONSUMER.DELETE.TELEMETRY.{reader._consumer}")
        with pytest.raises(ReadBroken):
            _read_for(reader, seconds=20)


def test_a_recreated_stream_is_read_from_its_beginning(
    server: TemporaryNats, wire: Wire, equipment: SimpleNamespace
) -> None:
    publisher = Publisher(server.url)
    subject = f"lantu.{equipment.project.code}.D1.telemetry"
    now = int(time.time() * 1000)
    publisher.publish([Outgoing(subject, b'{"ts":%d,"values":{"pm10":1}}' % (now + n)) for n in range(5)])
    drain(wire, Worker(partition="t", now=timezone.now()), 5)
    api(wire, "STREAM.DELETE.TELEMETRY")
    ensure_stream(wire, max_bytes=64 << 20)
    publisher.publish([Outgoing(subject, b'{"ts":%d,"values":{"pm10":2}}' % (now + 9))])
    drain(wire, Worker(partition="t", now=timezone.now()), 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reading_wide")
        assert cursor.fetchone()[0] == 6


def test_a_lost_tail_is_noticed(server: TemporaryNats, wire: Wire, equipment: SimpleNamespace) -> None:
    """After a power failure old sequence numbers may carry new messages."""
    publisher = Publisher(server.url)
    subject = f"lantu.{equipment.project.code}.D1.telemetry"
    first = publisher.publish([Outgoing(subject, b'{"values":{"pm10":1}}') for _ in range(3)])
    info = stream_info(wire)
    ahead = Position("t", first[-1] + 10, info.created, timezone.now())
    assert reconcile(wire, info, ahead).seq == info.last_seq
    replaced = Position("t", first[-1], info.created, timezone.now() - timedelta(hours=1))
    assert reconcile(wire, info, replaced).seq == first[0] - 1
    assert reconcile(wire, info, Position("t", 0, None, None)).seq == info.first_seq - 1


def test_stored_messages_make_room(server: TemporaryNats, wire: Wire, equipment: SimpleNamespace) -> None:
    publisher = Publisher(server.url)
    filler = b'{"note":"' + b"x" * 60_000 + b'","values":{"pm10":1}}'
    publisher.publish([Outgoing(f"lantu.{equipment.project.code}.D1.telemetry", filler) for _ in range(400)])
    assert make_room(wire) == 0, "nothing is stored yet"
    drain(wire, Worker(partition=Share().name, now=timezone.now()), 400)
    publisher.publish([Outgoing(f"lantu.{equipment.project.code}.D1.telemetry", b'{"values":{"pm10":2}}')])
    assert make_room(wire) == 400
    assert stream_info(wire).messages == 1


def test_the_worker_stops_on_request_with_the_batch_stored(
    server: TemporaryNats, wire: Wire, equipment: SimpleNamespace
) -> None:
    Publisher(server.url).publish(
        [Outgoing(f"lantu.{equipment.project.code}.D1.telemetry", b'{"values":{"pm10":1}}')]
    )
    stop = threading.Event()
    worker = Worker(partition="t", now=timezone.now())
    worker.adopt(reconcile(wire, stream_info(wire), worker.position), now=timezone.now())
    reader = StreamReader(wire, start_seq=worker.position.seq + 1)
    original = reader.read

    def read_and_stop(**options: Any) -> Any:
        got = original(**options)
        if got:
            stop.set()
        return got

    reader.read = read_and_stop  # type: ignore[method-assign]
    _Turns(worker, reader, timezone.now, wire).until(stop)
    assert IngestOffset.objects.get(partition="t").messages == 1


def test_copies_of_the_stream_follow_the_setting(server: TemporaryNats, settings: Any) -> None:
    """One server holds one copy; three are asked of a cluster, and a server alone says why it cannot."""
    assert [stream_config(1 << 20, copies)["num_replicas"] for copies in (1, 3)] == [1, 3]
    with closing(Wire(server.url, name="test")) as wire:
        ensure_stream(wire, max_bytes=64 << 20)
        api(wire, "STREAM.DELETE.TELEMETRY")
        settings.STREAM_REPLICAS = 3
        with pytest.raises(StreamAnswer, match="replicas"):
            ensure_stream(wire, max_bytes=64 << 20)
        settings.STREAM_REPLICAS = 1
        ensure_stream(wire, max_bytes=64 << 20)
        assert api(wire, "STREAM.INFO.TELEMETRY")["config"]["num_replicas"] == 1
