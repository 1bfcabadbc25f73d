"""Small schedule files, written by hand for the tests."""

from __future__ import annotations

from collections.abc import Sequence

WEEK = (
    "(0||CalendarData()((0||DaysOfWeek()((0||1()())"
    + "".join(f"(0||{day}()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))" for day in range(2, 7))
    + "(0||7()())))(0||Exceptions()((0||0(d|46296)())(0||1(d|46305)((0||0(s|08:00|f|12:00)())))))))"
)
TASK_FIELDS = [
    "task_id",
    "proj_id",
    "wbs_id",
    "clndr_id",
    "task_type",
    "status_code",
    "complete_pct_type",
    "task_code",
    "task_name",
    "target_drtn_hr_cnt",
    "remain_drtn_hr_cnt",
    "early_start_date",
    "early_end_date",
    "late_start_date",
    "late_end_date",
    "total_float_hr_cnt",
    "cstr_type",
    "cstr_date",
    "act_start_date",
    "act_end_date",
    "phys_complete_pct",
]
Row = Sequence[str]


def table(name: str, fields: Row, rows: Sequence[Row]) -> str:
    """One table of an XER file."""
    lines = [f"%T\t{name}", "%F\t" + "\t".join(fields), *("%R\t" + "\t".join(row) for row in rows)]
    return "\n".join(lines) + "\n"


def task(uid: str, name: str = "", hours: str = "8", **more: str) -> Row:
    """A row of TASK; ``more``: any of TASK_FIELDS."""
    known = {
        "task_id": uid, "proj_id": "1", "wbs_id": "10", "clndr_id": "5", "task_type": "TT_Task",
        "status_code": "TK_NotStart", "complete_pct_type": "CP_Drtn", "task_code": f"A{uid}", "task_name": name or f"Task {uid}",
        "target_drtn_hr_cnt": hours, "remain_drtn_hr_cnt": hours,
    } | more  # fmt: skip
    return [known.get(field, "") for field in TASK_FIELDS]


def xer(
    tasks: Sequence[Row],
    links: Sequence[Row] = (),
    *,
    calendar: str = WEEK,
    extra: str = "",
    end: str = "%E\n",
) -> str:
    """A whole file of project 1. ``links``: (uid, successor, predecessor, kind, lag hours)."""
    return (
        "ERMHDR\t19.12\t2026-11-01\tProject\tadmin\tadmin\tdb\tProject Management\tCNY\n"
        + table("PROJECT", ["proj_id", "proj_short_name", "clndr_id", "last_recalc_date", "plan_start_date"],
                [["1", "DEMO", "5", "2026-10-01 00:00", "2026-10-01 00:00"]])
        + table("CALENDAR", ["clndr_id", "default_flag", "clndr_name", "proj_id", "clndr_type", "day_hr_cnt", "clndr_data"],
                [["5", "Y", "Five days", "", "CA_Base", "8", calendar]])
        + table("PROJWBS", ["wbs_id", "proj_id", "proj_node_flag", "seq_num", "wbs_short_name", "wbs_name", "parent_wbs_id"],
                [["10", "1", "Y", "0", "DEMO", "Demo road", ""]])
        + table("TASK", TASK_FIELDS, tasks)
        + table("TASKPRED", ["task_pred_id", "task_id", "pred_task_id", "proj_id", "pred_proj_id", "pred_type", "lag_hr_cnt"],
                [[uid, after, before, "1", "1", kind, lag] for uid, after, before, kind, lag in links])
        + extra + end
    )  # fmt: skip


def mspdi(tasks: str, *, calendars: str = "", head: str = "", more: str = "") -> bytes:
    """A whole Microsoft Project XML; the parts are written as XML."""
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Project xmlns="http://schemas.microsoft.com/project">'
        f"<Name>demo.xml</Name><StartDate>2026-10-09T08:00:00</StartDate><CalendarUID>1</CalendarUID>{head}"
        f"<Calendars>{calendars or STANDARD}</Calendars><Tasks>{tasks}</Tasks>{more}</Project>"
    )
    return text.encode()


TIMES = (
    "<WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime>"
    "<WorkingTime><FromTime>13:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime></WorkingTimes>"
)
DAYS = "".join(
    f"<WeekDay><DayType>{day}</DayType><DayWorking>{int(1 < day < 7)}</DayWorking>{TIMES if 1 < day < 7 else ''}</WeekDay>"
    for day in range(1, 8)
)
STANDARD = (
    "<Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID>"
    f"<WeekDays>{DAYS}</WeekDays></Calendar>"
)
