"""Sealing: hot, late and repeated readings in any order answer like a plain list; a kill in the middle changes nothing."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantu.monitoring.devices.models import Channel
from lantu.monitoring.telemetry import cold, rollup, seal
from lantu.monitoring.telemetry.models import SealedDay
from lantu.monitoring.telemetry.packing import Day, pack, unpack
from lantu.monitoring.telemetry.selectors import raw_series, stepped_series
from lantu.monitoring.telemetry.store import Rows, local_days, make_partitions, store_rows

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
FIRST = date(2026, 6, 1)
START = cold.day_start_ms(FIRST, ZONE)
HOUR = 3_600_000


@pytest.fixture
def channels(equipment: SimpleNamespace) -> list[Channel]:
    """pm10, noise and wind_speed of the dust monitor, in the order of their ranks."""
    return list(Channel.objects.filter(device=equipment.dust).select_related("device").order_by("rank"))


def store(device: int, readings: list[tuple[int, list[float], list[int] | None]]) -> Any:
    """What the worker does: partitions, then rows, all suspected."""
    width = len(readings[0][1])
    ts = np.array([START + at for at, _v, _q in readings], np.int64)
    make_partitions(local_days(ts, ZONE), "Asia/Shanghai")
    q = None
    if any(marks for _at, _v, marks in readings):
        q = np.array([marks or [0] * width for _at, _v, marks in readings], np.int8)
    n = len(readings)
    with transaction.atomic():
        return store_rows(
            Rows(
                np.full(n, device, np.int32), ts, ts, np.full(n, width, np.int64),
                np.array([v for _at, v, _q in readings], np.float64), q,
            ),
            suspect=np.ones(n, bool),
        )  # fmt: skip


def single(value: float) -> float:
    """The float32 that is stored."""
    return float(np.float32(value))


def seal_all(days: int = 10) -> None:
    seal.seal_due(now=NOON, keep_hot=(NOON.date() - FIRST).days - days + 1)


def answer(channel: Channel, days: int = 10) -> list[tuple[int, float, int]]:
    since = datetime.fromtimestamp(START / 1000, UTC)
    found = raw_series(channel, since=since, until=since + timedelta(days=days))
    return [(point.ts_ms - START, single(point.value), point.quality) for point in found]


def through_sql(channel: Channel) -> list[tuple[int, float, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (extract(epoch FROM ts) * 1000)::bigint - %s, value, quality FROM reading WHERE channel_id = %s ORDER BY ts",
            [START, channel.pk],
        )
        return [(int(at), single(value), quality) for at, value, quality in cursor.fetchall()]


class Naive:
    """The specification: the first value of a channel and time stays."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, int], tuple[float, int]] = {}

    def add(self, readings: list[tuple[int, list[float], list[int] | None]]) -> None:
        for at, vector, marks in readings:
            for place, value in enumerate(vector):
                if value == value:
                    mark = marks[place] if marks else 0
                    self.kept.setdefault((place, at), (single(value), mark))

    def answer(self, place: int) -> list[tuple[int, float, int]]:
        return sorted((at, *kept) for (where, at), kept in self.kept.items() if where == place)

    def steps(self, place: int, step_ms: int) -> list[tuple[int, int, float, float, float, float]]:
        found: dict[int, list[float]] = {}
        for at, value, mark in self.answer(place):
            if mark == 0:
                found.setdefault(at // step_ms * step_ms, []).append(value)
        return [
            (at, len(vs), sum(vs) / len(vs), min(vs), max(vs), vs[-1]) for at, vs in sorted(found.items())
        ]


NAN = float("nan")
values = st.one_of(
    st.just(NAN), st.integers(0, 900).map(lambda n: n / 10), st.floats(-1e6, 1e6, width=32),
)  # fmt: skip
reading = st.tuples(
    # Few distinct times, so that repeats happen; around the local midnights of three days.
    st.one_of(
        st.integers(0, 30).map(lambda n: n * 60_000),
        st.integers(23 * 3600, 49 * 3600).map(lambda s: s * 1000),
    ),
    st.lists(values, min_size=3, max_size=3),
    st.one_of(st.none(), st.lists(st.sampled_from([0, 0, 3, 8]), min_size=3, max_size=3)),
)
moves = st.lists(
    st.one_of(st.lists(reading, min_size=1, max_size=12), st.sampled_from([1, 2, 3])), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves)
def test_any_order_answers_like_a_list(channels: list[Channel], moves: list[Any]) -> None:
    naive, device = Naive(), channels[0].device_id
    with transaction.atomic():
        for move in moves:
            if isinstance(move, int):
                seal_all(move)
            else:
                naive.add(move)
                store(device, move)
        for place, channel in enumerate(channels):
            assert answer(channel) == naive.answer(place)
            assert through_sql(channel) == naive.answer(place)
            _steps_agree(channel, naive, place)
        transaction.set_rollback(True)


def _steps_agree(channel: Channel, naive: Naive, place: int) -> None:
    since = datetime.fromtimestamp(START / 1000, UTC)
    for step in (HOUR, 24 * HOUR, 10 * 60_000, 6 * HOUR):
        found = stepped_series(
            channel, since=since, until=since + timedelta(days=10), step=timedelta(milliseconds=step)
        )
        got = [
            (b.ts_ms - START, b.readings, b.mean, *map(single, (b.low, b.high, b.last)))
            for b in found.buckets
        ]
        wanted = naive.steps(place, step)
        assert [row[:2] for row in got] == [row[:2] for row in wanted]
        for mine, theirs in zip(got, wanted, strict=True):
            assert mine[2:] == pytest.approx(theirs[2:], rel=1e-9, abs=1e-9)


def day_of(count: int, *, jitter: int = 300, gaps: float = 0.0, seed: int = 7, day: int = 0) -> list[Any]:
    chance = random.Random(seed)
    step = 86_400_000 // count
    return [
        (day * 86_400_000 + n * step + (chance.randint(0, jitter) if jitter else 0), [round(50 + chance.random() * 9, 1), 60.0, NAN], None)
        for n in range(count) if chance.random() >= gaps
    ]  # fmt: skip


def test_a_day_is_sealed_small_and_the_partition_goes(channels: list[Channel]) -> None:
    store(channels[0].device_id, day_of(1440))
    before = answer(channels[0])
    seal_all(1)
    assert seal.hot_days() & {FIRST} == set()
    assert seal.closing_days() == set()
    assert answer(channels[0]) == before
    assert len(before) == 1440
    state = SealedDay.objects.get(day=FIRST)
    assert (state.readings, state.channels, state.duplicates, state.runs) == (2880, 2, 0, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_column_size(s) FROM reading_day s WHERE channel_id = %s", [channels[0].pk])
        assert cursor.fetchone()[0] < 1440 * 5
        cursor.execute("SELECT m_n IS NULL, h_n FROM reading_rollup WHERE channel_id = %s", [channels[0].pk])
        assert cursor.fetchone() == (True, [60] * 24)


def test_sealing_again_changes_nothing(channels: list[Channel]) -> None:
    store(channels[0].device_id, day_of(100))
    seal_all(1)
    before = SealedDay.objects.values().get(day=FIRST)
    assert seal.seal_due(now=NOON, keep_hot=1) == []
    assert SealedDay.objects.values().get(day=FIRST) == before


def test_late_readings_join_and_duplicates_die(channels: list[Channel]) -> None:
    device = channels[0].device_id
    store(device, day_of(100))
    seal_all(1)
    again = store(
        device,
        [*day_of(100)[:10], (12_345, [1.0, NAN, NAN], None), (day_of(100)[5][0], [9.0, 9.0, 7.0], None)],
    )
    assert again.duplicates == 10
    assert (~np.isnan(answer(channels[2])[0][1]), len(answer(channels[0]))) == (True, 101)
    seal_all(1)
    state = SealedDay.objects.get(day=FIRST)
    assert (state.readings, state.merged, state.runs) == (202, 1, 2)
    assert [value for _at, value, _q in answer(channels[2])] == [7.0]
    hours = stepped_series(
        channels[0], since=datetime.fromtimestamp(START / 1000, UTC), until=datetime.fromtimestamp(START / 1000 + 86400, UTC),
        step=timedelta(days=1),
    )  # fmt: skip
    assert (hours.source, hours.buckets[0].readings, hours.buckets[0].low) == ("1d", 101, 1.0)


class Cut(Exception):
    """The power goes."""


def cut_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make the number-th of the steps of a seal fail, whatever step that is."""
    counter = iter(range(1, 1000))

    def wrap(original: Any) -> Any:
        def step(*args: Any, **more: Any) -> Any:
            if next(counter) == number:
                raise Cut
            result = original(*args, **more)
            if next(counter) == number:
                raise Cut
            return result

        return step

    for name in ("_close", "_seal_chunk", "_write", "_compare", "_drop"):
        monkeypatch.setattr(seal, name, wrap(getattr(seal, name)))
    return monkeypatch.undo


@pytest.mark.parametrize("number", range(1, 17))
def test_killed_in_the_middle(
    channels: list[Channel], equipment: SimpleNamespace, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "CHUNK_ROWS", 10)
    other = Channel.objects.get(device=equipment.pit)
    store(channels[0].device_id, day_of(50))
    store(other.device_id, [(at, [v[0]], None) for at, v, _q in day_of(30)])
    before = answer(channels[0]), answer(other), through_sql(channels[0])
    undo = cut_at(number, monkeypatch)
    try:
        with transaction.atomic():
            seal.seal_day(FIRST, now=NOON)
    except Cut:
        pass
    undo()
    assert (answer(channels[0]), answer(other), through_sql(channels[0])) == before
    store(channels[0].device_id, [(99_999, [5.0, NAN, NAN], None)])
    seal_all(1)
    seal_all(1)
    assert answer(channels[0]) == sorted([*before[0], (99_999, 5.0, 0)])
    state = SealedDay.objects.get(day=FIRST)
    assert (state.readings, state.duplicates) == (131, 0)
    assert seal.hot_days() & {FIRST} == set()


@pytest.mark.parametrize("number", range(2, 17, 2))
def test_committed_pieces_of_a_broken_seal(
    channels: list[Channel], equipment: SimpleNamespace, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above, but what was committed before the cut stays: the day is partly cold, partly closing."""
    monkeypatch.setattr(seal, "CHUNK_ROWS", 10)
    other = Channel.objects.get(device=equipment.pit)
    store(channels[0].device_id, day_of(50))
    store(other.device_id, [(at, [v[0]], None) for at, v, _q in day_of(30)])
    before = answer(channels[0]), answer(other), through_sql(other)
    undo = cut_at(number, monkeypatch)
    # Each step has a savepoint of its own, which stands for its transaction.
    with contextlib.suppress(Cut):
        seal.seal_day(FIRST, now=NOON)
    undo()
    assert (answer(channels[0]), answer(other), through_sql(other)) == before
    seal_all(1)
    assert (answer(channels[0]), answer(other)) == before[:2]
    assert SealedDay.objects.get(day=FIRST).duplicates == 0


def test_what_no_channel_answers_for_stays(channels: list[Channel]) -> None:
    store(channels[0].device_id, [(0, [1.0, 2.0, 3.0, 4.0], None)])
    seal_all(1)
    state = SealedDay.objects.get(day=FIRST)
    assert "place 4" in state.fault
    assert state.sealed_at is None
    assert answer(channels[0]) == [(0, 1.0, 0)]


def test_a_sealed_copy_that_differs_is_refused(
    channels: list[Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(channels[0].device_id, day_of(20))
    before = answer(channels[0])
    original = cold.encode_day
    monkeypatch.setattr(cold, "encode_day", lambda c, d, r: original(c, d, r._replace(v=r.v + np.float32(1))))
    seal_all(1)
    assert "differ" in SealedDay.objects.get(day=FIRST).fault
    monkeypatch.undo()
    assert answer(channels[0]) == before
    seal_all(1)
    assert answer(channels[0]) == before
    assert SealedDay.objects.get(day=FIRST).fault == ""


def test_local_midnight_parts_the_days(channels: list[Channel]) -> None:
    store(channels[0].device_id, [(-1, [1.0, NAN, NAN], None), (0, [2.0, NAN, NAN], None), (86_399_999, [3.0, NAN, NAN], None), (86_400_000, [4.0, NAN, NAN], None)])  # fmt: skip
    seal_all(3)
    held = {
        row.day: row.readings.v.tolist()
        for row in cold.read_days([channels[0].pk], date(2026, 1, 1), date(2027, 1, 1))
    }
    assert held == {date(2026, 5, 31): [1.0], FIRST: [2.0, 3.0], date(2026, 6, 2): [4.0]}


def test_fast_channels_keep_minutes(channels: list[Channel]) -> None:
    store(channels[0].device_id, day_of(8640, jitter=0))
    seal_all(1)
    sums, without = rollup.read_sums(channels[0].pk, FIRST, FIRST, rollup.MINUTE_MS)
    assert (sums.size, int(sums.n.sum()), without) == (1440, 8640, set())


@st.composite
def days(draw: st.DrawFn) -> Iterator[Day]:
    n = draw(st.integers(1, 60))
    step = draw(st.sampled_from([1, 1000, 60_000, 3_600_000]))
    jitter = draw(st.sampled_from([0, 1, 400, 40_000, 10_000_000]))
    at = np.unique(np.array([k * step + draw(st.integers(0, jitter)) for k in range(n) if draw(st.booleans()) or k == 0], np.int64) % 86_400_000)  # fmt: skip
    v = draw(st.lists(st.one_of(st.integers(-40_000, 40_000).map(lambda x: x / 10), st.floats(width=32, allow_nan=False)), min_size=len(at), max_size=len(at)))  # fmt: skip
    q = draw(st.lists(st.sampled_from([0, 0, 0, 5]), min_size=len(at), max_size=len(at)))
    return Day(START + at, np.array(v, np.float32), np.array(q, np.int8))


@given(day=days())
def test_packing_loses_nothing(day: Day) -> None:
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(unpack(pack(day)), day, strict=True))


def test_vectors_written_by_hand(channels: list[Channel]) -> None:
    """NULL in a vector is no value; an empty vector is refused and stays where it is."""
    store(channels[0].device_id, [(0, [1.0, 2.0, 3.0], [0, 3, 0]), (60_000, [4.0, 5.0, 6.0], None)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reading_wide SET v[1] = NULL, q[2] = NULL WHERE q IS NOT NULL")
    seal_all(1)
    assert answer(channels[0]) == [(60_000, 4.0, 0)]
    assert answer(channels[1]) == [(0, 2.0, 0), (60_000, 5.0, 0)]
    store(channels[0].device_id, [(90_000, [7.0, NAN, NAN], None)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reading_wide SET v = '{}'")
    seal_all(1)
    assert "cannot be read" in SealedDay.objects.get(day=FIRST).fault
    assert answer(channels[0]) == [(60_000, 4.0, 0)]
