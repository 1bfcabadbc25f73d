"""The timer: slips and the escalation ladder (docs/algorithms/deadlines.md).

1. pick the open duties whose next check has come;
2. one transaction a duty: lock it, compare where it stands with where the clock says it should stand;
3. every rung reached becomes an event with the people told, and a notice for each of them;
4. a red slip is repeated every week until the duty is closed. Running twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.duties import wording
from lantu.duties.deadlines import RED_REPEATS_AFTER, TOP_RUNG, next_check, standing
from lantu.duties.events import DutyEscalated
from lantu.duties.models import Duty, Notice, Slip
from lantu.duties.selectors import told_at
from lantu.duties.services.about import about
from lantu.duties.services.lock import locked_open
from lantu.duties.services.notify import tell

log = structlog.get_logger(__name__)
WORSE = {"": 0, Slip.BLUE: 1, Slip.YELLOW: 2, Slip.RED: 3}
WORDS = {
    Slip.NONE: wording.RAISED,
    Slip.BLUE: wording.BLUE,
    Slip.YELLOW: wording.YELLOW,
    Slip.RED: wording.RED,
}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder that is due now."""

    level: int
    slip: str


def rungs_due(duty: Duty, now: datetime) -> list[Rung]:
    """The rungs that the clock has reached and the duty has not been given, lowest first."""
    at = standing(duty, now)
    slip = at.slip if WORSE[at.slip] >= WORSE[duty.slip] else duty.slip
    rungs = [Rung(level, slip) for level in range(duty.level + 1, at.level + 1)]
    if not rungs and WORSE[slip] > WORSE[duty.slip]:
        rungs = [Rung(duty.level, slip)]
    red_is_old = duty.reminded_at is None or now - duty.reminded_at >= RED_REPEATS_AFTER
    if not rungs and duty.slip == Slip.RED and red_is_old:
        rungs = [Rung(duty.level, Slip.RED)]
    return rungs


def remind_and_escalate(now: datetime) -> int:
    """Run the ladder over all open duties. Returns how many slips were issued."""
    due = (
        Duty.objects.filter(Q(check_at__lte=now) | Q(check_at=None), closed_at=None, stopped_since=None)
        .order_by("due_at")
        .values_list("pk", flat=True)
    )
    issued = sum(climb(pk, now=now) for pk in list(due))
    if issued:
        log.info("slips_issued", count=issued)
    return issued


@transaction.atomic
def climb(duty_id: int, *, now: datetime) -> int:
    """Bring one duty to the rung where the clock says it belongs. Returns the number of slips issued."""
    duty = (
        Duty.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("holder", "unit__head", "unit__parent__head", "project")
        .filter(pk=duty_id, closed_at=None, stopped_since=None)
        .first()
    )
    if duty is None:
        return 0
    return _issue_all(duty, rungs_due(duty, now), now=now, actor=None, why="")


@transaction.atomic
def escalate_to(duty: Duty, *, level: int, now: datetime, actor: User | None, why: str) -> int:
    """Raise a duty to ``level`` at once, whatever the clock says: a grave hazard starts high.

    Every rung below it is told as well. Returns how many slips were issued; 0 when it stands that high.
    """
    duty = locked_open(duty.pk)
    rungs = [Rung(one, duty.slip) for one in range(duty.level + 1, min(level, TOP_RUNG) + 1)]
    return _issue_all(duty, rungs, now=now, actor=actor, why=why)


def _issue_all(duty: Duty, rungs: list[Rung], *, now: datetime, actor: User | None, why: str) -> int:
    told: set[int] = set()
    for rung in rungs:
        told |= _issue(duty, rung, skip=told, now=now, actor=actor, why=why)
    duty.check_at = next_check(duty, now)
    duty.save(update_fields=["slip", "level", "reminded_at", "check_at"])
    return len(rungs)


def _issue(
    duty: Duty, rung: Rung, *, skip: set[int], now: datetime, actor: User | None, why: str
) -> set[int]:
    """One rung. Whoever was told of a lower rung at this very moment is not told twice."""
    duty.level, duty.slip, duty.reminded_at = rung.level, rung.slip, now
    told = tell(
        [person for person in told_at(duty, rung.level, now) if person.pk not in skip],
        duty=duty,
        kind=Notice.Kind.SLIP if rung.level == 0 else Notice.Kind.ESCALATION,
        level=rung.level,
        slip=rung.slip,
        text=wording.CLIMBED
        % {"slip": WORDS[Slip(rung.slip)], "title": duty.title, "holder": duty.holder, "why": why},
        now=now,
    )
    emit(
        DutyEscalated(
            **about(duty),
            level=rung.level,
            slip=rung.slip,
            told_ids=told,
        ),
        actor=actor,
        at=now,
        reason=why,
    )
    return set(told)
