"""Reads of programmes. The members of a roll-up are those that the reader may see, and the page says how many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantu.accounts.scopes import scope_of
from lantu.calc.rollup import Member, MemberState, RollUp, roll_up
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.lifecycle.programmes.models import (
    Programme,
    ProgrammeGoal,
    ProgrammeGoalValue,
    ProgrammeMember,
    ProgrammeMilestone,
)
from lantu.packs.load import national
from lantu.projects.models import MonthlyFigure, Stage, Status
from lantu.projects.progress import month_start
from lantu.projects.selectors import visible_projects

WAN = 10_000
AT_WORK = (Stage.CONSTRUCTION, Stage.ACCEPTANCE, Stage.OPERATION)
MOST_EVENTS = 20


def visible_programmes(reader: Any) -> QuerySet[Programme]:
    """All for city-wide readers; else those in which one has a project or a part, of one's county, or led by one's unit."""
    rows = Programme.objects.select_related("lead_unit", "steward", "approver", "duty__holder", "duty__unit")
    if scope_of(reader).city:
        return rows
    mine = Q(steward=reader) | Q(approver=reader) | Q(created_by=reader) | Q(milestones__owner=reader)
    if reader.organisation_id is not None:
        mine |= Q(lead_unit_id=reader.organisation_id)
    for code in scope_of(reader).county_codes:
        mine |= Q(county_codes__contains=[code])
    mine |= Q(members__project__in=visible_projects(reader).values("pk"))
    return rows.filter(pk__in=Programme.objects.filter(mine).values("pk"))


def get_visible_programme(reader: Any, pk: int) -> Programme:
    """Raises Missing when it is not there for this reader."""
    found = visible_programmes(reader).filter(pk=pk).first()
    if found is None:
        raise Missing("programmes.unknown", _("没有这个行动计划，或您无权查看。"))
    return found


def get_visible_milestone(reader: Any, pk: int) -> ProgrammeMilestone:
    """Raises Missing when its programme is not there for this reader."""
    found = (
        ProgrammeMilestone.objects.select_related(
            "programme__steward", "programme__approver", "owner__organisation", "project", "reported_by",
            "confirmed_by", "duty__holder", "duty__unit",
        )
        .filter(pk=pk, programme__in=visible_programmes(reader).values("pk"))
        .first()
    )  # fmt: skip
    if found is None:
        raise Missing("programmes.unknown_milestone", _("没有这个节点，或您无权查看。"))
    return found


def get_member(programme: Programme, pk: int) -> ProgrammeMember:
    """Raises Missing for a member of another programme."""
    found = programme.members.select_related("project").filter(pk=pk).first()
    if found is None:
        raise Missing("programmes.unknown_member", _("没有这条成员记录。"))
    return found


def get_goal(programme: Programme, pk: int) -> ProgrammeGoal:
    """Raises Missing for a goal of another programme."""
    found = programme.goals.filter(pk=pk).first()
    if found is None:
        raise Missing("programmes.unknown_goal", _("没有这个目标。"))
    return found


def members_of(programme: Programme, reader: Any = None) -> list[ProgrammeMember]:
    """Present and past members that ``reader`` may see; everybody's for None (checks, which belong to no reader)."""
    rows = programme.members.select_related("project__owner_org", "joined_by", "left_by")
    if reader is not None and not scope_of(reader).city:
        rows = rows.filter(project__in=visible_projects(reader).values("pk"))
    return list(rows)


class Past:
    """Where members stood at any time, from their dated facts: one query for all of them."""

    def __init__(self, members: list[ProgrammeMember]) -> None:
        self.members = members
        self.months: dict[int, list[MonthlyFigure]] = {}
        rows = MonthlyFigure.objects.filter(project__in={row.project_id for row in members})
        for row in rows.order_by("project_id", "month"):
            self.months.setdefault(row.project_id, []).append(row)

    def present(self, day: date) -> list[ProgrammeMember]:
        """The members on ``day``."""
        return [
            row for row in self.members if row.joined_on <= day and (row.left_on is None or row.left_on > day)
        ]

    def at(self, row: ProgrammeMember, day: date) -> Member:
        """The facts of a member that were true on ``day``: reports up to its month, dates up to the day."""
        project = row.project
        told = [figure for figure in self.months.get(row.project_id, []) if figure.month <= day]
        physical = _last(told, "physical_pct")
        start = project.actual_start_on or (project.planned_start_on if project.stage in AT_WORK else None)
        done = project.actual_finish_on
        return Member(
            key=row.project_id,
            weight_yuan=float(project.total_investment_yuan),
            begun=(start is not None and start <= day) or bool(physical),
            finished=done is not None and done <= day and project.status != Status.CANCELLED,
            physical_pct=None if physical is None else float(physical),
            planned_pct=_float(_last(told, "planned_pct")),
            invested_yuan=float(_last(told, "invested_yuan") or 0),
            paid_yuan=float(_last(told, "paid_yuan") or 0),
        )


