"""What is missing and how long it will take, from the city's own history; what waiting costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from lantu.calc.forecasts import Forecast, remaining_days
from lantu.calc.interlocks import Interlocks, cost_of_waiting_yuan
from lantu.lifecycle.gates.book import book, work_calendar
from lantu.lifecycle.gates.models import GatePlan, GateStep
from lantu.lifecycle.gates.states import DONE_STEPS, StepState
from lantu.lifecycle.schedule.models import ScheduleActivity
from lantu.lifecycle.schedule.selectors import schedule_in_force, what_if_delay
from lantu.projects.models import Project, YearPlan

LATEST_CASES = 300
DURATIONS = """
SELECT v.i, array_agg(h.took_days) FROM unnest(%(i)s::int[], %(codes)s::text[], %(units)s::bigint[]) AS v (i, code, unit)
CROSS JOIN LATERAL (SELECT took_days FROM lifecycle_gatestep AS s WHERE s.code = v.code AND s.unit_id = v.unit
  AND s.took_days IS NOT NULL ORDER BY s.id DESC LIMIT %(most)s) AS h GROUP BY v.i
"""


@dataclass(frozen=True)
class Outlook:
    """Forecast of one missing document. ``forecast`` None: fewer than five comparable cases (n says how many)."""

    waited_days: float
    n: int
    forecast: Forecast | None


def outlooks(steps: Iterable[GateStep], now: datetime) -> dict[int, Outlook]:
    """By step: working days still to wait, from the latest cases of the same document at the same unit."""
    rows = [step for step in steps if step.state not in DONE_STEPS]
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            DURATIONS,
            {
                "i": list(range(len(rows))),
                "codes": [step.code for step in rows],
                "units": [step.unit_id for step in rows],
                "most": LATEST_CASES,
            },
        )
        durations: dict[int, list[float]] = dict(cursor.fetchall())
    found = {}
    for number, step in enumerate(rows):
        cases = durations.get(number, [])
        waited = waited_days(step, now)
        found[step.pk] = Outlook(waited, len(cases), remaining_days(cases, waited=waited))
    return found


def waited_days(step: GateStep, now: datetime) -> float:
    """Working days since the application; 0 before it."""
    if step.state != StepState.APPLIED or step.applied_at is None:
        return 0.0
    first, last = timezone.localtime(step.applied_at).date(), timezone.localtime(now).date()
    return float(work_calendar().working_days_between(first, last))


@dataclass(frozen=True)
class Waiting:
    """One unfinished step that holds others up: which rule, who has it, what it holds up, what a day costs.

    ``late_days``: days by which the finish moves for each day of waiting, where a schedule in force knows.
    """

    step: GateStep
    rules: tuple[str, ...]
    held_up: tuple[GateStep, ...]
    cost_per_day_yuan: Decimal | None
    late_days: float | None = None


def waiting_rows(
    plan: GatePlan, graph: Interlocks, steps: Mapping[str, GateStep], *, now: datetime
) -> list[Waiting]:
    """The steps where the ball lies and that hold up a hard step, those with a named rule first."""
    done = {code for code, step in steps.items() if step.state in DONE_STEPS}
    cost = cost_per_day(plan.project, now)
    names: dict[str, list[str]] = {}
    for needs, step, label, _basis in plan.links:
        if label and needs in steps and step in steps and step not in done:
            names.setdefault(needs, []).append(label)
    found = []
    for code, step in steps.items():
        if code in done or graph.blockers(code, done):
            continue
        held = tuple(steps[one] for one in graph.held_up_by(code, done) if steps[one].hard)
        rules = [rule for one in (code, *graph.held_up_by(code, done)) for rule in names.get(one, [])]
        if held:
            found.append(Waiting(step, tuple(dict.fromkeys(rules)), held, cost))
    found.sort(key=lambda row: (not row.rules, -len(row.held_up), row.step.order))
    if found and found[0].rules:
        found[0] = replace(found[0], late_days=late_days(plan.project, found[0], now))
    return found


def late_days(project: Project, row: Waiting, now: datetime) -> float | None:
    """Days by which the plan in force ends later if this waits one day more; None where the plan has no such task.

    A task of the plan stands for a document when it bears its code or its name.
    """
    schedule = schedule_in_force(project)
    if schedule is None:
        return None
    steps = (row.step, *row.held_up)
    named = Q(code__in=[step.code for step in steps]) | Q(name__in=[step.label for step in steps])
    task = ScheduleActivity.objects.filter(named, schedule=schedule, actual_finish_at=None)
    code = task.order_by("early_start_at", "order").values_list("code", flat=True).first()
    if code is None:
        return None
    return float(what_if_delay(schedule, activity_code=code, days=1, now=now).days_late)


def cost_per_day(project: Project, now: datetime) -> Decimal | None:
    """Planned investment of this year by the pack's working days of a year; None where no plan says."""
    year = timezone.localtime(now).year
    planned = (
        YearPlan.objects.filter(project=project, year=year).values_list("planned_yuan", flat=True).first()
    )
    if not planned:
        start, finish = project.planned_start_on, project.planned_finish_on
        if start is None or finish is None or not project.total_investment_yuan:
            return None
        planned = project.total_investment_yuan / max(1, round((finish - start).days / 365))
    return cost_of_waiting_yuan(planned, book().settings.working_days_per_year)
