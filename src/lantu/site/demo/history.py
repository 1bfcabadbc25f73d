"""The demonstration city's past, made by the services that people use, in the order of time.

Nothing is inserted behind their back: projects are registered, months reported, readings pass through the ingest
worker and make its rules speak, hazards are answered by the people who hold them, and the ladder climbs between.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from lantu.accounts.models import Grant, Organisation, User
from lantu.cockpit.services.refresh_month_totals import refresh_month_totals
from lantu.core.subscriptions import inline_delivery
from lantu.duties.models import Duty
from lantu.duties.services.escalate import remind_and_escalate
from lantu.packs.cities.dezhou.demo.money import s_curve
from lantu.packs.demo import DemoMonth, DemoPlan, DemoProject
from lantu.packs.model import CityPack
from lantu.projects.models import Project
from lantu.projects.services.recompute_lamp import recompute_lamps

LIKE_THE_REGISTRY = (
    "code", "local_no", "name", "summary", "public_summary", "content_scale", "category", "plan_class", "sector",
    "industry_code", "stage", "status", "area_code", "address", "total_investment_yuan", "works_yuan", "land_yuan",
    "other_yuan", "funds", "annual_goal", "planned_start_on", "planned_finish_on", "actual_start_on",
    "actual_finish_on", "tags",
)  # fmt: skip
SUMS = "lantu.cockpit.subscribers"
LAMPS = "lantu.projects.lamp_facts"
GROWING = (
    "core_event", "core_chainhead", "core_evidence", "projects_project", "projects_party", "projects_monthlyfigure",
    "projects_yearplan", "duties_duty", "duties_holding", "duties_notice", "monitoring_device", "monitoring_channel",
    "monitoring_alert", "hazards_hazard",
)  # fmt: skip
LOOK_EVERY = 300
# What is older were lamps of their day, which nobody looks at any more.
LAMPS_SINCE = timedelta(days=75)
Progress = Callable[[str, int, int], None]


@dataclass
class World:
    """What the stories refer to: units and people by the pack's keys, projects by the plan's."""

    units: dict[str, Organisation]
    people: dict[str, User]
    projects: dict[str, Project] = field(default_factory=dict)

    @classmethod
    def of(cls, city: CityPack) -> World:
        by_name = {unit.name: unit for unit in Organisation.objects.all()}
        people = User.objects.select_related("organisation").filter(username__in=city.people)
        return cls(
            units={key: by_name[unit.name] for key, unit in city.units.items()},
            people={person.username: person for person in people},
        )


@dataclass(order=True)
class Item:
    """Something that happens at a time. Equal times keep the order in which they were written down."""

    at: datetime
    order: int
    kind: str = field(compare=False)
    do: Callable[[datetime], None] = field(compare=False)


class Agenda:
    """What is still to happen, earliest first. Doing one thing may put further things on it."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._written = 0

    def add(self, at: datetime, kind: str, do: Callable[[datetime], None]) -> None:
        self._written += 1
        heapq.heappush(self._items, Item(at, self._written, kind, do))

    def __len__(self) -> int:
        return len(self._items)

    def until(self, end: datetime) -> Iterator[Item]:
        while self._items and self._items[0].at <= end:
            yield heapq.heappop(self._items)


def climb_ladders(until: datetime) -> None:
    """Between two things that happen, the clock of every open duty runs: remind and escalate when it is time."""
    while True:
        first = Duty.objects.filter(closed_at=None, stopped_since=None).aggregate(at=Min("check_at"))["at"]
        if first is None or first > until:
            return
        remind_and_escalate(first)


@contextmanager
def whole_or_not_at_all() -> Iterator[None]:
    """One transaction for the whole city: a first start that is cut short leaves nothing half-made.

    Any failure ends it, so the services' own savepoints would save nothing: they are a quarter of all statements.
    """
    features: Any = connection.features
    features.uses_savepoints = False
    try:
        with transaction.atomic():
            yield
    finally:
        features.uses_savepoints = True


def play(agenda: Agenda, *, until: datetime, progress: Progress) -> None:
    """Let everything happen up to now. Belongs inside :func:`whole_or_not_at_all`."""
    total, done = len(agenda), 0
    with inline_delivery(leaving_out=[SUMS]):
        for item in agenda.until(until):
            with inline_delivery(leaving_out=[SUMS] if item.at >= until - LAMPS_SINCE else [SUMS, LAMPS]):
                if item.kind == "story":
                    climb_ladders(item.at)
                item.do(item.at)
            done += 1
            if done % 100 == 0:
                progress("history", done, total)
            if done % LOOK_EVERY == 0:
                _look_at_the_tables()
        climb_ladders(until)
        _look_at_the_tables()
        recompute_lamps(project_ids=list(Project.objects.values_list("pk", flat=True)), now=until)
        for year in range(until.year - 2, until.year + 1):
            refresh_month_totals(year=year, now=until)
    progress("history", done, total)


