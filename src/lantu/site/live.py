"""``GET /live``: server-sent events that say "something changed", never what.

Served beside Django, not through it: a stream lasts for hours and would hold one of Django's threads.
The reader's rights are computed at connect and again every minute; content is fetched by the page itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any, Protocol

import structlog
from django.utils.translation import gettext, gettext_noop, override

from lantu.site.live_hub import DROPPED, NUDGES, Client, Entry, Hub, encode_nudge, encode_word
from lantu.site.live_readers import Credentials, Readers, credentials_of, language_of

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_S = 15.0
TICK_S = 5.0
READMIT_S = 60.0
SLOW_S = 10.0
MAX_STREAMS_PER_USER = 12
MAX_STREAMS = 3000
LONGEST_BACKOFF_S = 30.0

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Feed(Protocol):
    """Where nudges come from. ``listen`` returns or raises OSError when the connection is gone."""

    async def listen(
        self, opened: Callable[[], None], on_message: Callable[[bytes], Awaitable[None]]
    ) -> None: ...


class LiveApp:
    """The ASGI application of the path /live: one hub, one feed, any number of clients."""

    def __init__(self, readers: Readers, feed: Feed | None, hub: Hub | None = None) -> None:
        self.readers = readers
        self.feed = feed
        self.hub = hub or Hub()
        self.heartbeat_s, self.tick_s, self.readmit_s, self.slow_s = HEARTBEAT_S, TICK_S, READMIT_S, SLOW_S
        self.first_backoff_s = 1.0
        self._tasks: list[asyncio.Task[None]] = []
        self._codes: dict[int, str | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._start()
        refusal, client = await self._admit(scope)
        if client is None:
            await _refuse(send, *refusal, language=language_of(scope["headers"]))
            return
        client.task = asyncio.current_task()
        self.hub.join(client)
        gone = asyncio.ensure_future(_until_gone(receive, client))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await self._write(client, send, self._greeting(scope, client))
            await self._stream(client, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except asyncio.CancelledError:
            # We cancel the task of a client that does not read (see _tick); anybody else's cancellation goes on.
            if not client.over:
                raise
        except OSError as error:
            log.debug("live_client_gone", error=str(error))
        finally:
            gone.cancel()
            self.hub.leave(client)

    async def _admit(self, scope: Scope) -> tuple[tuple[int, str], Client | None]:
        """A client for the hub, or the status and words of the refusal."""
        if scope["method"] != "GET":
            return (405, gettext_noop("只支持 GET。")), None
        if self.hub.closing or len(self.hub.clients) >= MAX_STREAMS:
            return (503, gettext_noop("实时连接已满，请稍后再试。")), None
        credentials = credentials_of(scope["headers"])
        who = (await self.readers.admit([credentials]))[0] if credentials is not None else None
        if who is None:
            return (401, gettext_noop("没有登录或登录已过期。")), None
        if self.hub.streams_of(who.user_id) >= MAX_STREAMS_PER_USER:
            return (429, gettext_noop("同一账号打开的实时页面过多。")), None
        return (200, ""), Client(credentials, who.user_id, who.sight, self.hub.end)

    def _greeting(self, scope: Scope, client: Client) -> bytes:
        """Reconnect time, state of the broker, and what was missed since Last-Event-ID."""
        head = b": lantu\nretry: 2000\n\n" + (b"" if self.hub.online else encode_word("offline"))
        last_seen = dict(scope["headers"]).get(b"last-event-id", b"")
        if not last_seen:
            return head
        position = (
            self.hub.after_event(int(last_seen)) if last_seen.isdigit() and len(last_seen) < 19 else None
        )
        if position is None:
            return head + encode_word("resync")
        client.cursor = position
        return head + self.hub.take(client)

    async def _stream(self, client: Client, send: Send) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.hub.news_for(client)
            if client.over or self.hub.closing:
                return
            chunk = self.hub.take(client)
            if not chunk and loop.time() - client.told_at >= self.heartbeat_s:
                chunk = b": .\n\n"
            if chunk:
                await self._write(client, send, chunk)

    async def _write(self, client: Client, send: Send, chunk: bytes) -> None:
        loop = asyncio.get_running_loop()
        client.sending_since = loop.time()
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        client.sending_since, client.told_at = None, loop.time()

    # -- the process's own tasks ------------------------------------------------------------------

    def _start(self) -> None:
        if self._tasks or self.hub.closing:
            return
        self._tasks = [
            asyncio.ensure_future(self._tick_for_ever()),
            asyncio.ensure_future(self._listen_for_ever()),
        ]
        _on_stop_signal(self.hub.close)

    async def stop(self) -> None:
        """End all streams and the feed."""
        self.hub.close()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen_for_ever(self) -> None:
        """Keep one subscription; when the broker is away say so, and try again with growing pauses."""
        pause = self.first_backoff_s
        while self.feed is not None:
            opened = False

            def on_open() -> None:
                nonlocal opened
                opened = True
                self.hub.set_online(True)

            try:
                await self.feed.listen(on_open, self._on_message)
            except OSError as error:
                log.warning("live_feed_lost", error=str(error), retry_s=pause)
            self.hub.set_online(False)
            pause = self.first_backoff_s if opened else min(pause * 2, LONGEST_BACKOFF_S)
            await asyncio.sleep(pause)

    async def _on_message(self, body: bytes) -> None:
        try:
            nudge = json.loads(body)
            event_id, kind, project_id, ts = (
                int(nudge["id"]),
                str(nudge["kind"]),
                nudge["project_id"],
                int(nudge["ts"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            log.warning("live_bad_nudge", error=str(error), body=body[:200])
            return
        NUDGES.inc()
        if project_id is not None and (project_id not in self._codes or kind == "projects.code_replaced"):
            self._codes[project_id] = await self.readers.code_of(project_id)
        code = self._codes[project_id] if project_id is not None else None
        self.hub.push(
            Entry(event_id, project_id, encode_nudge(event_id=event_id, kind=kind, project=code, ts=ts))
        )

    async def _tick_for_ever(self) -> None:
        """Heartbeats, slow clients, and every minute the question whether each client may still listen."""
        loop = asyncio.get_running_loop()
        checked = loop.time()
        while True:
            await asyncio.sleep(self.tick_s)
            self._dismiss_slow(loop.time())
            if loop.time() - checked >= self.readmit_s:
                checked = loop.time()
                await self._readmit()
            self.hub.wake_soon()

    def _dismiss_slow(self, now: float) -> None:
        for client in list(self.hub.clients):
            if client.sending_since is not None and now - client.sending_since > self.slow_s and client.task:
                DROPPED.labels("slow").inc()
                client.over = True
                client.task.cancel()

    async def _readmit(self) -> None:
        clients = list(self.hub.clients)
        shown: list[Credentials] = list({client.credentials for client in clients})
        answers = dict(zip(shown, await self.readers.admit(shown), strict=True))
        for client in clients:
            answer = answers[client.credentials]
            if answer is None:
                DROPPED.labels("signed_out").inc()
                client.end()
            else:
                client.sight = answer.sight


async def _until_gone(receive: Receive, client: Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.end()


async def _refuse(send: Send, status: int, detail: str, *, language: str) -> None:
    with override(language):
        words = {"title": gettext("没有打开实时连接"), "detail": gettext(detail)}
    body = {"type": "urn:lantu:live.refused", "status": status, **words}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if status in (429, 503):
        headers.append((b"retry-after", b"10"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body, ensure_ascii=False).encode()})


def _on_stop_signal(close: Callable[[], None]) -> None:
    """End the streams as soon as the server is told to stop.

    The server waits for open responses before it says so through ASGI, and a live stream never ends by itself.
    Python's own handler is called in addition to the one that the event loop keeps (that one listens on the
    wake-up descriptor), so the server still hears its signal.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handler(signum: int, frame: FrameType | None, before: Any = before) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has already closed: nothing is left to end
                loop.call_soon_threadsafe(close)
            if callable(before):
                before(signum, frame)

        signal.signal(number, handler)
        signal.siginterrupt(number, False)
