"""Annual plans over HTTP: the services decide, as behind the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from lantu.accounts.permissions import require
from lantu.calc.plan_balance import Limits, violations
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Missing, Unacceptable
from lantu.lifecycle.annual_plan import forms, selectors
from lantu.lifecycle.annual_plan import schemas as shapes
from lantu.lifecycle.annual_plan.balance import (
    bars,
    candidates_of,
    in_balance,
    limits_of,
    propose_best,
    words_of,
)
from lantu.lifecycle.annual_plan.doing import take_step
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal, PlanVersion
from lantu.lifecycle.annual_plan.prefilling import prefill
from lantu.lifecycle.annual_plan.publishing import public_rows
from lantu.lifecycle.annual_plan.services.balancing import advance, checked_limits, save_balance, set_limits
from lantu.lifecycle.annual_plan.services.issuing import Change, adjust, appraise, issue
from lantu.lifecycle.annual_plan.services.proposing import change_proposal, make_proposal, open_plan
from lantu.lifecycle.annual_plan.services.reviewing import tick_element
from lantu.lifecycle.annual_plan.states import PlanVerb
from lantu.lifecycle.annual_plan.totals import moves_between
from lantu.projects.selectors import get_visible

router = Router(tags=["年度计划"])
DOCUMENT = File(description="调整文件（PDF、Word 或扫描件）")


def _asked(request: HttpRequest, permission: str = "lifecycle.plan_read") -> Any:
    user: Any = request.auth  # type: ignore[attr-defined]
    require(user, permission)
    return user


def _plan(plan: AnnualPlan) -> dict[str, Any]:
    names = (
        "year",
        "title",
        "state",
        "edited_no",
        "document_no",
        "issued_at",
        "limits",
        "area_least",
        "chosen",
    )
    open_duty = plan.duty if plan.closed_at is None else None
    return {name: getattr(plan, name) for name in names} | {
        "state_label": plan.get_state_display(),
        "keeper": str(plan.keeper),
        "approver": str(plan.approver),
        "holder": str(open_duty.holder) if open_duty else None,
        "due_at": open_duty.due_at if open_duty else None,
    }


_PLAIN = (
    "id", "state", "code", "name", "category", "plan_class", "sector", "area_code", "total_yuan", "annual_yuan",
    "monthly_yuan", "funds", "annual_goal", "land_mu", "energy_tce", "must", "group", "score", "score_lines",
    "return_code", "return_reason", "version",
)  # fmt: skip


def _proposal(proposal: PlanProposal) -> dict[str, Any]:
    duty = proposal.duty if proposal.duty is not None and proposal.duty.closed_at is None else None
    return {name: getattr(proposal, name) for name in _PLAIN} | {
        "year": proposal.plan.year,
        "state_label": proposal.get_state_display(),
        "project": proposal.project.code if proposal.project else None,
        "owner_org": proposal.owner_org.name,
        "holder": str(duty.holder) if duty else None,
        "due_at": duty.due_at if duty else None,
    }


def _version(version: PlanVersion) -> dict[str, Any]:
    names = ("number", "kind", "made_at", "reason", "document_no", "totals", "moves", "fingerprint")
    return {name: getattr(version, name) for name in names} | {
        "year": version.plan.year,
        "made_by": str(version.made_by),
    }


@router.get("/plans", response=list[shapes.PlanOut])
def list_plans(request: HttpRequest) -> list[dict[str, Any]]:
    """All years, newest first."""
    _asked(request)
    return [_plan(p) for p in AnnualPlan.objects.select_related("duty__holder", "keeper", "approver")]


@router.post("/plans", response={201: shapes.PlanOut})
def post_plan(request: HttpRequest, body: shapes.PlanIn) -> Status:
    """Open the plan of a year."""
    user = _asked(request, "lifecycle.plan_balance")
    approver = forms.person(body.dict(), "approver") or user
    plan = open_plan(
        year=body.year, keeper=user, approver=approver, by=user, now=timezone.now(), title=body.title
    )
    return Status(201, _plan(plan))


@router.get("/plans/{int:year}", response=shapes.PlanOut)
def get_plan(request: HttpRequest, year: int) -> dict[str, Any]:
    """One plan with its limits and what is chosen at the moment."""
    _asked(request)
    return _plan(selectors.get_plan(year))


@router.get("/plans/{int:year}/proposals", response=Page[shapes.ProposalOut])
def list_proposals(request: HttpRequest, year: int, query: Query[shapes.ProposalQuery]) -> dict[str, Any]:
    """Proposals that the caller may see."""
    user = _asked(request)
    plan = selectors.get_plan(year)
    wanted = selectors.ProposalFilter.from_query({"state": query.state, "area": query.area})
    rows = selectors.filtered(selectors.visible_proposals(user).filter(plan=plan), wanted)
    return page_of(
        rows.select_related("project", "duty__holder"),
        cursor=query.cursor,
        limit=query.limit,
        shape=_proposal,
    )


def _values(body: shapes.ProposalIn, base: dict[str, Any]) -> dict[str, Any]:
    """What the body says over what the register knows; units and people by name."""
    given = {
        name: value
        for name, value in body.dict(exclude={"project", "state", "version", "reason"}).items()
        if value is not None
    }
    for name in ("owner_org", "lead_unit"):
        if name in given:
            given[name] = forms.unit(given, name)
    if "leader" in given:
        given["leader"] = forms.person(given, "leader")
    if {"annual_yuan", "plan_class"} & given.keys() and "monthly_yuan" not in given:
        base.pop("monthly_yuan", None)
    return {**base, **given}


@router.post("/plans/{int:year}/proposals", response={201: shapes.ProposalOut})
def post_proposal(request: HttpRequest, year: int, body: shapes.ProposalIn) -> Status:
    """Propose a project: hard stops are refused and nothing is stored."""
    user = _asked(request, "lifecycle.plan_propose")
    plan = selectors.get_plan(year)
    project = get_visible(user, body.project) if body.project else None
    base = prefill(project, year=year) if project is not None else {}
    made = make_proposal(
        plan=plan, values=_values(body, base), by=user, now=timezone.now(), project=project, state=body.state
    )
    return Status(201, _proposal(selectors.get_proposal(user, made.pk)))


@router.get("/plan-proposals/{int:pk}", response=shapes.ProposalOut)
def get_proposal(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One proposal with its score, line by line."""
    return _proposal(selectors.get_proposal(_asked(request), pk))


