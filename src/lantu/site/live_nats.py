"""The process's one subscription to nudges."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import nats
import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from lantu.core.nudge import LIVE_SUBJECT

log = structlog.get_logger(__name__)
CONNECT_TIMEOUT_S = 3


class NatsFeed:
    """A plain core subscription: no stream, no acknowledgement; what is missed is made good by a resync."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def listen(
        self, opened: Callable[[], None], on_message: Callable[[bytes], Awaitable[None]]
    ) -> None:
        """Deliver nudges until the connection is lost. Raises ConnectionError when there is none to be had."""
        lost = asyncio.Event()

        async def on_lost() -> None:
            lost.set()

        async def on_error(error: Exception) -> None:
            log.debug("live_feed_error", error=str(error))

        async def on_msg(message: Msg) -> None:
            await on_message(message.data)

        try:
            # Reconnecting is the caller's work: it also tells the clients.
            connection = await nats.connect(
                self._url,
                name="lantu-live",
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0.1,
                connect_timeout=CONNECT_TIMEOUT_S,
                ping_interval=10,
                max_outstanding_pings=2,
                closed_cb=on_lost,
                disconnected_cb=on_lost,
                error_cb=on_error,
            )
        except (NatsError, OSError, TimeoutError) as error:
            raise ConnectionError(f"no broker at the live address: {error}") from error
        try:
            await connection.subscribe(LIVE_SUBJECT, cb=on_msg)
            await connection.flush(timeout=CONNECT_TIMEOUT_S)
            opened()
            await lost.wait()
        except NatsError as error:
            raise ConnectionError(str(error)) from error
        finally:
            await connection.close()
