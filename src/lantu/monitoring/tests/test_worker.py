"""The worker: everything of a batch or nothing, once; alerts follow readings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from lantu.core.models import Event
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.ingest.deliveries import Deliveries, Delivery
from lantu.monitoring.ingest.memory import _wanted
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.offsets import Fenced
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.rules.models import RuleState
from lantu.monitoring.telemetry.lookback import last_values, stored_readings
from lantu.monitoring.telemetry.models import Latest, Quarantine
from lantu.monitoring.telemetry.seal import seal_due
from lantu.monitoring.tests.conftest import MS, NOW, delivery

pytestmark = pytest.mark.django_db
Feed = Callable[..., Any]


def stored(device_id: int) -> list[tuple[int, list[float]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (extract(epoch FROM ts) * 1000)::bigint, v FROM reading_wide WHERE device_id = %s ORDER BY ts",
            [device_id],
        )
        return [(ms, [value for value in v if value == value]) for ms, v in cursor.fetchall()]


def test_readings_offset_and_latest(feed: Feed, equipment: SimpleNamespace) -> None:
    outcome = feed(("D1", {"pm10": 80, "noise": 60}, 0), ("P1", {"displacement_h_mm": 3}, 1))
    assert (outcome.messages, outcome.readings, outcome.quarantined) == (2, 3, 0)
    assert stored(equipment.dust.pk) == [(MS, [80.0, 60.0])]
    assert IngestOffset.objects.get(partition="t").seq == 2
    assert {row.channel.key: row.value for row in Latest.objects.select_related("channel")} == {
        "pm10": 80, "noise": 60, "displacement_h_mm": 3,
    }  # fmt: skip
    equipment.dust.refresh_from_db()
    assert equipment.dust.last_seen_at == NOW
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, value FROM reading ORDER BY key")
        assert cursor.fetchall() == [("displacement_h_mm", 3.0), ("noise", 60.0), ("pm10", 80.0)]


def test_the_same_batch_twice_changes_nothing(feed: Feed, equipment: SimpleNamespace) -> None:
    """Killed after commit, before anybody knew: the stream delivers the batch again."""
    batch = [delivery(seq, equipment.project.code, "D1", {"pm10": 200}, MS + seq * 1000) for seq in (1, 2, 3)]
    first = feed.worker.process(batch, now=NOW)
    again = Worker(partition="t", now=NOW).process(batch, now=NOW)
    assert (first.messages, again.messages) == (3, 0)
    assert len(stored(equipment.dust.pk)) == 3
    assert Alert.objects.count() == 1
    assert Event.objects.filter(kind="monitoring.alert_raised").count() == 1


def test_a_crash_inside_leaves_nothing(
    feed: Feed, equipment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [delivery(1, equipment.project.code, "D1", {"pm10": 200}, MS)]
    with monkeypatch.context() as broken:
        broken.setattr("lantu.monitoring.ingest.worker.advance", _power_cut)
        with pytest.raises(OperationalError):
            feed.worker.process_or_isolate(batch, now=NOW)
    assert stored(equipment.dust.pk) == []
    assert not Alert.objects.exists()
    outcome = Worker(partition="t", now=NOW).process(batch, now=NOW)
    assert (outcome.readings, outcome.alerts) == (1, 1)


def _power_cut(*_: Any, **__: Any) -> None:
    raise OperationalError("server closed the connection unexpectedly")


def test_a_second_worker_is_fenced(feed: Feed, equipment: SimpleNamespace) -> None:
    slow, fast = feed.worker, Worker(partition="t", now=NOW)
    batch = [delivery(1, equipment.project.code, "D1", {"pm10": 80}, MS)]
    fast.process(batch, now=NOW)
    with pytest.raises(Fenced):
        slow.process([delivery(1, equipment.project.code, "D1", {"pm10": 81}, MS + 1)], now=NOW)
    assert stored(equipment.dust.pk) == [(MS, [80.0])]


def test_duplicates_die_and_gaps_fill(feed: Feed, equipment: SimpleNamespace) -> None:
    feed(("D1", {"pm10": 80}, 0))
    outcome = feed(("D1", {"pm10": 99}, 0), ("D1", {"noise": 60}, 0), ("D1", {"noise": 77, "pm10": 1}, 0))
    assert (outcome.readings, outcome.duplicates) == (1, 2)
    assert stored(equipment.dust.pk) == [(MS, [80.0, 60.0])]


def test_duplicates_within_one_batch(feed: Feed, equipment: SimpleNamespace) -> None:
    outcome = feed(("D1", {"pm10": 80}, 5), ("D1", {"pm10": 90}, 5), ("D1", {"noise": 50}, 5))
    assert (outcome.readings, outcome.duplicates) == (2, 1)
    assert stored(equipment.dust.pk) == [(MS + 5000, [80.0, 50.0])]


def test_rows_the_memory_forgot(feed: Feed, equipment: SimpleNamespace) -> None:
    """Latest values are written every few seconds: after a crash the marks are older than the table."""
    feed(("D1", {"pm10": 80}, 0), flush=False)
    worker = Worker(partition="t", now=NOW)
    batch = [
        delivery(2, equipment.project.code, "D1", {"pm10": 81}, MS),
        delivery(3, equipment.project.code, "D1", {"pm10": 82}, MS + 1000),
    ]
    outcome = worker.process(batch, now=NOW)
    assert (outcome.readings, outcome.duplicates) == (1, 1)
    assert [values for _, values in stored(equipment.dust.pk)] == [[80.0], [82.0]]


@pytest.mark.parametrize("careful", [False, True])
def test_large_batches_are_copied_while_they_are_judged(
    feed: Feed, equipment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, careful: bool
) -> None:
    monkeypatch.setattr("lantu.monitoring.telemetry.store.BESIDE", 1)
    if careful:  # the first row is there already, and the worker does not know
        feed(("D1", {"pm10": 80}, 0), flush=False)
    worker = Worker(partition="t", now=NOW)
    values = {0: 80, 1: 82, 2: 200}
    batch = [
        delivery(2 + n, equipment.project.code, "D1", {"pm10": value}, MS + 1000 * n)
        for n, value in values.items()
    ]
    outcome = worker.process(batch, now=NOW)
    assert (outcome.readings, outcome.duplicates, outcome.alerts) == (3 - careful, careful, 1)
    assert [numbers for _, numbers in stored(equipment.dust.pk)] == [[80.0], [82.0], [200.0]]


def test_a_fault_while_a_large_batch_is_copied_leaves_nothing(
    feed: Feed, equipment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lantu.monitoring.telemetry.store.BESIDE", 1)
    batch = [delivery(1, equipment.project.code, "D1", {"pm10": 80}, MS)]
    with monkeypatch.context() as broken:
        broken.setattr("lantu.monitoring.ingest.worker.judge_readings", _power_cut)
        with pytest.raises(OperationalError):
            feed.worker.process(batch, now=NOW)
    assert stored(equipment.dust.pk) == []
    assert Worker(partition="t", now=NOW).process(batch, now=NOW).readings == 1


def test_late_and_early_days_get_partitions(feed: Feed, equipment: SimpleNamespace) -> None:
    feed(("D1", {"pm10": 80}, -30 * 86400), ("D1", {"pm10": 81}, 0), at=0)
    assert len(stored(equipment.dust.pk)) == 2


def test_bad_and_good_in_one_message(feed: Feed, equipment: SimpleNamespace) -> None:
    outcome = feed(("D1", {"pm10": 80, "noise": 999, "co2": 3}, 0), ("D9", {"pm10": 1}, 0))
    assert (outcome.readings, outcome.quarantined) == (1, 2)
    kept = {row.device_guess: row for row in Quarantine.objects.all()}
    assert kept["D1"].reason == "unknown_channel"
    assert {problem["reason"] for problem in kept["D1"].problems} == {"unknown_channel", "out_of_range"}
    assert bytes(kept["D9"].raw).startswith(b'{"ts"')
    assert kept["D9"].reason == "unknown_device"


def test_a_poisonous_message_does_not_block(
    feed: Feed, equipment: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lantu.monitoring.ingest import worker

    original = worker.decode_batch

    def explode(registry: Any, deliveries: Deliveries) -> Any:
        if any(b"666" in payload for payload in Deliveries.of(deliveries).payloads):
            raise AssertionError("a fault of ours")
        return original(registry, deliveries)

    monkeypatch.setattr(worker, "decode_batch", explode)
    feed(*[("D1", {"pm10": value}, value) for value in (1, 2, 666, 4, 5)])
    assert [values for _, values in stored(equipment.dust.pk)] == [[1.0], [2.0], [4.0], [5.0]]
    (entry,) = Quarantine.objects.all()
    assert entry.reason == "unprocessable"
    assert IngestOffset.objects.get(partition="t").seq == 5


def test_a_batch_decoded_ahead_counts_only_for_the_registry_that_decoded_it(
    feed: Feed, equipment: SimpleNamespace
) -> None:
    project = equipment.project.code
    worker = feed.worker  # type: ignore[attr-defined]
    ahead = [
        worker.prepare(Deliveries.of([delivery(seq, project, "D1", {"pm10": value}, MS + seq)]))
        for seq, value in ((1, 10.0), (2, 20.0))
    ]
    assert worker.process(ahead[0], now=NOW).readings == 1
    Device.objects.filter(pk=equipment.dust.pk).update(status="retired")
    worker.reload(now=NOW)
    outcome = worker.process(ahead[1], now=NOW)
    assert (outcome.readings, outcome.quarantined) == (0, 1)
    assert worker.process(ahead[1], now=NOW).messages == 0, "it lies behind the stored position by now"
    assert [values for _, values in stored(equipment.dust.pk)] == [[10.0]]
    assert Quarantine.objects.get().reason == "retired_device"


def test_one_alert_with_duty_peak_and_return(
    feed: Feed, equipment: SimpleNamespace, cast: SimpleNamespace
) -> None:
    outcome = feed(("D1", {"pm10": 100}, 0), ("D1", {"pm10": 180}, 60), ("D1", {"pm10": 210}, 120))
    assert outcome.alerts == 1
    alert = Alert.objects.get()
    assert (alert.severity, alert.level, alert.first_value, alert.state) == (2, "报警", 180, "new")
    assert alert.duty.holder == cast.contractor
    assert alert.inputs["values"] == [[MS, 100.0], [MS + 60_000, 180.0]]
    assert (alert.rule_version.rule.code, alert.inputs["version"]) == ("dust.pm10_inst", 1)
    assert (alert.peak_value, alert.last_value) == (210, 210)
    feed(("D1", {"pm10": 260}, 180))
    alert.refresh_from_db()
    assert (alert.severity, alert.level, alert.peak_value) == (4, "控制", 260)
    feed(("D1", {"pm10": 100}, 240), ("D1", {"pm10": 90}, 300))
    feed(("D1", {"pm10": 90}, 360))
    alert.refresh_from_db()
    assert alert.cleared_at == NOW + timedelta(seconds=300)
    assert alert.state == "new", "only people close a risk"
    feed(("D1", {"pm10": 300}, 420))
    assert Alert.objects.count() == 1
    assert set(Event.objects.filter(subject_type="monitoring.alert").values_list("kind", flat=True)) == {
        "monitoring.alert_raised", "monitoring.alert_escalated", "monitoring.alert_cleared", "monitoring.alert_recurred",
    }  # fmt: skip


def test_a_swinging_value_writes_no_event_per_swing(feed: Feed) -> None:
    feed(*[("D1", {"pm10": 200 if n % 4 < 2 else 50}, n) for n in range(200)])
    assert Alert.objects.count() == 1
    assert Event.objects.filter(subject_type="monitoring.alert").count() == 1


def test_duration_must_pass_and_survives_restart(feed: Feed, equipment: SimpleNamespace) -> None:
    feed(("D1", {"wind_speed": 13}, 0), ("D1", {"wind_speed": 13}, 60))
    assert not Alert.objects.exists()
    assert RuleState.objects.count() == 1
    worker = Worker(partition="t", now=NOW)
    worker.process([delivery(3, equipment.project.code, "D1", {"wind_speed": 14}, MS + 125_000)], now=NOW)
    assert Alert.objects.get().severity == 3


def test_window_is_resumed_from_readings(feed: Feed, equipment: SimpleNamespace) -> None:
    night = 13 * 3600  # 23:00 in Dezhou
    feed(*[("D1", {"noise": 65}, night + 60 * n) for n in range(12)])
    assert not Alert.objects.exists(), "a Leq needs three quarters of its minutes"
    worker = Worker(partition="t", now=NOW + timedelta(seconds=night))
    batch = [
        delivery(13 + n, equipment.project.code, "D1", {"noise": 65}, MS + (night + 720 + 60 * n) * 1000)
        for n in range(4)
    ]
    worker.process(batch, now=NOW + timedelta(seconds=night + 900))
    alert = Alert.objects.get()
    assert alert.rule_version.rule.code == "noise.leq_night"
    assert alert.first_value == pytest.approx(65.0)


def test_difference_and_percent_of_depth(feed: Feed) -> None:
    feed(("C1", {"concrete_core_c": 60, "concrete_surface_c": 40}, 0), ("P1", {"displacement_h_mm": -15}, 0))
    assert not Alert.objects.exists()
    feed(
        ("C1", {"concrete_core_c": 66, "concrete_surface_c": 40}, 60),
        ("P1", {"displacement_h_mm": -16.5}, 60),
    )
    assert {alert.rule.code: alert.limit for alert in Alert.objects.select_related("rule")} == {
        "concrete.difference": 25.0, "pit.displacement": 16.0,
    }  # fmt: skip


def test_late_data_is_judged_at_its_own_time(feed: Feed) -> None:
    feed(("D1", {"pm10": 50}, 0))
    feed(("D1", {"pm10": 190}, -3600), at=1)
    alert = Alert.objects.get()
    assert alert.late
    assert alert.opened_at == NOW - timedelta(hours=1)


def test_a_late_night_is_judged_by_its_own_window(feed: Feed) -> None:
    """Twenty-five minutes of 75 dB(A) before midnight, back-filled the next day: the 20-minute Leq of that night counts."""
    feed(("D1", {"noise": 50}, 0))
    eleven = timezone.localtime(NOW).replace(hour=23, minute=0, second=0, microsecond=0) - timedelta(days=1)
    start = (eleven - NOW).total_seconds()
    feed(*[("D1", {"noise": 75}, start + 60 * minute) for minute in range(25)], at=1)
    alert = Alert.objects.get(rule__code="noise.leq_night")
    assert alert.late
    assert eleven < alert.opened_at < eleven + timedelta(minutes=25)
    feed(("D1", {"noise": 75}, start + 60 * 25), at=2)
    assert Alert.objects.filter(rule__code="noise.leq_night").count() == 1


def test_a_device_under_maintenance_is_stored_not_judged(
    feed: Feed, equipment: SimpleNamespace, cast: Any
) -> None:
    from lantu.monitoring.devices.services.change_status import change_status
    from lantu.monitoring.devices.states import DeviceStatus

    change_status(
        equipment.dust, status=DeviceStatus.MAINTENANCE, reason="换滤膜", now=NOW, actor=cast.officer
    )
    assert feed.worker.watch(now=NOW)
    assert not feed.worker.watch(now=NOW)
    feed(("D1", {"pm10": 900}, 0))
    assert len(stored(equipment.dust.pk)) == 1
    assert not Alert.objects.exists()


def test_silence_raises_a_technical_alert_and_ends_itself(feed: Feed, cast: SimpleNamespace) -> None:
    feed(("D1", {"pm10": 200}, 0))
    feed.worker.idle(now=NOW + timedelta(seconds=350), listening=True)
    assert Alert.objects.count() == 1
    feed.worker.idle(now=NOW + timedelta(seconds=370), listening=True)
    feed.worker.idle(now=NOW + timedelta(seconds=380), listening=True)
    silence = Alert.objects.get(kind="technical")
    assert silence.device.code == "D1"
    assert silence.duty.holder == cast.contractor
    risk = Alert.objects.get(kind="risk")
    assert (risk.closed_at, risk.cleared_at) == (None, None), "silence never lowers a risk"
    feed(("D1", {"pm10": 200}, 420))
    feed.worker.idle(now=NOW + timedelta(seconds=421), listening=True)
    silence.refresh_from_db()
    assert silence.state == "closed"
    silence.duty.refresh_from_db()
    assert silence.duty.closed_at is not None
    risk.refresh_from_db()
    assert risk.closed_at is None


def test_our_own_absence_is_nobodys_silence(feed: Feed) -> None:
    feed(("D1", {"pm10": 80}, 0))
    worker = Worker(partition="t", now=NOW + timedelta(hours=8))
    worker.idle(now=NOW + timedelta(hours=8, seconds=30), listening=True)
    assert not Alert.objects.exists()


def test_empty_batches_and_old_deliveries(feed: Feed) -> None:
    assert feed.worker.process([], now=NOW).messages == 0
    feed(("D1", {"pm10": 80}, 0))
    old = Delivery(1, MS, b"lantu.x.y.telemetry", None, b"{}")
    assert feed.worker.process([old], now=NOW).messages == 0


def test_a_window_is_resumed_from_sealed_days_and_leaves_marked_readings_out(
    feed: Feed, equipment: SimpleNamespace
) -> None:
    """The device fell silent for longer than the hot store reaches; twelve loud minutes of its last night still count."""
    night = 13 * 3600
    feed(*[("D1", {"noise": 65}, night + 60 * n) for n in range(12)])
    channel = Channel.objects.get(device__code="D1", key="noise")
    ends = NOW + timedelta(seconds=night + 660)
    hot = last_values(channel.device_id, channel, until=ends, most=60)
    assert [value for _ms, value in hot] == [65.0] * 12
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reading_wide SET q = array_fill(1::smallint, ARRAY[%s]) WHERE ts = to_timestamp(%s / 1000.0)",
            [channel.rank, hot[3][0]],
        )
    later = NOW + timedelta(days=9)
    assert seal_due(now=later, keep_hot=3)
    assert last_values(channel.device_id, channel, until=ends, most=60) == hot[:3] + hot[4:]
    worker = Worker(partition="t", now=later)
    slot = next(
        n
        for n, entry in enumerate(worker.memory.rules.book.slots)
        if worker.memory.rules.versions[n].rule.code == "noise.leq_night"
        and worker.memory.registry.channels[entry.channel].id == channel.pk
    )
    wanted = _wanted(
        worker.memory,
        next(n for n, known in enumerate(worker.memory.registry.devices) if known.row.code == "D1"),
        1200,
        {worker.memory.rules.book.slots[slot].channel},
    )
    _at, ts, value = stored_readings([wanted])
    assert len(ts) == 11
    assert hot[3][0] not in ts.tolist()
    assert set(value.tolist()) == {65.0}


def test_late_data_meets_its_sealed_neighbours(feed: Feed, equipment: SimpleNamespace) -> None:
    """Of 25 loud minutes before a midnight 15 were sealed long ago; the other ten arrive days later and complete the Leq."""
    feed(("D1", {"noise": 50}, 0))
    eleven = timezone.localtime(NOW).replace(hour=23, minute=0, second=0, microsecond=0) - timedelta(days=1)
    start = (eleven - NOW).total_seconds()
    feed(*[("D1", {"noise": 75}, start + 60 * minute) for minute in range(8)], at=1)
    assert not Alert.objects.filter(rule__code="noise.leq_night").exists()
    assert seal_due(now=NOW + timedelta(days=5), keep_hot=3)
    feed(*[("D1", {"noise": 75}, start + 60 * minute) for minute in range(8, 20)], at=2)
    assert Alert.objects.get(rule__code="noise.leq_night").late
