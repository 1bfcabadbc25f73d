"""What a logger hears and what becomes of its packets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantu.calc import hj212
from lantu.calc.hj212 import CrcMode
from lantu.monitoring.gateway.hj212.factors import Factor, Limits
from lantu.monitoring.gateway.hj212.models import Backfill
from lantu.monitoring.gateway.hj212.session import without_password
from lantu.monitoring.tests.hj212_station import CHANNELS, NOW, PW, Logger, data, packet, station

MS = int(NOW.timestamp() * 1000)


def test_acknowledged_only_when_durable() -> None:
    logger = Logger()
    link = logger.says(data(), store=False)
    assert link.bodies == [{"ts": MS, "values": {"pm10": 66.0}}]
    assert link.sent == []
    link.store_now()
    (answer,) = link.packets_sent
    assert (answer.cn, answer.st, answer.mn, answer.pw) == ("9014", "91", "ZX00001", PW)
    assert answer.qn == hj212.time_text(NOW, millis=True)
    assert answer.flag is not None
    assert int(answer.flag) == 4


def test_no_answer_where_none_is_wanted() -> None:
    link = Logger().says(data(flag=4) + data(NOW + timedelta(minutes=1), flag=None))
    assert len(link.published) == 2
    assert link.sent == []


def test_answers_speak_the_version_of_the_logger() -> None:
    (answer,) = Logger().says(data(flag=9)).packets_sent
    assert answer.flag is not None
    assert answer.flag.year == 2025


def test_a_repeat_is_acknowledged_again_and_has_the_same_identity() -> None:
    link = Logger().says(data() + data())
    assert [answer.cn for answer in link.packets_sent] == ["9014", "9014"]
    first, second = link.published
    assert first.headers is not None
    assert first.headers == second.headers
    assert first.headers["Nats-Msg-Id"].startswith("D1-")


def test_marks_and_units_travel_along() -> None:
    logger = Logger(station(factors={"a34001": Factor("tsp", "mg/m³"), "X9": Factor("pm25", "ng/m³")}))
    link = logger.says(
        data(factors="a34001-Rtd=0.160,a34001-Flag=N;X9-Rtd=75600.000;a34002-Rtd=16000,a34002-Flag=D;a01006-Rtd=0,a01006-Flag=F;NOIS-Rtd=61")
    )  # fmt: skip
    (body,) = link.bodies
    assert body["values"] == {"tsp": 160.0, "pm25": 75.6, "pm10": 16000.0, "pressure": 0.0, "noise": 61.0}
    assert body["flags"] == {"pm10": "D", "pressure": "F"}
    assert link.rejected == []


def test_implausible_values_go_to_quarantine_with_a_hint_and_the_good_ones_are_kept() -> None:
    link = Logger().says(data(factors="a34002-Rtd=75600.000;LA-Rtd=61;a34004-Rtd=--"))
    assert link.bodies[0]["values"] == {"noise": 61.0}
    (rejection,) = link.rejected
    assert rejection.known
    assert rejection.device == "D1"
    assert "plausible in ng/m³" in rejection.detail
    assert "'--' is no number" in rejection.detail
    assert len(link.packets_sent) == 1


def test_means_of_hours_do_not_pass_for_instants() -> None:
    hour = data(cn="2061", factors="a34002-Avg=151.2,a34002-Min=120,a34002-Max=190.5,a34002-Flag=N")
    assert Logger().says(hour).bodies == [{"ts": MS, "values": {"pm10": 151.2}, "flags": {"pm10": "X"}}]
    own = dict.fromkeys(("pm10", "pm10_1h", "pm10_1h_max"), CHANNELS["pm10"])
    logger = Logger(replace(station(), channels=own))
    assert logger.says(hour).bodies == [{"ts": MS, "values": {"pm10_1h": 151.2, "pm10_1h_max": 190.5}}]


def test_minute_noise_statistics() -> None:
    logger = Logger()
    link = logger.says(data(cn="2051", factors="Leq-Data=68.4;LMx-Data=79.9;L10-Data=70"))
    assert link.bodies[0]["values"] == {"noise": 68.4}
    (note,) = logger.handler.notes.take()
    assert note.unmapped == {"LMx", "L10"}


@pytest.mark.parametrize("mode", [CrcMode.SWAPPED, CrcMode.MODBUS])
def test_a_station_with_another_check_sum(mode: CrcMode) -> None:
    assert len(Logger(station(crc_mode=mode)).says(data(mode=mode)).published) == 1
    strict = Logger().says(data(mode=mode))
    assert strict.published == []
    assert strict.sent == []
    (rejection,) = strict.rejected
    assert rejection.reason == "bad_check"
    assert f"crc_mode={mode}" in rejection.detail
    assert not rejection.known


def test_strangers_get_no_answer_and_are_shown_out() -> None:
    logger = Logger()
    for _ in range(6):
        logger.says(data(mn="NOBODY1"))
    link = logger.link
    assert {rejection.reason for rejection in link.rejected} == {"unknown_device"}
    assert link.sent == []
    assert link.packets == 0
    assert link.closed == "strangers"


def test_a_wrong_password_is_refused_and_not_written_anywhere_in_words() -> None:
    link = Logger().says(data(pw="wrong1"))
    (rejection,) = link.rejected
    assert rejection.reason == "wrong_password"
    assert "wrong1" not in rejection.detail
    assert not rejection.known
    assert b"wrong1" not in without_password(rejection.raw)
    assert len(without_password(rejection.raw)) == len(rejection.raw)
    assert PW not in repr(station())


def test_split_packets_are_stored_and_acknowledged_part_by_part() -> None:
    parts = [
        data(cn="2051", flag=7, pnum=2, pno=1, qn="20260610100000001", factors="a34002-Avg=151.2"),
        data(cn="2051", flag=7, pnum=2, pno=2, qn="20260610100000002", factors="Leq-Data=68.4"),
    ]
    logger = Logger()
    logger.says(parts[0])
    assert [answer.qn for answer in logger.link.packets_sent] == ["20260610100000001"]
    link = logger.says(parts[1])
    assert [body["ts"] for body in link.bodies] == [MS, MS]
    assert [answer.qn[-1] for answer in link.packets_sent] == ["1", "2"]
    assert link.counts["split_packets"] == 1


def test_a_part_without_a_time_waits_for_the_one_that_has_it() -> None:
    late = packet("Leq-Data=68.4", cn="2051", flag=7, pnum=2, pno=2)
    logger = Logger()
    assert logger.says(late).published == []
    link = logger.says(data(cn="2051", flag=7, pnum=2, pno=1, factors="a34002-Avg=70"))
    assert [body["values"] for body in link.bodies] == [{"noise": 68.4}, {"pm10": 70.0}]
    assert {body["ts"] for body in link.bodies} == {MS}
    assert len(link.sent) == 2
    old = Logger()
    old.says(data(cn="2051", flag=None, pnum=2, pno=1, factors="a34002-Avg=70"))
    link = old.says(packet("Leq-Data=68.4", cn="2051", flag=None, pnum=2, pno=2))
    assert [body["ts"] for body in link.bodies] == [MS, MS]
    alone = Logger()
    alone.says(late)
    link = alone.later(seconds=90)
    assert [rejection.reason for rejection in link.rejected] == ["incomplete"]


def test_parts_that_never_end_are_bounded() -> None:
    logger = Logger()
    for number in range(400):
        logger.says(packet("Leq-Data=68.4", cn="2051", flag=7, pnum=999, pno=number + 1))
    held = sum(len(parts.waiting) for parts in logger.session._parts.values())
    assert held <= 32
    for number in range(400):
        logger.says(packet("Leq-Data=1", cn="2051", flag=7, pnum=2 + number, pno=1))
    assert len(logger.session._parts) <= 32


def test_bad_times_are_kept_and_acknowledged() -> None:
    link = Logger().says(packet("DataTime=20260001000000;a34002-Rtd=1") + data(NOW + timedelta(hours=30)))
    assert [rejection.reason for rejection in link.rejected] == ["bad_time", "future_time"]
    assert all(rejection.known for rejection in link.rejected)
    assert len(link.sent) == 2
    assert link.published == []


def test_heart_beat_and_other_uploads() -> None:
    link = Logger().says(
        packet(cn="9015", flag=8) + packet("SB1-RS=1", cn="2021") + packet("Operation=1", cn="2000")
    )
    assert [answer.cn for answer in link.packets_sent] == ["9014", "9014", "9014"]
    assert [(r.reason, r.detail) for r in link.rejected] == [("not_expected", "CN=2000")]


def test_states_of_equipment_are_kept_where_somebody_asked_for_them() -> None:
    """HJ 212-2017 table 9 (2021, 2041) and table 4 (SBx-RS 0 … 5, SBx-RT hours of the day): the spray gun, for instance."""
    own = CHANNELS | {"spray": Limits("状态", 0, 5), "spray_h": Limits("h", 0, 24)}
    factors = {"SB1": Factor("spray"), "SB2": Factor("spray_h")}
    logger = Logger(replace(station(factors=factors), channels=own))
    link = logger.says(
        data(cn="2021", factors="SB1-RS=1;SB9-RS=0") + data(cn="2041", factors="SB2-RT=7.5")
        + data(NOW + timedelta(minutes=1), cn="2021", factors="SB1-RS=9") + data(cn="2021", factors="SB9-RS=1")
    )  # fmt: skip
    assert [body["values"] for body in link.bodies] == [{"spray": 1.0}, {"spray_h": 7.5}]
    assert [rejection.reason for rejection in link.rejected] == ["out_of_range"]
    assert len(link.sent) == 4
    assert link.counts["cn_2021"] == 1


def test_first_connection_sets_clock_and_intervals_one_after_the_other() -> None:
    logger = Logger(station(commands=True, rtd_interval_s=60, min_interval_min=10, st="39"))
    logger.says(packet(cn="9015", flag=8))
    asked = []
    for _ in range(8):
        last = logger.link.packets_sent[-1]
        if last.cn == "9014":
            last = logger.link.packets_sent[-2]
        if asked and asked[-1].qn == last.qn:
            break
        asked.append(last)
        logger.says(packet("QnRtn=1", cn="9011", qn=last.qn, flag=4))
        logger.says(packet("ExeRtn=1", cn="9012", qn=last.qn, flag=4))
    assert [question.cn for question in asked] == ["1012", "1000", "1062", "1064", "2011"]
    assert asked[0].fields == {"SystemTime": hj212.time_text(NOW)}
    assert asked[2].fields == {"RtdInterval": "60"}
    assert all(question.wants_answer and question.pw == PW for question in asked)
    assert len({question.qn for question in asked}) == 5


def test_a_question_without_answer_is_repeated_three_times() -> None:
    logger = Logger(station(commands=True))
    logger.says(packet(cn="9015", flag=8))
    for _ in range(12):
        logger.later(seconds=11)
    asked = [question.cn for question in logger.link.packets_sent if question.cn == "1012"]
    assert asked == ["1012"] * 3
    assert logger.link.counts["requests_unanswered"] == 2


def test_a_logger_may_ask_for_the_time() -> None:
    logger = Logger(station(commands=True))
    logger.says(packet(cn="9015", flag=8))
    link = logger.says(packet(cn="1013"))
    assert "9013" in [answer.cn for answer in link.packets_sent]


def test_a_gap_is_asked_for_and_history_answers_it() -> None:
    logger = Logger(station(backfill=Backfill.MINUTE))
    logger.says(data(NOW))
    logger.now += timedelta(hours=8)
    link = logger.says(data(logger.now))
    (question,) = [q for q in link.packets_sent if q.cn == "2051"]
    assert question.fields == {
        "BeginTime": hj212.time_text(NOW + timedelta(hours=2)), "EndTime": hj212.time_text(NOW + timedelta(hours=8)),
    }  # fmt: skip
    logger.says(packet("QnRtn=1", cn="9011", qn=question.qn, flag=4))
    logger.says(data(NOW + timedelta(hours=3), cn="2051", factors="a34002-Avg=70"))
    logger.says(packet("ExeRtn=1", cn="9012", qn=question.qn, flag=4))
    second = [q for q in logger.link.packets_sent if q.cn == "2051"][-1]
    assert second.fields["BeginTime"] == hj212.time_text(NOW)
    assert logger.link.counts["backfill_requests"] == 2
    logger.says(packet("QnRtn=3", cn="9011", qn=second.qn, flag=4))
    assert logger.link.counts["requests_refused"] == 1


def test_a_gap_since_the_last_connection() -> None:
    last = NOW - timedelta(hours=1)
    known = station(backfill=Backfill.HOUR, last_data_ms=int(last.timestamp() * 1000))
    logger = Logger()
    logger.handler.notes.adopt(type(logger.handler.notes.directory)([known]))
    link = logger.says(data(NOW))
    assert [q.fields["BeginTime"] for q in link.packets_sent if q.cn == "2061"] == [hj212.time_text(last)]


def test_the_clock_is_watched() -> None:
    logger = Logger()
    for _ in range(2):
        logger.says(data(qn=hj212.time_text(logger.now - timedelta(minutes=9), millis=True)))
        logger.now += timedelta(minutes=1)
    (note,) = logger.handler.notes.take()
    assert note.skew_s == -540
    assert note.skew_crossed
    logger.says(data(qn=hj212.time_text(logger.now, millis=True)))
    assert logger.handler.notes.take()[0].skew_crossed
    logger.says(data(qn=hj212.time_text(logger.now, millis=True)))
    assert not logger.handler.notes.take()[0].skew_crossed
    ahead = Logger()
    ahead.says(data(qn=hj212.time_text(NOW + timedelta(minutes=9), millis=True)))
    assert ahead.handler.notes.take()[0].skew_crossed, "nobody keeps packets of the future"


def test_packets_kept_while_the_line_was_down_are_no_wrong_clock() -> None:
    """A logger sends three hours out of its memory, one packet a tenth of a second, then goes on as ever."""
    logger = Logger(station(commands=True))
    logger.says(packet(cn="9015", flag=8))
    logger.handler.notes.take()
    for minute in range(180):
        at = NOW - timedelta(minutes=180 - minute)
        logger.says(data(at, qn=hj212.time_text(at, millis=True)))
        logger.now += timedelta(milliseconds=100)
    logger.says(data(logger.now, qn=hj212.time_text(logger.now, millis=True)))
    (note,) = logger.handler.notes.take()
    assert not note.skew_crossed
    assert note.skew_s == 0
    assert len(logger.link.published) == 181
    assert logger.link.counts.get("requests_unanswered", 0) == 0


def test_a_wrong_clock_is_set_once_an_hour() -> None:
    logger = Logger(station(commands=True))
    for _ in range(5):
        logger.says(data(logger.now, qn=hj212.time_text(logger.now - timedelta(minutes=20), millis=True)))
        for _ in range(8):
            logger.later(seconds=11)
    asked = [q for q in logger.link.packets_sent if q.cn == "1012"]
    assert len({q.qn for q in asked}) == 1, "the first packet of the connection asks already"
    logger.now += timedelta(hours=2)
    logger.says(data(logger.now, qn=hj212.time_text(logger.now - timedelta(minutes=20), millis=True)))
    assert [q.cn for q in logger.link.packets_sent[-2:]] == ["1012", "9014"]


def test_garbage_without_end_closes() -> None:
    logger = Logger()
    for _ in range(10):
        logger.says(b"GET / HTTP/1.1\r\n" * 1000)
    assert logger.link.closed == "garbage"


PIECES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [data(), data(flag=7, pnum=3, pno=2), data(mn="NOBODY1"), data(pw="x"), packet(cn="9011"), packet(cn="9015")]
    ),
    st.builds(
        lambda cn, content, flag, pnum: packet(content, cn=cn, flag=flag, pnum=pnum, pno=1),
        st.sampled_from(["2011", "2051", "2061", "2031", "1013", "9012", "7777"]),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=120),
        st.integers(0, 255),
        st.integers(0, 9999),
    ),
    st.builds(
        lambda raw, at, byte: raw[: at % len(raw)] + bytes([byte]) + raw[at % len(raw) + 1 :],
        st.just(data()), st.integers(0, 400), st.integers(0, 255),
    ),
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(PIECES, max_size=12), st.lists(st.integers(1, 97), max_size=6))
def test_whatever_comes_the_session_lives_and_stays_small(pieces: list[bytes], cuts: list[int]) -> None:
    """No input raises; what is kept is bounded; every packet is stored or rejected, and strangers hear nothing."""
    logger = Logger(station(commands=True, backfill=Backfill.MINUTE))
    stream = b"".join(pieces)
    at = 0
    for step in [*cuts, len(stream) + 1]:
        logger.says(stream[at : at + step])
        at += step
        logger.later(seconds=3)
    session = logger.session
    assert session._framer.pending <= hj212.MAX_SEGMENT + 10
    assert len(session._parts) <= 32
    assert sum(parts.held for parts in session._parts.values()) <= 32 * 40_000
    for message in logger.link.published:
        assert message.subject == "lantu.P1.D1.telemetry"
    session.closed(logger.now)
