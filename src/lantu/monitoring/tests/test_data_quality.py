"""Data quality: asks the keeper of the instrument, is raised once, closes by itself, lowers nothing."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lantu.duties.models import Duty
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert
from lantu.monitoring.quality.services.check_devices import check_devices
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.telemetry.quality import Quality
from lantu.monitoring.tests.conftest import NOW
from lantu.monitoring.tests.engineering import load_pack_rules, put_device, store

pytestmark = pytest.mark.django_db
RNG = np.random.default_rng(3)


@pytest.fixture
def dust(cast: SimpleNamespace, site_project: Any) -> Any:
    load_pack_rules("quality", "dust", "pit", "concrete")
    return put_device(cast, site_project, "D9", "dust_noise")


def found() -> set[tuple[str, str, str]]:
    return {
        (alert.rule.code, alert.device.code, alert.channel.key if alert.channel else "")
        for alert in Alert.objects.filter(closed_at=None).select_related("rule", "device", "channel")
    }


def minutes(values: Any, *, end: float = 0) -> list[tuple[float, float]]:
    """One value a minute, the last at ``end`` seconds after NOW."""
    count = len(values)
    return [(end - 60.0 * (count - 1 - n), float(value)) for n, value in enumerate(values)]


def test_a_flat_line_is_raised_once_and_closes_by_itself(dust: Any, cast: Any) -> None:
    store(dust, "pm10", minutes(np.full(200, 81.3)))
    assert check_devices(now=NOW).raised == 1
    assert check_devices(now=NOW + timedelta(minutes=20)).raised == 0
    alert = Alert.objects.get(rule__code="quality.flat_line")
    assert (alert.kind, alert.severity, alert.channel.key) == ("technical", 1, "pm10")
    assert alert.duty is not None
    assert alert.duty.holder.organisation == cast.contractor.organisation
    store(dust, "pm10", [(60, 82.0), (120, 79.4)])
    assert check_devices(now=NOW + timedelta(minutes=3)).closed == 1
    assert not Duty.objects.filter(subject_type="monitoring.alert", closed_at=None).exists()


def test_an_hour_of_calm_is_no_flat_line(dust: Any) -> None:
    store(dust, "pm10", minutes(np.full(90, 81.3)))
    assert check_devices(now=NOW).raised == 0


def test_lonely_spikes(dust: Any) -> None:
    values = 80 + RNG.normal(0, 2, 120)
    values[[20, 60, 100]] = 900
    store(dust, "pm10", minutes(values))
    check_devices(now=NOW)
    assert found() == {("quality.spike", "D9", "pm10")}


def test_one_series_under_two_names(dust: Any, cast: Any, site_project: Any) -> None:
    other = put_device(cast, site_project, "D8", "dust_noise")
    honest = put_device(cast, site_project, "D7", "dust_noise")
    values = 80 + RNG.normal(0, 5, 60)
    store(dust, "pm10", minutes(values))
    store(other, "pm10", minutes(values, end=-7))
    store(honest, "pm10", minutes(80 + RNG.normal(0, 5, 60)))
    check_devices(now=NOW)
    assert found() == {("quality.twins", "D8", "")}
    assert Alert.objects.get().inputs["partner"] == "D9"


def test_a_copy_moved_by_a_constant(dust: Any, cast: Any, site_project: Any) -> None:
    other = put_device(cast, site_project, "D8", "dust_noise")
    honest = put_device(cast, site_project, "D7", "dust_noise")
    values = np.round(80 + RNG.normal(0, 12, 60), 1)
    store(dust, "pm10", minutes(values))
    store(other, "pm10", minutes(np.round(values - 4)))
    store(honest, "pm10", minutes(np.round(80 + RNG.normal(0, 12, 60), 1)))
    check_devices(now=NOW)
    assert found() == {("quality.twins", "D8", "")}
    inputs = Alert.objects.get().inputs
    assert inputs["partner"] == "D9"
    assert inputs["offset"] == pytest.approx(-4, abs=0.3)


def test_a_clock_that_is_behind(dust: Any) -> None:
    store(dust, "pm10", minutes(80 + RNG.normal(0, 5, 30)), delay_s=400)
    check_devices(now=NOW)
    assert found() == {("quality.clock", "D9", "")}
    assert Alert.objects.get().last_value == 400


def test_an_instrument_beyond_its_range_is_told_of(dust: Any) -> None:
    """HJ 212-2017 table 8: T is “above the upper limit of measurement”; the value is not judged, and that is said."""
    store(dust, "pm10", minutes(80 + RNG.normal(0, 5, 30), end=-600))
    store(dust, "pm10", [(-300, 5000)], mark=Quality.OVER_RANGE)
    check_devices(now=NOW)
    assert found() == {("quality.over_range", "D9", "pm10")}
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, alert.inputs["mark"]) == ("technical", 2, "T")
    assert check_devices(now=NOW + timedelta(minutes=20)).raised == 0
    store(dust, "pm10", minutes(80 + RNG.normal(0, 5, 30), end=7 * 3600))
    assert check_devices(now=NOW + timedelta(hours=7)).closed == 1


def test_only_marks_of_faults_make_a_faulty_instrument(dust: Any) -> None:
    """HJ 212-2017 table 8: D and B are faults; M, C and F are somebody's work."""
    store(dust, "pm10", minutes(np.zeros(29)), mark=Quality.FAULT)
    store(dust, "noise", minutes(np.full(60, 30.0)), mark=Quality.MAINTENANCE)
    check_devices(now=NOW)
    assert found() == set()
    store(dust, "pm10", [(60, 0.0)], mark=Quality.COMMUNICATION)
    check_devices(now=NOW + timedelta(minutes=2))
    assert found() == {("quality.faulty", "D9", "pm10")}
    assert Alert.objects.get().inputs["mark"] == "B"
    store(dust, "pm10", [(120, 81.0)])
    assert check_devices(now=NOW + timedelta(minutes=4)).closed == 1


def test_calibration_and_facts_come_from_the_register(dust: Any, cast: Any, site_project: Any) -> None:
    dust.calibrated_until = NOW.date() - timedelta(days=40)
    dust.save(update_fields=["calibrated_until"])
    concrete = put_device(cast, site_project, "C9", "mass_concrete")
    assert check_devices(now=NOW).raised == 2
    assert found() == {("quality.calibration", "D9", ""), ("quality.facts", "C9", "")}
    facts = Alert.objects.get(rule__code="quality.facts")
    assert facts.inputs["missing"] == "入模温度（℃）"
    concrete.facts = {"concrete_placing_c": 18}
    concrete.save(update_fields=["facts"])
    assert check_devices(now=NOW + timedelta(hours=1)).closed == 1


def test_a_silent_device_keeps_what_was_found(dust: Any) -> None:
    store(dust, "pm10", minutes(np.full(200, 81.3)))
    check_devices(now=NOW)
    assert check_devices(now=NOW + timedelta(hours=9)).closed == 0


def test_what_others_found_is_not_ours_to_close(dust: Any) -> None:
    """The share of a device is judged at the gate; this round leaves its alert alone."""
    version = RuleVersion.objects.select_related("rule").get(rule__code="quality.rate")
    raise_alert(
        Finding(rule_version=version, device=dust, channel=None, severity=1, value=9.0, limit=1.0, at=NOW),
        now=NOW,
    )
    assert check_devices(now=NOW + timedelta(minutes=20)).closed == 0
    assert found() == {("quality.rate", "D9", "")}
