"""Around the cold store: quality, roll-ups through the API, export, retention, sizes, commands and the page."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from lantu.core.models import Event
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.telemetry import retention, seal
from lantu.monitoring.telemetry.charts import channel_chart
from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.retention import Policy, drop_expired, expired, policy
from lantu.monitoring.telemetry.selectors import raw_series
from lantu.monitoring.telemetry.sizes import read_sizes
from lantu.monitoring.tests.test_seal import FIRST, NAN, NOON, START, ZONE, channels, day_of, seal_all, store

pytestmark = pytest.mark.django_db
assert channels
KEPT = Policy(hot=3, readings=400, rollups=800)
SPAN = {"from": "2026-06-01T00:00:00+08:00", "to": "2026-06-02T00:00:00+08:00"}


@pytest.fixture
def reader(cast: Any) -> Client:
    found = Client()
    found.force_login(cast.officer)
    return found


def test_quality_travels_hot_and_cold(channels: list[Channel]) -> None:
    device = channels[0].device_id
    store(device, [(0, [1.0, 2.0, NAN], [0, 3, 0]), (60_000, [4.0, 5.0, NAN], None)])
    store(device, [(0, [NAN, NAN, 9.0], [0, 0, 8])])

    def marks(channel: Channel) -> list[tuple[float, int]]:
        since = datetime.fromtimestamp(START / 1000, ZONE)
        return [
            (p.value, p.quality) for p in raw_series(channel, since=since, until=since + timedelta(days=1))
        ]

    wanted = [[(1.0, 0), (4.0, 0)], [(2.0, 3), (5.0, 0)], [(9.0, 8)]]
    assert [marks(channel) for channel in channels] == wanted
    seal_all(1)
    assert [marks(channel) for channel in channels] == wanted
    chart = channel_chart(channels[1], now=datetime.fromtimestamp(START / 1000 + 3600, ZONE))
    assert [series["data"] for series in chart["series"]] == [[[START + 60_000, 5.0]], [[START, 2.0]]]
    assert chart["series"][1]["dots"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM reading_rollup WHERE channel_id = %s", [channels[1].pk])
        assert cursor.fetchone() == (1,), "what was being calibrated is no part of a mean"


def test_the_api_says_where_its_numbers_come_from(channels: list[Channel], reader: Client) -> None:
    store(channels[0].device_id, day_of(1440))

    def ask(**more: str) -> Any:
        return reader.get("/api/v1/readings", SPAN | {"channel": "D1.pm10"} | more).json()

    hot = ask(step="1h")
    seal_all(1)
    cold = ask(step="1h")
    assert (hot["source"], cold["source"], cold["step_s"]) == ("raw", "1h", 3600)
    assert [b["readings"] for b in cold["buckets"]] == [60] * 24
    for mine, theirs in zip(hot["buckets"], cold["buckets"], strict=True):
        assert mine == pytest.approx(theirs)
    assert ask(step="1d")["source"] == "1d"
    whole = ask()
    assert (whole["source"], whole["truncated"], len(whole["points"])) == ("raw", False, 1440)
    assert ask(step="auto")["source"] == "raw"
    month = ask(step="auto", **{"from": "2026-05-10T00:00:00+08:00"})
    assert (month["source"], month["step_s"], sum(b["readings"] for b in month["buckets"])) == (
        "raw",
        1800,
        1440,
    )
    store(channels[0].device_id, [(30_000_001, [500.0, NAN, NAN], None)])
    late = ask(step="1d")
    assert (late["source"], late["buckets"][0]["high"], late["buckets"][0]["readings"]) == (
        "raw",
        500.0,
        1441,
    )


def test_export(channels: list[Channel], reader: Client, cast: Any) -> None:
    store(channels[0].device_id, [(0, [81.5, NAN, NAN], [3, 0, 0]), (60_000, [82.0, NAN, NAN], None)])
    address = "/monitoring/devices/D1/readings/pm10.csv"
    got = reader.get(address, {"from": "2026-06-01", "to": "2026-06-02"})
    text = b"".join(got.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert text == [
        "时间,PM10,单位,质量标记", "2026-06-01T00:00:00.000+08:00,81.5,µg/m³,校准", "2026-06-01T00:01:00.000+08:00,82.0,µg/m³,正常",
    ]  # fmt: skip
    assert got["Content-Disposition"] == 'attachment; filename="D1-pm10-20260601-20260602.csv"'
    assert reader.get(address, {"hours": "720"}).status_code == 200
    outsider = Client()
    outsider.force_login(cast.outsider)
    assert outsider.get(address).status_code == 404
    assert reader.get(address, {"from": "gestern"}).status_code in (302, 422)
    assert reader.get(address, {"from": "1999-01-01", "to": "2026-01-01"}).status_code in (302, 422)


def test_retention_drops_months_and_tells(channels: list[Channel]) -> None:
    store(channels[0].device_id, day_of(100))
    seal_all(1)
    later = NOON + timedelta(days=500)
    assert [month.table for month in expired(now=later, kept=KEPT)] == ["reading_day_202606"]
    assert expired(now=NOON + timedelta(days=390), kept=KEPT) == []
    dropped = drop_expired(now=later, kept=KEPT)
    assert [(month.table, month.readings) for month in dropped] == [("reading_day_202606", 200)]
    event = Event.objects.get(kind="monitoring.readings_expired")
    assert (event.payload["readings"], event.payload["first_day"]) == (200, "2026-06-01")
    assert not SealedDay.objects.exists()
    far = NOON + timedelta(days=900)
    assert [month.table for month in drop_expired(now=far, kept=KEPT)] == ["reading_rollup_202606"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reading_month")
        assert cursor.fetchone() == (0,)
    assert drop_expired(now=far, kept=KEPT) == []


def test_retention_never_touches_what_is_not_sealed(channels: list[Channel]) -> None:
    store(channels[0].device_id, day_of(100))
    far = NOON + timedelta(days=900)
    assert drop_expired(now=far, kept=KEPT) == []
    seal_all(1)
    store(channels[0].device_id, [(99_999, [5.0, NAN, NAN], None)])
    waiting = expired(now=far, kept=KEPT)
    assert {month.waits_for for month in waiting} == {"2026-06-01"}
    assert drop_expired(now=far, kept=KEPT) == []
    seal_all(1)
    assert len(drop_expired(now=far, kept=KEPT)) == 2


@pytest.mark.parametrize(
    ("hot", "readings", "rollups", "wanted"),
    [
        (3, 1095, 3650, (3, 1095, 3650)),
        (0, 10, 10, (2, 400, 400)),
        (3, 0, 3650, (3, 0, 0)),
        (3, 2000, 500, (3, 2000, 2000)),
    ],
)
def test_the_policy_keeps_within_its_limits(
    settings: Any, hot: int, readings: int, rollups: int, wanted: tuple[int, int, int]
) -> None:
    settings.READINGS_HOT_DAYS, settings.READINGS_KEEP_DAYS, settings.ROLLUPS_KEEP_DAYS = (
        hot,
        readings,
        rollups,
    )
    assert tuple(policy()) == wanted


def test_sizes_lag_and_page(channels: list[Channel], reader: Client, cast: Any) -> None:
    for day in range(3):
        store(channels[0].device_id, day_of(200, day=day))
    before = read_sizes(now=NOON, kept=KEPT, exact=True)
    assert (before.hot.readings, before.cold.readings, before.lag_days) == (1200, 0, 7)
    seal_all(2)
    store(channels[0].device_id, [(99_999, [5.0, NAN, NAN], None)])
    after = read_sizes(now=NOON, kept=KEPT, exact=True)
    assert (after.hot.readings, after.cold.readings, after.days_sealed, after.late) == (401, 800, 2, [FIRST])
    assert after.lag_days == 5
    page = reader.get("/monitoring/storage/").content.decode()
    assert "2026-06-02" in page
    assert "800" in page
    assert "/monitoring/storage/" in reader.get("/monitoring/coverage/").content.decode()
    stranger = Client()
    stranger.force_login(cast.contractor)
    assert stranger.get("/monitoring/storage/").status_code == 403


def test_commands(channels: list[Channel]) -> None:
    def run(*words: str) -> str:
        out = StringIO()
        call_command(*words, stdout=out)
        return out.getvalue()

    store(channels[0].device_id, day_of(100))
    assert "2026-06-01" in run("seal_readings", "--dry-run")
    assert "写入 200" in run("seal_readings")
    assert run("seal_readings") == ""
    assert "已封存 1 天" in run("readings_size", "--exact")
    assert "没有超过期限" in run("readings_retention", "--dry-run")


def test_partitions_stand_ready(channels: list[Channel]) -> None:
    retention.make_room_ahead(now=NOON)
    assert {date(2026, 6, 9), date(2026, 6, 17)} <= seal.hot_days()
    assert retention.make_room_ahead(now=NOON) == 0


def test_another_session_at_work_is_left_alone(
    channels: list[Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import contextmanager

    @contextmanager
    def not_alone() -> Any:
        yield False

    store(channels[0].device_id, day_of(10))
    monkeypatch.setattr(seal, "sealing_alone", not_alone)
    assert seal.seal_due(now=NOON, keep_hot=3) == []


def test_a_long_list_is_cut_by_time(channels: list[Channel], equipment: SimpleNamespace) -> None:
    for day in range(3):
        store(channels[0].device_id, day_of(10, day=day))
    ticks = iter((0.0, 1.0, 20.0, 30.0))
    assert len(seal.seal_due(now=NOON, keep_hot=3, limit_s=10, clock=lambda: next(ticks))) == 1
