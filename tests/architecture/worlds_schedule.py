"""Schedules for the access table: one in force with a late milestone, a levelling run."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from lantu.duties.services.open import open_duty
from lantu.lifecycle.schedule.models_kept import ScheduleAdoption, ScheduleLevelling, ScheduleSlip
from lantu.lifecycle.schedule.services.passing import SLIP_SUBJECT, next_pk, page_of
from lantu.lifecycle.schedule.tests.scenes import in_force
from tests.cast import NOW


def schedule_samples(cast: SimpleNamespace, site: Any) -> dict[str, Any]:
    """Everything belongs to ``site``; nothing of it concerns the outsider."""
    schedule = in_force(site, cast, now=NOW)
    activity = schedule.activities.get(code="F")
    pk = next_pk("lifecycle_scheduleslip")
    duty = open_duty(
        subject_type=SLIP_SUBJECT, subject_id=pk, project=site, step="answer", title="节点滞后", action_label="说明原因",
        action_url=page_of(schedule), holder=cast.contractor, severity=2, due_at=NOW + timedelta(days=3), now=NOW,
        actor=None,
    )  # fmt: skip
    slip = ScheduleSlip.objects.create(
        pk=pk, schedule=schedule, activity=activity, baseline_finish_at=NOW, forecast_finish_at=NOW, opened_at=NOW,
        duty=duty,
    )  # fmt: skip
    run = ScheduleLevelling.objects.create(asked_by=cast.officer, asked_at=NOW, from_on=NOW.date())
    adoption = ScheduleAdoption.objects.create(
        run=run, schedule=schedule, draft=schedule, made_draft=False, edited_no=1, responsible=cast.officer, reason="样例",
        adopted_by=cast.officer, adopted_at=NOW,
    )  # fmt: skip
    return {
        "schedule_adoption": adoption,
        "schedule_calendar": schedule.calendars.get(code="cn5"),
        "schedule": schedule,
        "schedule_activity": activity,
        "schedule_slip": slip,
        "schedule_levelling": run,
    }


SCHEDULE_PAGES = {
    "lifecycle:schedule_project": lambda w: {"code": w.site.code},
    "lifecycle:schedule_new": lambda w: {"code": w.site.code},
    "lifecycle:schedule_levelling": lambda w: {"pk": w.schedule_levelling.pk},
    "lifecycle:schedule_adopt": lambda w: {"pk": w.schedule_levelling.pk, "schedule": w.schedule.pk},
    "lifecycle:schedule_adoption_undo": lambda w: {"pk": w.schedule_adoption.pk},
    "lifecycle:schedule_calendar": lambda w: {"pk": w.schedule_calendar.pk},
    "lifecycle:schedule_calendar_add": lambda w: {"pk": w.schedule.pk},
    **{
        f"lifecycle:schedule_{name}": lambda w: {"pk": w.schedule.pk, "verb": "propose"}
        for name in (
            "gantt",
            "rows",
            "drag",
            "curve",
            "compare",
            "whatif",
            "paths",
            "claim",
            "act",
            "life",
            "add",
        )
    },
    **{
        f"lifecycle:schedule_{name}": lambda w: {"pk": w.schedule_activity.pk}
        for name in ("activity", "activity_edit", "progress")
    },
}
SCHEDULE_API = {
    "/schedules/slips/": lambda w: {"pk": w.schedule_slip.pk},
    "/schedules/adoptions/": lambda w: {"pk": w.schedule_adoption.pk},
    "/schedules/levellings/": lambda w: {"pk": w.schedule_levelling.pk},
    "/schedules/": lambda w: {"pk": w.schedule.pk},
}
SCHEDULE_BODIES = {
    "POST /schedules": lambda w: {
        "project": w.site.code,
        "name": "样例计划",
        "start_at": "2026-06-01T08:00:00",
        "activities": [{"code": "A", "name": "样例任务", "duration_min": 480}],
    },
    "POST /schedules/{pk}/edits": lambda w: {
        "edited_no": 1,
        "changes": [{"op": "set", "code": "A", "values": {"name": "样例任务"}}],
    },
    "POST /schedules/{pk}/propose": lambda w: {"approver": "nobody", "edited_no": 1},
    "POST /schedules/{pk}/progress": lambda w: {
        "as_of": "2026-06-01T08:00:00",
        "rows": [{"code": "A", "percent": 1}],
    },
    "POST /schedules/{pk}/evidenced-progress": lambda w: {"code": "A", "body": "{}"},
    "POST /schedules/levellings/{pk}/adopt": lambda w: {
        "schedule": w.schedule.pk,
        "responsible": "nobody",
        "reason": "样例",
    },
    "POST /schedules/adoptions/{pk}/undo": lambda w: {"reason": "样例"},
    "POST /schedules/{pk}/discard": lambda w: {"edited_no": 1, "reason": "样例"},
    "POST /schedules/levellings": lambda w: {"resources": ["TBM"]},
}
