"""The value is back to normal, or the device sends again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_noop

from lantu.core.services.emit import emit, emit_all, hold_chain, hold_chains
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.close_alert import close_alert
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.events import AlertCleared


class Calm(NamedTuple):
    """An alert whose value is back to normal since ``at``; ``value``: the last one, if there is one."""

    alert_id: int
    value: float | None
    at: datetime


@transaction.atomic
def clear_many(calms: Sequence[Calm], *, now: datetime) -> None:
    """:func:`clear_alert` of many, in a handful of statements. What is closed or cleared already stays as it is."""
    wanted = {calm.alert_id: calm for calm in calms}
    waiting = Alert.objects.filter(pk__in=wanted, closed_at=None, cleared_at=None)
    hold_chains(sorted(set(waiting.values_list("project_id", flat=True))))
    cleared = []
    for alert in waiting.select_for_update(of=("self",)).order_by("pk"):
        if alert.kind == AlertKind.TECHNICAL:
            clear_alert(alert, value=wanted[alert.pk].value, at=wanted[alert.pk].at, now=now)
        else:
            _note(alert, wanted[alert.pk])
            cleared.append(alert)
    if cleared:
        Alert.objects.bulk_update(cleared, ["cleared_at", "last_value", "last_at"])
        emit_all([_cleared(alert, wanted[alert.pk]) for alert in cleared], actor=None, at=now)


def _note(alert: Alert, calm: Calm) -> None:
    alert.cleared_at = calm.at
    if calm.value is not None:
        alert.last_value, alert.last_at = calm.value, calm.at


def _cleared(alert: Alert, calm: Calm) -> AlertCleared:
    return AlertCleared(
        project_id=alert.project_id, subject_id=alert.pk, value=calm.value, cleared_at=calm.at.isoformat()
    )


@transaction.atomic
def clear_alert(alert: Alert, *, value: float | None, at: datetime, now: datetime) -> Alert:
    """Note the return to normal. A technical alert closes with it; a risk stays with its holder."""
    hold_chain(alert.project_id)
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if alert.closed_at is not None or alert.cleared_at is not None:
        return alert
    calm = Calm(alert.pk, value, at)
    _note(alert, calm)
    alert.save(update_fields=["cleared_at", "last_value", "last_at"])
    emit(_cleared(alert, calm), actor=None, at=now)
    if alert.kind == AlertKind.TECHNICAL:
        return close_alert(alert, now=now, actor=None, outcome=gettext_noop("数据恢复"))
    return alert
