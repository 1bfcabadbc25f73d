"""A decoded batch as the store and the rules take it, and how its parts come together in order of arrival."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lantu.monitoring.ingest.contract import Rejected
from lantu.monitoring.ingest.deliveries import Deliveries, Ints
from lantu.monitoring.ingest.shapes import Taken


class Columns(NamedTuple):
    """What the store and the rules work on: checked rows with at least one accepted value.

    place int64 (n,): the device's place in the registry; ts_ms, received_ms int64 (n,); row, at int64 (m,) and value
    float64 (m,), in order of arrival; quality int8 (m,), see telemetry/quality.py; rejected: messages or parts of
    messages for quarantine.
    """

    place: Ints
    ts_ms: Ints
    received_ms: Ints
    row: Ints
    at: Ints
    value: np.ndarray
    quality: np.ndarray
    rejected: list[Rejected]


def together(deliveries: Deliveries, taken: list[Taken], others: Columns, message: Ints) -> Columns:
    """One batch of what was taken by shape and of what was looked at singly (``message`` int64[n]: of each of its rows)."""
    if not taken:
        return others
    parts = [_of_shape(deliveries, piece) for piece in taken]
    number = np.concatenate([piece.number for piece in taken])
    if len(others.ts_ms):
        parts.append(others)
        number = np.concatenate((number, message))
    first_row = np.cumsum([0, *(len(part.ts_ms) for part in parts)])
    row = np.concatenate([part.row + first for part, first in zip(parts, first_row[:-1], strict=True)])
    place, ts_ms, received_ms, at, value, quality = (
        np.concatenate([part[column] for part in parts]) for column in (0, 1, 2, 4, 5, 6)
    )
    if not (number[1:] >= number[:-1]).all():
        order = np.argsort(number, kind="stable")
        place, ts_ms, received_ms = place[order], ts_ms[order], received_ms[order]
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        row = rank[row]
        by_row = np.argsort(row, kind="stable")
        row, at, value, quality = row[by_row], at[by_row], value[by_row], quality[by_row]
    return Columns(place, ts_ms, received_ms, row, at, value, quality, others.rejected)


def _of_shape(deliveries: Deliveries, piece: Taken) -> Columns:
    rows, width = piece.value.shape
    return Columns(
        piece.place, piece.ts_ms, deliveries.received_ms[piece.number], np.repeat(np.arange(rows), width),
        piece.at.ravel(), piece.value.ravel(), np.zeros(rows * width, np.int8), [],
    )  # fmt: skip
