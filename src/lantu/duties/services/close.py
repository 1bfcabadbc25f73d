"""Close a duty: what was owed has been done, or is owed no more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from lantu.accounts.models import User
from lantu.core.services.emit import emit
from lantu.duties import wording
from lantu.duties.deadlines import shifted
from lantu.duties.events import DutyClosed
from lantu.duties.models import ClockStop, Duty, Extension, Holding, Notice
from lantu.duties.services.about import about
from lantu.duties.services.lock import locked_open


@transaction.atomic
def close_duty(duty: Duty, *, now: datetime, actor: User | None, outcome: str) -> Duty:
    """End the current holding, the clock and every pending request. ``outcome`` says how it ended.

    A clock that stands still is let run first, so that the duty is judged against its true due time.
    """
    duty = locked_open(duty.pk)
    closed_at = max(now, duty.opened_at)
    if duty.stopped_since is not None:
        duty.due_at = shifted(
            duty.due_at, stopped_from=duty.stopped_since, stopped_to=closed_at, clock=duty.clock
        )
        duty.stopped_since = None
    duty.closed_at = closed_at
    duty.outcome = outcome[:60]
    duty.check_at = None
    duty.arbitrating = False
    duty.save(update_fields=["closed_at", "outcome", "due_at", "stopped_since", "check_at", "arbitrating"])
    Holding.objects.filter(duty=duty, ended_at=None).update(ended_at=closed_at)
    Notice.objects.filter(duty=duty, recipient_id=duty.holder_id, seen_at=None).update(seen_at=now)
    _withdraw_requests(duty, now=closed_at, actor=actor)
    emit(
        DutyClosed(
            **about(duty),
            outcome=duty.outcome,
            on_time=closed_at <= duty.due_at,
        ),
        actor=actor,
        at=now,
    )
    return duty


def _withdraw_requests(duty: Duty, *, now: datetime, actor: User | None) -> None:
    """A request about a closed duty has nothing left to decide."""
    asked = Extension.objects.filter(duty=OuterRef("pk"), decided_at=None)
    stopped = ClockStop.objects.filter(duty=OuterRef("pk"), resumed_at=None, refused_at=None)
    # Hardly ever: so one question to begin with.
    if not Duty.objects.filter(Exists(asked) | Exists(stopped), pk=duty.pk).exists():
        return
    pending: list[Extension | ClockStop] = [
        *duty.extension_requests.filter(decided_at=None).select_related("decision_duty"),
        *duty.stops.filter(resumed_at=None, refused_at=None).select_related("decision_duty"),
    ]
    for request in pending:
        if isinstance(request, Extension):
            request.decided_at = now
            request.granted = False
        else:
            request.resumed_at = now
        request.save()
        if request.decision_duty is not None and request.decision_duty.closed_at is None:
            close_duty(request.decision_duty, now=now, actor=actor, outcome=wording.WITHDRAWN)
