"""Frames of JT/T 808: delimiters, escapes, check byte, header of 2013 and 2019, messages sent in parts.

A frame is ``7E | header | body | check | 7E``, big endian; the check byte is the XOR of header and body.
After the check byte is added, 7D becomes 7D 01 and 7E becomes 7D 02. Sources: JT/T 808-2013 and -2019
(layout proved against published vectors, see the tests).
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import xor

MARK = b"\x7e"
MAX_BODY = 1023
# Header 17 + parts 4 + body + check, and every byte of it might be escaped.
MAX_FRAME = 2 * (21 + MAX_BODY + 1)
MAX_PARTS = 64
MAX_OPEN_ASSEMBLIES = 4


class BadFrame(ValueError):
    """Bytes that are no message. ``reason`` is a stable word; ``phone`` what could be read of the sender."""

    def __init__(self, reason: str, detail: str, phone: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.phone = phone


@dataclass(frozen=True)
class Packet:
    """One message, or one part of it (``total`` parts, this is ``part``, both from 1; 1 and 1 when whole).

    version: 2013 or 2019, which of the two headers it had; phone: the terminal's number as digits, with
    the zeros that fill its field; encryption: 0 none, 1 RSA.
    """

    msg_id: int
    phone: str
    serial: int
    body: bytes
    version: int = 2013
    total: int = 1
    part: int = 1
    encryption: int = 0


class Splitter:
    """Cuts a stream of bytes at its delimiters. Keeps at most one unfinished frame, never more than MAX_FRAME.

    Whatever lies between two delimiters is offered: garbage between frames fails its check and the next
    delimiter sets things right again.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._flooded = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Contents of the frames that ``data`` completes, still escaped, without delimiters.

        Raises nothing; an overlong run without delimiter comes out once, cut to MAX_FRAME + 1 bytes.
        """
        first, *others = data.split(MARK)
        yield from self._grow(first)
        for piece in others:
            if self._rest:
                yield self._rest
            self._rest, self._flooded = b"", False
            yield from self._grow(piece)

    def _grow(self, piece: bytes) -> Iterator[bytes]:
        if self._flooded or not piece:
            return
        self._rest += piece[: MAX_FRAME + 1 - len(self._rest)]
        if len(self._rest) > MAX_FRAME:
            self._flooded = True
            yield self._rest
            self._rest = b""


def checksum(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def escape(data: bytes) -> bytes:
    """As sent: 7D → 7D 01 first, then 7E → 7D 02."""
    return data.replace(b"\x7d", b"\x7d\x01").replace(MARK, b"\x7d\x02")


def unescape(data: bytes) -> bytes:
    """As meant. Raises BadFrame for a 7D that nothing sensible follows."""
    head, *others = data.split(b"\x7d")
    out = [head]
    for piece in others:
        if piece[:1] == b"\x01":
            out.append(b"\x7d" + piece[1:])
        elif piece[:1] == b"\x02":
            out.append(MARK + piece[1:])
        else:
            raise BadFrame("escape", f"7D is followed by {piece[:1].hex() or 'nothing'}")
    return b"".join(out)


def digits(bcd: bytes) -> str:
    """BCD as decimal digits. Raises ValueError for a nibble above 9."""
    text = bcd.hex()
    if not text.isdecimal():
        raise ValueError(f"{text} is not BCD")
    return text


def short_phone(phone: str) -> str:
    """The number without the zeros that fill its field: how terminals are registered and compared."""
    return phone.lstrip("0") or "0"


def decode_frame(content: bytes) -> Packet:
    """The packet between two delimiters. Raises BadFrame: oversize, escape, short, checksum, phone, length, parts."""
    if len(content) > MAX_FRAME:
        raise BadFrame("oversize", f"more than {MAX_FRAME} bytes without a delimiter")
    plain = unescape(content)
    if len(plain) < 13:
        raise BadFrame("short", f"{len(plain)} bytes are fewer than a header and its check byte")
    if checksum(plain) != 0:
        raise BadFrame("checksum", f"check byte {plain[-1]:02X}, computed {checksum(plain[:-1]):02X}")
    msg_id, attributes = struct.unpack_from(">HH", plain)
    modern = bool(attributes & 0x4000)
    start = 17 if modern else 12
    if len(plain) < start + 1:
        raise BadFrame("short", f"{len(plain)} bytes are fewer than a header of 2019 and its check byte")
    try:
        phone = digits(plain[5:15] if modern else plain[4:10])
    except ValueError as error:
        raise BadFrame("phone", str(error)) from None
    (serial,) = struct.unpack_from(">H", plain, start - 2)
    total = part = 1
    if attributes & 0x2000:
        if len(plain) < start + 5:
            raise BadFrame("short", "the header announces parts and ends before their numbers", phone)
        total, part = struct.unpack_from(">HH", plain, start)
        start += 4
        if not 1 <= part <= total:
            raise BadFrame("parts", f"part {part} of {total}", phone)
    body = plain[start:-1]
    if len(body) != attributes & 0x3FF:
        raise BadFrame("length", f"declared {attributes & 0x3FF} bytes of body, found {len(body)}", phone)
    return Packet(
        msg_id, phone, serial, body, 2019 if modern else 2013, total, part, (attributes >> 10) & 7
    )  # fmt: skip


def encode_frame(packet: Packet) -> bytes:
    """The frame with its delimiters. Raises ValueError for a body or a phone number that does not fit."""
    if len(packet.body) > MAX_BODY:
        raise ValueError(f"a body has at most {MAX_BODY} bytes; send it in parts")
    modern = packet.version == 2019
    width = 20 if modern else 12
    phone = short_phone(packet.phone)
    if len(phone) > width or not phone.isdecimal():
        raise ValueError(f"{phone} does not fit a phone field of {width} digits")
    attributes = len(packet.body) | packet.encryption << 10 | (packet.total > 1) << 13 | modern << 14
    head = struct.pack(">HH", packet.msg_id, attributes)
    head += b"\x01" if modern else b""
    head += bytes.fromhex(phone.rjust(width, "0")) + struct.pack(">H", packet.serial)
    if packet.total > 1:
        head += struct.pack(">HH", packet.total, packet.part)
    plain = head + packet.body
    return MARK + escape(plain + bytes([checksum(plain)])) + MARK


def in_parts(packet: Packet, size: int = MAX_BODY) -> list[Packet]:
    """The packet cut into parts of at most ``size`` bytes with consecutive serials; itself if it is short enough."""
    cuts = [packet.body[at : at + size] for at in range(0, len(packet.body), size)] or [b""]
    return [
        replace(packet, body=cut, total=len(cuts), part=number, serial=(packet.serial + number - 1) % 0x10000)
        for number, cut in enumerate(cuts, start=1)
    ]


class Assembly:
    """Puts messages together that came in parts. Bounded: a few messages at once, each of at most 64 parts."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[int, int, int], dict[int, Packet]] = OrderedDict()

    def add(self, packet: Packet) -> Packet | None:
        """The whole message once its last part is there, else None. Its serial is that of its last part.

        Raises BadFrame when a message announces more parts than are ever sent.
        """
        if packet.total == 1:
            return packet
        if packet.total > MAX_PARTS:
            raise BadFrame(
                "parts", f"{packet.total} parts are more than the {MAX_PARTS} allowed", packet.phone
            )
        # The parts of one message have consecutive serials: the first one's serial names the message.
        key = (packet.msg_id, packet.total, (packet.serial - packet.part + 1) % 0x10000)
        parts = self._open.setdefault(key, {})
        parts[packet.part] = packet
        if len(parts) < packet.total:
            if len(self._open) > MAX_OPEN_ASSEMBLIES:
                self._open.popitem(last=False)
            return None
        del self._open[key]
        body = b"".join(parts[number].body for number in range(1, packet.total + 1))
        return replace(
            packet, body=body, total=1, part=1, serial=(key[2] + packet.total - 1) % 0x10000
        )  # fmt: skip
