"""Completeness check, element review by the departments, expert opinion, and sending back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import Grant, Organisation, User
from lantu.accounts.permissions import require
from lantu.accounts.roles import Role
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.services.close import close_duty
from lantu.duties.services.open import open_duty
from lantu.lifecycle.annual_plan.events import ElementTicked
from lantu.lifecycle.annual_plan.facts import refuse_stopped
from lantu.lifecycle.annual_plan.models import PlanElementReview, PlanProposal
from lantu.lifecycle.annual_plan.rules import element_unit, label, plan_rules
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.services.proposing import rescore, void_reviews
from lantu.lifecycle.annual_plan.states import ProposalState, Verb, Verdict
from lantu.packs.annual_plan import Element

FULL = 100


@transaction.atomic
def check(
    proposal: PlanProposal, *, by: User, now: datetime, version: int | None = None, note: str = ""
) -> PlanProposal:
    """初审通过: complete and admissible. Whoever proposed it does not check it."""
    require(by, "lifecycle.plan_check")
    row = passing.lock_proposal(proposal, version=version)
    passing.other_person(by, row.proposed_by, "own_proposal")
    refuse_stopped({field: getattr(row, field) for field in ("name", "summary", "code", "funds")})
    rescore(row)
    return passing.walk(row, Verb.CHECK, by=by, now=now, reason=note.strip()[:300])


def needed_elements(proposal: PlanProposal) -> list[Element]:
    """The elements that this proposal needs: those with a quantity only where it asks for some."""
    return [
        element
        for element in plan_rules().elements.values()
        if not element.resource or int(getattr(proposal, element.resource, 0) or 0) > 0
    ]


def reviewer_of(element: Element) -> tuple[Organisation, User]:
    """The unit that ticks an element and its person. Raises Refused naming what is not registered."""
    name = element_unit(element.key)
    unit = Organisation.objects.filter(name=name).select_related("head").first()
    if unit is None:
        raise Refused(
            "plans.unit_missing",
            _("“%(element)s”由%(unit)s会审，但这个单位没有登记。")
            % {"element": label(element), "unit": name},
            remedy=_("请先登记该单位，或在城市规则包 annual_plan.yaml 里改派单位。"),
        )
    clerks = Grant.objects.filter(role=Role.CLERK, user__organisation=unit, user__is_active=True)
    first = clerks.select_related("user__organisation").order_by("pk").first()
    person = first.user if first is not None else unit.head
    if person is None:
        raise Refused(
            "plans.clerk_missing",
            _("%(unit)s没有登记联络员。") % {"unit": unit},
            remedy=_("请为该单位登记联络员或负责人。"),
        )
    return unit, person


@transaction.atomic
def send_to_elements(
    proposal: PlanProposal, *, by: User, now: datetime, version: int | None = None
) -> PlanProposal:
    """Each department gets one duty for its own element."""
    require(by, "lifecycle.plan_check")
    row = passing.lock_proposal(proposal, version=version)
    passing.walk(row, Verb.TO_ELEMENTS, by=by, now=now)
    turn = (row.reviews.order_by("-round").values_list("round", flat=True).first() or 0) + 1
    due_at = due_after(now, working_days=plan_rules().clocks["elements"])
    for element in needed_elements(row):
        unit, person = reviewer_of(element)
        review = PlanElementReview(
            pk=passing.next_pk("lifecycle_planelementreview"), proposal=row, element=element.key, round=turn, unit=unit,
            reviewer=person,
        )  # fmt: skip
        review.duty = open_duty(
            subject_type=passing.REVIEW,
            subject_id=review.pk,
            project=None,
            step="element",
            title=f"{row.plan.title} · {row.name} · {element.name}"[:200],
            action_label=gettext_noop("签署要素意见"),
            action_url=reverse("lifecycle:plan_proposal", args=[row.pk]),
            holder=person,
            severity=passing.SEVERITY,
            due_at=due_at,
            now=now,
            actor=by,
            basis=element.basis[:200],
        )
        review.save(force_insert=True)
    rescore(row)
    row.save(update_fields=["score", "score_lines", "score_rule"])
    return row


@transaction.atomic
def tick_element(
    review: PlanElementReview, *, verdict: str, by: User, now: datetime, note: str = ""
) -> PlanElementReview:
    """A department says whether its element is assured: 已落实, 可落实 (say how) or 不落实 (say why)."""
    require(by, "lifecycle.plan_element")
    proposal = passing.lock_proposal(review.proposal)
    review = (
        PlanElementReview.objects.select_for_update(of=("self",))
        .select_related("duty", "unit")
        .get(pk=review.pk)
    )
    if review.void or review.verdict != Verdict.PENDING:
        raise Refused(
            "plans.ticked",
            _("这项要素已经签署或已作废。"),
            remedy=_("需要更改的，请重点局退回后重新会审。"),
        )
    holder = review.duty.holder_id if review.duty is not None else None
    if by.organisation_id != review.unit_id and by.pk != holder:
        raise Refused(
            "plans.other_element",
            _("这项要素由%(unit)s会审。") % {"unit": review.unit},
            remedy=_("各部门只签署本部门的要素。"),
            status=403,
        )
    if verdict not in (Verdict.MET, Verdict.CONDITIONAL, Verdict.UNMET):
        raise Unacceptable(
            "plans.bad_verdict",
            _("意见只能是已落实、可落实或不落实。"),
            remedy=_("请选一项。"),
            field="verdict",
        )
    review.note = note.replace("\x00", "").strip()[:300]
    if verdict != Verdict.MET:
        review.note = passing.reason_of(note, field="note")
    review.verdict, review.decided_by, review.decided_at = verdict, by, now
    if review.duty is not None:
        review.duty = close_duty(review.duty, now=now, actor=by, outcome=str(Verdict(verdict).label))
    review.save()
    rescore(proposal)
    proposal.updated_at, proposal.version = now, proposal.version + 1
    proposal.save(update_fields=["score", "score_lines", "score_rule", "updated_at", "version"])
    emit(
        ElementTicked(
            project_id=None, subject_id=proposal.pk, year=proposal.plan.year, code=proposal.code, element=review.element,
            verdict=verdict, unit_id=review.unit_id,
        ),
        actor=by,
        at=now,
        reason=review.note,
    )  # fmt: skip
    return review


@transaction.atomic
def send_to_expert(
    proposal: PlanProposal, *, expert: User, by: User, now: datetime, version: int | None = None
) -> PlanProposal:
    """Once every department has ticked and none says no, one expert gives an opinion."""
    require(by, "lifecycle.plan_check")
    row = passing.lock_proposal(proposal, version=version)
    reviews = list(row.reviews.filter(void=False).select_related("unit"))
    waiting = [review for review in reviews if review.verdict == Verdict.PENDING]
    against = [review for review in reviews if review.verdict == Verdict.UNMET]
    if row.state == ProposalState.ELEMENT_REVIEW and (waiting or against):
        names = "、".join(str(review.unit) for review in waiting or against)
        said = _("还没有签署") if waiting else _("认为要素不落实")
        raise Refused(
            "plans.elements_open",
            _("%(units)s%(said)s。") % {"units": names, "said": said},
            remedy=_("请等各部门签署；不落实的请退回申报单位。"),
        )
    grants = Grant.objects.filter(user=expert, role=Role.EXPERT)
    if not expert.is_active or not grants.exists():
        raise Unacceptable(
            "plans.no_expert",
            _("%(who)s不是登记的专家。") % {"who": expert},
            remedy=_("请从专家中选择。"),
            field="expert",
        )
    if expert.organisation_id in (row.owner_org_id, row.proposed_by.organisation_id):
        raise Refused(
            "plans.expert_involved",
            _("专家%(who)s与申报或建设单位同属一个单位，应当回避。") % {"who": expert},
            remedy=_("请另选专家。"),
            field="expert",
        )
    row.expert = expert
    return passing.walk(row, Verb.TO_EXPERT, by=by, now=now)


@transaction.atomic
def give_opinion(
    proposal: PlanProposal,
    *,
    benefit: Mapping[str, Any],
    note: str,
    by: User,
    now: datetime,
    version: int | None = None,
) -> PlanProposal:
    """The expert scores the three dimensions of benefit, 0 to 100 each, and recommends: the proposal enters the balance."""
    require(by, "lifecycle.plan_expert")
    row = passing.lock_proposal(proposal, version=version)
    holder = row.duty.holder_id if row.duty is not None else None
    if by.pk not in {row.expert_id, holder}:
        raise Refused("plans.not_yours", _("这一步由%(who)s办理。") % {"who": row.expert}, status=403)
    row.benefit = benefit_marks(benefit)
    row.expert_note = note.replace("\x00", "").strip()[:500]
    rescore(row)
    return passing.walk(row, Verb.RECOMMEND, by=by, now=now, reason=row.expert_note[:300])


def benefit_marks(given: Mapping[str, Any]) -> dict[str, float]:
    """One mark 0–100 for each line of benefit. Raises Unacceptable naming the line."""
    found = {}
    for line in (line for section in plan_rules().score for line in section.lines if line.kind == "benefit"):
        try:
            mark = float(given.get(line.key, ""))
        except (TypeError, ValueError):
            mark = -1.0
        if not 0 <= mark <= FULL:
            raise Unacceptable(
                "plans.bad_mark",
                _("“%(line)s”应打 0 到 100 分。") % {"line": label(line)},
                remedy=_("三个维度都要打分。"),
                field=line.key,
            )
        found[line.key] = mark
    return found


@transaction.atomic
def send_back(
    proposal: PlanProposal, *, code: str, reason: str, by: User, now: datetime, version: int | None = None
) -> PlanProposal:
    """退回 with a reason code that fits the state. The expert may send back what he was asked about, the bureau anything."""
    row = passing.lock_proposal(proposal, version=version)
    mine = row.state == ProposalState.EXPERT_REVIEW and by.pk == row.expert_id
    require(by, "lifecycle.plan_expert" if mine else "lifecycle.plan_check")
    known = {reason.key for reason in plan_rules().return_reasons if row.state in reason.states}
    if known and code not in known:
        raise Unacceptable(
            "plans.bad_return_code",
            _("“%(code)s”不是“%(state)s”环节的退回原因。")
            % {"code": code[:20], "state": row.get_state_display()},
            remedy=_("请从列表中选择。"),
            field="code",
        )
    why = passing.reason_of(reason)
    before = row.state
    if row.plan.state in ("consulting", "submitted") and before in ("consulted", "submitted"):
        raise Refused(
            "plans.under_way",
            _("计划正在征求意见或送审，不能单独退回一个项目。"),
            remedy=_("请先把计划退回平衡，再调整项目。"),
        )
    void_reviews(row, by=by, now=now)
    row.returned_from, row.return_code, row.return_reason = before, code, why
    if row.pk in row.plan.chosen:
        plan = passing.lock_plan(row.plan)
        plan.chosen = [pk for pk in plan.chosen if pk != row.pk]
        plan.edited_no += 1
        plan.save(update_fields=["chosen", "edited_no"])
    return passing.walk(row, Verb.RETURN, by=by, now=now, reason=why, code=code)
