"""Reads what people type into the forms of risk points: text in, values or a refusal with the field's name out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Unacceptable
from lantu.hazards.forms import degrees, whole
from lantu.hazards.risk_points.judging import kind_of, parameters_of
from lantu.hazards.risk_points.models import RiskPoint
from lantu.hazards.risk_points.selectors import PointFilter
from lantu.hazards.risk_points.weeks import read_week


def day(values: Mapping[str, str], field: str) -> date | None:
    """A date as browsers send it, or None when the field is empty."""
    text = values.get(field, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unacceptable(
            "risk_points.bad_date", _("日期无法识别。"), remedy=_("请写成 2026-11-23。"), field=field
        ) from error


def decimal(values: Mapping[str, str], field: str) -> float | None:
    """A number, or None when the field is empty."""
    text = values.get(field, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise Unacceptable("risk_points.bad_number", _("请填写数字。"), field=field) from error


def lines(text: str) -> list[str]:
    """The lines of a text field that say something."""
    return [line.strip() for line in text.replace("\x00", "").splitlines() if line.strip()]


def pin_of(values: Mapping[str, str]) -> dict[str, Any]:
    """Drawing and position on it, or nothing where no drawing is named."""
    drawing = values.get("pin_drawing", "").strip()
    if not drawing:
        return {}
    return {"drawing": drawing, "x": values.get("pin_x", ""), "y": values.get("pin_y", "")}


def person(values: Mapping[str, str], field: str) -> User | None:
    """The chosen person; None when nobody is chosen or the choice is unknown."""
    return User.objects.filter(pk=whole(values, field) or 0).select_related("organisation").first()


def point_values(values: QueryDict) -> dict[str, Any]:
    """The whole form of a risk point."""
    kind = kind_of(values.get("kind", ""))
    found: dict[str, Any] = {
        "name": values.get("name", ""),
        "place": values.get("place", ""),
        "kind": kind.code,
        "parameters": {one.key: values.get(f"p_{one.key}", "") for one in parameters_of(kind)},
        "work_from": day(values, "work_from"),
        "work_to": day(values, "work_to"),
        "lon": degrees(values, "lon"),
        "lat": degrees(values, "lat"),
        "pin": pin_of(values),
    }
    for field in ("likelihood", "exposure", "consequence"):
        if (number := decimal(values, field)) is not None:
            found[field] = number
    if controls := lines(values.get("controls", "")):
        found["controls"] = controls
    if values.get("control_level"):
        found["control_level"] = values["control_level"]
    if (responsible := person(values, "responsible")) is not None:
        found["responsible"] = responsible
    return found


def typed_from(point: RiskPoint) -> dict[str, Any]:
    """A stored point as the form shows it."""
    return {
        "name": point.name,
        "place": point.place,
        "kind": point.kind,
        "work_from": point.work_from.isoformat(),
        "work_to": point.work_to.isoformat(),
        "lon": "" if point.lon is None else point.lon,
        "lat": "" if point.lat is None else point.lat,
        "likelihood": f"{point.likelihood:g}",
        "exposure": f"{point.exposure:g}",
        "consequence": f"{point.consequence:g}",
        "control_level": point.control_level,
        "responsible": str(point.responsible_id),
        "controls": "\n".join(point.controls),
        "pin_drawing": point.pin.get("drawing", ""),
        "pin_x": point.pin.get("x", ""),
        "pin_y": point.pin.get("y", ""),
        **{f"p_{key}": _shown(value) for key, value in point.parameters.items()},
    }


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}"


def read_filter(values: Mapping[str, str]) -> PointFilter:
    """The list's query string. Unknown values are ignored, so that an old link still opens."""

    def number(field: str) -> int | None:
        text = values.get(field, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None

    def text(field: str, most: int) -> str:
        return values.get(field, "").replace("\x00", "").strip()[:most]

    today = timezone.localdate()
    week = text("week", 12)
    return PointFilter(
        words=text("q", 60),
        grade=number("grade"),
        level=number("level"),
        state=text("state", 12),
        category=text("category", 20),
        project=text("project", 24),
        area=text("area", 6),
        named_set=text("set", 10),
        week=read_week(week, today=today) if week else None,
    )
