"""How long it took: planned and actual days, and the same of other finished projects of the sector. For reading only."""

from __future__ import annotations

from datetime import date
from statistics import quantiles

from django.utils.translation import gettext as _

from lantu.lifecycle.programmes.cases.registry import Content, Foreseen, Line, Target, offset_of
from lantu.projects.models import Project, Status

FEWEST = 4


def take(project: Project, start: date) -> Content | None:
    """Working days from start to finish, planned and actual; P50 and P80 of the sector where there are enough."""
    if project.actual_finish_on is None:
        return None
    actual = offset_of(start, project.actual_finish_on)
    planned = None
    if project.planned_start_on and project.planned_finish_on:
        planned = offset_of(project.planned_start_on, project.planned_finish_on)
    peers = Project.objects.filter(
        sector=project.sector,
        status=Status.FINISHED,
        actual_start_on__isnull=False,
        actual_finish_on__isnull=False,
    ).values_list("actual_start_on", "actual_finish_on")
    days = sorted(offset_of(begun, done) for begun, done in peers if begun and done and done > begun)
    spread = spread_of(days)
    return {"planned_days": planned, "actual_days": actual, "peers": len(days), **spread}


def spread_of(days: list[int]) -> dict[str, int | None]:
    """Median and 80th percentile; None where fewer than four were observed."""
    if len(days) < FEWEST:
        return {"p50_days": None, "p80_days": None}
    cuts = quantiles(days, n=10, method="inclusive")
    return {"p50_days": round(cuts[4]), "p80_days": round(cuts[7])}


def foresee(content: Content, target: Target) -> Foreseen:
    """When the new project would be done if it took as long."""
    words = {
        "planned_days": _("案例计划工期"),
        "actual_days": _("案例实际工期"),
        "p50_days": _("同领域已竣工项目中位数（P50）"),
        "p80_days": _("同领域已竣工项目 P80"),
    }
    lines = [
        Line(what=label, offset=content[key], on=target.day(content[key]))
        for key, label in words.items()
        if content.get(key) is not None
    ]
    return Foreseen(lines=lines)
