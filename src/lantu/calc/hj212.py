"""HJ 212: the packets of environmental data loggers. Framing, check sum, reading and writing; no socket, no clock.

Source: HJ 212-2017 (clauses, tables and annexes as cited), HJ/T 212-2005 and HJ 212-2025 where the flag byte differs.

    packet  = "##" LEN(4 digits) SEGMENT CRC(4 hex digits) CR LF
    SEGMENT = QN=…;ST=…;CN=…;PW=…;MN=…;Flag=…;[PNUM=…;PNO=…;]CP=&&DataTime=…;a34002-Rtd=66.0,a34002-Flag=N&&

What real loggers do besides, and what is therefore taken: no or several line ends, or the four characters \\r\\n as text;
check sums in lower case, byte-swapped or of MODBUS (as a setting, see CrcMode); no QN, no Flag; MN of 5 to 24 characters;
"," for ";" before MN or after DataTime; a ";" before the closing &&; blanks; LA-td for LA-Rtd; LA-Rtd-Rtd.
Not taken: a length that is not four digits, a frame without its announced bytes, a segment without CN, MN or CP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum

CHINA = timezone(timedelta(hours=8))
LENGTH, CRC = 4, 4
MAX_SEGMENT = 4096  # the standard says 1024; larger ones occur
MAX_BUFFER = 64 * 1024
# A head is "##" and a length that can be; what only begins like one is junk, and given out in one piece.
_HEAD = re.compile(rb"##([0-3][0-9]{3}|40[0-8][0-9]|409[0-6])")
_PART_OF_HEAD = re.compile(rb"##?[0-9]{0,3}\Z")
# What may stand between packets: line ends, blanks, and a line end written out as text, in any pieces.
_ENDS = b" \t\r\n\x00\\rn"


class Malformed(ValueError):
    """A segment that cannot be read. The text says what is missing."""


class CrcMode(StrEnum):
    """Which check sum a logger sends: the standard's, that with its bytes swapped, MODBUS', or one that is not checked."""

    STD = "std"
    SWAPPED = "swapped"
    MODBUS = "modbus"
    OFF = "off"


def _shift(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register


_TABLE = tuple(_shift(value) for value in range(256))


_HIGH = bytes(word >> 8 for word in _TABLE)


def crc(segment: bytes) -> int:
    """Check sum of annex A. Not CRC-16/MODBUS: the low byte is thrown away before each byte is added.

    So only 256 values occur, and the register between two bytes is one byte. Vectors: b"" → 0xFFFF, b"123456789" → 0x2F80.
    """
    if not segment:
        return 0xFFFF
    high = 0xFF
    for byte in segment[:-1]:
        high = _HIGH[high ^ byte]
    return _TABLE[high ^ segment[-1]]


def crc_modbus(segment: bytes) -> int:
    """CRC-16/MODBUS, which some makers took instead. b"123456789" → 0x4B37."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ _TABLE[(register ^ byte) & 0xFF]
    return register


def crc_text(segment: bytes, mode: CrcMode = CrcMode.STD) -> bytes:
    """Four hex digits as a packet carries them, high byte first. OFF writes the standard's."""
    if mode is CrcMode.MODBUS:
        return b"%04X" % crc_modbus(segment)
    value = crc(segment)
    if mode is CrcMode.SWAPPED:
        value = (value & 0xFF) << 8 | value >> 8
    return b"%04X" % value


def crc_fits(segment: bytes, given: bytes, mode: CrcMode) -> bool:
    """Whether four received characters are the check sum of the segment; upper or lower case."""
    return mode is CrcMode.OFF or given.upper() == crc_text(segment, mode)


def modes_that_fit(segment: bytes, given: bytes) -> list[CrcMode]:
    """The settings under which this packet would be right: the hint for whoever sets up a station."""
    return [m for m in (CrcMode.STD, CrcMode.SWAPPED, CrcMode.MODBUS) if crc_fits(segment, given, m)]


