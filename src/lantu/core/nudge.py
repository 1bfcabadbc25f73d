"""Live screens: a nudge says that something changed, never what. Readers fetch content under their own rights.

A nudge is best effort: when the broker is away the page is merely older, and says so itself.
"""

from __future__ import annotations

import json
import socket
import threading
from datetime import datetime
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.db import transaction

LIVE_SUBJECT = "lantu-live"
log = structlog.get_logger(__name__)


class NudgeSender:
    """A NATS connection that only publishes. Thread-safe; reconnects on the next nudge after a failure."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def _connect(self) -> socket.socket:
        sock = socket.create_connection(
            (self._url.hostname or "127.0.0.1", self._url.port or 4222), timeout=2
        )
        sock.recv(4096)
        options: dict[str, object] = {
            "verbose": False,
            "pedantic": False,
            "name": "lantu-nudge",
            "lang": "python",
            "version": "1",
        }
        if self._url.username:
            options["user"] = unquote(self._url.username)
            options["pass"] = unquote(self._url.password or "")
        sock.sendall(b"CONNECT " + json.dumps(options).encode() + b"\r\nPING\r\n")
        reply = sock.recv(4096)
        if b"-ERR" in reply:
            sock.close()
            raise ConnectionError(reply.decode(errors="replace").strip())
        threading.Thread(target=self._answer_pings, args=(sock,), daemon=True, name="nudge-pings").start()
        return sock

    def _answer_pings(self, sock: socket.socket) -> None:
        # The server drops clients that do not answer its PING.
        sock.settimeout(None)
        try:
            while data := sock.recv(4096):
                if b"PING" in data:
                    with self._lock:
                        sock.sendall(b"PONG\r\n")
        except OSError as error:
            log.info("nudge_connection_lost", error=str(error))
        with self._lock:
            if self._socket is sock:
                self._socket = None

    def publish(self, subject: str, body: bytes) -> None:
        frame = b"PUB %s %d\r\n%s\r\n" % (subject.encode(), len(body), body)
        with self._lock:
            for attempt in (1, 2):
                try:
                    if self._socket is None:
                        self._socket = self._connect()
                    self._socket.sendall(frame)
                    return
                except OSError as error:
                    self._socket = None
                    if attempt == 2:
                        log.warning("nudge_not_sent", error=str(error))


_sender: NudgeSender | None = None


def nudge_body(*, event_id: int, kind: str, project_id: int | None, at: datetime) -> bytes:
    """The wire form; ``ts`` is the time of the cause in ms, so that a screen can state its own lag."""
    return json.dumps(
        {"id": event_id, "kind": kind, "project_id": project_id, "ts": int(at.timestamp() * 1000)}
    ).encode()


def send_nudge(*, event_id: int, kind: str, project_id: int | None, at: datetime) -> None:
    """Publish now. Does nothing when no stream is configured (tests, offline commands)."""
    global _sender  # noqa: PLW0603  one connection per process
    if not settings.NATS_URL:
        return
    if _sender is None:
        _sender = NudgeSender(settings.NATS_URL)
    _sender.publish(LIVE_SUBJECT, nudge_body(event_id=event_id, kind=kind, project_id=project_id, at=at))


def nudge_on_commit(*, event_id: int, kind: str, project_id: int | None, at: datetime) -> None:
    """Publish after the surrounding transaction has committed."""
    transaction.on_commit(
        lambda: send_nudge(event_id=event_id, kind=kind, project_id=project_id, at=at), robust=True
    )
