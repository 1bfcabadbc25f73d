"""When something is due: the national calendar applied to terms, and the ladder applied to duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from lantu.calc.deadlines import Slip as SlipColour
from lantu.calc.deadlines import SlipPolicy, blue_from, ladder_level, slip_of
from lantu.calc.workdays import (
    BEIJING,
    WorkCalendar,
    add_hours,
    add_natural_days,
    add_working_days,
    working_seconds_between,
)
from lantu.duties.models import Clock, Duty, Slip
from lantu.packs.load import national

DAY_SECONDS = 86_400
RED_REPEATS_AFTER = timedelta(days=7)
TOP_RUNG = 5


def work_calendar() -> WorkCalendar:
    """The State Council's working days as the national pack states them."""
    return national().calendar


def slip_policy() -> SlipPolicy:
    """When slips change colour, as the national pack states it."""
    return national().slip


def due_after(
    now: datetime, *, hours: float | None = None, days: int | None = None, working_days: int | None = None
) -> datetime:
    """The end of exactly one term: hours (running), natural days, or working days."""
    given = [term for term in (hours, days, working_days) if term is not None]
    if len(given) != 1:
        raise ValueError("name exactly one of hours, days, working_days")
    if hours is not None:
        return add_hours(now, hours)
    if days is not None:
        return add_natural_days(now, days, work_calendar())
    return add_working_days(now, int(working_days or 0), work_calendar())


def after_working_seconds(start: datetime, seconds: int) -> datetime:
    """The moment by which ``seconds`` of working days (24 hours each) have passed since ``start``."""
    calendar = work_calendar()
    at, left = start.astimezone(BEIJING), seconds
    while left > 0:
        midnight = datetime.combine(at.date() + timedelta(days=1), time.min, BEIJING)
        if calendar.is_working_day(at.date()):
            room = int((midnight - at).total_seconds())
            if left < room:
                return at + timedelta(seconds=left)
            left -= room
        at = midnight
    return at


def shifted(due_at: datetime, *, stopped_from: datetime, stopped_to: datetime, clock: str) -> datetime:
    """``due_at`` moved by the time that the clock stood still, counted as the duty counts its time."""
    if stopped_to <= stopped_from:
        return due_at
    if clock == Clock.WORKING:
        stopped = working_seconds_between(stopped_from, stopped_to, work_calendar())
        return after_working_seconds(due_at, stopped) if stopped > 0 else due_at
    return due_at + (stopped_to - stopped_from)


@dataclass(frozen=True)
class Standing:
    """Where a duty stands on the ladder by the clock alone."""

    slip: str
    level: int


def standing(duty: Duty, now: datetime) -> Standing:
    """Colour and rung that ``duty`` has reached at ``now``; a yellow slip issued by hand counts as behind."""
    behind = duty.slip == Slip.YELLOW
    calendar, policy = work_calendar(), slip_policy()
    colour = slip_of(
        now, opened_at=duty.opened_at, due_at=duty.due_at, calendar=calendar, behind=behind, policy=policy
    )
    level = ladder_level(
        now, opened_at=duty.opened_at, due_at=duty.due_at, calendar=calendar, behind=behind, policy=policy
    )
    return Standing("" if colour is SlipColour.NONE else colour.value, level)


def next_check(duty: Duty, now: datetime) -> datetime | None:
    """The first moment after ``now`` at which the ladder may have something to say about ``duty``.

    None while its clock is stopped: whoever lets it run again sets the next check.
    """
    if duty.stopped_since is not None:
        return None
    policy = slip_policy()
    blue = blue_from(duty.opened_at, duty.due_at, work_calendar(), policy)
    moments = [
        blue,
        after_working_seconds(blue, DAY_SECONDS),
        duty.due_at + timedelta(seconds=1),
        after_working_seconds(duty.due_at, policy.leader_list_working_days * DAY_SECONDS),
        after_working_seconds(duty.due_at, policy.meeting_working_days * DAY_SECONDS),
    ]
    if duty.slip == Slip.RED and duty.reminded_at is not None:
        moments.append(duty.reminded_at + RED_REPEATS_AFTER)
    return min((moment for moment in moments if moment > now), default=now + RED_REPEATS_AFTER)
