"""What the verbs of inspections share."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.duties.deadlines import due_after
from lantu.duties.services.move import move_duty
from lantu.hazards.inspections.models import Inspection
from lantu.hazards.inspections.states import InspectionState as S
from lantu.hazards.inspections.states import Verb, next_state

SUBJECT = "hazards.inspection"
SIGN_WORKING_DAYS = 2
FILL_WORKING_DAYS = 1
END_OF_DAY = time(18, 0)
SEVERITY = 2


def lock(inspection: Inspection, *, version: int | None = None) -> Inspection:
    """The row, locked until the end of the transaction. Raises Refused when the caller saw an older version."""
    row = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("project", "duty", "inspector__organisation", "second__organisation")
        .get(pk=inspection.pk)
    )
    if version is not None and version != row.version:
        raise Refused(
            "inspections.changed_meanwhile",
            _("这次检查刚刚被其他人更新，您的操作没有执行。"),
            remedy=_("请刷新页面，看过最新状态后再操作。"),
        )
    return row


def advance(inspection: Inspection, verb: Verb) -> tuple[str, str]:
    """Walk the state on; returns (before, after). Raises Refused for a step out of order."""
    before = inspection.state
    inspection.state = next_state(before, verb)
    return before, inspection.state


def must_hold(inspection: Inspection, by: User, person: User) -> None:
    """Only the person of this step acts, or whoever was given the duty in their place."""
    holder_id = inspection.duty.holder_id if inspection.duty is not None else None
    if by.pk not in {person.pk, holder_id}:
        raise Refused(
            "inspections.not_yours",
            _("这一步由%(person)s办理。") % {"person": person},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
            status=403,
        )


def duty_of(inspection: Inspection, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments shared by open_duty and move_duty."""
    step, label, holder, due_at = _step(inspection, now)
    return {
        "step": step,
        "title": f"{inspection.title} · {inspection.project.name}"[:200],
        "action_label": label,
        "action_url": reverse("hazards:inspection", args=[inspection.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
    }


def _step(inspection: Inspection, now: datetime) -> tuple[str, str, User, datetime]:
    day = timezone.make_aware(datetime.combine(inspection.planned_on, END_OF_DAY))
    match inspection.state:
        case S.PLANNED:
            return "inspect", gettext_noop("开始检查"), inspection.inspector, max(day, now)
        case S.IN_PROGRESS:
            due_at = max(day, due_after(now, working_days=FILL_WORKING_DAYS))
            return "fill", gettext_noop("完成检查表"), inspection.inspector, due_at
        case _:
            due_at = due_after(now, working_days=SIGN_WORKING_DAYS)
            return "sign", gettext_noop("复核签字"), inspection.second, due_at


def hand_on(inspection: Inspection, *, now: datetime, actor: User, outcome: str) -> None:
    """Move the duty to whoever the new state waits for, and save."""
    assert inspection.duty is not None
    inspection.duty = move_duty(
        inspection.duty, now=now, actor=actor, outcome=outcome, **duty_of(inspection, now=now)
    )
    save(inspection)


def save(inspection: Inspection) -> None:
    inspection.version += 1
    inspection.save()


def unfit(field: str, detail: str, remedy: str = "") -> Unacceptable:
    """A value that cannot be taken, with the field's name."""
    return Unacceptable("inspections.bad_value", detail, remedy=remedy, field=field)
