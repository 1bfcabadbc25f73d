"""The rules of a month as they stood when it was opened: stored with it, so that its scores can be computed again years later."""

from __future__ import annotations

from typing import Any

from lantu.calc.appraisal import Rubric
from lantu.packs.appraisal import AppraisalRules
from lantu.projects.models import Project

LINES = ("LineString", "MultiLineString")


def stored_rules(found: AppraisalRules) -> dict[str, Any]:
    """What is kept with the month."""
    rubric = found.rubric
    return {
        "basis": found.basis,
        "mark": found.mark,
        "method": found.method,
        "rubric": {
            "parts": dict(rubric.parts),
            "grades": dict(rubric.grades),
            "evidence": dict(rubric.evidence),
            "late_day": rubric.late_day,
            "late_floor": rubric.late_floor,
            "bonus_cap": rubric.bonus_cap,
            "late_report_share": rubric.late_report_share,
            "disagreement_share": rubric.disagreement_share,
        },
        "ranking": dict(found.ranking),
        "guards": dict(found.guards),
        "burden": dict(found.burden),
        "sample_share": found.sample_share,
        "safety_subjects": list(found.safety_subjects),
    }


def rubric_of(stored: dict[str, Any]) -> Rubric:
    """The rubric of a month again."""
    return Rubric(**stored["rubric"])


def peer_group_of(project: Project, found: AppraisalRules) -> str:
    """The first group that takes the project."""
    kind = (project.geometry or {}).get("type", "")
    for group in found.peer_groups.values():
        if project.sector in group.sectors or (group.lines and kind in LINES) or not group.sectors:
            return group.key
    raise ValueError("the last peer group takes everybody")
