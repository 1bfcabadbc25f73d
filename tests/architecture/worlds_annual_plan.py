"""Samples of annual plans for the access table: one issued, one in the balance with a proposal of the site."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lantu.lifecycle.annual_plan.models import PlanImport
from lantu.lifecycle.annual_plan.services.balancing import advance, save_balance
from lantu.lifecycle.annual_plan.services.bringing import bring_in
from lantu.lifecycle.annual_plan.services.issuing import issue
from lantu.lifecycle.annual_plan.services.proposing import make_proposal, open_plan
from lantu.lifecycle.annual_plan.services.reviewing import check, send_to_elements
from lantu.lifecycle.annual_plan.states import PlanVerb
from lantu.lifecycle.annual_plan.tests.stories import clerks, values
from tests.cast import NOW


def annual_plan_samples(cast: Any, site: Any) -> dict[str, Any]:
    """``annual_plan`` (issued, with the site), ``next_plan`` and in it a proposal of the site's owner under element review."""
    clerks()
    plan = open_plan(year=2026, keeper=cast.officer, approver=cast.director, by=cast.officer, now=NOW)
    funds = [{"source": "财政资金", "yuan": 100_000_000}]
    extra = {site.code: {"annual_yuan": Decimal(30_000_000), "funds": funds}}
    made = bring_in(plan, projects=[site], by=cast.officer, now=NOW, extra=extra)
    plan.refresh_from_db()
    save_balance(
        plan, chosen=[made[0].pk], by=cast.officer, now=NOW, edited_no=plan.edited_no, reason="全部列入"
    )
    for verb in (PlanVerb.CONSULT, PlanVerb.SUBMIT):
        plan.refresh_from_db()
        advance(plan, verb, by=cast.officer, now=NOW)
    plan.refresh_from_db()
    issue(plan, document_no="德重发〔2026〕3号", by=cast.director, now=NOW)
    following = open_plan(year=2027, keeper=cast.officer, approver=cast.director, by=cast.officer, now=NOW)
    proposal = make_proposal(plan=following, values=values(site.owner_org), by=cast.owner, now=NOW)
    check(proposal, by=cast.officer, now=NOW)
    send_to_elements(proposal, by=cast.officer, now=NOW)
    plan.refresh_from_db()
    run = PlanImport.objects.create(
        plan=following,
        file_name="plan.xlsx",
        started_by=cast.officer,
        started_at=NOW,
        headings=["项目名称"],
        rows=[],
    )
    return {"annual_plan": plan, "next_plan": following, "plan_proposal": proposal, "plan_import": run}


_PROPOSAL = ("plan_proposal", "plan_proposal_edit", "plan_proposal_act", "plan_tick")
_OF_ISSUED = (
    "plan_months",
    "plan_result",
    "plan_version",
    "plan_file",
    "plan_adjust",
    "plan_public",
    "plan_public_layers",
)
_OF_NEXT = (
    "plan", "plan_act", "plan_issue", "plan_balance", "plan_balance_try", "plan_balance_solve", "plan_limits",
    "plan_propose", "plan_continuing", "plan_upload",
)  # fmt: skip
PLAN_PAGES: dict[str, Any] = {
    **{
        f"lifecycle:{name}": lambda w: {"pk": w.plan_proposal.pk, "verb": "check", "element": "land"}
        for name in _PROPOSAL
    },
    **{f"lifecycle:{name}": lambda w: {"year": 2026, "number": 1, "kind": "xlsx"} for name in _OF_ISSUED},
    **{f"lifecycle:{name}": lambda w: {"year": 2027, "verb": "consult"} for name in _OF_NEXT},
    "lifecycle:plan_import": lambda w: {"pk": w.plan_import.pk},
}
PLAN_API: dict[str, Any] = {
    "/plans/": lambda w: {"year": 2026, "number": 1, "other": 2, "verb": "consult"},
    "/plan-proposals/": lambda w: {"pk": w.plan_proposal.pk, "verb": "check", "element": "land"},
}
PLAN_BODIES: dict[str, Any] = {
    "POST /plans": lambda w: {"year": 2028, "approver": "director"},
    "POST /plans/{year}/proposals": lambda w: {"project": w.site.code},
    "PATCH /plan-proposals/{pk}": lambda w: {"version": 1, "annual_goal": "竣工"},
    "PUT /plans/{year}/limits": lambda w: {
        "edited_no": 1,
        "limits": {"land_mu": 500},
        "reason": "省下达指标",
    },
    "POST /plans/{year}/try": lambda w: {"limits": {}},
    "POST /plans/{year}/solve": lambda w: {"limits": {}},
    "POST /plans/{year}/balance": lambda w: {"edited_no": 1, "chosen": [], "reason": "首次平衡"},
    "POST /plan-proposals/{pk}/elements/{element}": lambda w: {"verdict": "met"},
}
