"""Marks of HJ 212 travel with the values: all is stored, only what is normal is judged."""

from __future__ import annotations

import numpy as np

from lantu.monitoring.telemetry.quality import Quality, quality_of
from lantu.monitoring.tests.test_decode import REGISTRY, decode


def marks(payload: bytes) -> dict[str, Quality]:
    got = decode(payload)
    assert got.quality.dtype == np.int8
    assert len(got.quality) == len(got.value)
    return {REGISTRY.key_at(int(at)): Quality(int(q)) for at, q in zip(got.at, got.quality, strict=True)}


def test_a_mark_belongs_to_its_channel() -> None:
    got = marks(b'{"values":{"pm10":88.1,"pm25":null,"noise":61},"flags":{"noise":"D"}}')
    assert got == {"pm10": Quality.NORMAL, "noise": Quality.FAULT}


def test_marks_survive_the_slow_way() -> None:
    got = marks(
        b'{"values":{"pm10":88.1,"unheard":3,"noise":61},"units":{"pm10":"ug/m3"},"flags":{"noise":"m"}}'
    )
    assert got == {"pm10": Quality.NORMAL, "noise": Quality.MAINTENANCE}


def test_a_stopped_instrument_may_report_nonsense() -> None:
    """Its zero below the range is stored with the mark; the same zero without a mark is quarantined."""
    assert marks(b'{"values":{"pm10":-999},"flags":{"pm10":"F"}}') == {"pm10": Quality.STOPPED}
    assert decode(b'{"values":{"pm10":-999}}').rejected
    assert decode(b'{"values":{"pm10":1e300},"flags":{"pm10":"F"}}').rejected


def test_marks_follow_their_values_when_others_are_taken_out() -> None:
    got = decode(
        b'[{"values":{"pm10":99999,"noise":61},"flags":{"noise":"T"}},{"values":{"pm10":5},"flags":{"pm10":"B"}}]'
    )
    assert got.quality.tolist() == [Quality.OVER_RANGE, Quality.COMMUNICATION]


def test_flags_that_are_no_letters_are_refused() -> None:
    for flags in (b'{"pm10":1}', b'["D"]', b'"D"'):
        assert (
            decode(b'{"values":{"pm10":5},"flags":' + flags + b"}").rejected[0].problems[0].reason
            == "bad_shape"
        )


def test_unknown_marks_do_not_pass_for_normal() -> None:
    assert quality_of("Z") is Quality.EXCLUDED
    assert quality_of(" n ") is Quality.NORMAL
