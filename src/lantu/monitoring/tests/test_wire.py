"""The NATS protocol parser: whole, cut anywhere, and fed with nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantu.monitoring.ingest.reader import ReadBroken, parse_acks
from lantu.monitoring.ingest.wire import (
    Frame,
    ProtocolError,
    encode_headers,
    header_status,
    header_value,
    parse,
    publish_frame,
)

payloads = st.binary(max_size=200)
headers = st.none() | st.dictionaries(
    st.from_regex(r"[A-Za-z-]{1,12}", fullmatch=True),
    st.from_regex(r"[ -9;-~]{0,20}", fullmatch=True),
    max_size=3,
)


def delivered(subject: bytes, payload: bytes, head: dict[str, str] | None) -> bytes:
    """The bytes the server sends for a message."""
    if head is None:
        return b"MSG %s 1 $JS.ACK.x %d\r\n%s\r\n" % (subject, len(payload), payload)
    block = encode_headers(head)
    return b"HMSG %s 1 $JS.ACK.x %d %d\r\n%s%s\r\n" % (
        subject,
        len(block),
        len(block) + len(payload),
        block,
        payload,
    )


@given(st.lists(st.tuples(payloads, headers), max_size=8), st.data())
def test_frames_survive_any_cut(messages: list, data: st.DataObject) -> None:
    stream = b"".join(delivered(b"lantu.p.d.telemetry", payload, head) for payload, head in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    frames: list[Frame] = []
    rest = b""
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        parsed = parse(rest + stream[start:end])
        frames += parsed.frames
        rest = parsed.rest
    assert rest == b""
    assert [frame.payload for frame in frames] == [payload for payload, _ in messages]
    for frame, (_, head) in zip(frames, messages, strict=True):
        for name, value in (head or {}).items():
            assert header_value(frame.headers, name.upper()) is not None or value is not None


@given(st.binary(max_size=300))
def test_nonsense_is_refused_or_kept_for_later(noise: bytes) -> None:
    try:
        parsed = parse(noise)
    except ProtocolError:
        return
    assert len(parsed.rest) <= len(noise)


def test_pings_errors_and_control_frames() -> None:
    parsed = parse(b"PING\r\nPONG\r\n+OK\r\nINFO {}\r\nMSG a 1 0\r\n\r\nMS")
    assert (parsed.pings, parsed.pongs, len(parsed.frames), parsed.rest) == (1, 1, 1, b"MS")
    with pytest.raises(ProtocolError, match="Authorization"):
        parse(b"-ERR 'Authorization Violation'\r\n")
    assert header_status(b"NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\n\r\n") == 408
    assert header_status(b"NATS/1.0\r\nA: b\r\n\r\n") is None


def test_header_and_subject_cannot_be_forged() -> None:
    with pytest.raises(ValueError, match="line break"):
        encode_headers({"Lantu-Source": "http\r\nNats-Rollup: all"})
    with pytest.raises(ValueError, match="white space"):
        publish_frame("lantu.a.b c", b"")


def test_ack_subjects_of_both_kinds() -> None:
    first = b"$JS.ACK.TELEMETRY.c1.1.500.7.1700000000000000000.4"
    second = b"$JS.ACK.TELEMETRY.c1.1.502.8.1700000000001999999.3"
    short = parse_acks([first, second])
    long = parse_acks(
        [
            b"$JS.ACK.hub.ACC.TELEMETRY.c1.1.500.7.1700000000000000000.4.tok",
            b"$JS.ACK.hub.ACC.TELEMETRY.c1.1.502.8.1700000000001999999.3.tok",
        ]
    )
    assert short._replace(marker=long.marker) == long
    assert (short.marker, long.marker) == (b"$JS.ACK.TELEMETRY.c1.1.", b"$JS.ACK.hub.ACC.TELEMETRY.c1.1.")
    assert (short.stream_seq, short.consumer_seq, short.pending) == ([500, 502], [7, 8], 3)
    assert (short.consumers, short.received_ms) == ({b"c1"}, [1_700_000_000_000, 1_700_000_000_001])


@pytest.mark.parametrize(
    "replies",
    [
        [b"$JS.ACK.x.y"],
        [b"$JS.ACK.TELEMETRY.c1.1.x.7.1.3"],
        [b"$JS.ACK.TELEMETRY.c1.1.5.7.1.3", b"$JS.ACK.TELEMETRY.c1.1.5.7.1"],
        [b"$JS.ACK.TELEMETRY.c1.1.5.7.1.3", b"$JS.NAK.TELEMETRY.c1.1.5.7.1.3"],
    ],
)
def test_replies_of_another_shape_end_the_reading(replies: list[bytes]) -> None:
    with pytest.raises(ReadBroken):
        parse_acks(replies)
