"""What gates tell the lamp of a project: permit, statistics, overdue conditions and gates; funds against the year's plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils import timezone

from lantu.lifecycle.gates.book import book
from lantu.lifecycle.gates.models import Gate, GateCondition, GatePlan
from lantu.lifecycle.gates.states import NOT_AWAITED, ConditionState
from lantu.projects.models import Project, YearPlan
from lantu.projects.services.follow_plan import done_before


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
    late = Gate.objects.filter(project_id__in=project_ids, due_on__lt=today).exclude(state__in=NOT_AWAITED)
    for project_id, number in late.order_by().values_list("project_id").annotate(n=Count("pk")):
        found.setdefault(project_id, {})["overdue_gates"] = number
    return found


def read_funds(project_ids: Sequence[int], now: datetime) -> Mapping[int, Mapping[str, Any]]:
    """What the year's plan needs against the sources that are available by this year and not yet used up before it.

    Judged only where the year has a plan and every source names its year: otherwise nothing is known, and nothing said.
    The share that must be covered is data of the pack.
    """
    year, share = timezone.localtime(now).year, Decimal(str(book().settings.funds_cover_pct)) / 100
    plans = dict(
        YearPlan.objects.filter(project__in=project_ids, year=year, planned_yuan__gt=0).values_list(
            "project_id", "planned_yuan"
        )
    )
    sources = Project.objects.filter(pk__in=plans).exclude(funds=[]).values_list("pk", "funds")
    dated = {pk: funds for pk, funds in sources if all(_has_year(entry) for entry in funds)}
    if not dated:
        return {}
    used = done_before(sorted(dated), year)
    return {
        pk: {
            "funds_required_yuan": int(plans[pk] * share),
            "funds_received_yuan": int(available_by(funds, year) - used.get(pk, Decimal(0))),
        }
        for pk, funds in dated.items()
    }


def _has_year(entry: Any) -> bool:
    return isinstance(entry, Mapping) and str(entry.get("year") or "").isdecimal()


def available_by(funds: Sequence[Mapping[str, Any]], year: int) -> Decimal:
    """Sum of the sources of ``year`` and before."""
    return sum(
        (Decimal(str(entry.get("yuan") or 0)) for entry in funds if int(entry["year"]) <= year), Decimal(0)
    )
