"""What the verbs of checklists share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.duties.services.move import move_duty
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import rules, term_after
from lantu.lifecycle.checklists.states import ChecklistState as S
from lantu.lifecycle.checklists.states import Verb, next_state

SUBJECT = "lifecycle.checklist"
SIGNATURE = "lifecycle.checklistsignature"
SEVERITY = 2
SHORTEST_REASON = 4


def next_pk(table: str) -> int:
    """The number of a row about to be inserted: its duty names it, and it may not be without duty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def lock(checklist: Checklist, *, edited_no: int | None = None) -> Checklist:
    """The row, locked. Raises Refused when the writer saw an older edit."""
    row = (
        Checklist.objects.select_for_update(of=("self",))
        .select_related("project", "duty", "created_by__organisation", "replaces")
        .get(pk=checklist.pk)
    )
    if edited_no is not None and edited_no != row.edited_no:
        raise Refused(
            "checklists.changed_meanwhile",
            _("您打开之后，清单已被他人修改（第 %(now)d 次，您看到的是第 %(seen)d 次）。")
            % {"now": row.edited_no, "seen": edited_no},
            remedy=_("请刷新页面，核对差异后再提交；您的修改没有覆盖他人的。"),
        )
    return row


def clean(text: str, most: int) -> str:
    """Text as people typed it, without what a database refuses, cut to ``most`` characters."""
    return text.replace("\x00", "").strip()[:most]


def reason_of(text: str, *, field: str = "reason") -> str:
    """A reason that says something. Raises Unacceptable when it is too short."""
    reason = clean(text, 300)
    if len(reason) < SHORTEST_REASON:
        raise Unacceptable(
            "checklists.reason_missing",
            _("请写明理由。"),
            remedy=_("用一句话说明，至少 %(n)d 个字。") % {"n": SHORTEST_REASON},
            field=field,
        )
    return reason


def must_hold(duty: Any, by: User, *others: int) -> None:
    """Only whoever holds the duty (or is named beside) acts."""
    if duty is None or by.pk not in {duty.holder_id, *others}:
        raise Denied(
            "checklists.not_yours",
            _("这一步由%(who)s办理。") % {"who": duty.holder if duty else "—"},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
        )


def duty_of(checklist: Checklist, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments shared by open_duty and move_duty."""
    calendar = rules().calendar
    step, label, term = {
        S.DRAFT: ("draft", gettext_noop("编制清单"), calendar.draft_term),
        S.ADJUSTING: ("adjust", gettext_noop("编制调整"), calendar.draft_term),
    }.get(S(checklist.state), ("issue", gettext_noop("催会签并下达"), calendar.draft_term))
    return {
        "step": step,
        "title": f"{checklist.name} v{checklist.version}"[:200],
        "action_label": label,
        "action_url": reverse("lifecycle:checklists_detail", args=[checklist.pk]),
        "holder": checklist.created_by,
        "due_at": term_after(now, term),
        "severity": SEVERITY,
    }


def advance(checklist: Checklist, verb: Verb) -> tuple[str, str]:
    """Walk the state on; returns (before, after)."""
    before = checklist.state
    checklist.state = next_state(before, verb)
    return before, checklist.state


def hand_on(checklist: Checklist, *, now: datetime, actor: User, outcome: str) -> None:
    """Move the duty to the new step and save."""
    assert checklist.duty is not None
    checklist.duty = move_duty(
        checklist.duty, now=now, actor=actor, outcome=outcome, **duty_of(checklist, now=now)
    )
    save(checklist)


def save(checklist: Checklist) -> None:
    """Save and count the edit."""
    checklist.edited_no += 1
    checklist.save()
