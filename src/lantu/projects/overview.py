"""What the project page says about a project: stages, the three truths, the curve. Computed, not stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lantu.calc.identifiers import parse_project_code
from lantu.core.models import Event
from lantu.projects.models import MonthlyFigure, Project, Stage, Status, YearPlan
from lantu.projects.progress import DISAGREEMENT_POINTS, share_pct
from lantu.projects.stage_notes import StageNote
from lantu.ui.tags.marks import icon

YI = 100_000_000
WAN = 10_000
ICONS = {
    Stage.INITIATION: lambda: icon("file-text"),
    Stage.DESIGN: lambda: icon("ruler-2"),
    Stage.TENDER: lambda: icon("gavel"),
    Stage.CONSTRUCTION: lambda: icon("hammer"),
    Stage.ACCEPTANCE: lambda: icon("clipboard-check"),
    Stage.OPERATION: lambda: icon("building"),
}


@dataclass(frozen=True)
class StageStep:
    """One of the six stages: ``state`` done, now or todo; a badge with its tone; two small lines."""

    label: str
    state: str
    icon: SafeString
    badge: str
    tone: str
    first: str
    second: str
    note: StageNote | None = None


def stage_line(
    project: Project, changes: Sequence[Event], notes: Mapping[str, StageNote] | None = None
) -> list[StageStep]:
    """The six stages in order. ``changes``: the project's change events, oldest first; ``notes``: by stage, what higher
    floors know of it."""
    order = list(Stage)
    here = order.index(Stage(project.stage))
    if project.status == Status.FINISHED:
        here = len(order) - 1
    left = _days_left_behind(changes)
    steps = []
    for index, stage in enumerate(order):
        state = "done" if index < here else "now" if index == here else "todo"
        first, second = _dates(project, stage, state, left)
        badge, tone = _badge(project, stage, state)
        mark = icon("check") if state == "done" else ICONS[stage]()
        note = (notes or {}).get(stage)
        steps.append(StageStep(str(stage.label), state, mark, badge, tone, first, second, note))
    return steps


def _days_left_behind(changes: Sequence[Event]) -> dict[str, date]:
    """Stage → the day on which the project was moved on from it."""
    found = {}
    for event in changes:
        pair = event.payload.get("changes", {}).get("stage")
        if pair:
            found[str(pair[0])] = timezone.localtime(event.at).date()
    return found


def _dates(project: Project, stage: Stage, state: str, left: dict[str, date]) -> tuple[str, str]:
    if stage == Stage.INITIATION:
        code = parse_project_code(project.code)
        coded = f"{code.year}-{code.month:02d}" if code.month else str(code.year)
        return coded, _("取得代码")
    if stage == Stage.CONSTRUCTION:
        start = project.actual_start_on or project.planned_start_on
        begun = _("%(day)s 起") % {"day": start} if start and state != "todo" else ""
        planned = _("计划 %(day)s") % {"day": start} if start and state == "todo" else ""
        pct = (
            ""
            if project.physical_pct is None
            else _("形象进度 %(pct)s%%") % {"pct": f"{project.physical_pct:g}"}
        )
        return begun or planned or "—", pct if state == "now" else ""
    if stage == Stage.ACCEPTANCE:
        if project.actual_finish_on:
            return str(project.actual_finish_on), _("竣工")
        if project.planned_finish_on:
            return _("计划 %(day)s") % {"day": project.planned_finish_on}, _("竣工验收")
        return "—", ""
    if stage in left:
        return str(left[stage]), _("完成")
    return {"now": _("进行中"), "done": _("已完成")}.get(state, "—"), ""


def _badge(project: Project, stage: Stage, state: str) -> tuple[str, str]:
    if stage == Stage.CONSTRUCTION and state != "todo":
        if state == "now" and project.status == Status.SUSPENDED:
            return _("停缓建"), "warn"
        if project.actual_start_on and project.planned_start_on:
            late = (project.actual_start_on - project.planned_start_on).days
            if late > 0:
                return _("开工晚 %(n)s 天") % {"n": late}, "warn"
            return (_("开工早 %(n)s 天") % {"n": -late}, "ok") if late else (_("按期开工"), "ok")
    if stage == Stage.ACCEPTANCE and project.actual_finish_on and project.planned_finish_on:
        late = (project.actual_finish_on - project.planned_finish_on).days
        return (_("晚 %(n)s 天") % {"n": late}, "warn") if late > 0 else (_("按期"), "ok")
    return "", ""


@dataclass(frozen=True)
class Truths:
    """The three truths as shares, the plan, and what they disagree on."""

    physical: Decimal | None
    planned: Decimal | None
    behind: float | None
    invested_pct: float | None
    paid_pct: float | None
    paid_of_invested: float | None
    questions: tuple[str, ...]


def truths_of(project: Project) -> Truths:
    """Three truths are shown side by side and never merged; a wide gap asks a question."""
    invested = (
        share_pct(project.invested_yuan, project.total_investment_yuan) if project.latest_month else None
    )
    paid = share_pct(project.paid_yuan, project.total_investment_yuan) if project.latest_month else None
    behind = None
    if project.planned_pct is not None and project.physical_pct is not None:
        behind = round(float(project.planned_pct - project.physical_pct), 1)
    questions = []
    physical = None if project.physical_pct is None else float(project.physical_pct)
    if physical is not None and invested is not None and abs(physical - invested) >= DISAGREEMENT_POINTS:
        questions.append(
            _("形象进度 %(a)s%% 而完成投资占 %(b)s%%，相差 %(n)s 个百分点：请核对口径或说明原因。")
            % {"a": f"{physical:g}", "b": f"{invested:g}", "n": f"{abs(physical - invested):.1f}"}
        )
    if invested is not None and paid is not None and paid - invested > DISAGREEMENT_POINTS:
        questions.append(
            _("支付占 %(a)s%%，超过完成投资 %(b)s%%：请核对预付款或入统。")
            % {"a": f"{paid:g}", "b": f"{invested:g}"}
        )
    return Truths(
        physical=project.physical_pct,
        planned=project.planned_pct,
        behind=behind,
        invested_pct=invested,
        paid_pct=paid,
        paid_of_invested=share_pct(project.paid_yuan, project.invested_yuan)
        if project.invested_yuan
        else None,
        questions=tuple(questions),
    )


def _monthly_steps(months: Sequence[MonthlyFigure]) -> list[float | None]:
    """What was invested within each month: the step from the last report before it."""
    steps: list[float | None] = []
    before = Decimal(0)
    for row in months:
        if row.invested_yuan is None:
            steps.append(None)
            continue
        steps.append(float(row.invested_yuan - before))
        before = row.invested_yuan
    return steps


def curve(project: Project, months: Sequence[MonthlyFigure], *, now: datetime) -> dict[str, Any]:
    """Spec of the S-curve: plan and physical progress in percent, investment of each month as bars."""
    names = [f"{row.month:%Y-%m}" for row in months]
    steps = _monthly_steps(months)
    scale, unit = (
        (YI, _("亿元"))
        if max((abs(s) for s in steps if s is not None), default=0) >= YI
        else (WAN, _("万元"))
    )

    def numbers(field: str) -> list[float | None]:
        values = (getattr(row, field) for row in months)
        return [None if value is None else float(value) for value in values]

    summary = ""
    if project.physical_pct is not None and project.planned_pct is not None:
        summary = _("截至 %(month)s，形象进度 %(a)s%%，序时进度 %(b)s%%") % {
            "month": f"{project.latest_month:%Y-%m}" if project.latest_month else "—",
            "a": f"{project.physical_pct:g}",
            "b": f"{project.planned_pct:g}",
        }
    this_month = f"{timezone.localtime(now):%Y-%m}"
    return {
        "kind": "mixed",
        "x": names,
        "unit": "%",
        "unit2": unit,
        "min": 0,
        "max": 100,
        "series": [
            {
                "name": _("当月投资"),
                "type": "bar",
                "axis": 1,
                "color": "soft",
                "data": [None if step is None else round(step / scale, 2) for step in steps],
            },
            {
                "name": _("序时进度"),
                "type": "line",
                "dash": True,
                "color": "muted",
                "data": numbers("planned_pct"),
            },
            {
                "name": _("形象进度"),
                "type": "line",
                "area": True,
                "color": "primary",
                "data": numbers("physical_pct"),
            },
        ],
        "marks": [{"x": this_month, "label": _("本月")}] if this_month in names else [],
        "summary": summary,
        "empty": _("还没有报送过月度进度。"),
    }


def year_of(project: Project, *, now: datetime) -> YearPlan | None:
    """The plan of the current year, if there is one."""
    return YearPlan.objects.filter(project=project, year=timezone.localtime(now).year).first()


def elapsed_days(project: Project, *, now: datetime) -> tuple[int | None, int | None]:
    """Days since the start, and the planned duration in days."""
    start = project.actual_start_on or project.planned_start_on
    today = timezone.localtime(now).date()
    passed = (today - start).days if start and start <= today else None
    planned = (
        (project.planned_finish_on - project.planned_start_on).days
        if project.planned_start_on and project.planned_finish_on
        else None
    )
    return passed, planned
