"""The city's plans: this year's as issued in February and adjusted in July, next year's in the balance under its limits."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantu.accounts.models import User
from lantu.calc.plan_balance import greedy_set
from lantu.core.subscriptions import inline_delivery
from lantu.lifecycle.annual_plan.balance import bars, candidates_of, in_balance, limits_of
from lantu.lifecycle.annual_plan.exports import make_file
from lantu.lifecycle.annual_plan.models import AnnualPlan
from lantu.lifecycle.annual_plan.prefilling import prefill
from lantu.lifecycle.annual_plan.selectors import plan_in_force
from lantu.lifecycle.annual_plan.services.balancing import advance, save_balance, set_limits
from lantu.lifecycle.annual_plan.services.bringing import bring_in
from lantu.lifecycle.annual_plan.services.issuing import Change, adjust, issue
from lantu.lifecycle.annual_plan.services.proposing import make_proposal, open_plan
from lantu.lifecycle.annual_plan.services.reviewing import check, send_back, send_to_elements, tick_element
from lantu.lifecycle.annual_plan.states import PlanVerb
from lantu.packs.demo import DemoPlan
from lantu.projects.models import Project
from lantu.site.demo.acting import share_of
from lantu.site.demo.history import World

WAN = Decimal(10_000)
APPROVALS = (
    ("项目建议书批复", 1.0), ("可行性研究报告批复", 0.95), ("初步设计及概算批复", 0.8), ("建设工程规划许可证", 0.75),
    ("建筑工程施工许可证", 0.7), ("环境影响评价批复", 0.85), ("社会稳定风险评估", 0.8),
)  # fmt: skip
IN_BALANCE_NEW, IN_BALANCE_GOING = 28, 12
# Share of what all want: the year's money is never enough, the land quota even less.
LIMITS = {"annual": 0.68, "bond": 0.75, "land_mu": 0.6, "energy_tce": 0.7}


def put_annual_plans(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """Put both plans there; returns how many proposals they have."""
    with transaction.atomic(), inline_delivery():
        this = _this_year(plan, world, now=now)
        following = _next_year(world, now=now, year=this.year + 1)
    return this.proposals.count() + following.proposals.count()


def _at(year: int, month: int, day: int, *, now: datetime, before: timedelta) -> datetime:
    """A moment of the story, never later than ``before`` ahead of now."""
    at = datetime(year, month, day, 10, 0, tzinfo=timezone.get_default_timezone())
    return min(at, now - before)


def _facts(project: Project, *, begun: bool) -> dict[str, Any]:
    """What the register of the demonstration does not hold: approvals, land, energy, marks of benefit."""
    seed = project.pk
    reach = 1.0 if begun else 0.35 + 0.6 * share_of(seed, 1)
    yi = float(project.total_investment_yuan) / 1e8
    found: dict[str, Any] = {
        "approvals": [
            {"item": item, "state": "已批复", "number": f"德审批〔{2023 + seed % 3}〕{10 + seed % 190}号"}
            if share_of(seed, n) <= reach * chance
            else {"item": item, "state": "办理中"}
            for n, (item, chance) in enumerate(APPROVALS)
        ],
        "land_mu": 0 if begun else int(20 + yi * 14 * (0.4 + share_of(seed, 21))),
        "energy_tce": int(yi * 160 * (0.2 + share_of(seed, 22)))
        if project.sector in ("industry", "energy")
        else 0,
        "benefit": {
            "economic": 55 + round(40 * share_of(seed, 23)),
            "social": 50 + round(45 * share_of(seed, 24)),
            "ecological": 45 + round(45 * share_of(seed, 25)),
        },
    }
    return found


def _this_year(plan: DemoPlan, world: World, *, now: datetime) -> AnnualPlan:
    year = timezone.localtime(now).year
    keeper, director = world.people["officer03"], world.people["director"]
    opened = _at(year - 1, 8, 25, now=now, before=timedelta(days=40))
    issued = _at(year, 2, 10, now=now, before=timedelta(days=4))
    adjusted = _at(year, 7, 15, now=now, before=timedelta(days=2))
    under = [p.code for p in plan.projects if p.under_construction]
    rows = (
        Project.objects.filter(code__in=under, years__year=year)
        .select_related("owner_org", "lead_unit", "sponsor")
        .prefetch_related("years")
    )
    first = [p for p in rows if p.created_at <= issued]
    later = [p for p in rows if issued < p.created_at <= adjusted]
    made = open_plan(year=year, keeper=keeper, approver=director, by=keeper, now=opened, is_demo=True)
    # What has begun keeps the class that the register gives it.
    extra = {p.code: _facts(p, begun=True) | {"plan_class": p.plan_class} for p in (*first, *later)}
    bring_in(made, projects=first, by=keeper, now=opened + timedelta(days=20), extra=extra)
    _take_through(made, keeper, director, issued=issued, year=year)
    bring_in(made, projects=later, by=keeper, now=adjusted - timedelta(days=3), extra=extra)
    _adjust(made, director, now=adjusted, year=year)
    return made


def _take_through(made: AnnualPlan, keeper: User, director: User, *, issued: datetime, year: int) -> None:
    made.refresh_from_db()
    everything = list(made.proposals.values_list("pk", flat=True))
    back = timedelta(days=1)
    save_balance(
        made, chosen=everything, by=keeper, now=issued - 60 * back, edited_no=made.edited_no,
        reason="在建项目全部续建，综合平衡一致",
    )  # fmt: skip
    made.refresh_from_db()
    advance(
        made, PlanVerb.CONSULT, by=keeper, now=issued - 45 * back, reason="征求 14 个县市区和 12 个部门意见"
    )
    made.refresh_from_db()
    advance(
        made, PlanVerb.SUBMIT, by=keeper, now=issued - 20 * back, meeting="局务会、市政府常务会、市委常委会"
    )
    made.refresh_from_db()
    issue(made, document_no=f"德重发〔{year}〕3号", by=director, now=issued, reason="市人代会后下达")
    made.refresh_from_db()


def _adjust(made: AnnualPlan, director: User, *, now: datetime, year: int) -> None:
    """增补 what began since, and move money from one that waits to one that runs ahead: the city's sum stays."""
    made.refresh_from_db()
    changes = [Change(p.pk, "in", "年中集中开工，增补列入") for p in made.proposals.filter(state="balanced")]
    pair = list(made.proposals.filter(state="issued", annual_yuan__gt=50_000_000).order_by("pk")[:2])
    if len(pair) == 2:
        slow, quick = pair
        room = quick.total_yuan - quick.annual_yuan
        moved = min(slow.annual_yuan / 5, room, Decimal(20_000_000)) // WAN * WAN
        changes += [
            Change(slow.pk, "change", "管线迁改滞后，下半年工作面不足", annual_yuan=slow.annual_yuan - moved),
            Change(quick.pk, "change", "主体提前封顶，安装提前进场", annual_yuan=quick.annual_yuan + moved),
        ]
    version = plan_in_force(year)
    assert version is not None
    paper, _type, name = make_file("docx", version, [])
    document = _Named(paper, name)
    adjust(
        made, changes=changes, document_no=f"德重发〔{year}〕21号", document=document, by=director, now=now,
        edited_no=made.edited_no, reason="年中调整：增补新开工，按进度调剂年度投资",
    )  # fmt: skip
    made.refresh_from_db()


