"""One verb on one object, from a form or from the API: both call here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Missing
from lantu.lifecycle.gates import services as s
from lantu.lifecycle.gates.models import Gate, GatePlan, GateStep


def unknown_verb() -> Missing:
    """What an address with a verb that does not exist answers."""
    return Missing("gates.unknown_verb", _("没有这个操作。"), remedy=_("请从关口页面重新进入。"))


def act_on_gate(
    gate: Gate,
    verb: str,
    *,
    by: User,
    now: datetime,
    version: int | None,
    text: str = "",
    day: date | None = None,
    conditions: Sequence[s.Wanted] = (),
    document_no: str = "",
    change_pct: float = 0.0,
    passed_on: date | None = None,
) -> Gate:
    """Call the service behind ``verb``. Raises Missing for an unknown verb."""
    who: dict[str, Any] = {"by": by, "now": now, "version": version}
    verbs: Mapping[str, Callable[[], Gate]] = {
        "start": lambda: s.start_gate(gate, **who),
        "submit": lambda: s.submit_gate(gate, note=text, **who),
        "check": lambda: s.check_gate(gate, note=text, **who),
        "return": lambda: s.return_gate(gate, reason=text, **who),
        "approve": lambda: s.approve_gate(gate, note=text, passed_on=passed_on, **who),
        "approve_conditionally": lambda: s.approve_conditionally(
            gate, conditions=conditions, note=text, **who
        ),
        "hold": lambda: s.hold_gate(gate, reason=text, until=day or now.date(), **who),
        "release": lambda: s.release_gate(gate, reason=text, **who),
        "reject": lambda: s.reject_gate(gate, reason=text, **who),
        "replan": lambda: s.replan_gate(gate, due_on=day or date.min, reason=text, **who),
        "reopen": lambda: s.reopen_gate(
            gate, document_no=document_no, reason=text, change_pct=change_pct, **who
        ),
    }
    if verb not in verbs:
        raise unknown_verb()
    return verbs[verb]()


def act_on_step(
    step: GateStep,
    verb: str,
    *,
    by: User,
    now: datetime,
    version: int | None,
    text: str = "",
    papers: Sequence[s.Paper] = (),
) -> GateStep:
    """Call the service behind ``verb``. Raises Missing for an unknown verb."""
    who: dict[str, Any] = {"by": by, "now": now, "version": version}
    verbs: Mapping[str, Callable[[], GateStep]] = {
        "apply": lambda: s.apply_step(step, papers=papers, note=text, **who),
        "confirm": lambda: s.confirm_step(step, papers=papers, note=text, **who),
        "return": lambda: s.return_step(step, reason=text, **who),
        "waive": lambda: s.waive_step(step, reason=text, **who),
    }
    if verb not in verbs:
        raise unknown_verb()
    return verbs[verb]()


def act_on_plan(
    plan: GatePlan, verb: str, *, by: User, now: datetime, document_no: str, reason: str
) -> list[Gate]:
    """Suspend, resume or cancel. Raises Missing for an unknown verb."""
    verbs = {"suspend": s.suspend_gates, "resume": s.resume_gates, "cancel": s.cancel_gates}
    if verb not in verbs:
        raise unknown_verb()
    return verbs[verb](plan, by=by, now=now, document_no=document_no, reason=reason)
