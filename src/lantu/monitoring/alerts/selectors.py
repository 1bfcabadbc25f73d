"""Reads of alerts: only of projects that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.duties.models import Duty
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.states import AlertKind, AlertState
from lantu.projects.selectors import visible_projects

RELATED = ("project", "device", "channel", "rule", "rule_version__rule", "duty__holder", "duty__unit")


def visible_alerts(reader: Any) -> QuerySet[Alert]:
    """Alerts of the reader's projects with everything a row shows."""
    return Alert.objects.filter(project__in=visible_projects(reader)).select_related(*RELATED)


def get_alert(reader: Any, pk: int) -> Alert:
    """One alert. Raises Missing when it is not there for this reader."""
    alert = visible_alerts(reader).filter(pk=pk).first()
    if alert is None:
        raise Missing(
            "monitoring.alert_unknown",
            _("没有找到编号 %(pk)s 的预警，或您无权查看。") % {"pk": pk},
            remedy=_("请核对编号。"),
        )
    return alert


def find_alerts(
    reader: Any,
    *,
    kind: str = "",
    state: str = "",
    severity: int | None = None,
    project: str = "",
    rule: str = "",
    version: int | None = None,
    words: str = "",
) -> QuerySet[Alert]:
    """The list's filter. ``state`` is an alert state, open (new and taken up), counted (all but false ones) or handed_on
    (ever made a hazard, closed or not)."""
    found = visible_alerts(reader)
    if kind in AlertKind.values:
        found = found.filter(kind=kind)
    if state == "open":
        found = found.filter(closed_at=None)
    elif state == "counted":
        found = found.exclude(state=AlertState.FALSE_POSITIVE)
    elif state == "handed_on":
        found = found.exclude(taken_up_ref="")
    elif state in AlertState.values:
        found = found.filter(state=state)
    if severity:
        found = found.filter(severity=severity)
    if project:
        found = found.filter(project__code=project)
    if rule:
        found = found.filter(rule__code=rule)
    if version is not None and version < 2**31:
        found = found.filter(rule_version__version=version)
    if words:
        found = found.filter(
            Q(device__name__icontains=words)
            | Q(device__code__icontains=words)
            | Q(project__name__icontains=words)
        )
    return found


def with_balls(alerts: Iterable[Alert]) -> list[Alert]:
    """Give each alert its ``ball``: the open duty of itself, or of what took it up. Queries: at most one more."""
    rows = list(alerts)
    refs = {ref for ref in (_subject(alert.taken_up_ref) for alert in rows if alert.is_open) if ref[0]}
    duties = (
        {
            (duty.subject_type, duty.subject_id): duty
            for duty in Duty.objects.filter(
                closed_at=None,
                subject_type__in={kind for kind, _number in refs},
                subject_id__in={number for _kind, number in refs},
            ).select_related("holder", "unit")
        }
        if refs
        else {}
    )
    for alert in rows:
        own = alert.duty if alert.duty is not None and alert.duty.closed_at is None else None
        alert.ball = own or duties.get(_subject(alert.taken_up_ref))  # type: ignore[attr-defined]
    return rows


def _subject(ref: str) -> tuple[str, int]:
    """“hazards.hazard:12” as a duty names it; an empty subject for anything else."""
    kind, _colon, number = ref.partition(":")
    return (kind, int(number)) if number.isdecimal() else ("", 0)


def risk_alerts(reader: Any) -> QuerySet[Alert]:
    """Warnings in the founding text's sense: risk alerts that were not false."""
    return Alert.objects.filter(project__in=visible_projects(reader), kind=AlertKind.RISK).exclude(
        state=AlertState.FALSE_POSITIVE
    )
