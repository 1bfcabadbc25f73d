"""Change the grade of a confirmed hazard, or judge a red warning to be a major hazard."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.hazards import clocks
from lantu.hazards.events import HazardRegraded
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.grave.climbing import climb_at_dispatch
from lantu.hazards.grave.judging import grade_hazard
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, hand_on, lock, reason_of, tell
from lantu.hazards.services.plan import approved_plan
from lantu.hazards.states import HazardState, Verb


@transaction.atomic
def regrade(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    grade: int,
    reason: str,
    major_clause: str = "",
    major_basis: str = "",
    version: int | None = None,
) -> Hazard:
    """Graver: the deadline comes nearer, and a major hazard without an approved plan owes one first.
    Milder: never under a stop-work order or a listing; the deadline stays. Raises Refused for no change at all.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.regrade", hazard.project)
    must_differ(by, hazard.rectifier, _("整改责任人"), _("定级人"))
    why = reason_of(reason)
    grade_before, major_before = hazard.grade, hazard.is_major
    before, _after = advance(hazard, Verb.REGRADE)
    grade_hazard(hazard, grade, clause=major_clause, basis=major_basis)
    if (hazard.grade, hazard.is_major) == (grade_before, major_before):
        raise Refused(
            "hazards.same_grade", _("等级没有变化。"), remedy=_("请选择另一个等级。"), field="grade"
        )
    held = stop_in_force(hazard) is not None or listing_in_force(hazard) is not None
    if hazard.grade < grade_before and held:
        raise Refused(
            "hazards.still_stopped",
            _("停工令或挂牌督办还没有解除，不能降低等级。"),
            remedy=_("请先办理复工、摘牌。"),
        )
    if hazard.grade > grade_before:
        clocks.bring_nearer(hazard, clocks.rectify_by(hazard.grade, now))
    working = hazard.state in {HazardState.RECTIFYING, HazardState.RETURNED}
    if hazard.is_major and working and approved_plan(hazard) is None:
        advance(hazard, Verb.DEMAND_PLAN)
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("等级已调整"))
    tell(HazardRegraded, hazard, before=before, at=now, actor=by, reason=why, grade_before=grade_before,
         grade=hazard.grade, major_clause=hazard.major_clause, major_basis=hazard.major_basis,
         due_at=hazard.due_at.isoformat() if hazard.due_at else None)  # fmt: skip
    if hazard.grade > grade_before or hazard.is_major > major_before:
        climb_at_dispatch(hazard, now=now)
    return hazard
