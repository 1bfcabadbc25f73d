"""Urge: a yellow slip issued by hand because the work is behind schedule or poor."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties import wording
from lantu.duties.deadlines import next_check
from lantu.duties.events import DutyUrged
from lantu.duties.models import Duty, Notice, Slip
from lantu.duties.selectors import told_at
from lantu.duties.services.about import about
from lantu.duties.services.decision import require_reason
from lantu.duties.services.lock import locked_open
from lantu.duties.services.notify import tell

YELLOW_RUNG = 2


@transaction.atomic
def urge(duty: Duty, *, reason: str, now: datetime, actor: User) -> Duty:
    """Tell the holder, the unit's head and the bureau's leaders. A red slip stays red."""
    duty = locked_open(duty.pk)
    require(actor, "duties.dispatch", duty.project)
    reason = require_reason(reason)
    if duty.stopped_since is not None:
        raise Refused("duties.clock_stopped", _("这项责任的计时已经停止。"), remedy=_("请先恢复计时。"))
    if duty.slip != Slip.RED:
        duty.slip = Slip.YELLOW
    duty.level = max(duty.level, YELLOW_RUNG)
    duty.reminded_at = now
    duty.check_at = next_check(duty, now)
    duty.save(update_fields=["slip", "level", "reminded_at", "check_at"])
    told = tell(
        told_at(duty, YELLOW_RUNG, now),
        duty=duty,
        kind=Notice.Kind.SLIP,
        level=YELLOW_RUNG,
        slip=duty.slip,
        text=wording.URGED % {"title": duty.title, "reason": reason},
        now=now,
    )
    emit(
        DutyUrged(
            **about(duty),
            told_ids=told,
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return duty
