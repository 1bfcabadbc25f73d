"""Merge a finding into another open hazard of the same project: one matter, one order."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardMerged
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, finish, lock
from lantu.hazards.services.settle_alert import settle_alert
from lantu.hazards.states import Verb


@transaction.atomic
def merge(hazard: Hazard, *, into: Hazard, by: User, now: datetime, version: int | None = None) -> Hazard:
    """Only before an order exists. Raises Refused for another project's hazard, itself, or one that has ended;
    Denied without the right."""
    hazard = lock(hazard, version=version)
    require(by, "hazards.merge", hazard.project)
    if into.pk == hazard.pk or into.project_id != hazard.project_id or into.closed_at is not None:
        raise Refused(
            "hazards.cannot_merge",
            _("只能并入同一项目里另一条未销号的隐患。"),
            remedy=_("请重新选择要并入的隐患。"),
            field="into",
        )
    before, after = advance(hazard, Verb.MERGE)
    hazard.merged_into = into
    finish(hazard, now=now, actor=by, outcome=gettext_noop("已合并"))
    emit(
        HazardMerged(
            project_id=hazard.project_id, subject_id=hazard.pk, before=before, after=after, into_id=into.pk
        ),
        actor=by,
        at=now,
    )
    settle_alert(hazard, now=now, actor=by, outcome=gettext_noop("隐患已合并"))
    return hazard
