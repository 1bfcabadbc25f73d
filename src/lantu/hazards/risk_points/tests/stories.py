"""Risk points at every point of their life, through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lantu.hazards.risk_points import services as s
from lantu.hazards.risk_points.judging import works
from lantu.hazards.risk_points.states import PointState
from lantu.hazards.tests.site import NOW

PIT = {
    "name": "2 号楼基坑开挖",
    "place": "2 号楼北侧",
    "kind": "pit.excavation",
    "parameters": {"depth_m": 4.2},
    "work_from": date(2026, 6, 8),
    "work_to": date(2026, 6, 21),
}


def draft(cast: Any, project: Any, **more: Any) -> Any:
    return s.create_point(project=project, values=PIT | more, by=cast.contractor, now=NOW)


def scheme(point: Any, cast: Any, *, experts: int = 0, now: Any = NOW) -> Any:
    return s.record_scheme(
        point,
        by=cast.contractor,
        now=now,
        sections=[section.code for section in works().sections],
        approved_on=date(2026, 6, 1),
        approved_by="总工、总监",
        experts=[f"专家{number}" for number in range(experts)],
        expert_result="passed_after_changes" if experts else "",
        expert_reviewed_on=date(2026, 6, 2) if experts else None,
    )


def point_at(state: str, cast: Any, project: Any, **more: Any) -> Any:
    """A point brought to ``state``, each step a minute after the last."""
    point = draft(cast, project, **more)
    if state == PointState.DRAFT:
        return point
    point = s.submit_point(point, by=cast.contractor, now=NOW + timedelta(minutes=1))
    if state == PointState.SUBMITTED:
        return point
    point = s.review_point(point, by=cast.supervisor, now=NOW + timedelta(minutes=2))
    if state == PointState.REVIEWED:
        return point
    if point.at_least:
        point = scheme(point, cast, experts=5 if point.at_least == 2 else 0, now=NOW + timedelta(minutes=3))
    point = s.control_point(point, by=cast.contractor, now=NOW + timedelta(minutes=4))
    if state == PointState.CLOSED:
        point = s.close_point(
            point, by=cast.supervisor, now=NOW + timedelta(minutes=5), reason="回填完成，防护已拆除"
        )
    return point
