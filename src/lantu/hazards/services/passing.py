"""What all verbs share: lock the row, move it on, hand the duty to the next person, tell what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.models import Duty
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.duties.services.open import open_duty
from lantu.hazards.events import OfHazard
from lantu.hazards.models import Hazard
from lantu.hazards.services.tell_reporters import tell_of_the_end
from lantu.hazards.states import Verb, walk
from lantu.hazards.steps import step_of

SUBJECT = "hazards.hazard"
SHORTEST_REASON = 4


def next_pk() -> int:
    """The number of a hazard about to be inserted: its duty names it, and it may not be without duty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('hazards_hazard', 'id'))")
        return int(cursor.fetchone()[0])


def lock(hazard: Hazard, *, version: int | None = None) -> Hazard:
    """The row, locked until the end of the transaction. Raises Refused when the caller saw an older version."""
    # The people are fetched where a step asks for them: joined, the eleven tables cost more to plan than the step does.
    row = Hazard.objects.select_for_update(of=("self",)).select_related("project").get(pk=hazard.pk)
    if version is not None and version != row.version:
        raise Refused(
            "hazards.changed_meanwhile",
            _("这条隐患刚刚被其他人更新，您的操作没有执行。"),
            remedy=_("请刷新页面，看过最新状态后再操作。"),
        )
    return row


def advance(hazard: Hazard, *verbs: Verb) -> tuple[str, str]:
    """Walk the state on; returns (before, after). Raises Refused for a step out of order, or while a claim of a
    false positive waits for its second person."""
    if hazard.false_proposed_by_id is not None and Verb.FALSE not in verbs and Verb.VOID not in verbs:
        raise Refused(
            "hazards.false_pending",
            _("这条隐患有误报申请待复核。"),
            remedy=_("请先由另一人同意或驳回误报申请。"),
        )
    before = hazard.state
    hazard.state = walk(before, *verbs)
    return before, hazard.state


def save(hazard: Hazard) -> None:
    """Write the whole row; the version tells later writers that it moved."""
    hazard.version += 1
    hazard.save()


def tell(
    kind: type[OfHazard],
    hazard: Hazard,
    *,
    before: str,
    at: datetime,
    actor: User | None,
    reason: str = "",
    cause_id: int | None = None,
    **payload: Any,
) -> Event:
    """Emit what happened to this hazard: its state before, its state now, and the payload of ``kind``."""
    told = kind(
        project_id=hazard.project_id, subject_id=hazard.pk, before=before, after=hazard.state, **payload
    )
    return emit(told, actor=actor, at=at, reason=reason, cause_id=cause_id)


def first_duty(hazard: Hazard, *, now: datetime, actor: User | None) -> Duty:
    """The duty with which a hazard comes into the world."""
    step = step_of(hazard, now=now)
    return open_duty(
        subject_type=SUBJECT,
        subject_id=hazard.pk,
        project=hazard.project,
        now=now,
        actor=actor,
        **step.duty_fields(hazard),
    )


def hand_on(hazard: Hazard, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Move the duty to whoever the new state waits for, and save the hazard with it."""
    assert hazard.duty is not None
    step = step_of(hazard, now=now)
    fields: dict[str, Any] = step.duty_fields(hazard)
    hazard.duty = move_duty(hazard.duty, now=now, actor=actor, outcome=outcome, **fields)
    save(hazard)


def finish(hazard: Hazard, *, now: datetime, actor: User | None, outcome: str) -> None:
    """Close the hazard and its duty, and tell whoever reported what was merged into it."""
    hazard.closed_at = now
    hazard.ended_by = actor
    save(hazard)
    duty = hazard.duty
    if duty is not None and duty.closed_at is None:
        close_duty(duty, now=now, actor=actor, outcome=outcome)
    tell_of_the_end(hazard, actor=actor, now=now)


def reason_of(text: str, *, field: str = "reason") -> str:
    """A reason that says something. Raises Refused when it is empty or too short."""
    reason = text.replace("\x00", "").strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(
            "hazards.reason_missing",
            _("请写明理由。"),
            remedy=_("用一句话说明依据，至少 %(n)d 个字。") % {"n": SHORTEST_REASON},
            field=field,
            status=422,
        )
    return reason[:300]


def unit_of(person: User) -> int:
    """The unit that a person acts for. Raises Refused for a person without one."""
    if person.organisation_id is None:
        raise Refused(
            "hazards.no_unit",
            _("您的账号没有所属单位，不能办理。"),
            remedy=_("请系统管理员在人员管理里填写您的单位。"),
        )
    return person.organisation_id


def clean_text(text: str, *, most: int = 4000) -> str:
    """Text as people typed it, without characters that a database refuses."""
    return text.replace("\x00", "").strip()[:most]
