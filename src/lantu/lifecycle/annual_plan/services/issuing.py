"""Issue the plan, adjust it in mid-year with a document, and appraise the year against both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.annual_plan.events import ProjectAppraised
from lantu.lifecycle.annual_plan.facts import spread
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal, PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.rules import plan_rules, season_span
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.services.balancing import refuse_stale
from lantu.lifecycle.annual_plan.services.holding import (
    back_to_reserve,
    document_number,
    hold_for_projects,
    kept_document,
    reasons_of,
    register_new,
)
from lantu.lifecycle.annual_plan.services.versions import item_of, make_version
from lantu.lifecycle.annual_plan.states import (
    IN_FORCE_STATES,
    Outcome,
    PlanVerb,
    ProposalState,
    VersionKind,
    next_plan_state,
)
from lantu.projects.models import PlanClass, Project, Status, YearPlan

IN_FORCE = (VersionKind.ISSUED, VersionKind.ADJUSTED)


@dataclass(frozen=True)
class Change:
    """What a mid-year adjustment does to one project. ``kind``: in (增补), out (退出), change (储备⇄实施, amounts)."""

    proposal_id: int
    kind: str
    reason: str
    annual_yuan: Decimal | None = None
    plan_class: str = ""
    monthly_yuan: Sequence[Decimal] = field(default_factory=tuple)


@transaction.atomic
def issue(
    plan: AnnualPlan, *, document_no: str, by: User, now: datetime, reason: str = "", document: Any = None
) -> PlanVersion:
    """下达: the submitted version becomes the plan. It is frozen; the projects' year plans follow from it.

    Projects that are not in the register yet are registered in the keeper's name. Raises Refused without a document
    number, and for whoever compiled the plan.
    """
    require(by, "lifecycle.plan_issue")
    row = passing.lock_plan(plan)
    passing.other_person(by, row.keeper, "keeper_issues")
    number = document_number(document_no)
    before = row.state
    row.state = next_plan_state(before, PlanVerb.ISSUE)
    chosen = list(row.proposals.filter(pk__in=row.chosen).select_related("owner_org", "plan"))
    if not chosen:
        raise Refused("plans.empty", _("计划里没有项目。"), remedy=_("请先退回平衡。"))
    register_new(chosen, row, now=now)
    row.document_no, row.issued_at = number, now
    passing.settle_plan(row, now=now, by=by)
    PlanProposal.objects.filter(pk__in=row.chosen).update(state=ProposalState.ISSUED, updated_at=now)
    for proposal in chosen:
        proposal.state = ProposalState.ISSUED
    told = reasons_of(row)
    rest = (
        row.proposals.filter(state=ProposalState.BALANCED).exclude(pk__in=row.chosen).select_related("plan")
    )
    items = [item_of(p, chosen=True, reason=told.get(p.pk, "")) for p in chosen]
    items += [item_of(p, chosen=False, reason=told.get(p.pk, "")) for p in rest]
    version = make_version(
        row, kind=VersionKind.ISSUED, items=items, by=by, now=now, before=before, reason=reason.strip(),
        document_no=number, document=kept_document(document, row, by=by, now=now),
    )  # fmt: skip
    back_to_reserve(rest, told, now=now, by=by)
    hold_for_projects(version, chosen, by=by, now=now)
    return version


@transaction.atomic
def adjust(
    plan: AnnualPlan,
    *,
    changes: Sequence[Change],
    document_no: str,
    document: Any,
    by: User,
    now: datetime,
    edited_no: int,
    reason: str,
) -> PlanVersion:
    """年中调整 with a document: 增补, 储备⇄实施, 退出 and changed amounts. The version as issued stays as it was."""
    require(by, "lifecycle.plan_issue")
    row = passing.lock_plan(plan)
    refuse_stale(row, edited_no, None, None)
    passing.other_person(by, row.keeper, "keeper_adjusts")
    before = row.state
    row.state = next_plan_state(before, PlanVerb.ADJUST)
    number, why = document_number(document_no), passing.reason_of(reason)
    evidence = kept_document(document, row, by=by, now=now)
    if evidence is None:
        raise Unacceptable(
            "plans.document_missing", _("年中调整必须附文件。"), remedy=_("请上传调整文件（PDF、Word 或扫描件）。"),
            field="document",
        )  # fmt: skip
    if not changes:
        raise Unacceptable("plans.no_changes", _("没有要调整的项目。"), remedy=_("请至少选一个项目。"))
    inside = {
        p.pk: p for p in row.proposals.filter(state__in=IN_FORCE_STATES).select_related("plan", "owner_org")
    }
    touched, dropped, why_of = _apply_changes(row, inside, changes, now=now)
    register_new(touched, row, now=now)
    left = [p for p in inside.values() if p not in dropped]
    items = [item_of(p, chosen=True, reason=why_of.get(p.pk, "")) for p in left]
    items += [item_of(p, chosen=False, reason=why_of.get(p.pk, "")) for p in dropped]
    row.chosen = sorted(p.pk for p in left)
    row.edited_no += 1
    passing.settle_plan(row, now=now, by=by)
    version = make_version(
        row, kind=VersionKind.ADJUSTED, items=items, by=by, now=now, before=before, reason=why, document_no=number,
        document=evidence,
    )  # fmt: skip
    hold_for_projects(version, touched, by=by, now=now, dropped=dropped)
    return version


def _apply_changes(
    plan: AnnualPlan, inside: dict[int, PlanProposal], changes: Sequence[Change], *, now: datetime
) -> tuple[list[PlanProposal], list[PlanProposal], dict[int, str]]:
    """Walk every change; returns who changed or came in, who left, and the reasons. Raises Unacceptable naming the project."""
    touched, dropped, why_of = [], [], {}
    for change in changes:
        proposal = inside.get(change.proposal_id)
        if change.kind == "in" and proposal is None:
            proposal = (
                plan.proposals.filter(pk=change.proposal_id, state=ProposalState.BALANCED)
                .select_related("plan", "owner_org")
                .first()
            )
        elif change.kind == "in":
            proposal = None
        if proposal is None or change.kind not in ("in", "out", "change"):
            raise Unacceptable(
                "plans.bad_change",
                _("第 %(n)s 号申报不能这样调整。") % {"n": change.proposal_id},
                remedy=_("增补的项目应已完成论证；退出和变更的项目应在计划内。"),
                field="changes",
            )
        why_of[proposal.pk] = passing.reason_of(change.reason, field="changes")
        proposal.updated_at, proposal.version = now, proposal.version + 1
        if change.kind == "out":
            proposal.state, proposal.closed_at = ProposalState.EXITED, now
            dropped.append(proposal)
        else:
            _amend(proposal, change)
            proposal.state = ProposalState.ADJUSTED
            touched.append(proposal)
            inside[proposal.pk] = proposal
        proposal.save()
    return touched, dropped, why_of


def _amend(proposal: PlanProposal, change: Change) -> None:
    """New amounts and class; the months follow the season unless they are given."""
    if change.plan_class:
        if change.plan_class not in PlanClass.values:
            raise Unacceptable("plans.bad_class", _("计划类别不对。"), field="changes")
        proposal.plan_class = change.plan_class
    if change.annual_yuan is None and not change.monthly_yuan:
        return
    annual = Decimal(change.annual_yuan if change.annual_yuan is not None else sum(change.monthly_yuan))
    months = [Decimal(m) for m in change.monthly_yuan] or spread(annual, proposal.plan_class)
    if (
        not 0 <= annual <= proposal.total_yuan
        or len(months) != 12
        or sum(months) != annual
        or min(months) < 0
    ):
        raise Unacceptable(
            "plans.bad_amount",
            _("“%(name)s”：年度投资应不超过总投资，且等于 12 个月之和。") % {"name": proposal.name},
            remedy=_("请核对金额；不填分月则自动生成。"),
            field="changes",
        )
    proposal.annual_yuan, proposal.monthly_yuan = annual, [str(m) for m in months]


@transaction.atomic
def appraise(plan: AnnualPlan, *, by: User, now: datetime, reason: str = "") -> PlanVersion:
    """年终考核: each project's done investment beside the plan as issued and as adjusted; then 结转, 竣工 or 退出.

    Not before the season that the pack's calendar names.
    """
    require(by, "lifecycle.plan_balance")
    row = passing.lock_plan(plan)
    before = row.state
    row.state = next_plan_state(before, PlanVerb.APPRAISE)
    season = next((s for s in plan_rules().calendar if s.key == "appraise"), None)
    today = timezone.localtime(now).date()
    if season is not None and today < season_span(season, row.year)[0]:
        raise Refused(
            "plans.too_early",
            _("年终考核自 %(day)s 起进行。") % {"day": season_span(season, row.year)[0]},
            remedy=_("在此之前可以在“执行”页查看进度。"),
        )
    issued = row.versions.filter(kind=VersionKind.ISSUED).order_by("number").first()
    if issued is None:
        raise Refused("plans.never_issued", _("计划没有下达过。"))
    planned = dict(issued.items.filter(chosen=True).values_list("proposal_id", "annual_yuan"))
    passing.settle_plan(row, now=now, by=by)
    items = []
    for proposal, done, project in _with_results(row, planned):
        outcome = outcome_of(proposal, project, row.year)
        items.append(
            item_of(
                proposal, chosen=outcome != Outcome.EXITED, issued_yuan=planned.get(proposal.pk, Decimal(0)),
                done_yuan=done, outcome=outcome,
            )
        )  # fmt: skip
        if proposal.state in IN_FORCE_STATES:
            proposal.state, proposal.closed_at, proposal.updated_at = str(outcome), now, now
            proposal.version += 1
    version = make_version(
        row, kind=VersionKind.APPRAISED, items=items, by=by, now=now, before=before, reason=reason.strip()
    )
    _tell_appraised(row, items, by=by, now=now)
    return version


def _with_results(
    plan: AnnualPlan, planned: Mapping[int, Decimal]
) -> list[tuple[PlanProposal, Decimal, Project | None]]:
    rows = plan.proposals.filter(pk__in=planned) | plan.proposals.filter(state__in=IN_FORCE_STATES)
    proposals = list(rows.distinct().select_related("plan", "project", "owner_org"))
    done = dict(
        YearPlan.objects.filter(
            year=plan.year, project__in=[p.project_id for p in proposals if p.project_id]
        ).values_list("project_id", "done_yuan")
    )
    return [(p, done.get(p.project_id or 0, Decimal(0)), p.project) for p in proposals]


def outcome_of(proposal: PlanProposal, project: Project | None, year: int) -> Outcome:
    """How the project leaves the year: finished in it, out of the plan, or carried on."""
    if proposal.state == ProposalState.EXITED or (project is not None and project.status == Status.CANCELLED):
        return Outcome.EXITED
    finished = project.actual_finish_on if project is not None else None
    return Outcome.DONE if finished is not None and finished <= date(year, 12, 31) else Outcome.CARRIED


def _tell_appraised(plan: AnnualPlan, items: Sequence[PlanVersionItem], *, by: User, now: datetime) -> None:
    PlanProposal.objects.bulk_update(
        [item.proposal for item in items], ["state", "closed_at", "updated_at", "version"]
    )
    for item in items:
        if item.proposal.project_id is None:
            continue
        emit(
            ProjectAppraised(
                project_id=item.proposal.project_id, subject_id=item.proposal_id, year=plan.year, code=item.code,
                issued_yuan=str(item.issued_yuan), adjusted_yuan=str(item.annual_yuan if item.chosen else 0),
                done_yuan=str(item.done_yuan), outcome=item.outcome,
            ),
            actor=by,
            at=now,
        )  # fmt: skip


__all__ = ["IN_FORCE", "Change", "adjust", "appraise", "issue", "outcome_of"]
