"""Registration, authentication and answers of JT/T 808, 2013 and 2019."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from lantu.calc.jt808.position import BadBody


class Msg(IntEnum):
    """Messages that this platform understands."""

    TERMINAL_ACK = 0x0001
    HEARTBEAT = 0x0002
    LOGOUT = 0x0003
    REGISTER = 0x0100
    AUTHENTICATE = 0x0102
    POSITION = 0x0200
    BATCH = 0x0704
    PLATFORM_ACK = 0x8001
    REGISTERED = 0x8100


class Ack(IntEnum):
    """Results of 0x8001."""

    OK = 0
    FAILED = 1
    BAD_MESSAGE = 2
    UNSUPPORTED = 3
    ALARM_CONFIRMED = 4


class Registered(IntEnum):
    """Results of 0x8100."""

    OK = 0
    VEHICLE_TAKEN = 1
    NO_SUCH_VEHICLE = 2
    TERMINAL_TAKEN = 3
    NO_SUCH_TERMINAL = 4


@dataclass(frozen=True)
class Registration:
    """What a terminal says of itself. plate is empty for vehicles without one (then colour is 0)."""

    province: int
    city: int
    maker: str
    model: str
    terminal_id: str
    plate_colour: int
    plate: str


@dataclass(frozen=True)
class Authentication:
    """The code that 0x8100 handed out; IMEI and software version since 2019."""

    code: str
    imei: str = ""
    software: str = ""


# Widths of maker, model and terminal id.
_WIDTHS = {2011: (5, 8, 7), 2013: (5, 20, 7), 2019: (11, 30, 30)}


def _text(raw: bytes) -> str:
    """Fixed-width text: filled with zeros or blanks on either side; GBK, unreadable bytes marked."""
    return raw.strip(b"\x00 ").decode("gbk", errors="replace")


def decode_register(body: bytes, version: int) -> Registration:
    """A 0x0100 body. Terminals of 2011 with their shorter model field still come with the header of 2013:
    they are told by the length. Raises BadBody ``short``."""
    if version == 2013 and len(body) < 37:
        version = 2011
    maker, model, terminal = _WIDTHS[version]
    least = 4 + maker + model + terminal + 1
    if len(body) < least:
        raise BadBody("short", f"a registration has at least {least} bytes, found {len(body)}")
    province, city = struct.unpack_from(">HH", body)
    named = body[4:least]
    return Registration(
        province=province,
        city=city,
        maker=_text(named[:maker]),
        model=_text(named[maker : maker + model]),
        terminal_id=_text(named[maker + model : -1]),
        plate_colour=named[-1],
        plate=_text(body[least:]),
    )


def encode_register(given: Registration, version: int) -> bytes:
    """The 0x0100 body. Raises ValueError for a text that does not fit its field."""
    out = struct.pack(">HH", given.province, given.city)
    texts = (given.maker, given.model, given.terminal_id)
    for text, width in zip(texts, _WIDTHS[version], strict=True):
        raw = text.encode("gbk")
        if len(raw) > width:
            raise ValueError(f"{text} is longer than {width} bytes")
        out += raw.ljust(width, b"\x00")
    return out + bytes([given.plate_colour]) + given.plate.encode("gbk")


def decode_authentication(body: bytes, version: int) -> Authentication:
    """A 0x0102 body. Raises BadBody ``short`` when the code is missing or cut."""
    if version == 2013:
        return Authentication(_text(body))
    length = body[0] if body else 0
    if not length or len(body) < 1 + length:
        raise BadBody("short", f"a code of {length} bytes is announced, {max(0, len(body) - 1)} follow")
    rest = body[1 + length :]
    return Authentication(_text(body[1 : 1 + length]), _text(rest[:15]), _text(rest[15:35]))


def encode_authentication(given: Authentication, version: int) -> bytes:
    """The 0x0102 body."""
    code = given.code.encode("gbk")
    if version == 2013:
        return code
    return (
        bytes([len(code)])
        + code
        + given.imei.encode().ljust(15, b"\x00")[:15]
        + given.software.encode().ljust(20, b"\x00")[:20]
    )


def platform_ack(serial: int, msg_id: int, result: Ack) -> bytes:
    """A 0x8001 body: the answer to message ``msg_id`` with ``serial``."""
    return struct.pack(">HHB", serial, msg_id, result)


def decode_ack(body: bytes) -> tuple[int, int, Ack]:
    """Serial, message and result of a 0x8001 or 0x0001 body. Raises BadBody."""
    if len(body) != 5 or body[4] > Ack.ALARM_CONFIRMED:
        raise BadBody("short", "an answer has 5 bytes and a result from 0 to 4")
    serial, msg_id, result = struct.unpack(">HHB", body)
    return serial, msg_id, Ack(result)


def registered(serial: int, result: Registered, code: str = "") -> bytes:
    """A 0x8100 body; the code goes out with a success only."""
    head = struct.pack(">HB", serial, result)
    return head + code.encode("gbk") if result == Registered.OK else head


def decode_registered(body: bytes) -> tuple[int, Registered, str]:
    """Serial, result and code of a 0x8100 body. Raises BadBody."""
    if len(body) < 3 or body[2] > Registered.NO_SUCH_TERMINAL:
        raise BadBody("short", "the answer to a registration has 3 bytes and a result from 0 to 4")
    serial, result = struct.unpack_from(">HB", body)
    return serial, Registered(result), _text(body[3:])
