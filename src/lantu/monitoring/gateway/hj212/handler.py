"""What the sessions of HJ 212 share in one process, and its exchange with the database."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.calc import hj212
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.monitoring.devices.models import Device
from lantu.monitoring.events import StationClockSkewed
from lantu.monitoring.gateway.hj212.admit import NotAdmitted, admit, check_of, read_data
from lantu.monitoring.gateway.hj212.factors import DATA_CNS
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.gateway.hj212.notes import SKEW_LIMIT_S, UNMAPPED, Note, Notes
from lantu.monitoring.gateway.hj212.session import Hj212Session, without_password
from lantu.monitoring.gateway.hj212.stations import Directory, load_directory
from lantu.monitoring.gateway.protocol import GatewayProtocol, Link
from lantu.monitoring.ingest.memory import registry_version
from lantu.monitoring.ingest.publish import Outgoing

ROWS = 500
WRITTEN = ["last_packet_at", "last_peer", "last_answer", "clock_skew_s", "last_data_at", "unmapped"]


class Hj212Handler:
    """See protocol.Handler."""

    def __init__(self, directory: Directory | None = None) -> None:
        self.notes = Notes(directory or Directory())

    def session(self, link: Link) -> Hj212Session:
        """See protocol.Handler."""
        return Hj212Session(link, self.notes)

    def upkeep(self, now: datetime) -> None:
        """See protocol.Handler."""
        version = registry_version()
        if version != self.notes.directory.version:
            self.notes.adopt(load_directory(version))
        notes = self.notes.take()
        for first in range(0, len(notes), ROWS):
            save_notes(notes[first : first + ROWS], now=now)


@transaction.atomic
def save_notes(notes: list[Note], *, now: datetime) -> None:
    """Write what was seen of stations, many rows at once; a clock that went wrong, or came right, is an event."""
    rows = Hj212Station.objects.select_for_update().in_bulk([note.device_id for note in notes])
    # A station that was taken out of the register meanwhile has no row.
    known = [(rows[note.device_id], note) for note in notes if note.device_id in rows]
    for row, note in known:
        _apply(row, note)
    Hj212Station.objects.bulk_update(rows.values(), WRITTEN)
    crossed = {row.pk: note for row, note in known if note.skew_crossed and note.skew_s is not None}
    for device in Device.objects.only("project_id", "code").filter(pk__in=crossed).order_by("pk"):
        skew_s = round(crossed[device.pk].skew_s or 0.0, 1)
        emit(
            StationClockSkewed(
                project_id=device.project_id, subject_id=device.pk, code=device.code, skew_s=skew_s,
                limit_s=SKEW_LIMIT_S, wrong=abs(skew_s) > SKEW_LIMIT_S,
            ),
            actor=None,
            at=now,
        )  # fmt: skip


def _apply(row: Hj212Station, note: Note) -> None:
    row.last_packet_at = note.at
    row.last_peer = note.peer[:45]
    row.last_answer = note.answer[:120] or row.last_answer
    if note.skew_s is not None:
        row.clock_skew_s = round(note.skew_s, 1)
    if note.data_ms:
        data_at = datetime.fromtimestamp(note.data_ms / 1000, UTC)
        row.last_data_at = max(data_at, row.last_data_at or data_at)
    if note.unmapped - set(row.unmapped):
        row.unmapped = sorted(note.unmapped | set(row.unmapped))[:UNMAPPED]


def replay(raw: bytes, now: datetime) -> list[Outgoing]:
    """The messages of a quarantined packet under the settings of now. Raises Refused when it still cannot be taken."""
    directory = load_directory(registry_version())
    framer = hj212.Framer()
    items = list(framer.feed(raw, lambda frame: check_of(directory, frame)))
    frames = [item for item in items if isinstance(item, hj212.Frame)]
    if not frames:
        why = next((item.why for item in items if isinstance(item, hj212.Garbage)), "incomplete")
        raise _refused(why)
    messages = []
    for frame in frames:
        try:
            station, packet = admit(directory, frame.segment)
            if packet.cn not in DATA_CNS:
                raise _refused(f"CN={packet.cn}")
            read = read_data(station, packet, now)
        except NotAdmitted as refusal:
            raise _refused(f"{refusal.reason}: {refusal.detail}") from refusal
        if read.message is None:
            raise _refused("; ".join(text for _, text in read.reading.problems) or "no channel")
        messages.append(read.message)
    return messages


def _refused(why: str) -> Refused:
    return Refused(
        "monitoring.packet_still_bad",
        _("按现行设置仍不能接收：%(why)s") % {"why": why},
        remedy=_("请先改正站点设置，再重放。"),
    )


PROTOCOL = GatewayProtocol(
    name="hj212",
    label="HJ 212",
    variable="LANTU_HJ212_PORT",
    default_port=5212,
    handler=Hj212Handler,
    replay=replay,
    shown=without_password,
)
