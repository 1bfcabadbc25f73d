"""Chart specs of the cockpit: numbers in, the contract of <lantu-chart> out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from lantu.cockpit.selectors import Closing, YearOfMonths

YUAN_PER_YI = Decimal(100_000_000)


def _yi(yuan: Decimal) -> float:
    """Yuan → 亿元 with two decimals."""
    return round(float(yuan / YUAN_PER_YI), 2)


def _month_label(month: int) -> str:
    return _("%(n)s月") % {"n": month}


def investment_chart(year: YearOfMonths) -> dict[str, Any]:
    """Plan and done month by month as bars, and the share of the year's plan that has been done as a line."""
    plan = sum(year.planned, Decimal(0))
    known = [amount for amount in year.done if amount is not None]
    share = [round(float(total / plan) * 100, 1) if plan else None for total in accumulate(known)]
    done = sum(known, Decimal(0))
    return {
        "kind": "mixed",
        "unit": _("亿元"),
        "unit2": "%",
        "x": [_month_label(month) for month in range(1, 13)],
        "series": [
            {
                "name": _("计划"),
                "type": "bar",
                "color": "soft",
                "data": [_yi(amount) for amount in year.planned],
            },
            {
                "name": _("完成"),
                "type": "bar",
                "color": "primary",
                "data": [None if amount is None else _yi(amount) for amount in year.done],
            },
            {"name": _("累计完成率"), "type": "line", "color": "ok", "axis": 1, "data": _padded(share)},
        ]
        if plan or done
        else [],
        "summary": _("本年计划投资 %(plan)s 亿元，已完成 %(done)s 亿元，占 %(share)s%%。")
        % {
            "plan": _yi(plan),
            "done": _yi(done),
            "share": share[-1] if share and share[-1] is not None else "—",
        },
        "empty": _("本年度还没有下达投资计划，也没有报送进度。"),
    }


def _padded(values: Sequence[float | None]) -> list[float | None]:
    return [*values, *[None] * (12 - len(values))]


def closing_chart(closing: Closing) -> dict[str, Any]:
    """Warnings raised and closed in each of the last twelve months."""
    raised, closed = sum(closing.raised), sum(closing.closed)
    return {
        "kind": "bar",
        "unit": _("处"),
        "x": [_month_label(month.month) for month in closing.months],
        "series": [
            {"name": _("新增"), "color": "warn", "data": closing.raised},
            {"name": _("闭环"), "color": "ok", "data": closing.closed},
        ]
        if raised or closed
        else [],
        "summary": _("近 12 个月新增预警 %(raised)s 处，闭环 %(closed)s 处。")
        % {"raised": raised, "closed": closed},
        "empty": _("近 12 个月没有预警。"),
    }
