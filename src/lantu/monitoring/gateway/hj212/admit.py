"""One packet: who sends it, may it speak, and what does it say. Used by the session and by the replay of quarantine."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from lantu.calc import hj212
from lantu.monitoring.gateway.hj212.factors import Reading, read_factors
from lantu.monitoring.gateway.hj212.stations import Directory, Station
from lantu.monitoring.ingest.decode import SOURCE_HEADER
from lantu.monitoring.ingest.publish import Outgoing
from lantu.monitoring.telemetry.models import Quarantine, Reason

MSG_ID_HEADER = "Nats-Msg-Id"
AHEAD = timedelta(minutes=5)
_MN = re.compile(rb"MN=([^;,]{0,64})")


class NotAdmitted(ValueError):
    """The packet cannot be taken. ``known``: it proved to come from the station ``device``."""

    def __init__(self, reason: str, detail: str, device: str = "", *, known: bool = False) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.device = device
        self.known = known


@dataclass(frozen=True, slots=True)
class Read:
    """A data packet under the station's settings: the message for the stream (None without any value) and what is wrong."""

    message: Outgoing | None
    ts_ms: int
    reading: Reading


def mn_of(segment: bytes) -> str:
    """The MN of a segment that may be damaged; "" when there is none."""
    found = _MN.search(segment)
    return found.group(1).decode("ascii", "replace").strip() if found else ""


def check_of(directory: Directory, frame: hj212.Frame) -> bool:
    """Whether the check sum is right under the settings of the station that the frame names."""
    return hj212.crc_fits(frame.segment, frame.crc, directory.mode_of(mn_of(frame.segment)))


def admit(directory: Directory, segment: bytes) -> tuple[Station, hj212.Packet]:
    """The packet and its station. Raises NotAdmitted for strangers, wrong passwords, retired devices and nonsense."""
    try:
        packet = hj212.parse(segment)
    except hj212.Malformed as error:
        raise NotAdmitted(Reason.BAD_SHAPE, str(error), mn_of(segment)) from error
    station = directory.by_mn.get(packet.mn)
    fits = directory.password_fits(packet.mn, packet.pw)
    if station is None:
        raise NotAdmitted(Reason.UNKNOWN_DEVICE, f"MN={packet.mn[:40]}", packet.mn)
    if not fits:
        raise NotAdmitted(Reason.WRONG_PASSWORD, f"MN={packet.mn[:40]}", packet.mn)
    if station.retired:
        raise NotAdmitted(Reason.RETIRED_DEVICE, station.code, station.code, known=True)
    return station, packet


def read_data(station: Station, packet: hj212.Packet, now: datetime, data_time: str = "") -> Read:
    """What a data packet says. Raises NotAdmitted when its time is none, or ahead of the clock."""
    try:
        moment = hj212.parse_time(packet.data_time or data_time)
    except hj212.Malformed as error:
        raise NotAdmitted(Reason.BAD_TIME, f"DataTime: {error}", station.code, known=True) from error
    if moment > now + AHEAD:
        ahead = round((moment - now).total_seconds())
        raise NotAdmitted(Reason.FUTURE_TIME, f"DataTime {ahead} s ahead", station.code, known=True)
    reading = read_factors(packet, station.plans)
    ts_ms = round(moment.timestamp() * 1000)
    message = message_of(station, ts_ms, reading) if reading.values else None
    return Read(message, ts_ms, reading)


def message_of(station: Station, ts_ms: int, reading: Reading) -> Outgoing:
    """The common message. Its id is made of its content: the stream itself recognises what a logger sends twice."""
    body: dict[str, object] = {"ts": ts_ms, "values": reading.values}
    if reading.flags:
        body["flags"] = reading.flags
    payload = msgspec.json.encode(body)
    digest = hashlib.blake2s(payload, digest_size=10).hexdigest()
    headers = {SOURCE_HEADER: Quarantine.Source.HJ212.value, MSG_ID_HEADER: f"{station.code}-{digest}"}
    return Outgoing(station.subject, payload, headers)
