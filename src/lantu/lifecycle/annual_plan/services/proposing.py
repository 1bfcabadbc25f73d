"""Open a year's plan; propose, change, shelve and withdraw projects for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.annual_plan.events import PlanOpened, ProposalChanged, ProposalMade
from lantu.lifecycle.annual_plan.facts import EDITABLE, check_proposal, refuse_stopped
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal
from lantu.lifecycle.annual_plan.rules import rule_version
from lantu.lifecycle.annual_plan.scoring import score_lines, total_of
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.states import (
    BUREAU_EDITABLE,
    CLOSED_PLAN_STATES,
    EDITABLE_STATES,
    ProposalState,
    Verb,
)
from lantu.projects.models import Project
from lantu.projects.services.change_project import same_value, shown

FIRST_STATES = (ProposalState.IDEA, ProposalState.RESERVE, ProposalState.PROPOSED)


@transaction.atomic
def open_plan(
    *,
    year: int,
    keeper: User,
    approver: User,
    by: User,
    now: datetime,
    title: str = "",
    is_demo: bool = False,
) -> AnnualPlan:
    """Open the plan of a year: from now on projects can be proposed for it. Raises Refused when it is open already."""
    require(by, "lifecycle.plan_balance")
    if not 2000 <= year <= 2100:
        raise Unacceptable("plans.bad_year", _("年度 %(year)s 不合理。") % {"year": year}, field="year")
    if AnnualPlan.objects.filter(year=year).exists():
        raise Refused(
            "plans.year_taken",
            _("%(year)d 年的计划已经建立。") % {"year": year},
            remedy=_("请打开这一年的计划继续办理。"),
            field="year",
        )
    passing.other_person(keeper, approver, "keeper_approves")
    plan = AnnualPlan(
        pk=passing.next_pk("lifecycle_annualplan"),
        year=year,
        title=(title or _("%(year)d 年度重点工程计划") % {"year": year})[:120],
        keeper=keeper,
        approver=approver,
        opened_at=now,
        is_demo=is_demo,
    )
    wanted = passing.plan_duty(plan, now=now)
    assert wanted is not None
    plan.duty = open_duty(
        subject_type=passing.PLAN, subject_id=plan.pk, project=None, now=now, actor=by, **wanted
    )
    plan.save(force_insert=True)
    emit(PlanOpened(subject_id=plan.pk, year=year, title=plan.title), actor=by, at=now)
    return plan


@transaction.atomic
def make_proposal(
    *,
    plan: AnnualPlan,
    values: Mapping[str, Any],
    by: User,
    now: datetime,
    project: Project | None = None,
    state: str = ProposalState.PROPOSED,
) -> PlanProposal:
    """Propose a project. ``values``: field of :data:`facts.EDITABLE` → value, money in yuan.

    Hard stops first: such a proposal is refused and nothing of it is stored. Raises Unacceptable naming the field,
    Denied outside the actor's reach, Refused when the project is proposed already.
    """
    require(by, "lifecycle.plan_propose")
    refuse_stopped(values)
    clean = checked(values)
    passing.within_reach(
        by, "lifecycle.plan_propose", area_code=clean["area_code"], owner_id=clean["owner_org"].pk
    )
    if plan.state in CLOSED_PLAN_STATES:
        raise Refused("plans.closed", _("这一年度已经考核，不再接受申报。"), remedy=_("请申报下一年度。"))
    if state not in FIRST_STATES:
        raise Unacceptable("plans.bad_state", _("新申报只能是谋划、储备或申报。"), field="state")
    refuse_second(plan, clean["code"], project)
    proposal = PlanProposal(
        pk=passing.next_pk("lifecycle_planproposal"),
        plan=plan,
        project=project if project is not None else Project.objects.filter(code=clean["code"]).first(),
        state=state,
        proposed_by=by,
        created_at=now,
        updated_at=now,
        **clean,
    )
    rescore(proposal)
    passing.settle(proposal, now=now, by=by)
    proposal.save(force_insert=True)
    _tell_made(proposal, by=by, now=now)
    return proposal


def _tell_made(proposal: PlanProposal, *, by: User, now: datetime) -> None:
    emit(
        ProposalMade(
            project_id=None, subject_id=proposal.pk, year=proposal.plan.year, code=proposal.code,
            state=proposal.state, annual_yuan=str(proposal.annual_yuan),
        ),
        actor=by,
        at=now,
    )  # fmt: skip


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The tidy values. Raises Unacceptable for the first problem, with the others in its words."""
    clean, problems = check_proposal(values)
    if problems:
        first = problems[0]
        detail = " ".join(problem.detail for problem in problems[:5])
        raise Unacceptable("plans.unfit", detail, remedy=first.remedy, field=first.field)
    return clean


def refuse_second(plan: AnnualPlan, code: str, project: Project | None) -> None:
    """Raise Refused when the plan has a row for this project: it may stand in one category and class only."""
    taken = PlanProposal.objects.filter(plan=plan, code=code).first()
    if taken is None and project is not None:
        taken = PlanProposal.objects.filter(plan=plan, project=project).first()
    if taken is not None:
        raise Refused(
            "plans.twice",
            _("“%(name)s”已在 %(year)d 年计划中（%(category)s·%(klass)s，%(state)s），一个项目只能列一类。")
            % {
                "name": taken.name,
                "year": plan.year,
                "category": taken.get_category_display(),
                "klass": taken.get_plan_class_display(),
                "state": taken.get_state_display(),
            },
            remedy=_("请修改已有的申报，不要重复申报。"),
            field="code",
        )


