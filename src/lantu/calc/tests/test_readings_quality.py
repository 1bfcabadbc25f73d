import numpy as np
import pytest

from lantu.calc.readings_quality import (
    clock_skew_s,
    clock_wrong,
    fingerprint,
    flat_run,
    near_twins,
    spikes,
    twins,
    without_spikes,
)

RNG = np.random.default_rng(7)


def test_flat_run_counts_the_newest():
    assert flat_run(np.array([3.1, 4.0, 4.0, np.nan, 4.0])) == 3
    assert flat_run(np.array([np.nan])) == 0
    assert flat_run(np.full(60, 7.0)) == 60


def test_a_lonely_spike_is_found_and_a_step_is_not():
    found = spikes(np.array([5.0, 5.1, 48.0, 5.1, 5.0, 5.2]), least=5.0)
    assert [(spike.index, spike.value) for spike in found] == [(2, 48.0)]
    assert spikes(np.array([5.0, 5.1, 5.0, 48.0, 48.2, 48.1, 48.0]), least=5.0) == []
    assert spikes(np.array([5.0, 9.0, 5.0]), least=1.0) == [], "three readings prove nothing"


def test_a_spike_takes_no_part_in_a_rate():
    clean = without_spikes(np.array([5.0, 5.1, 48.0, 5.1, 5.0, 5.2]), least=5.0)
    assert np.isnan(clean[2])
    assert np.nanmax(clean) == pytest.approx(5.2)


def test_noise_has_no_spikes():
    assert spikes(80 + RNG.normal(0, 3, 500), least=20) == []


def test_twins_are_one_series_under_two_names():
    a, b = RNG.normal(80, 5, 60), RNG.normal(80, 5, 60)
    marks = [fingerprint(series) for series in (a, b, a.copy(), np.full(60, 3.0), np.concatenate((b[:5], a)))]
    assert marks[3] is None, "calm is alike everywhere"
    assert twins(marks) == [(0, 2), (0, 4)]


def test_a_copy_with_an_offset_or_rounded_is_a_near_twin():
    a = np.round(80 + RNG.normal(0, 12, 60), 1)
    b = np.round(80 + RNG.normal(0, 12, 60), 1)
    moved, rounded, ahead = a + 5.3, np.round(a), np.concatenate((a[1:], [77.7]))
    found = near_twins([a, b, moved, rounded, ahead])
    assert [(first, later) for first, later, _offset in found] == [(0, 2), (0, 3), (0, 4)]
    assert found[0][2] == pytest.approx(5.3)
    assert near_twins([a, 1.1 * a]) == [], "a scaled copy is not found"
    assert near_twins([a[:20], a[:20]]) == [], "too few values"


def test_near_twins_abstain_where_agreement_proves_nothing():
    slow = np.round(60 + 0.05 * np.arange(60), 1)
    steps = np.where(np.arange(60) % 2, 50.0, 50.1)
    calm = np.full(60, 3.0)
    assert near_twins([slow, slow + 2, steps, steps + 1, calm, calm]) == []
    shared = 70 + 8 * np.sin(np.arange(60) / 4)
    honest = [np.round(shared + RNG.normal(0, 1.5, 60), 1) for _ in range(40)]
    assert near_twins(honest) == [], "neighbours that breathe the same air"


def test_the_clock_is_judged_by_the_quickest_message():
    ts = np.array([0, 60_000, 120_000])
    assert clock_skew_s(ts, ts + np.array([301_000, 300_000, 904_000])) == 300
    assert clock_wrong(300.0)
    assert not clock_wrong(clock_skew_s(ts, ts + np.array([900, 1200, 3_600_000])))
    assert clock_wrong(-180.0)
    assert clock_skew_s(ts[:0], ts[:0]) is None
