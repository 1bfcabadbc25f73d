"""What the verbs of risk points share: lock the row, move it on, hand the duty to the next person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.hazards.risk_points.models import PatrolRound, RiskPoint
from lantu.hazards.risk_points.states import Verb, next_state
from lantu.hazards.risk_points.steps import duty_of

SUBJECT = "hazards.riskpoint"
ROUND_SUBJECT = "hazards.patrolround"


def next_pk(table: str) -> int:
    """The number of a row about to be inserted: its duty names it, and it may not be without duty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])


def lock(point: RiskPoint, *, version: int | None = None) -> RiskPoint:
    """The row, locked until the end of the transaction. Raises Refused when the caller saw an older version."""
    row = (
        RiskPoint.objects.select_for_update(of=("self",))
        .select_related("project", "duty", "created_by__organisation", "responsible__organisation")
        .get(pk=point.pk)
    )
    if version is not None and version != row.version:
        raise Refused(
            "risk_points.changed_meanwhile",
            _("这个风险点刚刚被其他人更新，您的操作没有执行。"),
            remedy=_("请刷新页面，看过最新状态后再操作。"),
        )
    return row


def lock_round(round_: PatrolRound) -> PatrolRound:
    """The round, locked until the end of the transaction."""
    return (
        PatrolRound.objects.select_for_update(of=("self",))
        .select_related("plan", "project", "duty", "patroller")
        .get(pk=round_.pk)
    )


def advance(point: RiskPoint, verb: Verb) -> tuple[str, str]:
    """Walk the state on; returns (before, after). Raises Refused for a step out of order."""
    before = point.state
    point.state = next_state(before, verb)
    return before, point.state


def save(point: RiskPoint) -> None:
    """Write the whole row; the version tells later writers that it moved."""
    point.version += 1
    point.save()


def first_duty(point: RiskPoint, *, now: datetime, actor: User | None) -> None:
    point.duty = open_duty(
        subject_type=SUBJECT,
        subject_id=point.pk,
        project=point.project,
        now=now,
        actor=actor,
        **duty_of(point, now=now),
    )


def hand_on(point: RiskPoint, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Move the duty to whoever the new state waits for, and save the point with it."""
    assert point.duty is not None
    fields: dict[str, Any] = duty_of(point, now=now)
    point.duty = move_duty(point.duty, now=now, actor=actor, outcome=outcome, **fields)
    save(point)


def finish(point: RiskPoint, *, now: datetime, by: User, reason: str, outcome: str) -> None:
    """Close the point and its duty."""
    point.closed_at = now
    point.closed_by = by
    point.end_reason = reason
    save(point)
    if point.duty is not None and point.duty.closed_at is None:
        point.duty = close_duty(point.duty, now=now, actor=by, outcome=outcome)


def in_china(lon: float, lat: float) -> bool:
    """Whether a place in degrees can be meant at all."""
    return 73 <= lon <= 136 and 3 <= lat <= 54


def unfit(field: str, detail: str, remedy: str = "") -> Unacceptable:
    """A value that cannot be taken, with the field's name."""
    return Unacceptable("risk_points.bad_value", detail, remedy=remedy, field=field)
