"""A logger that speaks HJ 212, as the simulator plays it: it repeats what is not acknowledged, obeys commands, keeps a history."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import datetime

import structlog

from lantu.calc import hj212
from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.signals import in_gap

log = structlog.get_logger(__name__)
ANSWER_S = 10.0
TRIES = 3
HISTORY_RECORDS = 2_000
# Channel → factor code of table B.2 and B.3.
CODES = {
    "pm10": "a34002", "pm25": "a34004", "tsp": "a34001", "noise": "LA", "wind_speed": "a01007", "wind_direction": "a01008",
    "temperature": "a01001", "humidity": "a01002", "pressure": "a01006",
}  # fmt: skip


class Silence(ConnectionError):
    """The platform has not answered three times: connect anew."""


def contents(actor: Actor, at: float, *, suffix: str = "Rtd", chance: float) -> list[str]:
    """CP items of the actor's values at unix time ``at``, cut into packets of the length that the standard allows."""
    items = [
        f"{CODES[key]}-{suffix}={value},{CODES[key]}-Flag=N"
        for key, value in actor.values(at, chance=chance).items()
        if key in CODES
    ]
    return [f"DataTime={_time_text(at)};{part}" for part in hj212.split_content(items, limit=900)]


class Logger:
    """One connection of one station."""

    def __init__(self, actor: Actor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.actor = actor
        self._reader = reader
        self._writer = writer
        self._framer = hj212.Framer()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._last_qn = 0
        self.answered = 0
        self.interval_s = actor.period_s

    async def listen(self) -> None:
        """Read until the platform closes: acknowledgements and commands."""
        while data := await self._reader.read(4096):
            for item in self._framer.feed(
                data, lambda frame: hj212.crc_fits(frame.segment, frame.crc, hj212.CrcMode.STD)
            ):
                if isinstance(item, hj212.Frame):
                    await self._take(hj212.parse(item.segment))
        raise ConnectionResetError("closed by the platform")

    async def report(self, at: float, *, chance: float) -> None:
        """Upload the values of now and wait until they are acknowledged. Raises Silence."""
        parts = contents(self.actor, at, chance=chance)
        for number, content in enumerate(parts, start=1):
            await self._upload("2011", content, pnum=len(parts), pno=number)

    async def _upload(self, cn: str, content: str, *, pnum: int, pno: int) -> None:
        qn = self._new_qn()
        split = pnum > 1
        packet = hj212.build(
            cn=cn, mn=self.actor.mn, st="39", qn=qn, pw=self.actor.pw, flag=7 if split else 5, content=content,
            pnum=pnum if split else 0, pno=pno,
        )  # fmt: skip
        answered = self._waiting[qn] = asyncio.get_running_loop().create_future()
        try:
            for _ in range(TRIES):
                self._writer.write(packet)
                done, _pending = await asyncio.wait([answered], timeout=ANSWER_S)
                if done:
                    self.answered += 1
                    return
        finally:
            del self._waiting[qn]
        raise Silence(f"no answer to {qn}")

    async def _take(self, packet: hj212.Packet) -> None:
        if packet.cn == "9014":
            waiting = self._waiting.get(packet.qn)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
            return
        known = packet.cn in {"1000", "1012", "1062", "1064", "2011", "2051"}
        self._reply(packet, "9011", f"QnRtn={1 if known else 8}")
        if not known:
            return
        if packet.cn == "1062" and packet.fields.get("RtdInterval", "").isdigit():
            self.interval_s = max(1.0, float(packet.fields["RtdInterval"]))
        sent = 0
        if packet.cn == "2051":
            for content in self._history(packet):
                history = hj212.build(
                    cn="2051",
                    mn=self.actor.mn,
                    st="39",
                    qn=self._new_qn(),
                    pw=self.actor.pw,
                    flag=4,
                    content=content,
                )
                self._writer.write(history)
                sent += 1
            await self._writer.drain()
        self._reply(packet, "9012", f"ExeRtn={1 if sent or packet.cn != '2051' else 100}")

    def _history(self, packet: hj212.Packet) -> Iterator[str]:
        """Minute means between BeginTime and EndTime; signals follow from the time, so the memory of a logger costs nothing."""
        try:
            begin, end = (
                hj212.parse_time(packet.fields.get(name, "")).timestamp() for name in ("BeginTime", "EndTime")
            )
        except hj212.Malformed:
            return
        step = max(60.0, self.actor.period_s)
        first = begin - begin % step + step
        for number in range(min(HISTORY_RECORDS, max(0, int((end - first) // step)))):
            at = first + number * step
            yield from contents(self.actor, at, suffix="Avg", chance=0.0)

    def _reply(self, packet: hj212.Packet, cn: str, content: str) -> None:
        self._writer.write(
            hj212.build(cn=cn, mn=self.actor.mn, qn=packet.qn, pw=self.actor.pw, flag=4, content=content)
        )

    def _new_qn(self) -> str:
        self._last_qn = max(int(_time_text(time.time(), millis=True)), self._last_qn + 1)
        return str(self._last_qn)


async def talk(actor: Actor, host: str, port: int, *, chance: float) -> None:
    """Connect and report at the station's interval until something breaks. Raises OSError."""
    reader, writer = await asyncio.open_connection(host, port)
    logger = Logger(actor, reader, writer)
    listening = asyncio.create_task(logger.listen())
    try:
        while not listening.done():
            at = time.time()
            if not in_gap(actor.code, at):
                await logger.report(at - at % 1, chance=chance)
            await asyncio.wait([listening], timeout=max(0.1, logger.interval_s - (time.time() - at)))
        listening.result()
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await listening
        writer.close()


def _time_text(at: float, *, millis: bool = False) -> str:
    return hj212.time_text(datetime.fromtimestamp(at, hj212.CHINA), millis=millis)