def rescore(proposal: PlanProposal, verdicts: Mapping[str, str] | None = None) -> None:
    """Compute the score anew from the record; ``verdicts`` are read from the reviews unless given."""
    if verdicts is None:
        verdicts = {}
        if proposal.pk is not None and not proposal._state.adding:
            rows = proposal.reviews.filter(void=False).order_by("round")
            verdicts = dict(rows.values_list("element", "verdict"))
    lines = score_lines(proposal, verdicts, year=proposal.plan.year)
    proposal.score_lines, proposal.score, proposal.score_rule = lines, total_of(lines), rule_version()


@transaction.atomic
def change_proposal(
    proposal: PlanProposal,
    *,
    values: Mapping[str, Any],
    version: int,
    by: User,
    now: datetime,
    reason: str = "",
) -> PlanProposal:
    """Store ``values``. The second of two writers is refused with what the first one changed."""
    row = passing.lock_proposal(proposal)
    bureau = may(by, "lifecycle.plan_balance")
    require(by, "lifecycle.plan_balance" if bureau else "lifecycle.plan_propose")
    passing.within_reach(
        by,
        "lifecycle.plan_balance" if bureau else "lifecycle.plan_propose",
        area_code=row.area_code,
        owner_id=row.owner_org_id,
    )
    if row.state not in (BUREAU_EDITABLE if bureau else EDITABLE_STATES):
        raise Refused(
            "plans.frozen",
            _("这项申报当前为“%(state)s”，不能修改。") % {"state": row.get_state_display()},
            remedy=_("已下达的用年中调整；会审中的请先由重点局退回。"),
        )
    merged = {field: getattr(row, field) for field in EDITABLE} | dict(values)
    if "monthly_yuan" not in values and _differs(row, merged, ("annual_yuan", "plan_class")):
        merged["monthly_yuan"] = []
    refuse_stopped(merged)
    clean = checked(merged)
    changes = {f: (getattr(row, f), v) for f, v in clean.items() if not same_value(getattr(row, f), v)}
    if not changes:
        return row
    if version != row.version:
        raise changed_meanwhile(changes)
    if "code" in changes:
        refuse_second(row.plan, clean["code"], None)
    for field, (_before, after) in changes.items():
        setattr(row, field, after)
    rescore(row)
    row.updated_at, row.version = now, row.version + 1
    row.save()
    emit(
        ProposalChanged(
            project_id=None, subject_id=row.pk, year=row.plan.year, code=row.code,
            changes={field: [shown(a), shown(b)] for field, (a, b) in changes.items()},
        ),
        actor=by,
        at=now,
        reason=reason,
    )  # fmt: skip
    return row


def _differs(row: PlanProposal, merged: Mapping[str, Any], fields: Iterable[str]) -> bool:
    return any(not same_value(getattr(row, field), merged[field]) for field in fields)


def changed_meanwhile(changes: Mapping[str, tuple[Any, Any]]) -> Refused:
    """What the second writer is told: now stored, and what they wanted."""
    listed = "；".join(
        _("%(label)s：现为“%(stored)s”，您填的是“%(wanted)s”")
        % {"label": PlanProposal._meta.get_field(f).verbose_name, "stored": shown(a), "wanted": shown(b)}  # type: ignore[union-attr]
        for f, (a, b) in changes.items()
    )
    return Refused(
        "plans.changed_meanwhile",
        _("您打开页面之后，这项申报已被修改。%(listed)s") % {"listed": listed},
        remedy=_("请核对差异后重新保存，不会自动覆盖。"),
    )


@transaction.atomic
def move_early(
    proposal: PlanProposal,
    verb: Verb,
    *,
    by: User,
    now: datetime,
    version: int | None = None,
    reason: str = "",
) -> PlanProposal:
    """入库、申报、重新申报 or 退出: what the proposer does."""
    require(by, "lifecycle.plan_propose")
    row = passing.lock_proposal(proposal, version=version)
    passing.within_reach(by, "lifecycle.plan_propose", area_code=row.area_code, owner_id=row.owner_org_id)
    why = passing.reason_of(reason) if verb == Verb.WITHDRAW else reason.strip()[:300]
    if verb == Verb.WITHDRAW:
        void_reviews(row, by=by, now=now)
    if verb in (Verb.PROPOSE, Verb.RESUBMIT):
        refuse_stopped({field: getattr(row, field) for field in ("name", "summary", "code", "funds")})
        row.returned_from = row.return_code = row.return_reason = ""
    return passing.walk(row, verb, by=by, now=now, reason=why)


def void_reviews(proposal: PlanProposal, *, by: User, now: datetime) -> None:
    """What the departments still owe is owed no more."""
    for review in proposal.reviews.filter(void=False).select_related("duty"):
        if review.duty is not None and review.duty.closed_at is None:
            review.duty = close_duty(review.duty, now=now, actor=by, outcome=_("申报已退回或退出"))
        review.void = True
        review.save(update_fields=["void", "duty"])
