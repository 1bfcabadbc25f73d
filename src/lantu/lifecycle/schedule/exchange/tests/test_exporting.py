"""Schedules out, and back in: what is written is what is read."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override
from openpyxl import load_workbook
from tests.cast import NOW

from lantu.lifecycle.schedule.exchange import to_ical
from lantu.lifecycle.schedule.exchange.exporting import export_file, template_file
from lantu.lifecycle.schedule.exchange.mpp import missing_part
from lantu.lifecycle.schedule.exchange.neutral import NeutralSchedule
from lantu.lifecycle.schedule.exchange.opening import read_schedule
from lantu.lifecycle.schedule.exchange.sheet_in import SheetFaults
from lantu.lifecycle.schedule.exchange.tests.makers import task, xer
from lantu.lifecycle.schedule.exchange.tests.test_importing import PLAIN, applied
from lantu.lifecycle.schedule.exchange.to_mspdi import write_mspdi
from lantu.lifecycle.schedule.exchange.to_sheet import write_workbook
from lantu.lifecycle.schedule.models import ScheduleActivity

SHARED = (
    Path(os.environ.get("LANTU_SHARED_DATA", Path(__file__).parents[6].parent / "shared" / "data"))
    / "schedules"
)
RICH = xer(
    [
        task(
            "1",
            "桩基 <A&B>",
            early_start_date="2026-10-09 08:00",
            early_end_date="2026-10-09 17:00",
            total_float_hr_cnt="0",
            cstr_type="CS_MSOA",
            cstr_date="2026-10-09 08:00",
        ),
        task(
            "2",
            "承台",
            "16",
            early_start_date="2026-10-12 08:00",
            early_end_date="2026-10-13 17:00",
            total_float_hr_cnt="-4",
        ),
        task(
            "3",
            "通车",
            "0",
            task_type="TT_FinMile",
            early_start_date="2026-10-13 17:00",
            early_end_date="2026-10-13 17:00",
        ),
    ],
    [("1", "2", "1", "PR_FS", "0"), ("2", "3", "2", "PR_FF", "-2.5"), ("3", "3", "1", "PR_SS", "8")],
)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def shape(project: NeutralSchedule) -> dict[str, Any]:
    """What must survive a round trip, by code."""
    codes = {activity.uid: activity.code for activity in project.activities}
    calendars = {calendar.uid: calendar.name for calendar in project.calendars}
    return {
        "activities": [
            (a.code, a.name, a.level, a.kind.value == "summary", a.duration_min or 0, a.start_at, a.finish_at, a.total_float_min, a.constraint, a.constraint_at)
            for a in project.activities
            if a.kind.value != "summary"
        ],
        "tree": [(a.name, a.level) for a in project.activities],
        "calendar_of": [calendars.get(a.calendar_uid or project.calendar_uid) for a in project.leaves],
        "links": sorted((codes[link.predecessor_uid], codes[link.successor_uid], link.kind.value, link.lag_min) for link in project.links),
        "calendars": sorted((c.name, c.week, tuple(sorted(c.exceptions.items()))) for c in project.calendars),
    }  # fmt: skip


SOURCES = [pytest.param(RICH.encode(), "rich.xer", id="rich")]
if SHARED.is_dir():
    SOURCES += [
        pytest.param((SHARED / name).read_bytes(), name, id=name)
        for name in ("p6/terminal-building-airport.xer", "p6/cairo-alex-road.xer", "trio/sample.xer")
    ]


@pytest.mark.parametrize(("content", "name"), SOURCES)
@pytest.mark.parametrize(("write", "kind"), [(write_mspdi, "xml"), (write_workbook, "xlsx")])
def test_what_is_written_is_read_again(content: bytes, name: str, write: Any, kind: str) -> None:
    project = read_schedule(content, name).project()
    again = read_schedule(write(project), f"plan.{kind}").project()
    assert shape(again) == shape(project)


@pytest.mark.skipif(bool(missing_part()), reason=f"optional part for MPXJ is absent: {missing_part()}")
def test_mpxj_reads_what_we_write(tmp_path: Path) -> None:
    """An independent reader agrees on counts, codes, dates and lags."""
    project = read_schedule(RICH.encode(), "rich.xer").project()
    (tmp_path / "plan.xml").write_bytes(write_mspdi(project))
    script = (
        "import jpype, mpxj, sys\njpype.startJVM()\nfrom org.mpxj.reader import UniversalProjectReader\n"
        "p = UniversalProjectReader().read(sys.argv[1])\n"
        "for t in p.getTasks():\n"
        "    print(t.getName(), t.getStart(), t.getFinish(), len(t.getPredecessors()), t.getText(1), sep='|')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "plan.xml")],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    rows = [line.split("|") for line in done.stdout.splitlines()]
    # MPXJ adds the project itself as its first task.
    assert [row[0] for row in rows][-4:] == ["Demo road", "桩基 <A&B>", "承台", "通车"]
    assert rows[-3][1:3] == ["2026-10-09T08:00", "2026-10-09T17:00"]
    assert [row[3] for row in rows[-3:]] == ["0", "1", "2"]
    assert [row[4] for row in rows[-3:]] == ["A1", "A2", "A3"]


def edited(change: Any) -> bytes:
    book = load_workbook(io.BytesIO(template_file()))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_template_is_importable_as_it_is() -> None:
    project = read_schedule(template_file(), "t.xlsx").project()
    assert [a.code for a in project.leaves] == ["A1010", "A1020", "A1030"]
    assert len(project.links) == 2


def test_faults_are_named_by_sheet_row_and_column() -> None:
    def spoil(book: Any) -> None:
        sheet = book["任务"]
        sheet["A4"] = "A1010"
        sheet["F3"] = "很久"
        sheet["E5"] = "没有的日历"
        sheet["N5"] = 140
        sheet["R3"] = "开始于"
        book["关系"]["B2"] = "X9"
        book["日历"]["D2"] = "8点到5点"

    with pytest.raises(SheetFaults) as refusal:
        read_schedule(edited(spoil), "t.xlsx")
    told = "\n".join(refusal.value.problems)
    for place in (
        "“任务”第 4 行 A 列",
        "“任务”第 3 行 F 列",
        "“任务”第 5 行 E 列",
        "“任务”第 5 行 N 列",
        "“任务”第 3 行 S 列",
        "“关系”第 2 行 B 列",
        "“日历”第 2 行 D 列",
    ):
        assert place in told


def test_days_title_rows_and_english_headings_are_understood() -> None:
    def change(book: Any) -> None:
        sheet = book["任务"]
        sheet["F3"] = "5天"
        sheet["F1"] = "Duration"
        sheet["A1"] = "Activity ID"
        sheet.insert_rows(1)
        sheet["A1"] = "某项目进度计划"
        sheet.title = "Activities"

    project = read_schedule(edited(change), "t.xlsx").project()
    assert project.leaves[0].duration_min == 5 * 8 * 60


def test_a_workbook_written_in_english_is_read_in_chinese() -> None:
    with override("en"):
        content = template_file()
    assert "Links" in load_workbook(io.BytesIO(content)).sheetnames
    assert len(read_schedule(content, "t.xlsx").project().links) == 2


def test_a_workbook_of_something_else_is_refused() -> None:
    def change(book: Any) -> None:
        for name in book.sheetnames[1:]:
            del book[name]
        book["任务"].title = "Sheet1"

    with pytest.raises(Exception, match="任务"):
        read_schedule(edited(change), "t.xlsx")


def test_lines_are_folded_by_octets_and_texts_escaped() -> None:
    long = "SUMMARY:" + "桥梁桩基施工" * 20
    pieces = list(to_ical.fold(long))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == long
    assert to_ical.text("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"


@pytest.mark.django_db
class TestExport:
    def test_ical_holds_milestones_and_critical_finishes(
        self, cast: SimpleNamespace, site_project: Any
    ) -> None:
        schedule = applied(cast, site_project, RICH).schedule
        assert schedule is not None
        content, name = export_file(schedule, "ics", now=datetime(2026, 11, 22, 8, tzinfo=UTC))
        text = re.sub("\r\n ", "", content.decode())
        assert name.endswith(".ics")
        assert content.decode().endswith("END:VCALENDAR\r\n")
        assert text.count("BEGIN:VEVENT") == 3
        assert "SUMMARY:里程碑：通车" in text
        assert "DTSTART;VALUE=DATE:20261013" in text
        assert "DTSTAMP:20261122T080000Z" in text
        again, _name = export_file(schedule, "ics", now=datetime(2026, 11, 23, 8, tzinfo=UTC))
        assert re.findall("UID:.*", text) == re.findall("UID:.*", again.decode())

    def test_uids_survive_a_new_revision(self, cast: SimpleNamespace, site_project: Any) -> None:
        uids = []
        for content in (PLAIN, PLAIN.replace("2026-10-09 17:00", "2026-10-14 17:00")):
            schedule = applied(cast, site_project, content).schedule
            assert schedule is not None
            text = export_file(schedule, "ics", now=NOW)[0].decode()
            uids.append(re.findall("UID:.*", text))
            assert f"SEQUENCE:{schedule.revision * 1000 + schedule.edited_no}" in text
        assert uids[0] == uids[1]

    @pytest.mark.parametrize("kind", ["mspdi", "xlsx"])
    def test_a_stored_schedule_comes_back_whole(
        self, cast: SimpleNamespace, site_project: Any, kind: str
    ) -> None:
        schedule = applied(cast, site_project, RICH).schedule
        assert schedule is not None
        content, name = export_file(schedule, kind, now=NOW)
        again = read_schedule(content, name).project()
        stored = ScheduleActivity.objects.filter(schedule=schedule).exclude(kind="summary")
        assert {a.code: a.duration_min for a in again.leaves} == dict(
            stored.values_list("code", "duration_min")
        )
        assert len(again.links) == 3
        assert date(2026, 10, 1) in again.calendars[0].exceptions
