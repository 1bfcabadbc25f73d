"""More time: asked before expiry, at most twice, each decided one rung higher and by another person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties import wording
from lantu.duties.abilities import MAX_EXTENSIONS
from lantu.duties.deadlines import next_check
from lantu.duties.events import DutyExtended, ExtensionAsked, ExtensionRefused
from lantu.duties.extension_rules import rule_for
from lantu.duties.models import Duty, Extension, Notice
from lantu.duties.services.about import about
from lantu.duties.services.close import close_duty
from lantu.duties.services.decision import (
    EXTENSION,
    open_decision,
    require_may_ask,
    require_may_decide,
    require_reason,
)
from lantu.duties.services.lock import locked_open, reserve_id
from lantu.duties.services.notify import tell


@transaction.atomic
def ask_extension(
    duty: Duty, *, wanted_due_at: datetime, reason: str, now: datetime, actor: User
) -> Extension:
    """Ask for a later due time, with the reason. Raises Refused with the rule that forbids it."""
    rule = rule_for(duty)
    if rule is not None:
        rule.hold(duty)
    duty = locked_open(duty.pk)
    require_may_ask(duty, actor=actor, now=now, what=gettext_noop("延期"))
    if rule is not None:
        rule.before_asking(duty, wanted_due_at, now)
    reason = require_reason(reason)
    if wanted_due_at <= duty.due_at:
        raise Unacceptable("duties.not_later", _("申请的时间须晚于现在的时限。"), field="wanted_due_at")
    if duty.extensions >= MAX_EXTENSIONS:
        raise Refused(
            "duties.extended_twice", _("已延期两次，不能再延。"), remedy=_("如因外部原因，请申请停钟。")
        )
    if duty.extension_requests.filter(decided_at=None).exists():
        raise Refused("duties.extension_pending", _("已有一项延期申请在办。"), remedy=_("请等待审批结果。"))
    extension_id = reserve_id(Extension)
    rung = duty.extensions + 1
    decision = open_decision(
        duty,
        subject_type=EXTENSION,
        subject_id=extension_id,
        title=wording.DECIDE_EXTENSION
        % {"day": f"{timezone.localtime(wanted_due_at):%Y-%m-%d}", "title": duty.title},
        rung=rung,
        now=now,
        actor=actor,
    )
    extension = Extension.objects.create(
        id=extension_id,
        duty=duty,
        asked_by=actor,
        asked_at=now,
        wanted_due_at=wanted_due_at,
        reason=reason,
        rung=rung,
        decision_duty=decision,
    )
    emit(
        ExtensionAsked(
            **about(duty),
            due_at=duty.due_at.isoformat(),
            wanted_due_at=wanted_due_at.isoformat(),
            rung=rung,
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return extension


@transaction.atomic
def decide_extension(duty: Duty, *, granted: bool, reason: str, now: datetime, actor: User) -> Extension:
    """Grant or refuse the pending request. A grant moves the due time and starts the ladder anew.

    The workflow that the duty belongs to has its own word: see :mod:`lantu.duties.extension_rules`.
    """
    rule = rule_for(duty)
    if rule is not None:
        rule.hold(duty)
    duty = locked_open(duty.pk)
    extension = (
        duty.extension_requests.select_for_update(of=("self",))
        .select_related("decision_duty", "asked_by")
        .filter(decided_at=None)
        .first()
    )
    if extension is None:
        raise Refused(
            "duties.no_extension_pending", _("没有待审批的延期申请。"), remedy=_("请刷新页面查看最新状态。")
        )
    require_may_decide(duty, extension, actor=actor, rung=extension.rung)
    if not granted:
        reason = require_reason(reason)
    elif rule is not None:
        rule.before_granting(duty, extension)
    extension.decided_by = actor
    extension.decided_at = now
    extension.granted = granted
    extension.save(update_fields=["decided_by", "decided_at", "granted"])
    if extension.decision_duty is not None:
        outcome = wording.EXTENSION_AGREED if granted else wording.EXTENSION_NOT_AGREED
        close_duty(extension.decision_duty, now=now, actor=actor, outcome=outcome)
    answer = (
        wording.EXTENSION_GRANTED % {"title": duty.title}
        if granted
        else wording.EXTENSION_REFUSED % {"reason": reason}
    )
    tell([extension.asked_by], duty=duty, kind=Notice.Kind.ANSWER, text=answer, now=now)
    if granted:
        _grant(duty, extension, reason=reason, now=now, actor=actor)
        if rule is not None:
            rule.granted(duty, extension, now, actor)
    else:
        emit(
            ExtensionRefused(
                **about(duty),
                wanted_due_at=extension.wanted_due_at.isoformat(),
                asked_by=extension.asked_by_id,
            ),
            actor=actor,
            at=now,
            reason=reason,
        )
    return extension


def _grant(duty: Duty, extension: Extension, *, reason: str, now: datetime, actor: User) -> None:
    before = duty.due_at
    duty.due_at = extension.wanted_due_at
    duty.extensions += 1
    duty.slip, duty.level, duty.reminded_at = "", 0, None
    duty.check_at = next_check(duty, now)
    duty.save(update_fields=["due_at", "extensions", "slip", "level", "reminded_at", "check_at"])
    emit(
        DutyExtended(
            **about(duty),
            due_before=before.isoformat(),
            due_at=duty.due_at.isoformat(),
        ),
        actor=actor,
        at=now,
        reason=reason or extension.reason,
    )
