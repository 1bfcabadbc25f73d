"""Reads of annual plans. Drafts are seen by those who make them; what is issued is public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantu.accounts.models import Grant, User
from lantu.accounts.roles import Role
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.lifecycle.annual_plan.models import (
    AnnualPlan,
    PlanElementReview,
    PlanProposal,
    PlanVersion,
    PlanVersionItem,
)
from lantu.lifecycle.annual_plan.states import (
    CLOSED_STATES,
    PlanState,
    ProposalState,
    VersionKind,
)
from lantu.projects.models import Category, PlanClass

IN_FORCE = (VersionKind.ISSUED, VersionKind.ADJUSTED)
PUBLIC_STATES = (PlanState.ISSUED, PlanState.APPRAISED)


@dataclass(frozen=True, kw_only=True)
class ProposalFilter:
    """What the list of a plan is narrowed to; empty means not narrowed."""

    q: str = ""
    state: str = ""
    area: str = ""
    plan_class: str = ""
    category: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> ProposalFilter:
        found = {f.name: str(query.get(f.name) or "").replace("\x00", "").strip()[:60] for f in fields(cls)}
        known = {"state": ProposalState.values, "plan_class": PlanClass.values, "category": Category.values}
        for name, values in known.items():
            if found[name] not in values:
                found[name] = ""
        return cls(**found)


def get_plan(year: int) -> AnnualPlan:
    """The plan of a year. Raises Missing."""
    plan = AnnualPlan.objects.select_related("duty__holder", "keeper", "approver").filter(year=year).first()
    if plan is None:
        raise Missing(
            "plans.unknown",
            _("还没有 %(year)s 年的计划。") % {"year": year},
            remedy=_("请在“年度计划”里选择年度。"),
        )
    return plan


def visible_proposals(reader: Any) -> QuerySet[PlanProposal]:
    """City-wide readers see all; counties theirs; units their own; whoever proposed, or was asked for an opinion, that one."""
    rows = PlanProposal.objects.select_related("plan", "owner_org")
    scope = scope_of(reader)
    if scope.city:
        return rows
    if scope.is_empty and not getattr(reader, "pk", None):
        return rows.none()
    return rows.filter(
        Q(area_code__in=scope.county_codes)
        | Q(owner_org_id__in=scope.organisation_ids)
        | Q(proposed_by_id=reader.pk)
        | Q(expert_id=reader.pk)
    )


def openable(reader: Any, plan: AnnualPlan) -> frozenset[int]:
    """Numbers of the proposals of a plan that the reader may open: the lists of an issued plan show more rows than that."""
    return frozenset(visible_proposals(reader).filter(plan=plan).order_by().values_list("pk", flat=True))


def filtered(rows: QuerySet[PlanProposal], wanted: ProposalFilter) -> QuerySet[PlanProposal]:
    """``rows`` narrowed to what is wanted."""
    for name in ("state", "plan_class", "category"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.area:
        rows = rows.filter(area_code=wanted.area)
    if wanted.q:
        rows = rows.filter(Q(name__contains=wanted.q) | Q(code__contains=wanted.q))
    return rows


def get_proposal(reader: Any, pk: int) -> PlanProposal:
    """A proposal that the reader may see. Raises Missing."""
    rows = visible_proposals(reader).select_related(
        "plan__keeper", "owner_org", "duty__holder", "duty__unit", "expert", "leader", "lead_unit", "project",
        "proposed_by__organisation",
    )  # fmt: skip
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Missing("plans.no_proposal", _("没有这项申报，或您无权查看。"), remedy=_("请核对链接。"))
    return found


def get_review(proposal: PlanProposal, element: str) -> PlanElementReview:
    """The review of an element that counts now. Raises Missing."""
    rows = proposal.reviews.filter(element=element, void=False).select_related(
        "duty", "unit", "proposal__plan"
    )
    found = rows.order_by("-round").first()
    if found is None:
        raise Missing("plans.no_review", _("没有这项要素会审。"), remedy=_("请刷新页面。"))
    return found


def plan_in_force(year: int) -> PlanVersion | None:
    """The version that holds for a year: as issued, or as last adjusted. None before the plan is issued."""
    return (
        PlanVersion.objects.filter(plan__year=year, kind__in=IN_FORCE)
        .select_related("plan")
        .order_by("-number")
        .first()
    )


def plan_as_issued(year: int) -> PlanVersion | None:
    """The version as it was issued, whatever was adjusted later."""
    return PlanVersion.objects.filter(plan__year=year, kind=VersionKind.ISSUED).select_related("plan").first()


def get_version(plan: AnnualPlan, number: int) -> PlanVersion:
    found = plan.versions.select_related("made_by", "document").filter(number=number).first()
    if found is None:
        raise Missing(
            "plans.no_version", _("没有第 %(n)s 版。") % {"n": number}, remedy=_("请从版次列表选择。")
        )
    return found


def visible_items(reader: Any, version: PlanVersion) -> QuerySet[PlanVersionItem]:
    """The rows of a version: all of an issued one, of a draft those whose proposal the reader may see."""
    rows = version.items.select_related("proposal__owner_org")
    if version.plan.state in PUBLIC_STATES and version.kind in (*IN_FORCE, VersionKind.APPRAISED):
        return rows
    return rows.filter(proposal__in=visible_proposals(reader).order_by().values("pk"))


def public_items(plan: AnnualPlan) -> QuerySet[PlanVersionItem]:
    """What anybody may read of an issued plan; nothing of one that is not issued."""
    version = plan_in_force(plan.year) if plan.state in PUBLIC_STATES else None
    rows = (
        PlanVersionItem.objects.filter(version=version, chosen=True)
        if version
        else PlanVersionItem.objects.none()
    )
    return rows.select_related("proposal__owner_org", "proposal__project").order_by(
        "area_code", "proposal_id"
    )


def experts() -> QuerySet[User]:
    """People who may be asked for an opinion."""
    ids = Grant.objects.filter(role=Role.EXPERT).values("user_id")
    return (
        User.objects.filter(pk__in=ids, is_active=True)
        .select_related("organisation")
        .order_by("display_name")
    )


def events_of(subject_type: str, pk: int) -> QuerySet[Event]:
    return (
        Event.objects.filter(subject_type=subject_type, subject_id=pk)
        .select_related("actor__organisation", "on_behalf_of")
        .order_by("-id")
    )


def open_proposals(reader: Any) -> QuerySet[PlanProposal]:
    return visible_proposals(reader).exclude(state__in=CLOSED_STATES)
