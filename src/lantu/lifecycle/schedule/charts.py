"""Curves and value figures as the pages show them: chart specs and rows of (label, value, meaning)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.states import EvidenceGrade
from lantu.lifecycle.schedule.values import SCurve, Worth
from lantu.ui.tags.numbers import money


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def s_curve_spec(curve: SCurve) -> dict[str, Any]:
    """The S-curve in per cent of the whole, for ``<lantu-chart>``."""

    def points(values: list[Any]) -> list[list[Any]]:
        return [
            [_ms(at), None if value is None else round(100 * value / curve.total, 2)]
            for at, value in zip(curve.dates, values, strict=True)
        ]

    done = [value for value in curve.earned if value is not None]
    planned = [value for at, value in zip(curve.dates, curve.planned, strict=True) if at <= curve.as_of]
    return {
        "kind": "line",
        "time": True,
        "unit": "%",
        "min": 0,
        "max": 100,
        "series": [
            {"name": _("基准计划"), "data": points(curve.planned), "color": "muted"},
            {"name": _("已完成任务量"), "data": points(curve.earned), "color": "primary"},
            {"name": _("其中有证据"), "data": points(curve.proved), "color": "ok", "dash": True},
            {"name": _("预测"), "data": points(curve.forecast), "color": "warn", "dash": True},
        ],
        "marks": [{"x": _ms(curve.as_of), "label": _("数据日期"), "color": "primary"}],
        "summary": _("截至数据日期计划完成 %(planned).1f%%，实际完成 %(done).1f%%。")
        % {
            "planned": 100 * (planned[-1] if planned else 0) / curve.total,
            "done": 100 * (done[-1] if done else 0) / curve.total,
        },
    }


def amount(value: float | None, unit: str) -> str:
    """A value of the curve with its unit; None → —."""
    if value is None:
        return "—"
    if unit == "yuan":
        return money(value)
    if unit == "minutes":
        return _("%(amount)s 工时") % {"amount": f"{value / 60:,.0f}"}
    return f"{value:,.2f}"


def value_rows(worth: Worth) -> list[tuple[str, str, str]]:
    """(name, value, what it means), in the order in which people read them. Costs only where the value is money."""
    found, unit = worth.found, worth.unit

    def index(value: float | None) -> str:
        return "—" if value is None else f"{value:.3f}"

    rows = [
        (_("总值 BAC"), amount(found.bac, unit), _("基准的全部任务量")),
        (_("计划值 PV"), amount(found.pv, unit), _("按基准到今天应完成")),
        (_("挣值 EV"), amount(found.ev, unit), _("实际完成折算的基准值")),
        (_("进度偏差 SV"), amount(found.sv, unit), _("EV − PV，负数为落后")),
        (_("进度绩效 SPI"), index(found.spi), _("EV ÷ PV")),
        (_("挣得进度 SPI(t)"), index(found.spi_t), _("挣得时间 ÷ 已过时间，临近完工仍有效")),
    ]
    if unit == "yuan" and found.ac > 0:
        rows += [
            (_("实际成本 AC"), amount(found.ac, unit), _("上报的累计实际费用")),
            (_("成本绩效 CPI"), index(found.cpi), _("EV ÷ AC")),
            (_("完工估算 EAC"), amount(found.eac_typical, unit), _("BAC ÷ CPI，过去的效率延续")),
            (_("完工偏差 VAC"), amount(found.vac, unit), _("BAC − EAC")),
            (_("待完工绩效 TCPI"), index(found.tcpi), _("余下任务必须达到的成本效率")),
        ]
    return rows


def grade_rows(worth: Worth) -> list[tuple[str, str, float]]:
    """(grade, value, per cent of what is done)."""
    done = sum(worth.by_grade.values()) or 1.0
    labels = dict(EvidenceGrade.choices)
    return [
        (str(labels[grade]), amount(value, worth.unit), 100 * value / done)
        for grade, value in worth.by_grade.items()
    ]


def use_spec(name: str, use: dict[str, Any], from_on: date) -> dict[str, Any]:
    """Use of one resource day by day before and after levelling, against what there is."""

    def points(values: list[int]) -> list[list[Any]]:
        begin = datetime.combine(from_on, time(), timezone.get_default_timezone())
        return [[_ms(begin + timedelta(days=day)), value] for day, value in enumerate(values)]

    return {
        "kind": "line",
        "time": True,
        "min": 0,
        "series": [
            {"name": _("平衡前"), "data": points(use["use_before"]), "color": "warn", "dash": True},
            {"name": _("平衡后"), "data": points(use["use_after"]), "color": "primary", "area": True},
        ],
        "marks": [{"y": use["capacity"], "label": _("可用 %(n)s") % {"n": use["capacity"]}, "color": "bad"}],
        "summary": _("%(name)s：平衡前超用 %(before)s 台班·天，平衡后 %(after)s。")
        % {"name": name, "before": use["before"], "after": "—" if use["after"] is None else use["after"]},
    }
