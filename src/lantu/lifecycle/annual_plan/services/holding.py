"""What follows for proposals and projects when a plan comes to hold: registered, told, and what found no room kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.models import Evidence
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.lifecycle.annual_plan.events import ProjectPlanned, ProposalMoved
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal, PlanVersion
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.services.versions import last_version
from lantu.lifecycle.annual_plan.states import ProposalState
from lantu.projects.models import PlanClass, Project
from lantu.projects.services.register_project import register_project
from lantu.projects.services.set_year_plans import YearTarget, set_year_plans


def document_number(document_no: str) -> str:
    """The number as it is kept. Raises Unacceptable where it says nothing."""
    number = document_no.replace("\x00", "").strip()[:40]
    if len(number) < 4:
        raise Unacceptable(
            "plans.number_missing",
            _("请填写文号。"),
            remedy=_("例如：德重发〔2026〕3号。"),
            field="document_no",
        )
    return number


def kept_document(document: Any, plan: AnnualPlan, *, by: User, now: datetime) -> Evidence | None:
    """An uploaded document as evidence of the plan; None where none was given."""
    if document is None or isinstance(document, Evidence):
        return document
    return keep_evidence(
        file=document, name=str(getattr(document, "name", "") or _("文件")), project_id=None, uploaded_by=by,
        supports_type=passing.PLAN, supports_id=plan.pk, now=now,
    )  # fmt: skip


def reasons_of(plan: AnnualPlan) -> dict[int, str]:
    """Proposal → why it is in or out, as the last version says."""
    last = last_version(plan)
    return dict(last.items.values_list("proposal_id", "reason")) if last is not None else {}


def register_new(chosen: Sequence[PlanProposal], plan: AnnualPlan, *, now: datetime) -> None:
    """A project that the plan takes in is from now on in the register."""
    for proposal in chosen:
        if proposal.project_id is not None:
            continue
        known = Project.objects.filter(code=proposal.code).first()
        proposal.project = known or register_project(
            values={
                "code": proposal.code, "name": proposal.name, "category": proposal.category,
                "plan_class": proposal.plan_class, "sector": proposal.sector, "stage": "initiation",
                "area_code": proposal.area_code, "total_investment_yuan": proposal.total_yuan,
                "owner_org": proposal.owner_org, "summary": proposal.summary, "funds": proposal.funds,
                "annual_goal": proposal.annual_goal, "planned_start_on": proposal.starts_on,
                "planned_finish_on": proposal.finishes_on, "lead_unit": proposal.lead_unit,
                "approvals": proposal.approvals, "targets": proposal.targets,
                "public_summary": proposal.public_summary, "content_scale": proposal.content_scale,
                "works_yuan": proposal.works_yuan, "land_yuan": proposal.land_yuan, "other_yuan": proposal.other_yuan,
            },
            actor=plan.keeper,
            now=now,
            is_demo=plan.is_demo,
        )  # fmt: skip
        proposal.save(update_fields=["project"])


def back_to_reserve(rest: Any, told: Mapping[int, str], *, now: datetime, by: User) -> None:
    """What found no room this year goes back to the reserve, with its reason; nothing is lost."""
    for proposal in list(rest):
        before = proposal.state
        proposal.state = ProposalState.RESERVE
        proposal.return_code, proposal.return_reason = "over_limit", told.get(proposal.pk, "")[:300]
        proposal.returned_from = before
        passing.settle(proposal, now=now, by=by)
        proposal.updated_at, proposal.version = now, proposal.version + 1
        proposal.save()
        emit(
            ProposalMoved(
                project_id=None, subject_id=proposal.pk, year=proposal.plan.year, code=proposal.code, verb="return",
                before=before, after=proposal.state, reason_code="over_limit",
            ),
            actor=by,
            at=now,
            reason=proposal.return_reason,
        )  # fmt: skip


def hold_for_projects(
    version: PlanVersion,
    proposals: Sequence[PlanProposal],
    *,
    by: User,
    now: datetime,
    dropped: Sequence[PlanProposal] = (),
) -> None:
    """The projects' year plans become those of the version; one event a project, from which checklists follow."""
    plan = version.plan
    holding = [p for p in proposals if p.project_id is not None]
    targets = [_target(p) for p in holding]
    targets += [
        YearTarget(p.project_id, Decimal(0), (Decimal(0),) * 12, "", PlanClass.RESERVE)
        for p in dropped
        if p.project_id is not None
    ]
    set_year_plans(targets, year=plan.year, actor=by, now=now, reason=f"{plan.title} {version.document_no}")
    for proposal in (*holding, *(p for p in dropped if p.project_id is not None)):
        out = proposal in dropped
        emit(
            ProjectPlanned(
                project_id=proposal.project_id, subject_id=proposal.pk, year=plan.year, code=proposal.code,
                version=version.number, what="out" if out else version.kind, plan_class=proposal.plan_class,
                annual_yuan="0" if out else str(proposal.annual_yuan),
                monthly_yuan=[] if out else list(proposal.monthly_yuan), goal=proposal.annual_goal,
                document_no=version.document_no,
            ),
            actor=by,
            at=now,
        )  # fmt: skip


def _target(proposal: PlanProposal) -> YearTarget:
    months = tuple(Decimal(amount) for amount in proposal.monthly_yuan)
    assert proposal.project_id is not None
    return YearTarget(
        proposal.project_id, Decimal(proposal.annual_yuan), months, proposal.annual_goal, proposal.plan_class
    )
