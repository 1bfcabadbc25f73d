"""What the tests of annual plans begin with: units that tick elements, values of a proposal, a plan on its way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.cast import NOW, make_project

from lantu.accounts.models import Grant, Organisation, User
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal
from lantu.lifecycle.annual_plan.services.balancing import advance, save_balance
from lantu.lifecycle.annual_plan.services.bringing import bring_in
from lantu.lifecycle.annual_plan.services.issuing import issue
from lantu.lifecycle.annual_plan.services.proposing import make_proposal, open_plan
from lantu.lifecycle.annual_plan.services.reviewing import (
    check,
    give_opinion,
    send_to_elements,
    send_to_expert,
    tick_element,
)
from lantu.lifecycle.annual_plan.states import PlanVerb

YEAR = 2027
UNITS = {
    "land": "德州市自然资源局", "environment": "德州市生态环境局", "energy": "德州市发展和改革委员会",
    "funds": "德州市财政局",
}  # fmt: skip
BENEFIT = {"economic": 80, "social": 70, "ecological": 60}


def clerks() -> dict[str, User]:
    """Element → the person of its department."""
    found = {}
    for element, name in UNITS.items():
        unit, _ = Organisation.objects.get_or_create(name=name, defaults={"kind": "department"})
        grant = Grant.objects.filter(user__organisation=unit, role="clerk").select_related("user").first()
        if grant is None:
            user = User.objects.create_user(
                username=f"clerk_{element}", display_name=f"联络{element}", organisation=unit
            )
            grant = Grant.objects.create(user=user, role="clerk", reach="city", granted_at=NOW)
        found[element] = grant.user
    return found


def values(owner: Organisation, **more: Any) -> dict[str, Any]:
    """A complete proposal."""
    return {
        "code": "2609-371402-04-01-200001", "name": "运河文化公园", "category": "government", "plan_class": "new_start",
        "sector": "livelihood", "area_code": "371402", "owner_org": owner, "summary": "新建公园 12 公顷",
        "total_yuan": Decimal(200_000_000), "annual_yuan": Decimal(80_000_000),
        "funds": [{"source": "财政资金", "yuan": 120_000_000}, {"source": "专项债", "yuan": 80_000_000}],
        "annual_goal": "主体完工", "starts_on": "2027-03-01", "finishes_on": "2028-10-31", "land_mu": 180,
        "energy_tce": 0, "approvals": [{"item": "可研批复", "state": "已批", "number": "德发改〔2026〕7号"}],
        "public_summary": "市民公园",
    } | more  # fmt: skip


def opened(cast: Any, year: int = YEAR) -> AnnualPlan:
    return open_plan(year=year, keeper=cast.officer, approver=cast.director, by=cast.officer, now=NOW)


def recommended(cast: Any, plan: AnnualPlan, **more: Any) -> PlanProposal:
    """A proposal that went the whole way into the balance."""
    people = clerks()
    if not Grant.objects.filter(user=cast.expert, role="expert").exists():
        Grant.objects.create(user=cast.expert, role="expert", reach="project", project_id=0, granted_at=NOW)
        cast.expert.__dict__.pop("_held_grants", None)
    proposal = make_proposal(
        plan=plan, values=values(cast.owner.organisation, **more), by=cast.owner, now=NOW
    )
    check(proposal, by=cast.officer, now=NOW)
    send_to_elements(proposal, by=cast.officer, now=NOW)
    for review in proposal.reviews.filter(void=False):
        tick_element(review, verdict="met", by=people[review.element], now=NOW)
    send_to_expert(proposal, expert=cast.expert, by=cast.officer, now=NOW)
    give_opinion(proposal, benefit=BENEFIT, note="建议列入", by=cast.expert, now=NOW)
    proposal.refresh_from_db()
    return proposal


def running(cast: Any, number: int, **more: Any) -> Any:
    """A project of the register with money and dates."""
    plain = {
        "code": f"2601-37140{2 + number % 2}-04-01-30{number:04d}", "name": f"续建项目{number}",
        "area_code": "371402" if number % 2 == 0 else "371403", "funds": [{"source": "财政资金", "yuan": 100_000_000}],
    }  # fmt: skip
    return make_project(cast.owner.organisation, **plain | more)


def issued(cast: Any, year: int = 2026, count: int = 4) -> AnnualPlan:
    """A plan of running projects, issued."""
    plan = opened(cast, year)
    amounts = {"annual_yuan": Decimal(30_000_000)}
    projects = [running(cast, n) for n in range(count)]
    bring_in(plan, projects=projects, by=cast.officer, now=NOW, extra={p.code: amounts for p in projects})
    plan.refresh_from_db()
    ids = list(plan.proposals.values_list("pk", flat=True))
    save_balance(plan, chosen=ids, by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="续建全部列入")
    plan.refresh_from_db()
    advance(plan, PlanVerb.CONSULT, by=cast.officer, now=NOW)
    plan.refresh_from_db()
    advance(plan, PlanVerb.SUBMIT, by=cast.officer, now=NOW, meeting="市政府常务会第3次")
    plan.refresh_from_db()
    issue(plan, document_no="德重发〔2026〕3号", by=cast.director, now=NOW + timedelta(hours=1))
    plan.refresh_from_db()
    return plan
