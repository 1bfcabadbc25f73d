"""Bring many projects into a plan at once: continuing ones from the register, or the rows of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.lifecycle.annual_plan.events import RowsImported
from lantu.lifecycle.annual_plan.facts import refuse_stopped
from lantu.lifecycle.annual_plan.models import AnnualPlan, PlanProposal
from lantu.lifecycle.annual_plan.prefilling import prefill
from lantu.lifecycle.annual_plan.services import passing
from lantu.lifecycle.annual_plan.services.proposing import checked, rescore
from lantu.lifecycle.annual_plan.states import CARRIED_STATES, PlanState, ProposalState
from lantu.projects.models import Project

# Values, the project of the register if it has one, marks of benefit, and the row of the spreadsheet.
Row = tuple[Mapping[str, Any], Project | None, Mapping[str, Any], int | None]


@transaction.atomic
def bring_in(
    plan: AnnualPlan,
    *,
    projects: Iterable[Project],
    by: User,
    now: datetime,
    extra: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[PlanProposal]:
    """Take projects of the register into the balance, their record prefilled: what has begun goes on.

    ``extra``: project code → values that differ from the register (amounts of the year, land, energy, benefit).
    Projects that the plan has already are left alone. One event for all.
    """
    require(by, "lifecycle.plan_balance")
    # In a plan that is issued they wait for the mid-year adjustment.
    row = _open_for_rows(plan, also=(PlanState.ISSUED,))
    have = set(row.proposals.values_list("code", flat=True))
    rows: list[Row] = []
    for project in projects:
        if project.code not in have:
            more = dict((extra or {}).get(project.code, {}))
            benefit = more.pop("benefit", {})
            rows.append(({**prefill(project, year=row.year), **more}, project, benefit, None))
    return _store(row, rows, by=by, now=now, import_id=0)


@transaction.atomic
def store_rows(
    plan: AnnualPlan,
    *,
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    by: User,
    now: datetime,
    import_id: int,
    state: str = ProposalState.BALANCED,
) -> list[PlanProposal]:
    """The rows of a spreadsheet (row number, values), all of them or none, in the state that they truly have: in reserve
    or proposed each has its own holder; from the balance on the plan's duty stands for all. What is missing is seen from
    the score. The caller has judged who may."""
    row = _open_for_rows(plan)
    known = {p.code: p for p in Project.objects.filter(code__in=[values["code"] for _n, values in rows])}
    prepared: list[Row] = [(values, known.get(values["code"]), {}, number) for number, values in rows]
    return _store(row, prepared, by=by, now=now, import_id=import_id, state=state)


def _open_for_rows(plan: AnnualPlan, *, also: tuple[str, ...] = ()) -> AnnualPlan:
    row = passing.lock_plan(plan)
    if row.state not in (PlanState.COLLECTING, PlanState.BALANCING, *also):
        raise Refused(
            "plans.not_collecting",
            _("计划当前为“%(state)s”，不能批量加入项目。") % {"state": row.get_state_display()},
            remedy=_("已下达的计划请用年中调整；送审中的请先退回平衡。"),
        )
    return row


def _store(
    plan: AnnualPlan,
    rows: Sequence[Row],
    *,
    by: User,
    now: datetime,
    import_id: int,
    state: str = ProposalState.BALANCED,
) -> list[PlanProposal]:
    made = []
    for values, project, benefit, number in rows:
        refuse_stopped(values)
        proposal = PlanProposal(
            plan=plan, project=project, state=state, proposed_by=by, created_at=now, updated_at=now,
            benefit=dict(benefit), source_row=number, **checked(values),
        )  # fmt: skip
        rescore(proposal)
        if state not in CARRIED_STATES:
            # Its duty names it, so it needs its number first.
            proposal.pk = passing.next_pk("lifecycle_planproposal")
            passing.settle(proposal, now=now, by=by)
        made.append(proposal)
    PlanProposal.objects.bulk_create(made)
    plan.edited_no += 1
    plan.save(update_fields=["edited_no"])
    emit(
        RowsImported(subject_id=plan.pk, year=plan.year, import_id=import_id, made=len(made), changed=0),
        actor=by,
        at=now,
    )
    return made
