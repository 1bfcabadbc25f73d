"""What the verbs of programmes share."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.accounts.scopes import scope_of
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.deadlines import due_after
from lantu.duties.services.move import move_duty
from lantu.lifecycle.programmes.models import Programme, ProgrammeMilestone
from lantu.lifecycle.programmes.states import MilestoneState, ProgrammeState, Verb, next_state
from lantu.packs.load import national
from lantu.packs.programmes import ProgrammeRules
from lantu.projects.progress import month_start

PROGRAMME = "lifecycle.programme"
MILESTONE = "lifecycle.programmemilestone"
END_OF_DAY = time(18, 0)
SEVERITY = 2
REASON_LEAST, REASON_MOST = 4, 300


def rules() -> ProgrammeRules:
    """Lanes and clocks of the national pack."""
    return national().programmes


def next_pk(table: str) -> int:
    """A number for a row whose duty must name it before it exists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def unfit(field: str, detail: str, remedy: str = "") -> Unacceptable:
    """A value that cannot be taken, with the field's name."""
    return Unacceptable("programmes.bad_value", detail, remedy=remedy, field=field)


def clean(text: str, *, most: int) -> str:
    """One line without control characters; longer texts are cut."""
    return " ".join("".join(sign for sign in str(text) if sign >= " ").split())[:most]


def reason_of(text: str, field: str = "reason") -> str:
    """A reason that says something. Raises Unacceptable for fewer than four characters."""
    reason = clean(text, most=REASON_MOST)
    if len(reason) < REASON_LEAST:
        raise unfit(
            field, _("请写明理由。"), _("至少 %(n)d 个字，例如“规划调整，移出本批次”。") % {"n": REASON_LEAST}
        )
    return reason


def may_edit(programme: Programme, by: User) -> bool:
    """City-wide editors; of the others the writer, the steward and people of the unit that leads."""
    if not may(by, "lifecycle.programmes_edit"):
        return False
    own = by.pk in {programme.created_by_id, programme.steward_id}
    return scope_of(by).city or own or by.organisation_id == programme.lead_unit_id


def must_be_editor(programme: Programme, by: User) -> None:
    """Raises Denied where :func:`may_edit` says no."""
    require(by, "lifecycle.programmes_edit")
    if not may_edit(programme, by):
        raise Denied(
            "programmes.not_the_editor",
            _("这个行动计划由%(unit)s编制，您只能查看。") % {"unit": programme.lead_unit},
            remedy=_("需要修改的，请联系牵头单位或责任人。"),
        )


def lock(programme: Programme, *, edited_no: int | None = None) -> Programme:
    """The row, locked until the end of the transaction. Raises Refused when the caller saw an older version."""
    row = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("duty", "steward__organisation", "approver__organisation", "created_by__organisation")
        .get(pk=programme.pk)
    )
    if edited_no is not None and edited_no != row.edited_no:
        raise Refused(
            "programmes.changed_meanwhile",
            _("行动计划刚刚被修改过（第 %(now)d 次，您看到的是第 %(seen)d 次），您的修改没有保存。")
            % {"now": row.edited_no, "seen": edited_no},
            remedy=_("请刷新页面，在“过程记录”里看清改了什么，再填写您的修改。"),
        )
    return row


def must_be_open(programme: Programme) -> None:
    """Refuse changes to what is finished, void or lies with the approver."""
    next_state(programme.state, Verb.EDIT)


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, END_OF_DAY))


def next_check(now: datetime) -> datetime:
    """The day in the coming month by which this month's progress is checked."""
    first = month_start(timezone.localtime(now).date())
    coming = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return end_of(coming.replace(day=rules().check_day))


def duty_of(programme: Programme, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments shared by open_duty and move_duty for the state that the programme is in."""
    clocks = rules()
    match programme.state:
        case ProgrammeState.DRAFT:
            step, label, holder = "draft", gettext_noop("编制并提请批准"), programme.created_by
            due_at = due_after(now, working_days=clocks.draft_working_days)
        case ProgrammeState.SUBMITTED:
            step, label, holder = "approve", gettext_noop("批准行动计划"), programme.approver
            due_at = due_after(now, working_days=clocks.approve_working_days)
        case _:
            step, label, holder = "check", gettext_noop("核对月度进展"), programme.steward
            due_at = next_check(now)
    return {
        "step": step,
        "title": programme.name[:200],
        "action_label": label,
        "action_url": reverse("lifecycle:programmes_detail", args=[programme.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
    }


def hand_on(programme: Programme, *, now: datetime, actor: User, outcome: str) -> None:
    """Move the duty to whoever the new state waits for, and save."""
    assert programme.duty is not None
    programme.duty = move_duty(
        programme.duty, now=now, actor=actor, outcome=outcome, **duty_of(programme, now=now)
    )
    save(programme)


def save(programme: Programme) -> None:
    programme.edited_no += 1
    programme.save()


def must_hold(holder_id: int | None, by: User, person: User) -> None:
    """Only the person of this step acts, or whoever was given the duty in their place."""
    if by.pk not in {person.pk, holder_id}:
        raise Refused(
            "programmes.not_yours",
            _("这一步由%(person)s办理。") % {"person": person},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
            status=403,
        )


def milestone_duty(row: ProgrammeMilestone, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments of the milestone's duty: its owner until it is reported, then whoever confirms."""
    if row.state == MilestoneState.PENDING:
        step, label, holder = "reach", gettext_noop("报告节点完成"), row.owner
        due_at = max(end_of(row.due_on), now)
    else:
        step, label = "confirm", gettext_noop("确认节点完成")
        programme = row.programme
        holder = programme.steward if row.reported_by_id != programme.steward_id else programme.approver
        due_at = due_after(now, working_days=rules().confirm_working_days)
    return {
        "step": step,
        "title": f"{row.name} · {row.programme.name}"[:200],
        "action_label": label,
        "action_url": reverse("lifecycle:programmes_milestone", args=[row.pk]),
        "holder": holder,
        "due_at": due_at,
        "severity": SEVERITY,
    }
