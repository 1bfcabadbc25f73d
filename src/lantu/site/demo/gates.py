"""Gates of the demonstration city's projects, consistent with their stages: taken over from the past in one go.

What stands in the plan (registration, permit, start, finish) is kept; the days between are spread along each template's
graph. A few projects are late, a few passed conditionally, one is under construction without its permit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantu.core.subscriptions import inline_delivery
from lantu.lifecycle.gates.book import fitting_template, work_calendar
from lantu.lifecycle.gates.planning import PERMIT, START_ORDER, STATISTICS
from lantu.lifecycle.gates.services import save_tender
from lantu.lifecycle.gates.services.take_over import Past, PastGate, PastStep, take_over
from lantu.lifecycle.gates.states import GateState
from lantu.packs.demo import DemoPlan, DemoProject
from lantu.packs.gates import STAGES, Template
from lantu.projects.models import Project
from lantu.site.demo.history import World

# How many gates are behind a project in each stage; a finished one has them all.
BEHIND = {"initiation": 0, "design": 1, "tender": 2, "construction": 4, "acceptance": 4, "operation": 5}
LATE_EVERY, CONDITIONAL_EVERY = 9, 14
CONDITION = "wage_account"
MORNING, AFTERNOON = time(9, 30), time(15, 20)


def put_gates(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """Take all projects over and write the flagship's tenders; returns how many documents there are."""
    projects = Project.objects.select_related("owner_org").in_bulk(
        [one.pk for one in world.projects.values()]
    )
    pasts = []
    for number, described in enumerate(plan.projects):
        project = projects[world.projects[described.key].pk]
        pasts.append(_past(described, project, number, flagship=described.key == plan.flagship, now=now))
    with transaction.atomic(), inline_delivery():
        documents = take_over(pasts, actor=world.people["officer"], now=now)
        _tenders(projects[world.projects[plan.flagship].pk], plan.project(plan.flagship), world, now=now)
    return documents


@dataclass
class Story:
    """One project being told: what is there, what is being done."""

    described: DemoProject
    template: Template
    number: int
    draw: Random
    today: date
    steps: dict[str, PastStep] = field(default_factory=dict)
    gates: dict[str, PastGate] = field(default_factory=dict)


def _past(described: DemoProject, project: Project, number: int, *, flagship: bool, now: datetime) -> Past:
    today = timezone.localtime(now).date()
    draw = Random(f"gates:{described.code}")  # noqa: S311  a story, not a secret
    story = Story(described, fitting_template(project), number, draw, today)
    behind = len(STAGES) if described.status == "finished" else BEHIND[described.stage]
    if described.stage == "construction" and described.permit_on is None:
        behind = 3
    waits: dict[str, date] = {}
    if behind == 4 and described.stage == "construction" and (flagship or number % CONDITIONAL_EVERY == 0):
        overdue = not flagship and number % (CONDITIONAL_EVERY * 3) == 0
        waits[CONDITION] = today + timedelta(days=-4 if overdue else 9 + number % 12)
    _behind(story, behind, waits)
    if described.status == "suspended" and behind < len(STAGES):
        stage = story.template.gates[behind].stage
        story.gates[stage] = PastGate(
            state=GateState.SUSPENDED,
            since=now - timedelta(days=20),
            reason="资金来源调整，暂缓实施",
            document_no=f"德政字〔{today.year}〕{40 + number}号",
        )
    at_work = behind < 4 or described.stage != "construction"
    if behind < len(STAGES) and described.status == "active" and at_work:
        _current(story, behind)
    return Past(
        project=project,
        template=story.template,
        opened_at=_at(described.created_on, MORNING),
        gates=story.gates,
        steps=story.steps,
    )


def _behind(story: Story, behind: int, waits: Mapping[str, date]) -> None:
    """The gates that have passed, with every document that does not wait under a condition."""
    days = _days(story.template, story.described, story.draw, story.today)
    yesterday = story.today - timedelta(days=1)
    for gate in story.template.gates[:behind]:
        for code in gate.matters:
            not_entered = code == STATISTICS and (story.number % 23 == 5 or days[code] > yesterday)
            if code not in waits and not not_entered:
                story.steps[code] = _there(story, code, min(days[code], yesterday))
        since = _at(_last(gate.matters, story.steps, story.today), AFTERNOON)
        story.gates[gate.stage] = PastGate(state=GateState.PASSED, since=since)
    if waits:
        story.gates["construction"] = PastGate(
            state=GateState.CONDITIONAL,
            since=story.gates["construction"].since,
            conditions=waits,
            reason="工资专户银行开户在办，容缺通过",
        )


