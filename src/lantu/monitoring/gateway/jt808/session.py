"""One connection that speaks JT/T 808: of a terminal, or of a maker's platform that forwards several."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from lantu.calc import jt808
from lantu.calc.jt808 import Ack, BadBody, BadFrame, Msg, Packet, Position, Registered
from lantu.monitoring.gateway.jt808.directory import Directory, Truck
from lantu.monitoring.gateway.protocol import Link, Rejection
from lantu.monitoring.telemetry.models import Reason
from lantu.monitoring.vehicles.tracks import Report

STRIKES = 10
TRUCKS = 64
_FRAME_REASONS = {"checksum": Reason.BAD_CHECK, "oversize": Reason.TOO_LARGE}
_BODY_REASONS = {
    "time": Reason.BAD_TIME, "future": Reason.FUTURE_TIME, "old": Reason.TOO_OLD, "short": Reason.BAD_SHAPE,
    "batch": Reason.BAD_SHAPE, "place": Reason.OUT_OF_RANGE, "speed": Reason.OUT_OF_RANGE,
    "direction": Reason.OUT_OF_RANGE, "encrypted": Reason.BAD_VALUE,
}  # fmt: skip


class Shared(Protocol):
    """What the session needs of its handler."""

    directory: Directory

    def put(self, reports: list[Report], stored: Callable[[], None], failed: Callable[[], None]) -> bool:
        """Store reports; one of the two is called afterwards, in the thread of the session. False: no room."""
        ...

    def note(self, vehicle_id: int, facts: dict[str, str]) -> None:
        """What a terminal says of itself."""
        ...


def positions_of(packet: Packet, now: datetime) -> tuple[list[Position], list[tuple[str, str]], bool]:
    """Positions of a 0x0200 or 0x0704 that can be true, what is wrong with the others, and whether it is a refill."""
    found: list[Position] = []
    wrong: list[tuple[str, str]] = []
    refill = False
    try:
        if packet.msg_id == Msg.POSITION:
            found = [jt808.decode_position(packet.body)]
        else:
            found, bad, refill = jt808.decode_batch(packet.body)
            wrong = [(problem.reason, str(problem)) for problem in bad]
    except BadBody as problem:
        return [], [(problem.reason, str(problem))], refill
    true: list[Position] = []
    for position in found:
        doubt = jt808.implausible(position, now)
        if doubt:
            wrong.append((doubt.partition(":")[0], doubt.partition(": ")[2]))
        else:
            true.append(position)
    return true, wrong, refill


class Jt808Session:
    """Bytes in; reports and answers out. See gateway.protocol.Session."""

    __slots__ = ("_assembly", "_link", "_serial", "_shared", "_splitter", "_strikes", "_trucks")

    def __init__(self, link: Link, shared: Shared) -> None:
        self._link = link
        self._shared = shared
        self._splitter = jt808.Splitter()
        self._assembly = jt808.Assembly()
        self._serial = 0
        self._strikes = 0
        # Authenticated on this connection: phone → number of the truck.
        self._trucks: OrderedDict[str, int] = OrderedDict()

    def feed(self, data: bytes, now: datetime) -> None:
        """See gateway.protocol.Session."""
        for content in self._splitter.feed(data):
            try:
                packet = self._assembly.add(jt808.decode_frame(content))
            except BadFrame as problem:
                self._strike()
                reason = _FRAME_REASONS.get(problem.reason, Reason.BAD_FRAME)
                raw = jt808.framing.MARK + content + jt808.framing.MARK
                self._link.reject(Rejection(reason, str(problem), raw, problem.phone))
            else:
                if packet is not None:
                    self._take(packet, now)
            if self._strikes > STRIKES:
                self._link.close("garbage")
                return

    def tick(self, now: datetime) -> None:
        """See gateway.protocol.Session: the platform asks nothing of its own accord."""

    def closed(self, now: datetime) -> None:
        """See gateway.protocol.Session: parts of unfinished messages are forgotten, the terminal sends them again."""

    def _strike(self) -> None:
        self._strikes += 1

    def _take(self, packet: Packet, now: datetime) -> None:
        if packet.encryption:
            self._refuse(packet, Reason.BAD_VALUE, "the body is encrypted", Ack.UNSUPPORTED)
            return
        if packet.msg_id == Msg.REGISTER:
            self._register(packet)
            return
        if packet.msg_id == Msg.AUTHENTICATE:
            self._authenticate(packet)
            return
        truck = self._speaking(packet)
        if truck is None:
            self._strike()
            self._refuse(packet, Reason.UNKNOWN_DEVICE, "not authenticated", Ack.FAILED, known=False)
            return
        self._strikes = 0
        self._link.heard()
        self._link.count(f"message_{packet.msg_id:04x}")
        if packet.msg_id in (Msg.POSITION, Msg.BATCH):
            self._positions(packet, truck, now)
        elif packet.msg_id == Msg.LOGOUT:
            self._answer(packet, Ack.OK)
            self._trucks.pop(jt808.short_phone(packet.phone), None)
        elif packet.msg_id == Msg.HEARTBEAT:
            self._answer(packet, Ack.OK)
        elif packet.msg_id != Msg.TERMINAL_ACK:
            self._answer(packet, Ack.UNSUPPORTED)

    def _speaking(self, packet: Packet) -> Truck | None:
        """The authenticated truck behind a packet, as long as it may speak."""
        truck = self._shared.directory.find(packet.phone)
        if truck is None or truck.retired:
            return None
        return truck if self._trucks.get(truck.phone) == truck.vehicle_id else None

    def _register(self, packet: Packet) -> None:
        truck = self._shared.directory.find(packet.phone)
        try:
            given = jt808.decode_register(packet.body, packet.version)
        except BadBody as problem:
            self._refuse(packet, Reason.BAD_SHAPE, str(problem), Ack.BAD_MESSAGE, known=False)
            return
        result = Registered.NO_SUCH_TERMINAL if truck is None else truck.answer_to(given)
        if truck is not None and result == Registered.OK:
            facts = {"maker": given.maker, "model": given.model, "terminal_id": given.terminal_id}
            self._shared.note(truck.vehicle_id, facts | {"version": str(packet.version)})
        else:
            self._strike()
            detail = f"{result.name.lower()}: {given.plate} {given.maker} {given.terminal_id}"
            self._link.reject(Rejection(Reason.UNKNOWN_DEVICE, detail, _raw(packet), packet.phone))
        code = truck.code if truck is not None and result == Registered.OK else ""
        self._send(packet, Msg.REGISTERED, jt808.registered(packet.serial, result, code))
        self._link.count(f"registered_{result.name.lower()}")

    def _authenticate(self, packet: Packet) -> None:
        truck = self._shared.directory.find(packet.phone)
        try:
            given = jt808.decode_authentication(packet.body, packet.version)
        except BadBody:
            given = None
        if truck is None or given is None or not truck.knows(given.code):
            # The packet holds a code: it is counted, not kept.
            self._strike()
            self._link.count("wrong_code")
            self._answer(packet, Ack.FAILED)
            return
        self._strikes = 0
        self._trucks[truck.phone] = truck.vehicle_id
        self._trucks.move_to_end(truck.phone)
        if len(self._trucks) > TRUCKS:
            self._trucks.popitem(last=False)
        self._link.heard()
        facts = {"imei": given.imei, "software": given.software, "version": str(packet.version)}
        self._shared.note(truck.vehicle_id, {name: text for name, text in facts.items() if text})
        self._answer(packet, Ack.OK)

    def _positions(self, packet: Packet, truck: Truck, now: datetime) -> None:
        true, wrong, refill = positions_of(packet, now)
        if wrong:
            word, text = wrong[0]
            more = f" (+{len(wrong) - 1})" if len(wrong) > 1 else ""
            reason = _BODY_REASONS.get(word, Reason.BAD_SHAPE)
            self._link.reject(
                Rejection(reason, f"{word}: {text}{more}", _raw(packet), truck.plate, known=True)
            )
        if not true:
            self._answer(packet, Ack.BAD_MESSAGE if wrong else Ack.OK)
            return
        reports = [Report(truck.vehicle_id, position, now, refill) for position in true]
        self._link.count("positions", len(reports))

        def failed() -> None:
            self._refuse(packet, Reason.UNPROCESSABLE, "could not be stored", Ack.FAILED)

        if not self._shared.put(reports, lambda: self._answer(packet, Ack.OK), failed):
            # No answer: the terminal keeps it and sends it again.
            self._link.count("no_room")

    def _refuse(
        self, packet: Packet, reason: Reason, detail: str, result: Ack, *, known: bool = True
    ) -> None:
        truck = self._shared.directory.find(packet.phone) if known else None
        name = truck.plate if truck is not None else packet.phone
        self._link.reject(Rejection(reason, detail, _raw(packet), name, known=truck is not None))
        self._answer(packet, result)

    def _answer(self, packet: Packet, result: Ack) -> None:
        self._send(packet, Msg.PLATFORM_ACK, jt808.platform_ack(packet.serial, packet.msg_id, result))

    def _send(self, packet: Packet, msg_id: int, body: bytes) -> None:
        """In the header of the terminal's own year, to its own number."""
        out = Packet(msg_id, packet.phone, self._serial, body, packet.version)
        self._serial = (self._serial + 1) % 0x10000
        self._link.send(jt808.encode_frame(out))


def _raw(packet: Packet) -> bytes:
    """The packet's frames as they would come again; a message in parts as its parts."""
    return b"".join(jt808.encode_frame(part) for part in jt808.in_parts(packet))
