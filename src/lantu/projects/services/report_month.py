"""Report a month: three truths side by side, each cumulative, each from its own source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit_all
from lantu.projects.events import MonthReported
from lantu.projects.facts import MAX_YUAN
from lantu.projects.models import MonthlyFigure, Project, YearPlan
from lantu.projects.progress import month_end, month_start, time_share_pct
from lantu.projects.services._guard import locked_all
from lantu.projects.services.follow_plan import planned_at
from lantu.projects.services.recompute_lamp import recompute_lamps

PERCENTS = ("planned_pct", "physical_pct")
AMOUNTS = ("planned_invest_yuan", "invested_yuan", "paid_yuan")
CUMULATIVE = ("physical_pct", "invested_yuan", "paid_yuan")
Given = Decimal | float | int | str | None
NOTHING_YET = {
    "planned_pct": None,
    "physical_pct": None,
    "invested_yuan": Decimal(0),
    "paid_yuan": Decimal(0),
}
NEWEST = ("latest_month", *NOTHING_YET)
# One statement for all: Django's bulk_update would write a CASE of as many branches as there are projects.
NEWEST_SQL = """
    UPDATE projects_project p
    SET latest_month = n.latest_month, planned_pct = n.planned_pct, physical_pct = n.physical_pct,
        invested_yuan = n.invested_yuan, paid_yuan = n.paid_yuan, updated_at = %s
    FROM unnest(%s::bigint[], %s::date[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
        AS n(id, latest_month, planned_pct, physical_pct, invested_yuan, paid_yuan)
    WHERE p.id = n.id
"""


@dataclass(frozen=True, kw_only=True)
class MonthReport:
    """One report of one month (any day of it); what is None stays as it was.

    Percent are 0–100 cumulative, amounts yuan cumulative since the start. Without ``planned_pct`` the
    time-proportional share of the planned period stands in, without ``planned_invest_yuan`` the year plan. ``seen_at``: ``reported_at`` of the figures the
    writer saw; another writer's report since then is refused with the difference. Falling below the
    month before needs a ``reason``.
    """

    project_id: int
    month: date
    actor: User
    physical_pct: Given = None
    invested_yuan: Given = None
    paid_yuan: Given = None
    planned_pct: Given = None
    planned_invest_yuan: Given = None
    grade: str = "D"
    source: str = ""
    reason: str = ""
    seen_at: datetime | None = None


def report_month(
    *, project: Project, month: date, actor: User, now: datetime, lamp_later: bool = False, **given: Any
) -> MonthlyFigure:
    """Store one report; ``given`` are the fields of :class:`MonthReport`. Raises as :func:`report_months`."""
    report = MonthReport(project_id=project.pk, month=month, actor=actor, **given)
    (figure,) = report_months([report], now=now, lamp_later=lamp_later)
    return figure


@transaction.atomic
def report_months(
    reports: Sequence[MonthReport], *, now: datetime, lamp_later: bool = False
) -> list[MonthlyFigure]:
    """Store reports of one or many projects, all or none, in a handful of statements; an event for each.

    Reports of one project are taken in their order. ``lamp_later``: the caller takes over many months and computes
    the lamps at the end. Raises Unacceptable (field named), Refused, Denied.
    """
    ids = sorted({report.project_id for report in reports})
    books = {row.pk: _Book(row) for row in locked_all(ids)}
    for figure in MonthlyFigure.objects.filter(project__in=ids).order_by("month"):
        books[figure.project_id].months.append(figure)
    for plan in YearPlan.objects.filter(project__in=ids):
        books[plan.project_id].plans[plan.year] = plan
    figures, told = [], []
    for report in reports:
        figure, event = books[report.project_id].take(report, now)
        figures.append(figure)
        told.append(event)
    _store(list(books.values()), figures, now)
    emit_all(
        told, actor=[report.actor for report in reports], at=now, reason=[report.reason for report in reports]
    )
    if not lamp_later:
        recompute_lamps(project_ids=ids, now=now, actor=reports[0].actor if reports else None)
    return figures


@dataclass
class _Book:
    """A project's months and years as they will be stored."""

    row: Project
    months: list[MonthlyFigure] = field(default_factory=list)
    plans: dict[int, YearPlan] = field(default_factory=dict)

    def take(self, report: MonthReport, now: datetime) -> tuple[MonthlyFigure, MonthReported]:
        """Check one report and write it down; nothing is stored yet."""
        row = self.row
        require(report.actor, "projects.report_month", row)
        first = month_start(report.month)
        today = timezone.localtime(now).date()
        _refuse_future(first, today)
        given = {name: getattr(report, name) for name in (*PERCENTS, *AMOUNTS)}
        values = {name: _number(name, value) for name, value in given.items() if value not in (None, "")}
        figure = next((known for known in self.months if known.month == first), None)
        if not values.keys() & {*CUMULATIVE}:
            raise Unacceptable(
                "projects.empty_month",
                _("三项进度都没有填。"),
                remedy=_("至少填一项。"),
                field="physical_pct",
            )
        if figure is not None and report.seen_at is not None and figure.reported_at != report.seen_at:
            _refuse_overwriting(figure, values)
        if "planned_pct" not in values and (figure is None or figure.planned_pct is None):
            share = time_share_pct(row.planned_start_on, row.planned_finish_on, min(month_end(first), today))
            values |= {"planned_pct": share} if share is not None else {}
        if "planned_invest_yuan" not in values and (figure is None or figure.planned_invest_yuan is None):
            planned = planned_at(self.plans.get(first.year), self.months, first)
            values |= {"planned_invest_yuan": planned} if planned is not None else {}
        _refuse_falling([known for known in self.months if known.month < first], values, report.reason)
        before = {name: getattr(figure, name, None) for name in values}
        if figure is None:
            figure = MonthlyFigure(project=row, month=first)
            self.months = sorted([*self.months, figure], key=lambda known: known.month)
        for name, value in values.items():
            setattr(figure, name, value)
        figure.grade, figure.source = report.grade, report.source[:80]
        figure.reported_by, figure.reported_at = report.actor, now
        words = {name: _word(value) for name, value in values.items()} | {"grade": report.grade}
        words |= {f"{name}_before": _word(value) for name, value in before.items() if value is not None}
        told = MonthReported(project_id=row.pk, subject_id=row.pk, month=f"{first:%Y-%m}", figures=words)
        return figure, told

    def newest(self) -> dict[str, Any]:
        """The newest known value of each truth."""
        found: dict[str, Any] = dict(NOTHING_YET)
        for figure in self.months:
            for name in NOTHING_YET:
                if getattr(figure, name) is not None:
                    found[name] = getattr(figure, name)
        reported = [f.month for f in self.months if any(getattr(f, name) is not None for name in CUMULATIVE)]
        return found | {"latest_month": max(reported)}

    def moved_years(self) -> list[YearPlan]:
        """The years whose done amount has changed."""
        moved = []
        for year, done in done_by_year([(f.month, f.invested_yuan) for f in self.months]).items():
            plan = self.plans.get(year) or YearPlan(project=self.row, year=year)
            if plan.pk is None or plan.done_yuan != done:
                plan.done_yuan = done
                moved.append(plan)
        return moved


def _store(books: list[_Book], figures: list[MonthlyFigure], now: datetime) -> None:
    """The months, the newest of each on its project, and what was done in each year on its plan."""
    known = list({(f.project_id, f.month): f for f in figures}.values())
    MonthlyFigure.objects.bulk_create(
        known,
        update_conflicts=True,
        unique_fields=["project", "month"],
        update_fields=[*PERCENTS, *AMOUNTS, "grade", "source", "reported_by", "reported_at"],
    )
    newest = [(book.row.pk, book.newest()) for book in books]
    columns: list[Any] = [[found[name] for _pk, found in newest] for name in NEWEST]
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_SQL, [now, [pk for pk, _found in newest], *columns])
    YearPlan.objects.bulk_create(
        [plan for book in books for plan in book.moved_years()],
        update_conflicts=True,
        unique_fields=["project", "year"],
        update_fields=["done_yuan"],
    )


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
    for name in CUMULATIVE:
        last = next((figure for figure in reversed(earlier) if getattr(figure, name) is not None), None)
        if name in values and last is not None and values[name] < getattr(last, name):
            raise Refused(
                "projects.figure_falls",
                _("“%(label)s”%(value)s 低于 %(month)s 的 %(before)s（均为累计数）。")
                % {
                    "label": _label(name),
                    "value": values[name],
                    "month": f"{last.month:%Y-%m}",
                    "before": getattr(last, name),
                },
                remedy=_("如确需更正，请填写更正说明。"),
                field=name,
            )


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
