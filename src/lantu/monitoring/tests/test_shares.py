"""Several workers on one stream: sorted by JetStream itself, re-sorted without loss, never stored twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lantu.monitoring.ingest.loop import Setting, read_share, take_over
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.offsets import waiting
from lantu.monitoring.ingest.publish import Outgoing, Publisher
from lantu.monitoring.ingest.shares import (
    LayoutPending,
    Share,
    hash_of,
    lay_out,
    layout_of,
    original,
    parse,
    stored_up_to,
)
from lantu.monitoring.ingest.stream import api, ensure_stream, stream_info
from lantu.monitoring.ingest.wire import Wire
from lantu.runtime.testing import TemporaryNats, temporary_nats


@given(st.integers(1, 64), st.data())
def test_a_share_survives_its_name(of: int, data: st.DataObject) -> None:
    share = parse(data.draw(st.integers(0, of - 1)), of)
    assert Share.named(share.name) == share


@given(st.text(), st.integers(1, 64))
def test_every_project_has_exactly_one_share(code: str, of: int) -> None:
    assert sum(Share(number, of).holds(code) for number in range(of)) == 1


def test_known_hashes() -> None:
    """FNV-1a 32: the vectors of its authors for the empty text, “a” and “foobar”."""
    assert [hash_of(text) for text in ("", "a", "foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]


@pytest.mark.parametrize(("number", "of"), [(-1, 2), (2, 2), (0, 0), (0, 65)])
def test_no_such_share(number: int, of: int) -> None:
    with pytest.raises(ValueError, match="share"):
        parse(number, of)


def test_names_go_back_to_what_the_device_sent() -> None:
    assert original(b"p4.3.2401-371402.D-1") == b"lantu.2401-371402.D-1.telemetry"
    assert original(b"lantu.a.b.telemetry") == b"lantu.a.b.telemetry"


@pytest.fixture(scope="module")
def server() -> Iterator[TemporaryNats]:
    with temporary_nats() as running:
        yield running


@pytest.fixture
def wire(server: TemporaryNats) -> Iterator[Wire]:
    with closing(Wire(server.url, name="test")) as wire:
        try:
            api(wire, "STREAM.DELETE.TELEMETRY")
        except OSError as error:
            assert "not found" in str(error)  # noqa: PT017 (the first test finds no stream)
        ensure_stream(wire, max_bytes=64 << 20)
        yield wire


Send = Callable[[int], None]


@pytest.fixture
def send(server: TemporaryNats, equipment: SimpleNamespace) -> Send:
    """Publish so many further readings of the dust meter, a second apart."""
    publisher = Publisher(server.url)
    first = int((timezone.now() - timedelta(minutes=30)).timestamp() * 1000)
    sent = [0]

    def go(count: int) -> None:
        subject = f"lantu.{equipment.project.code}.{equipment.dust.code}.telemetry"
        publisher.publish(
            [
                Outgoing(
                    subject, json.dumps({"ts": first + 1000 * (sent[0] + n), "values": {"pm10": 40}}).encode()
                )
                for n in range(count)
            ]
        )
        sent[0] += count

    return go


def times_stored(device_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reading_wide WHERE device_id = %s", [device_id])
        return int(cursor.fetchone()[0])


def work(server: TemporaryNats, wire: Wire, share: Share) -> None:
    """What a worker does until its share is empty."""
    setting = Setting(server.url, timezone.now, threading.Event())
    info = stream_info(wire)
    take_over(setting, wire, info, share)
    read_share(setting, wire, info, share, to_the_end=True)


@pytest.mark.engines
@pytest.mark.django_db
def test_jetstream_hashes_as_we_do(server: TemporaryNats, wire: Wire) -> None:
    lay_out(wire, stream_info(wire), 5)
    assert layout_of(wire) == 5
    codes = [f"2401-3714{n:02d}-04-01-{n * 7919:06d}" for n in range(60)]
    Publisher(server.url).publish([Outgoing(f"lantu.{code}.D1.telemetry", b"{}") for code in codes])
    for number in range(5):
        share = Share(number, 5)
        mine = sum(share.holds(code) for code in codes)
        assert waiting(wire, subject=share.subject, after=0)[0] == mine


@pytest.mark.engines
@pytest.mark.django_db
def test_the_count_of_workers_changes_with_messages_on_their_way(
    server: TemporaryNats, wire: Wire, send: Send, equipment: SimpleNamespace
) -> None:
    send(30)
    work(server, wire, Share())
    send(20)  # lies under the old name when three workers come
    first, others = Share(0, 3), [Share(1, 3), Share(2, 3)]
    with pytest.raises(LayoutPending, match="not sorted"):
        work(server, wire, others[0])
    work(server, wire, first)
    assert times_stored(equipment.dust.pk) == 50
    send(40)
    for share in (first, *others):
        work(server, wire, share)
    assert times_stored(equipment.dust.pk) == 90
    send(5)
    work(server, wire, Share())  # back to one: it reads out the three shares first
    send(5)
    work(server, wire, Share())
    assert times_stored(equipment.dust.pk) == 100
    counts = IngestOffset.objects.values_list("messages", "duplicates")
    assert sum(messages for messages, _duplicates in counts) == 100
    assert sum(duplicates for _messages, duplicates in counts) == 0


@pytest.mark.engines
@pytest.mark.django_db
def test_room_is_made_only_when_every_share_has_stored(
    server: TemporaryNats, wire: Wire, send: Send, equipment: SimpleNamespace
) -> None:
    work(server, wire, Share(0, 2))
    send(10)
    info = stream_info(wire)
    work(server, wire, Share(0, 2))
    work(server, wire, Share(1, 2))
    assert stored_up_to(stream_info(wire), 2) <= info.last_seq
    IngestOffset.objects.filter(partition="2.1").delete()
    assert stored_up_to(stream_info(wire), 2) == 0
