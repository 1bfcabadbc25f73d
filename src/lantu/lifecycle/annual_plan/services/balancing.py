"""Set limits, choose, and take the chosen plan through consultation to the meeting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.calc.plan_balance import Choice
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.annual_plan.balance import (
    broken,
    candidates_of,
    in_balance,
    limits_of,
    reasons_for,
)
from lantu.lifecycle.annual_plan.events import LimitsSet, PlanSentBack
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal, PlanVersion
from lantu.lifecycle.annual_plan.rules import label, resources, unit_of
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.services.versions import item_of, last_version, make_version
from lantu.lifecycle.annual_plan.states import (
    STATE_WITH_PLAN,
    PlanState,
    PlanVerb,
    ProposalState,
    VersionKind,
    next_plan_state,
)

MOST_AMOUNT = 10**12


def refuse_stale(
    plan: AnnualPlan, edited_no: int, wanted: Collection[int] | None, limits: Mapping[str, int] | None
) -> None:
    """Raise Refused with the difference when somebody changed the balance after ``edited_no``."""
    if edited_no == plan.edited_no:
        return
    told = []
    if wanted is not None:
        names = dict(plan.proposals.values_list("pk", "name"))
        theirs, mine = set(plan.chosen), set(wanted)
        for title, keys in ((_("对方已选、您未选"), theirs - mine), (_("您已选、对方未选"), mine - theirs)):
            if keys:
                told.append(f"{title}：{'、'.join(sorted(names.get(key, str(key)) for key in keys))}")
    for resource in resources():
        now_is, want = (
            plan.limits.get(resource.key),
            (limits or {}).get(resource.key, plan.limits.get(resource.key)),
        )
        if now_is != want:
            told.append(
                _("%(name)s：现为 %(stored)s，您填的是 %(wanted)s")
                % {"name": label(resource), "stored": _or_none(now_is), "wanted": _or_none(want)}
            )
    raise Refused(
        "plans.edited_meanwhile",
        _("您打开页面之后，平衡方案已被修改（第 %(now)d 次，您看到的是第 %(seen)d 次）。%(told)s")
        % {"now": plan.edited_no, "seen": edited_no, "told": "；".join(told) or _("与您的选择没有差别。")},
        remedy=_("请核对差异后重新保存，不会自动覆盖。"),
    )


def _or_none(value: int | None) -> str:
    return _("不限") if value is None else str(value)


@transaction.atomic
def set_limits(
    plan: AnnualPlan,
    *,
    limits: Mapping[str, int | None],
    by: User,
    now: datetime,
    edited_no: int,
    reason: str,
    area_least: Mapping[str, int] | None = None,
) -> AnnualPlan:
    """Store the constraints of the year: resource → whole units, None for no limit. ``area_least``: county → projects."""
    require(by, "lifecycle.plan_balance")
    row = passing.lock_plan(plan)
    after = checked_limits({**row.limits, **limits})
    refuse_stale(row, edited_no, None, after)
    refuse_issued(row)
    why = passing.reason_of(reason)
    before = dict(row.limits)
    row.limits = after
    if area_least is not None:
        row.area_least = {area: int(n) for area, n in area_least.items() if int(n) > 0}
    row.edited_no += 1
    row.save(update_fields=["limits", "area_least", "edited_no"])
    emit(
        LimitsSet(subject_id=row.pk, year=row.year, before=before, after=after, edited_no=row.edited_no),
        actor=by,
        at=now,
        reason=why,
    )
    return row


def checked_limits(given: Mapping[str, int | None]) -> dict[str, int]:
    """Limits by resource. Raises Unacceptable naming the resource."""
    known = {resource.key: resource for resource in resources()}
    found = {}
    for key, value in given.items():
        if key not in known:
            raise Unacceptable(
                "plans.no_such_limit", _("没有“%(key)s”这项约束。") % {"key": key[:40]}, field=key[:40]
            )
        if value is None:
            continue
        if not 0 <= int(value) <= MOST_AMOUNT:
            raise Unacceptable(
                "plans.bad_limit",
                _("“%(name)s”的约束 %(value)s 不合理。") % {"name": label(known[key]), "value": value},
                remedy=_("应为不小于 0 的整数（%(unit)s）。") % {"unit": unit_of(known[key])},
                field=key,
            )
        found[key] = int(value)
    return found


def refuse_issued(plan: AnnualPlan) -> None:
    if plan.state not in (PlanState.COLLECTING, PlanState.BALANCING):
        next_plan_state(plan.state, PlanVerb.BALANCE)


@transaction.atomic
def save_balance(
    plan: AnnualPlan,
    *,
    chosen: Collection[int],
    by: User,
    now: datetime,
    edited_no: int,
    reason: str,
    reasons: Mapping[int, str] | None = None,
) -> PlanVersion:
    """Freeze a chosen set as the next version of the balance.

    Refused when it breaks a constraint (each named with its amount), when it holds something that is not in the balance,
    or when somebody saved since ``edited_no`` (with the difference).
    """
    require(by, "lifecycle.plan_balance")
    row = passing.lock_plan(plan)
    refuse_stale(row, edited_no, chosen, None)
    before = row.state
    row.state = next_plan_state(before, PlanVerb.BALANCE)
    why = passing.reason_of(reason)
    proposals = in_balance(row)
    known = {proposal.pk for proposal in proposals}
    if strange := set(chosen) - known:
        raise Unacceptable(
            "plans.not_in_balance",
            _("有 %(n)d 个项目不在平衡池里。") % {"n": len(strange)},
            remedy=_("请刷新页面；未完成论证的项目不能选入。"),
            field="chosen",
        )
    limits = limits_of(row)
    keys = {str(pk) for pk in chosen}
    if wrong := broken(row, proposals, keys, limits):
        raise Refused(
            "plans.over_limit",
            _("方案超出约束：%(wrong)s。") % {"wrong": "；".join(wrong[:6])},
            remedy=_("请减少项目，或说明理由后调整约束。"),
        )
    candidates = candidates_of(proposals, year=row.year)
    choice = Choice(True, tuple(c.key for c in candidates if c.key in keys))
    own = {pk: text for pk, text in (reasons or {}).items() if text}
    said = {**reasons_for(proposals, candidates, limits, choice), **own}
    row.chosen = sorted(chosen)
    row.edited_no += 1
    passing.settle_plan(row, now=now, by=by)
    items = [item_of(p, chosen=p.pk in set(chosen), reason=said.get(p.pk, "")) for p in proposals]
    return make_version(
        row, kind=VersionKind.BALANCED, items=items, by=by, now=now, before=before, reason=why
    )


@transaction.atomic
def advance(
    plan: AnnualPlan, verb: PlanVerb, *, by: User, now: datetime, reason: str = "", meeting: str = ""
) -> AnnualPlan:
    """征求意见, 送审 or back to the balance. The chosen proposals walk with the plan; going on freezes a version."""
    require(
        by,
        "lifecycle.plan_issue"
        if verb == PlanVerb.SEND_BACK and plan.state == PlanState.SUBMITTED
        else "lifecycle.plan_balance",
    )
    row = passing.lock_plan(plan)
    before = row.state
    row.state = next_plan_state(before, verb)
    why = passing.reason_of(reason) if verb == PlanVerb.SEND_BACK else reason.strip()[:300]
    if verb == PlanVerb.SUBMIT:
        row.meeting = meeting.strip()[:200]
    last = last_version(row)
    if last is None or not row.chosen:
        raise Refused("plans.empty", _("还没有保存过平衡方案。"), remedy=_("请先在工作台选定项目并保存。"))
    passing.settle_plan(row, now=now, by=by)
    follow(row, STATE_WITH_PLAN[PlanState(row.state)], now=now)
    if verb == PlanVerb.SEND_BACK:
        row.edited_no += 1
        row.save(update_fields=["edited_no"])
        emit(
            PlanSentBack(subject_id=row.pk, year=row.year, before=before, after=row.state),
            actor=by,
            at=now,
            reason=why,
        )
        return row
    kind = VersionKind.CONSULTED if verb == PlanVerb.CONSULT else VersionKind.SUBMITTED
    chosen = set(row.chosen)
    told = dict(last.items.values_list("proposal_id", "reason"))
    items = [item_of(p, chosen=p.pk in chosen, reason=told.get(p.pk, "")) for p in in_balance(row)]
    make_version(row, kind=kind, items=items, by=by, now=now, before=before, reason=why)
    return row


def follow(plan: AnnualPlan, state: str, *, now: datetime) -> None:
    """The chosen proposals take the state that the plan's own step gives them; the version's event tells of all of them."""
    PlanProposal.objects.filter(plan=plan, pk__in=plan.chosen).update(state=state, updated_at=now)
    if state == ProposalState.BALANCED:
        PlanProposal.objects.filter(
            plan=plan, state__in=(ProposalState.CONSULTED, ProposalState.SUBMITTED)
        ).update(state=ProposalState.BALANCED, updated_at=now)