@router.patch("/plan-proposals/{int:pk}", response=shapes.ProposalOut)
def patch_proposal(request: HttpRequest, pk: int, body: shapes.ProposalPatch) -> dict[str, Any]:
    """Change fields; a stale ``version`` is refused with the difference."""
    user = _asked(request, "lifecycle.plan_propose")
    change_proposal(
        selectors.get_proposal(user, pk), values=_values(body, {}), version=body.version, by=user, now=timezone.now(),
        reason=body.reason,
    )  # fmt: skip
    return _proposal(selectors.get_proposal(user, pk))


@router.post("/plan-proposals/{int:pk}/elements/{element}", response=shapes.ProposalOut)
def post_tick(request: HttpRequest, pk: int, element: str, body: shapes.TickIn) -> dict[str, Any]:
    """A department ticks its element: met, conditional or unmet."""
    user = _asked(request, "lifecycle.plan_element")
    review = selectors.get_review(selectors.get_proposal(user, pk), element.replace("\x00", ""))
    tick_element(review, verdict=body.verdict, note=body.note, by=user, now=timezone.now())
    return _proposal(selectors.get_proposal(user, pk))


@router.post("/plan-proposals/{int:pk}/{verb}", response=shapes.ProposalOut)
def post_step(request: HttpRequest, pk: int, verb: str, body: shapes.StepIn) -> dict[str, Any]:
    """One step: shelve, propose, check, to_elements, to_expert, recommend, return, resubmit or withdraw."""
    user = _asked(request)
    given = {name: value for name, value in body.dict().items() if value is not None}
    take_step(selectors.get_proposal(user, pk), verb, given, by=user, now=timezone.now())
    return _proposal(selectors.get_proposal(user, pk))


