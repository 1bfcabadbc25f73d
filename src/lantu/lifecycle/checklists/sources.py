"""Where an item's progress stands already, so that nobody has to write it again: a registry that other rooms add to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from lantu.lifecycle.checklists.months import month_end
from lantu.projects.models import MonthlyFigure, Project


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    """What a source says of one item at the end of a month. ``grade``: A to D of the evidence behind it."""

    pct: float
    grade: str
    text: str
    yuan: float | None = None


Read = Callable[[Project, Iterable[Any], date], Mapping[int, SourceFact]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """``read(project, items, month)`` → facts by item pk; an item about which it knows nothing is left out."""

    key: str
    label: Any
    read: Read


_sources: dict[str, Source] = {}


def add(source: Source) -> None:
    """Offer a source. Another one under the same key is a mistake."""
    if source.key in _sources and _sources[source.key] != source:
        raise ValueError(f"source {source.key} is registered twice")
    _sources[source.key] = source


def source_keys() -> tuple[str, ...]:
    """Keys of all sources that are offered."""
    return tuple(_sources)


def source_choices() -> list[tuple[str, Any]]:
    """Keys and names, for choosing."""
    return [(one.key, one.label) for one in _sources.values()]


def read_sources(project: Project, items: Iterable[Any], month: date) -> dict[int, SourceFact]:
    """What all sources say of the items that name one."""
    found: dict[int, SourceFact] = {}
    named: dict[str, list[Any]] = {}
    for item in items:
        if item.source:
            named.setdefault(item.source, []).append(item)
    for key, rows in named.items():
        if key in _sources:
            found.update(_sources[key].read(project, rows, month))
    return found


def _figure(project: Project, month: date) -> MonthlyFigure | None:
    return MonthlyFigure.objects.filter(project=project, month__lte=month).order_by("-month").first()


def _physical(project: Project, items: Iterable[Any], month: date) -> dict[int, SourceFact]:
    figure = _figure(project, month)
    if figure is None or figure.physical_pct is None:
        return {}
    said = SourceFact(
        pct=float(figure.physical_pct),
        grade=figure.grade,
        text=f"{figure.month:%Y-%m} · {figure.physical_pct}%",
    )
    return {item.pk: said for item in items}


def _invested(project: Project, items: Iterable[Any], month: date) -> dict[int, SourceFact]:
    return _money(project, items, month, "invested_yuan")


def _paid(project: Project, items: Iterable[Any], month: date) -> dict[int, SourceFact]:
    return _money(project, items, month, "paid_yuan")


def _money(project: Project, items: Iterable[Any], month: date, field: str) -> dict[int, SourceFact]:
    figure = _figure(project, month)
    value: Decimal | None = getattr(figure, field, None)
    if figure is None or value is None or project.total_investment_yuan <= 0:
        return {}
    pct = round(min(100.0, float(value) / float(project.total_investment_yuan) * 100), 2)
    said = SourceFact(
        pct=pct, grade=figure.grade, text=f"{figure.month:%Y-%m} · ¥{value:,.0f}", yuan=float(value)
    )
    return {item.pk: said for item in items}


def _activity(project: Project, items: Iterable[Any], _month: date) -> dict[int, SourceFact]:
    """The schedule in force: the activity whose code the item names. A month is read when it is opened, so now is its end."""
    from lantu.lifecycle.schedule.models import ScheduleActivity

    wanted = {item.source_ref: item.pk for item in items if item.source_ref}
    rows = ScheduleActivity.objects.filter(
        schedule__project=project, schedule__status="in_force", code__in=list(wanted)
    )
    return {
        wanted[row.code]: SourceFact(
            pct=float(row.percent),
            grade=row.evidence_grade or "D",
            text=f"{row.code} · {row.percent:g}%",
        )
        for row in rows
    }


def _gate(project: Project, items: Iterable[Any], month: date) -> dict[int, SourceFact]:
    """A gate's document that was confirmed means done; the item names the code of its step."""
    from lantu.lifecycle.gates.models import GateStep

    wanted = {item.source_ref: item.pk for item in items if item.source_ref}
    rows = GateStep.objects.filter(
        project=project, code__in=list(wanted), confirmed_at__isnull=False, evidence_on__lte=month_end(month)
    )
    return {
        wanted[row.code]: SourceFact(pct=100.0, grade="A", text=f"{row.code} · {row.evidence_on}")
        for row in rows
    }


add(Source(key="project.physical", label=_("项目形象进度"), read=_physical))
add(Source(key="project.invested", label=_("项目完成投资"), read=_invested))
add(Source(key="project.paid", label=_("项目支付"), read=_paid))
add(Source(key="schedule.activity", label=_("进度计划中的工作"), read=_activity))
add(Source(key="gate.document", label=_("关口文件"), read=_gate))
