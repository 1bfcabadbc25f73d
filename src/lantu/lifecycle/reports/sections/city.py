"""Overview, progress by county and category, money, lamps and the annex of a bulletin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from lantu.calc.rollup import weighted
from lantu.core.figures import figure_definitions, read_figure
from lantu.lifecycle.reports.content import Asking, Section, Values, bars, cell, pct, shown_figure, table
from lantu.packs.load import national
from lantu.projects.areas import area_name
from lantu.projects.models import Category, Lamp, MonthlyFigure, Project, Stage, YearPlan
from lantu.projects.progress import month_before
from lantu.projects.selectors import UNDER_CONSTRUCTION, visible_projects
from lantu.ui.tags.marks import LAMPS
from lantu.ui.tags.numbers import money

# Figures by name: those of higher floors appear when their room is installed.
OVERVIEW = (
    "projects.total", "projects.under_construction", "projects.total_investment_yuan", "projects.year_plan_yuan",
    "projects.year_done_yuan", "projects.red", "programmes.in_force", "programmes.milestones_overdue",
    "warnings.total", "hazards.rectification_rate", "hazards.on_time_rate", "duties.overdue",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A project at work with what was reported for the month, and for the month before."""

    project: Project
    now: MonthlyFigure | None
    before: MonthlyFigure | None
    year: YearPlan | None

    @property
    def physical(self) -> float | None:
        return _number(self.now.physical_pct if self.now else None)

    @property
    def planned(self) -> float | None:
        return _number(self.now.planned_pct if self.now else None)

    @property
    def behind(self) -> float | None:
        if self.physical is None or self.planned is None:
            return None
        return round(self.planned - self.physical, 1)

    def in_month(self, name: str) -> Decimal:
        """What was added within the month; nothing where one of the two months was not reported."""
        if self.now is None or getattr(self.now, name) is None:
            return Decimal(0)
        earlier = getattr(self.before, name) if self.before else None
        return Decimal(getattr(self.now, name) - (earlier or 0)) if earlier is not None else Decimal(0)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def rows_of(asking: Asking) -> list[Row]:
    """The projects under construction that the reader sees, with the month's figures: three queries for all sections."""
    if "rows" not in asking.kept:
        asking.kept["rows"] = _read_rows(asking)
    found: list[Row] = asking.kept["rows"]
    return found


def _read_rows(asking: Asking) -> list[Row]:
    assert asking.month is not None
    projects = list(
        visible_projects(asking.reader)
        .filter(UNDER_CONSTRUCTION)
        .select_related("owner_org")
        .order_by("area_code", "-total_investment_yuan", "pk")
    )
    ids = [project.pk for project in projects]
    months = {
        (row.project_id, row.month): row
        for row in MonthlyFigure.objects.filter(
            project__in=ids, month__in=[asking.month, month_before(asking.month)]
        )
    }
    years = {row.project_id: row for row in YearPlan.objects.filter(project__in=ids, year=asking.month.year)}
    return [
        Row(
            project,
            months.get((project.pk, asking.month)),
            months.get((project.pk, month_before(asking.month))),
            years.get(project.pk),
        )
        for project in projects
    ]


def overview(asking: Asking) -> Section:
    """一、总体情况: the city's figures, each with its as-of time and its rows."""
    known = {definition.name for definition in figure_definitions()}
    figures = [
        shown_figure(read_figure(name, asking.reader, now=asking.now)) for name in OVERVIEW if name in known
    ]
    rows = rows_of(asking)
    told = [row for row in rows if row.physical is not None]
    points = national().programmes.behind_points
    behind = [row for row in told if row.behind is not None and row.behind >= points]
    paragraphs = [
        _("在建项目 %(all)d 个，%(month)s 已报送形象进度 %(told)d 个，未报送 %(silent)d 个；落后序时进度 %(points)g 个百分点以上的 %(behind)d 个。")
        % {
            "all": len(rows),
            "month": f"{asking.month:%Y-%m}",
            "told": len(told),
            "silent": len(rows) - len(told),
            "points": points,
            "behind": len(behind),
        }
    ]  # fmt: skip
    return Section(key="overview", title=_("总体情况"), paragraphs=paragraphs, figures=figures)


def progress(asking: Asking) -> Section | None:
    """二、进度: by county and by category, weighted by investment."""
    rows = rows_of(asking)
    if not rows:
        return None
    by_county = _grouped(rows, lambda row: row.project.area_code)
    by_category = _grouped(rows, lambda row: row.project.category)
    counties = [(area_name(code), "area", code, group) for code, group in by_county]
    categories = [(str(Category(code).label), "category", code, group) for code, group in by_category]
    legend = (_("形象进度"), _("序时进度"))
    return Section(
        key="progress",
        title=_("进度情况"),
        paragraphs=[
            _("以下形象进度、序时进度均按总投资加权，只计已报送的在建项目，未报送的另列个数，不按零计。")
        ],
        charts=[
            bars(
                _("各县市区加权进度（%）"),
                legend,
                [
                    (name, _mean(group, "physical"), _mean(group, "planned"))
                    for name, _kind, _code, group in counties
                ],
                "%",
            )
        ],
        tables=[
            _progress_table(_("按县市区"), counties),
            _progress_table(_("按投资类别"), categories),
        ],
    )


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return sorted(found.items())


def _mean(rows: list[Row], name: str) -> float | None:
    value, _weight = weighted((float(row.project.total_investment_yuan), getattr(row, name)) for row in rows)
    return value


