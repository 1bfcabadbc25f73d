import pytest

from lantu.calc.site_limits import (
    HeatMeasure,
    beaufort,
    formwork_severity,
    grows_suddenly,
    heat_measure,
    main_breaker_allowed,
    may_work_at_height,
    platform_severity,
    socket_breaker_allowed,
    tandem_lift_faults,
)  # fmt: skip


def test_beaufort_bounds():
    assert [beaufort(speed) for speed in (0, 5.4, 5.5, 10.7, 10.8, 13.8, 13.9, 32.7)] == [
        0,
        3,
        4,
        5,
        6,
        6,
        7,
        12,
    ]
    assert may_work_at_height(10.7)
    assert not may_work_at_height(10.8)
    with pytest.raises(ValueError, match="not negative"):
        beaufort(-1)


def test_heat_of_document_89():
    assert heat_measure(40) == HeatMeasure(0, True, False)
    assert heat_measure(38).hours == 6
    assert heat_measure(35).rotate
    assert not heat_measure(34.9).rotate


def test_formwork_warns_at_80_percent():
    assert [formwork_severity(value, 12) for value in (9.5, 10, 12)] == [0, 2, 4]
    assert formwork_severity(100, None) is None
    assert grows_suddenly(6, [4, 4, 4])
    assert not grows_suddenly(5.9, [4, 4, 4])
    assert grows_suddenly(6, [4, 4]) is None


def test_platform_and_tandem_lift():
    assert [platform_severity(load, 15) for load in (11.9, 12, 13.5, 15)] == [0, 2, 3, 4]
    assert tandem_lift_faults([81, 80], [100, 100]) == (0,)


def test_residual_current_devices():
    assert main_breaker_allowed(150, 0.2)
    assert not main_breaker_allowed(300, 0.2)
    assert socket_breaker_allowed(30, 0.1, damp=False)
    assert not socket_breaker_allowed(30, 0.1, damp=True)
