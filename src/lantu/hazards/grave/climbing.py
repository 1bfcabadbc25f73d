"""The ladder of workflows §4.3: a grave hazard starts high, climbs at half time, and again when overdue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from lantu.duties.services.escalate import escalate_to
from lantu.hazards import clocks
from lantu.hazards.models import Hazard
from lantu.hazards.states import OPEN_STATES
from lantu.hazards.steps import ADDRESSEE_STEPS

AT_DISPATCH = gettext_noop("：按等级派单即提级")
AT_HALF = gettext_noop("：期限已过半")
AT_OVERDUE = gettext_noop("：已逾期")


def climb_at_dispatch(hazard: Hazard, *, now: datetime) -> int:
    """Tell the people whom the grade's clock names at dispatch. Returns how many rungs were climbed."""
    level = clocks.clock_of(hazard.grade).escalate_at_dispatch
    if not level or hazard.duty is None or hazard.ordered_at is None:
        return 0
    return escalate_to(hazard.duty, level=level, now=now, actor=None, why=AT_DISPATCH)


def rung_due(hazard: Hazard, now: datetime) -> tuple[int, str]:
    """The rung that the order's own clock has reached, and why. The original deadline counts."""
    if hazard.ordered_at is None or hazard.original_due_at is None:
        return 0, ""
    clock = clocks.clock_of(hazard.grade)
    if now > hazard.original_due_at:
        return clock.escalate_at_overdue, AT_OVERDUE
    half = hazard.ordered_at + (hazard.original_due_at - hazard.ordered_at) / 2
    return (clock.escalate_at_half, AT_HALF) if now >= half else (0, "")


def climb_all(now: datetime) -> int:
    """Run over the open orders that lie with their addressee. Running twice changes nothing."""
    waiting = Hazard.objects.filter(
        state__in=OPEN_STATES,
        ordered_at__isnull=False,
        duty__step__in=ADDRESSEE_STEPS,
        duty__stopped_since=None,
    )
    low = waiting.filter(duty__level__lt=5, original_due_at__gt=F("ordered_at"))
    return sum(_climb(pk, now) for pk in list(low.values_list("pk", flat=True)))


@transaction.atomic
def _climb(pk: int, now: datetime) -> int:
    hazard = Hazard.objects.select_for_update(of=("self",)).select_related("duty").get(pk=pk)
    level, why = rung_due(hazard, now)
    duty = hazard.duty
    if duty is None or duty.closed_at is not None or duty.level >= level:
        return 0
    return escalate_to(duty, level=level, now=now, actor=None, why=why)
