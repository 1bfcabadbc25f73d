"""One cell → one value, or a sentence that says what stands there and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lantu.projects.facts import Unfit
from lantu.projects.sheets.columns import DEFAULT_UNIT, LONG_UNITS, UNITS, Column

EXCEL_ZERO = date(1899, 12, 30)
_PLAIN = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_WITH_UNIT = re.compile(r"([-+]?\d+(?:\.\d+)?)(亿元|亿|百万元|万元|万|千元|元)")
_ANY_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(亿元|亿|百万元|万元|万|千元|元)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?")
_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


def tidy(value: Any) -> str:
    """Text of a cell: full-width digits narrowed, spaces at the ends gone."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value).replace("\x00", "").strip()
    return text


def read_cell(column: Column, value: Any, unit: str) -> Any:
    """The value for ``facts.check_facts``. None for an empty cell. Raises Unfit with a remedy."""
    if value is None or tidy(value) == "":
        return None
    if isinstance(value, str) and value.strip() in _ERRORS:
        raise Unfit(_("公式出错：%(value)s。") % {"value": value.strip()}, _("请改正公式，或粘贴为数值。"))
    if column.kind == "money":
        return _money(column, value, unit)
    if column.kind == "date":
        return _date(column, value)
    if column.kind == "number":
        return _number(value)
    if column.kind == "tags":
        return [part for part in re.split(r"[、,，;；|\s]+", tidy(value)) if part]
    if isinstance(value, bool):
        raise Unfit(_("“%(value)s”不是文字。") % {"value": value}, _("请填文字。"))
    return tidy(value)


def _amount(number: Decimal) -> str:
    text = f"{number.normalize():f}"
    return text if text != "-0" else "0"


def _money(column: Column, value: Any, unit: str) -> Decimal:
    """Yuan. A number is in the column's unit; text may carry its own unit when nothing else stands beside it."""
    factor = UNITS[unit]
    if isinstance(value, (bool, date | datetime)):
        raise Unfit(_("“%(value)s”不是金额。") % {"value": value}, _("请把单元格格式改为数值。"))
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)) * factor
    text = unicodedata.normalize("NFKC", tidy(value)).replace(",", "").replace(" ", "").removeprefix("¥")
    if _PLAIN.fullmatch(text):
        return Decimal(text) * factor
    if found := _WITH_UNIT.fullmatch(text):
        return Decimal(found.group(1)) * UNITS[found.group(2)]
    remedy = _("请只填数字（单位：%(unit)s）。") % {"unit": unit}
    if found := _ANY_NUMBER.search(text):
        own = found.group(2)
        try:
            meant = Decimal(found.group(1)) * UNITS[own or unit] / factor
        except InvalidOperation:
            raise Unfit(_("“%(value)s”不是数字。") % {"value": tidy(value)[:40]}, remedy) from None
        remedy = _("请填 %(amount)s（%(unit)s）") % {"amount": _amount(meant), "unit": unit}
        remedy += (
            _("，或把列标题的单位改为%(own)s。") % {"own": LONG_UNITS.get(own, own)}
            if own and UNITS[own] != factor
            else "。"
        )
    raise Unfit(_("“%(value)s”不是数字。") % {"value": tidy(value)[:40]}, remedy)


def _number(value: Any) -> float:
    text = unicodedata.normalize("NFKC", tidy(value)).rstrip("°度EN")
    try:
        return float(text)
    except ValueError:
        raise Unfit(
            _("“%(value)s”不是数字。") % {"value": tidy(value)[:40]}, _("请填以度为单位的小数，如 116.3572。")
        ) from None


def _date(column: Column, value: Any) -> date:
    """A date cell, an Excel serial number, or a date written as text; a month means its first or last day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    last = column.key.endswith("finish_on")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 1990 <= value <= 2100 and float(value).is_integer():
            raise Unfit(
                _("“%(value)s”只有年份。") % {"value": int(value)},
                _("请填到日，如 %(year)s-03-01。") % {"year": int(value)},
            )
        if 30_000 <= value <= 80_000:
            return EXCEL_ZERO + timedelta(days=int(value))
        value = str(int(value)) if float(value).is_integer() else str(value)
    text = unicodedata.normalize("NFKC", tidy(value)).replace(" ", "")
    text = re.sub(r"(\d{4})(\d{2})(\d{2})", r"\1-\2-\3", text) if re.fullmatch(r"\d{8}", text) else text
    text = text.split("T")[0] if "T" in text else re.sub(r"00:00(:00)?$", "", text)
    found = _DATE.fullmatch(text)
    if found is None:
        raise Unfit(_("“%(value)s”不是日期。") % {"value": tidy(value)[:40]}, _("请填成 2026-03-01。"))
    year, month = int(found.group(1)), int(found.group(2))
    try:
        if found.group(3):
            return date(year, month, int(found.group(3)))
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=1) if last else first
    except ValueError:
        raise Unfit(
            _("“%(value)s”这一天不存在。") % {"value": tidy(value)[:40]}, _("请核对月份和日期。")
        ) from None


def column_unit(column: Column, stated: str | None) -> str:
    """The unit in which a money column's bare numbers are read."""
    return stated or DEFAULT_UNIT if column.kind == "money" else ""