@dataclass(frozen=True, slots=True)
class Frame:
    """One framed packet: ``raw`` as it came, the ``segment`` and the four characters of the check sum."""

    raw: bytes
    segment: bytes
    crc: bytes


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no packet. ``why``: no_header | bad_length | bad_check; for bad_check the frame is there too."""

    raw: bytes
    why: str
    frame: Frame | None = None


class Framer:
    """Cuts a byte stream into packets. Keeps at most one incomplete packet (MAX_SEGMENT + 10 bytes)."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = b""

    @property
    def pending(self) -> int:
        """Bytes of the packet that is not complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes, check: Callable[[Frame], bool]) -> Iterable[Frame | Garbage]:
        """Complete packets that pass ``check``, and what lies between them.

        A frame that fails the check is given out as garbage; if another "##" with a length stands inside it, reading goes
        on there: a damaged length must not swallow the packets behind it.
        """
        buffer = self._buffer + data
        self._buffer = b""
        at, size = 0, len(buffer)
        while at < size:
            head = _HEAD.search(buffer, at)
            if head is None:
                # The end may be the first part of a head.
                keep = _PART_OF_HEAD.search(buffer, max(at, size - 5))
                rest = keep.start() if keep else size
                yield from _junk(buffer[at:rest])
                self._buffer = buffer[rest:]
                return
            start = head.start()
            yield from _junk(buffer[at:start])
            end = head.end() + int(head.group(1)) + CRC
            if end > size:
                self._buffer = buffer[start:]
                return
            raw = buffer[start:end]
            frame = Frame(raw, raw[2 + LENGTH : -CRC], raw[-CRC:])
            if check(frame):
                yield frame
                at = end
                continue
            inner = _HEAD.search(raw, 2) or _PART_OF_HEAD.search(raw, max(2, len(raw) - 5))
            at = start + inner.start() if inner else end
            yield Garbage(buffer[start:at], "bad_check", None if inner else frame)


def _junk(data: bytes) -> Iterable[Garbage]:
    if data.strip(_ENDS):
        yield Garbage(data, "bad_length" if data.startswith(b"##") else "no_header")


@dataclass(frozen=True, slots=True)
class Flag:
    """The flag byte, table 3: version in the upper six bits, D (split) and A (answer wanted) in the lower two."""

    version: int
    split: bool
    answer: bool

    VERSIONS = {0: 2005, 1: 2017, 2: 2025}

    @classmethod
    def of(cls, number: int) -> Flag:
        """From the number in the packet, 0 … 255."""
        return cls(number >> 2, bool(number & 2), bool(number & 1))

    def __int__(self) -> int:
        return self.version << 2 | self.split << 1 | self.answer

    @property
    def year(self) -> int | None:
        """Year of the standard; None for a version that nobody defined."""
        return self.VERSIONS.get(self.version)


@dataclass(frozen=True, slots=True)
class Packet:
    """One segment, read. ``pw`` is kept out of repr: it must never reach a log.

    fields: CP items that are no factor (DataTime, RtdInterval, QnRtn …); factors: code → suffix → text, for instance
    {"a34002": {"Rtd": "66.0", "Flag": "N"}}. ``flag`` is None when the packet has none (2005 style).
    """

    cn: str
    mn: str
    st: str = ""
    qn: str = ""
    pw: str = field(default="", repr=False)
    flag: Flag | None = None
    pnum: int = 0
    pno: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    factors: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def data_time(self) -> str:
        """DataTime as written, "" when there is none."""
        return self.fields.get("DataTime", "")

    @property
    def wants_answer(self) -> bool:
        """Bit A of the flag."""
        return self.flag is not None and self.flag.answer


_CP = re.compile(r"CP=&&(.*?)&&", re.S)
_DECIMAL = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?", re.ASCII)
_WORD = re.compile(r"[;,]")
_TYPED = {"td": "Rtd", "RTD": "Rtd", "rtd": "Rtd", "AVG": "Avg", "avg": "Avg", "MAX": "Max", "MIN": "Min", "FLAG": "Flag", "flag": "Flag"}  # fmt: skip


def parse(segment: bytes) -> Packet:
    """Read a segment. Raises Malformed without CN, MN (may be empty) or CP, or with numbers that are none."""
    text = segment.decode("utf-8", "replace")
    found = _CP.search(text)
    if found is None:
        raise Malformed("no CP=&&…&&")
    head: dict[str, str] = {}
    for word in _WORD.split(text[: found.start()]):
        name, equals, value = word.partition("=")
        if equals:
            head[name.strip()] = value.strip()
    if "MN" not in head:
        raise Malformed("no MN")
    if not re.fullmatch(r"[0-9]{4}", head.get("CN", ""), re.ASCII):
        raise Malformed(f"CN = {head.get('CN', '')[:20]!r}")
    flag = _number(head, "Flag", 255)
    fields, factors = _parse_cp(found.group(1))
    return Packet(
        cn=head["CN"],
        mn=head["MN"],
        st=head.get("ST", ""),
        qn=head.get("QN", ""),
        pw=head.get("PW", ""),
        flag=None if flag is None else Flag.of(flag),
        pnum=_number(head, "PNUM", 9999) or 0,
        pno=_number(head, "PNO", 9999) or 0,
        fields=fields,
        factors=factors,
    )


def _number(head: dict[str, str], name: str, limit: int) -> int | None:
    text = head.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or int(text) > limit:
        raise Malformed(f"{name} = {text[:20]!r}")
    return int(text)


def _parse_cp(content: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    fields: dict[str, str] = {}
    factors: dict[str, dict[str, str]] = {}
    # Items are parted by ";" and their values by ","; since every value bears its full name, both may be read alike.
    for word in _WORD.split(content):
        name, equals, value = word.partition("=")
        name = name.strip()
        if not equals or not name:
            continue
        code, dash, suffix = name.partition("-")
        if not dash:
            fields.setdefault(name, value.strip())
            continue
        suffix = suffix.partition("-")[0]  # LA-Rtd-Rtd
        factors.setdefault(code, {}).setdefault(_TYPED.get(suffix, suffix), value.strip())
    return fields, factors


def number(text: str) -> float:
    """A value of a factor. Raises Malformed for what is no finite decimal number ("--", "nan", "1_0", "")."""
    if not _DECIMAL.fullmatch(text):
        raise Malformed(f"{text[:24]!r} is no number")
    return float(text)


def parse_time(text: str) -> datetime:
    """YYYYMMDDhhmmss[zzz] in China's time. Raises Malformed for what is no moment (hj212 loggers send 00 as month)."""
    if not (text.isascii() and text.isdigit()) or len(text) not in (14, 17):
        raise Malformed(f"time {text[:24]!r}")
    try:
        # Not strptime: it takes five times as long, and this is done for every packet.
        moment = datetime(
            int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:14]),
            tzinfo=CHINA,
        )  # fmt: skip
    except ValueError as error:
        raise Malformed(f"time {text[:24]!r}") from error
    return moment + timedelta(milliseconds=int(text[14:] or 0))