def _progress_table(title: Any, groups: list[tuple[str, str, str, list[Row]]]) -> Values:
    points = national().programmes.behind_points
    lines = []
    for name, parameter, code, rows in groups:
        physical, planned = _mean(rows, "physical"), _mean(rows, "planned")
        plan = sum((row.year.planned_yuan for row in rows if row.year), Decimal(0))
        done = sum((row.year.done_yuan for row in rows if row.year), Decimal(0))
        url = listing(stage=Stage.CONSTRUCTION.value, status="active", **{parameter: code})
        lines.append(
            [
                cell(name, url),
                len(rows),
                sum(row.physical is None for row in rows),
                pct(physical),
                pct(planned),
                sum(row.behind is not None and row.behind >= points for row in rows),
                money(plan),
                money(done),
                pct(float(done / plan * 100) if plan else None),
            ]
        )
    columns = (
        (_("名称"), "l"), (_("在建"), "r"), (_("未报"), "r"), (_("形象进度"), "r"), (_("序时进度"), "r"),
        (_("滞后"), "r"), (_("年度计划"), "r"), (_("年度完成"), "r"), (_("完成率"), "r"),
    )  # fmt: skip
    return table(title, columns, lines)


def listing(**query: str) -> str:
    return f"{reverse('projects:list')}?{urlencode(query)}"


def truths(asking: Asking) -> Section | None:
    """The three truths of money: planned, invested, paid; cumulative and within the month, never merged."""
    rows = [row for row in rows_of(asking) if row.now is not None]
    if not rows:
        return None
    lines = []
    for code, group in [*_grouped(rows, lambda row: row.project.category), ("", rows)]:
        label = str(Category(code).label) if code else _("合计")
        sums = {
            name: sum((getattr(row.now, name) or Decimal(0) for row in group), Decimal(0))
            for name in ("planned_invest_yuan", "invested_yuan", "paid_yuan")
        }
        invested, paid = sums["invested_yuan"], sums["paid_yuan"]
        lines.append(
            [
                cell(label, listing(stage=Stage.CONSTRUCTION.value, **({"category": code} if code else {}))),
                money(sums["planned_invest_yuan"]),
                money(invested),
                money(sum((row.in_month("invested_yuan") for row in group), Decimal(0))),
                money(paid),
                money(sum((row.in_month("paid_yuan") for row in group), Decimal(0))),
                pct(float(paid / invested * 100) if invested else None),
            ]
        )
    columns = (
        (_("类别"), "l"), (_("计划投资"), "r"), (_("完成投资"), "r"), (_("其中当月"), "r"), (_("支付"), "r"),
        (_("其中当月"), "r"), (_("支付率"), "r"),
    )  # fmt: skip
    return Section(
        key="money",
        title=_("资金情况"),
        paragraphs=[
            _(
                "计划投资、完成投资、支付各有来源，均为开工以来累计数，并列而不合并；“其中当月”只计上月也已报送的项目。"
            )
        ],
        tables=[table(_("三项资金"), columns, lines)],
    )


def lamps(asking: Asking) -> Section:
    """Red and yellow lamps with their reasons."""
    rows = list(
        visible_projects(asking.reader)
        .filter(lamp__in=[Lamp.RED, Lamp.YELLOW])
        .select_related("owner_org")
        .order_by("-lamp", "area_code", "pk")
    )
    rows.sort(key=lambda row: row.lamp != Lamp.RED)
    lines = [
        [
            cell(project.name, project.get_absolute_url()),
            str(LAMPS[project.lamp].short),
            area_name(project.area_code),
            project.lamp_words,
            project.owner_org.name,
        ]
        for project in rows[: national().programmes.bulletin_most_rows]
    ]
    reds = sum(row.lamp == Lamp.RED for row in rows)
    columns = ((_("项目"), "l"), (_("灯色"), "l"), (_("县市区"), "l"), (_("原因"), "w"), (_("建设单位"), "l"))
    return Section(
        key="lamps",
        title=_("亮灯项目及原因"),
        paragraphs=[
            _("红灯项目 %(red)d 个，黄灯项目 %(yellow)d 个。灯色由数据按公开规则得出，规则版本见项目页。")
            % {"red": reds, "yellow": len(rows) - reds}
        ],
        tables=[table(_("红灯、黄灯项目"), columns, lines, note=_more(len(rows)))] if rows else [],
    )


def _more(count: int) -> str:
    most = national().programmes.bulletin_most_rows
    return (
        ""
        if count <= most
        else _("共 %(n)d 行，只列前 %(most)d 行，全部见系统。") % {"n": count, "most": most}
    )


def annex(asking: Asking) -> Section | None:
    """附表: every project under construction."""
    rows = rows_of(asking)
    if not rows:
        return None
    lines = [
        [
            cell(row.project.name, row.project.get_absolute_url()),
            area_name(row.project.area_code),
            money(row.project.total_investment_yuan),
            pct(row.physical),
            pct(row.planned),
            "—" if row.behind is None else f"{row.behind:g}",
            money(row.now.invested_yuan) if row.now and row.now.invested_yuan is not None else "—",
            money(row.now.paid_yuan) if row.now and row.now.paid_yuan is not None else "—",
            row.now.grade if row.now else "—",
            str(LAMPS[row.project.lamp].short),
        ]
        for row in rows[: national().programmes.bulletin_most_rows]
    ]
    columns = (
        (_("项目"), "l"), (_("县市区"), "l"), (_("总投资"), "r"), (_("形象"), "r"), (_("序时"), "r"), (_("落后"), "r"),
        (_("完成投资"), "r"), (_("支付"), "r"), (_("证据"), "l"), (_("灯色"), "l"),
    )  # fmt: skip
    month = f"{asking.month:%Y-%m}" if asking.month else ""
    return Section(
        key="annex_projects",
        title=_("在建项目%(month)s进度表") % {"month": month},
        tables=[table("", columns, lines, note=_more(len(rows)))],
        annex=True,
    )


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
