"""What the verbs of templates share."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.duties.deadlines import due_after
from lantu.duties.services.move import move_duty
from lantu.lifecycle.programmes.cases.models import CaseTemplate
from lantu.lifecycle.programmes.cases.states import CaseState
from lantu.lifecycle.programmes.services.passing import rules

SUBJECT = "lifecycle.casetemplate"
SEVERITY = 1


def fingerprint(parts: Any) -> str:
    """SHA-256 over the parts in canonical JSON."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def lock(template: CaseTemplate, *, edited_no: int | None = None) -> CaseTemplate:
    """The row, locked. Raises Refused when the caller saw an older version."""
    row = (
        CaseTemplate.objects.select_for_update(of=("self",))
        .select_related("duty", "created_by__organisation", "approver__organisation", "source", "replaces")
        .get(pk=template.pk)
    )
    if edited_no is not None and edited_no != row.edited_no:
        raise Refused(
            "cases.changed_meanwhile",
            _("模板刚刚被其他人更新，您的操作没有执行。"),
            remedy=_("请刷新页面，看过最新内容后再操作。"),
        )
    return row


def duty_of(template: CaseTemplate, *, now: datetime) -> dict[str, Any]:
    """Keyword arguments shared by open_duty and move_duty."""
    if template.state == CaseState.DRAFT:
        step, label, holder = "draft", gettext_noop("核对并提请批准"), template.created_by
        days = rules().case_draft_working_days
    else:
        step, label, holder = "approve", gettext_noop("批准经验模板"), template.approver
        days = rules().case_approve_working_days
    return {
        "step": step,
        "title": template.name[:200],
        "action_label": label,
        "action_url": reverse("lifecycle:cases_detail", args=[template.pk]),
        "holder": holder,
        "due_at": due_after(now, working_days=days),
        "severity": SEVERITY,
    }


def hand_on(template: CaseTemplate, *, now: datetime, actor: User, outcome: str) -> None:
    """Move the duty to whoever the new state waits for, and save."""
    assert template.duty is not None
    template.duty = move_duty(
        template.duty, now=now, actor=actor, outcome=outcome, **duty_of(template, now=now)
    )
    save(template)


def save(template: CaseTemplate) -> None:
    template.edited_no += 1
    template.save()


def must_hold(template: CaseTemplate, by: User, person: User) -> None:
    """Only the person of this step acts, or whoever was given the duty in their place."""
    holder_id = template.duty.holder_id if template.duty is not None else None
    if by.pk not in {person.pk, holder_id}:
        raise Refused(
            "cases.not_yours",
            _("这一步由%(person)s办理。") % {"person": person},
            remedy=_("本人外出的，请在“我的待办”里移交。"),
            status=403,
        )
