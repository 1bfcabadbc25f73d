"""From bytes to numbers: the telemetry contract, checked value by value.

Messages that look like their device's last good one are taken many at a time (shapes.py), the others each by itself
(one typed decode, one look-up for the layout). Whatever that does not understand is read again slowly, so that a
message with one bad channel keeps its good ones and every fault is named. Nothing here raises on input, and no value
vanishes: it is stored or listed as a problem.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import numpy as np

from lantu.monitoring.ingest.checks import (
    FUTURE_MS,
    OLD_MS,
    Problem,
    flags_in_shape,
    time_problem,
    value_problem,
)
from lantu.monitoring.ingest.columns import Columns, together
from lantu.monitoring.ingest.contract import Decoded, Document, Record, Rejected, document_of
from lantu.monitoring.ingest.deliveries import Deliveries, Delivery, Ints
from lantu.monitoring.ingest.held_back import hold_back
from lantu.monitoring.ingest.registry import KnownDevice, Registry
from lantu.monitoring.ingest.shapes import shapes_of, take_shapes
from lantu.monitoring.ingest.wire import header_value
from lantu.monitoring.telemetry.models import Quarantine, Reason
from lantu.monitoring.telemetry.quality import Quality, quality_of

MAX_RECORDS = 5_000
# Readings are kept in single precision.
STORABLE = 1e38
SOURCE_HEADER = "Lantu-Source"
RECEIVED_HEADER = "Lantu-Received-Ms"
# A packet that never became a message comes on lantu.gateway.<protocol>.telemetry; no project has this code.
GATEWAY = "gateway"
REASON_HEADER = "Lantu-Reason"
DETAIL_HEADER = "Lantu-Detail"
DEVICE_HEADER = "Lantu-Device"


def decode_batch(
    registry: Registry, deliveries: Deliveries | Iterable[Delivery], *, limited: bool = True
) -> Columns:
    """Decode and check a batch: every number is in the columns or ``rejected``, with what ``limited`` held back."""
    batch = Deliveries.of(deliveries)
    out = Decoded()
    place = registry.places(batch.subjects)
    free = np.ones(len(batch), bool)
    if limited:
        held, bundles = hold_back(registry, batch, place)
        out.rejected += [Rejected(bundle, source_of(bundle), one, [why]) for one, bundle, why in bundles]
        free = free if held is None else ~held
    telling = {block for block in set(batch.headers) if tells_receipt(block)}
    plain = free & ~np.array([block in telling for block in batch.headers], bool) if telling else free
    taken = take_shapes(registry, batch, place, plain)
    for piece in taken:
        free[piece.number] = False
    for number in np.flatnonzero(free).tolist():
        _take(out, registry, number, batch.at(number))
    others, message = _check_ranges(registry, batch, out)
    return together(batch, taken, others, message)


def _take(out: Decoded, registry: Registry, number: int, delivery: Delivery) -> None:
    """One message, with every doubt about it."""
    device = registry.by_subject.get(delivery.subject)
    if device is None:
        out.rejected.append(_reject_subject(registry, delivery))
        return
    received = _original_receipt(delivery) if tells_receipt(delivery.headers) else delivery.received_ms
    document = document_of(delivery.payload)
    if not _take_message(out, number, device, document, received):
        # Not in contract form as a whole: read it again, slowly, to keep what is good in it.
        out.rejected.extend(_take_slowly(out, number, device, delivery, received))
    elif type(document) is Record and type(document.ts) is int and not document.flags:
        keys = tuple(document.values)
        if None not in document.values.values() and (layout := device.layout(keys)):
            shapes_of(registry).learn(device, keys, layout)


def tells_receipt(headers: bytes | None) -> bool:
    """Whether these headers say when the message first arrived (a replay, a gateway); the MQTT listener's own do not."""
    return headers is not None and RECEIVED_HEADER.encode() in headers


def check_record(registry: Registry, delivery: Delivery) -> list[Problem]:
    """What is wrong with one message, without taking it: the receipt that an HTTP sender gets at once."""
    return [
        problem
        for entry in decode_batch(registry, [delivery], limited=False).rejected
        for problem in entry.problems
    ]


def _take_message(
    out: Decoded, number: int, device: KnownDevice, document: Document | None, received: int
) -> bool:
    """The fast way for a whole message; False, and nothing appended, when it is not for it."""
    if type(document) is Record:
        return _take_fast(out, number, device, document, received)
    records = document if isinstance(document, list) else []
    if not 0 < len(records) <= MAX_RECORDS or not all(_plain(device, record, received) for record in records):
        return False
    for index, record in enumerate(records):
        _take_fast(out, number, device, record, received, index=index)
    return True


