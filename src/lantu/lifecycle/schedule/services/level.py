"""Level the resources that several plans share: a proposal, computed by the worker, never applied by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.levelling import Levelled, Precedence, Task, Unsolvable, level, profile
from lantu.core.refusals import Missing, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.schedule.events import LevellingAsked, LevellingDone
from lantu.lifecycle.schedule.models import ScheduleActivity, ScheduleLink
from lantu.lifecycle.schedule.models_kept import ScheduleDemand, ScheduleLevelling, ScheduleResource
from lantu.lifecycle.schedule.services import passing
from lantu.lifecycle.schedule.states import (
    ActivityKind,
    LevellingState,
    LinkKind,
    ScheduleKind,
    ScheduleStatus,
)
from lantu.packs.load import national

DAY = timedelta(days=1)
MOST_ACTIVITIES = 3_000
LATE_WEIGHT = 10
MORNING = time(0)


@transaction.atomic
def ask_levelling(*, codes: Sequence[str], from_on: date, by: User, now: datetime) -> ScheduleLevelling:
    """Ask for one run over all plans in force that use these resources; the worker computes it."""
    from lantu.lifecycle.schedule.jobs import run_levelling_job

    require(by, "lifecycle.schedule_level")
    resources = list(ScheduleResource.objects.filter(code__in=codes))
    unknown = set(codes) - {row.code for row in resources}
    if unknown or not resources:
        raise passing.unfit(
            "resources",
            _("没有这项共享资源：%(code)s。") % {"code": "、".join(sorted(unknown)) or "—"},
            _("请从共享资源清单里选择。"),
        )
    for waiting in ScheduleLevelling.objects.filter(
        state=LevellingState.ASKED, asked_by=by, from_on=from_on
    ).prefetch_related("resources"):
        if {row.pk for row in waiting.resources.all()} == {row.pk for row in resources}:
            # The same question, asked twice before it was answered.
            return waiting
    run = ScheduleLevelling.objects.create(asked_by=by, asked_at=now, from_on=from_on)
    run.resources.set(resources)
    emit(LevellingAsked(subject_id=run.pk, resources=sorted(row.code for row in resources)), actor=by, at=now)
    run_levelling_job.defer(run_id=run.pk)
    return run


@dataclass(frozen=True)
class _Problem:
    rows: list[ScheduleActivity]
    tasks: list[Task]
    links: list[Precedence]
    capacities: dict[str, int]


def run_levelling(*, run_id: int, now: datetime) -> ScheduleLevelling:
    """Compute one run and store its proposal. Running twice changes nothing."""
    run = ScheduleLevelling.objects.select_related("asked_by").get(pk=run_id)
    if run.state != LevellingState.ASKED:
        return run
    problem = _problem(run)
    try:
        if not problem.tasks:
            raise Missing("schedules.nothing_to_level", _("执行中的计划里没有任务使用这些资源。"))
        if len(problem.tasks) > MOST_ACTIVITIES:
            raise passing.unfit(
                "resources", _("涉及的任务超过 %(most)d 项，请分资源计算。") % {"most": MOST_ACTIVITIES}
            )
        found = level(
            problem.tasks, problem.links, problem.capacities, seconds=national().schedules.levelling_seconds
        )
        run.result, run.status = _told(run, problem, found), found.status
        run.state = LevellingState.DONE if found.starts else LevellingState.FAILED
        run.problem = "" if found.starts else _("没有找到满足全部资源限制的排法。")
    except Unsolvable as error:
        row = problem.rows[error.task]
        run.state, run.status = LevellingState.FAILED, "infeasible"
        run.problem = _("任务“%(task)s”单独就超过资源“%(resource)s”的可用数量。") % {
            "task": f"{row.schedule.project.name} {row.name}"[:120], "resource": error.resource,
        }  # fmt: skip
    except (Missing, Unacceptable) as refused:
        run.state, run.problem = LevellingState.FAILED, str(refused)[:300]
    run.finished_at = now
    with transaction.atomic():
        run.save()
        emit(
            LevellingDone(subject_id=run.pk, state=run.state, moved=len(run.result.get("moves", ()))),
            actor=run.asked_by,
            at=now,
        )
    return run


def _problem(run: ScheduleLevelling) -> _Problem:
    """Open activities of the plans that use the resources, in whole calendar days from ``from_on``."""
    resources = {row.pk: row for row in run.resources.all()}
    demands: dict[int, dict[str, int]] = {}
    open_ones = {"activity__actual_finish_at": None, "activity__schedule__status": ScheduleStatus.IN_FORCE}
    using = ScheduleDemand.objects.filter(resource__in=resources, **open_ones).exclude(
        activity__schedule__kind=ScheduleKind.MIRROR
    )
    for demand in using:
        demands.setdefault(demand.activity_id, {})[resources[demand.resource_id].code] = demand.amount
    schedules = set(using.values_list("activity__schedule_id", flat=True))
    rows = list(
        ScheduleActivity.objects.filter(
            schedule__in=schedules, actual_finish_at=None, early_finish_at__isnull=False
        )
        .exclude(kind__in=[ActivityKind.SUMMARY, ActivityKind.LOE])
        .select_related("schedule__project")
        .order_by("schedule_id", "order", "id")
    )
    begin = timezone.make_aware(datetime.combine(run.from_on, MORNING))
    tasks = [_task(row, demands.get(row.pk, {}), begin) for row in rows]
    return _Problem(rows, tasks, _links(rows, tasks), {row.code: row.capacity for row in resources.values()})


def _task(row: ScheduleActivity, demands: dict[str, int], begin: datetime) -> Task:
    assert row.early_start_at is not None
    assert row.early_finish_at is not None
    start = max(_day(row.early_start_at, begin), 0)
    length = 0 if row.kind == ActivityKind.MILESTONE else max(_day(row.early_finish_at, begin) - start + 1, 1)
    latest = _day(row.late_finish_at, begin) + 1 if row.late_finish_at else start + length
    started = row.actual_start_at is not None
    return Task(
        duration=length,
        demands=demands,
        # Links, dates and calendars let nothing begin before its early start.
        earliest=start,
        preferred=start,
        due=max(latest, start + length),
        weight=LATE_WEIGHT,
        fixed=started,
    )


def _day(at: datetime, begin: datetime) -> int:
    return (timezone.localtime(at).date() - timezone.localtime(begin).date()).days


def _links(rows: Sequence[ScheduleActivity], tasks: Sequence[Task]) -> list[Precedence]:
    """Links as start to start in days; where the plan itself has a shorter distance (parts of days), that one holds."""
    place = {row.pk: number for number, row in enumerate(rows)}
    found = []
    for link in ScheduleLink.objects.filter(predecessor__in=place, successor__in=place):
        before, after = place[link.predecessor_id], place[link.successor_id]
        if tasks[after].fixed:
            continue
        lag = round(link.lag_min / 1440)
        from_start = link.kind in {LinkKind.SS, LinkKind.SF}
        to_finish = link.kind in {LinkKind.FF, LinkKind.SF}
        wanted = (
            lag + (0 if from_start else tasks[before].duration) - (tasks[after].duration if to_finish else 0)
        )
        found.append(Precedence(before, after, min(wanted, tasks[after].preferred - tasks[before].preferred)))
    return found


def _told(run: ScheduleLevelling, problem: _Problem, found: Levelled) -> dict[str, Any]:
    """The proposal as the page reads it."""
    moves = []
    for row, task, start in zip(problem.rows, problem.tasks, found.starts, strict=True):
        if start != task.preferred:
            moves.append(
                {
                    "schedule": row.schedule_id, "project": row.schedule.project.code,
                    "project_name": row.schedule.project.name, "code": row.code, "name": row.name,
                    "from_on": (run.from_on + task.preferred * DAY).isoformat(),
                    "to_on": (run.from_on + start * DAY).isoformat(), "days": start - task.preferred,
                    "late_days": max(start + task.duration - (task.due or 0), 0), "demands": dict(task.demands),
                }
            )  # fmt: skip
    starts = [task.preferred for task in problem.tasks]
    length = max([found.makespan, *(task.preferred + task.duration for task in problem.tasks)], default=0)
    overload = {
        name: {
            "capacity": capacity,
            "before": sum(max(use - capacity, 0) for use in profile(problem.tasks, starts, name, length)),
            "after": sum(max(use - capacity, 0) for use in profile(problem.tasks, found.starts, name, length))
            if found.starts
            else None,
            "use_before": profile(problem.tasks, starts, name, length),
            "use_after": profile(problem.tasks, found.starts, name, length) if found.starts else [],
        }
        for name, capacity in problem.capacities.items()
    }
    return {
        "moves": moves, "moved": len(moves), "activities": len(problem.tasks), "cost": found.cost,
        "bound": found.bound, "gap": found.gap, "resources": overload,
        "late_days": sum(move["late_days"] for move in moves),
    }  # fmt: skip
