"""Whose ball a risk point is in each state, what they are asked to do, and by when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from lantu.duties.deadlines import due_after
from lantu.hazards import parties
from lantu.hazards.risk_points.judging import works
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.states import PointState as S

WRITE_WORKING_DAYS = 3
# How long the reviewer has, by colour: working days.
REVIEW_WORKING_DAYS = {4: 1, 3: 1, 2: 2, 1: 3}
END_OF_DAY = time(18, 0)


def duty_of(point: RiskPoint, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments shared by open_duty and move_duty. Raises Refused when nobody can be found to take it."""
    step, label, holder, due_at = _STEPS[S(point.state)](point, now)
    return {
        "step": step,
        "title": f"{point.code} {point.name} · {point.project.name}"[:200],
        "action_label": label,
        "action_url": reverse("hazards:risk_point", args=[point.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": point.grade,
        "basis": point.clause,
    }


def _draft(point: RiskPoint, now: datetime) -> tuple[str, str, Any, datetime]:
    return (
        "write",
        _("补全并提交风险点"),
        point.created_by,
        due_after(now, working_days=WRITE_WORKING_DAYS),
    )


def _submitted(point: RiskPoint, now: datetime) -> tuple[str, str, Any, datetime]:
    reviewer = parties.supervising_person(point.project, rectifier=point.created_by)
    latest = point.assessments.select_related("by__organisation").first()
    if latest is not None and latest.by.organisation_id == reviewer.organisation_id:
        # The supervising unit itself proposes another colour: then somebody else judges it.
        reviewer = parties.rechecking_person(point.project, rectifier=point.created_by, supervisor=latest.by)
    return (
        "review",
        _("审核风险点"),
        reviewer,
        due_after(now, working_days=REVIEW_WORKING_DAYS[point.grade]),
    )


def _reviewed(point: RiskPoint, now: datetime) -> tuple[str, str, Any, datetime]:
    eve = timezone.make_aware(datetime.combine(point.work_from - timedelta(days=1), END_OF_DAY))
    return (
        "control",
        _("确认管控措施落实"),
        point.responsible,
        max(eve, due_after(now, working_days=1)),
    )


def _in_control(point: RiskPoint, now: datetime) -> tuple[str, str, Any, datetime]:
    return "reassess", _("复评风险点"), point.responsible, point.reassess_due_at or reassess_by(point, now)


def reassess_by(point: RiskPoint, now: datetime) -> datetime:
    """When somebody must look again: after the term of the colour, but not later than the day after the work ends."""
    by_colour = due_after(now, days=works().reassess_days[point.grade])
    after_work = timezone.make_aware(datetime.combine(point.work_to + timedelta(days=1), END_OF_DAY))
    soonest = due_after(now, working_days=1)
    return max(min(by_colour, after_work), soonest)


_STEPS = {S.DRAFT: _draft, S.SUBMITTED: _submitted, S.REVIEWED: _reviewed, S.IN_CONTROL: _in_control}
