"""Record the special scheme 专项方案 and its expert review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.hazards.risk_points.events import SchemeRecorded
from lantu.hazards.risk_points.judging import works
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.services import passing
from lantu.hazards.risk_points.services.passing import unfit
from lantu.hazards.services.passing import clean_text

MOST_EXPERTS = 30
MOST_FILES = 9


@transaction.atomic
def record_scheme(
    point: RiskPoint,
    *,
    by: User,
    now: datetime,
    sections: Sequence[str],
    approved_on: date | None = None,
    approved_by: str = "",
    experts: Sequence[str] = (),
    expert_result: str = "",
    expert_reviewed_on: date | None = None,
    files: Sequence[Any] = (),
    version: int | None = None,
) -> RiskPoint:
    """Which of the nine sections are there, who approved the scheme and when, and what the experts said.

    ``files``: the scheme and the experts' report, kept as evidence. What lacks is not refused here: taking the point
    into control is. Raises Refused for unknown sections, names given twice and dates in the future.
    """
    require(by, "risk_points.create", point.project)
    point = passing.lock(point, version=version)
    if not point.is_open:
        raise Refused("risk_points.ended", _("这个风险点已经结束。"))
    known = [section.code for section in works().sections]
    if unknown := sorted(set(sections) - set(known)):
        raise unfit("sections", _("没有“%(code)s”这一章。") % {"code": unknown[0][:40]}, _("请按清单勾选。"))
    names = [clean_text(name, most=40) for name in experts]
    names = [name for name in names if name]
    if len(set(names)) != len(names) or len(names) > MOST_EXPERTS:
        raise unfit("experts", _("论证专家姓名重复或过多。"), _("每位专家写一次。"))
    if expert_result and expert_result not in works().expert_results:
        raise unfit("expert_result", _("论证结论不对。"), _("可选：通过、修改后通过、不通过。"))
    today = timezone.localtime(now).date()
    for field, day in (("approved_on", approved_on), ("expert_reviewed_on", expert_reviewed_on)):
        if day is not None and day > today:
            raise unfit(field, _("日期在今天之后。"), _("请填写实际日期。"))
    if len(files) > MOST_FILES:
        raise unfit("files", _("一次最多上传 %(n)d 个文件。") % {"n": MOST_FILES})
    point.scheme_sections = [code for code in known if code in set(sections)]
    point.scheme_approved_on, point.scheme_approved_by = approved_on, clean_text(approved_by, most=80)
    point.experts, point.expert_result = names, expert_result
    point.expert_reviewed_on = expert_reviewed_on
    passing.save(point)
    kept = _keep(files, point, by=by, now=now)
    emit(
        SchemeRecorded(
            project_id=point.project_id, subject_id=point.pk, before=point.state, after=point.state,
            grade=point.grade, sections=list(point.scheme_sections), experts=len(names),
            expert_result=expert_result, evidence_ids=kept,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return point


def _keep(files: Sequence[Any], point: RiskPoint, *, by: User, now: datetime) -> list[int]:
    kept = []
    for entry in files:
        name, content = entry if isinstance(entry, tuple) else (entry.name, entry)
        evidence = keep_evidence(
            file=content, name=str(name), project_id=point.project_id, uploaded_by=by,
            supports_type=passing.SUBJECT, supports_id=point.pk, now=now,
        )  # fmt: skip
        kept.append(evidence.pk)
    return kept
