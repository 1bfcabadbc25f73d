"""Risk points in a template made of a finished project: kinds of work, parameters, grading and controls."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.services.writing import create_point
from lantu.hazards.risk_points.states import PointState
from lantu.lifecycle.programmes.cases.registry import (
    Content,
    Foreseen,
    Line,
    Target,
    offset_of,
    people_by_role,
)
from lantu.projects.models import Party, Project

MOST_POINTS = 200


def take(project: Project, start: date) -> Content | None:
    """The points that were not voided, with their days counted from the start; the person responsible stays behind."""
    rows = RiskPoint.objects.filter(project=project).exclude(state=PointState.VOID).order_by("no")
    found = [
        {
            "name": point.name,
            "place": point.place,
            "kind": point.kind,
            "parameters": point.parameters,
            "lec": [point.likelihood, point.exposure, point.consequence],
            "controls": point.controls,
            "from": offset_of(start, point.work_from),
            "to": offset_of(start, point.work_to),
        }
        for point in rows[:MOST_POINTS]
    ]
    return {"rows": found} if found else None


def foresee(content: Content, target: Target) -> Foreseen:
    """Every point with the day on which its work would begin."""
    problem = ""
    if not may(target.by, "risk_points.create", target.project):
        problem = _("风险点由施工单位或建设单位编制，您没有权限。")
    elif RiskPoint.objects.filter(project=target.project).exists():
        problem = _("这个项目已经有风险点。")
    lines = [
        Line(what=row["name"], offset=row["from"], on=target.day(row["from"]), note=row["place"])
        for row in content["rows"]
    ]
    return Foreseen(lines=lines, problem=problem)


def make(content: Content, target: Target) -> str:
    """Drafts: whoever answers for them completes and submits them."""
    responsible = people_by_role(target.project).get(str(Party.Role.CONTRACTOR), target.by)
    for row in content["rows"]:
        likelihood, exposure, consequence = row["lec"]
        create_point(
            project=target.project,
            values={
                "name": row["name"],
                "place": row["place"],
                "kind": row["kind"],
                "parameters": row["parameters"],
                "likelihood": likelihood,
                "exposure": exposure,
                "consequence": consequence,
                "controls": row["controls"],
                "responsible": responsible,
                "work_from": target.day(row["from"]),
                "work_to": target.day(max(row["to"], row["from"])),
            },
            by=target.by,
            now=target.now,
        )
    return _("已建立风险点草稿 %(n)d 个") % {"n": len(content["rows"])}
