"""Binary COPY of vectors, encoded by numpy a whole batch at a time (no Python work per row)."""

from __future__ import annotations

import struct

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
POSTGRES_EPOCH_MS = 946_684_800_000
FLOAT4_OID = 700


def _row_type(width: int) -> np.dtype:
    """One row (device_id int4, ts timestamptz, received_at timestamptz, v real[width]) as COPY wants it."""
    element = np.dtype([("length", ">i4"), ("value", ">f4")])
    return np.dtype(
        [
            ("fields", ">i2"), ("l1", ">i4"), ("device", ">i4"), ("l2", ">i4"), ("ts", ">i8"),
            ("l3", ">i4"), ("received", ">i8"), ("l4", ">i4"), ("ndim", ">i4"), ("flags", ">i4"),
            ("oid", ">i4"), ("size", ">i4"), ("lower", ">i4"), ("v", element, (width,)),
        ]
    )  # fmt: skip


def encode_rows(
    device_id: np.ndarray, ts_ms: np.ndarray, received_ms: np.ndarray, vectors: np.ndarray
) -> bytes:
    """Rows without header and trailer. ``vectors`` (n, width) float; times int64 unix ms; NaN stays NaN."""
    width = vectors.shape[1]
    rows = np.empty(len(device_id), _row_type(width))
    rows["fields"], rows["l1"], rows["l2"], rows["l3"], rows["l4"] = 4, 4, 8, 8, 20 + 8 * width
    rows["device"] = device_id
    rows["ts"] = (ts_ms - POSTGRES_EPOCH_MS) * 1000
    rows["received"] = (received_ms - POSTGRES_EPOCH_MS) * 1000
    rows["ndim"], rows["flags"], rows["oid"], rows["size"], rows["lower"] = 1, 0, FLOAT4_OID, width, 1
    rows["v"]["length"] = 4
    rows["v"]["value"] = vectors
    return rows.tobytes()
