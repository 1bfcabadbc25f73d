"""Quarantine for what never became a message: it travels through the stream, so that one writer stores it, once.

A rejected packet is published on ``lantu.gateway.<protocol>.telemetry`` with the reason in headers, which only our own
services can set. The ingest worker writes it into quarantine in the transaction of its batch (decode.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from lantu.monitoring.gateway.protocol import Rejection
from lantu.monitoring.gateway.registry import protocols
from lantu.monitoring.ingest.decode import DETAIL_HEADER, DEVICE_HEADER, GATEWAY, REASON_HEADER, SOURCE_HEADER
from lantu.monitoring.ingest.publish import Outgoing

if TYPE_CHECKING:
    from lantu.monitoring.telemetry.models import Quarantine

RAW_LIMIT = 16 * 1024
DETAIL_LIMIT = 300


def rejection_message(protocol: str, rejection: Rejection) -> Outgoing:
    """The message that carries a rejected packet to quarantine."""
    headers = {
        SOURCE_HEADER: protocol,
        REASON_HEADER: rejection.reason,
        # Whatever a device writes must not become a header line of its own.
        DETAIL_HEADER: quote(rejection.detail[:DETAIL_LIMIT]),
        # A mere claim must not point at somebody's device: the mark keeps it from being a device code.
        DEVICE_HEADER: quote(rejection.device[:40] if rejection.known else f"?{rejection.device[:38]}"),
    }
    return Outgoing(f"lantu.{GATEWAY}.{protocol}.telemetry", rejection.raw[:RAW_LIMIT], headers)


def is_packet(entry: Quarantine) -> bool:
    """True for a raw packet of a gateway protocol (not a message that the gateway had already made of one)."""
    return entry.source in protocols() and entry.subject == f"lantu.{GATEWAY}.{entry.source}.telemetry"


def replay_messages(entry: Quarantine, *, now: datetime) -> list[Outgoing]:
    """What a quarantined packet says under the settings of now. Raises Refused when it still cannot be taken."""
    return protocols()[entry.source].replay(bytes(entry.raw), now)


def shown_raw(entry: Quarantine) -> bytes:
    """The bytes of a quarantined message as people may see them: without access passwords."""
    protocol = protocols().get(entry.source)
    return protocol.shown(bytes(entry.raw)) if protocol is not None else bytes(entry.raw)
