"""One cell of a schedule workbook → one value, or a sentence that says what stands there and what to write."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.exchange import sheet_words as words
from lantu.lifecycle.schedule.exchange.neutral import Day, tidy_day
from lantu.lifecycle.schedule.exchange.texts import clock, number, stamp

_SPANS = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})")
_AMOUNT = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(d|days?|天|日|工日|h|hours?|小时|时|w|weeks?|周)?", re.I)


class UnfitCell(Exception):
    """The cell does not hold what its column asks for; the message says what to write."""


def times_of(value: Any) -> Day:
    """``08:00-12:00 13:00-17:00`` → intervals; empty means a day off. Raises UnfitCell."""
    text = str(value or "").strip()
    if not text or text in ("休息", "休", "off"):
        return ()
    spans = []
    for first, last in _SPANS.findall(text.replace("：", ":")):
        begin, end = clock(first), clock(last)
        end = 1440 if end == 0 else end
        if begin is None or end is None or begin >= end:
            raise UnfitCell(
                _("“%(value)s”的起止颠倒或不是时刻，请写成 08:00-12:00 13:00-17:00。") % {"value": text[:40]}
            )
        spans.append((begin, end))
    if not spans:
        raise UnfitCell(_("“%(value)s”不是工作时间，请写成 08:00-12:00 13:00-17:00。") % {"value": text[:40]})
    return tidy_day(spans)


def moment_of(value: Any) -> datetime | None:
    """A date cell or a date as text, local. Raises UnfitCell."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        value = f"{value:%Y-%m-%d %H:%M}"
    elif isinstance(value, date):
        value = f"{value:%Y-%m-%d}"
    found = stamp(str(value).strip().replace("/", "-").replace(".", "-"))
    if found is None:
        raise UnfitCell(_("“%(value)s”不是日期，请写成 2026-10-09 08:00。") % {"value": str(value)[:40]})
    return found


def choice_of(choices: Any) -> Any:
    """A reader for one of the choices, in either language."""

    def read(value: Any) -> Any:
        try:
            return words.meaning(choices, value)
        except KeyError:
            raise UnfitCell(
                _("不认识“%(value)s”，请填：%(labels)s。")
                % {"value": str(value)[:40], "labels": words.labels(choices)}
            ) from None

    return read


def amount_of(per_day: float) -> Any:
    """A reader of lengths: hours, or days and weeks of ``per_day`` hours → minutes."""

    def read(value: Any) -> int | None:
        if value in (None, ""):
            return None
        found = _AMOUNT.fullmatch(str(value).strip())
        if found is None:
            raise UnfitCell(_("“%(value)s”不是时长，请填小时数，或写成“5天”。") % {"value": str(value)[:40]})
        unit = (found.group(2) or "h").lower()[:1]
        hours = {
            "d": per_day,
            "天": per_day,
            "日": per_day,
            "工": per_day,
            "w": per_day * 5,
            "周": per_day * 5,
        }.get(unit, 1.0)
        minutes = round(float(found.group(1)) * hours * 60)
        if abs(minutes) > 100_000_000:
            raise UnfitCell(_("“%(value)s”过长。") % {"value": str(value)[:40]})
        return minutes

    return read


def percent_of(value: Any) -> float:
    """0..100. Raises UnfitCell."""
    if value in (None, ""):
        return 0.0
    share = number(str(value).strip().rstrip("%％"))
    if share is None or not 0 <= share <= 100:
        raise UnfitCell(_("“%(value)s”不在 0 到 100 之间。") % {"value": str(value)[:40]})
    return share
