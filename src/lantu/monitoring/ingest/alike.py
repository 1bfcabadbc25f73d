"""Many deliveries of one shape, taken out of the bytes of the socket all at once.

A busy stream sends nothing but MSG or HMSG lines of one consumer, each with the same headers (those of the MQTT
listener) and a reply that differs in a few numbers of known length. Then line ends and numbers are found by numpy for
the whole read; word by word in Python costs more than storing the readings. Whatever differs in anything is left to
wire.py and reader.py, which take each frame apart by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lantu.monitoring.ingest.deliveries import Deliveries, Ints

# Below this many bytes the other way is quicker.
WORTH_BYTES = 12_000
_NEWLINE, _RETURN, _DOLLAR, _DOT, _ZERO = b"\n\r$.0"
# A double holds these without loss.
_MOST_DIGITS = 15
_MS_DIGITS, _NS_DIGITS = 13, 19
_SIZE_DIGITS = 7
_AT_ONCE = 1_000


class Alike(NamedTuple):
    """Deliveries with their consumer's own count, the reply of the last one, and how many bytes they took."""

    deliveries: Deliveries
    consumer_seq: Ints
    last_reply: bytes
    taken: int


def take_alike(buffer: bytes, marker: bytes) -> Alike | None:
    """Every whole message of ``buffer``, or None when they are not all alike.

    ``marker``: how each reply begins, up to the first number that changes. It holds the consumer's random name, which
    nobody outside knows: where it stands once in each message, no payload passes for one.
    """
    if len(buffer) < WORTH_BYTES:
        return None
    headers = _first_headers(buffer)
    data = np.frombuffer(buffer, np.uint8)
    newlines = np.flatnonzero(data == _NEWLINE)
    lines = 2 + headers.count(b"\n")
    count = len(newlines) // lines
    if not count:
        return None
    ends = newlines[: count * lines].reshape(count, lines)
    taken = int(ends[-1, -1]) + 1
    marks = np.flatnonzero(data[:taken] == _DOLLAR)
    if len(marks) != count or buffer.count(marker, 0, taken) != count:
        return None
    starts = np.concatenate(([0], ends[:-1, -1] + 1))
    kind = b"HMSG " if headers else b"MSG "
    if not ((marks > starts) & (marks < ends[:, 0])).all() or not _stands(data, starts, kind):
        return None
    if headers and not _stands(data, ends[:, 0] + 1, headers):
        return None
    first, last = ends[:, -2] + 1, ends[:, -1] - 1
    if not (data[last] == _RETURN).all() or not _sizes_fit(data, ends[:, 0] - 2, len(headers) + last - first):
        return None
    numbers = _numbers(buffer, data, marks + len(marker), ends[:, 0])
    if numbers is None:
        return None
    seq, consumer_seq, received_ms = numbers
    # "subject sid reply": the sid is ours and stays the same.
    sid = buffer[: int(marks[0])].split(b" ")[2]
    return Alike(
        Deliveries(
            seq,
            received_ms,
            _cut(buffer, starts + len(kind), marks - len(sid) - 2),
            [headers or None] * count,
            _cut(buffer, first, last),
        ),
        consumer_seq,
        buffer[int(marks[-1]) : int(ends[-1, 0])].split(b" ", 1)[0],
        taken,
    )


def _first_headers(buffer: bytes) -> bytes:
    """The header block of the first message, b"" when it has none (or not all of it is there)."""
    if not buffer.startswith(b"HMSG "):
        return b""
    start = buffer.find(b"\n") + 1
    return buffer[start : buffer.find(b"\r\n\r\n", start) + 4]


def _stands(data: np.ndarray, at: Ints, text: bytes) -> bool:
    """Whether ``text`` stands at every one of these places."""
    found = _runs(data, at, len(text))
    return found is not None and bool((found == np.frombuffer(text, np.uint8)).all())


def _runs(data: np.ndarray, at: Ints, width: int) -> np.ndarray | None:
    """The ``width`` bytes from each of these places on, uint8[n, width]; None where the data ends before."""
    if int(at[-1]) + width > len(data):
        return None
    every = np.ndarray((len(data) - width + 1, width), np.uint8, data, strides=(1, 1))
    return every[at]


def _sizes_fit(data: np.ndarray, at: Ints, expected: Ints) -> bool:
    """Whether the number whose last digit stands at ``at`` is the expected one, everywhere."""
    value, scale, alive = np.zeros(len(at), np.int64), 1, np.ones(len(at), bool)
    for back in range(_SIZE_DIGITS):
        digit = data[at - back] - np.uint8(_ZERO)  # wraps: what is no digit becomes large
        alive &= digit < 10
        if not alive.any():
            break
        value += np.where(alive, digit, 0).astype(np.int64) * scale
        scale *= 10
    return bool((value == expected).all())


def _numbers(buffer: bytes, data: np.ndarray, at: Ints, ends: Ints) -> tuple[Ints, Ints, Ints] | None:
    """Stream sequence, consumer sequence and receipt (ms) of every reply; None where their lengths differ."""
    words = [buffer[int(at[n]) : int(ends[n])].split(b".", 3)[:3] for n in (0, -1)]
    lengths = [list(map(len, found)) for found in words]
    seq, consumer, receipt = lengths[0] if len(lengths[0]) == 3 else (0, 0, 0)
    # Both counts only rise: equal lengths at both ends are equal lengths everywhere.
    if lengths[0] != lengths[1] or receipt != _NS_DIGITS or not 0 < max(seq, consumer) <= _MOST_DIGITS:
        return None
    width = seq + consumer + 2 + receipt
    digits = _runs(data, at, width + 1)
    if digits is None or not (digits[:, [seq, seq + consumer + 1, width]] == _DOT).all():
        return None
    weights = np.zeros((width, 3))
    spans = ((0, seq), (seq + 1, consumer), (seq + consumer + 2, _MS_DIGITS))
    for column, (start, length) in enumerate(spans):
        weights[start : start + length, column] = 10.0 ** np.arange(length - 1, -1, -1)
    read = np.flatnonzero(weights.any(axis=1))
    numeric = digits[:, read] - np.uint8(_ZERO)
    if not (numeric < 10).all():
        return None
    found = np.empty((len(at), 3), np.int64)
    # In pieces that stay in the processor's cache.
    for start in range(0, len(at), _AT_ONCE):
        found[start : start + _AT_ONCE] = numeric[start : start + _AT_ONCE] @ weights[read]
    return found[:, 0], found[:, 1], found[:, 2]


def _cut(buffer: bytes, starts: Ints, stops: Ints) -> list[bytes]:
    return [buffer[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
