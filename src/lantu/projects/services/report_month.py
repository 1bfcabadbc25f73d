"""Report a month: three truths side by side, each cumulative, each from its own source."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.projects.events import MonthReported
from lantu.projects.facts import MAX_YUAN
from lantu.projects.models import MonthlyFigure, Project, YearPlan
from lantu.projects.progress import month_end, month_start, time_share_pct
from lantu.projects.services._guard import locked
from lantu.projects.services.recompute_lamp import recompute_lamps

PERCENTS = ("planned_pct", "physical_pct")
AMOUNTS = ("planned_invest_yuan", "invested_yuan", "paid_yuan")
CUMULATIVE = ("physical_pct", "invested_yuan", "paid_yuan")
Given = Decimal | float | int | str | None


@transaction.atomic
def report_month(
    *,
    project: Project,
    month: date,
    actor: User,
    now: datetime,
    physical_pct: Given = None,
    invested_yuan: Given = None,
    paid_yuan: Given = None,
    planned_pct: Given = None,
    planned_invest_yuan: Given = None,
    grade: str = "D",
    source: str = "",
    reason: str = "",
    seen_at: datetime | None = None,
    lamp_later: bool = False,
) -> MonthlyFigure:
    """Store what is given for ``month`` (any day of it); what is None stays as it was.

    Percent are 0–100 cumulative, amounts yuan cumulative since the start. Without ``planned_pct`` the
    time-proportional share of the planned period stands in. ``seen_at``: ``reported_at`` of the figures the
    writer saw; another writer's report since then is refused with the difference. Falling below the
    month before needs a ``reason``. ``lamp_later``: the caller takes over many months and computes the lamps at the end. Raises Unacceptable (field named), Refused, Denied.
    """
    row = locked(project.pk)
    require(actor, "projects.report_month", row)
    first = month_start(month)
    today = timezone.localtime(now).date()
    _refuse_future(first, today)
    wanted = {"physical_pct": physical_pct, "invested_yuan": invested_yuan, "paid_yuan": paid_yuan}
    wanted |= {"planned_pct": planned_pct, "planned_invest_yuan": planned_invest_yuan}
    values = {field: _number(field, value) for field, value in wanted.items() if value not in (None, "")}
    months = list(MonthlyFigure.objects.filter(project=row).order_by("month"))
    figure = next((known for known in months if known.month == first), None)
    if not values.keys() & {*CUMULATIVE}:
        raise Unacceptable(
            "projects.empty_month", _("三项进度都没有填。"), remedy=_("至少填一项。"), field="physical_pct"
        )
    if figure is not None and seen_at is not None and figure.reported_at != seen_at:
        _refuse_overwriting(figure, values)
    if "planned_pct" not in values and (figure is None or figure.planned_pct is None):
        share = time_share_pct(row.planned_start_on, row.planned_finish_on, min(month_end(first), today))
        values |= {"planned_pct": share} if share is not None else {}
    _refuse_falling([known for known in months if known.month < first], values, reason)
    before = {field: getattr(figure, field, None) for field in values}
    if figure is None:
        figure = MonthlyFigure(project=row, month=first)
        months = sorted([*months, figure], key=lambda known: known.month)
    for field, value in values.items():
        setattr(figure, field, value)
    figure.grade, figure.source, figure.reported_by, figure.reported_at = grade, source[:80], actor, now
    figure.save()
    _keep_in_step(row, months, now)
    figures = {field: _word(value) for field, value in values.items()} | {"grade": grade}
    figures |= {f"{field}_before": _word(value) for field, value in before.items() if value is not None}
    told = MonthReported(project_id=row.pk, subject_id=row.pk, month=f"{first:%Y-%m}", figures=figures)
    emit(told, actor=actor, at=now, reason=reason)
    if not lamp_later:
        recompute_lamps(project_ids=[row.pk], now=now, actor=actor)
    return figure


def _refuse_future(month: date, today: date) -> None:
    if month > today:
        raise Unacceptable(
            "projects.future_month",
            _("%(month)s 还没有到，不能填报。") % {"month": f"{month:%Y-%m}"},
            remedy=_("请选择本月或以前的月份。"),
            field="month",
        )


def _label(field: str) -> str:
    return str(getattr(MonthlyFigure._meta.get_field(field), "verbose_name", field))


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(field: str, value: Given) -> Decimal:
    label = _label(field)
    try:
        number = Decimal(str(value).replace(",", "")).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Unacceptable(
            "projects.not_a_number",
            _("“%(label)s”：“%(value)s”不是数字。") % {"label": label, "value": str(value)[:40]},
            remedy=_("请只填数字。"),
            field=field,
        ) from None
    most = Decimal(100) if field in PERCENTS else MAX_YUAN
    if not number.is_finite() or not 0 <= number <= most:
        raise Unacceptable(
            "projects.out_of_range",
            _("“%(label)s”为 %(value)s，应在 0 到 %(most)s 之间。")
            % {"label": label, "value": number, "most": most},
            remedy=_("请核对数值和单位。"),
            field=field,
        )
    return number


def _refuse_overwriting(figure: MonthlyFigure, values: dict[str, Decimal]) -> None:
    """The second writer sees the difference; equal values pass."""
    differing = [
        f"{_label(field)}：{getattr(figure, field)} / {value}"
        for field, value in values.items()
        if getattr(figure, field) is not None and getattr(figure, field) != value
    ]
    if differing:
        raise Refused(
            "projects.month_reported_meanwhile",
            _("您打开页面之后，%(who)s 已报了这个月（现值 / 您填的）：%(listed)s。")
            % {"who": figure.reported_by or "—", "listed": "；".join(differing)},
            remedy=_("请核对差异后重新提交。"),
        )


def _refuse_falling(earlier: list[MonthlyFigure], values: dict[str, Decimal], reason: str) -> None:
    """A cumulative figure does not fall without a word of explanation."""
    if reason.strip():
        return
    for field in CUMULATIVE:
        last = next((figure for figure in reversed(earlier) if getattr(figure, field) is not None), None)
        if field in values and last is not None and values[field] < getattr(last, field):
            raise Refused(
                "projects.figure_falls",
                _("“%(label)s”%(value)s 低于 %(month)s 的 %(before)s（均为累计数）。")
                % {
                    "label": _label(field),
                    "value": values[field],
                    "month": f"{last.month:%Y-%m}",
                    "before": getattr(last, field),
                },
                remedy=_("如确需更正，请填写更正说明。"),
                field=field,
            )


def _keep_in_step(row: Project, months: list[MonthlyFigure], now: datetime) -> None:
    """Copy the newest known value of each truth to the project, and what was done in each year to its plan."""
    newest: dict[str, Any] = {}
    for figure in months:
        for field in (*CUMULATIVE, "planned_pct"):
            if getattr(figure, field) is not None:
                newest[field] = getattr(figure, field)
    reported = [f.month for f in months if any(getattr(f, field) is not None for field in CUMULATIVE)]
    row.latest_month = max(reported)
    row.physical_pct = newest.get("physical_pct")
    row.planned_pct = newest.get("planned_pct")
    row.invested_yuan = newest.get("invested_yuan", Decimal(0))
    row.paid_yuan = newest.get("paid_yuan", Decimal(0))
    row.updated_at = now
    row.save(
        update_fields=[
            "latest_month",
            "physical_pct",
            "planned_pct",
            "invested_yuan",
            "paid_yuan",
            "updated_at",
        ]
    )
    plans = {plan.year: plan for plan in YearPlan.objects.filter(project=row)}
    for year, done in done_by_year([(f.month, f.invested_yuan) for f in months]).items():
        plan = plans.get(year) or YearPlan(project=row, year=year)
        if plan.pk is None or plan.done_yuan != done:
            plan.done_yuan = done
            plan.save()


def done_by_year(months: list[tuple[date, Decimal | None]]) -> dict[int, Decimal]:
    """Cumulative amounts by month, oldest first → what was done within each year."""
    ends: dict[int, Decimal] = {}
    for month, cumulative in months:
        if cumulative is not None:
            ends[month.year] = cumulative
    done, before = {}, Decimal(0)
    for year in sorted(ends):
        done[year] = ends[year] - before
        before = ends[year]
    return done
