"""Write down a finding as a hazard that waits to be confirmed 核实: from a person, a patrol, or another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.hazards.events import HazardOpened
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import SUBJECT, clean_text, first_duty, next_pk
from lantu.hazards.services.photos import keep_files
from lantu.hazards.states import Field, Grade, HazardState, Source
from lantu.projects.models import Project

GUID_LENGTH = 22


@transaction.atomic
def record_hazard(
    *,
    project: Project,
    title: str,
    grade: int,
    now: datetime,
    by: User | None,
    source: str = Source.INSPECTION,
    description: str = "",
    found_at_place: str = "",
    clause: str = "",
    measures: str = "",
    major_clause: str = "",
    major_basis: str = "",
    field: str = Field.SAFETY,
    sub_type: str = "",
    checked_by: str = "",
    lon: float | None = None,
    lat: float | None = None,
    pin: Mapping[str, Any] | None = None,
    ifc_guid: str = "",
    source_ref: str = "",
    inputs: Mapping[str, Any] | None = None,
    files: Sequence[Any] = (),
    cause_id: int | None = None,
) -> Hazard:
    """Open a hazard in DETECTED, with photos of how it was found; who may do so is the caller's question.

    ``by``: who found it, None for a system; ``source_ref``: "app.model:id" of what it came from: a second call with
    the same one returns the first hazard. ``pin``: where on a drawing or photo ({"drawing", "x", "y"}, shares 0 to 1);
    ``ifc_guid``: GlobalId of the element; ``inputs``: what a machine judged by. ``files``: uploads or (name, bytes).
    A red grade here is a suspicion: confirming it asks for the clause. Raises Refused for bad values.
    """
    if source_ref:
        known = Hazard.objects.filter(source_ref=source_ref).first()
        if known is not None:
            return known
    title = clean_text(title, most=160)
    _check(title, grade, source, field)
    _check_place(lon, lat)
    if grade != Grade.RED:
        major_clause = major_basis = ""
    hazard = Hazard(
        pk=next_pk(), project=project, source=source, title=title, description=clean_text(description),
        place=clean_text(found_at_place, most=120), lon=project.lon if lon is None else lon,
        lat=project.lat if lat is None else lat, grade=grade, clause=clean_text(clause, most=400),
        measures_required=clean_text(measures), major_clause=clean_text(major_clause, most=20),
        major_basis=clean_text(major_basis), field=field, sub_type=clean_text(sub_type, most=60),
        checked_by=clean_text(checked_by, most=160), pin=check_pin(pin or {}), ifc_guid=check_guid(ifc_guid),
        source_ref=source_ref[:80], source_inputs=dict(inputs or {}), state=HazardState.DETECTED, opened_at=now,
        reporter=by,
    )  # fmt: skip
    return _store(hazard, by=by, now=now, files=files, cause_id=cause_id)


def _store(
    hazard: Hazard, *, by: User | None, now: datetime, files: Sequence[Any], cause_id: int | None
) -> Hazard:
    """The row with its duty, its photos and its event."""
    hazard.duty = first_duty(hazard, now=now, actor=by)
    hazard.save(force_insert=True)
    keep_files(files, hazard=hazard, supports_type=SUBJECT, supports_id=hazard.pk, by=by, now=now)
    emit(
        HazardOpened(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before="",
            after=hazard.state,
            source=str(hazard.source),
            grade=hazard.grade,
            title=hazard.title,
            alert_id=None,
        ),
        actor=by,
        at=now,
        cause_id=cause_id,
    )
    return hazard


def check_pin(pin: Mapping[str, Any]) -> dict[str, Any]:
    """``{"drawing": name, "x": share, "y": share}``, or nothing. Raises Refused for a pin beside the drawing."""
    if not pin:
        return {}
    try:
        x, y = float(pin["x"]), float(pin["y"])
    except (KeyError, TypeError, ValueError):
        x = y = -1.0
    drawing = clean_text(str(pin.get("drawing", "")), most=120)
    if not drawing or not (0 <= x <= 1 and 0 <= y <= 1):
        raise _unfit("pin", _("图纸定位不完整。"), _("请写明图号，并在图上点出位置（0 到 1 的比例）。"))
    return {"drawing": drawing, "x": round(x, 4), "y": round(y, 4)}


def check_guid(guid: str) -> str:
    """A GlobalId of IFC: 22 characters of its own alphabet, or nothing."""
    guid = guid.strip()
    plain = guid.replace("_", "").replace("$", "")
    if guid and (len(guid) != GUID_LENGTH or not (plain.isascii() and plain.isalnum())):
        raise _unfit(
            "ifc_guid", _("构件 GlobalId 应为 22 位。"), _("请从模型里复制构件的 GlobalId，或留空。")
        )
    return guid


def _check(title: str, grade: int, source: str, field: str) -> None:
    if len(title) < 4:
        raise _unfit("title", _("请写明是什么隐患。"), _("例如“3 号楼临边未设防护栏杆”。"))
    if grade not in Grade.values:
        raise _unfit(
            "grade", _("等级只能是 1（蓝）到 4（红）。"), _("拿不准时先选“一般（黄）”，核实时可以调整。")
        )
    if source not in Source.values or source == Source.WARNING:
        raise _unfit("source", _("来源不对。"), _("可选：检查发现、群众反映、人工登记。"))
    if field not in Field.values:
        raise _unfit("field", _("类别不对。"), _("可选：安全、质量、环保。"))


def _check_place(lon: float | None, lat: float | None) -> None:
    placed = lon is not None and lat is not None
    inside = placed and 73 <= (lon or 0) <= 136 and 3 <= (lat or 0) <= 54
    if (lon is None) != (lat is None) or (placed and not inside):
        raise _unfit("lon", _("经纬度不完整或不在中国境内。"), _("请同时填写经度和纬度，或都不填。"))


def _unfit(field: str, detail: str, remedy: str) -> Refused:
    return Refused("hazards.bad_report", detail, remedy=remedy, field=field, status=422)
