"""Check what people enter about a risk point and put it on the row: the same for page, API and spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.calc.lec import CONTROL_LEVELS, Colour, assess
from lantu.hazards.risk_points.judging import clean_parameters, judge_point, kind_of
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.services.passing import in_china, unfit
from lantu.hazards.risk_points.states import ControlLevel
from lantu.hazards.services.passing import clean_text
from lantu.hazards.services.record_hazard import check_pin

MOST_CONTROLS = 20
LONGEST_WORK_DAYS = 3 * 366
FIRST_YEAR, LAST_YEAR = 2000, 2100
RANK = {level: rank for rank, level in enumerate(("post", "team", "project", "company"), start=1)}
FIELDS = (
    "name", "place", "kind", "parameters", "likelihood", "exposure", "consequence", "control_level", "responsible",
    "controls", "work_from", "work_to", "lon", "lat", "pin",
)  # fmt: skip


def put(point: RiskPoint, values: Mapping[str, Any]) -> list[str]:
    """Put the given fields (names of :data:`FIELDS`) on the point and judge it anew; returns those that changed.

    ``responsible``: a User; ``controls``: texts; ``work_from``, ``work_to``: dates. Raises Unacceptable naming the
    field; nothing is saved here.
    """
    before = {name: getattr(point, name, None) for name in FIELDS if name != "responsible"}
    responsible_before = point.responsible_id
    _words(point, values)
    kind = kind_of(str(values.get("kind", point.kind)))
    point.kind = kind.code
    if "parameters" in values or before["kind"] != point.kind:
        point.parameters = clean_parameters(kind, values.get("parameters", point.parameters))
    _place(point, values)
    _window(point, values)
    put_lec(point, values)
    _people(point, values)
    judge_point(point)
    changed = [name for name, old in before.items() if getattr(point, name) != old]
    return changed + (["responsible"] if point.responsible_id != responsible_before else [])


def _words(point: RiskPoint, values: Mapping[str, Any]) -> None:
    if "name" in values:
        point.name = clean_text(str(values["name"] or ""), most=120)
    if "place" in values:
        point.place = clean_text(str(values["place"] or ""), most=120)
    if len(point.name) < 2:
        raise unfit("name", _("请写明风险点名称。"), _("例如“2 号楼基坑开挖”。"))
    if len(point.place) < 2:
        raise unfit("place", _("请写明部位。"), _("例如“2 号楼北侧 3—5 轴”。"))
    if "controls" in values:
        given = [clean_text(str(text), most=120) for text in values["controls"] or []]
        point.controls = [text for text in given if text]
        if len(point.controls) > MOST_CONTROLS:
            raise unfit(
                "controls", _("管控措施最多 %(n)d 条。") % {"n": MOST_CONTROLS}, _("请合并相近的措施。")
            )


def _place(point: RiskPoint, values: Mapping[str, Any]) -> None:
    for name in ("lon", "lat"):
        if name in values:
            setattr(point, name, values[name])
    lon, lat = point.lon, point.lat
    if (lon is None) != (lat is None) or (lon is not None and lat is not None and not in_china(lon, lat)):
        raise unfit("lon", _("经纬度不完整或不在中国境内。"), _("请同时填写经度和纬度，或都不填。"))
    if "pin" in values:
        point.pin = check_pin(values["pin"] or {})


def _window(point: RiskPoint, values: Mapping[str, Any]) -> None:
    for name in ("work_from", "work_to"):
        if name in values:
            setattr(point, name, values[name])
        if not isinstance(getattr(point, name), date):
            raise unfit(name, _("请填写作业起止日期。"), _("例如 2026-11-23。"))
        if not FIRST_YEAR <= getattr(point, name).year <= LAST_YEAR:
            raise unfit(name, _("年份不对。"), _("例如 2026-11-23。"))
    if point.work_to < point.work_from:
        raise unfit("work_to", _("作业结束早于开始。"), _("请核对两个日期。"))
    if (point.work_to - point.work_from).days > LONGEST_WORK_DAYS:
        raise unfit("work_to", _("作业时间超过三年。"), _("请按施工阶段分成几个风险点。"))


def put_lec(point: RiskPoint, values: Mapping[str, Any]) -> None:
    """The three factors, their product, and the colour. Raises Unacceptable naming the factor."""
    steps = {}
    for name, letter in (("likelihood", "L"), ("exposure", "E"), ("consequence", "C")):
        try:
            steps[name] = float(values.get(name, getattr(point, name)))
        except (TypeError, ValueError):
            raise unfit(name, _("%(letter)s 应从分值表中选择。") % {"letter": letter}) from None
    try:
        found = assess(**steps)
    except ValueError as error:
        field = {"L": "likelihood", "E": "exposure", "C": "consequence"}[str(error)[0]]
        raise unfit(field, _("%(letter)s 应从分值表中选择。") % {"letter": str(error)[0]}) from None
    point.likelihood, point.exposure, point.consequence = steps.values()
    point.d, point.grade = found.d, int(found.colour)


def _people(point: RiskPoint, values: Mapping[str, Any]) -> None:
    least = CONTROL_LEVELS[Colour(point.grade)]
    chosen = values.get("control_level")
    level = str(chosen or point.control_level or least)
    if not chosen and RANK.get(level, 0) < RANK[least]:
        # Nobody chose: a graver colour takes the level with it.
        level = least
    if level not in ControlLevel.values:
        raise unfit("control_level", _("管控层级不对。"), _("可选：公司、项目、班组、岗位。"))
    if RANK[level] < RANK[least]:
        raise unfit(
            "control_level",
            _("这一颜色的风险至少由%(level)s管控。") % {"level": ControlLevel(least).label},
            _("请提高管控层级，或重新评估 L、E、C。"),
        )
    point.control_level = level
    if "responsible" in values:
        person = values["responsible"]
        if not isinstance(person, User) or not may(person, "risk_points.control", point.project):
            raise unfit(
                "responsible",
                _("管控责任人必须是本项目施工或建设单位的人员。"),
                _("请从本项目人员中选择一位。"),
            )
        point.responsible = person
    if point.responsible_id is None:
        raise unfit("responsible", _("请指定管控责任人。"), _("责任人要具体到姓名。"))
