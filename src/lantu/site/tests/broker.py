"""A stream of nudges that tests drive by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.cast import NOW

from lantu.core.nudge import nudge_body


class Broker:
    """A feed that the test drives: ``send`` delivers, ``fail`` breaks the connection."""

    def __init__(self) -> None:
        self.up = asyncio.Event()
        self.connections = 0
        self._lost: asyncio.Event | None = None
        self._deliver: Callable[[bytes], Awaitable[None]] | None = None

    async def listen(
        self, opened: Callable[[], None], on_message: Callable[[bytes], Awaitable[None]]
    ) -> None:
        if not self.up.is_set():
            raise ConnectionError("away")
        self.connections += 1
        self._lost, self._deliver = asyncio.Event(), on_message
        opened()
        await self._lost.wait()
        self._deliver = None

    async def send(self, event_id: int, kind: str, project_id: int | None) -> None:
        assert self._deliver is not None
        await self._deliver(nudge_body(event_id=event_id, kind=kind, project_id=project_id, at=NOW))

    async def raw(self, body: bytes) -> None:
        assert self._deliver is not None
        await self._deliver(body)

    def fail(self) -> None:
        assert self._lost is not None
        self.up.clear()
        self._lost.set()
