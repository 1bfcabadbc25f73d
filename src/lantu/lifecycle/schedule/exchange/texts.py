"""Bytes to text, text to numbers and times: what all readers share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite

from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable

# What a sender may state when the automatic decision is wrong (Python codec names).
ENCODINGS = (
    "utf-8",
    "gb18030",
    "big5",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1256",
    "shift_jis",
    "cp949",
    "utf-16",
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HIGH_RUN = re.compile(rb"[\x80-\xff]+[\x40-\xff]?")
# Two bytes that are an everyday Chinese character or punctuation of GB 2312 (rows 1, 3 and 16 to 55).
_EVERYDAY = re.compile(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]")
CHINESE_SHARE = 0.6
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_STAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?"
)
LARGEST_HOURS = 2_000_000.0
FIRST_YEAR, LAST_YEAR = 1950, 2200
# A schedule repeats its dates and hours: most texts have been read before.
KEPT = 32_768


def refuse(code: str, detail: str, remedy: str) -> Unacceptable:
    """A refusal about the file as a whole."""
    return Unacceptable(f"lifecycle.schedule_file_{code}", detail, remedy=remedy, field="file")


@dataclass(frozen=True)
class Decoded:
    """``why``: stated, bom, zeros, ascii, utf8, chinese or western. ``replaced``: bytes that the code page does not have."""

    text: str
    encoding: str
    why: str
    replaced: int = 0


def decode(content: bytes, stated: str = "") -> Decoded:
    """The text of a file and the code page that was decided for it. Zero characters, which no database keeps, are left out.

    Order: what the sender stated; a byte order mark; UTF-16 betrayed by its zero bytes; plain ASCII; valid UTF-8;
    GB 18030 where most high bytes pair up to everyday Chinese characters; else Windows-1252, which never fails
    except on five unused bytes. Raises Unacceptable for a stated code page that the bytes contradict.
    """
    found = _decided(content, stated)
    return replace(found, text=found.text.replace("\x00", "")) if "\x00" in found.text else found


def _decided(content: bytes, stated: str) -> Decoded:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _strict(content, "utf-8-sig" if encoding == "utf-8" else encoding, encoding, "bom")
    if stated:
        if stated not in ENCODINGS:
            raise refuse(
                "encoding_unknown", _("不认识的编码“%(name)s”。") % {"name": stated}, _("请选择列出的编码。")
            )
        return _strict(content, stated, stated, "stated")
    sample = content[:4096]
    if len(sample) > 8 and sample.count(0) > len(sample) // 4:
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
        return _strict(content, encoding, "utf-16", "zeros")
    if content.isascii():
        return Decoded(content.decode("ascii"), "ascii", "ascii")
    try:
        return Decoded(content.decode("utf-8"), "utf-8", "utf8")
    except UnicodeDecodeError:
        pass
    if _looks_chinese(content):
        try:
            return Decoded(content.decode("gb18030"), "gb18030", "chinese")
        except UnicodeDecodeError:
            text = content.decode("gb18030", "replace")
            return Decoded(text, "gb18030", "chinese", text.count("\ufffd"))
    text = content.decode("cp1252", "replace")
    return Decoded(text, "cp1252", "western", text.count("\ufffd"))


def _strict(content: bytes, codec: str, name: str, why: str) -> Decoded:
    try:
        return Decoded(content.decode(codec).lstrip("\ufeff"), name, why)
    except UnicodeDecodeError as error:
        if why == "bom":
            text = content.decode(codec, "replace").lstrip("\ufeff")
            return Decoded(text, name, why, text.count("\ufffd"))
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse(
            "encoding",
            _("按 %(name)s 编码读到第 %(line)s 行时遇到无法解释的字节。") % {"name": name, "line": line},
            _("请改选另一种编码，或选“自动判断”。"),
        ) from error


def _looks_chinese(content: bytes) -> bool:
    high = paired = 0
    for run in _HIGH_RUN.finditer(content[: 4 * 2**20]):
        piece = run.group()
        count = sum(byte >= 0x80 for byte in piece)
        high += count
        if count >= 2:
            paired += 2 * len(_EVERYDAY.findall(piece))
    return high > 0 and paired / high >= CHINESE_SHARE


@lru_cache(maxsize=KEPT)
def number(text: str | None) -> float | None:
    """A number as Primavera and Project write it; a decimal comma is understood. None for anything else."""
    if not text:
        return None
    clean = text.strip().replace("\u00a0", "")
    if "," in clean:
        clean = (
            clean.replace(".", "").replace(",", ".")
            if clean.rfind(",") > clean.rfind(".")
            else clean.replace(",", "")
        )
    if not _NUMBER.fullmatch(clean):
        return None
    value = float(clean)
    return value if isfinite(value) else None


@lru_cache(maxsize=KEPT)
def minutes(text: str | None) -> int | None:
    """Hours as text → whole minutes, rounded; None for empty, unreadable or absurd (above 2 million hours)."""
    hours = number(text)
    if hours is None or abs(hours) > LARGEST_HOURS:
        return None
    return round(hours * 60)


@lru_cache(maxsize=KEPT)
def stamp(text: str | None) -> datetime | None:
    """``2026-05-04 08:00`` or ``2026-05-04T08:00:00`` → naive datetime. None for empty or unreadable.

    Years outside 1950 to 2200 are typing errors and no dates. 24:00 is the next midnight. A zone at the end is cut off: schedules live in the local time of their site.
    """
    if not text:
        return None
    found = _STAMP.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        if (hour, minute, second) == (24, 0, 0):
            return datetime(year, month, day) + timedelta(days=1)  # noqa: DTZ001  local time of the file
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None


def clock(text: str | None) -> int | None:
    """``08:00`` or ``08:00:00`` → minute of the day, 24:00 → 1440; None when unreadable."""
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*", text or "")
    if found is None:
        return None
    value = int(found.group(1)) * 60 + int(found.group(2))
    return value if value <= 1440 and int(found.group(2)) < 60 else None


def unreadable(values: Iterable[str], read: Callable[[str], object]) -> list[str]:
    """Those texts that say something which ``read`` cannot make anything of."""
    return [value for value in values if value and read(value) is None]
