"""What may happen to a schedule, and what may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.lifecycle.schedule.drafts import ActivityRow, LinkRow
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleSlip
from lantu.lifecycle.schedule.services import (
    Change,
    ProgressRow,
    answer_slip,
    edit_schedule,
    freeze_baseline,
    propose_schedule,
    put_in_force,
    recalculate,
    record_progress,
    revise_schedule,
    send_back,
    watch_milestones,
)
from lantu.lifecycle.schedule.services.passing import Stale
from lantu.lifecycle.schedule.tests.scenes import PDF, activity, at, draft, in_force, link, new_schedule
from lantu.lifecycle.schedule.values import reports_until

pytestmark = pytest.mark.django_db
NOW = at("2026-09-18 10:00")


def local(moment: datetime | None) -> str:
    """Beijing time in words."""
    assert moment is not None
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def test_the_example_gets_the_dates_of_the_algorithm_page(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    found = {row.code: row for row in schedule.activities.all()}
    assert [local(found["A"].early_start_at), local(found["A"].early_finish_at)] == [
        "09-21 08:00",
        "09-28 18:00",
    ]
    assert [local(found["D"].early_start_at), local(found["D"].early_finish_at)] == [
        "10-19 08:00",
        "10-26 18:00",
    ]
    assert local(schedule.finish_at) == "10-30 18:00"
    assert {code for code, row in found.items() if row.is_critical} == set("ACFH")
    assert found["E"].total_float_min == 9 * 480
    assert found["E"].free_float_min == 8 * 480
    assert schedule.critical_count == 4


def test_a_cycle_is_refused_with_the_names_on_it(site_project: Any, cast: Any) -> None:
    rows = draft()
    looped = replace(rows, links=[*rows.links, link("H F FS 0")])
    with pytest.raises(Unacceptable) as told:
        new_schedule(site_project, cast.contractor, now=NOW, **{"links": (), **_only(looped)})
    assert "F 任务F → H 任务H → F 任务F" in told.value.detail
    assert told.value.remedy
    assert not Schedule.objects.exists()


def _only(made: Any) -> dict[str, Any]:
    return {"activities": made.activities, "calendars": made.calendars} | {"links": [
        f"{row.predecessor_code} {row.successor_code} {row.kind} {row.lag_min / 480:g}" for row in made.links
    ]}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"calendar_code": "mond"}, "activities.X.calendar"),
        ({"duration_min": -5}, "activities.X.duration_min"),
        ({"percent": 120.0}, "activities.X.percent"),
        ({"parent_code": "A"}, "activities.X.parent"),
        ({"constraint_kind": "start_after"}, "activities.X.constraint_at"),
        ({"actual_finish_at": at("2026-09-22 08:00")}, "activities.X.actual_finish_at"),
    ],
)
def test_rows_that_do_not_fit_are_refused_with_their_place(
    site_project: Any, cast: Any, change: dict[str, Any], place: str
) -> None:
    rows = [
        *draft().activities,
        activity("X", 1, **change)
        if "duration_min" not in change
        else ActivityRow(code="X", name="X", **change),
    ]
    with pytest.raises(Unacceptable) as told:
        new_schedule(site_project, cast.contractor, now=NOW, activities=rows)
    assert told.value.field == place


def test_an_edit_on_an_old_number_shows_the_difference_and_changes_nothing(
    site_project: Any, cast: Any
) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    longer = [Change(op="set", code="F", values={"duration_min": 14 * 480})]
    edited = edit_schedule(schedule, edited_no=1, changes=longer, by=cast.contractor, now=NOW)
    assert local(edited.finish_at) == "11-03 18:00"
    with pytest.raises(Stale) as told:
        edit_schedule(
            schedule, edited_no=1, changes=[Change(op="set", code="F", values={"duration_min": 480})],
            by=cast.owner, now=NOW + timedelta(hours=1),
        )  # fmt: skip
    assert told.value.status == 409
    assert told.value.differences[0]["before"] == 12 * 480
    assert told.value.differences[0]["theirs"] == 14 * 480
    assert schedule.activities.get(code="F").duration_min == 14 * 480


def test_a_stale_edit_names_the_people_whom_somebody_else_chose(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    for number, person in enumerate((cast.contractor, cast.supervisor), start=1):
        change = Change(op="set", code="F", values={"responsible_id": person.pk})
        edit_schedule(schedule, edited_no=number, changes=[change], by=cast.contractor, now=NOW)
    with pytest.raises(Stale) as told:
        edit_schedule(
            schedule, edited_no=2, changes=[Change(op="set", code="F", values={"duration_min": 480})],
            by=cast.owner, now=NOW + timedelta(hours=1),
        )  # fmt: skip
    row = told.value.more["told"][0]
    assert (row["field"], row["before"], row["theirs"]) == (
        "责任人",
        str(cast.contractor),
        str(cast.supervisor),
    )
    assert f"{cast.contractor} → {cast.supervisor}" in told.value.detail
    assert told.value.differences[0]["theirs"] == cast.supervisor.pk


def test_add_link_move_and_remove(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    changes = [
        Change(op="add", code="S1", values={"name": "主体", "kind": "summary"}),
        Change(op="add", code="I", values={"name": "收尾", "duration_min": 480, "parent_code": "S1"}),
        Change(op="link", values={"predecessor_code": "H", "successor_code": "I"}),
        Change(op="unlink", values={"predecessor_code": "G", "successor_code": "H", "kind": "SS"}),
        Change(op="plan", values={"name": "修订后的总进度计划"}),
    ]
    edited = edit_schedule(schedule, edited_no=1, changes=changes, by=cast.contractor, now=NOW)
    assert local(edited.finish_at) == "11-02 18:00"
    assert edited.activities.get(code="S1").early_finish_at == edited.finish_at
    assert edited.links.count() == 9
    with pytest.raises(Unacceptable):
        edit_schedule(
            edited, edited_no=2, changes=[Change(op="remove", code="S1")], by=cast.contractor, now=NOW
        )


def test_approval_needs_a_second_person_and_a_document(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.owner, now=NOW)
    with pytest.raises(Unacceptable):
        propose_schedule(schedule, approver=cast.owner, edited_no=1, by=cast.owner, now=NOW)
    with pytest.raises(Unacceptable):
        propose_schedule(schedule, approver=cast.supervisor, edited_no=1, by=cast.owner, now=NOW)
    schedule = propose_schedule(schedule, approver=cast.officer, edited_no=1, by=cast.owner, now=NOW)
    assert schedule.duty is not None
    assert schedule.duty.holder == cast.officer
    with pytest.raises(Refused, match="报批人不能批准"):
        put_in_force(schedule, document=PDF, file_name="a.pdf", by=cast.owner, now=NOW)
    back = send_back(schedule, reason="关键线路上缺少桩基检测", by=cast.officer, now=NOW)
    assert back.status == "draft"
    schedule = propose_schedule(back, approver=cast.officer, edited_no=1, by=cast.owner, now=NOW)
    with pytest.raises(Refused):
        put_in_force(schedule, document=b"nothing", file_name="a.pdf", by=cast.officer, now=NOW)
    schedule = put_in_force(schedule, document=PDF, file_name="a.pdf", by=cast.officer, now=NOW)
    baseline = schedule.baselines.get()
    assert baseline.rows.count() == 8
    assert baseline.approved_by == cast.officer
    assert schedule.duty is not None
    assert schedule.duty.closed_at == NOW


def test_a_revision_supersedes_the_version_before_it(site_project: Any, cast: Any) -> None:
    first = in_force(site_project, cast, now=NOW)
    with pytest.raises(Refused):
        edit_schedule(
            first, edited_no=1, changes=[Change(op="remove", code="E")], by=cast.contractor, now=NOW
        )
    second = revise_schedule(first, by=cast.contractor, now=NOW)
    assert (second.revision, second.links.count()) == (2, 9)
    second = propose_schedule(second, approver=cast.officer, edited_no=1, by=cast.contractor, now=NOW)
    second = put_in_force(second, document=PDF, file_name="a.pdf", by=cast.officer, now=NOW)
    first.refresh_from_db()
    assert (first.status, second.status, second.replaces_id) == ("superseded", "in_force", first.pk)


def test_progress_moves_the_forecast_and_keeps_its_evidence(site_project: Any, cast: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    when = at("2026-10-12 18:00")
    rows = [
        ProgressRow(code="A", actual_start_at=at("2026-09-21 08:00"), actual_finish_at=at("2026-09-28 18:00"), grade="C"),
        ProgressRow(code="C", percent=20, actual_start_at=at("2026-09-24 08:00")),
    ]  # fmt: skip
    with pytest.raises(Unacceptable) as told:
        record_progress(schedule, as_of=when, rows=rows, by=cast.contractor, now=when)
    assert told.value.field == "rows.A.grade"
    done = record_progress(
        schedule, as_of=when, rows=rows, by=cast.contractor, now=when, files={"A": [("隐蔽验收.pdf", PDF)]}
    )
    assert done.finish_at is not None
    assert done.finish_at > schedule.finish_at
    assert done.activities.get(code="C").remaining_min == 8 * 480
    report = done.activities.get(code="A").reports.get()
    assert (report.grade, report.evidence.count()) == ("C", 1)
    with pytest.raises(Denied):
        record_progress(
            done, as_of=when, rows=[ProgressRow(code="C", percent=30, grade="B")], by=cast.contractor, now=when,
            files={"C": [("a.pdf", PDF)]},
        )  # fmt: skip
    with pytest.raises(Unacceptable) as told:
        record_progress(
            done, as_of=when, rows=[ProgressRow(code="C", percent=10)], by=cast.contractor, now=when
        )
    assert told.value.field == "rows.C.percent"
    with pytest.raises(Unacceptable) as told:
        record_progress(
            done,
            as_of=at("2026-10-01 08:00"),
            rows=[ProgressRow(code="C", percent=30)],
            by=cast.contractor,
            now=when,
        )
    assert told.value.field == "as_of"


def test_a_baseline_in_force_is_frozen_by_somebody_else(site_project: Any, cast: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    when = at("2026-10-12 18:00")
    schedule = record_progress(
        schedule, as_of=when, rows=[ProgressRow(code="A", percent=50, actual_start_at=at("2026-09-21 08:00"))],
        by=cast.officer, now=when,
    )  # fmt: skip
    with pytest.raises(Refused):
        freeze_baseline(schedule, name="调整", document=PDF, file_name="a.pdf", by=cast.officer, now=when)
    second = freeze_baseline(
        schedule, name="调整", document=PDF, file_name="a.pdf", by=cast.director, now=when
    )
    assert second.number == 2


def test_a_critical_milestone_past_its_baseline_asks_once(site_project: Any, cast: Any) -> None:
    days = {"A": 5, "M": 0, "B": 5}
    rows = [
        activity("A", 5), ActivityRow(code="M", name="主体封顶", kind="milestone", milestone_side="finish"), activity("B", 5)
    ]  # fmt: skip
    schedule = in_force(
        site_project, cast, now=NOW, days=days, links=["A M FS 0", "M B FS 0"], activities=rows
    )
    assert watch_milestones(schedule, now=at("2026-09-27 09:00")) == []
    when = at("2026-10-12 18:00")
    (slip,) = watch_milestones(schedule, now=when)
    assert watch_milestones(schedule, now=when) == []
    assert slip.duty is not None
    assert slip.duty.holder == cast.contractor
    with pytest.raises(Refused):
        answer_slip(slip, answer="钢材供应推迟，十五日前增加一个班组追回。", by=cast.owner, now=when)
    answer_slip(slip, answer="钢材供应推迟，十五日前增加一个班组追回。", by=cast.contractor, now=when)
    assert watch_milestones(schedule, now=when + timedelta(days=1)) == []
    assert ScheduleSlip.objects.get().outcome == "answered"


def test_one_event_per_change_of_the_whole(site_project: Any, cast: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    kinds = [
        event.kind for event in Event.objects.filter(subject_type="lifecycle.schedule", subject_id=schedule.pk).order_by("id")
    ]  # fmt: skip
    assert kinds == [
        "schedules.schedule_created", "schedules.schedule_proposed", "schedules.baseline_frozen",
        "schedules.schedule_put_in_force",
    ]  # fmt: skip


def test_recalculate_from_a_data_date(site_project: Any, cast: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    later = recalculate(
        schedule, by=cast.contractor, now=at("2026-10-13 09:00"), data_date=at("2026-10-12 18:00")
    )
    assert local(later.activities.get(code="A").early_start_at) == "10-13 08:00"
    with pytest.raises(Unacceptable):
        recalculate(later, by=cast.contractor, now=at("2026-10-13 09:00"), data_date=at("2026-12-12 18:00"))


def test_a_stranger_sees_and_changes_nothing(site_project: Any, cast: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    with pytest.raises(Denied):
        edit_schedule(
            schedule, edited_no=1, changes=[Change(op="remove", code="E")], by=cast.outsider, now=NOW
        )
    row = LinkRow(predecessor_code="A", successor_code="B")
    assert row.kind == "FS"


def test_an_expected_finish_stretches_what_is_left_until_it_is_dropped(site_project: Any, cast: Any) -> None:
    running = in_force(site_project, cast, now=at("2026-09-20 10:00"))
    later = at("2026-09-28 18:00")
    first = ProgressRow(
        code="A",
        percent=50,
        actual_start_at=at("2026-09-21 08:00"),
        expected_finish_at=at("2026-10-10 23:59"),
    )
    schedule = record_progress(running, as_of=later, rows=[first], by=cast.contractor, now=later)
    row = schedule.activities.get(code="A")
    assert row.early_finish_at == at("2026-10-10 18:00")
    assert row.remaining_min > 480 * 2.5
    over = ProgressRow(code="A", percent=60, expected_finish_at=at("2026-09-25 23:59"))
    with pytest.raises(Unacceptable) as refusal:
        record_progress(schedule, as_of=later, rows=[over], by=cast.contractor, now=later)
    assert refusal.value.field == "rows.A.expected_finish_at"
    dropped = ProgressRow(code="A", percent=80, forget_expected=True)
    schedule = record_progress(schedule, as_of=later, rows=[dropped], by=cast.contractor, now=later)
    row = schedule.activities.get(code="A")
    assert (row.expected_finish_at, row.remaining_min) == (None, 480)


def test_reports_made_while_a_revision_waits_are_carried_into_it(site_project: Any, cast: Any) -> None:
    plan = in_force(site_project, cast, now=at("2026-09-20 10:00"))
    draft = revise_schedule(plan, by=cast.contractor, now=at("2026-09-21 10:00"))
    longer = Change(op="set", code="B", values={"duration_min": 10 * 480})
    draft = edit_schedule(
        draft, edited_no=draft.edited_no, changes=[longer], by=cast.contractor, now=at("2026-09-21 11:00")
    )
    later = at("2026-09-30 18:00")
    rows = [
        ProgressRow(
            code="A", actual_start_at=at("2026-09-21 08:00"), actual_finish_at=at("2026-09-28 18:00")
        ),
        ProgressRow(code="B", percent=20, actual_start_at=at("2026-09-29 08:00")),
    ]
    record_progress(plan, as_of=later, rows=rows, by=cast.contractor, now=later)
    draft = propose_schedule(
        draft, approver=cast.officer, edited_no=draft.edited_no, by=cast.contractor, now=later
    )
    new = put_in_force(draft, document=PDF, file_name="批复.pdf", by=cast.officer, now=later)
    found = {row.code: row for row in new.activities.all()}
    assert (found["A"].percent, found["A"].remaining_min) == (100, 0)
    assert (found["B"].percent, found["B"].remaining_min) == (20, 8 * 480)
    assert new.data_date == later
    assert found["A"].actual_finish_at == at("2026-09-28 18:00")
    baseline = new.baselines.get()
    assert baseline.rows.get(code="A").finish_at == at("2026-09-28 18:00")
    assert set(reports_until(new, later)) == {"A", "B"}
