"""Pages of schedules: every number opens, edits name the version they saw, refusals keep what was typed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lantu.lifecycle.schedule.models import Schedule, ScheduleActivity
from lantu.lifecycle.schedule.services import Change, edit_schedule
from lantu.lifecycle.schedule.states import ScheduleStatus
from lantu.lifecycle.schedule.tests.scenes import PDF, at, in_force, new_schedule

pytestmark = pytest.mark.django_db
NOW = at("2026-09-21 09:00")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"lifecycle:{name}", args=args)


def of(schedule: Schedule, code: str) -> ScheduleActivity:
    return schedule.activities.get(code=code)


def test_a_project_without_a_schedule_says_what_to_do(cast: Any, site_project: Any) -> None:
    shown = signed_in(cast.contractor).get(page("schedule_project", site_project.code))
    assert shown.status_code == 200
    assert page("schedule_new", site_project.code) in shown.content.decode()
    assert page("schedule_import", site_project.code) in shown.content.decode()


def test_every_page_of_a_schedule_opens_and_its_numbers_lead_to_rows(cast: Any, site_project: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    client = signed_in(cast.contractor)
    health = client.get(page("schedule_project", site_project.code)).content.decode()
    for named in ("due30", "overdue"):
        link = f"{page('schedule_rows', schedule.pk)}?set={named}"
        assert link in health
        assert client.get(link).status_code == 200
    for name in ("gantt", "rows", "curve", "compare", "whatif", "paths", "claim", "life"):
        assert client.get(page(f"schedule_{name}", schedule.pk)).status_code == 200, name
    for code in ("A", "H"):
        assert client.get(page("schedule_activity", of(schedule, code).pk)).status_code == 200
    into_g = client.get(page("schedule_paths", schedule.pk) + "?code=G&by=total").context["answer"]
    assert [row.code for row in into_g.paths[0].activities][-1] == "G"
    assert client.get(page("schedule_paths", schedule.pk) + "?code=none").status_code == 404
    assert client.get(page("schedule_curve", schedule.pk) + "?as_of=2020-01-01").status_code == 422
    assert client.get(page("schedule_curve", schedule.pk) + "?as_of=x").status_code == 422


def test_schedules_of_projects_out_of_sight_are_not_there(cast: Any, site_project: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    client = signed_in(cast.outsider)
    for url in (
        page("schedule_gantt", schedule.pk),
        page("schedule_activity", of(schedule, "A").pk),
        page("schedule_curve", schedule.pk),
        page("schedule_project", site_project.code),
    ):
        assert client.get(url).status_code == 404


def drag(client: Client, schedule: Schedule, code: str, **changes: Any) -> Any:
    row = of(schedule, code)
    assert row.early_start_at is not None
    assert row.early_finish_at is not None
    sent = {
        "edited_no": schedule.edited_no, "id": row.pk, "kind": "move",
        "start_at": (row.early_start_at + timedelta(days=7)).isoformat(),
        "finish_at": (row.early_finish_at + timedelta(days=7)).isoformat(),
    } | changes  # fmt: skip
    return client.post(page("schedule_drag", schedule.pk), json.dumps(sent), content_type="application/json")


def test_a_moved_bar_becomes_a_limit_and_a_stretched_one_a_duration(cast: Any, site_project: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    client = signed_in(cast.contractor)
    before = of(schedule, "B")
    answer = drag(client, schedule, "B")
    assert answer.json() == {"edited_no": schedule.edited_no + 1}
    moved = of(schedule, "B")
    assert moved.constraint_kind == "start_after"
    assert moved.early_start_at >= before.early_start_at + timedelta(days=7)
    schedule.refresh_from_db()
    stretched = drag(
        client, schedule, "B", kind="stretch", start_at=moved.early_start_at.isoformat(),
        finish_at=(moved.early_finish_at + timedelta(days=14)).isoformat(),
    )  # fmt: skip
    assert stretched.status_code == 200
    assert of(schedule, "B").duration_min > before.duration_min


def test_the_second_of_two_who_drag_sees_what_the_first_changed(cast: Any, site_project: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    seen = schedule.edited_no
    edit_schedule(
        schedule, edited_no=seen, changes=[Change(op="set", code="C", values={"duration_min": 480})], by=cast.officer, now=NOW
    )  # fmt: skip
    answer = drag(signed_in(cast.contractor), schedule, "B", edited_no=seen)
    assert answer.status_code == 409
    assert answer.json()["differences"][0]["label"].startswith("C ")
    assert of(schedule, "B").constraint_kind == ""


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "fly"}, 422),
        ({"id": 999_999}, 404),
        ({"start_at": "soon"}, 422),
        ({"start_at": "2026-09-21"}, 422),
    ],
)
def test_a_drag_that_makes_no_sense_is_refused(
    cast: Any, site_project: Any, changes: dict[str, Any], status: int
) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    answer = drag(signed_in(cast.contractor), schedule, "B", **changes)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_drag_sent_as_a_form_is_refused(cast: Any, site_project: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    answer = signed_in(cast.contractor).post(page("schedule_drag", schedule.pk), {"kind": "move"})
    assert answer.status_code == 422


def test_a_schedule_in_force_is_not_dragged(cast: Any, site_project: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    assert drag(signed_in(cast.contractor), schedule, "B").status_code == 409


def test_the_form_changes_only_what_was_changed(cast: Any, site_project: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    client, row = signed_in(cast.contractor), of(schedule, "F")
    url = page("schedule_activity_edit", row.pk)
    stored = client.get(url).context["typed"]
    assert stored["before"] == "C FS-2"
    form = stored | {"edited_no": schedule.edited_no}
    assert client.post(url, form).status_code == 422  # nothing changed
    done = client.post(url, form | {"days": "9", "before": "C FS-2; B SS+1"})
    assert done.status_code == 302
    edit = schedule.edits.get()
    assert {change["what"] for change in edit.changes} == {"duration_min", "link"}
    stale = client.post(url, form | {"days": "5"})
    assert stale.status_code == 409
    assert stale.context["differences"]
    assert 'value="5"' in stale.content.decode()
    assert client.post(url, form | {"before": "C XX 1"}).status_code == 422
    assert (
        client.post(url, form | {"edited_no": schedule.edited_no + 1, "before": "H"}).status_code == 422
    )  # a cycle


def test_activities_come_and_go(cast: Any, site_project: Any) -> None:
    schedule = new_schedule(site_project, cast.contractor, now=NOW)
    client = signed_in(cast.contractor)
    form = {
        "edited_no": schedule.edited_no,
        "code": "X1",
        "name": "交工资料",
        "kind": "task",
        "days": "3",
        "before": "H",
    }
    assert client.post(page("schedule_add", schedule.pk), form).status_code == 302
    made = of(schedule, "X1")
    assert made.duration_min == 3 * 480
    assert client.post(page("schedule_add", schedule.pk), form | {"code": ""}).status_code == 422
    gone = {"edited_no": schedule.edited_no + 1, "remove": "1"}
    assert client.post(page("schedule_activity_edit", made.pk), gone).status_code == 302
    assert not schedule.activities.filter(code="X1").exists()


def test_from_an_empty_plan_to_one_in_force(cast: Any, site_project: Any) -> None:
    client = signed_in(cast.contractor)
    url = page("schedule_new", site_project.code)
    assert client.post(url, {"name": "", "kind": "master", "start_at": "2026-09-21"}).status_code == 422
    assert client.post(url, {"name": "总进度", "kind": "master", "start_at": "2026-09-21"}).status_code == 302
    schedule = Schedule.objects.get()
    assert sorted(schedule.activities.values_list("code", flat=True)) == ["A000", "Z999"]
    act = page("schedule_act", schedule.pk, "propose")
    assert client.post(act, {"edited_no": schedule.edited_no}).status_code == 422
    assert client.post(act, {"edited_no": schedule.edited_no, "approver": cast.officer.pk}).status_code == 302
    officer = signed_in(cast.officer)
    approve = page("schedule_act", schedule.pk, "put_in_force")
    assert officer.post(approve).status_code == 422  # without its document
    paper = SimpleUploadedFile("批复.pdf", PDF)
    assert officer.post(approve, {"document": paper, "document_no": "1 号"}).status_code == 302
    schedule.refresh_from_db()
    assert schedule.status == ScheduleStatus.IN_FORCE
    assert officer.post(page("schedule_act", schedule.pk, "revise")).status_code == 302
    assert officer.post(page("schedule_act", schedule.pk, "dance")).status_code == 404


def test_progress_is_reported_with_what_proves_it(cast: Any, site_project: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    client, row = signed_in(cast.contractor), of(schedule, "A")
    url = page("schedule_progress", row.pk)
    form = {"percent": "40", "grade": "C", "actual_start_at": "2026-09-21", "as_of": "2026-09-23T18:00"}
    assert client.get(url).status_code == 200
    assert client.post(url, form).status_code == 422  # grade C without a file
    done = client.post(url, form | {"files": SimpleUploadedFile("照片.pdf", PDF)})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.percent, row.evidence_grade) == (40, "C")
    assert "40" in client.get(page("schedule_activity", row.pk)).content.decode()
    assert client.post(url, {"percent": ""}).status_code == 422


def test_what_if_tells_the_days_and_what_moves(cast: Any, site_project: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    client = signed_in(cast.director)
    shown = client.get(page("schedule_whatif", schedule.pk), {"code": "F", "days": "14"})
    assert shown.context["answer"].days_late == 14
    assert {row.code for row in shown.context["page"]} == {"F", "H"}
    for wrong, status in (({"code": "F", "days": "-1"}, 422), ({"code": "none", "days": "3"}, 404)):
        assert client.get(page("schedule_whatif", schedule.pk), wrong).status_code == status


def test_a_claim_is_judged_against_the_frozen_baseline(cast: Any, site_project: Any) -> None:
    schedule = in_force(site_project, cast, now=NOW)
    client = signed_in(cast.director)
    url = page("schedule_claim", schedule.pk)
    begun = client.get(url, {"claimed_days": "365", "claimed_planned_days": "913"})
    assert begun.status_code == 409  # nothing has begun
    paper = SimpleUploadedFile("照片.pdf", PDF)
    form = {
        "percent": "40",
        "grade": "C",
        "actual_start_at": "2026-09-21",
        "as_of": "2026-09-23T18:00",
        "files": paper,
    }
    signed_in(cast.contractor).post(page("schedule_progress", of(schedule, "A").pk), form)
    shown = client.get(url, {"claimed_days": "365", "claimed_planned_days": "913"})
    assert shown.status_code == 200
    assert shown.context["verdict"][1] != "ok"
    assert client.get(url, {"claimed_days": "0", "claimed_planned_days": "913"}).status_code == 422


def test_levelling_is_asked_for_by_the_bureau_only(cast: Any, site_project: Any) -> None:
    url = page("schedule_levellings")
    assert signed_in(cast.contractor).get(url).status_code == 403
    officer = signed_in(cast.officer)
    assert officer.get(url).status_code == 200
    assert officer.post(url, {"codes": "none"}).status_code == 422
    assert officer.get(page("schedule_levelling", 1)).status_code == 404
