"""Rows with arrays, to and from PostgreSQL in binary: numpy on our side, no list of Python numbers in between."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format

from lantu.monitoring.telemetry.copying import HEADER, POSTGRES_EPOCH_MS, TRAILER

POSTGRES_EPOCH = date(2000, 1, 1)
# Element OID and big-endian element of each numpy type that stands in our arrays; and the OID of the array.
ELEMENTS = {
    "int16": (21, ">i2", 1005), "int32": (23, ">i4", 1007), "float32": (700, ">f4", 1021), "float64": (701, ">f8", 1022),
}  # fmt: skip


def _loader(element: str) -> type[Loader]:
    each = np.dtype([("length", ">i4"), ("value", element)])
    native = np.dtype(element).newbyteorder("=")

    class ArrayLoader(Loader):
        format = Format.BINARY

        def load(self, data: Buffer) -> Any:
            ndim, flags = struct.unpack_from(">ii", data, 0)
            if ndim == 0:
                return np.zeros(0, native)
            if ndim != 1 or flags:
                raise ValueError("only plain arrays without NULL are kept here")
            size = struct.unpack_from(">i", data, 12)[0]
            return np.frombuffer(data, each, size, 20)["value"].astype(native)

    return ArrayLoader


LOADERS = {oid: _loader(element) for _oid, element, oid in ELEMENTS.values()}


@contextmanager
def binary_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of Django's connection whose number arrays arrive as numpy arrays. Errors become Django's."""
    connection.ensure_connection()
    # Not the connection's own cursor: that binds parameters on our side and cannot receive binary values.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = Format.BINARY
        for oid, loader in LOADERS.items():
            cursor.adapters.register_loader(oid, loader)
        yield cursor


def copy_out(query: str) -> bytes:
    """All bytes of a binary COPY of this query."""
    with binary_cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(bytes(block) for block in copy)


def copy_in(table: str, columns: Sequence[str], rows: list[bytes]) -> None:
    """COPY encoded rows (see :func:`encode`) into a table."""
    if not rows:
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with binary_cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"".join([HEADER, *rows, TRAILER]))


def int4(value: int) -> bytes:
    return struct.pack(">ii", 4, value)


def int8(value: int) -> bytes:
    return struct.pack(">iq", 8, value)


def real(value: float | None) -> bytes:
    return NULL if value is None else struct.pack(">if", 4, value)


def double(value: float) -> bytes:
    return struct.pack(">id", 8, value)


def day(value: date) -> bytes:
    return struct.pack(">ii", 4, (value - POSTGRES_EPOCH).days)


def moment(ms: int) -> bytes:
    return struct.pack(">iq", 8, (ms - POSTGRES_EPOCH_MS) * 1000)


NULL = struct.pack(">i", -1)


def array(values: np.ndarray | None) -> bytes:
    """An int16, int32, float32 or float64 array; None is NULL."""
    if values is None:
        return NULL
    oid, element, _array_oid = ELEMENTS[values.dtype.name]
    each = np.empty(len(values), np.dtype([("length", ">i4"), ("value", element)]))
    each["length"] = values.dtype.itemsize
    each["value"] = values
    return struct.pack(">iiiiii", 20 + each.nbytes, 1, 0, oid, len(values), 1) + each.tobytes()


def encode(*fields: bytes) -> bytes:
    """One row of encoded fields."""
    return struct.pack(">h", len(fields)) + b"".join(fields)
