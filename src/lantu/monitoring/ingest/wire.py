"""The NATS client protocol over one blocking socket: big reads, one parse loop.

Why not nats-py here: it tops out at 27,000 messages/s on pull consumers because it makes an object and a
queue hop per message; this reader does ten times that on the same core, and the ingest worker is a plain
loop that has no other use for asyncio. Other parts of the house that need a few messages use it too.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

READ_SIZE = 1 << 20
CONNECT_TIMEOUT_S = 5.0


class ProtocolError(ConnectionError):
    """The server said something that cannot be understood, or refused us (-ERR)."""


class Frame(NamedTuple):
    """One MSG or HMSG. ``headers`` is the raw header block (``NATS/1.0 …``) or None."""

    subject: bytes
    reply: bytes | None
    headers: bytes | None
    payload: bytes


class Parsed(NamedTuple):
    """What a buffer held: complete frames, PINGs to answer, PONGs seen, the unread rest."""

    frames: list[Frame]
    pings: int
    pongs: int
    rest: bytes


def parse(buffer: bytes) -> Parsed:
    """Every complete protocol message of ``buffer``. Raises ProtocolError on -ERR and on nonsense."""
    frames: list[Frame] = []
    append, find = frames.append, buffer.find
    position, size = 0, len(buffer)
    pings = pongs = 0
    while True:
        line_end = find(b"\r\n", position)
        if line_end < 0:
            break
        first = buffer[position]
        if first in (72, 77):  # H(MSG) or M(SG)
            start = position + (5 if first == 72 else 4)
            words = buffer[start:line_end].split()
            try:
                total = int(words[-1])
                head = int(words[-2]) if first == 72 else 0
                reply = words[2] if len(words) == (5 if first == 72 else 4) else None
            except (IndexError, ValueError) as error:
                raise ProtocolError(f"unreadable line {buffer[position:line_end][:80]!r}") from error
            if total < head or head < 0:
                raise ProtocolError(f"impossible sizes {buffer[position:line_end][:80]!r}")
            body = line_end + 2
            end = body + total
            if end + 2 > size:
                break
            append(
                Frame(
                    words[0],
                    reply,
                    buffer[body : body + head] if first == 72 else None,
                    buffer[body + head : end],
                )
            )
            position = end + 2
            continue
        line = buffer[position:line_end]
        if line == b"PING":
            pings += 1
        elif line == b"PONG":
            pongs += 1
        elif line.startswith(b"-ERR"):
            raise ProtocolError(line.decode(errors="replace"))
        elif not line.startswith((b"+OK", b"INFO ")):
            raise ProtocolError(f"unexpected line {line[:80]!r}")
        position = line_end + 2
    return Parsed(frames, pings, pongs, buffer[position:])


def encode_headers(headers: dict[str, str]) -> bytes:
    """NATS/1.0 header block. Line breaks in names or values are refused: they would forge headers."""
    lines = []
    for name, value in headers.items():
        if any(mark in name + value for mark in "\r\n"):
            raise ValueError(f"line break in header {name!r}")
        lines.append(f"{name}: {value}\r\n".encode())
    return b"NATS/1.0\r\n" + b"".join(lines) + b"\r\n"


def header_value(headers: bytes | None, name: str) -> str | None:
    """The first value of a header, compared without case; None when absent."""
    if headers is None:
        return None
    wanted = name.lower().encode()
    for line in headers.split(b"\r\n")[1:]:
        key, colon, value = line.partition(b":")
        if colon and key.strip().lower() == wanted:
            return value.strip().decode(errors="replace")
    return None


def header_status(headers: bytes | None) -> int | None:
    """The status number of a control frame (``NATS/1.0 404 No Messages``), None for a plain message."""
    if headers is None:
        return None
    first_line = headers.split(b"\r\n", 1)[0].split()
    return int(first_line[1]) if len(first_line) > 1 and first_line[1].isdigit() else None


class Wire:
    """One connection. Not thread-safe: the owner reads and writes from one thread or holds a lock."""

    def __init__(self, url: str, *, name: str, receive_buffer: int = 4 << 20) -> None:
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        self._sock = socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or 4222), timeout=CONNECT_TIMEOUT_S
        )
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._buffer = b""
        self._next_sid = 0
        self._requests = 0
        self._pongs = 0
        # A name of its own for every connection: with a shared inbox workers receive each other's data.
        self.inbox = f"_INBOX.{os.urandom(12).hex()}"
        self.info = self._read_info()
        if parts.scheme == "tls" or self.info.get("tls_required"):
            context = ssl.create_default_context()
            self._sock = context.wrap_socket(self._sock, server_hostname=parts.hostname)
        self._login(parts.username, parts.password, name)

    def _read_info(self) -> dict[str, Any]:
        received = b""
        while b"\r\n" not in received:
            chunk = self._sock.recv(65536)
            if not chunk:
                raise ProtocolError("closed before INFO")
            received += chunk
        line, _, self._buffer = received.partition(b"\r\n")
        if not line.startswith(b"INFO "):
            raise ProtocolError(f"expected INFO, got {line[:80]!r}")
        info: dict[str, Any] = json.loads(line[5:])
        return info

    def _login(self, user: str | None, password: str | None, name: str) -> None:
        options: dict[str, object] = {
            "verbose": False, "pedantic": False, "name": name, "lang": "lantu", "version": "1",
            "protocol": 1, "headers": True, "no_responders": True,
        }  # fmt: skip
        if user and password is None:
            options["auth_token"] = unquote(user)
        elif user:
            options["user"] = unquote(user)
            options["pass"] = unquote(password or "")
        self._sock.sendall(b"CONNECT " + json.dumps(options).encode() + b"\r\nPING\r\n")
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        while not self._pongs:
            if time.monotonic() > deadline:
                raise ProtocolError("no PONG after CONNECT")
            self.read(timeout=CONNECT_TIMEOUT_S)

    def fileno(self) -> int:
        """For select(): readable means that read() will not wait."""
        return self._sock.fileno()

    def subscribe(self, subject: str, *, queue: str = "") -> int:
        """Ask for a subject; returns the subscription id."""
        self._next_sid += 1
        self._sock.sendall(f"SUB {subject} {queue + ' ' if queue else ''}{self._next_sid}\r\n".encode())
        return self._next_sid

    def send(self, data: bytes) -> None:
        """Raw protocol bytes, for callers that assemble many PUBs at once."""
        self._sock.settimeout(CONNECT_TIMEOUT_S)
        self._sock.sendall(data)

    def publish(
        self, subject: str, payload: bytes, *, reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Publish without waiting for anything."""
        self.send(publish_frame(subject, payload, reply=reply, headers=headers))

    def read(self, *, timeout: float, drain: int = 0) -> list[Frame]:
        """One receive and every complete frame in it; ``drain`` > 0 goes on while data is there, up to so many bytes.

        Returns [] when nothing came within ``timeout`` seconds. Raises ConnectionError when the server is gone.
        """
        buffer = self.receive(timeout=timeout, drain=drain)
        return self.understand(buffer) if buffer else []

    def receive(self, *, timeout: float, drain: int = 0) -> bytes:
        """All bytes that have not been understood yet, b"" when none came within ``timeout`` seconds; like :meth:`read`.

        Hand them to :meth:`understand`, or :meth:`keep` what is left of them.
        """
        self._sock.settimeout(timeout)
        try:
            chunk = self._sock.recv(READ_SIZE)
        except (TimeoutError, ssl.SSLWantReadError):
            return b""
        if not chunk:
            raise ProtocolError("connection closed by server")
        chunks, size = [self._buffer, chunk], len(chunk)
        if drain:
            self._sock.setblocking(False)
            try:
                while size < drain and (chunk := self._sock.recv(READ_SIZE)):
                    chunks.append(chunk)
                    size += len(chunk)
            except (BlockingIOError, ssl.SSLWantReadError):
                size = drain
            finally:
                self._sock.setblocking(True)
        self._buffer = b""
        return b"".join(chunks)

    def understand(self, buffer: bytes) -> list[Frame]:
        """Every complete frame of what was received; the rest is kept, the server's questions are answered."""
        parsed = parse(buffer)
        self._buffer = parsed.rest
        self._pongs += parsed.pongs
        if parsed.pings:
            self.send(b"PONG\r\n" * parsed.pings)
        return parsed.frames

    def keep(self, rest: bytes) -> None:
        """What was received and not understood yet."""
        self._buffer = rest

    def request(self, subject: str, payload: bytes = b"", *, timeout: float = 5.0) -> Frame:
        """Publish and wait for one answer. Raises TimeoutError, or ProtocolError when nobody listens (503).

        Only for connections that have no busy subscription: frames of other subjects are dropped here.
        """
        self._requests += 1
        inbox = f"{self.inbox}.r{self._requests}"
        sid = self.subscribe(inbox)
        self.publish(subject, payload, reply=inbox)
        deadline = time.monotonic() + timeout
        wanted = inbox.encode()
        while (left := deadline - time.monotonic()) > 0:
            for frame in self.read(timeout=left):
                if frame.subject == wanted:
                    self.send(f"UNSUB {sid}\r\n".encode())
                    if header_status(frame.headers) == 503:
                        raise ProtocolError(f"nobody answers {subject}")
                    return frame
        raise TimeoutError(f"no answer to {subject} within {timeout} s")

    def close(self) -> None:
        """Close the socket; safe to call twice."""
        self._sock.close()


def publish_frame(
    subject: str, payload: bytes, *, reply: str = "", headers: dict[str, str] | None = None
) -> bytes:
    """The bytes of one PUB or HPUB."""
    if any(mark in subject for mark in " \t\r\n"):
        raise ValueError(f"white space in subject {subject!r}")
    to = f"{subject} {reply}".strip()
    if headers is None:
        return b"PUB %s %d\r\n%s\r\n" % (to.encode(), len(payload), payload)
    block = encode_headers(headers)
    return b"HPUB %s %d %d\r\n%s%s\r\n" % (to.encode(), len(block), len(block) + len(payload), block, payload)
