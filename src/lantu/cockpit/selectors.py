"""What the cockpit reads, each in a fixed number of queries and only of projects that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Least, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from lantu.accounts.event_words import event_name
from lantu.accounts.scopes import scope_of
from lantu.cockpit.models import MonthTotal
from lantu.cockpit.money import MonthSum, month_sums
from lantu.core.models import Event
from lantu.core.sentences import retell
from lantu.duties.models import Duty
from lantu.hazards.models import Hazard
from lantu.hazards.selectors import OPEN, due_this_year, on_time, visible_hazards
from lantu.monitoring.alerts.selectors import risk_alerts
from lantu.monitoring.alerts.states import AlertKind, AlertState
from lantu.monitoring.devices.selectors import silent_devices, visible_devices
from lantu.monitoring.models import Alert, Device
from lantu.projects.areas import area_names, city
from lantu.projects.models import Lamp, Project, Stage, Status
from lantu.projects.selectors import IN_REGISTER, visible_projects

LAMP_ORDER = (Lamp.RED, Lamp.YELLOW, Lamp.GREEN, Lamp.GREY)
MONTHS_SHOWN = 12
LONGEST_NAME = 5
DUTY = "duties.duty"
# (area code, first of month) → yuan planned and done within the month.
MonthSums = dict[tuple[str, date], MonthSum]


def projects_url(**query: str) -> str:
    """The list that shows the projects behind a number."""
    return f"{reverse('projects:list')}?{urlencode(query)}"


@dataclass(frozen=True)
class Share:
    """A part of a distribution: how many, and where its rows are."""

    key: str
    label: str
    count: int
    url: str


@dataclass
class County:
    """Outcomes of one county-level unit: what its projects achieve, never how much anybody clicks."""

    code: str
    name: str
    short: str
    under_construction: int = 0
    red: int = 0
    weight_planned: Decimal = Decimal(0)
    weight_done: Decimal = Decimal(0)
    planned_yuan: Decimal = Decimal(0)
    done_yuan: Decimal = Decimal(0)
    open_hazards: int = 0
    due: int = 0
    on_time: int = 0

    @property
    def fulfilment_pct(self) -> float | None:
        """Progress achieved of progress due, weighted by investment; being ahead on one site hides no other."""
        return round(float(self.weight_done / self.weight_planned) * 100, 1) if self.weight_planned else None

    @property
    def invested_pct(self) -> float | None:
        """Investment done of the plan up to the current month."""
        return round(float(self.done_yuan / self.planned_yuan) * 100, 1) if self.planned_yuan else None

    @property
    def on_time_pct(self) -> float | None:
        return round(self.on_time / self.due * 100, 1) if self.due else None

    @property
    def url(self) -> str:
        return projects_url(
            area=self.code, stage=Stage.CONSTRUCTION.value, status=Status.ACTIVE.value, sort="behind"
        )

    @property
    def red_url(self) -> str:
        return projects_url(
            area=self.code, stage=Stage.CONSTRUCTION.value, status=Status.ACTIVE.value, lamp=Lamp.RED.value
        )


@dataclass(frozen=True)
class Overview:
    """One pass over the projects: lamps, stages and the county table come from the same rows."""

    lamps: list[Share]
    stages: list[Share]
    counties: list[County] = field(default_factory=list)


def _areas() -> dict[str, County]:
    """Empty rows for all units of the city; the long names of zones also in their short form."""
    english = (get_language() or "").startswith("en")
    own = {
        area.code: (area.short_en if english else area.short)
        for area in city().areas
        if len(area.name) > LONGEST_NAME
    }
    return {code: County(code, name, own.get(code) or name) for code, name in area_names().items()}


def read_overview(reader: Any) -> Overview:
    """Lamps of projects under construction, stages of all in the register, and counties with their progress."""
    rows = (
        visible_projects(reader)
        .filter(IN_REGISTER)
        .order_by()
        .values_list("area_code", "stage", "status", "lamp")
        .annotate(
            n=Count("pk"),
            due=Sum(F("total_investment_yuan") * F("planned_pct"), filter=Q(physical_pct__isnull=False)),
            done=Sum(
                F("total_investment_yuan") * Least(F("physical_pct"), F("planned_pct")),
                filter=Q(planned_pct__isnull=False),
            ),
        )
    )
    counties = _areas()
    lamps = dict.fromkeys(LAMP_ORDER, 0)
    stages = dict.fromkeys(Stage, 0)
    for area, stage, status, lamp, n, due, done in rows:
        stages[Stage(stage)] += n
        if stage != Stage.CONSTRUCTION or status != Status.ACTIVE:
            continue
        lamps[Lamp(lamp)] += n
        county = counties.setdefault(area, County(area, area, area))
        county.under_construction += n
        county.red += n if lamp == Lamp.RED else 0
        county.weight_planned += due or 0
        county.weight_done += done or 0
    building = {"stage": Stage.CONSTRUCTION.value, "status": Status.ACTIVE.value}
    kept = ",".join(status for status in Status.values if status != Status.CANCELLED)
    return Overview(
        lamps=[
            Share(lamp, str(lamp.label), n, projects_url(lamp=lamp.value, **building))
            for lamp, n in lamps.items()
        ],
        stages=[
            Share(stage, str(stage.label), n, projects_url(stage=stage.value, status=kept))
            for stage, n in stages.items()
        ],
        counties=[county for county in counties.values() if county.under_construction],
    )


def read_counties(reader: Any, overview: Overview, months: MonthSums, *, now: datetime) -> list[County]:
    """Every unit that builds something, best fulfilment first; units without reported progress last.

    ``overview`` and ``months``: what :func:`read_overview` and :func:`read_month_sums` gave for this reader.
    """
    counties = {county.code: replace(county) for county in overview.counties}
    for (area, month), amount in months.items():
        if area in counties and month <= timezone.localtime(now).date():
            counties[area].planned_yuan += amount.planned
            counties[area].done_yuan += amount.done
    hazards = visible_hazards(reader).order_by()
    for area, n in hazards.filter(OPEN).values_list("project__area_code").annotate(n=Count("pk")):
        if area in counties:
            counties[area].open_hazards = n
    due = due_this_year(hazards, now).values_list("project__area_code")
    for area, n in due.annotate(n=Count("pk")):
        if area in counties:
            counties[area].due = n
    for area, n in (
        on_time(due_this_year(hazards, now)).values_list("project__area_code").annotate(n=Count("pk"))
    ):
        if area in counties:
            counties[area].on_time = n
    return sorted(
        counties.values(), key=lambda county: (county.fulfilment_pct is None, -(county.fulfilment_pct or 0))
    )


def read_month_sums(reader: Any, year: int) -> MonthSums:
    """(area, month) → planned and done. City and county readers read the kept totals; others have few projects."""
    scope = scope_of(reader)
    kept = MonthTotal.objects.filter(month__year=year)
    if not scope.city:
        if scope.organisation_ids or scope.project_ids or not scope.county_codes:
            return month_sums(visible_projects(reader), year)
        kept = kept.filter(area_code__in=scope.county_codes)
    return {(row.area_code, row.month): MonthSum(row.planned_yuan, row.done_yuan) for row in kept}


@dataclass(frozen=True)
class YearOfMonths:
    """Twelve months of plan and done in yuan; ``done`` is None after the last month that anybody has reported."""

    planned: list[Decimal]
    done: list[Decimal | None]


def year_of(months: MonthSums, *, now: datetime) -> YearOfMonths:
    """The city's (or the reader's part of the city's) year: all areas of ``months`` added up."""
    today = timezone.localtime(now).date()
    planned, done = [Decimal(0)] * 12, [Decimal(0)] * 12
    for (_area, month), amount in months.items():
        planned[month.month - 1] += amount.planned
        done[month.month - 1] += amount.done
    reported = max((no for no, amount in enumerate(done) if amount and no < today.month), default=-1)
    return YearOfMonths(planned, [amount if no <= reported else None for no, amount in enumerate(done)])


