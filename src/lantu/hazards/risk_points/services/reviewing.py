"""Submit a risk point, and judge it as another unit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.four_eyes import must_differ
from lantu.hazards.risk_points.events import PointReviewed, PointSentBack, PointSubmitted
from lantu.hazards.risk_points.judging import judge_point, missing_words
from lantu.hazards.risk_points.models import Assessment, RiskPoint
from lantu.hazards.risk_points.services import passing
from lantu.hazards.risk_points.states import PointState, Verb
from lantu.hazards.services.passing import clean_text, reason_of


@transaction.atomic
def submit_point(point: RiskPoint, *, by: User, now: datetime, version: int | None = None) -> RiskPoint:
    """Send a draft to its reviewer. Raises Refused while a parameter is missing: the verdict abstains, it does not guess."""
    require(by, "risk_points.create", point.project)
    point = passing.lock(point, version=version)
    verdict = judge_point(point)
    if verdict.level is None:
        raise Refused(
            "risk_points.cannot_judge",
            _("还不能判定是否属于危大工程，缺少：%(names)s。") % {"names": "、".join(missing_words(point))},
            remedy=_("请按设计文件或专项方案补填后再提交。"),
            field=point.missing[0],
            status=422,
        )
    before, after = passing.advance(point, Verb.SUBMIT)
    point.submitted_at = now
    point.return_reason = ""
    passing.hand_on(point, now=now, actor=by, outcome=gettext_noop("已提交审核"))
    emit(
        PointSubmitted(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade,
            level=int(verdict.level),
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return point


def _pending(point: RiskPoint) -> Assessment:
    return point.assessments.filter(accepted=None).first() or point.assessments.latest("id")


def _judge(assessment: Assessment, *, accepted: bool, by: User, now: datetime) -> None:
    """Judge the newest assessment; older ones that nobody judged were overtaken by it."""
    Assessment.objects.filter(pk=assessment.pk).update(accepted=accepted, judged_by=by, judged_at=now)


@transaction.atomic
def review_point(
    point: RiskPoint, *, by: User, now: datetime, note: str = "", version: int | None = None
) -> RiskPoint:
    """Agree with the point as written: its proposed colour is in force from now on. The reviewer is of another unit."""
    require(by, "risk_points.review", point.project)
    point = passing.lock(point, version=version)
    must_differ(by, point.created_by, _("编制人"), _("审核人"))
    assessment = _pending(point)
    must_differ(by, assessment.by, _("评估人"), _("审核人"))
    before, after = passing.advance(point, Verb.REVIEW)
    _judge(assessment, accepted=True, by=by, now=now)
    point.likelihood, point.exposure = assessment.likelihood, assessment.exposure
    point.consequence, point.d, point.grade = assessment.consequence, assessment.d, assessment.grade
    point.reviewed_by, point.reviewed_at = by, now
    passing.hand_on(point, now=now, actor=by, outcome=gettext_noop("审核通过"))
    emit(
        PointReviewed(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade, d=point.d
        ),
        actor=by,
        at=now,
        reason=clean_text(note, most=300),
    )  # fmt: skip
    return point


@transaction.atomic
def send_back_point(
    point: RiskPoint, *, by: User, now: datetime, reason: str, version: int | None = None
) -> RiskPoint:
    """Do not agree. A new point goes back to its writer; a lower colour is refused and the graver one stays."""
    require(by, "risk_points.review", point.project)
    point = passing.lock(point, version=version)
    must_differ(by, point.created_by, _("编制人"), _("审核人"))
    why = reason_of(reason)
    before, after = passing.advance(point, Verb.SEND_BACK)
    _judge(_pending(point), accepted=False, by=by, now=now)
    if point.reviewed_at is not None:
        # It was under review for a lower colour only: what was agreed before still holds.
        after = point.state = str(
            PointState.IN_CONTROL if point.controlled_at is not None else PointState.REVIEWED
        )
    point.return_reason = why
    passing.hand_on(point, now=now, actor=by, outcome=gettext_noop("审核退回"))
    emit(
        PointSentBack(
            project_id=point.project_id, subject_id=point.pk, before=before, after=after, grade=point.grade
        ),
        actor=by,
        at=now,
        reason=why,
    )
    return point