class _Named:
    """Bytes with a name, as an upload is."""

    def __init__(self, content: bytes, name: str) -> None:

        self._file, self.name = io.BytesIO(content), name

    def seek(self, *where: int) -> int:
        return self._file.seek(*where)

    def read(self, *most: int) -> bytes:
        return self._file.read(*most)


def _next_year(world: World, *, now: datetime, year: int) -> AnnualPlan:
    keeper, director = world.people["officer03"], world.people["director"]
    opened = _at(year - 1, 8, 26, now=now, before=timedelta(days=30))
    balanced = _at(year - 1, 11, 18, now=now, before=timedelta(hours=6))
    made = open_plan(year=year, keeper=keeper, approver=director, by=keeper, now=opened, is_demo=True)
    base = Project.objects.filter(is_demo=True, status="active").select_related(
        "owner_org", "lead_unit", "sponsor"
    )
    new = list(
        base.filter(plan_class="reserve").prefetch_related("years").order_by("pk")[: IN_BALANCE_NEW + 4]
    )
    going = [
        p
        for p in base.filter(stage="construction", planned_finish_on__year__gte=year)
        .prefetch_related("years")
        .order_by("pk")
        if p.actual_start_on is not None
    ][:IN_BALANCE_GOING]
    extra = {p.code: _facts(p, begun=True) for p in going} | {p.code: _new_facts(p, year) for p in new}
    pair = sorted(new[:IN_BALANCE_NEW], key=lambda p: (p.sector, p.pk))[:2]
    for project in pair:
        extra[project.code]["group"] = "同址方案"
    bring_in(
        made,
        projects=[*going, *new[:IN_BALANCE_NEW]],
        by=keeper,
        now=balanced - timedelta(days=5),
        extra=extra,
    )
    _under_way(made, new[IN_BALANCE_NEW:], world, now=balanced)
    _first_balance(made, keeper, now=balanced)
    return made


