"""What the sessions of JT/T 808 share in one process, and how a quarantined packet is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.calc import jt808
from lantu.calc.jt808 import BadFrame, Msg
from lantu.core.refusals import Refused
from lantu.monitoring.gateway.jt808.directory import Directory, load_directory
from lantu.monitoring.gateway.jt808.session import Jt808Session, positions_of
from lantu.monitoring.gateway.jt808.writer import Job, Writer
from lantu.monitoring.gateway.protocol import GatewayProtocol, Link
from lantu.monitoring.ingest.publish import Outgoing
from lantu.monitoring.vehicles.models import VehicleState
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.tracks import Report

Call = Callable[[], None]


class Jt808Handler:
    """See gateway.protocol.Handler. Positions do not go through the stream: docs/adr/0006."""

    def __init__(self, directory: Directory | None = None) -> None:
        self.directory = directory or Directory()
        self.writer = Writer(clock=timezone.now)
        self._notes: dict[int, dict[str, str]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def session(self, link: Link) -> Jt808Session:
        """See gateway.protocol.Handler; called in the loop of the server, where answers are given."""
        self._loop = asyncio.get_running_loop()
        self.writer.start()
        return Jt808Session(link, self)

    def put(self, reports: list[Report], stored: Call, failed: Call) -> bool:
        """See session.Shared."""
        return self.writer.put(Job(reports, lambda: self._in_loop(stored), lambda: self._in_loop(failed)))

    def _in_loop(self, call: Call) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def note(self, vehicle_id: int, facts: dict[str, str]) -> None:
        """See session.Shared."""
        self._notes.setdefault(vehicle_id, {}).update(facts)

    def upkeep(self, now: datetime) -> None:
        """See gateway.protocol.Handler."""
        self.directory = load_directory()
        notes, self._notes = self._notes, {}
        for vehicle_id, facts in notes.items():
            save_terminal(vehicle_id, facts)


@transaction.atomic
def save_terminal(vehicle_id: int, facts: dict[str, Any]) -> None:
    """Keep what a terminal said of itself."""
    state = VehicleState.objects.select_for_update().filter(pk=vehicle_id).first()
    if state is not None and not facts.items() <= state.terminal.items():
        state.terminal = {**state.terminal, **facts}
        state.save(update_fields=["terminal"])


def replay(raw: bytes, now: datetime) -> list[Outgoing]:
    """Store the positions of a quarantined packet under the settings of now; nothing goes into the stream.

    Raises Refused when it still cannot be taken.
    """
    directory = load_directory()
    assembly = jt808.Assembly()
    reports: list[Report] = []
    wrong: list[str] = []
    for content in jt808.Splitter().feed(raw):
        try:
            packet = assembly.add(jt808.decode_frame(content))
        except BadFrame as problem:
            wrong.append(str(problem))
            continue
        if packet is None or packet.msg_id not in (Msg.POSITION, Msg.BATCH):
            continue
        truck = directory.find(packet.phone)
        if truck is None or truck.retired:
            wrong.append(
                _("没有终端手机号为 %(phone)s 的在册车辆") % {"phone": jt808.short_phone(packet.phone)}
            )
            continue
        true, problems, refill = positions_of(packet, now)
        wrong += [text for _word, text in problems]
        reports += [Report(truck.vehicle_id, position, now, refill) for position in true]
    if not reports:
        raise Refused(
            "monitoring.packet_still_bad",
            _("按现行设置仍不能接收：%(why)s") % {"why": "；".join(wrong) or _("报文里没有定位报告")},
            remedy=_("请先改正车辆登记，再重放。"),
        )
    store_reports(reports, now=now)
    return []


PROTOCOL = GatewayProtocol(
    name="jt808",
    label="JT/T 808",
    variable="LANTU_JT808_PORT",
    default_port=5808,
    handler=Jt808Handler,
    replay=replay,
)
