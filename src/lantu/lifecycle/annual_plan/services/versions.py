"""Freeze a state of the plan: rows, sums, what moved, and a fingerprint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lantu.accounts.models import User
from lantu.core.models import Evidence
from lantu.core.services.emit import emit
from lantu.lifecycle.annual_plan.events import VersionMade
from lantu.lifecycle.annual_plan.facts import uses_of
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal, PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.totals import disagreements, fingerprint_of, moves_between, totals_of


def item_of(proposal: PlanProposal, *, chosen: bool, reason: str = "", **more: Any) -> PlanVersionItem:
    """The proposal as a row of a version that is about to be made."""
    return PlanVersionItem(
        proposal=proposal, code=proposal.code, name=proposal.name, area_code=proposal.area_code,
        category=proposal.category, plan_class=proposal.plan_class, chosen=chosen, total_yuan=proposal.total_yuan,
        annual_yuan=proposal.annual_yuan, monthly_yuan=proposal.monthly_yuan, annual_goal=proposal.annual_goal,
        uses=uses_of(proposal, year=proposal.plan.year), score=proposal.score, reason=reason[:300], **more,
    )  # fmt: skip


def last_version(plan: AnnualPlan) -> PlanVersion | None:
    return plan.versions.order_by("-number").first()


def make_version(
    plan: AnnualPlan,
    *,
    kind: str,
    items: Sequence[PlanVersionItem],
    by: User,
    now: datetime,
    before: str,
    reason: str = "",
    document_no: str = "",
    document: Evidence | None = None,
    limits: Mapping[str, int] | None = None,
) -> PlanVersion:
    """Write the version and its rows, and tell. The plan is locked by the caller and already in its new state.

    Raises ValueError when the districts do not sum to the city: the rows are then not what they should be.
    """
    totals = totals_of(items)
    if wrong := disagreements(totals):
        raise ValueError(f"the parts do not sum to the whole: {', '.join(wrong)}")
    last = last_version(plan)
    old = list(last.items.all()) if last is not None else []
    moves = [move.row() for move in moves_between(old, items)] if last is not None else []
    version = PlanVersion.objects.create(
        plan=plan,
        number=(last.number if last is not None else 0) + 1,
        kind=kind,
        made_by=by,
        made_at=now,
        reason=reason[:300],
        document_no=document_no,
        document=document,
        limits=dict(limits or plan.limits),
        totals=totals,
        moves=moves,
        fingerprint=fingerprint_of(items),
    )
    for item in items:
        item.version = version
    PlanVersionItem.objects.bulk_create(items)
    emit(
        VersionMade(
            subject_id=plan.pk, year=plan.year, number=version.number, what=kind, before=before, after=plan.state,
            fingerprint=version.fingerprint, projects=totals["all"]["projects"],
            annual_yuan=totals["all"]["annual_yuan"], moves=len(moves),
        ),
        actor=by,
        at=now,
        reason=reason,
    )  # fmt: skip
    return version