def _new_facts(project: Project, year: int) -> dict[str, Any]:
    """A project of the reserve that wants to begin: its first year takes 20 to 45 per cent."""
    share = Decimal(str(round(0.2 + 0.25 * share_of(project.pk, 31), 3)))
    start = date(year, 3 + project.pk % 5, 1)
    return _facts(project, begun=False) | {
        "plan_class": "new_start",
        "annual_yuan": project.total_investment_yuan * share // WAN * WAN,
        "monthly_yuan": [],
        "starts_on": start,
        "finishes_on": date(year + 1 + project.pk % 2, 11, 30),
        "annual_goal": ("主体结构完成", "路基桥涵完成", "土建完成、设备进场", "一期建成")[project.pk % 4],
        "must": False,
    }


def _first_balance(made: AnnualPlan, keeper: User, *, now: datetime) -> None:
    """Limits from what is wanted, and a first draft in the order of the scores; the workbench finds a better one."""
    made.refresh_from_db()
    candidates = candidates_of(in_balance(made), year=made.year)
    wanted = {bar.key: bar.wanted for bar in bars(candidates, limits_of(made), ())}
    limits: dict[str, int | None] = {
        key: int(wanted[key] * share) // 10 * 10 for key, share in LIMITS.items()
    }
    made = set_limits(
        made, limits=limits, by=keeper, now=now - timedelta(days=2), edited_no=made.edited_no,
        reason="按财力测算、专项债额度和省下达的用地、能耗指标设定",
    )  # fmt: skip
    draft = greedy_set(candidates, limits_of(made))
    save_balance(
        made, chosen=[int(key) for key in draft.chosen], by=keeper, now=now, edited_no=made.edited_no,
        reason="按准入得分排序的初稿",
    )  # fmt: skip


def _under_way(made: AnnualPlan, projects: list[Project], world: World, *, now: datetime) -> None:
    """Some have not come so far: waiting for the check, before the departments, sent back."""
    proposer, keeper = world.people["officer"], world.people["officer03"]
    for number, project in enumerate(projects):
        values = prefill(project, year=made.year) | _new_facts(project, made.year)
        values.pop("benefit")
        proposal = make_proposal(
            plan=made, values=values, by=proposer, now=now - timedelta(hours=30 - number), project=project
        )
        if number == 0:
            continue
        check(proposal, by=keeper, now=now - timedelta(hours=20))
        if number == 1:
            send_back(
                proposal, code="not_mature", reason="可研尚未批复，请补齐前期手续后重报", by=keeper,
                now=now - timedelta(hours=19),
            )  # fmt: skip
            continue
        send_to_elements(proposal, by=keeper, now=now - timedelta(hours=18))
        for review in list(proposal.reviews.select_related("reviewer"))[: number - 1]:
            tick_element(review, verdict="met", by=review.reviewer, now=now - timedelta(hours=6))
