"""Binary COPY of vectors, encoded and decoded by numpy a whole batch at a time (no Python work per row)."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
POSTGRES_EPOCH_MS = 946_684_800_000
INT2_OID, FLOAT4_OID = 21, 700
LOOK_AHEAD = 512


class Vectors(NamedTuple):
    """Rows of one width: device_id int32 (n,), ts_ms int64 (n,), v float32 (n, w), q int8 (n, w) or None = all normal."""

    device_id: np.ndarray
    ts_ms: np.ndarray
    v: np.ndarray
    q: np.ndarray | None


class NullInVector(Exception):
    """A vector holds NULL instead of NaN: somebody wrote it by hand. Ask again with array_replace."""


def _array(name: str, element: str, width: int) -> list[tuple]:
    """Fields of an array of fixed width in PostgreSQL's binary form, the length of the whole first."""
    each = np.dtype([("length", ">i4"), ("value", element)])
    head = [(f"{name}_{field}", ">i4") for field in ("bytes", "ndim", "flags", "oid", "size", "lower")]
    return [*head, (name, each, (width,))]


def _fill_array(rows: np.ndarray, name: str, values: np.ndarray, oid: int) -> None:
    width, each = values.shape[1], rows[name]["value"].dtype.itemsize
    rows[f"{name}_bytes"], rows[f"{name}_ndim"], rows[f"{name}_flags"] = 20 + (4 + each) * width, 1, 0
    rows[f"{name}_oid"], rows[f"{name}_size"], rows[f"{name}_lower"] = oid, width, 1
    rows[name]["length"] = each
    rows[name]["value"] = values


def encode_rows(
    device_id: np.ndarray,
    ts_ms: np.ndarray,
    received_ms: np.ndarray,
    vectors: np.ndarray,
    quality: np.ndarray | None,
) -> bytes:
    """Rows (device_id, ts, received_at, v, q) without header and trailer.

    ``vectors`` (n, width) float, NaN stays NaN; times int64 unix ms; ``quality`` (n, width) or None for NULL.
    """
    width = vectors.shape[1]
    last = [("q_bytes", ">i4")] if quality is None else _array("q", ">i2", width)
    head = [
        ("fields", ">i2"), ("l1", ">i4"), ("device", ">i4"), ("l2", ">i4"), ("ts", ">i8"), ("l3", ">i4"),
        ("received", ">i8"),
    ]  # fmt: skip
    rows = np.empty(len(device_id), np.dtype([*head, *_array("v", ">f4", width), *last]))
    rows["fields"], rows["l1"], rows["l2"], rows["l3"] = 5, 4, 8, 8
    rows["device"] = device_id
    rows["ts"] = (ts_ms - POSTGRES_EPOCH_MS) * 1000
    rows["received"] = (received_ms - POSTGRES_EPOCH_MS) * 1000
    _fill_array(rows, "v", vectors, FLOAT4_OID)
    if quality is None:
        rows["q_bytes"] = -1
    else:
        _fill_array(rows, "q", quality, INT2_OID)
    return rows.tobytes()


def _vector_type(width: int, with_quality: bool) -> np.dtype:
    """A row (device_id int4, ts timestamptz, v real[width], q smallint[width] or NULL) as COPY sends it."""
    head = [("fields", ">i2"), ("l1", ">i4"), ("device", ">i4"), ("l2", ">i4"), ("ts", ">i8")]
    last = _array("q", ">i2", width) if with_quality else [("q_bytes", ">i4")]
    return np.dtype([*head, *_array("v", ">f4", width), *last])


def decode_rows(raw: bytes) -> list[Vectors]:
    """Read a COPY of (device_id, ts, v, q) in runs of equal shape, in the order of the rows.

    Raises NullInVector, or ValueError for anything else that is not such a COPY.
    """
    if not raw.startswith(HEADER[:11]) or not raw.endswith(TRAILER):
        raise ValueError("not a whole binary COPY")
    at, end, found = len(HEADER), len(raw) - len(TRAILER), []
    while at < end:
        kind = _shape_at(raw, at)
        # Most days are one run; a quality that comes and goes makes many short ones, so look ahead in growing steps.
        count, ahead = 1, LOOK_AHEAD
        while True:
            upto = min((end - at) // kind.itemsize, count + ahead)
            rows = np.frombuffer(raw, kind, upto - count, at + count * kind.itemsize)
            same = _same_shape(rows, kind)
            alike = len(rows) if same.all() else int(np.argmin(same))
            count += alike
            if alike < len(rows) or not len(rows):
                break
            ahead *= 4
        rows = np.frombuffer(raw, kind, count, at)
        found.append(
            Vectors(
                rows["device"].astype(np.int32),
                rows["ts"].astype(np.int64) // 1000 + POSTGRES_EPOCH_MS,
                rows["v"]["value"].astype(np.float32),
                rows["q"]["value"].astype(np.int8) if "q" in (kind.names or ()) else None,
            )
        )
        at += count * kind.itemsize
    return found


def _shape_at(raw: bytes, at: int) -> np.dtype:
    v_bytes, ndim, flags, _oid, width = struct.unpack_from(">iiiii", raw, at + 22)
    if flags:
        raise NullInVector
    if ndim != 1 or v_bytes != 20 + 8 * width:
        raise ValueError("a vector that is not a plain one")
    q_bytes = struct.unpack_from(">i", raw, at + 26 + v_bytes)[0]
    if q_bytes == -1:
        return _vector_type(width, False)
    q_flags, _oid, q_width = struct.unpack_from(">iii", raw, at + 34 + v_bytes)
    if q_flags:
        raise NullInVector
    if q_width != width:
        raise ValueError("quality and values of different length")
    return _vector_type(width, True)


def _same_shape(rows: np.ndarray, kind: np.dtype) -> np.ndarray:
    """Whether each row, read as ``kind``, really is of that shape."""
    width = kind["v"].shape[0]
    same = (rows["fields"] == 4) & (rows["l1"] == 4) & (rows["l2"] == 8) & (rows["v_ndim"] == 1)
    same &= (rows["v_bytes"] == 20 + 8 * width) & (rows["v_flags"] == 0) & (rows["v_size"] == width)
    if "q" in (kind.names or ()):
        return same & (rows["q_bytes"] == 20 + 6 * width) & (rows["q_flags"] == 0) & (rows["q_size"] == width)
    return same & (rows["q_bytes"] == -1)