def _original_receipt(delivery: Delivery) -> int:
    """A replayed message keeps the time of its first arrival; only our own services can set headers."""
    text = header_value(delivery.headers, RECEIVED_HEADER) or ""
    return int(text) if text.isdigit() and len(text) <= 15 else delivery.received_ms


def _plain(device: KnownDevice, record: Record, received: int) -> bool:
    """True when the fast way may take this record."""
    ts = received if record.ts is None else record.ts
    return (
        record.units is None
        and bool(record.values)
        and received - OLD_MS <= ts <= received + FUTURE_MS
        and device.layout(tuple(record.values)) is not None
        and any(value is not None for value in record.values.values())
    )


def _take_fast(
    out: Decoded, number: int, device: KnownDevice, record: Record, received: int, *, index: int = 0
) -> bool:
    """Append a record whose form needs no second look. False (and nothing appended) otherwise."""
    values = record.values
    ts = record.ts
    if ts is None:
        ts = received
    elif not received - OLD_MS <= ts <= received + FUTURE_MS:
        return False
    if record.units is not None:
        return False
    layout = device.layout(tuple(values))
    if not layout:
        return False
    numbers = list(values.values())
    if record.flags:
        _mark(out, [key for key, number in values.items() if number is not None], record.flags)
    if None in numbers:
        pairs = [(at, number) for at, number in zip(layout, numbers, strict=True) if number is not None]
        if not pairs:
            return False
        layout, numbers = tuple(at for at, _ in pairs), [number for _, number in pairs]
    out.device.append(device)
    out.ts_ms.append(int(ts))
    out.received_ms.append(received)
    out.value_count.append(len(numbers))
    out.value_at.extend(layout)
    out.value.extend(numbers)
    out.message_of_row.append(number)
    out.record_of_row.append(index)
    return True


def _mark(out: Decoded, keys: list[str], flags: dict[str, str]) -> None:
    """Note the quality of the values that are appended next, in the order of ``keys``."""
    first = len(out.value)
    for place, key in enumerate(keys):
        letter = flags.get(key)
        if letter is not None and (quality := quality_of(letter)) is not Quality.NORMAL:
            out.marked[first + place] = quality


def source_of(delivery: Delivery) -> str:
    """Where a message came from; devices cannot set headers, our own services do."""
    return header_value(delivery.headers, SOURCE_HEADER) or Quarantine.Source.MQTT


def _reject_subject(registry: Registry, delivery: Delivery) -> Rejected:
    """Name what is wrong with a subject that belongs to no device in service."""
    words = delivery.subject.decode(errors="replace").split(".")
    if words[1:2] == [GATEWAY] and (reason := header_value(delivery.headers, REASON_HEADER)) in Reason.values:
        detail = unquote(header_value(delivery.headers, DETAIL_HEADER) or "")
        name = unquote(header_value(delivery.headers, DEVICE_HEADER) or "")
        known = registry.by_code.get(name)
        return Rejected(delivery, source_of(delivery), known, [Problem(str(reason), detail)], guess=name)
    device = registry.by_code.get(words[2]) if len(words) == 4 else None
    if len(words) != 4 or words[0] != "lantu" or words[3] != "telemetry":
        problem = Problem(Reason.BAD_TOPIC, delivery.subject.decode(errors="replace")[:200])
    elif device is None:
        problem = Problem(Reason.UNKNOWN_DEVICE, words[2][:40])
    elif device.row.project_code != words[1]:
        problem = Problem(Reason.WRONG_PROJECT, f"{words[1][:40]} ≠ {device.row.project_code}")
    else:
        problem = Problem(Reason.RETIRED_DEVICE, device.row.code)
    return Rejected(delivery, source_of(delivery), device, [problem])


