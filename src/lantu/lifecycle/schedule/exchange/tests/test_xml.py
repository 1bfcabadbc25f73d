"""P6 XML and Microsoft Project XML: calendars, lags, encodings, bombs, cuts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange import xml_names, xml_tools
from lantu.lifecycle.schedule.exchange.mspdi import duration
from lantu.lifecycle.schedule.exchange.neutral import Kind, LagCalendar, NeutralSchedule
from lantu.lifecycle.schedule.exchange.opening import read_schedule
from lantu.lifecycle.schedule.exchange.tests.makers import DAYS, STANDARD, mspdi

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TWO = (
    "<Task><UID>1</UID><ID>1</ID><Name>Phase</Name><OutlineLevel>1</OutlineLevel></Task>"
    "<Task><UID>2</UID><ID>2</ID><Name>Dig</Name><OutlineLevel>2</OutlineLevel><Duration>PT16H0M0S</Duration></Task>"
    "<Task><UID>3</UID><ID>3</ID><IsNull>1</IsNull></Task>"
    "<Task><UID>4</UID><ID>4</ID><Name>Pour</Name><OutlineLevel>2</OutlineLevel><Duration>PT8H0M0S</Duration>{link}</Task>"
)


def project_of(content: bytes) -> NeutralSchedule:
    return read_schedule(content, "plan.xml").project()


def link(kind: str, lag: str, lag_format: str) -> bytes:
    words = f"<PredecessorLink><PredecessorUID>2</PredecessorUID><Type>{kind}</Type><LinkLag>{lag}</LinkLag><LagFormat>{lag_format}</LagFormat></PredecessorLink>"
    return mspdi(TWO.format(link=words))


@pytest.mark.parametrize(
    ("lag", "lag_format", "minutes", "calendar"),
    [
        ("4800", "7", 480, LagCalendar.SUCCESSOR),
        ("-4800", "39", -480, LagCalendar.SUCCESSOR),
        ("14400", "8", 1440, LagCalendar.ELAPSED),
        ("14400", "40", 1440, LagCalendar.ELAPSED),
        ("50", "19", 480, LagCalendar.SUCCESSOR),
        ("25", "20", 240, LagCalendar.ELAPSED),
    ],
)
def test_lags_of_all_formats(lag: str, lag_format: str, minutes: int, calendar: LagCalendar) -> None:
    found = project_of(link("1", lag, lag_format)).links[0]
    assert (found.lag_min, found.lag_calendar) == (minutes, calendar)


def test_depth_makes_summaries_and_blank_rows_are_told() -> None:
    project = project_of(link("3", "0", "7"))
    assert [(a.name, a.kind, a.level) for a in project.activities] == [
        ("Phase", Kind.SUMMARY, 0), ("Dig", Kind.TASK, 1), ("Pour", Kind.TASK, 1),
    ]  # fmt: skip
    assert "row_blank" in {finding.code for finding in project.findings}


def calendar(extra: str, base: str = "-1") -> str:
    return f"<Calendar><UID>1</UID><Name>Site</Name><BaseCalendarUID>{base}</BaseCalendarUID><WeekDays>{DAYS}</WeekDays>{extra}</Calendar>"


def exception(first: str, last: str, words: str) -> str:
    period = f"<TimePeriod><FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod>"
    return f"<Exceptions><Exception>{period}{words}<DayWorking>0</DayWorking></Exception></Exceptions>"


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("<Type>1</Type>", ["10-01", "10-02", "10-03"]),
        ("<Type>1</Type><Period>2</Period>", ["10-01", "10-03"]),
        ("<Type>6</Type><Period>1</Period><DaysOfWeek>32</DaysOfWeek>", ["10-02"]),
        ("<Type>4</Type><Period>1</Period><MonthDay>3</MonthDay>", ["10-03"]),
        (
            "<Type>5</Type><Period>1</Period><MonthPosition>0</MonthPosition><MonthItem>8</MonthItem>",
            ["10-02"],
        ),
        ("<Type>2</Type><Period>1</Period><Month>9</Month><MonthDay>1</MonthDay>", ["10-01"]),
        (
            "<Type>3</Type><Period>1</Period><Month>9</Month><MonthPosition>0</MonthPosition><MonthItem>9</MonthItem>",
            ["10-03"],
        ),
    ],
)
def test_recurring_exceptions_are_laid_out(words: str, days: list[str]) -> None:
    found = project_of(mspdi("", calendars=calendar(exception("2026-10-01", "2026-10-03", words))))
    assert sorted(found.calendars[0].exceptions) == [date.fromisoformat(f"2026-{day}") for day in days]


def test_work_weeks_and_inheritance() -> None:
    week = (
        "<WorkWeeks><WorkWeek><TimePeriod><FromDate>2026-11-02T00:00:00</FromDate><ToDate>2026-11-08T23:59:00</ToDate></TimePeriod>"
        "<WeekDays><WeekDay><DayType>7</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime>"
        "<ToTime>12:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays></WorkWeek></WorkWeeks>"
    )
    child = "<Calendar><UID>2</UID><Name>Night</Name><BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay><DayType>2</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays></Calendar>"
    found = {c.name: c for c in project_of(mspdi("", calendars=calendar(week) + child)).calendars}
    assert found["Site"].exceptions == {date(2026, 11, 7): ((480, 720),)}
    assert found["Night"].week[0] == ()
    assert found["Night"].week[1] == ((480, 720), (780, 1020))
    assert found["Night"].exceptions == found["Site"].exceptions


def test_elapsed_durations_run_round_the_clock() -> None:
    task = "<Task><UID>1</UID><ID>1</ID><Name>Cure</Name><OutlineLevel>1</OutlineLevel><Duration>PT72H0M0S</Duration><DurationFormat>8</DurationFormat></Task>"
    project = project_of(mspdi(task))
    found = next(c for c in project.calendars if c.uid == project.leaves[0].calendar_uid)
    assert found.week == (((0, 1440),),) * 7


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("PT8H0M0S", 480), ("P1DT1H", 1500), ("-PT30M", -30), ("", None), ("PT", None), ("8h", None)],
)
def test_durations(text: str, minutes: int | None) -> None:
    assert duration(text) == minutes


def test_an_xml_bomb_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE Project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project><Name>&b;</Name></Project>'
    with pytest.raises(Unacceptable) as refusal:
        read_schedule(bomb, "plan.xml")
    assert refusal.value.code == "lifecycle.schedule_file_xml_entities"


def test_a_deep_or_endless_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unacceptable) as refusal:
        read_schedule(b"<Project>" + b"<Tasks>" * 5_000, "plan.xml")
    assert refusal.value.code == "lifecycle.schedule_file_xml_too_much"
    monkeypatch.setattr(xml_tools, "MOST_ELEMENTS", 50)
    with pytest.raises(Unacceptable, match="50"):
        read_schedule(mspdi("<Task><UID>1</UID></Task>" * 100), "plan.xml")


def test_what_nobody_reads_never_becomes_a_tree() -> None:
    noise = "<TimephasedData><Type>1</Type><Value>PT1H</Value><Name>x</Name></TimephasedData>"
    task = f"<Task>{noise}<UID>1</UID><ID>1</ID><Name>Pile</Name><OutlineLevel>1</OutlineLevel>{noise}</Task>"
    xml = xml_tools.XmlText(mspdi(task), wanted=xml_names.MSPDI)
    assert [child.tag for child in next(xml.root.iter("Task"))] == ["UID", "ID", "Name", "OutlineLevel"]
    assert project_of(mspdi(task)).leaves[0].name == "Pile"


def test_a_document_longer_than_a_piece_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_tools, "PIECE", 7)
    assert project_of(link("1", "4800", "7")).links[0].lag_min == 480


def test_bytes_that_contradict_the_declaration_are_decided_anew() -> None:
    content = (
        mspdi("<Task><UID>1</UID><ID>1</ID><Name>桥梁桩基施工</Name><OutlineLevel>1</OutlineLevel></Task>")
        .decode()
        .encode("gb18030")
    )
    reading = read_schedule(content, "plan.xml")
    assert (reading.encoding, reading.project().leaves[0].name) == ("gb18030", "桥梁桩基施工")


def test_forbidden_characters_are_left_out_and_told() -> None:
    reading = read_schedule(
        mspdi("<Task><UID>1</UID><ID>1</ID><Name>Pi\x0ble&#x1F;</Name><OutlineLevel>1</OutlineLevel></Task>"),
        "plan.xml",
    )
    assert reading.project().leaves[0].name == "Pile"
    assert "bytes_replaced" in {finding.code for finding in reading.findings}


def test_broken_xml_is_refused_by_line() -> None:
    content = mspdi("\n\n<Task><UID>1</UID></Tusk>")
    with pytest.raises(Unacceptable, match="第 4 行"):
        read_schedule(content, "plan.xml")


@pytest.mark.parametrize("content", [b"hello", b"<html></html>", b"%PDF-1.7", b"\x00" * 40])
def test_other_files_are_refused_with_what_they_are(content: bytes) -> None:
    with pytest.raises(Unacceptable) as refusal:
        read_schedule(content, "plan.bin")
    assert refusal.value.code == "lifecycle.schedule_file_kind_unknown"


WHOLE = link("1", "4800", "7")


@QUICK
@given(st.integers(0, len(WHOLE) - 1))
def test_cut_anywhere_it_is_refused(at: int) -> None:
    with pytest.raises(Unacceptable) as refusal:
        read_schedule(WHOLE[:at], "plan.xml")
    assert refusal.value.remedy


@QUICK
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=5))
def test_rubbish_anywhere_is_read_or_refused(at: int, rubbish: bytes) -> None:
    try:
        reading = read_schedule(WHOLE[:at] + rubbish + WHOLE[at + len(rubbish) :], "plan.xml")
    except Unacceptable:
        return
    assert all(project.calendars for project in reading.projects)


def test_standard_calendar_is_the_default_one() -> None:
    assert [c.is_default for c in project_of(mspdi("", calendars=STANDARD)).calendars] == [True]
