"""What a reader may do with a duty now: the buttons of its page and the answers of the API agree by this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantu.accounts.permissions import may
from lantu.accounts.roles import Role
from lantu.accounts.scopes import roles_of
from lantu.duties.deadlines import DAY_SECONDS, after_working_seconds
from lantu.duties.models import ClockStop, Duty, Extension
from lantu.duties.selectors import is_about_duties

MAX_BOUNCES = 2
MAX_EXTENSIONS = 2


@dataclass(frozen=True)
class Desk:
    """A duty as it lies before one reader: its pending requests and the verbs that are open to the reader."""

    verbs: frozenset[str]
    stop: ClockStop | None
    extension: Extension | None

    def __contains__(self, verb: str) -> bool:
        return verb in self.verbs


def desk_of(duty: Duty, reader: Any, *, now: datetime) -> Desk:
    """Verbs: act, hand_over, bounce, arbitrate, ask_stop, decide_stop, resume, ask_extension,
    decide_extension, urge."""
    stop = (
        duty.stops.select_related("asked_by", "decision_duty__holder")
        .filter(resumed_at=None, refused_at=None)
        .first()
    )
    extension = (
        duty.extension_requests.select_related("asked_by", "decision_duty__holder")
        .filter(decided_at=None)
        .first()
    )
    if duty.closed_at is not None:
        return Desk(frozenset(), None, None)
    mine = duty.holder_id == reader.pk
    near = mine or duty.unit.head_id == reader.pk
    office = may(reader, "duties.dispatch", duty.project)
    stopped = duty.stopped_since is not None
    plain = not is_about_duties(duty) and not duty.arbitrating
    in_time = plain and not stopped and now <= duty.due_at
    verbs = {
        "act": mine and not duty.arbitrating,
        "hand_over": (near or office) and not duty.arbitrating,
        "bounce": mine and plain and duty.bounces < MAX_BOUNCES and _is_fresh(duty, now),
        "arbitrate": mine and duty.arbitrating,
        "ask_stop": near and in_time and stop is None,
        "decide_stop": _decides(duty, stop if stop and stop.approved_at is None else None, reader, rung=1),
        "resume": (near or office) and stopped,
        "ask_extension": near and in_time and extension is None and duty.extensions < MAX_EXTENSIONS,
        "decide_extension": _decides(duty, extension, reader, rung=extension.rung if extension else 1),
        "urge": office and not mine and not stopped,
    }
    return Desk(frozenset(verb for verb, allowed in verbs.items() if allowed), stop, extension)


def _is_fresh(duty: Duty, now: datetime) -> bool:
    current = duty.holdings.filter(ended_at=None).first()
    return current is not None and now <= after_working_seconds(current.started_at, DAY_SECONDS)


def _decides(duty: Duty, request: ClockStop | Extension | None, reader: Any, *, rung: int) -> bool:
    if request is None or request.asked_by_id == reader.pk:
        return False
    if request.decision_duty is not None and request.decision_duty.holder_id == reader.pk:
        return True
    return may(reader, "duties.decide", duty.project) and (rung < 2 or Role.DIRECTOR in roles_of(reader))
