"""How long each step may take, by grade: workflows §4.3 as the packs state it.

The pack knows three terms (acknowledge, rectify, re-check). The two that it does not name follow from them:
an order is issued within the time for acknowledging, and the supervising engineer has the same time again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from lantu.calc.deadlines import Term
from lantu.core.refusals import Refused
from lantu.duties.deadlines import due_after, work_calendar
from lantu.hazards.models import Hazard
from lantu.packs.load import city
from lantu.packs.model import HazardClock

# Longest time that anyone may order (domain reference B11): 一般 7 d, 较大 7 d, 重大 15 d.
LONGEST_DAYS = {1: 15, 2: 7, 3: 7, 4: 15}
SUPERVISE_HOURS = {2: 24, 3: 8, 4: 4}
BLUE_SUPERVISE_WORKING_DAYS = 2
# "At once" must be a time for a duty to be late against.
AT_ONCE = timedelta(minutes=15)


def clock_of(grade: int) -> HazardClock:
    """The terms of a grade: the city's own where it has them, else the national pack's."""
    return city(settings.CITY_PACK).hazard_clocks[grade]


def _end(term: Term, now: datetime) -> datetime:
    return max(term.due_at(now, work_calendar()), now + AT_ONCE)


def acknowledge_by(grade: int, now: datetime) -> datetime:
    """When the order must be issued, accepted, or a false-positive claim be decided."""
    return _end(clock_of(grade).acknowledge, now)


def rectify_by(grade: int, now: datetime) -> datetime:
    """The deadline of the order, counted from dispatch (not from acceptance)."""
    return _end(clock_of(grade).rectify, now)


def supervise_by(grade: int, now: datetime) -> datetime:
    """When the supervising engineer must have judged a reply."""
    if grade in SUPERVISE_HOURS:
        return due_after(now, hours=SUPERVISE_HOURS[grade])
    return due_after(now, working_days=BLUE_SUPERVISE_WORKING_DAYS)


def recheck_by(grade: int, now: datetime) -> datetime:
    """When the independent re-check must be done."""
    return _end(clock_of(grade).recheck, now)


def rework_by(grade: int, due_at: datetime, now: datetime) -> datetime:
    """When a returned reply is due again: the order's own deadline; when that is near or past, the time for
    acknowledging. The order's deadline itself never moves, so the rates stay honest."""
    return max(due_at, acknowledge_by(grade, now))


def plan_by(grade: int, due_at: datetime, now: datetime) -> datetime:
    """When the plan of a grave hazard must be in; never later than the order's own deadline."""
    plan = clock_of(grade).plan
    return due_at if plan is None else max(min(_end(plan, now), due_at), now + AT_ONCE)


def arbitrate_by(now: datetime) -> datetime:
    """When the bureau must have decided on a dispute."""
    return due_after(now, working_days=1)


def look_back_by(now: datetime) -> datetime:
    """When a look-back must have been made, once it is due."""
    return due_after(now, working_days=5)


def bring_nearer(hazard: Hazard, due_at: datetime) -> None:
    """A graver finding shortens the deadline, the original one too; it never lengthens either."""
    if hazard.due_at is not None and hazard.original_due_at is not None:
        hazard.due_at = min(hazard.due_at, due_at)
        hazard.original_due_at = min(hazard.original_due_at, due_at)


def check_due(grade: int, due_at: datetime, now: datetime) -> datetime:
    """A deadline that a person chose. Raises Refused when it lies in the past or beyond what the grade allows."""
    if due_at <= now:
        raise Refused(
            "hazards.due_in_past",
            _("整改期限早于现在。"),
            remedy=_("请选择今后的时间。"),
            field="due_at",
            status=422,
        )
    longest = due_after(now, days=LONGEST_DAYS[grade])
    if due_at > longest:
        raise Refused(
            "hazards.due_too_long",
            _("这一等级的整改期限最长 %(days)d 天。") % {"days": LONGEST_DAYS[grade]},
            remedy=_("请缩短期限；确需更长时间的，由施工单位在到期前申请延期。"),
            field="due_at",
            status=422,
        )
    return due_at