def _current(story: Story, behind: int) -> None:
    """The gate at work: some of its documents are there, the next ones lie with the departments."""
    graph, today, draw = story.template.graph, story.today, story.draw
    gate = story.template.gates[behind]
    since = max(story.described.created_on, today - timedelta(days=draw.randint(20, 90)))
    wanted = [code for code in graph.order if code in gate.matters and code != PERMIT]
    share = 0.35 + 0.4 * draw.random()
    there = {code for code, known in story.steps.items() if known.issued_on is not None}
    for place, code in enumerate(wanted):
        if graph.blockers(code, there):
            continue
        if place < share * len(wanted):
            left = 1 - (place + 1) / len(wanted)
            story.steps[code] = _there(
                story, code, today - timedelta(days=1 + round((today - since).days * left))
            )
            there.add(code)
        elif story.number % 3:
            applied_on = _working(today - timedelta(days=draw.randint(1, 4)))
            story.steps[code] = PastStep(applied_at=_at(applied_on, MORNING))
            break
    late = story.number % LATE_EVERY == 4
    due_on = today + timedelta(days=-draw.randint(2, 20) if late else draw.randint(9, 60))
    story.gates[gate.stage] = PastGate(state=GateState.PREPARING, since=_at(since, MORNING), due_on=due_on)
    later = max(due_on, today)
    for following in story.template.gates[behind + 1 : 3]:
        later += timedelta(days=60)
        story.gates[following.stage] = PastGate(
            state=GateState.NOT_STARTED, since=_at(today, MORNING), due_on=later
        )


def _days(template: Template, described: DemoProject, draw: Random, today: date) -> Mapping[str, date]:
    """A day for every document: along the graph from registration to permit, start and finish."""
    begin = described.created_on
    start = described.actual_start_on or described.planned_start_on or today
    start = max(start, begin + timedelta(days=40))
    permit = max(described.permit_on or start - timedelta(days=15), begin + timedelta(days=20))
    finish = described.actual_finish_on or described.planned_finish_on or today
    natural = template.graph.finishes(begin, work_calendar())
    before_permit = template.graph.behind(PERMIT)
    days: dict[str, date] = {}
    for code in template.graph.order:
        stage = template.gate_of(code)
        if code == START_ORDER:
            day = start
        elif code == STATISTICS:
            day = start + timedelta(days=draw.randint(10, 27))
        elif code == PERMIT:
            day = permit
        elif stage == "acceptance":
            day = finish + timedelta(days=max(0, (natural[code] - natural["five_parties"]).days * 2 // 3))
        elif stage == "operation":
            day = finish + timedelta(days=70 + draw.randint(0, 20))
        else:
            end, whole = (permit, natural[PERMIT]) if code in before_permit else (start, natural[START_ORDER])
            share = (natural[code] - begin).days / max(1, (whole - begin).days)
            day = begin + timedelta(days=round((end - begin).days * min(share, 1.0)))
        needs = max((days[one] for one in template.graph.needs(code)), default=begin)
        days[code] = max(day, needs)
    return days


def _there(story: Story, code: str, day: date) -> PastStep:
    """A document that was applied for and confirmed: how long it took varies from case to case."""
    draw, matter = story.draw, story.template.matters[code]
    took = max(1, round(matter.working_days * 1.4 * draw.lognormvariate(-0.35, 0.45)))
    number = f"德演〔{day.year}〕{draw.randint(10, 980)}号"
    if matter.source == "registry":
        number = story.described.code
    return PastStep(
        applied_at=_at(_working(day - timedelta(days=took)), MORNING),
        confirmed_at=_at(day, AFTERNOON),
        issued_on=day,
        number=number,
    )


def _last(codes: Any, steps: Mapping[str, PastStep], today: date) -> date:
    days = [known.issued_on for code in codes if (known := steps.get(code)) and known.issued_on]
    return max(days, default=today)


def _working(day: date) -> date:
    calendar = work_calendar()
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def _tenders(project: Project, described: DemoProject, world: World, *, now: datetime) -> None:
    """Three sections of the flagship: one in order, one whose publicity was a day short and explained, one small one."""
    start = described.permit_on or described.actual_start_on or timezone.localtime(now).date()
    sold = start - timedelta(days=95)

    def days(**after: int) -> dict[str, str]:
        return {f"{name}_on": (sold + timedelta(days=offset)).isoformat() for name, offset in after.items()}

    officer = world.people["officer"]
    estimate = int(described.works_yuan)
    rows: list[dict[str, Any]] = [
        {
            "name": "施工总承包", "kind": "works", "method": "open", "winner": "山东鲁北建工集团有限公司（演示）",
            "dates": days(
                sale_from=0, sale_until=9, clarified=5, bids_due=28, opened=28, report=30, candidates_from=31,
                candidates_until=38, awarded=42, contracted=60, reported=52, deposit_back=63,
            ),
            "amounts": {
                "estimate_yuan": estimate, "bid_deposit_yuan": min(800_000, estimate // 60),
                "contract_yuan": round(estimate * 0.94), "performance_bond_yuan": round(estimate * 0.05),
                "panel_people": 7, "panel_experts": 5,
            },
        },
        {
            "name": "工程监理", "kind": "services", "method": "open", "winner": "山东正衡工程监理有限公司（演示）",
            "dates": days(
                sale_from=3, sale_until=10, bids_due=29, opened=29, report=31, candidates_from=32, candidates_until=33,
                awarded=44, contracted=61,
            ),
            "amounts": {"estimate_yuan": 4_200_000, "contract_yuan": 3_980_000, "panel_people": 5, "panel_experts": 4},
            "explanations": {"candidates_days": "公示期少一日，监督部门已约谈代理机构，候选人无异议（演示）"},
        },
        {
            "name": "施工图审查服务", "kind": "services", "method": "direct",
            "amounts": {"estimate_yuan": 380_000, "contract_yuan": 360_000},
        },
    ]  # fmt: skip
    for values in rows:
        save_tender(project=project, values=values, by=officer, now=now)
