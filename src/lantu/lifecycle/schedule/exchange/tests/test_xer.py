"""XER as it really comes: code pages, cut off, shuffled, quoted, with rubbish in it."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantu.core.refusals import Unacceptable
from lantu.lifecycle.schedule.exchange.neutral import Constraint, Kind, LagCalendar, LinkKind, Reading
from lantu.lifecycle.schedule.exchange.opening import Options, read_schedule
from lantu.lifecycle.schedule.exchange.p6_calendar import CalendarUnreadable, read_calendar_data
from lantu.lifecycle.schedule.exchange.tests.makers import WEEK, table, task, xer

PLAIN = xer(
    [task("1", "Pile"), task("2", "Cap", "16"), task("3", "Open", "0", task_type="TT_FinMile")],
    [("1", "2", "1", "PR_FS", "0"), ("2", "3", "2", "PR_SS", "-4.5")],
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(text: str | bytes, **options: object) -> Reading:
    content = text.encode() if isinstance(text, str) else text
    return read_schedule(content, "plan.xer", Options(**options))  # type: ignore[arg-type]


def codes(reading: Reading) -> set[str]:
    return {finding.code for finding in [*reading.findings, *reading.project().findings]}


def test_the_plain_file() -> None:
    project = read(PLAIN).project()
    assert [(a.code, a.kind, a.duration_min) for a in project.leaves] == [
        ("A1", Kind.TASK, 480), ("A2", Kind.TASK, 960), ("A3", Kind.FINISH_MILESTONE, 0),
    ]  # fmt: skip
    assert [(link.kind, link.lag_min) for link in project.links] == [(LinkKind.FS, 0), (LinkKind.SS, -270)]
    calendar = project.calendars[0]
    assert calendar.week[0] == ((480, 720), (780, 1020))
    assert calendar.week[6] == ()
    assert calendar.exceptions == {date(2026, 10, 1): (), date(2026, 10, 10): ((480, 720),)}


@pytest.mark.parametrize(
    ("encoding", "name", "decided"),
    [
        ("utf-8", "桥梁桩基施工", "utf-8"),
        ("gb18030", "桥梁桩基施工", "gb18030"),
        ("gb18030", "1#墩承台（含钢筋）€", "gb18030"),
        ("cp1252", "Résumé dalle béton – éléments", "cp1252"),
        ("cp1252", "Größe 25 m³", "cp1252"),
        ("utf-16", "桥梁", "utf-16"),
        ("utf-8-sig", "桥梁", "utf-8"),
    ],
)
def test_code_pages_are_decided(encoding: str, name: str, decided: str) -> None:
    reading = read(xer([task("1", name)]).encode(encoding))
    assert reading.encoding == decided
    assert reading.project().leaves[0].name == name


def test_a_stated_code_page_is_used_or_refused_by_line() -> None:
    content = xer([task("1", "Опора моста")]).encode("cp1251")
    assert read(content, encoding="cp1251").project().leaves[0].name == "Опора моста"
    with pytest.raises(Unacceptable, match="行") as refusal:
        read(content, encoding="utf-8")
    assert refusal.value.code == "lifecycle.schedule_file_encoding"


def test_cut_off_names_line_and_table() -> None:
    cut = PLAIN[: PLAIN.index("A2")]
    line = cut.count("\n") + 1
    with pytest.raises(Unacceptable, match=f"第 {line} 行（表 TASK）") as refusal:
        read(cut)
    assert "不写结束标记" in refusal.value.remedy


def test_a_sender_may_state_that_no_end_mark_is_written() -> None:
    reading = read(PLAIN.replace("%E\n", ""), unended=True)
    assert "no_end_mark" in codes(reading)
    assert len(reading.project().leaves) == 3


@pytest.mark.parametrize(
    "change", [lambda t: t.replace("\n", "\r\n"), lambda t: t.replace("\n", "\r"), lambda t: t + "\n\n"]
)
def test_line_ends_do_not_matter(change: object) -> None:
    assert len(read(change(PLAIN)).project().leaves) == 3  # type: ignore[operator]


def test_a_line_break_inside_a_name_belongs_to_the_row() -> None:
    broken = xer([task("1", phys_complete_pct="0 first\nsecond line"), task("2")])
    reading = read(broken)
    assert "line_continued" in codes(reading)
    assert [a.code for a in reading.project().leaves] == ["A1", "A2"]


def test_quotes_doubled_by_a_spreadsheet_are_undone() -> None:
    reading = read(xer([task("1", '"Level ""A"" slab"'), task("2", '"as is"')]))
    assert [a.name for a in reading.project().leaves] == ['Level "A" slab', '"as is"']


def test_tables_and_columns_in_any_order() -> None:
    head, *tables = PLAIN.removesuffix("%E\n").split("%T\t")
    wanted = [(a.code, a.name, a.duration_min) for a in read(PLAIN).project().leaves]
    for seed in range(6):
        random.Random(seed).shuffle(tables)
        extra = table("UDFVALUE", ["udf", "x"], [["1", "2"]]) + table("NEWTHING", ["a"], [["b"]])
        shuffled = head + "".join(f"%T\t{part}" for part in tables) + extra + "%E\n"
        project = read(shuffled).project()
        assert [(a.code, a.name, a.duration_min) for a in project.leaves] == wanted
        assert len(project.links) == 2


def test_unknown_calendar_is_named_and_substituted() -> None:
    reading = read(xer([task("1", clndr_id="77"), task("2", clndr_id="77")]))
    found = next(f for f in reading.project().findings if f.code == "calendar_missing")
    assert found.params == {"uid": "77", "count": 2}
    assert reading.project().leaves[0].calendar_uid == "77"


def test_links_that_lead_nowhere_are_dropped_with_their_line() -> None:
    links = [
        ("1", "2", "99", "PR_FS", "0"),
        ("2", "1", "1", "PR_FS", "0"),
        ("3", "2", "1", "PR_FS", "0"),
        ("4", "2", "1", "PR_FS", "8"),
    ]
    reading = read(xer([task("1"), task("2")], links))
    assert {"link_end_missing", "link_to_itself", "link_twice"} <= codes(reading)
    assert [link.lag_min for link in reading.project().links] == [480]
    assert all(finding.line for finding in reading.project().findings if finding.code.startswith("link_"))


def test_double_codes_are_told() -> None:
    reading = read(xer([task("1", task_code="X"), task("2", task_code="X")]))
    found = next(f for f in reading.project().findings if f.code == "code_twice")
    assert found.params == {"code": "X", "count": 2}


def test_a_table_that_stands_twice_keeps_its_own_columns() -> None:
    more = table("TASK", ["task_code", "task_id", "proj_id", "task_name"], [["B7", "7", "1", "Later"]])
    reading = read(xer([task("1")], extra=more))
    assert [(a.code, a.name) for a in reading.project().leaves] == [("A1", "Task 1"), ("B7", "Later")]
    assert "table_twice" in codes(reading)


@pytest.mark.parametrize("year", ["0001", "1900", "2999", "9999"])
def test_years_that_nobody_plans_in_are_told(year: str) -> None:
    reading = read(xer([task("1", early_end_date=f"{year}-12-31 17:00")]))
    assert "dates_unreadable" in codes(reading)
    assert reading.project().leaves[0].finish_at is None


def test_unreadable_and_contradicting_values_are_told() -> None:
    odd = task("1", hours="many", early_start_date="2026-13-45 08:00")
    ahead = task("2", hours="-8", act_start_date="2027-01-04 08:00")
    reading = read(xer([odd, ahead, task("3")]))
    found = {finding.code: finding.params for finding in reading.project().findings}
    assert found["dates_unreadable"] == {"count": 1, "examples": "2026-13-45 08:00"}
    assert found["numbers_unreadable"]["count"] == 2
    assert found["actual_after_data_date"]["code"] == "A2"
    assert found["duration_negative"]["code"] == "A2"
    assert found["open_ends"] == {"without_before": 3, "without_after": 3}


def test_lag_calendar_and_constraints() -> None:
    options = table(
        "SCHEDOPTIONS",
        ["proj_id", "sched_calendar_on_relationship_lag", "sched_progress_override"],
        [["1", "rcal_24Hour", "Y"]],
    )
    kinds = {
        "CS_MSO": Constraint.MSO,
        "CS_MSOA": Constraint.SNET,
        "CS_MEOB": Constraint.FNLT,
        "CS_MANDSTART": Constraint.MANDATORY_START,
        "CS_ALAP": Constraint.ALAP,
    }
    tasks = [
        task(str(n), cstr_type=word, cstr_date="2026-10-12 08:00") for n, word in enumerate(kinds, start=1)
    ]
    project = read(xer(tasks, [("1", "2", "1", "PR_FF", "24")], extra=options)).project()
    assert [a.constraint for a in project.leaves] == list(kinds.values())
    assert {a.constraint_at for a in project.leaves} == {datetime(2026, 10, 12, 8)}
    assert project.links[0].lag_calendar is LagCalendar.ELAPSED
    assert project.progress_rule == "override"


def test_several_projects_and_a_baseline_among_them() -> None:
    fields = ["proj_id", "proj_short_name", "orig_proj_id", "plan_start_date"]
    more = table(
        "PROJECT",
        fields,
        [["2", "OTHER", "", "2026-01-01 00:00"], ["3", "DEMO - B1", "1", "2026-01-01 00:00"]],
    )
    tasks = [
        task("1"),
        task("2", proj_id="2"),
        task(
            "3",
            proj_id="3",
            task_code="A1",
            early_start_date="2026-09-01 08:00",
            early_end_date="2026-09-01 17:00",
        ),
    ]
    reading = read(xer(tasks).replace("%E\n", more + "%E\n"))
    assert [(p.uid, len(p.leaves)) for p in reading.projects] == [("1", 1), ("2", 1)]
    assert reading.project("1").leaves[0].baselines[0].start_at == datetime(2026, 9, 1, 8)
    with pytest.raises(LookupError):
        reading.project()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "()",
        "(0||CalendarData()(",
        "(0||CalendarData()((0||DaysOfWeek()())))",
        "x" * 50,
        WEEK[:-3],
        WEEK + ")",
        "(" * 5000,
    ],
)
def test_calendars_that_cannot_be_read(text: str) -> None:
    with pytest.raises(CalendarUnreadable):
        read_calendar_data(text)


def test_a_night_shift_until_midnight() -> None:
    data = read_calendar_data(
        "(0||CalendarData()((0||DaysOfWeek()((0||2()((0||0(s|20:00|f|00:00)())(0||1(s|00:00|f|04:00)())))))))"
    )
    assert data.week[0] == ((0, 240), (1200, 1440))


@QUICK
@given(st.integers(0, len(PLAIN.encode()) - 4))
def test_cut_anywhere_it_is_refused_with_a_place(at: int) -> None:
    """No cut is taken for a whole file; each refusal says where or what, and never crashes."""
    with pytest.raises(Unacceptable) as refusal:
        read(PLAIN.encode()[:at])
    assert refusal.value.detail
    assert refusal.value.remedy


@QUICK
@given(st.integers(0, len(PLAIN) - 1), st.binary(min_size=1, max_size=6))
def test_rubbish_anywhere_is_read_or_refused(at: int, rubbish: bytes) -> None:
    content = PLAIN.encode()
    try:
        reading = read(content[:at] + rubbish + content[at + len(rubbish) :])
    except Unacceptable:
        return
    for project in reading.projects:
        uids = {activity.uid for activity in project.activities}
        assert len(uids) == len(project.activities)
        assert all(link.predecessor_uid in uids and link.successor_uid in uids for link in project.links)
        known = {calendar.uid for calendar in project.calendars}
        assert project.calendar_uid in known


@QUICK
@given(st.text(alphabet="()|0:dsf 123 DaysOfWeekExceptions\x7f", max_size=120))
def test_any_calendar_text_is_read_or_named(text: str) -> None:
    try:
        data = read_calendar_data(text)
    except CalendarUnreadable:
        return
    assert any(data.week)


def test_resource_dependent_activities_take_the_calendar_of_their_resource() -> None:
    calendars = table(
        "CALENDAR", ["clndr_id", "clndr_name", "clndr_type", "day_hr_cnt", "clndr_data"],
        [[uid, "Crew", "CA_Rsrc", "8", WEEK] for uid in ("7", "8")],
    )  # fmt: skip
    crews = table(
        "RSRC", ["rsrc_id", "rsrc_short_name", "rsrc_name", "rsrc_type", "clndr_id"],
        [["1", "A", "Crew A", "RT_Labor", "7"], ["2", "B", "Crew B", "RT_Equip", "8"], ["3", "M", "Sand", "RT_Mat", "8"]],
    )  # fmt: skip
    use = table(
        "TASKRSRC", ["taskrsrc_id", "task_id", "proj_id", "rsrc_id"],
        [["1", "1", "1", "1"], ["2", "1", "1", "3"], ["3", "2", "1", "1"], ["4", "2", "1", "2"], ["5", "3", "1", "1"]],
    )  # fmt: skip
    tasks = [task("1", task_type="TT_Rsrc"), task("2", task_type="TT_Rsrc"), task("3")]
    project = read_schedule(xer(tasks, extra=calendars + crews + use).encode(), "plan.xer").project()
    assert [activity.calendar_uid for activity in project.leaves] == ["7", "5", "5"]
    told = {finding.code: finding.params for finding in project.findings}
    assert told["resource_calendars"] == {"count": 1}
    assert told["resource_calendars_differ"]["code"] == "A2"
