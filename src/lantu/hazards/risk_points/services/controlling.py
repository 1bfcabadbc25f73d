"""Keep a reviewed risk point under control, look at it again before its term ends, and end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.risk_points.events import PointClosed, PointControlled, PointReassessed, PointVoided
from lantu.hazards.risk_points.judging import gaps_of
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.services import passing
from lantu.hazards.risk_points.services.values import put
from lantu.hazards.risk_points.services.writing import assess_row
from lantu.hazards.risk_points.states import PointState, Verb
from lantu.hazards.risk_points.steps import reassess_by
from lantu.hazards.services.passing import clean_text, reason_of


@transaction.atomic
def control_point(
    point: RiskPoint, *, by: User, now: datetime, note: str = "", version: int | None = None
) -> RiskPoint:
    """The controls are in place. Raises Refused while the special scheme, its sections or its expert review lack.

    Only a person of the responsible unit confirms this.
    """
    require(by, "risk_points.control", point.project)
    point = passing.lock(point, version=version)
    if by.organisation_id != point.responsible.organisation_id:
        raise Refused(
            "risk_points.not_responsible",
            _("这个风险点由“%(unit)s”管控。") % {"unit": point.responsible.organisation},
            remedy=_("请由该单位的人员确认。"),
            status=403,
        )
    before, after = passing.advance(point, Verb.CONTROL)
    gaps = gaps_of(point)
    if gaps:
        raise Refused(
            "risk_points.scheme_lacking",
            _("还不能纳入管控：%(gaps)s。") % {"gaps": "；".join(gaps)},
            remedy=_("请先补齐专项方案、论证或措施。"),
        )
    point.controlled_at = now
    point.reassess_due_at = reassess_by(point, now)
    passing.hand_on(point, now=now, actor=by, outcome=gettext_noop("管控措施已落实"))
    emit(
        PointControlled(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade,
            reassess_due_at=point.reassess_due_at.isoformat(),
        ),
        actor=by,
        at=now,
        reason=clean_text(note, most=300),
    )  # fmt: skip
    return point


@transaction.atomic
def reassess_point(
    point: RiskPoint,
    *,
    by: User,
    now: datetime,
    note: str,
    likelihood: float | None = None,
    exposure: float | None = None,
    consequence: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    work_to: date | None = None,
    version: int | None = None,
) -> RiskPoint:
    """Look again, with new factors, parameters or end of work. The same or a graver colour holds at once; a lower one
    waits for a second person, and until then the graver one stays in force. Raises Refused for bad values, and where
    new parameters leave the verdict open.
    """
    require(by, "risk_points.reassess", point.project)
    why = reason_of(note, field="note")
    point = passing.lock(point, version=version)
    held = {name: getattr(point, name) for name in ("likelihood", "exposure", "consequence", "d", "grade")}
    given = {"likelihood": likelihood, "exposure": exposure, "consequence": consequence, "work_to": work_to}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if parameters is not None:
        values["parameters"] = dict(point.parameters) | dict(parameters)
    was_level = point.level
    put(point, values)
    if point.level is None:
        raise Refused("risk_points.cannot_judge", _("参数不全，不能判定。"), field="parameters", status=422)
    lower = point.grade < held["grade"]
    before, after = passing.advance(point, Verb.LOWER if lower else Verb.REASSESS)
    proposed = point.grade
    assessment = assess_row(point, by=by, now=now, note=why)
    if lower:
        for name, value in held.items():
            setattr(point, name, value)
    else:
        assessment.accepted = True
        assessment.save(update_fields=["accepted"])
    if (was_level or 0) < point.level and point.state == PointState.IN_CONTROL and gaps_of(point):
        # It has grown beyond what its scheme covers: back to whoever must put the scheme in order first.
        after = point.state = str(PointState.REVIEWED)
        point.controlled_at = None
    if point.state == PointState.IN_CONTROL:
        point.reassess_due_at = reassess_by(point, now)
    passing.hand_on(point, now=now, actor=by, outcome=gettext_noop("已复评"))
    emit(
        PointReassessed(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade,
            d=assessment.d, proposed_grade=proposed,
        ),
        actor=by,
        at=now,
        reason=why,
    )  # fmt: skip
    return point


@transaction.atomic
def close_point(
    point: RiskPoint, *, by: User, now: datetime, reason: str, version: int | None = None
) -> RiskPoint:
    """The work is over and what remains is safe. Whoever wrote the point or answers for it does not end it."""
    require(by, "risk_points.close", point.project)
    point = passing.lock(point, version=version)
    must_differ(by, point.created_by, _("编制人"), _("销项人"))
    must_differ(by, point.responsible, _("管控责任人"), _("销项人"))
    why = reason_of(reason)
    before, after = passing.advance(point, Verb.CLOSE)
    passing.finish(point, now=now, by=by, reason=why, outcome=gettext_noop("风险点已销项"))
    emit(
        PointClosed(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return point


@transaction.atomic
def void_point(
    point: RiskPoint, *, by: User, now: datetime, reason: str, version: int | None = None
) -> RiskPoint:
    """Written by mistake; the row stays. Once under control a point can only be closed."""
    require(by, "risk_points.void", point.project)
    point = passing.lock(point, version=version)
    why = reason_of(reason)
    before, after = passing.advance(point, Verb.VOID)
    if point.controlled_at is not None:
        raise Refused(
            "risk_points.was_in_control",
            _("这个风险点已经纳入过管控，不能作废。"),
            remedy=_("作业结束后请由监理销项。"),
        )
    if point.reviewed_at is not None:
        must_differ(by, point.created_by, _("编制人"), _("作废人"))
    passing.finish(point, now=now, by=by, reason=why, outcome=gettext_noop("风险点已作废"))
    emit(
        PointVoided(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return point
