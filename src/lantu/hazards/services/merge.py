"""Merge a hazard into another open one of the same project: one matter, one order, one clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.duties.services.move import move_duty
from lantu.hazards.events import GradeRaised, HazardMerged, TwinTakenIn
from lantu.hazards.four_eyes import may_merge
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import advance, finish, lock, save, tell
from lantu.hazards.services.settle_alert import settle_alert
from lantu.hazards.services.tell_reporters import tell_of_merging
from lantu.hazards.states import HazardState, Verb
from lantu.hazards.steps import step_of
from lantu.hazards.twins import stays


@transaction.atomic
def merge(hazard: Hazard, *, into: Hazard, by: User, now: datetime, version: int | None = None) -> Hazard:
    """End ``hazard`` as a second report of ``into``, which stays with its order and its clock; out of the count.

    Its photos are shown with ``into``; whoever reported it, and whoever its order was addressed to, is told.
    Raises Refused for another project's hazard, itself, or one that has ended; when ``hazard`` is the one that must
    stay (:func:`lantu.hazards.twins.stays`); once a reply is in; under a stop-work order or a listing; when it was
    judged graver than ``into``. Denied without the right.
    """
    # In one order, whoever merges which into which: two people at once do not wait for each other.
    list(Hazard.objects.select_for_update(of=("self",)).filter(pk__in=[hazard.pk, into.pk]).order_by("pk"))
    hazard, into = lock(hazard, version=version), lock(into)
    require(by, "hazards.merge", hazard.project)
    _may_be_one(hazard, into)
    may_merge(hazard, by)
    _nothing_is_lost(hazard, into)
    due_at = hazard.duty.due_at if hazard.duty else now
    before, _after = advance(hazard, Verb.MERGE)
    hazard.merged_into = into
    finish(hazard, now=now, actor=by, outcome=gettext_noop("已合并"))
    told = tell(
        HazardMerged, hazard, before=before, at=now, actor=by, reason=into.title[:300], into_id=into.pk
    )
    if into.state == HazardState.DETECTED and hazard.grade > into.grade:
        _suspect_graver(into, grade=hazard.grade, due_at=due_at, by=by, now=now)
    tell(
        TwinTakenIn, into, before=into.state, at=now, actor=by, reason=hazard.title[:300], cause_id=told.pk,
        from_id=hazard.pk,
    )  # fmt: skip
    settle_alert(hazard, now=now, actor=by, outcome=gettext_noop("隐患已合并"))
    tell_of_merging(hazard, into, by=by, now=now)
    return hazard


def _may_be_one(hazard: Hazard, into: Hazard) -> None:
    if into.pk == hazard.pk or into.project_id != hazard.project_id or into.closed_at is not None:
        raise Refused(
            "hazards.cannot_merge",
            _("只能并入同一项目里另一条未销号的隐患。"),
            remedy=_("请重新选择要并入的隐患。"),
            field="into",
        )
    if stays(hazard, into).pk == hazard.pk:
        raise Refused(
            "hazards.must_stay",
            _("两条中应保留这一条：它已经派单，或期限、发现时间更早。"),
            remedy=_("请反过来，把“%(title)s”并入这一条。") % {"title": into.title},
            field="into",
        )


def _nothing_is_lost(hazard: Hazard, into: Hazard) -> None:
    """A stop, a listing or a grade that somebody judged does not vanish by merging."""
    if stop_in_force(hazard) is not None or listing_in_force(hazard) is not None:
        raise Refused(
            "hazards.still_stopped",
            _("停工令或挂牌督办还没有解除，不能并入另一条。"),
            remedy=_("请先办理复工、摘牌。"),
        )
    judged = hazard.confirmed_at is not None
    if judged and (hazard.grade, hazard.is_major) > (into.grade, into.is_major):
        raise Refused(
            "hazards.graver_than_target",
            _("这一条已核定为“%(grade)s”，比要并入的那一条严重。") % {"grade": hazard.get_grade_display()},
            remedy=_("请先把“%(title)s”核实或调整到同样的等级，再并入。") % {"title": into.title},
        )


def _suspect_graver(into: Hazard, *, grade: int, due_at: datetime, by: User, now: datetime) -> None:
    """Nobody has judged either yet: the graver suspicion stays, and so does the nearer of the two clocks."""
    assert into.duty is not None
    before, into.grade = into.grade, grade
    fields = step_of(into, now=now).duty_fields(into)
    fields["due_at"] = min(fields["due_at"], into.duty.due_at, due_at)
    into.duty = move_duty(into.duty, now=now, actor=by, outcome=gettext_noop("等级提高"), **fields)
    save(into)
    tell(
        GradeRaised, into, before=into.state, at=now, actor=by, grade_before=before, grade=grade, due_at=None
    )
