"""Submit, approve, send back or give up a template."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.anonymise import leaks
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.lifecycle.programmes.cases import events
from lantu.lifecycle.programmes.cases.models import CaseTemplate
from lantu.lifecycle.programmes.cases.names import known_names
from lantu.lifecycle.programmes.cases.services import passing
from lantu.lifecycle.programmes.cases.states import CaseVerb, next_state
from lantu.lifecycle.programmes.services.passing import reason_of


@transaction.atomic
def submit_template(
    template: CaseTemplate, *, by: User, now: datetime, edited_no: int | None = None
) -> CaseTemplate:
    """Ask the second person."""
    require(by, "lifecycle.cases_make")
    template = passing.lock(template, edited_no=edited_no)
    before, template.state = template.state, next_state(template.state, CaseVerb.SUBMIT)
    passing.must_hold(template, by, template.created_by)
    template.return_reason = ""
    passing.hand_on(template, now=now, actor=by, outcome=gettext_noop("已提请批准"))
    emit(
        events.TemplateSubmitted(
            subject_id=template.pk, before=before, after=template.state, sha256=template.sha256
        ),
        actor=by,
        at=now,
    )
    return template


@transaction.atomic
def approve_template(
    template: CaseTemplate, *, by: User, now: datetime, edited_no: int | None = None
) -> CaseTemplate:
    """The second person lets it be used; the version before it is superseded. Names are searched for once more, because
    people and units may have been registered since.
    """
    require(by, "lifecycle.cases_approve")
    template = passing.lock(template, edited_no=edited_no)
    before, template.state = template.state, next_state(template.state, CaseVerb.APPROVE)
    _must_be_second(template, by)
    left = leaks([template.name, template.summary, template.parts], known_names(template.source))
    if left:
        raise Refused(
            "cases.names_left",
            _("仍有可识别的名称或号码：%(what)s。") % {"what": "、".join(leak.found for leak in left[:5])},
            remedy=_("请退回编制人重新提取。"),
        )
    template.approved_at = now
    if template.duty is not None:
        template.duty = close_duty(template.duty, now=now, actor=by, outcome=gettext_noop("已批准"))
    passing.save(template)
    emit(
        events.TemplateApproved(
            subject_id=template.pk, before=before, after=template.state, sha256=template.sha256
        ),
        actor=by,
        at=now,
    )
    if template.replaces is not None:
        older = passing.lock(template.replaces)
        stood, older.state = older.state, next_state(older.state, CaseVerb.SUPERSEDE)
        passing.save(older)
        emit(
            events.TemplateSuperseded(
                subject_id=older.pk, before=stood, after=older.state, by_id=template.pk
            ),
            actor=by,
            at=now,
        )
    return template


def _must_be_second(template: CaseTemplate, by: User) -> None:
    if by.pk == template.created_by_id:
        raise Refused(
            "cases.same_person",
            _("编制人不能批准自己的模板。"),
            remedy=_("请由批准人办理。"),
            status=403,
        )
    passing.must_hold(template, by, template.approver)


@transaction.atomic
def send_back_template(
    template: CaseTemplate, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> CaseTemplate:
    """Back to whoever made it, with the reason."""
    require(by, "lifecycle.cases_approve")
    template = passing.lock(template, edited_no=edited_no)
    why = reason_of(reason)
    before, template.state = template.state, next_state(template.state, CaseVerb.SEND_BACK)
    _must_be_second(template, by)
    template.return_reason = why
    passing.hand_on(template, now=now, actor=by, outcome=gettext_noop("已退回"))
    emit(
        events.TemplateSentBack(subject_id=template.pk, before=before, after=template.state),
        actor=by,
        at=now,
        reason=why,
    )
    return template


@transaction.atomic
def void_template(
    template: CaseTemplate, *, by: User, now: datetime, reason: str, edited_no: int | None = None
) -> CaseTemplate:
    """Give it up; where it was used nothing changes."""
    require(by, "lifecycle.cases_make" if template.is_open else "lifecycle.cases_approve")
    template = passing.lock(template, edited_no=edited_no)
    why = reason_of(reason)
    before, template.state = template.state, next_state(template.state, CaseVerb.VOID)
    template.end_reason = why
    if template.duty is not None and template.duty.closed_at is None:
        template.duty = close_duty(template.duty, now=now, actor=by, outcome=gettext_noop("模板已取消"))
    passing.save(template)
    emit(
        events.TemplateVoided(subject_id=template.pk, before=before, after=template.state),
        actor=by,
        at=now,
        reason=why,
    )
    return template
