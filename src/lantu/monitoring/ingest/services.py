"""Readings that arrive by HTTP, and quarantined messages that are tried again: both through the stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.monitoring.events import QuarantineReplayed
from lantu.monitoring.gateway.rejects import is_packet, replay_messages
from lantu.monitoring.ingest.decode import RECEIVED_HEADER, SOURCE_HEADER
from lantu.monitoring.ingest.memory import to_ms
from lantu.monitoring.ingest.publish import Outgoing, StreamUnavailable, publisher
from lantu.monitoring.telemetry.models import Quarantine


def _unavailable(error: OSError) -> Refused:
    return Refused(
        "monitoring.stream_unavailable",
        _("数据通道暂时不可用，读数没有被接收。"),
        remedy=_("请稍后原样重发；重复的读数不会重复入库。"),
        status=503,
    )


def send(messages: Sequence[Outgoing]) -> list[int]:
    """Publish and wait until the stream holds them. Raises Refused (503) when it does not."""
    if not settings.NATS_URL:
        raise _unavailable(ConnectionError("no stream is configured"))
    try:
        return publisher(settings.NATS_URL).publish(messages)
    except StreamUnavailable as error:
        raise _unavailable(error) from error


def submit(records: Sequence[tuple[str, str, Any]]) -> list[int]:
    """Put records (project code, device code, {"ts", "values", "units"}) into the stream, one message each."""
    return send(
        [
            Outgoing(
                f"lantu.{project}.{device}.telemetry",
                json.dumps(record, separators=(",", ":")).encode(),
                {SOURCE_HEADER: Quarantine.Source.HTTP},
            )
            for project, device, record in records
        ]
    )


@transaction.atomic
def replay(entry: Quarantine, *, subject: str, now: datetime, actor: User) -> Quarantine:
    """Send a quarantined message again, under ``subject`` and with its first time of receipt.

    Values that were stored at first stay; only what is missing is added. Raises Refused when it has been
    replayed already or the stream does not answer.
    """
    entry = Quarantine.objects.select_for_update().get(pk=entry.pk)
    if entry.replayed_at is not None:
        raise Refused(
            "monitoring.already_replayed",
            _("这条报文已经重放过。"),
            remedy=_("如仍不合格，会有一条新的隔离记录。"),
        )
    entry.replayed_at, entry.replayed_by = now, actor
    entry.save(update_fields=["replayed_at", "replayed_by"])
    emit(
        QuarantineReplayed(project_id=entry.project_id, subject_id=entry.pk, reason_code=entry.reason),
        actor=actor,
        at=now,
    )
    headers = {SOURCE_HEADER: str(Quarantine.Source.REPLAY), RECEIVED_HEADER: str(to_ms(entry.received_at))}
    # A packet of a gateway protocol is read anew, under the settings of now.
    messages = (
        replay_messages(entry, now=entry.received_at)
        if is_packet(entry)
        else [Outgoing(subject, bytes(entry.raw))]
    )
    # Last, so that a refusal of the stream undoes the mark. Without the id of a first sending: it was never taken.
    send([Outgoing(message.subject, message.payload, headers) for message in messages])
    return entry
