"""A file on its way in: kept, read, shown, confirmed, compared with the mirror before."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import NOW

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.lifecycle.schedule.exchange import mpp
from lantu.lifecycle.schedule.exchange.mirrors import local
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.opening import read_schedule
from lantu.lifecycle.schedule.exchange.services.apply_import import apply_import, ask_to_apply
from lantu.lifecycle.schedule.exchange.services.check_import import check_import, choose_project
from lantu.lifecycle.schedule.exchange.services.start_import import start_import
from lantu.lifecycle.schedule.exchange.tests.makers import mspdi, table, task, xer
from lantu.lifecycle.schedule.exchange.words import sentence
from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity, ScheduleLink

SHARED = (
    Path(os.environ.get("LANTU_SHARED_DATA", Path(__file__).parents[6].parent / "shared" / "data"))
    / "schedules"
)
DATES = {
    "early_start_date": "2026-10-09 08:00",
    "early_end_date": "2026-10-09 17:00",
    "late_start_date": "2026-10-12 08:00",
    "late_end_date": "2026-10-12 17:00",
    "total_float_hr_cnt": "4",
}
PLAIN = xer(
    [
        task("1", "桩基", **DATES),
        task("2", "承台", "16"),
        task("3", "通车", "0", task_type="TT_FinMile", early_end_date="2026-10-13 17:00"),
    ],
    [("1", "2", "1", "PR_FS", "8"), ("2", "3", "2", "PR_FF", "0")],
)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def checked(
    cast: SimpleNamespace, project: Any, content: str | bytes, name: str = "plan.xer", **more: Any
) -> ScheduleImport:
    data = content.encode() if isinstance(content, str) else content
    run = start_import(project=project, file=data, name=name, actor=cast.owner, now=NOW, **more)
    return check_import(run_id=run.pk, now=NOW)


def applied(
    cast: SimpleNamespace, project: Any, content: str | bytes, name: str = "plan.xer"
) -> ScheduleImport:
    run = checked(cast, project, content, name)
    assert run.state == "ready", run.refusal or run.report["blockers"]
    ask_to_apply(run=run, actor=cast.owner, now=NOW)
    return apply_import(run_id=run.pk, now=NOW)


@pytest.mark.django_db
class TestImport:
    def test_the_file_is_kept_with_its_fingerprint(self, cast: SimpleNamespace, site_project: Any) -> None:
        run = checked(cast, site_project, PLAIN)
        assert run.evidence is not None
        assert run.evidence.supports_id == run.pk
        assert len(run.evidence.sha256) == 64
        assert run.evidence.original.open("rb").read() == PLAIN.encode()

    def test_a_report_says_what_was_read(self, cast: SimpleNamespace, site_project: Any) -> None:
        report = checked(cast, site_project, PLAIN).report
        assert report["counts"]["activities"] == 3
        assert report["counts"]["link_kinds"] == {"FS": 1, "FF": 1}
        assert report["file"]["encoding"] == "utf-8"
        assert report["dates"]["state"] == "computed"
        assert report["dates"]["same"] + report["dates"]["moved"] + report["dates"]["unstated"] == 6
        assert "baseline_absent" in report["finding_counts"]

    def test_stated_dates_arrive_unchanged(self, cast: SimpleNamespace, site_project: Any) -> None:
        schedule = applied(cast, site_project, PLAIN).schedule
        assert schedule is not None
        assert (schedule.kind, schedule.status, schedule.source) == ("mirror", "in_force", "xer")
        row = ScheduleActivity.objects.get(schedule=schedule, code="A1")
        shown = [
            f"{local(getattr(row, name)):%Y-%m-%d %H:%M}"
            for name in ("early_start_at", "early_finish_at", "late_start_at", "late_finish_at")
        ]
        assert shown == [
            DATES[name] for name in ("early_start_date", "early_end_date", "late_start_date", "late_end_date")
        ]
        assert row.total_float_min == 240
        assert row.parent is not None
        assert row.parent.name == "Demo road"
        links = ScheduleLink.objects.filter(schedule=schedule)
        assert sorted(links.values_list("kind", "lag_min")) == [("FF", 0), ("FS", 480)]

    def test_one_event_tells_of_it(self, cast: SimpleNamespace, site_project: Any) -> None:
        run = applied(cast, site_project, PLAIN)
        told = Event.objects.get(kind="lifecycle.schedule_imported")
        assert told.project_id == site_project.pk
        assert told.payload["activities"] == 3
        assert run.evidence is not None
        assert told.payload["sha256"] == run.evidence.sha256

    def test_a_newer_file_shows_its_difference_and_replaces_the_mirror(
        self, cast: SimpleNamespace, site_project: Any
    ) -> None:
        first = applied(cast, site_project, PLAIN).schedule
        newer = (
            PLAIN.replace("2026-10-09 17:00", "2026-10-14 17:00")
            .replace("A3", "A4")
            .replace("承台", "承台施工")
        )
        run = checked(cast, site_project, newer)
        assert run.previous == first
        counts = run.difference["counts"]
        assert (counts["added"], counts["gone"], counts["moved"], counts["renamed"]) == (1, 1, 1, 1)
        assert run.difference["rows"]["moved"][0]["days"] == 5.0
        ask_to_apply(run=run, actor=cast.owner, now=NOW)
        second = apply_import(run_id=run.pk, now=NOW).schedule
        assert second is not None
        assert (second.revision, second.replaces) == (2, first)
        assert Schedule.objects.get(pk=first.pk).status == "superseded"  # type: ignore[union-attr]

    def test_a_mirror_changed_in_between_stops_the_import(
        self, cast: SimpleNamespace, site_project: Any
    ) -> None:
        waiting = checked(cast, site_project, PLAIN)
        applied(cast, site_project, PLAIN)
        ask_to_apply(run=waiting, actor=cast.owner, now=NOW)
        assert apply_import(run_id=waiting.pk, now=NOW).state == "failed"
        waiting.refresh_from_db()
        assert waiting.refusal["code"] == "lifecycle.schedule_import_stale"
        assert Schedule.objects.count() == 1

    def test_a_cycle_is_named_and_forbids_the_import(self, cast: SimpleNamespace, site_project: Any) -> None:
        ring = xer(
            [task("1", "挖"), task("2", "填"), task("3", "夯")],
            [("1", "2", "1", "PR_FS", "0"), ("2", "3", "2", "PR_FS", "0"), ("3", "1", "3", "PR_FS", "0")],
        )
        run = checked(cast, site_project, ring)
        assert run.state == "rejected"
        assert set(run.report["cycles"][0]) == {"A1 挖", "A2 填", "A3 夯"}
        assert "挖" in sentence(run.report["blockers"][0])
        with pytest.raises(Refused):
            ask_to_apply(run=run, actor=cast.owner, now=NOW)

    def test_a_cut_file_is_rejected_with_its_line(self, cast: SimpleNamespace, site_project: Any) -> None:
        run = checked(cast, site_project, PLAIN[:-8])
        assert run.state == "rejected"
        assert "第" in run.refusal["detail"]
        assert run.refusal["remedy"]

    def test_several_projects_ask_which(self, cast: SimpleNamespace, site_project: Any) -> None:
        more = table(
            "PROJECT",
            ["proj_id", "proj_short_name", "plan_start_date"],
            [["2", "二标段", "2026-01-01 00:00"]],
        )
        two = xer([task("1"), task("2", proj_id="2", early_start_date="2026-10-09 08:00")]).replace(
            "%E\n", more + "%E\n"
        )
        run = checked(cast, site_project, two)
        assert run.state == "choosing"
        assert [each["code"] for each in run.report["projects"]] == ["DEMO", "二标段"]
        with pytest.raises(Refused):
            choose_project(run=run, project_uid="9", actor=cast.owner)
        choose_project(run=run, project_uid="2", actor=cast.owner)
        run = check_import(run_id=run.pk, now=NOW)
        assert (run.state, run.report["project"]["code"]) == ("ready", "二标段")

    def test_values_that_no_column_holds_do_not_stop_the_import(
        self, cast: SimpleNamespace, site_project: Any
    ) -> None:
        odd = task(
            "1",
            "零\x00字符",
            "1e300",
            total_float_hr_cnt="1e9",
            task_code="C" * 90,
            early_start_date="2026-10-09 08:00",
        )
        row = ScheduleActivity.objects.get(
            schedule=applied(cast, site_project, xer([odd])).schedule, kind="task"
        )
        assert (row.name, len(row.code), row.duration_min) == ("零字符", 60, 0)

    def test_an_error_of_ours_is_told_and_not_waited_for(
        self, cast: SimpleNamespace, site_project: Any, monkeypatch: Any
    ) -> None:
        def broken(*_args: Any) -> None:
            raise ValueError("unforeseen")

        monkeypatch.setattr("lantu.lifecycle.schedule.exchange.services.check_import.report_on", broken)
        run = checked(cast, site_project, PLAIN)
        assert (run.state, run.refusal["code"]) == ("rejected", "lifecycle.schedule_import_broke")

    def test_strangers_may_not(self, cast: SimpleNamespace, site_project: Any) -> None:
        with pytest.raises(Denied):
            start_import(
                project=site_project, file=PLAIN.encode(), name="plan.xer", actor=cast.outsider, now=NOW
            )

    def test_mpp_without_its_part_says_what_to_do(
        self, cast: SimpleNamespace, site_project: Any, monkeypatch: Any
    ) -> None:
        for part, word in (("java", "Java"), ("mpxj", "MPXJ")):
            monkeypatch.setattr(
                "lantu.lifecycle.schedule.exchange.services.start_import.missing_part", lambda part=part: part
            )
            monkeypatch.setattr(mpp, "missing_part", lambda part=part: part)
            with pytest.raises(Unacceptable, match=word) as refusal:
                start_import(
                    project=site_project,
                    file=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
                    name="a.mpp",
                    actor=cast.owner,
                    now=NOW,
                )
            assert "XML" in refusal.value.remedy

    def test_double_codes_and_blank_names_are_told_apart(
        self, cast: SimpleNamespace, site_project: Any
    ) -> None:
        tasks = [
            task("1", task_code="X", early_start_date="2026-10-09 08:00"),
            task("2", task_code="X"),
            task("3", task_code="", task_name=" "),
        ]
        run = applied(cast, site_project, xer(tasks))
        codes = set(
            ScheduleActivity.objects.filter(schedule=run.schedule, kind="task").values_list("code", flat=True)
        )
        assert codes == {"X", "X~2", "#3"}
        assert ScheduleActivity.objects.get(schedule=run.schedule, code="#3").name == "#3"

    def test_actual_finish_before_start_is_kept_beside(
        self, cast: SimpleNamespace, site_project: Any
    ) -> None:
        odd = task(
            "1", status_code="TK_Complete", act_start_date="2026-10-12 08:00", act_end_date="2026-10-09 17:00"
        )
        row = ScheduleActivity.objects.get(
            schedule=applied(cast, site_project, xer([odd])).schedule, code="A1"
        )
        assert row.actual_start_at is None
        assert row.source_row["actual_start"] == "2026-10-12T08:00"

    def test_baselines_of_the_file_are_imported_ones(self, cast: SimpleNamespace, site_project: Any) -> None:
        words = "<Task><UID>1</UID><ID>1</ID><Name>A</Name><OutlineLevel>1</OutlineLevel><Start>2026-10-09T08:00:00</Start><Finish>2026-10-09T17:00:00</Finish><Baseline><Number>3</Number><Start>2026-10-01T08:00:00</Start><Finish>2026-10-02T17:00:00</Finish></Baseline></Task>"
        schedule = applied(cast, site_project, mspdi(words), "plan.xml").schedule
        assert schedule is not None
        baseline = schedule.baselines.get()
        assert (baseline.number, baseline.is_imported, baseline.rows.count()) == (3, True, 1)


@pytest.mark.django_db
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared schedules at {SHARED}")
@pytest.mark.parametrize(
    "path", sorted([*SHARED.glob("*/*.xer"), *SHARED.glob("*/*ml")]), ids=lambda path: path.name
)
def test_every_shared_file_becomes_a_mirror_with_its_own_dates(
    cast: SimpleNamespace, site_project: Any, path: Path
) -> None:
    """What the file states of each activity stands in the mirror, minute by minute."""
    content = path.read_bytes()
    file = read_schedule(content, path.name).project()
    run = applied(cast, site_project, content, path.name)
    rows = {
        row.source_uid: row
        for row in ScheduleActivity.objects.filter(schedule=run.schedule).exclude(kind="summary")
    }
    assert len(rows) == len(file.leaves)
    for activity in file.leaves:
        row = rows[activity.uid]
        for name in ("early_start_at", "early_finish_at"):
            stated = getattr(activity, name) or getattr(activity, name.removeprefix("early_"))
            assert local(getattr(row, name)) == stated
        for name in ("late_start_at", "late_finish_at", "actual_start_at", "actual_finish_at"):
            assert local(getattr(row, name)) == getattr(activity, name)
        assert row.total_float_min == activity.total_float_min
        assert row.source_row["start"] == activity.start_at.isoformat(timespec="minutes")
    assert json.dumps(run.report)
    assert run.difference == {}
    again = checked(cast, site_project, content, path.name)
    assert again.difference["counts"]["moved"] == 0
    assert again.difference["finish_days"] == 0.0
    assert again.started_at <= NOW + timedelta(0)
