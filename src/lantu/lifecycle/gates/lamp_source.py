"""What gates tell the lamp of a project: permit, statistics, overdue conditions and gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone

from lantu.lifecycle.gates.models import Gate, GateCondition, GatePlan
from lantu.lifecycle.gates.states import ConditionState, GateState

NOT_COUNTED = (
    GateState.PASSED, GateState.CONDITIONAL, GateState.SUSPENDED, GateState.CANCELLED, GateState.NOT_STARTED,
)  # fmt: skip


def read(project_ids: Sequence[int], now: datetime) -> Mapping[int, Mapping[str, Any]]:
    """Facts by project; a project without gates is left as unknown as it was."""
    today = timezone.localtime(now).date()
    found: dict[int, dict[str, Any]] = {}
    plans = GatePlan.objects.filter(project_id__in=project_ids).values_list(
        "project_id", "permit_on", "permit_waived", "statistics_on", "has_statistics_step"
    )
    for project_id, permit_on, waived, statistics_on, has_statistics in plans:
        facts: dict[str, Any] = {"has_permit": permit_on is not None or waived}
        if has_statistics:
            facts["entered_statistics"] = statistics_on is not None
        found[project_id] = facts
    conditions = GateCondition.objects.filter(
        project_id__in=project_ids, state=ConditionState.OPEN, due_on__lt=today
    )
    for project_id, number in conditions.values_list("project_id").annotate(n=Count("pk")):
        found.setdefault(project_id, {})["overdue_conditions"] = number
    late = Gate.objects.filter(project_id__in=project_ids, due_on__lt=today).exclude(state__in=NOT_COUNTED)
    for project_id, number in late.order_by().values_list("project_id").annotate(n=Count("pk")):
        found.setdefault(project_id, {})["overdue_gates"] = number
    return found