@dataclass(frozen=True)
class Ball:
    """An open warning or hazard: how grave, where, since when, who has to act, by when."""

    severity: int
    title: str
    project: Project
    since: datetime
    holder: str
    due_at: datetime | None
    url: str


# Of the joined rows only what is shown: a project's outline or a person's record would weigh more than the page.
BALL_FIELDS = (
    "opened_at", "project__name", "project__code", "duty__due_at", "duty__holder__display_name", "duty__holder__username",
    "duty__unit__name", "duty__unit__short_name",
)  # fmt: skip


@dataclass(frozen=True)
class Balls:
    rows: list[Ball]
    total: int


def read_balls(reader: Any, *, limit: int) -> Balls:
    """Open hazards and the warnings that nobody has taken up yet, gravest first, then nearest deadline."""
    hazards = visible_hazards(reader).filter(OPEN)
    alerts = risk_alerts(reader).filter(state=AlertState.NEW)
    due = F("duty__due_at").asc(nulls_last=True)
    found = hazards.select_related("project", "duty__holder", "duty__unit").only(
        *BALL_FIELDS, "title", "grade", "due_at"
    )
    rows = [_hazard_ball(hazard) for hazard in found.order_by("-grade", due)[:limit]]
    raised = alerts.select_related("project", "duty__holder", "duty__unit", "device", "rule").only(
        *BALL_FIELDS, "severity", "device__name", "rule__name"
    )
    rows += [_alert_ball(alert) for alert in raised.order_by("-severity", due)[:limit]]
    rows.sort(key=lambda ball: (-ball.severity, ball.due_at is None, ball.due_at or ball.since))
    return Balls(rows[:limit], hazards.count() + alerts.count())