@router.put("/plans/{int:year}/limits", response=shapes.PlanOut)
def put_limits(request: HttpRequest, year: int, body: shapes.LimitsIn) -> dict[str, Any]:
    """Set the constraints; a stale ``edited_no`` is refused with the difference."""
    user = _asked(request, "lifecycle.plan_balance")
    set_limits(
        selectors.get_plan(year), limits=body.limits, by=user, now=timezone.now(), edited_no=body.edited_no,
        reason=body.reason, area_least=body.area_least,
    )  # fmt: skip
    return _plan(selectors.get_plan(year))


def _tried(plan: AnnualPlan, body: shapes.TryIn) -> Limits:
    return Limits(checked_limits({**plan.limits, **body.limits}), limits_of(plan).area_least)


@router.post("/plans/{int:year}/try", response=shapes.TriedOut)
def post_try(request: HttpRequest, year: int, body: shapes.TryIn) -> dict[str, Any]:
    """Whether a set keeps the limits, and what it uses; nothing is stored."""
    _asked(request, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    proposals, limits = in_balance(plan), _tried(plan, body)
    candidates = candidates_of(proposals, year=year)
    keys = {str(pk) for pk in (plan.chosen if body.chosen is None else body.chosen)}
    names = {str(p.pk): p.name for p in proposals}
    wrong = [words_of(v, names) for v in violations(candidates, limits, keys)]
    return {
        "feasible": not wrong,
        "problems": wrong,
        "bars": [asdict(bar) | {"over": bar.over} for bar in bars(candidates, limits, keys)],
    }


@router.post("/plans/{int:year}/solve", response=shapes.SolvedOut)
def post_solve(request: HttpRequest, year: int, body: shapes.TryIn) -> dict[str, Any]:
    """The best admissible set with reasons and trade-offs, or what would have to give; nothing is stored."""
    _asked(request, "lifecycle.plan_balance")
    plan = selectors.get_plan(year)
    proposals = in_balance(plan)
    found = propose_best(proposals, _tried(plan, body), year=year)
    names = {str(p.pk): p.name for p in proposals}
    return {
        "feasible": found.choice.feasible,
        "proven": found.choice.proven,
        "gap": found.choice.gap,
        "chosen": [int(key) for key in found.choice.chosen],
        "worth": found.choice.worth,
        "greedy_worth": found.greedy.worth if found.greedy.feasible else None,
        "reasons": found.reasons,
        "relaxation": [words_of(v, names) for v in found.relaxation.gives] if found.relaxation else [],
        "trade_offs": [
            {
                "annual": p.cost,
                "score": p.score / 100,
                "benefit": p.benefit / 100,
                "chosen": [int(k) for k in p.chosen],
            }
            for p in found.points
        ],
    }


@router.post("/plans/{int:year}/balance", response={201: shapes.VersionOut})
def post_balance(request: HttpRequest, year: int, body: shapes.BalanceIn) -> Status:
    """Freeze a set as the next version; refused over a limit, and with the difference when ``edited_no`` is stale."""
    user = _asked(request, "lifecycle.plan_balance")
    made = save_balance(
        selectors.get_plan(year), chosen=body.chosen, by=user, now=timezone.now(), edited_no=body.edited_no,
        reason=body.reason, reasons=body.reasons,
    )  # fmt: skip
    return Status(201, _version(made))


@router.post("/plans/{int:year}/steps/{verb}", response=shapes.PlanOut)
def post_plan_step(request: HttpRequest, year: int, verb: str, body: shapes.PlanStepIn) -> dict[str, Any]:
    """consult, submit, send_back, issue or appraise."""
    user, now = _asked(request), timezone.now()
    plan = selectors.get_plan(year)
    if verb == PlanVerb.ISSUE:
        issue(plan, document_no=body.document_no, by=user, now=now, reason=body.reason)
    elif verb == PlanVerb.APPRAISE:
        appraise(plan, by=user, now=now, reason=body.reason)
    elif verb in (PlanVerb.CONSULT, PlanVerb.SUBMIT, PlanVerb.SEND_BACK):
        advance(plan, PlanVerb(verb), by=user, now=now, reason=body.reason, meeting=body.meeting)
    else:
        raise Missing("plans.no_verb", _("没有这一步。"))
    return _plan(selectors.get_plan(year))


@router.post("/plans/{int:year}/adjustments", response={201: shapes.VersionOut})
def post_adjustment(
    request: HttpRequest, year: int, form: Form[shapes.AdjustIn], document: UploadedFile = DOCUMENT
) -> Status:
    """Adjust in mid-year with a document; the plan as issued stays."""
    user = _asked(request, "lifecycle.plan_issue")
    made = adjust(
        selectors.get_plan(year), changes=_changes(form.changes), document_no=form.document_no, document=document, by=user,
        now=timezone.now(), edited_no=form.edited_no, reason=form.reason,
    )  # fmt: skip
    return Status(201, _version(made))


def _changes(text: str) -> list[Change]:
    try:
        return [
            Change(
                int(row["proposal"]), str(row["kind"]), str(row.get("reason") or ""),
                annual_yuan=forms.yuan({"a": int(row["annual_yuan"]) / 10_000}, "a") if row.get("annual_yuan") is not None else None,
                plan_class=str(row.get("plan_class") or ""),
            )
            for row in orjson.loads(text)
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unacceptable(
            "plans.bad_changes", _("changes 不是有效的 JSON 列表。"),
            remedy=_('例如 [{"proposal": 12, "kind": "out", "reason": "用地不落实"}]。'), field="changes",
        ) from None  # fmt: skip


@router.get("/plans/{int:year}/versions", response=list[shapes.VersionOut])
def list_versions(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    """Every version there ever was, newest first."""
    _asked(request, "lifecycle.plan_balance")
    return [_version(v) for v in selectors.get_plan(year).versions.select_related("made_by", "plan")]


@router.get("/plans/{int:year}/versions/{int:number}", response=shapes.VersionDetail)
def get_version(request: HttpRequest, year: int, number: int) -> dict[str, Any]:
    """One version with the rows that the caller may see."""
    user = _asked(request)
    version = selectors.get_version(selectors.get_plan(year), number)
    items = list(selectors.visible_items(user, version))
    mine = {item.code for item in items}
    return _version(version) | {
        "moves": [move for move in version.moves if move["code"] in mine],
        "items": [{name: getattr(i, name) for name in shapes.ItemOut.model_fields} for i in items],
    }


@router.get("/plans/{int:year}/versions/{int:number}/diff/{int:other}", response=list[dict[str, Any]])
def get_diff(request: HttpRequest, year: int, number: int, other: int) -> list[dict[str, Any]]:
    """What differs between version ``other`` and version ``number``."""
    user = _asked(request)
    plan = selectors.get_plan(year)
    one, two = (list(selectors.visible_items(user, selectors.get_version(plan, n))) for n in (other, number))
    return [move.row() for move in moves_between(one, two)]


@router.get("/plans/{int:year}/public", response=shapes.PublicPlan, auth=None)
def get_public(request: HttpRequest, year: int) -> dict[str, Any]:
    """The issued plan for everybody; 404 before it is issued."""
    plan = AnnualPlan.objects.filter(year=year, state__in=selectors.PUBLIC_STATES).first()
    if plan is None:
        raise Missing("plans.not_public", _("%(year)s 年的计划还没有公开。") % {"year": year})
    return {"year": year, "title": plan.title, "document_no": plan.document_no, "projects": public_rows(plan)}