def _look_at_the_tables() -> None:
    """Tables that grow from nothing within one transaction would be planned for as if they were empty."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(GROWING)}")


def put_projects(agenda: Agenda, plan: DemoPlan, world: World, *, zone: Any) -> None:
    """Registration, parties, place and months of every project of the plan."""
    months: dict[datetime, list[tuple[DemoProject, DemoMonth]]] = {}
    for described in plan.projects:
        born = datetime(*described.created_on.timetuple()[:3], 9, 30, tzinfo=zone)
        agenda.add(born, "project", partial(_register, described, world, plan))
        if described.under_construction:
            # The plan of the year is issued in February (workflows §4.6); a later project gets its own when it joins.
            year = plan.made_for.year
            issued = max(born + timedelta(minutes=30), datetime(year, 2, 10, 10, 0, tzinfo=zone))
            issued = min(issued, plan.made_for - timedelta(hours=3))
            agenda.add(issued, "plan", partial(_plan_year, described, year, world))
        for row in _told(described):
            reported = datetime(row.month.year, row.month.month, 26, 16, 0, tzinfo=zone)
            at = max(born + timedelta(hours=1), min(reported, plan.made_for - timedelta(hours=2)))
            months.setdefault(at, []).append((described, row))
    for at, rows in months.items():
        agenda.add(at, "month", partial(_report, rows, world, plan.made_for - LAMPS_SINCE))


def _told(described: DemoProject) -> Sequence[DemoMonth]:
    """Every month of a site at work; of a finished one the quarters and the end."""
    if described.status != "finished":
        return described.months
    return [row for row in described.months[:-1] if row.month.month % 3 == 0] + list(described.months[-1:])


def _register(described: DemoProject, world: World, plan: DemoPlan, now: datetime) -> None:
    from lantu.projects.services.register_project import register_project
    from lantu.projects.services.set_geometry import set_geometry
    from lantu.projects.services.set_party import set_parties

    officer = world.people["officer"]
    values: dict[str, Any] = {name: getattr(described, name) for name in LIKE_THE_REGISTRY}
    values |= {name: [dict(row) for row in values[name]] for name in ("content_scale", "funds")}
    values |= {
        "tags": list(described.tags),
        "owner_org": world.units[described.owner],
        "lead_unit": world.units[described.lead_unit] if described.lead_unit else None,
        "sponsor": world.people[described.sponsor] if described.sponsor else None,
    }
    project = register_project(values=values, actor=officer, now=now, is_demo=True)
    set_geometry(
        project=project,
        geometry=json.loads(json.dumps(described.geometry, default=dict)),
        actor=officer,
        now=now,
        source="演示数据",
    )
    set_parties(
        project=project,
        parties={
            role: (world.units[party.unit], world.people[party.person])
            for role, party in described.parties.items()
        },
        actor=officer,
        now=now,
    )
    world.projects[described.key] = project
    if described.key == plan.flagship:
        expert = world.people["expert"]
        Grant.objects.get_or_create(
            user=expert, role="expert", reach="project", project_id=project.pk, defaults={"granted_at": now}
        )


def _plan_year(described: DemoProject, year: int, world: World, now: datetime) -> None:
    """The year's planned investment by month: what the schedule asks for, a little ambitious as plans are."""
    from lantu.projects.services.set_year_plan import set_year_plan

    start, finish = described.planned_start_on, described.planned_finish_on
    if start is None or finish is None or finish.year < year or start.year > year:
        return
    span_days = max((finish - start).days, 1)
    ends = [date(year + (month == 12), month % 12 + 1, 1) for month in range(1, 13)]
    spent_before = s_curve(min(max((date(year, 1, 1) - start).days / span_days, 0.0), 1.0))
    cumulative = [
        int(
            round(
                described.total_investment_yuan
                * (s_curve(min(max((end - start).days / span_days, 0.0), 1.0)) - spent_before),
                -4,
            )
        )
        for end in ends
    ]
    set_year_plan(
        project=world.projects[described.key],
        year=year,
        planned_yuan=cumulative[-1],
        monthly_yuan=cumulative,
        actor=world.people["officer"],
        now=now,
        goal=described.annual_goal,
    )


def _report(
    rows: list[tuple[DemoProject, DemoMonth]], world: World, told_from: datetime, now: datetime
) -> None:
    """What the owners report at the same hour."""
    from lantu.projects.services.report_month import MonthReport, report_months

    reports = []
    for described, row in rows:
        owner = described.parties.get("owner")
        reports.append(
            MonthReport(
                project_id=world.projects[described.key].pk,
                month=row.month,
                actor=world.people[owner.person] if owner else world.people["officer"],
                planned_pct=row.planned_pct,
                physical_pct=row.physical_pct,
                planned_invest_yuan=row.planned_invest_yuan,
                invested_yuan=row.invested_yuan,
                paid_yuan=row.paid_yuan,
                grade=row.grade,
                source="演示数据",
            )
        )
    report_months(reports, now=now, lamp_later=now < told_from)