def time_text(moment: datetime, *, millis: bool = False) -> str:
    """A moment as DataTime (14 digits) or QN (17 digits)."""
    local = moment.astimezone(CHINA)
    return local.strftime("%Y%m%d%H%M%S") + (f"{local.microsecond // 1000:03d}" if millis else "")


def frame(segment: bytes, mode: CrcMode = CrcMode.STD) -> bytes:
    """Put head, length, check sum and line end round a segment. Raises ValueError for one that is too long."""
    if len(segment) > MAX_SEGMENT:
        raise ValueError(f"segment of {len(segment)} bytes")
    return b"##%04d%s%s\r\n" % (len(segment), segment, crc_text(segment, mode))


def build(
    *,
    cn: str,
    mn: str,
    st: str = "91",
    qn: str = "",
    pw: str = "",
    flag: int | None = 4,
    content: str = "",
    pnum: int = 0,
    pno: int = 0,
    mode: CrcMode = CrcMode.STD,
) -> bytes:
    """A whole packet. ``content`` stands between the && of CP; PNUM and PNO are written when ``pnum`` is set."""
    words = [f"QN={qn}"] if qn else []
    words += [f"ST={st}", f"CN={cn}", f"PW={pw}", f"MN={mn}"]
    if flag is not None:
        words.append(f"Flag={flag}")
    if pnum:
        words += [f"PNUM={pnum}", f"PNO={pno}"]
    words.append(f"CP=&&{content}&&")
    return frame(";".join(words).encode(), mode)


def split_content(items: Iterable[str], limit: int = 950) -> list[str]:
    """Items of a CP in as few contents of at most ``limit`` bytes as their order allows (6.3.3.1)."""
    contents: list[list[str]] = [[]]
    size = 0
    for item in items:
        added = len(item.encode()) + 1
        if contents[-1] and size + added > limit:
            contents.append([])
            size = 0
        contents[-1].append(item)
        size += added
    return [";".join(content) for content in contents]
