"""A million readings while the gateway, ingest, NATS and PostgreSQL are killed in turn: what was acknowledged is stored once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import urllib.request
from collections import deque
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.live_latency import platform
from bench.tables import Table, number
from bench.telemetry_fleet import DEVICES, actors, setup_django

MESSAGES = int(os.environ.get("BENCH_KILLS_MESSAGES", "250000"))
SENDERS = 200
LOGGERS = 16
WINDOW = 32
SHARE = 8
EVERY_S = 8.0
RATE = 3_500
SETTLE_S = 300.0
VICTIMS = ("gateway", "ingest", "nats", "postgres")
PASSWORD = "123456"
HIGH = b'"values":{"pm10":620.5,"pm25":40.2,"noise":51.2,"wind_speed":3.2}}'
LOW = b'"values":{"pm10":88.1,"pm25":40.2,"noise":51.2,"wind_speed":3.2}}'
PEAK_RULE = "dust.pm10.peak"


class Account:
    """What the devices were promised: (device, time) of every message that was acknowledged, by protocol."""

    def __init__(self) -> None:
        self.mqtt: set[tuple[str, int]] = set()
        self.hj212: set[tuple[str, int]] = set()
        self.reconnects = 0
        self.repeated = 0
        self.kills: dict[str, int] = dict.fromkeys(VICTIMS, 0)


def measure() -> list[Table]:
    """Send, kill, wait, count: with the stream forced to disk every second, then before every acknowledgement."""
    setup_django()
    return [_run(MESSAGES, "1s"), _run(MESSAGES // 2, "always")]


def _run(messages: int, sync: str) -> Table:
    fill = [sys.executable, "-m", "bench.kills", "fill"]
    with platform(fill=fill, LANTU_STREAM_SYNC=sync) as (places, _token):
        account, seconds = asyncio.run(_story(places, messages))
        found = _audit(places["database"], account)
    promised = len(account.mqtt) + len(account.hj212)
    rows = [
        ["messages acknowledged (MQTT / HJ 212)", f"{len(account.mqtt):,} / {len(account.hj212):,}"],
        ["readings in them", number(4 * promised, 0)],
        ["kills -9 (gateway / ingest / nats / postgres)", " / ".join(str(account.kills[name]) for name in VICTIMS)],
        ["connections made anew; messages sent again", f"{account.reconnects:,}; {account.repeated:,}"],
        ["acknowledged and not stored", str(found["missing"])],
        ["stored twice", str(found["twice"])],
        [f"devices that exceeded a limit / their alerts of {PEAK_RULE} / second ones", f"{SENDERS} / {found['alerts']} / {found['second']}"],
        ["seconds, sending / until the last one was stored", f"{seconds[0]:.0f} / {seconds[1]:.0f}"],
    ]  # fmt: skip
    whole = found["missing"] == 0 and found["twice"] == 0
    disk = "every second" if sync == "1s" else "before it acknowledges (LANTU_STREAM_SYNC=always)"
    return Table(
        title=f"{4 * promised:,} readings through {sum(account.kills.values())} kills, the stream synced {disk}",
        columns=["what", "count"],
        rows=rows,
        goals=[
            ("every acknowledged reading stored, exactly once", whole),
            ("every device's alert raised, exactly once", found["alerts"] == SENDERS and found["second"] == 0),
        ],
        notes=[
            f"`lantu up`; every {EVERY_S:g} s one of {', '.join(VICTIMS)} is killed with -9 in turn and brought back by the supervisor. "
            f"{SENDERS} devices over MQTT QoS 1 with {WINDOW} messages under way each, {LOGGERS} loggers over HJ 212 with one; both repeat "
            f"what was not acknowledged when they are connected again. PostgreSQL with fsync and synchronous commit; NATS syncs its "
            f"file {disk}. These kills end processes and do not cut power.",
        ],
    )  # fmt: skip


async def _story(places: dict[str, Any], messages: int) -> tuple[Account, tuple[float, float]]:
    account = Account()
    data_dir = Path(places["data_dir"])
    await asyncio.sleep(5)  # the ingest worker and the gateway read the new registry
    started = time.monotonic()
    share = messages // SENDERS
    base_ms = int(time.time() * 1000) - share * 100
    fleet = actors()
    senders = [
        asyncio.create_task(_mqtt_device(places["mqtt"], actor, share, base_ms, account))
        for actor in fleet[LOGGERS : LOGGERS + SENDERS]
    ]
    done = asyncio.Event()
    loggers = [
        asyncio.create_task(_logger(places["hj212"], n, fleet[n].code, done, account)) for n in range(LOGGERS)
    ]
    killer = asyncio.create_task(_kill_in_turn(data_dir, account))
    await asyncio.gather(*senders)
    done.set()
    killer.cancel()
    await asyncio.gather(*loggers)
    sent_s = time.monotonic() - started
    await asyncio.to_thread(_settle, places["web"])
    return account, (sent_s, time.monotonic() - started)


async def _mqtt_device(url: str, actor: Any, share: int, base_ms: int, account: Account) -> None:
    """Send ``share`` messages in order; after a break everything that was not acknowledged goes out again."""
    from lantu.monitoring.simulate.mqtt import Publisher, text

    address = urlsplit(url)
    topic = text(actor.topic)
    todo, under_way = deque(range(share)), deque[int]()
    while todo or under_way:
        try:
            publisher = await Publisher.open(
                str(address.hostname), int(address.port or 1883), client_id=actor.code, user=actor.code, password=actor.token
            )  # fmt: skip
        except (OSError, TimeoutError):
            await asyncio.sleep(0.3)
            continue
        acked = 0
        while publisher.is_open and (todo or under_way):
            for _ in range(publisher.acked - acked):  # acknowledgements come in the order of sending
                account.mqtt.add((actor.code, base_ms + 100 * under_way.popleft()))
            acked = publisher.acked
            batch = [todo.popleft() for _ in range(min(WINDOW - len(under_way), len(todo), SHARE))]
            if batch:
                under_way.extend(batch)
                with suppress(ConnectionError):
                    publisher.send_many(topic, [_payload(base_ms, n, share) for n in batch])
            await asyncio.sleep(SHARE * SENDERS / RATE)
        publisher.close()
        if under_way:
            account.reconnects += 1
            account.repeated += len(under_way)
            todo.extendleft(reversed(under_way))
            under_way.clear()


def _payload(base_ms: int, n: int, share: int) -> bytes:
    return b'{"ts":%d,%s' % (base_ms + 100 * n, HIGH if n >= share // 2 else LOW)


async def _logger(url: str, n: int, code: str, done: asyncio.Event, account: Account) -> None:
    """One HJ 212 station: a packet, its acknowledgement, the next; again after every break."""
    from lantu.calc import hj212

    address = urlsplit(url)
    second = int(time.time()) - 20_000
    while not done.is_set():
        try:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
        except OSError:
            await asyncio.sleep(0.3)
            continue
        try:
            while not done.is_set():
                at = time.strftime("%Y%m%d%H%M%S", time.gmtime(second + 8 * 3600))
                packet = hj212.build(
                    cn="2011", mn=f"BENCH{n:019d}", st="39", qn=f"{at}000", pw=PASSWORD, flag=5,
                    content=f"DataTime={at};a34002-Rtd=66.0;a34004-Rtd=25.0;LA-Rtd=51.8;a01007-Rtd=3.5",
                )  # fmt: skip
                writer.write(packet)
                while b"CN=9014" not in (line := await asyncio.wait_for(reader.readline(), 10)):
                    if not line:
                        raise ConnectionResetError
                account.hj212.add((code, second * 1000))
                second += 1
                await asyncio.sleep(0.05)
        except (OSError, TimeoutError):
            account.reconnects += 1
            account.repeated += 1
        finally:
            writer.close()


async def _kill_in_turn(data_dir: Path, account: Account) -> None:
    for name in cycle(VICTIMS):
        await asyncio.sleep(EVERY_S)
        children = json.loads((data_dir / "run" / "children.json").read_text())
        for child in children if isinstance(children, list) else children["children"]:
            if child["name"] == name:
                with suppress(ProcessLookupError):
                    os.kill(int(child["pid"]), signal.SIGKILL)
                    account.kills[name] += 1


def _settle(web: str) -> None:
    """Until the platform itself says that nothing in the stream waits."""
    deadline, calm = time.monotonic() + SETTLE_S, 0
    while calm < 3 and time.monotonic() < deadline:
        time.sleep(1)
        with (
            suppress(OSError, ValueError, KeyError),
            urllib.request.urlopen(f"{web}/readyz", timeout=10) as answer,
        ):
            found = json.load(answer)
            calm = calm + 1 if found["checks"]["ingest"]["pending"] == 0 else 0


def _audit(database: str, account: Account) -> dict[str, int]:
    import psycopg

    with psycopg.connect(database) as connection:
        stored: dict[tuple[str, int], int] = {}
        for code, ms, times in connection.execute(
            "SELECT d.code, (extract(epoch FROM r.ts) * 1000)::bigint, count(*) FROM reading_wide r"
            " JOIN monitoring_device d ON d.id = r.device_id GROUP BY 1, 2"
        ):
            stored[(code, ms)] = times
        alerts = connection.execute(
            "SELECT a.device_id, count(*) FROM monitoring_alert a JOIN monitoring_rule r ON r.id = a.rule_id"
            " WHERE r.code = %s GROUP BY 1",
            [PEAK_RULE],
        ).fetchall()
    return {
        "missing": sum(key not in stored for key in account.mqtt | account.hj212),
        "twice": sum(times > 1 for times in stored.values()),
        "alerts": len(alerts),
        "second": sum(times > 1 for _device, times in alerts),
    }


def _fill() -> str:
    """The fleet of the latency benchmark, with stations for the first devices."""
    setup_django()
    from django.utils import timezone

    from bench.live_latency import fill_with_people
    from lantu.monitoring.devices.models import Device
    from lantu.monitoring.gateway.hj212.services.set_station import set_station

    token = fill_with_people()
    for n, actor in enumerate(actors()[:LOGGERS]):
        device = Device.objects.get(code=actor.code)
        set_station(
            device,
            settings={"mn": f"BENCH{n:019d}", "pw": PASSWORD, "st": "39"},
            now=timezone.now(),
            actor=None,
        )
    return token


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        print(_fill())
    else:
        assert LOGGERS % DEVICES == 0
        for table in measure():
            print(table.markdown())
