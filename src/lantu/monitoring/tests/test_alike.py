"""Deliveries taken all at once are those that are taken one by one, or none at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.monitoring.ingest import alike
from lantu.monitoring.ingest.alike import take_alike
from lantu.monitoring.ingest.reader import parse_acks
from lantu.monitoring.ingest.wire import parse

CONSUMER = "lantu-0123456789abcdef"
MARKER = f"$JS.ACK.TELEMETRY.{CONSUMER}.1.".encode()
MQTT = b"NATS/1.0\r\nNmqtt-Pub:1\r\n\r\n"
OTHER = b"NATS/1.0\r\nLantu-Source:http\r\n\r\n"
SECOND_NS = 1_780_000_000_123_456_789

payloads = st.binary(max_size=60) | st.sampled_from(
    [
        b"",
        b"\r\n",
        b"$",
        b"\n\n\n\n\n",
        b'{"ts":1}',
        MARKER,
        b"a\r\nMSG x 1 " + MARKER + b"1.1.1.1 1\r\nb",
        MQTT,
    ]
)


@pytest.fixture(autouse=True)
def _short_reads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "WORTH_BYTES", 0)


def delivered(
    number: int, payload: bytes, headers: bytes = b"", *, subject: bytes = b"", tail: bytes = b""
) -> bytes:
    """The bytes the server sends for the consumer's delivery of this number."""
    subject = subject or b"lantu.P%d.D%d.telemetry" % (number % 3, number)
    reply = b"%s%d.%d.%d.%d%s" % (MARKER, 95 + number, number, SECOND_NS + number, 5, tail)
    if not headers:
        return b"MSG %s 3 %s %d\r\n%s\r\n" % (subject, reply, len(payload), payload)
    sizes = (len(headers), len(headers) + len(payload))
    return b"HMSG %s 3 %s %d %d\r\n%s%s\r\n" % (subject, reply, *sizes, headers, payload)


@given(
    st.lists(st.tuples(payloads, st.sampled_from([b"", MQTT, MQTT, OTHER])), min_size=1, max_size=8),
    st.integers(1, 120),
    st.data(),
)
def test_both_ways_agree(messages: list[tuple[bytes, bytes]], first: int, data: st.DataObject) -> None:
    stream = b"".join(delivered(n, *message) for n, message in enumerate(messages, first))
    part = stream[: data.draw(st.integers(0, len(stream)))]
    _agree(part)


@given(st.lists(st.binary(max_size=60), min_size=2, max_size=9), st.integers(0, 60), st.booleans())
def test_usual_reads_are_taken_at_once(messages: list[bytes], cut: int, headers: bool) -> None:
    plain = [b"%d" % n + message.translate(None, b"\r\n$") for n, message in enumerate(messages)]
    stream = b"".join(delivered(n, text, MQTT if headers else b"") for n, text in enumerate(plain, 10))
    part = stream[: len(stream) - cut]
    assert (_agree(part) is not None) == bool(parse(part).frames)


def _agree(part: bytes) -> alike.Alike | None:
    found = take_alike(part, MARKER)
    if found is None:
        return None
    parsed = parse(part)
    frames = parsed.frames[: len(found.deliveries)]
    assert part[found.taken :] == parsed.rest or len(parsed.frames) > len(frames)
    assert found.deliveries.subjects == [frame.subject for frame in frames]
    assert found.deliveries.headers == [frame.headers for frame in frames]
    assert found.deliveries.payloads == [frame.payload for frame in frames]
    acks = parse_acks([frame.reply for frame in frames if frame.reply])
    assert found.deliveries.seq.tolist() == acks.stream_seq
    assert found.deliveries.received_ms.tolist() == acks.received_ms
    assert found.consumer_seq.tolist() == acks.consumer_seq
    assert found.last_reply == frames[-1].reply
    return found


def test_the_longer_reply_of_a_cluster() -> None:
    stream = b"".join(delivered(n, b"{}", MQTT, tail=b".Xt0k") for n in range(10, 20))
    found = take_alike(stream, MARKER)
    assert found is not None
    assert found.deliveries.seq.tolist() == list(range(105, 115))
    assert found.last_reply.endswith(b".5.Xt0k")


@pytest.mark.parametrize(
    "stream",
    [
        delivered(10, b"{}") + b"PING\r\n" + delivered(11, b"{}"),
        delivered(10, b"{}") + delivered(11, b"{}", MQTT),
        delivered(10, b"{}", MQTT) + delivered(11, b"{}", OTHER),
        delivered(10, b"{}").replace(b"3 $JS", b"3 $XX") + delivered(11, b"{}"),
        delivered(10, b"{}").replace(CONSUMER.encode(), b"somebody-else") + delivered(11, b"{}"),
        delivered(10, b"{}").replace(b" 2\r\n", b" 3\r\n") + delivered(11, b"{}"),
        delivered(99, b"{}") + delivered(100, b"{}"),  # its number has grown a digit within the read
        delivered(10, b"{}").replace(b".10.178", b".1x.178") + delivered(11, b"{}"),
        b"HMSG lantu.p.d.telemetry 3 x 28 28\r\nNATS/1.0 100 Idle Heartbeat\r\n\r\n\r\n"
        + delivered(11, b"{}"),
        b"-ERR 'Stale Connection'\r\n",
    ],
)
def test_whatever_differs_is_left_to_the_other_way(stream: bytes) -> None:
    assert take_alike(stream, MARKER) is None


def test_columns_are_cut_and_joined() -> None:
    stream = b"".join(delivered(n, b"%d" % n) for n in range(10, 20))
    found = take_alike(stream, MARKER)
    assert found is not None
    batch = found.deliveries
    assert [one.seq for one in batch.after(110)] == list(range(111, 115))
    assert batch.after(104) is batch
    again = batch.part(0, 4) + batch.part(4, 10)
    assert [one.payload for one in again] == [one.payload for one in batch]
    assert np.array_equal(again.seq, batch.seq)
