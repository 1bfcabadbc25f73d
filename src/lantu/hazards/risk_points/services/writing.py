"""Write a risk point down, and change it while it is being written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.services.emit import emit
from lantu.hazards.risk_points.events import PointChanged, PointCreated
from lantu.hazards.risk_points.judging import kind_of
from lantu.hazards.risk_points.models import Assessment, RiskPoint
from lantu.hazards.risk_points.services import passing
from lantu.hazards.risk_points.services.values import put
from lantu.hazards.risk_points.states import PointState, Verb, next_state
from lantu.projects.models import Project


@transaction.atomic
def create_point(
    *, project: Project, values: Mapping[str, Any], by: User, now: datetime, submit: bool = False
) -> RiskPoint:
    """A draft with its number, its verdict and its first assessment. Where LEC, controls or level are not given, the
    kind of work proposes them; the person responsible is by default the writer. ``submit``: it goes to its reviewer
    at once, unless a parameter is missing: then it stays a draft. Raises Refused for bad values.
    """
    require(by, "risk_points.create", project)
    kind = kind_of(str(values.get("kind", "")))
    proposed = dict(zip(("likelihood", "exposure", "consequence"), kind.lec, strict=True))
    given = {name: value for name, value in values.items() if value is not None or name in {"lon", "lat"}}
    Project.objects.select_for_update().get(pk=project.pk)
    last = RiskPoint.objects.filter(project=project).aggregate(last=Max("no"))["last"] or 0
    point = RiskPoint(
        pk=passing.next_pk("hazards_riskpoint"),
        project=project,
        no=last + 1,
        token=secrets.token_urlsafe(16),
        created_by=by,
        created_at=now,
        parameters={},
    )
    put(point, proposed | {"controls": list(kind.controls), "parameters": {}, "responsible": by} | given)
    if submit and point.level is not None:
        point.state, point.submitted_at = next_state(point.state, Verb.SUBMIT), now
    passing.first_duty(point, now=now, actor=by)
    point.save(force_insert=True)
    assess_row(point, by=by, now=now)
    emit(
        PointCreated(
            project_id=project.pk,
            subject_id=point.pk,
            before="",
            after=point.state,
            grade=point.grade,
            name=point.name,
            work=point.kind,
            level=point.level,
        ),
        actor=by,
        at=now,
    )
    return point


def assess_row(point: RiskPoint, *, by: User, now: datetime, note: str = "") -> Assessment:
    """Keep the judgement that now stands on the point."""
    return Assessment.objects.create(
        point=point,
        likelihood=point.likelihood,
        exposure=point.exposure,
        consequence=point.consequence,
        d=point.d,
        grade=point.grade,
        note=note[:300],
        by=by,
        at=now,
    )


@transaction.atomic
def change_point(
    point: RiskPoint, *, values: Mapping[str, Any], by: User, now: datetime, version: int | None = None
) -> RiskPoint:
    """Change a draft. Raises Refused for bad values, and once the point has been submitted."""
    require(by, "risk_points.create", point.project)
    point = passing.lock(point, version=version)
    before, after = passing.advance(point, Verb.CHANGE)
    judged = point.d
    changed = put(point, values)
    if not changed:
        return point
    passing.save(point)
    if point.d != judged or "likelihood" in changed:
        assess_row(point, by=by, now=now)
    if point.duty is not None and point.state == PointState.DRAFT and "responsible" not in changed:
        point.duty.title = f"{point.code} {point.name} · {point.project.name}"[:200]
        point.duty.severity = point.grade
        point.duty.save(update_fields=["title", "severity"])
    emit(
        PointChanged(
            project_id=point.project_id,
            subject_id=point.pk,
            before=before,
            after=after,
            grade=point.grade,
            fields=sorted(changed),
            level=point.level,
        ),
        actor=by,
        at=now,
    )
    return point
