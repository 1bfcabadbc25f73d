"""A person looks at both versions and says what the late one is worth."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.models import KeptSubmission
from lantu.hazards.phone.events import SubmissionAdopted, SubmissionSetAside
from lantu.hazards.services.passing import reason_of


@transaction.atomic
def adopt(kept: KeptSubmission, *, by: User, now: datetime, reason: str) -> KeptSubmission:
    """Take its text and photos into the record, beside what stands there. The hazard's own steps stay as they are.

    Raises Refused when it was decided already, without a reason, or for a person of the unit that sent it.
    """
    return _decide(kept, KeptSubmission.State.ADOPTED, by=by, now=now, reason=reason)


@transaction.atomic
def set_aside(kept: KeptSubmission, *, by: User, now: datetime, reason: str) -> KeptSubmission:
    """It counts for nothing and stays readable with the reason. Raises Refused as :func:`adopt` does."""
    return _decide(kept, KeptSubmission.State.SET_ASIDE, by=by, now=now, reason=reason)


def _decide(kept: KeptSubmission, state: str, *, by: User, now: datetime, reason: str) -> KeptSubmission:
    row = (
        KeptSubmission.objects.select_for_update(of=("self",))
        .select_related("hazard__project", "by__organisation", "duty")
        .get(pk=kept.pk)
    )
    require(by, "hazards.decide_kept", row.hazard.project)
    must_differ(by, row.by, _("填写人"), _("合并人"))
    if not row.is_pending:
        raise Refused(
            "hazards.kept_decided",
            _("这份离线提交已经处理过。"),
            remedy=_("请刷新页面查看处理结果。"),
        )
    row.state = state
    row.decided_by = by
    row.decided_at = now
    row.reason = reason_of(reason)
    row.save()
    assert row.duty is not None
    adopted = state == KeptSubmission.State.ADOPTED
    outcome = gettext_noop("已并入记录") if adopted else gettext_noop("不采用")
    close_duty(row.duty, now=now, actor=by, outcome=outcome)
    told = SubmissionAdopted if adopted else SubmissionSetAside
    emit(
        told(project_id=row.hazard.project_id, subject_id=row.hazard_id, kept_id=row.pk, verb=row.verb),
        actor=by,
        at=now,
        reason=row.reason,
    )
    return row
