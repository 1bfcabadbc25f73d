"""Readings at rest: 100 million through the sealed path; bytes per reading and query times, beside a row per reading."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.storage_fill import (
    CITY_DEVICES,
    DAYS,
    DEVICES,
    GAPS,
    HOT_DAYS,
    JITTER_MS,
    KEYS,
    LAST,
    NARROW_DAYS,
    Filled,
    copy_hot,
    day_rows,
    fill,
    register,
    run,
    say,
    scalar,
    setup,
)  # fmt: skip
from bench.tables import Table, number

REPEATS = 21
GOALS = {"cold": 8.0, "raw": 20.0, "month": 50.0}


def measure() -> list[Table]:
    """Fill, weigh, ask."""
    from lantu.runtime.testing import temporary_postgres

    with temporary_postgres(durable=True) as url:
        setup(url)
        channels = register()
        filled = fill(channels)
        sizes = _sizes()
        warm = _ask(channels)
        narrow = _ask_narrow()
        cold = _ask_cold(channels)
        city = _seal_city_day()
    return [_weights(filled, sizes, city), _queries(warm, cold, narrow, filled)]


def _sizes() -> Any:
    from lantu.monitoring.telemetry.retention import Policy
    from lantu.monitoring.telemetry.sizes import read_sizes

    now = datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(hours=12)
    return read_sizes(now=now, kept=Policy(HOT_DAYS, 0, 0), exact=True)


def _questions(channels: list[Any]) -> dict[str, Callable[[int], int]]:
    """Name → a function that asks it for the n-th channel, through the selectors of the API; how many rows came."""
    from lantu.monitoring.telemetry.selectors import raw_series, stepped_series

    end = datetime.combine(LAST - timedelta(days=HOT_DAYS), datetime.min.time(), UTC) - timedelta(hours=8)

    def raw(days: int, until: datetime = end) -> Callable[[int], int]:
        return lambda n: len(raw_series(channels[n], since=until - timedelta(days=days), until=until))

    def stepped(days: int, step: timedelta) -> Callable[[int], int]:
        return lambda n: len(
            stepped_series(channels[n], since=end - timedelta(days=days), until=end, step=step).buckets
        )

    return {
        "24 h raw, sealed": raw(1),
        "24 h raw, hot": raw(1, end + timedelta(days=2)),
        "24 h raw over two sealed days": raw(1, end - timedelta(days=40, hours=5)),
        "30 days by 10 min, from all readings": stepped(30, timedelta(minutes=10)),
        "30 days by 1 h, from roll-ups": stepped(30, timedelta(hours=1)),
        "1 year by day, from roll-ups": stepped(DAYS - HOT_DAYS - 1, timedelta(days=1)),
    }


def _ask(channels: list[Any]) -> dict[str, tuple[float, float, int]]:
    """Median and greatest ms, rows; each question to different channels, once before the clock runs."""
    found = {}
    for name, ask in _questions(channels).items():
        times, count = [], 0
        for repeat in range(REPEATS):
            n = (7 + 37 * repeat) % len(channels)
            ask(n)
            began = time.perf_counter()
            count = ask(n)
            times.append(1000 * (time.perf_counter() - began))
        found[name] = (statistics.median(times), max(times), count)
        say(f"{name}: {found[name][0]:.1f} ms")
    return found


def _ask_narrow() -> dict[str, float]:
    """The same questions in SQL to the row-per-reading table (its 30 days), warm."""
    from django.db import connection

    since = datetime.combine(LAST - timedelta(days=HOT_DAYS + 1), datetime.min.time(), UTC) - timedelta(
        hours=8
    )
    statements = {
        "24 h raw, sealed": (
            "SELECT ts, v FROM bench_narrow WHERE channel = %s AND ts >= %s AND ts < %s ORDER BY ts",
            [since, since + timedelta(days=1)],
        ),
        "30 days by 10 min, from all readings": (
            "SELECT date_bin('10 min', ts, '2000-01-01'), count(*), avg(v), min(v), max(v) FROM bench_narrow"
            " WHERE channel = %s AND ts >= %s AND ts < %s GROUP BY 1 ORDER BY 1",
            [since - timedelta(days=30), since],
        ),
    }
    channels = _narrow_channels()
    found = {}
    with connection.cursor() as cursor:
        for name, (sql, span) in statements.items():
            times = []
            for repeat in range(REPEATS):
                channel = channels[(7 + 37 * repeat) % len(channels)]
                cursor.execute(sql, [channel, *span])
                cursor.fetchall()
                began = time.perf_counter()
                cursor.execute(sql, [channel, *span])
                cursor.fetchall()
                times.append(1000 * (time.perf_counter() - began))
            found[name] = statistics.median(times)
    return found


def _narrow_channels() -> list[int]:
    from lantu.monitoring.devices.models import Device

    ids = Device.objects.order_by("pk").values_list("pk", flat=True)[:DEVICES]
    return [pk * 10 + place for pk in ids for place in range(KEYS)]


def _ask_cold(channels: list[Any]) -> dict[str, float]:
    """The first time after the pages have left PostgreSQL's and, where we may, the system's memory."""
    found = {}
    for position, (name, ask) in enumerate(_questions(channels).items()):
        times = []
        for repeat in range(3):
            with _forgotten():
                began = time.perf_counter()
                ask((11 + 53 * position + 71 * repeat) % len(channels))
                times.append(1000 * (time.perf_counter() - began))
        found[name] = statistics.median(times)
    return found


@contextmanager
def _forgotten() -> Iterator[None]:
    """Evict every buffer that nobody uses, and the page cache as root; the connection and its plans stay."""
    run("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
    run("CHECKPOINT")
    run(
        "SELECT count(*) FROM (SELECT pg_buffercache_evict(bufferid) FROM pg_buffercache WHERE bufferid IS NOT NULL) gone"
    )
    if os.geteuid() == 0:
        os.sync()
        try:
            with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as switch:
                switch.write("1")
        except OSError:
            say("the page cache could not be emptied")
    scalar("SELECT 1")
    yield


def _seal_city_day() -> dict[str, float]:
    """One day of a whole city (1,016 devices of four): COPY and seal, and late data merged."""
    from lantu.monitoring.devices.models import Device
    from lantu.monitoring.telemetry.seal import seal_day

    ids = list(Device.objects.order_by("pk").values_list("pk", flat=True))
    day = LAST + timedelta(days=10)
    rows = day_rows(day, ids, seed=10_000)
    now = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=5)
    began = time.monotonic()
    copy_hot(day, rows)
    copy_s = time.monotonic() - began
    began = time.monotonic()
    seal_day(day, now=now)
    seal_s = time.monotonic() - began
    late = tuple(column[::997] for column in rows)
    copy_hot(day, (late[0], late[1] + 1, late[2]))
    began = time.monotonic()
    report = seal_day(day, now=now)
    return {
        "readings": rows[2].size, "copy": rows[2].size / copy_s, "seal": rows[2].size / seal_s, "seal_s": seal_s,
        "late": report.merged, "late_s": time.monotonic() - began, "memory": _peak_mib(),
    }  # fmt: skip


def _peak_mib() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _weights(filled: Filled, sizes: Any, city: dict[str, float]) -> Table:
    cold, rollups = sizes.cold.per_reading, sizes.rollups.per_reading
    rows = [
        ["a row per reading, primary key (channel, time)", number(filled.narrow_bytes, 2), number(filled.narrow_rate, 0)],
        ["hot: a row per device and time, day partitions", number(filled.hot_bytes, 2), number(filled.readings / filled.copy_s, 0)],
        ["cold: a row per channel and day", number(cold, 2), number(filled.readings / filled.seal_s, 0)],
        ["roll-ups by hour, day, month, beside the cold rows", number(rollups, 2), "in the same pass"],
    ]  # fmt: skip
    return Table(
        title=f"Storage: {filled.readings / 1e6:,.1f} million readings at rest",
        columns=["where", "bytes per reading, indexes included", "readings/s written"],
        rows=rows,
        goals=[
            (f"at most {GOALS['cold']:.0f} bytes per reading once sealed (cold and roll-ups together {cold + rollups:.2f})", cold + rollups <= GOALS["cold"]),
        ],
        notes=[
            f"{DEVICES} devices × {KEYS} channels × {DAYS} days, one reading a minute with ±{JITTER_MS} ms jitter, {GAPS:.0%} missing,"
            " values a random walk in steps of 0.1; written by `store_rows` (COPY, 20,000 rows per transaction) and sealed by the"
            f" job's own code, {HOT_DAYS} days left hot. The row-per-reading table holds the last {NARROW_DAYS} days.",
            "Sealing = read the partition, merge, pack, write cold rows and roll-ups, read them back from the database, compare, drop.",
            f"A day of a city ({city['readings']:,.0f} readings of {CITY_DEVICES} devices): COPY {city['copy']:,.0f}/s, sealed in"
            f" {city['seal_s']:.1f} s ({city['seal']:,.0f}/s); {city['late']:,.0f} late readings over all channels merged in"
            f" {city['late_s']:.1f} s. Peak memory of the whole benchmark process {city['memory']:,.0f} MiB.",
            "PostgreSQL of the wheel with Lantu's own settings: fsync, synchronous commit.",
        ],
    )  # fmt: skip


def _queries(
    warm: dict[str, tuple[float, float, int]],
    cold: dict[str, float],
    narrow: dict[str, float],
    filled: Filled,
) -> Table:
    rows = [
        [name, str(count), number(median), number(most), number(cold[name]), number(narrow[name]) if name in narrow else "—"]
        for name, (median, most, count) in warm.items()
    ]  # fmt: skip
    month = max(warm[name][0] for name in warm if name.startswith("30 days"))
    return Table(
        title=f"Storage: one channel among {filled.readings / 1e6:,.1f} million readings",
        columns=[
            "question",
            "rows",
            "warm ms (median)",
            "warm ms (most)",
            "cold ms",
            "row per reading, warm ms",
        ],
        rows=rows,
        goals=[
            (
                f"24 h raw of one channel below {GOALS['raw']:.0f} ms warm",
                warm["24 h raw, sealed"][0] < GOALS["raw"],
            ),
            (f"30 days downsampled below {GOALS['month']:.0f} ms warm", month < GOALS["month"]),
        ],
        notes=[
            f"Through the selectors of the API, as Python rows; {REPEATS} channels, each asked once before. Cold: PostgreSQL's buffers"
            " and the system's page cache emptied, median of 3. The row-per-reading table is asked in SQL and holds a month only.",
        ],
    )


if __name__ == "__main__":
    for table in measure():
        print(table.markdown())
