"""Issue the rectification order 整改通知单: numbered without gaps, addressed to one unit, with a deadline."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards import clocks
from lantu.hazards.events import OrderIssued
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.grave.climbing import climb_at_dispatch
from lantu.hazards.models import Hazard, OrderCounter, StopOrder
from lantu.hazards.parties import contacts, rectifying_person, supervising_person
from lantu.hazards.services.passing import advance, clean_text, hand_on, lock
from lantu.hazards.services.stop_work import announce_stop, check_scope, write_stop
from lantu.hazards.states import OrderType, Verb

ORDER_PREFIX = "重整"
# The units that an order names: owner, agent, designer, contractor, supervising engineer.
NAMED_ROLES = ("owner", "agent", "designer", "contractor", "supervisor")


# An order to work under a stop comes with the stop-work order itself.
STOPPING: dict[str, str] = {
    OrderType.STOP_PART: StopOrder.Scope.PART,
    OrderType.STOP_ALL: StopOrder.Scope.WHOLE,
}


@transaction.atomic
def issue_order(
    hazard: Hazard,
    *,
    by: User,
    now: datetime,
    measures: str = "",
    clause: str = "",
    due_at: datetime | None = None,
    order_type: str = "",
    penalty_note: str = "",
    stop_scope: str = "",
    stop_area: str = "",
    version: int | None = None,
) -> Hazard:
    """A person issues the order. The deadline defaults to the grade's own and counts from now.

    A major hazard is put right while work stands still: its order comes with a stop-work order (``stop_scope``
    "part" or "whole"; an ``order_type`` that stops work says it as well). Raises Refused when a party is missing,
    when the issuer belongs to the rectifying unit, for a deadline in the past or beyond the grade's longest, for a
    major hazard without a stop, or for a type and a stop that differ; Denied without the right.
    """
    hazard = lock(hazard, version=version)
    require(by, "hazards.issue_order", hazard.project)
    rectifier = rectifying_person(hazard.project)
    if rectifier is not None:
        must_differ(by, rectifier, _("整改责任人"), _("签发人"))
    hazard.measures_required = clean_text(measures) or hazard.measures_required
    hazard.clause = clean_text(clause, most=400) or hazard.clause
    hazard.penalty_note = clean_text(penalty_note, most=200)
    stop_scope = stop_scope or STOPPING.get(order_type, "")
    hazard.order_type = _order_type(hazard, order_type, stop_scope)
    if hazard.is_major or stop_scope:
        check_scope(stop_scope, stop_area)
    before = write_order(hazard, issuer=by, now=now, due_at=due_at)
    hand_on(hazard, now=now, actor=by, outcome=gettext_noop("已下发整改通知单"))
    announce_order(hazard, before=before, by=by, now=now)
    if stop_scope:
        why = hazard.major_basis or hazard.title
        stop = write_stop(hazard, by=by, now=now, scope=stop_scope, area=stop_area, reason=why[:300])
        announce_stop(hazard, stop, before=hazard.state, now=now)
    climb_at_dispatch(hazard, now=now)
    return hazard


def _order_type(hazard: Hazard, order_type: str, stop_scope: str) -> str:
    """What is asked for: as chosen, else as the stop says, else by the grade."""
    if order_type:
        if order_type not in OrderType.values:
            raise Refused(
                "hazards.bad_order_type",
                _("请选择处理方式。"),
                remedy=_("例如“责令限期整改”。"),
                field="order_type",
                status=422,
            )
        if order_type in STOPPING and STOPPING[order_type] != stop_scope:
            raise Refused(
                "hazards.stop_against_order",
                _("处理方式与停工范围不一致。"),
                remedy=_("请把两处改成同一范围，或把处理方式留为“按等级默认”。"),
                field="stop_scope",
                status=422,
            )
        return order_type
    if stop_scope:
        return OrderType.STOP_ALL if stop_scope == StopOrder.Scope.WHOLE else OrderType.STOP_PART
    return OrderType.IN_TIME


def write_order(hazard: Hazard, *, issuer: User | None, now: datetime, due_at: datetime | None = None) -> str:
    """Fill in the order's fields and take its number; returns the state before. Nothing is saved here but the number.

    Raises Refused when the project has nobody to rectify or nobody to confirm.
    """
    rectifier = rectifying_person(hazard.project)
    if rectifier is None or rectifier.organisation is None:
        raise Refused(
            "hazards.no_rectifier",
            _("项目“%(project)s”没有登记施工单位，整改通知单无处可发。") % {"project": hazard.project.name},
            remedy=_("请先在项目的“参建单位”里登记施工单位及其责任人。"),
        )
    supervising_person(hazard.project, rectifier=rectifier)
    hazard.order_units = {
        role: person.organisation.name
        for role, person in contacts(hazard.project).items()
        if role in NAMED_ROLES and person.organisation is not None
    }
    before, _after = advance(hazard, Verb.ISSUE)
    hazard.due_at = (
        clocks.rectify_by(hazard.grade, now)
        if due_at is None
        else clocks.check_due(hazard.grade, due_at, now)
    )
    hazard.original_due_at = hazard.due_at
    hazard.ordered_at = now
    hazard.issuer = issuer
    hazard.issued_automatically = issuer is None
    hazard.rectifier_unit = rectifier.organisation
    hazard.rectifier = rectifier
    hazard.order_year = timezone.localtime(now).year
    hazard.order_seq = _next_number(hazard.order_year)
    hazard.order_no = f"{ORDER_PREFIX}〔{hazard.order_year}〕{hazard.order_seq:04d}号"
    return before


def _next_number(year: int) -> int:
    """The next number of the year. The row stays locked until the order is committed or given up: no gaps."""
    OrderCounter.objects.bulk_create([OrderCounter(year=year)], ignore_conflicts=True)
    counter = OrderCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def announce_order(
    hazard: Hazard, *, before: str, by: User | None, now: datetime, cause_id: int | None = None
) -> None:
    """Tell it. An automatic order is issued on behalf of the project's officer."""
    assert hazard.due_at is not None
    assert hazard.rectifier_unit_id is not None
    emit(
        OrderIssued(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before=before,
            after=hazard.state,
            order_no=hazard.order_no,
            grade=hazard.grade,
            rectifier_unit_id=hazard.rectifier_unit_id,
            due_at=hazard.due_at.isoformat(),
            automatic=by is None,
        ),
        actor=by,
        at=now,
        on_behalf_of=None if by is not None else contacts(hazard.project).get("officer"),
        cause_id=cause_id,
    )