def _last(rows: list[MonthlyFigure], name: str) -> Decimal | None:
    return next((value for row in reversed(rows) if (value := getattr(row, name)) is not None), None)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


@dataclass(frozen=True)
class Progress:
    """The roll-up at a time. ``states``: how many members are in each; ``left_out``: names of those not counted."""

    rolled: RollUp
    states: dict[str, int]
    left_out: tuple[str, ...]
    as_of: datetime


def programme_progress(programme: Programme, as_of: datetime, reader: Any = None) -> Progress:
    """Investment-weighted progress and money of the members at ``as_of`` (calc.rollup), from what had been reported."""
    return progress_at(Past(members_of(programme, reader)), as_of)


def progress_at(past: Past, as_of: datetime) -> Progress:
    """The same from facts already read."""
    day = timezone.localtime(as_of).date()
    rows = past.present(day)
    members = [past.at(row, day) for row in rows]
    rolled = roll_up(members)
    points = national().programmes.behind_points
    counted = Counter(str(member.state(points)) for member in members)
    names = {row.project_id: row.project.name for row in rows}
    return Progress(
        rolled=rolled,
        states={str(state): counted.get(str(state), 0) for state in MemberState},
        left_out=tuple(names[key] for key in rolled.left_out),
        as_of=as_of,
    )


def months_of(programme: Programme, now: datetime) -> list[date]:
    """The months of the programme up to now, first days; at least the first one."""
    last = min(month_start(timezone.localtime(now).date()), month_start(programme.finishes_on))
    found, month = [], month_start(programme.starts_on)
    while month <= last:
        found.append(month)
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return found or [month_start(programme.starts_on)]


@dataclass(frozen=True)
class GoalRow:
    """A goal with what was reached at a time. ``value`` None: nobody reported. ``source`` in words, ``rows``: its link."""

    goal: ProgrammeGoal
    value: float | None
    on: date | None
    source: str
    rows: str

    @property
    def share_pct(self) -> float | None:
        return None if self.value is None else round(self.value / float(self.goal.target) * 100, 1)


def goal_rows(programme: Programme, as_of: datetime, past: Past | None = None) -> list[GoalRow]:
    """The goals with their latest values at ``as_of``."""
    day = timezone.localtime(as_of).date()
    goals = list(programme.goals.all())
    told: dict[int, ProgrammeGoalValue] = {}
    for row in ProgrammeGoalValue.objects.filter(goal__in=goals, on__lte=day, at__lte=as_of).order_by(
        "on", "id"
    ):
        told[row.goal_id] = row
    counted: dict[str, float] = {}
    if any(goal.measure != ProgrammeGoal.Measure.MANUAL for goal in goals):
        past = past or Past(members_of(programme))
        members = [past.at(row, day) for row in past.present(day)]
        counted = {
            ProgrammeGoal.Measure.BEGUN: sum(member.begun or member.finished for member in members),
            ProgrammeGoal.Measure.FINISHED: sum(member.finished for member in members),
            ProgrammeGoal.Measure.INVESTED: round(sum(member.invested_yuan for member in members) / WAN, 2),
        }
    address = programme.get_absolute_url()
    found = []
    for goal in goals:
        if goal.measure in counted:
            found.append(
                GoalRow(
                    goal, counted[goal.measure], day, str(goal.get_measure_display()), f"{address}#members"
                )
            )
            continue
        value = told.get(goal.pk)
        found.append(
            GoalRow(
                goal,
                None if value is None else float(value.value),
                value.on if value else None,
                value.note if value else "",
                f"{address}#goal-{goal.pk}",
            )
        )
    return found


def lane_label(programme: Programme, key: str) -> str:
    """The lane's name in the reader's language."""
    field = "label_en" if (get_language() or "").startswith("en") else "label"
    return next(
        (str(lane.get(field) or lane["label"]) for lane in programme.lanes if lane["key"] == key), key
    )


def events_of(programme: Programme) -> QuerySet[Event]:
    """What happened to the programme and its milestones, newest first."""
    ids = programme.milestones.values("pk")
    return (
        Event.objects.filter(
            Q(subject_type="lifecycle.programme", subject_id=programme.pk)
            | Q(subject_type="lifecycle.programmemilestone", subject_id__in=ids)
        )
        .select_related("actor__organisation", "on_behalf_of")
        .order_by("-at", "-id")[:MOST_EVENTS]
    )


def rows_address(programme: Programme, **query: str) -> str:
    """The members behind a number of the programme."""
    return f"{reverse('lifecycle:programmes_detail', args=[programme.pk])}?{urlencode(query)}#members"


def programmes_of(project: Any, reader: Any) -> list[ProgrammeMember]:
    """The programmes that a project is in now, as far as the reader may see them."""
    return list(
        ProgrammeMember.objects.select_related("programme").filter(
            project=project, left_on=None, programme__in=visible_programmes(reader).values("pk")
        )
    )
