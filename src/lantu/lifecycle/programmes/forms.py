"""Reads what people type into the forms of programmes, templates and reports: values or a refusal with the field's name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.core.refusals import Unacceptable
from lantu.lifecycle.programmes.services.passing import unfit
from lantu.projects.selectors import visible_projects

MOST_DIGITS = 18
LANE_PARTS = 4


def text_of(values: Mapping[str, str], field: str, most: int = 300) -> str:
    return values.get(field, "").replace("\x00", "").strip()[:most]


def whole(values: Mapping[str, str], field: str) -> int | None:
    """A whole number, or None when the field is empty."""
    text = values.get(field, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise unfit(field, _("请填写数字。"), _("请刷新页面重新选择。"))
    return int(text)


def amount(values: Mapping[str, str], field: str) -> Decimal:
    """A number with decimals. Raises Unacceptable when there is none."""
    text = values.get(field, "").strip().replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise unfit(field, _("请填写数字。"), _("例如 3200 或 12.5。")) from error
    if not number.is_finite():
        raise unfit(field, _("请填写数字。"), _("例如 3200 或 12.5。"))
    return number


def day(values: Mapping[str, str], field: str) -> date:
    """A date as browsers send it. Raises Unacceptable when it is missing or none."""
    text = values.get(field, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise unfit(field, _("日期无法识别。"), _("请写成 2026-11-23。")) from error


def month(values: Mapping[str, str], field: str) -> date:
    """``2026-10`` as the first day of that month."""
    text = values.get(field, "").strip()
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError as error:
        raise unfit(field, _("月份无法识别。"), _("请写成 2026-10。")) from error


def person(values: Mapping[str, str], field: str) -> User:
    """The chosen person. Raises Unacceptable when nobody is chosen."""
    found = (
        User.objects.filter(pk=whole(values, field) or 0, is_active=True)
        .select_related("organisation")
        .first()
    )
    if found is None:
        raise unfit(field, _("请选择人员。"))
    return found


def unit(values: Mapping[str, str], field: str) -> Organisation:
    found = Organisation.objects.filter(pk=whole(values, field) or 0).first()
    if found is None:
        raise unfit(field, _("请选择单位。"))
    return found


def edited(values: Mapping[str, str]) -> int:
    """The number of the edition that the person saw. Raises Unacceptable without one: nothing is overwritten unseen."""
    number = whole(values, "edited_no")
    if number is None:
        raise unfit("edited_no", _("缺少版本号。"), _("请刷新页面后再提交。"))
    return number


def projects(values: QueryDict, reader: Any, field: str = "projects") -> list[Any]:
    """The chosen projects that the reader may see, by code; several fields, or one with commas and lines."""
    codes: list[str] = []
    for text in values.getlist(field):
        codes += [
            part for part in text.replace("\x00", "").replace(",", " ").replace("，", " ").split() if part
        ]
    wanted = list(dict.fromkeys(codes))
    found = {row.code: row for row in visible_projects(reader).filter(code__in=wanted)}
    if missing := [code for code in wanted if code not in found]:
        raise unfit(
            field,
            _("没有找到代码为 %(codes)s 的项目。") % {"codes": "、".join(missing)[:120]},
            _("请核对项目代码，或确认您有权查看这些项目。"),
        )
    return [found[code] for code in wanted]


def geometry(values: Mapping[str, str], field: str = "geometry") -> dict[str, Any] | None:
    """GeoJSON text of an area; empty means none. Raises Unacceptable with the line at fault."""
    text = values.get(field, "").strip()
    if not text:
        return None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise unfit(
            field,
            _("范围不是有效的 GeoJSON：第 %(line)d 行第 %(col)d 个字符附近。")
            % {"line": error.lineno, "col": error.colno},
            _("请从 GIS 软件导出面要素，坐标为 CGCS2000 经纬度。"),
        ) from error
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if not isinstance(found, dict):
        raise unfit(field, _("范围应为一个面要素。"))
    return found


def lanes(text: str) -> list[dict[str, str]]:
    """One lane a line: ``代号 | 名称 | English | 牵头单位``; the last two may be left out."""
    found = []
    for number, line in enumerate(text.replace("\x00", "").splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        if not 1 < len(parts) <= LANE_PARTS:
            raise Unacceptable(
                "programmes.bad_value",
                _("并行线第 %(n)d 行看不懂。") % {"n": number},
                remedy=_("每行写“代号 | 名称 | 英文 | 单位”，例如 land | 征迁。"),
                field="lanes",
            )
        parts += [""] * (LANE_PARTS - len(parts))
        found.append(dict(zip(("key", "label", "label_en", "unit"), parts, strict=True)))
    return found


def lanes_text(rows: list[dict[str, str]]) -> str:
    """The lanes as :func:`lanes` reads them."""
    return "\n".join(
        f"{row['key']} | {row['label']} | {row.get('label_en', '')} | {row.get('unit', '')}" for row in rows
    )


def programme_values(values: QueryDict) -> dict[str, Any]:
    """The form of a programme's own fields."""
    return {
        "name": text_of(values, "name", 200),
        "summary": text_of(values, "summary", 4000),
        "basis": text_of(values, "basis"),
        "starts_on": day(values, "starts_on"),
        "finishes_on": day(values, "finishes_on"),
        "county_codes": [code for code in values.getlist("county_codes") if code],
        "geometry": geometry(values),
        "lanes": lanes(values.get("lanes", "")),
    }