def _holder(duty: Any) -> str:
    return f"{duty.unit} · {duty.holder}" if duty is not None else ""


def _hazard_ball(hazard: Hazard) -> Ball:
    due_at = hazard.duty.due_at if hazard.duty else hazard.due_at
    return Ball(
        hazard.grade,
        hazard.title,
        hazard.project,
        hazard.opened_at,
        _holder(hazard.duty),
        due_at,
        hazard.get_absolute_url(),
    )


def _alert_ball(alert: Alert) -> Ball:
    due_at = alert.duty.due_at if alert.duty else None
    title = f"{alert.device.name} {retell(alert.rule.name)}"
    return Ball(
        alert.severity,
        title,
        alert.project,
        alert.opened_at,
        _holder(alert.duty),
        due_at,
        alert.get_absolute_url(),
    )


def read_silent(reader: Any, *, now: datetime, limit: int) -> list[Device]:
    """Feeds that have gone quiet, longest first; each carries ``period_s``."""
    shown = visible_devices(reader).only(
        "code", "name", "last_seen_at", "project__name", "project__code", "type__label"
    )
    return list(silent_devices(shown, now=now).order_by("last_seen_at", "pk")[:limit])


@dataclass(frozen=True)
class Closing:
    """Warnings by month, oldest first: raised and closed within it."""

    months: list[date]
    raised: list[int]
    closed: list[int]


def read_closing(reader: Any, *, now: datetime) -> Closing:
    """The last twelve months, the current one included."""
    months = _months_back(timezone.localtime(now).date(), MONTHS_SHOWN)
    start = datetime.combine(months[0], time.min, tzinfo=timezone.get_current_timezone())
    warnings = risk_alerts(reader).order_by()
    return Closing(
        months,
        _by_month(warnings, "opened_at", start, months),
        _by_month(warnings, "closed_at", start, months),
    )


def _by_month(rows: QuerySet[Alert], moment: str, start: datetime, months: Iterable[date]) -> list[int]:
    counted = (
        rows.filter(**{f"{moment}__gte": start})
        .annotate(month=TruncMonth(moment, output_field=DateTimeField()))
        .values_list("month")
        .annotate(n=Count("pk"))
    )
    found = {timezone.localtime(month).date(): n for month, n in counted}
    return [found.get(month, 0) for month in months]


def _months_back(today: date, count: int) -> list[date]:
    first = today.replace(day=1)
    months = [first]
    while len(months) < count:
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]


@dataclass(frozen=True)
class Happening:
    """An event as the ticker shows it."""

    event: Event
    name: str
    project: Project | None
    duty: Duty | None = None
    """What a reminder is about where no project is."""


# What moves the city. Sign-ins, tokens, registrations and hand-overs of duties are in the log, not on the wall.
NEWS = (
    "monitoring.alert_raised", "monitoring.alert_escalated", "monitoring.alert_cleared", "monitoring.alert_closed",
    "hazards.hazard_opened", "hazards.order_issued", "hazards.order_accepted", "hazards.reply_submitted",
    "hazards.reply_confirmed", "hazards.reply_returned", "hazards.hazard_closed",
    "projects.month_reported", "projects.lamp_changed", "projects.projects_imported",
    "duties.duty_escalated", "duties.duty_urged",
)  # fmt: skip


def read_news(reader: Any, *, limit: int) -> list[Happening]:
    """The latest events of the reader's projects; what concerns no project is the city's alone."""
    # A device that fell silent is the equipment owner's business, and has a panel of its own.
    technical = Alert.objects.filter(pk=OuterRef("subject_id"), kind=AlertKind.TECHNICAL)
    rows = Event.objects.filter(~Q(Exists(technical), subject_type="monitoring.alert"), kind__in=NEWS)
    if not scope_of(reader).city:
        rows = rows.filter(project_id__in=visible_projects(reader).values("pk"))
    latest = list(rows.select_related("actor").order_by("-at", "-id")[:limit])
    ids = {event.project_id for event in latest if event.project_id is not None}
    projects = Project.objects.only("name", "code").in_bulk(ids)
    owed = [event.subject_id for event in latest if event.project_id is None and event.subject_type == DUTY]
    duties = Duty.objects.only("title").in_bulk(owed)
    return [
        Happening(
            event,
            str(event_name(event.kind)),
            projects.get(event.project_id or 0),
            duties.get(event.subject_id) if event.subject_type == DUTY else None,
        )
        for event in latest
    ]


def read_last_reading(reader: Any) -> datetime | None:
    """When the newest reading came in: the screen's data time."""
    found: datetime | None = Device.objects.filter(project__in=visible_projects(reader)).aggregate(
        at=Max("last_seen_at")
    )["at"]
    return found
