"""Canonical JSON and a SHA-256 chain over records.

A record's hash covers the hash of the record before it, so that changing, dropping or inserting
one record breaks every later link. The method is the usual linked time-stamping of
Haber and Stornetta (1991); canonical form follows the ideas of RFC 8785 (sorted keys, no
insignificant white space, one spelling per number), reduced to the values we store.

The canonical form survives a round trip through PostgreSQL ``jsonb``: an integral float is
written as an integer (``jsonb`` turns ``1e16`` into ``10000000000000000`` and ``-0.0`` into
``0.0``), and dates, decimals and UUIDs become strings in exactly one way.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

GENESIS = "0" * 64
"""What the first record of a chain names as its predecessor."""

_HEX = frozenset("0123456789abcdef")


def plain(value: object) -> object:
    """Turn ``value`` into JSON-ready data: str, int, float, bool, None, list, dict with str keys.

    Idempotent: ``plain(plain(x)) == plain(x)``, so that a stored payload hashes like the original.
    Datetimes become ISO 8601 in UTC with microseconds, decimals their plain digits.

    Raises ``ValueError`` for NaN, infinities and naive datetimes, ``TypeError`` for other types.
    """
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | str() | int():
            return value
        case float():
            return _plain_float(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} has no canonical form")
            return format(value, "f")
        case datetime():
            return canonical_time(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {_plain_key(key): plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=repr)
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _plain_float(value: float) -> int | float:
    if not math.isfinite(value):
        raise ValueError(f"{value} has no canonical form")
    return int(value) if value.is_integer() else value


def _plain_key(key: object) -> str:
    if isinstance(key, Enum):
        key = key.value
    if not isinstance(key, str):
        raise TypeError(f"a key must be text, not {key!r}")
    return key


def canonical_time(at: datetime) -> str:
    """ISO 8601 in UTC with six digits of microseconds, e.g. ``2026-11-22T01:02:03.000000Z``.

    Raises ``ValueError`` for a naive datetime: its instant is not known.
    """
    if at.utcoffset() is None:
        raise ValueError("a time without zone has no canonical form")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces and no ASCII escapes; see ``plain`` for the types."""
    text = json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def chain_hash(prev_hex: str, fields: Mapping[str, object]) -> str:
    """Hash of a record: SHA-256 over the predecessor's hash, a line feed and canonical JSON.

    ``prev_hex``: 64 lower-case hex digits, or ``""`` / ``GENESIS`` for the first record.
    Returns 64 lower-case hex digits. Raises ``ValueError`` for a malformed ``prev_hex``.
    """
    previous = prev_hex or GENESIS
    if len(previous) != 64 or not _HEX.issuperset(previous):
        raise ValueError("prev_hex must be 64 lower-case hexadecimal digits")
    return hashlib.sha256(previous.encode("ascii") + b"\n" + canonical_json(fields)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Link:
    """One stored record of a chain, as read back for verification."""

    seq: int
    prev_hex: str
    hash_hex: str
    fields: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first place where a chain does not hold.

    ``reason``: ``gap`` (a number is missing), ``broken`` (names another predecessor) or
    ``altered`` (the content no longer gives the stored hash).
    """

    seq: int
    reason: str
    expected: str
    found: str


def first_fault(links: Iterable[Link], *, first_seq: int = 1, prev_hex: str = GENESIS) -> Fault | None:
    """Walk a chain in order of ``seq`` and return its first fault, or ``None`` if it holds.

    Start in the middle by giving the number to expect and the hash before it. Removing the last
    records leaves a shorter chain that holds: compare its head with a stored root (``root_hash``).
    """
    expected_seq, previous = first_seq, prev_hex or GENESIS
    for link in links:
        if link.seq != expected_seq:
            return Fault(seq=expected_seq, reason="gap", expected=str(expected_seq), found=str(link.seq))
        if (link.prev_hex or GENESIS) != previous:
            return Fault(seq=link.seq, reason="broken", expected=previous, found=link.prev_hex)
        computed = chain_hash(previous, link.fields)
        if link.hash_hex != computed:
            return Fault(seq=link.seq, reason="altered", expected=computed, found=link.hash_hex)
        expected_seq, previous = expected_seq + 1, computed
    return None


def root_hash(heads: Mapping[str, tuple[int, str]]) -> str:
    """One printable hash over the heads of all chains: ``{chain: (last seq, last hash)}``.

    Same heads in any order give the same root.
    """
    listing = [[chain, seq, digest] for chain, (seq, digest) in sorted(heads.items())]
    return hashlib.sha256(canonical_json(listing)).hexdigest()
