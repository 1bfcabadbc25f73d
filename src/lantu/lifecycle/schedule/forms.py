"""Reads what people type into the forms of schedules: text in, values or a refusal with the field's name out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Unacceptable

LINK = re.compile(r"^(?P<code>\S+?)(?:\s*(?P<kind>FS|SS|FF|SF))?(?:\s*(?P<lag>[+-]\s*\d+(?:\.\d+)?))?$", re.I)
MOST_DAYS = 20_000


def text(values: Mapping[str, str], field: str, most: int = 300) -> str:
    """One line without control characters; cut to ``most``."""
    return values.get(field, "").replace("\x00", "").strip()[:most]


def whole(values: Mapping[str, str], field: str) -> int | None:
    """A whole number, or None when the field is empty."""
    typed = text(values, field, 20)
    if not typed:
        return None
    if not re.fullmatch(r"-?\d{1,9}", typed, re.ASCII):
        raise Unacceptable("schedules.bad_number", _("这里应填整数。"), remedy=_("例如 12。"), field=field)
    return int(typed)


def number(values: Mapping[str, str], field: str) -> float | None:
    """A number, or None when the field is empty."""
    typed = text(values, field, 30).replace(",", "")
    if not typed:
        return None
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", typed, re.ASCII):
        raise Unacceptable("schedules.bad_number", _("这里应填数字。"), remedy=_("例如 12.5。"), field=field)
    return float(typed)


def day(values: Mapping[str, str], field: str) -> date | None:
    """A date as browsers send it, or None when the field is empty."""
    typed = text(values, field, 30)
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Unacceptable(
            "schedules.bad_date", _("日期无法识别。"), remedy=_("请写成 2026-11-23。"), field=field
        ) from error


def moment(values: Mapping[str, str], field: str) -> datetime | None:
    """A local date (its first minute) or date and time as browsers send them, or None when the field is empty."""
    typed = text(values, field, 40)
    if not typed:
        return None
    try:
        found = (
            datetime.combine(date.fromisoformat(typed), time()) if len(typed) == 10 else parse_datetime(typed)
        )
    except ValueError:
        found = None
    if found is None:
        raise Unacceptable(
            "schedules.bad_date", _("日期无法识别。"), remedy=_("请写成 2026-11-23 或 2026-11-23T08:00。"), field=field
        )  # fmt: skip
    return found if found.utcoffset() is not None else timezone.make_aware(found)


def evening(values: Mapping[str, str], field: str) -> datetime | None:
    """The last minute of a local day, for what is to be over by then; None when the field is empty."""
    typed = day(values, field)
    return timezone.make_aware(datetime.combine(typed, time(23, 59))) if typed else None


def person(values: Mapping[str, str], field: str) -> User | None:
    """The chosen person; None when nobody is chosen or the choice is unknown."""
    return User.objects.filter(pk=whole(values, field) or 0).select_related("organisation").first()


def minutes(values: Mapping[str, str], field: str, day_minutes: float) -> int | None:
    """Working days as people type them, in minutes. Refuses negative and absurd spans."""
    days = number(values, field)
    if days is None:
        return None
    if not 0 <= days <= MOST_DAYS:
        raise Unacceptable(
            "schedules.bad_days", _("工期应在 0 到 %(most)s 个工作日之间。") % {"most": MOST_DAYS}, remedy=_("里程碑填 0。"), field=field
        )  # fmt: skip
    return round(days * day_minutes)


def links(values: Mapping[str, str], field: str, day_minutes: float) -> dict[tuple[str, str], int]:
    """“A010; B020 SS+5”: (code, kind) → lag in minutes. Refuses what it cannot read, naming it."""
    found: dict[tuple[str, str], int] = {}
    for part in filter(None, (one.strip() for one in re.split(r"[;；,，\n]", text(values, field, 4000)))):
        match = LINK.match(part)
        if match is None:
            raise Unacceptable(
                "schedules.bad_link", _("看不懂紧前任务“%(part)s”。") % {"part": part},
                remedy=_("写成编号加关系和间隔，如 A010; B020 SS+5（间隔为工作日）。"), field=field,
            )  # fmt: skip
        lag = float((match["lag"] or "0").replace(" ", ""))
        found[(match["code"], (match["kind"] or "FS").upper())] = round(lag * day_minutes)
    return found


def links_text(rows: Any, day_minutes: float) -> str:
    """Stored links as the form shows them."""
    parts = []
    for link in rows:
        lag = round(link.lag_min / day_minutes, 2)
        shown = f"{lag:+g}" if lag else ""
        parts.append(f"{link.predecessor.code} {link.kind}{shown}")
    return "; ".join(parts)


def local_day(at: datetime | None) -> str:
    """A moment as a date field shows it."""
    return timezone.localtime(at).date().isoformat() if at is not None else ""
