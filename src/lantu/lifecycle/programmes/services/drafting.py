"""Draft a programme and change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import may, require
from lantu.core.services.emit import emit
from lantu.duties.services.open import open_duty
from lantu.lifecycle.programmes.events import ProgrammeDrafted, ProgrammeEdited
from lantu.lifecycle.programmes.models import Programme
from lantu.lifecycle.programmes.services import passing
from lantu.lifecycle.stale import stale_edit
from lantu.projects.areas import area_names
from lantu.projects.geometry import sound_geometry

NAME_LEAST, NAME_MOST = 4, 120
LONGEST_DAYS = 366 * 10
EDITABLE = ("name", "summary", "basis", "starts_on", "finishes_on", "county_codes", "geometry", "lanes")


@transaction.atomic
def draft_programme(
    *,
    name: str,
    starts_on: date,
    finishes_on: date,
    lead_unit: Organisation,
    steward: User,
    approver: User,
    by: User,
    now: datetime,
    summary: str = "",
    basis: str = "",
    county_codes: Sequence[str] = (),
    geometry: Mapping[str, Any] | None = None,
    lanes: Sequence[Mapping[str, Any]] | None = None,
    is_demo: bool = False,
) -> Programme:
    """Begin a programme. ``steward`` answers for it; ``approver`` is somebody else again. ``lanes``: those of the pack
    unless given. Raises Unacceptable naming the field.
    """
    require(by, "lifecycle.programmes_edit")
    if approver.pk in {by.pk, steward.pk}:
        raise passing.unfit(
            "approver", _("批准人不能是编制人或责任人本人。"), _("请选择另一位有批准权限的同志。")
        )
    if not may(approver, "lifecycle.programmes_approve"):
        raise passing.unfit("approver", _("%(person)s没有批准行动计划的权限。") % {"person": approver})
    if steward.organisation_id is None:
        raise passing.unfit("steward", _("责任人必须有所属单位。"))
    values = _checked(
        name=name, summary=summary, basis=basis, starts_on=starts_on, finishes_on=finishes_on,
        county_codes=county_codes, geometry=geometry, lanes=default_lanes() if lanes is None else lanes,
    )  # fmt: skip
    programme = Programme(
        pk=passing.next_pk("lifecycle_programme"),
        lead_unit=lead_unit,
        steward=steward,
        approver=approver,
        created_by=by,
        created_at=now,
        is_demo=is_demo,
        **values,
    )
    programme.duty = open_duty(
        subject_type=passing.PROGRAMME,
        subject_id=programme.pk,
        now=now,
        actor=by,
        **passing.duty_of(programme, now=now),
    )
    programme.save(force_insert=True)
    emit(
        ProgrammeDrafted(
            subject_id=programme.pk, name=programme.name, starts_on=starts_on.isoformat(),
            finishes_on=finishes_on.isoformat(), steward_id=steward.pk, approver_id=approver.pk,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return programme


@transaction.atomic
def edit_programme(
    programme: Programme, *, edited_no: int, values: Mapping[str, Any], by: User, now: datetime, reason: str
) -> Programme:
    """Change what :data:`EDITABLE` names. ``edited_no`` as it was seen: a stale one is refused with the difference. What was
    written before stands in the event.
    """
    passing.must_be_editor(programme, by)
    programme = passing.lock(programme)
    passing.must_be_open(programme)
    why = passing.reason_of(reason)
    known = {name: getattr(programme, name) for name in EDITABLE}
    wanted = _checked(**(known | {key: value for key, value in values.items() if key in EDITABLE}))
    if values.get("geometry", known["geometry"]) == known["geometry"]:
        # Setting it right once more may turn its rings round: what was not touched stays as it is.
        wanted["geometry"] = known["geometry"]
    if edited_no != programme.edited_no:
        raise stale_edit("programmes.changed_meanwhile", Programme, known, wanted)
    _keep_used_lanes(programme, {lane["key"] for lane in wanted["lanes"]})
    changes = {
        key: [str(known[key])[:300], str(value)[:300]] for key, value in wanted.items() if known[key] != value
    }
    if not changes:
        return programme
    for key, value in wanted.items():
        setattr(programme, key, value)
    passing.save(programme)
    emit(
        ProgrammeEdited(subject_id=programme.pk, changes=changes, edited_no=programme.edited_no),
        actor=by,
        at=now,
        reason=why,
    )
    return programme


def default_lanes() -> list[dict[str, str]]:
    """The pack's lanes as a programme keeps them."""
    return [
        {"key": lane.key, "label": lane.label, "label_en": lane.label_en, "unit": ""}
        for lane in passing.rules().lanes
    ]


def _checked(**values: Any) -> dict[str, Any]:
    name = passing.clean(values["name"], most=NAME_MOST)
    if len(name) < NAME_LEAST:
        raise passing.unfit("name", _("请写行动计划的名称，至少 %(n)d 个字。") % {"n": NAME_LEAST})
    days = (values["finishes_on"] - values["starts_on"]).days
    if not 0 < days <= LONGEST_DAYS:
        raise passing.unfit("finishes_on", _("结束日期应在开始之后十年以内。"), _("请核对两个日期。"))
    codes = list(dict.fromkeys(str(code) for code in values["county_codes"]))
    unknown = [code for code in codes if code not in area_names()]
    if unknown:
        raise passing.unfit(
            "county_codes", _("没有这个县市区代码：%(codes)s。") % {"codes": "、".join(unknown)[:60]}
        )
    return {
        "name": name,
        "summary": str(values["summary"]).replace("\x00", "").strip()[:4000],
        "basis": passing.clean(values["basis"], most=200),
        "starts_on": values["starts_on"],
        "finishes_on": values["finishes_on"],
        "county_codes": codes,
        "geometry": _area(values["geometry"]),
        "lanes": _lanes(values["lanes"]),
    }


def _area(geometry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not geometry:
        return None
    found = sound_geometry(dict(geometry), datum="cgcs2000").geojson
    if found["type"] not in ("Polygon", "MultiPolygon"):
        raise passing.unfit("geometry", _("行动计划的范围应为面。"), _("请用 Polygon 或 MultiPolygon。"))
    return dict(found)


def _lanes(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        key, label = passing.clean(row.get("key", ""), most=16), passing.clean(row.get("label", ""), most=20)
        if not key.isascii() or not key.isidentifier() or not label or key in found:
            raise passing.unfit(
                "lanes", _("并行线的代号用英文字母且不重复，名称不能为空。"), _("例如 land 征迁。")
            )
        found[key] = {
            "key": key,
            "label": label,
            "label_en": passing.clean(row.get("label_en", ""), most=40) or label,
            "unit": passing.clean(row.get("unit", ""), most=60),
        }
    if not found:
        raise passing.unfit("lanes", _("至少要有一条并行线。"))
    return list(found.values())


def _keep_used_lanes(programme: Programme, keys: set[str]) -> None:
    used = set(programme.members.values_list("lane", flat=True)) | set(
        programme.milestones.values_list("lane", flat=True)
    )
    if used - keys:
        raise passing.unfit(
            "lanes",
            _("并行线“%(lanes)s”下还有成员或节点，不能删除。") % {"lanes": "、".join(sorted(used - keys))},
            _("请先把它们改到别的线上，或保留这条线。"),
        )
