"""The rate card by grade, county, contractor, month and rule: every share with its numerator and denominator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.accounts.models import Organisation
from lantu.core.refusals import Unacceptable
from lantu.core.sentences import retell
from lantu.hazards.figures import Median, percent
from lantu.hazards.models import Hazard
from lantu.hazards.selectors import (
    COUNTED,
    EVER_CLOSED,
    INDEPENDENT,
    ON_TIME,
    OPEN,
    REOPENED_SOON,
    visible_hazards,
    year_start,
)
from lantu.hazards.states import Grade, HazardState
from lantu.monitoring.rules.models import Rule
from lantu.projects.areas import area_names

CLOSED = Q(state=HazardState.CLOSED)
# Key of the address → (label, query parameter of the list that shows the rows).
DIMENSIONS = {
    "grade": (gettext_lazy("按等级"), "grade"),
    "county": (gettext_lazy("按县市区"), "county"),
    "contractor": (gettext_lazy("按整改单位"), "unit"),
    "month": (gettext_lazy("按到期月份"), "month"),
}
MOST_ROWS = 60


@dataclass(frozen=True, kw_only=True)
class Share:
    """``part`` of ``whole`` and the address of the rows; percent is None where nothing was counted."""

    part: int
    whole: int
    rows: str

    @property
    def pct(self) -> float | None:
        return percent(self.part, self.whole)


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """One line of the rate card."""

    key: str
    label: Any
    on_time: Share
    closed: Share
    first_pass: Share
    reopened: Share
    independent: Share
    open: int
    overdue: int
    median_hours: float | None
    oldest_days: float | None
    rows: str
    open_rows: str
    overdue_rows: str
    oldest_rows: str

    @property
    def shares(self) -> tuple[Share, ...]:
        """In the order of the table."""
        return self.on_time, self.closed, self.first_pass, self.reopened, self.independent

    @property
    def worst(self) -> float:
        """The worst share that says anything: what the lines are ordered by."""
        said = [share.pct for share in (self.on_time, self.closed, self.first_pass) if share.pct is not None]
        return min(said, default=101.0)


def _address(**query: Any) -> str:
    return f"{reverse('hazards:list')}?{urlencode(query)}"


def _grouped(rows: QuerySet[Hazard], by: str) -> QuerySet[Any]:
    if by == "month":
        return rows.annotate(key=TruncMonth("original_due_at")).filter(key__isnull=False)
    field = {"grade": "grade", "county": "project__area_code", "contractor": "rectifier_unit_id"}[by]
    return rows.annotate(key=F(field)).filter(key__isnull=False)


def rate_rows(reader: Any, *, by: str, now: datetime) -> list[RateRow]:
    """The lines of one dimension, the worst first (months: latest first). Raises Unacceptable for another one."""
    if by not in DIMENSIONS:
        raise Unacceptable(
            "hazards.bad_dimension",
            _("没有这种分组。"),
            remedy=_("可选：等级、县市区、整改单位、到期月份。"),
            field="by",
        )
    due = Q(original_due_at__gte=year_start(now), original_due_at__lte=now) & COUNTED
    if by == "month":
        due = Q(original_due_at__lte=now) & COUNTED
    taken = ExpressionWrapper(F("closed_at") - F("ordered_at"), output_field=DurationField())
    late = OPEN & Q(deadline__lt=now)
    found = (
        _grouped(visible_hazards(reader).order_by(), by)
        .annotate(deadline=Coalesce("due_at", "duty__due_at"))
        .values("key")
        .annotate(
            n_counted=Count("pk", filter=COUNTED),
            n_closed=Count("pk", filter=CLOSED),
            n_due=Count("pk", filter=due),
            n_on_time=Count("pk", filter=due & ON_TIME),
            n_first=Count("pk", filter=CLOSED & Q(returned_count=0)),
            n_ever=Count("pk", filter=EVER_CLOSED),
            n_reopened=Count("pk", filter=REOPENED_SOON),
            n_independent=Count("pk", filter=INDEPENDENT),
            n_open=Count("pk", filter=OPEN),
            n_overdue=Count("pk", filter=late),
            median=Median(taken, filter=CLOSED, output_field=DurationField()),
        )
    )
    oldest = _oldest(reader, by, now)
    rows = [_row(values, by, oldest, now) for values in found if values["n_counted"] or values["n_open"]]
    labels = _labels(by, [row.key for row in rows])
    named = [RateRow(**{**row.__dict__, "label": labels.get(row.key, row.key)}) for row in rows]
    if by == "month":
        return sorted(named, key=lambda row: row.key, reverse=True)[:MOST_ROWS]
    return sorted(named, key=lambda row: (row.worst, -row.open, row.key))[:MOST_ROWS]


def _oldest(reader: Any, by: str, now: datetime) -> dict[str, float]:
    open_rows = _grouped(visible_hazards(reader).filter(OPEN).order_by("opened_at"), by)
    found: dict[str, float] = {}
    for key, opened_at in open_rows.values_list("key", "opened_at"):
        found.setdefault(_text(key, by), round((now - opened_at).total_seconds() / 86_400, 1))
    return found


def _text(key: Any, by: str) -> str:
    return f"{timezone.localtime(key):%Y-%m}" if by == "month" else str(key)


def _row(values: dict[str, Any], by: str, oldest: dict[str, float], now: datetime) -> RateRow:
    key = _text(values["key"], by)
    mine = {DIMENSIONS[by][1]: key}
    median = values["median"]
    whole_due = mine | {"due": "past" if by == "month" else "year"}
    return RateRow(
        key=key,
        label=key,
        on_time=Share(part=values["n_on_time"], whole=values["n_due"], rows=_address(**whole_due)),
        closed=Share(
            part=values["n_closed"], whole=values["n_counted"], rows=_address(set="counted", **mine)
        ),
        first_pass=Share(
            part=values["n_first"], whole=values["n_closed"], rows=_address(set="first_pass", **mine)
        ),
        reopened=Share(
            part=values["n_reopened"], whole=values["n_ever"], rows=_address(set="reopened", **mine)
        ),
        independent=Share(
            part=values["n_independent"], whole=values["n_closed"], rows=_address(set="independent", **mine)
        ),
        open=values["n_open"],
        overdue=values["n_overdue"],
        median_hours=None if median is None else round(median.total_seconds() / 3600, 1),
        oldest_days=oldest.get(key),
        rows=_address(**mine),
        open_rows=_address(set="open", **mine),
        overdue_rows=_address(due="overdue", **mine),
        oldest_rows=_address(set="open", order="oldest", **mine),
    )


def _labels(by: str, keys: list[str]) -> dict[str, Any]:
    if by == "grade":
        return {str(grade.value): grade.label for grade in Grade}
    if by == "county":
        return area_names()
    if by == "contractor":
        units = Organisation.objects.filter(pk__in=[int(key) for key in keys])
        return {str(unit.pk): unit.name for unit in units}
    return {}


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """How often a rule was wrong: hazards that two people found to be no hazards. ``name`` as people call the rule."""

    label: str
    name: str
    false: Share


def false_by_rule(reader: Any) -> list[RuleRow]:
    """By rule and version, the worst first."""
    found = (
        visible_hazards(reader)
        .exclude(rule_label="")
        .order_by()
        .values("rule_label")
        .annotate(n=Count("pk"), false=Count("pk", filter=Q(state=HazardState.FALSE_POSITIVE)))
    )
    names = dict(Rule.objects.values_list("code", "name"))
    rows = [
        RuleRow(
            label=row["rule_label"],
            name=retell(names.get(row["rule_label"].rpartition(" ")[0], "")),
            false=Share(part=row["false"], whole=row["n"], rows=_address(rule=row["rule_label"])),
        )
        for row in found
    ]
    return sorted(rows, key=lambda row: (-(row.false.pct or 0), -row.false.whole, row.label))


def on_time_chart(rows: list[RateRow], *, by: str) -> dict[str, Any]:
    """On-time and cumulative rate of the lines as a chart (months in their order)."""
    shown = list(reversed(rows[:12])) if by == "month" else rows[:12]
    kind = "line" if by == "month" else "bar"
    return {
        "kind": "mixed",
        "x": [str(row.label) for row in shown],
        "unit": "%",
        "min": 0,
        "max": 100,
        "series": [
            {
                "name": _("按期整改率"),
                "data": [row.on_time.pct for row in shown],
                "type": kind,
                "color": "primary",
            },
            {"name": _("累计整改率"), "data": [row.closed.pct for row in shown], "type": kind, "color": "ok"},
        ],
        "summary": _("%(by)s的按期整改率与累计整改率。") % {"by": DIMENSIONS[by][0]},
    }
