"""Goals with a number and a unit, and what has been reached of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.programmes.events import GoalSet, GoalValued
from lantu.lifecycle.programmes.models import Programme, ProgrammeGoal, ProgrammeGoalValue
from lantu.lifecycle.programmes.services import passing
from lantu.lifecycle.programmes.services.joining import must_know_lane

MOST = Decimal("99999999999999")


@transaction.atomic
def set_goal(
    programme: Programme,
    *,
    name: str,
    target: Decimal,
    unit: str,
    by: User,
    now: datetime,
    measure: str = ProgrammeGoal.Measure.MANUAL,
    lane: str = "",
    edited_no: int | None = None,
    reason: str = "",
) -> ProgrammeGoal:
    """A new goal, or another target of one with this name; in force, the reason for moving a target is obligatory."""
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme, edited_no=edited_no)
    passing.must_be_open(programme)
    title, measured = passing.clean(name, most=80), passing.clean(unit, most=16)
    if len(title) < 2 or not measured:
        raise passing.unfit("name", _("目标要有名称和单位。"), _("例如“改造小区 / 个”。"))
    if not Decimal(0) < target < MOST:
        raise passing.unfit("target", _("目标值应大于零。"))
    if measure not in ProgrammeGoal.Measure.values:
        raise passing.unfit("measure", _("没有这种取数方式。"))
    if lane:
        must_know_lane(programme, lane)
    goal = programme.goals.filter(name=title).first()
    why = (
        passing.reason_of(reason)
        if goal is not None and programme.approved_at
        else passing.clean(reason, most=300)
    )
    goal = goal or ProgrammeGoal(programme=programme, name=title, order=programme.goals.count())
    goal.target, goal.unit, goal.measure, goal.lane = target, measured, measure, lane
    goal.save()
    passing.save(programme)
    emit(
        GoalSet(subject_id=programme.pk, goal_id=goal.pk, name=title, target=str(target), unit=measured),
        actor=by,
        at=now,
        reason=why,
    )
    return goal


@transaction.atomic
def value_goal(
    programme: Programme, *, goal: ProgrammeGoal, on: date, value: Decimal, note: str, by: User, now: datetime
) -> ProgrammeGoalValue:
    """What had been reached by the end of ``on``, with what it rests on. Counted goals take no report by hand."""
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme)
    passing.must_be_open(programme)
    if goal.measure != ProgrammeGoal.Measure.MANUAL:
        raise Refused(
            "programmes.goal_is_counted",
            _("“%(name)s”由系统从成员项目取数，不需要填报。") % {"name": goal.name},
            remedy=_("数字不对的，请核对成员项目的登记和月报。"),
        )
    if not programme.starts_on <= on <= timezone.localtime(now).date():
        raise passing.unfit("on", _("截至日期应在计划开始之后、今天之前。"))
    if not Decimal(0) <= value < MOST:
        raise passing.unfit("value", _("完成值不能小于零。"))
    basis = passing.clean(note, most=200)
    if len(basis) < 2:
        raise passing.unfit("note", _("请写明依据。"), _("例如“征收补偿协议台账 10 月”。"))
    row = ProgrammeGoalValue.objects.create(goal=goal, on=on, value=value, note=basis, by=by, at=now)
    passing.save(programme)
    emit(
        GoalValued(subject_id=programme.pk, goal_id=goal.pk, on=on.isoformat(), value=str(value)),
        actor=by,
        at=now,
        reason=basis,
    )
    return row
