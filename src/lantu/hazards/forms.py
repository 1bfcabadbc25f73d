"""Reads what people type into the forms of this room: text in, values or a refusal with the field's name out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lantu.core.refusals import Unacceptable
from lantu.hazards.selectors import HazardFilter


def whole(values: Mapping[str, str], field: str) -> int | None:
    """A whole number, or None when the field is empty."""
    text = values.get(field, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Unacceptable("hazards.bad_number", _("请填写数字。"), remedy=_("请重新选择。"), field=field)
    return int(text)


def degrees(values: Mapping[str, str], field: str) -> float | None:
    """Longitude or latitude, or None when the field is empty."""
    text = values.get(field, "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise Unacceptable(
            "hazards.bad_number", _("这里应填数字。"), remedy=_("例如 116.3075。"), field=field
        ) from error


def pin_of(values: Mapping[str, str]) -> dict[str, str]:
    """Where on which drawing (shares in percent from the left and from the top), or nothing when no drawing is named."""
    drawing = values.get("pin_drawing", "").strip()
    if not drawing:
        return {}
    shares = {"x": degrees(values, "pin_x"), "y": degrees(values, "pin_y")}
    return {"drawing": drawing} | {
        name: str(value / 100) for name, value in shares.items() if value is not None
    }


def moment(values: Mapping[str, str], field: str) -> datetime | None:
    """A local date and time as browsers send it (``2026-11-22T18:00``), or None when the field is empty."""
    text = values.get(field, "").strip()
    if not text:
        return None
    try:
        parsed = parse_datetime(text)
    except ValueError:
        parsed = None
    if parsed is None:
        raise Unacceptable(
            "hazards.bad_time", _("时间无法识别。"), remedy=_("请写成 2026-11-22 18:00。"), field=field
        )
    return timezone.make_aware(parsed) if timezone.is_naive(parsed) else parsed


def read_filter(values: Mapping[str, str]) -> HazardFilter:
    """The list's query string. Unknown values are ignored, so that an old link still opens."""

    def number(field: str) -> int | None:
        text = values.get(field, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    return HazardFilter(
        words=values.get("q", "").replace("\x00", "").strip()[:60],
        state=values.get("state", ""),
        grade=number("grade"),
        project=values.get("project", "").replace("\x00", "")[:24],
        unit=number("unit"),
        named_set=values.get("set", ""),
        due=values.get("due", ""),
        mine=values.get("mine") == "1",
        order=values.get("order", ""),
        county=values.get("county", "").replace("\x00", "")[:12],
        month=values.get("month", "")[:7],
        rule=values.get("rule", "").replace("\x00", "")[:120],
    )
