"""More time for a duty of gates moves the object's own day with it; the original day of a gate stays."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from lantu.accounts.models import User
from lantu.core.services.emit import hold_chain
from lantu.duties.extension_rules import ExtensionRule, extension_rules
from lantu.duties.models import Duty, Extension
from lantu.lifecycle.gates.models import Gate, GateCondition
from lantu.lifecycle.gates.services.passing import CONDITION, GATE
from lantu.lifecycle.gates.services.recompute import recompute_gates


def _hold(duty: Duty) -> None:
    hold_chain(duty.project_id)


def _allow_asking(duty: Duty, wanted_due_at: datetime, now: datetime) -> None:
    """Gates forbid no request beyond what the ladder says: before expiry, at most two."""


def _allow_granting(duty: Duty, extension: Extension) -> None:
    """As for asking."""


def _granted(duty: Duty, extension: Extension, now: datetime, actor: User) -> None:
    day = timezone.localtime(extension.wanted_due_at).date()
    if duty.subject_type == CONDITION:
        GateCondition.objects.filter(pk=duty.subject_id).update(due_on=day)
    elif duty.step in ("prepare", "put_right"):
        Gate.objects.filter(pk=duty.subject_id).update(due_on=day)
    if duty.project_id is not None:
        recompute_gates(now=now, project_ids=[duty.project_id])


for _key in (GATE, CONDITION):
    extension_rules.add(
        ExtensionRule(
            key=_key,
            hold=_hold,
            before_asking=_allow_asking,
            before_granting=_allow_granting,
            granted=_granted,
        )
    )
