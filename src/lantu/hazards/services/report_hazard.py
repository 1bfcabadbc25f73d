"""A person reports a hazard: an inspection, a citizen's call, something seen on site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardOpened
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import SUBJECT, clean_text, first_duty, next_pk
from lantu.hazards.services.photos import keep_files
from lantu.hazards.states import Grade, HazardState, Source
from lantu.projects.models import Project

REPORTED = (Source.INSPECTION, Source.CITIZEN, Source.MANUAL)


@transaction.atomic
def report_hazard(
    *,
    project: Project,
    title: str,
    grade: int,
    by: User,
    now: datetime,
    source: str = Source.INSPECTION,
    description: str = "",
    place: str = "",
    clause: str = "",
    measures: str = "",
    lon: float | None = None,
    lat: float | None = None,
    files: Sequence[Any] = (),
) -> Hazard:
    """Open a hazard by hand, with photos of how it was found. It waits to be confirmed (核实) by the bureau or the
    inspector. ``files``: uploaded files or (name, bytes) pairs. Raises Refused for a missing title or bad values.
    """
    require(by, "hazards.report", project)
    title = clean_text(title, most=160)
    _check(title, grade, source, lon, lat)
    hazard = Hazard(
        pk=next_pk(),
        project=project,
        source=source,
        title=title,
        description=clean_text(description),
        place=clean_text(place, most=120),
        lon=project.lon if lon is None else lon,
        lat=project.lat if lat is None else lat,
        grade=grade,
        clause=clean_text(clause, most=400),
        measures_required=clean_text(measures),
        state=HazardState.DETECTED,
        opened_at=now,
        reporter=by,
    )
    hazard.duty = first_duty(hazard, now=now, actor=by)
    hazard.save(force_insert=True)
    keep_files(files, hazard=hazard, supports_type=SUBJECT, supports_id=hazard.pk, by=by, now=now)
    emit(
        HazardOpened(
            project_id=project.pk,
            subject_id=hazard.pk,
            before="",
            after=hazard.state,
            source=str(source),
            grade=grade,
            title=title,
            alert_id=None,
        ),
        actor=by,
        at=now,
    )
    return hazard


def _check(title: str, grade: int, source: str, lon: float | None, lat: float | None) -> None:
    if len(title) < 4:
        raise _unfit("title", _("请写明是什么隐患。"), _("例如“3 号楼临边未设防护栏杆”。"))
    if grade not in Grade.values:
        raise _unfit(
            "grade", _("等级只能是 1（蓝）到 4（红）。"), _("拿不准时先选“一般（黄）”，核实时可以调整。")
        )
    if source not in REPORTED:
        raise _unfit("source", _("来源不对。"), _("可选：检查发现、群众反映、人工登记。"))
    placed = lon is not None and lat is not None
    inside = placed and 73 <= (lon or 0) <= 136 and 3 <= (lat or 0) <= 54
    if (lon is None) != (lat is None) or (placed and not inside):
        raise _unfit("lon", _("经纬度不完整或不在中国境内。"), _("请同时填写经度和纬度，或都不填。"))


def _unfit(field: str, detail: str, remedy: str) -> Refused:
    return Refused("hazards.bad_report", detail, remedy=remedy, field=field, status=422)
