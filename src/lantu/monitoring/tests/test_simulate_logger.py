"""The simulated logger and the gateway understand each other: reports, commands, history."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime

from lantu.monitoring.gateway.hj212.models import Backfill
from lantu.monitoring.simulate.actors import Actor
from lantu.monitoring.simulate.logger import Logger, contents, talk
from lantu.monitoring.tests.hj212_station import PW, station
from lantu.monitoring.tests.test_gateway_server import serving

KEYS = ("pm10", "pm25", "tsp", "noise", "pressure", "wind_speed", "crane_load_pct")
ACTOR = Actor("D1", "P1", "", tuple((key, 1) for key in KEYS), 60.0, mn="ZX00001", pw=PW)
AT = 1_780_023_600.0


def test_packets_hold_what_the_standard_has_a_code_for() -> None:
    (content,) = contents(ACTOR, AT, chance=0.0)
    assert content.startswith("DataTime=20260529110000;a34002-Rtd=")
    assert "crane" not in content


def test_it_reports_obeys_and_answers_for_its_past() -> None:
    async def meet() -> None:
        async with serving() as bench:
            bench.server.clock = lambda: datetime.now(UTC)
            notes = bench.server.handler.notes
            known = replace(
                station(), backfill=Backfill.MINUTE, commands=True, rtd_interval_s=30,
                last_data_ms=int((time.time() - 3600) * 1000),
            )  # fmt: skip
            notes.adopt(type(notes.directory)([known]))
            reader, writer = await bench.connect()
            logger = Logger(ACTOR, reader, writer)
            listening = asyncio.create_task(logger.listen())
            await logger.report(time.time(), chance=0.0)
            assert logger.answered == 1
            counts = bench.meters.counts
            await bench.until(lambda: counts["requests_done"] >= 5)
            assert logger.interval_s == 30
            await bench.until(lambda: len(bench.stream.taken) > 50)
            bodies = [json.loads(message.payload) for message in bench.stream.taken]
            assert len({body["ts"] for body in bodies}) == len(bodies)
            assert counts["rejected"] == 0
            assert counts["requests_unanswered"] == 0
            listening.cancel()
            writer.close()

    asyncio.run(meet())


def test_it_connects_anew_when_the_platform_goes() -> None:
    async def meet() -> None:
        async with serving() as bench:
            bench.server.clock = lambda: datetime.now(UTC)
            talking = asyncio.create_task(
                talk(replace(ACTOR, code="D7"), "127.0.0.1", bench.port, chance=0.0)
            )
            await bench.until(lambda: bench.stream.taken)
            await bench.server.close()
            done, _ = await asyncio.wait([talking], timeout=10)
            assert done
            assert isinstance(talking.exception(), OSError)

    asyncio.run(meet())