def storable(text: str) -> str:
    """The text as PostgreSQL can keep it: no NUL, no half surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "␀")


def loose_json(payload: bytes) -> Any:
    """Read JSON that may hold NaN, Infinity or huge numbers. Raises ValueError with the place of the fault."""
    try:
        return json.loads(payload.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _take_slowly(
    out: Decoded, number: int, device: KnownDevice, delivery: Delivery, received: int
) -> Iterable[Rejected]:
    """Take what is good, list what is not. Yields nothing when all was good after all."""
    problems: list[Problem] = []
    try:
        document = loose_json(delivery.payload)
    except ValueError as error:
        return [Rejected(delivery, source_of(delivery), device, [Problem(Reason.BAD_JSON, str(error)[:200])])]
    records = document if isinstance(document, list) else [document]
    if not records:
        problems.append(Problem(Reason.EMPTY, "[]"))
    if len(records) > MAX_RECORDS:
        problems.append(Problem(Reason.TOO_LARGE, f"{len(records)} records, {MAX_RECORDS} allowed"))
        records = []
    for index, record in enumerate(records):
        problems.extend(_take_record(out, number, device, record, index=index, received=received))
    return [Rejected(delivery, source_of(delivery), device, problems)] if problems else []


def _take_record(
    out: Decoded, number: int, device: KnownDevice, record: Any, *, index: int, received: int
) -> list[Problem]:
    """Judge one loosely read record value by value."""
    if not isinstance(record, dict) or not isinstance(record.get("values"), dict):
        return [Problem(Reason.BAD_SHAPE, '{"ts": …, "values": {…}} expected', index)]
    ts = record.get("ts")
    problem = time_problem(ts, received, index)
    if problem is not None:
        return [problem]
    units = record.get("units")
    if units is not None and not isinstance(units, dict):
        return [Problem(Reason.BAD_SHAPE, '"units" is not an object', index)]
    flags = record.get("flags")
    if flags is not None and not flags_in_shape(flags):
        return [Problem(Reason.BAD_SHAPE, '"flags" is not an object of letters', index)]
    problems: list[Problem] = []
    kept: list[tuple[str, float]] = []
    for key, value in record["values"].items():
        problem = value_problem(device, key, value, (units or {}).get(key), index)
        if problem is not None:
            problems.append(problem)
        elif value is not None:
            kept.append((key, float(value)))
    if kept:
        _mark(out, [key for key, _ in kept], flags or {})
        out.device.append(device)
        out.ts_ms.append(received if ts is None else int(ts))
        out.received_ms.append(received)
        out.value_count.append(len(kept))
        out.value_at.extend(device.keys[key] for key, _ in kept)
        out.value.extend(value for _, value in kept)
        out.message_of_row.append(number)
        out.record_of_row.append(index)
    elif not problems:
        problems.append(Problem(Reason.EMPTY, "no values", index))
    return problems


def _check_ranges(registry: Registry, deliveries: Deliveries, out: Decoded) -> tuple[Columns, Ints]:
    """Take out values beyond the plausible range of their channel, all at once; also the message of each row left."""
    rows = len(out.device)
    row = np.repeat(np.arange(rows, dtype=np.int64), out.value_count)
    at = np.array(out.value_at, dtype=np.int64)
    value = np.array(out.value, dtype=np.float64)
    quality = np.zeros(len(value), dtype=np.int8)
    if out.marked:
        quality[list(out.marked)] = list(out.marked.values())
    good = (value >= registry.low[at]) & (value <= registry.high[at]) if len(at) else np.zeros(0, dtype=bool)
    if out.marked:
        # A stopped or faulty instrument reports anything, again and again; its mark keeps it out of judgement already.
        good |= (quality != Quality.NORMAL) & (np.abs(value) < STORABLE)
    rejected = out.rejected
    place = np.array([device.index for device in out.device], dtype=np.int64)
    ts = np.array(out.ts_ms, dtype=np.int64)
    received = np.array(out.received_ms, dtype=np.int64)
    message = np.array(out.message_of_row, dtype=np.int64)
    if not good.all():
        rejected = _merge_range_problems(registry, deliveries, out, row=row, at=at, value=value, good=good)
        keep = np.zeros(rows, dtype=bool)
        keep[row[good]] = True
        renumber = np.cumsum(keep) - 1
        row, at, value, quality = renumber[row[good]], at[good], value[good], quality[good]
        place, ts, received, message = place[keep], ts[keep], received[keep], message[keep]
    return Columns(place, ts, received, row, at, value, quality, rejected), message


def _merge_range_problems(
    registry: Registry,
    deliveries: Deliveries,
    out: Decoded,
    *,
    row: np.ndarray,
    at: np.ndarray,
    value: np.ndarray,
    good: np.ndarray,
) -> list[Rejected]:
    """One quarantine entry per message: range faults join what the message was already blamed for."""
    by_seq = {item.delivery.seq: item for item in out.rejected}
    for bad in np.flatnonzero(~good).tolist():
        bad_row, flat = int(row[bad]), int(at[bad])
        number = out.message_of_row[bad_row]
        delivery = deliveries.at(number)
        key = registry.key_at(flat)
        problem = Problem(
            Reason.OUT_OF_RANGE,
            f"{key} = {value[bad]:g}, {registry.low[flat]:g} … {registry.high[flat]:g}",
            out.record_of_row[bad_row],
            key,
        )
        entry = by_seq.get(delivery.seq)
        if entry is None:
            entry = Rejected(delivery, source_of(delivery), out.device[bad_row], [])
            by_seq[delivery.seq] = entry
            out.rejected.append(entry)
        entry.problems.append(problem)
    return out.rejected
