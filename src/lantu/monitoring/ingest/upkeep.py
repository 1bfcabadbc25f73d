"""Keep room in the stream: what PostgreSQL holds may go, and a backlog that grows is said aloud."""

from __future__ import annotations

import structlog

from lantu.monitoring.ingest.shares import stored_up_to
from lantu.monitoring.ingest.stream import STREAM, api, stream_info
from lantu.monitoring.ingest.wire import Wire

log = structlog.get_logger(__name__)
TIDY_SHARE = 0.25
WARN_SHARE = 0.8


def make_room(wire: Wire, *, of: int = 1) -> int:
    """Purge messages that every share (of ``of``) has stored, once a quarter of the room is used; returns how many went.

    The stream's own limit would otherwise fill with data that is safe already, and then refuse new data.
    """
    info = stream_info(wire)
    if info.max_bytes <= 0 or info.bytes < TIDY_SHARE * info.max_bytes:
        return 0
    stored = stored_up_to(info, of)
    purged = 0
    if stored >= info.first_seq:
        purged = int(api(wire, f"STREAM.PURGE.{STREAM}", seq=stored + 1).get("purged", 0))
        log.info("stream_tidied", purged=purged, up_to=stored)
    unread = info.bytes * (info.last_seq - stored) / max(info.messages, 1)
    if unread > WARN_SHARE * info.max_bytes:
        log.error("stream_nearly_full", unread_bytes=int(unread), max_bytes=info.max_bytes)
    return purged
