"""What the calendar does by itself: prefill, end of correcting, freeze, scores. Publication is for people."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from lantu.core.refusals import Refused
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth
from lantu.lifecycle.checklists.appraisal.services.freezing import freeze_month
from lantu.lifecycle.checklists.appraisal.services.opening import open_month
from lantu.lifecycle.checklists.appraisal.services.reviewing import start_review
from lantu.lifecycle.checklists.appraisal.services.scoring import score_month
from lantu.lifecycle.checklists.appraisal.states import RunState
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import first_of, following_day, next_month, own_day, rules
from lantu.lifecycle.checklists.states import ChecklistState


def run_calendar(now: datetime) -> list[str]:
    """Do what is due by ``now``; returns what was done. Safe to call at any time: each step is done once."""
    today = timezone.localtime(now).date()
    calendar = rules().calendar
    done = []
    month = first_of(today)
    in_force = Checklist.objects.filter(state=ChecklistState.IN_FORCE, year=month.year).exists()
    if (
        in_force
        and today >= own_day(month, calendar.prefill_day)
        and not AppraisalMonth.objects.filter(month=month).exists()
    ):
        open_month(month, by=None, now=now)
        done.append(f"open {month:%Y-%m}")
    for run in AppraisalMonth.objects.exclude(state=RunState.PUBLISHED).order_by("month"):
        done += _move(run, today=today, now=now)
    return done


def _move(run: AppraisalMonth, *, today: date, now: datetime) -> list[str]:
    calendar = rules().calendar
    done = []
    if run.state == RunState.REPORTING and today >= next_month(run.month):
        run = start_review(run, by=None, now=now)
        done.append(f"review {run}")
    if run.state == RunState.REVIEW and today >= following_day(run.month, calendar.freeze_day):
        run = freeze_month(run, by=None, now=now)
        done.append(f"freeze {run}")
    if run.state == RunState.FROZEN and today >= following_day(run.month, calendar.score_day):
        try:
            score_month(run, by=None, now=now)
        except Refused as refused:
            # An exclusion waits for its second person, who has a duty for it; tomorrow the calendar asks again.
            done.append(f"waiting {run}: {refused.code}")
        else:
            done.append(f"score {run}")
    return done
