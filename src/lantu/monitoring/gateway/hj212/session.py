"""One connection that speaks HJ 212."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lantu.calc import hj212
from lantu.calc.hj212 import Flag, Frame, Framer, Garbage
from lantu.monitoring.gateway.hj212.admit import NotAdmitted, admit, check_of, mn_of, read_data
from lantu.monitoring.gateway.hj212.dialogue import Dialogue
from lantu.monitoring.gateway.hj212.factors import DATA_CNS, STATES
from lantu.monitoring.gateway.hj212.notes import Notes
from lantu.monitoring.gateway.hj212.stations import Station
from lantu.monitoring.gateway.protocol import Link, Rejection
from lantu.monitoring.telemetry.models import Reason

STRIKES = 5
# Pieces of garbage without a good packet between them.
FAULTS = 200
# Stations behind one connection (a concentrator), and split packets of it whose other parts are still to come.
STATIONS = 64
PARTS = 32
PARTS_WAIT = timedelta(seconds=60)
HELD_BYTES = 32 * 1024
ANSWERS = {"9011", "9012", "9013", "9014"}
# Uploads that are understood and acknowledged, but are no readings.
NOT_READINGS = {
    "1001", "1011", "1061", "1063", "2013", "2021", "2041", "2052", "2062", "2081", "2111", "3015", "3016", "3017", "3018", "3019",
    "3020", "3022", "3024",
}  # fmt: skip
_PW = re.compile(rb"PW=[^;,]*")


@dataclass(frozen=True, slots=True)
class Came:
    """One admitted packet: its bytes, what it says, who sent it, and the dialogue with that station."""

    frame: Frame
    packet: hj212.Packet
    station: Station
    talk: Dialogue


class Parts:
    """A split packet: which parts came, and those that wait for the time that another part bears."""

    __slots__ = ("data_time", "held", "seen", "since", "waiting")

    def __init__(self, now: datetime) -> None:
        self.data_time = ""
        self.seen: set[int] = set()
        self.waiting: list[Came] = []
        self.held = 0
        self.since = now


class Hj212Session:
    """Bytes in; messages, acknowledgements and questions out. See protocol.Session."""

    __slots__ = ("_faults", "_framer", "_junk", "_link", "_notes", "_parts", "_strikes", "_talks")

    def __init__(self, link: Link, notes: Notes) -> None:
        self._link = link
        self._notes = notes
        self._framer = Framer()
        self._strikes = 0
        self._junk = 0
        self._faults = 0
        self._talks: OrderedDict[str, Dialogue] = OrderedDict()
        # By (MN, ST, CN, PNUM): within it, a new DataTime begins a new packet.
        self._parts: OrderedDict[tuple[str, str, str, int], Parts] = OrderedDict()

    def feed(self, data: bytes, now: datetime) -> None:
        """See protocol.Session."""
        for item in self._framer.feed(data, self._check):
            if isinstance(item, Garbage):
                self._garbage(item)
            else:
                self._junk = self._faults = 0
                self._frame(item, now)
            if self._strikes > STRIKES or self._junk > hj212.MAX_BUFFER or self._faults > FAULTS:
                self._link.close("strangers" if self._strikes > STRIKES else "garbage")
                return

    def tick(self, now: datetime) -> None:
        """See protocol.Session."""
        for talk in self._talks.values():
            talk.tick(now)
        while self._parts:
            key, parts = next(iter(self._parts.items()))
            if now - parts.since < PARTS_WAIT:
                break
            del self._parts[key]
            self._incomplete(key, parts)

    def closed(self, now: datetime) -> None:
        """See protocol.Session."""
        while self._parts:
            self._incomplete(*self._parts.popitem(last=False))

    def _check(self, frame: Frame) -> bool:
        return check_of(self._notes.directory, frame)

    def _garbage(self, item: Garbage) -> None:
        self._junk += len(item.raw)
        self._faults += 1
        if item.frame is None:
            self._link.reject(Rejection(Reason.BAD_FRAME, item.why, item.raw))
            return
        # The name is a mere claim here: a packet whose check sum is wrong proves nothing.
        fits = hj212.modes_that_fit(item.frame.segment, item.frame.crc)
        detail = f"crc {item.frame.crc.decode('ascii', 'replace')}, {hj212.crc_text(item.frame.segment).decode()} expected"
        if fits:
            detail += f"; fits crc_mode={fits[0]}"
        self._link.reject(Rejection(Reason.BAD_CHECK, detail, item.raw, mn_of(item.frame.segment)))

    def _frame(self, frame: Frame, now: datetime) -> None:
        try:
            station, packet = admit(self._notes.directory, frame.segment)
        except NotAdmitted as refusal:
            self._strikes += not refusal.known
            self._refuse(frame, refusal)
            return
        self._strikes = 0
        self._link.heard()
        note = self._notes.heard(station, self._link.peer, now)
        if packet.qn:
            self._notes.skew(note, packet.qn, now)
        came = Came(frame, packet, station, self._talk(station, now))
        if packet.qn and self._notes.clock_is_wrong(station):
            came.talk.mend_clock(now)
        if packet.cn in DATA_CNS and not _of_no_channel(station, packet):
            self._data(came, now)
        elif packet.cn in ANSWERS:
            came.talk.take(packet, now)
            note.answer = came.talk.last_answer or note.answer
        elif packet.cn == "1013":
            self._link.send(self._answer(station, packet, "9013"))
            came.talk.set_clock(now)
            came.talk.tick(now)
        elif packet.cn == "9015" or packet.cn in NOT_READINGS:
            self._link.count(f"cn_{packet.cn}")
            answer = self._acknowledgement(came, always=packet.cn == "9015")
            if answer is not None:
                answer()
        else:
            # Kept, so that it can be replayed when somebody knows what it means.
            unknown = NotAdmitted(Reason.NOT_EXPECTED, f"CN={packet.cn}", station.code, known=True)
            self._refuse(frame, unknown, self._acknowledgement(came))

    def _data(self, came: Came, now: datetime) -> None:
        """A data packet, or a part of one.

        Parts are whole items: each is stored and acknowledged by itself, as a logger that waits for the answer to its
        first part wants it; rows of the same time grow together in the store.
        """
        packet = came.packet
        # By PNUM, and not by bit D: loggers of 2005 number their parts without a flag.
        if packet.pnum <= 1:
            self._store(came, now, packet.data_time)
            return
        parts = self._part(packet, now)
        if not parts.data_time:
            self._hold(parts, came)
            return
        parts.seen.add(packet.pno)
        waiting, parts.waiting, parts.held = parts.waiting, [], 0
        for held in [*waiting, came]:
            self._store(held, now, parts.data_time)
        if len(parts.seen) >= packet.pnum:
            self._parts.pop(_parts_key(packet), None)
            self._link.count("split_packets")

    def _store(self, came: Came, now: datetime, data_time: str) -> None:
        station, packet = came.station, came.packet
        try:
            read = read_data(station, packet, now, data_time)
        except NotAdmitted as refusal:
            # It is kept in quarantine and will not become better by being sent again: acknowledge it.
            self._refuse(came.frame, refusal, self._acknowledgement(came))
            return
        reading = read.reading
        self._notes.unmapped(station, reading.unmapped)
        if reading.problems or read.message is None:
            reason = reading.problems[0][0] if reading.problems else Reason.EMPTY
            detail = (
                "; ".join(text for _, text in reading.problems) or "no factor of this packet has a channel"
            )
            faulty = NotAdmitted(reason, detail, station.code, known=True)
            # Batches keep their order: what is stored after this is stored after the rest is in quarantine.
            self._refuse(came.frame, faulty, None if read.message else self._acknowledgement(came))
        came.talk.heard(now)
        self._ask_for_gap(came, read.ts_ms, now)
        if read.message is not None:
            answer = self._acknowledgement(came)
            notes = self._notes

            def stored() -> None:
                notes.stored(station, read.ts_ms)
                if answer is not None:
                    answer()

            self._link.store([read.message], stored)

    def _ask_for_gap(self, came: Came, ts_ms: int, now: datetime) -> None:
        station = came.station
        if came.packet.cn == "2011":
            every_s = max(station.period_s, station.rtd_interval_s or 0)
        elif came.packet.cn == "2051":
            every_s = 60 * (station.min_interval_min or 10)
        else:
            return
        gap = self._notes.gap(station, ts_ms, every_s=every_s)
        if gap is not None:
            came.talk.fill_gap(*(datetime.fromtimestamp(ms / 1000, UTC) for ms in gap))
            came.talk.tick(now)

    def _talk(self, station: Station, now: datetime) -> Dialogue:
        """The dialogue with this station on this connection; the first packet begins it."""
        talk = self._talks.get(station.mn)
        if talk is None:
            talk = Dialogue(station, self._link.send, self._link.count)
            self._talks[station.mn] = talk
            while len(self._talks) > STATIONS:
                self._talks.popitem(last=False)
            talk.greet(now)
            talk.tick(now)
        elif talk.station is not station:
            talk.station = station  # its settings have changed
        return talk

    def _part(self, packet: hj212.Packet, now: datetime) -> Parts:
        key = _parts_key(packet)
        parts = self._parts.get(key)
        if parts is not None and packet.data_time and parts.data_time not in ("", packet.data_time):
            self._incomplete(key, self._parts.pop(key))
            parts = None
        if parts is None:
            while len(self._parts) >= PARTS:
                self._incomplete(*self._parts.popitem(last=False))
            parts = self._parts[key] = Parts(now)
        parts.data_time = parts.data_time or packet.data_time
        return parts

    def _hold(self, parts: Parts, came: Came) -> None:
        """A part without a time waits for one that has it: within limits, else it goes to quarantine."""
        if parts.held + len(came.frame.raw) > HELD_BYTES or len(parts.waiting) >= PARTS:
            excess = NotAdmitted(
                Reason.INCOMPLETE, "too many parts without DataTime", came.station.code, known=True
            )
            self._refuse(came.frame, excess)
            return
        parts.waiting.append(came)
        parts.held += len(came.frame.raw)
        parts.seen.add(came.packet.pno)

    def _incomplete(self, key: tuple[str, str, str, int], parts: Parts) -> None:
        _mn, _st, cn, pnum = key
        self._link.count("split_packets_incomplete")
        for came in parts.waiting:
            detail = f"CN={cn}: {len(parts.seen)} of {pnum} parts, none with DataTime"
            self._refuse(came.frame, NotAdmitted(Reason.INCOMPLETE, detail, came.station.code, known=True))

    def _refuse(self, frame: Frame, refusal: NotAdmitted, stored: Callable[[], None] | None = None) -> None:
        self._link.reject(
            Rejection(refusal.reason, refusal.detail, frame.raw, refusal.device, known=refusal.known), stored
        )

    def _acknowledgement(self, came: Came, *, always: bool = False) -> Callable[[], None] | None:
        """What acknowledges a packet once it is dealt with; None when nobody waits for it."""
        if not always and not came.packet.wants_answer:
            return None
        answer = self._answer(came.station, came.packet, "9014")
        return lambda: self._link.send(answer)

    def _answer(self, station: Station, packet: hj212.Packet, cn: str) -> bytes:
        version = packet.flag.version if packet.flag is not None else 1
        return hj212.build(
            cn=cn,
            mn=packet.mn,
            qn=packet.qn,
            pw=packet.pw,
            flag=int(Flag(version, False, False)),
            mode=station.crc_mode,
        )


def _of_no_channel(station: Station, packet: hj212.Packet) -> bool:
    """States of equipment that nobody keeps here: no fault of the packet."""
    plans = station.plans
    return packet.cn in STATES and not any(plans.of(packet.cn, code) for code in packet.factors)


def _parts_key(packet: hj212.Packet) -> tuple[str, str, str, int]:
    return packet.mn, packet.st, packet.cn, packet.pnum


def without_password(raw: bytes) -> bytes:
    """A packet as it may be shown: the password blotted out, the length kept."""
    return _PW.sub(lambda found: b"PW=" + b"*" * (len(found.group()) - 3), raw)
