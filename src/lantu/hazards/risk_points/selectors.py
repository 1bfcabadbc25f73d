"""Reads of risk points and patrols. Every one starts from the projects that the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.accounts.scopes import scope_of
from lantu.core.models import Event, Evidence
from lantu.core.refusals import Missing
from lantu.core.sentences import retell
from lantu.hazards.risk_points.judging import kind_of, works
from lantu.hazards.risk_points.models import PatrolCheck, PatrolPlan, PatrolRound, RiskPoint
from lantu.hazards.risk_points.states import CLOSED_STATES, MAPPED_STATES, PointState, RiskColour, RoundState
from lantu.hazards.risk_points.weeks import Week
from lantu.monitoring.telemetry.models import Latest
from lantu.projects.models import Project
from lantu.projects.selectors import visible_projects

OPEN = ~Q(state__in=CLOSED_STATES)
WIND_FRESH = timedelta(minutes=30)
# Over the list: label, query parameter, value.
CHIPS = (
    (gettext_lazy("全部未销项"), "set", "open"),
    (gettext_lazy("本周作业"), "set", "week"),
    (gettext_lazy("在我手上"), "set", "mine"),
    (gettext_lazy("复评逾期"), "set", "overdue"),
    (gettext_lazy("待补参数"), "set", "unknown"),
    (gettext_lazy("已销项"), "set", "closed"),
)


def visible_points(reader: Any) -> QuerySet[RiskPoint]:
    """The risk points of the projects that this reader may know of."""
    if scope_of(reader).city:
        return RiskPoint.objects.all()
    return RiskPoint.objects.filter(project__in=visible_projects(reader))


def at_work_in(rows: QuerySet[RiskPoint], week: Week) -> QuerySet[RiskPoint]:
    """Points that stand on the map of a week: looked at by somebody else, and worked on in it."""
    return rows.filter(state__in=MAPPED_STATES, work_from__lte=week.sunday, work_to__gte=week.monday)


@dataclass(frozen=True, kw_only=True)
class PointFilter:
    """What the list is asked for. ``named_set``: open, week, mine, overdue, unknown, closed or empty for all."""

    words: str = ""
    grade: int | None = None
    level: int | None = None
    state: str = ""
    category: str = ""
    project: str = ""
    area: str = ""
    named_set: str = ""
    week: Week | None = None


def filtered_points(reader: User, wanted: PointFilter, *, now: datetime, week: Week) -> QuerySet[RiskPoint]:
    """The rows of list, export and API. ``week``: what “this week” is."""
    rows = visible_points(reader).select_related("project", "responsible", "duty__holder", "duty__unit")
    if wanted.words:
        rows = rows.filter(
            Q(name__icontains=wanted.words)
            | Q(place__icontains=wanted.words)
            | Q(project__name__icontains=wanted.words)
        )
    if wanted.grade in RiskColour.values:
        rows = rows.filter(grade=wanted.grade)
    if wanted.level in {0, 1, 2}:
        rows = rows.filter(at_least=wanted.level)
    if wanted.state in PointState.values:
        rows = rows.filter(state=wanted.state)
    if wanted.category in works().categories:
        kinds = [kind.code for kind in works().kinds.values() if kind.category == wanted.category]
        rows = rows.filter(kind__in=kinds)
    if wanted.project:
        rows = rows.filter(project__code=wanted.project)
    if wanted.area:
        rows = rows.filter(project__area_code=wanted.area)
    if wanted.week is not None:
        rows = at_work_in(rows, wanted.week)
    return _named(rows, wanted.named_set, reader, now=now, week=week).order_by("-grade", "work_to", "id")


def _named(
    rows: QuerySet[RiskPoint], name: str, reader: User, *, now: datetime, week: Week
) -> QuerySet[RiskPoint]:
    match name:
        case "open":
            return rows.filter(OPEN)
        case "week":
            return at_work_in(rows, week)
        case "mine":
            return rows.filter(OPEN, duty__holder=reader)
        case "overdue":
            return rows.filter(OPEN, duty__due_at__lt=now)
        case "unknown":
            return rows.filter(OPEN, level=None)
        case "closed":
            return rows.filter(state=PointState.CLOSED)
        case _:
            return rows


def get_visible_point(reader: Any, pk: int) -> RiskPoint:
    """One point with its people. Raises Missing when it is not there for this reader."""
    return _one(visible_points(reader).filter(pk=pk))


def point_by_token(reader: Any, token: str) -> RiskPoint:
    """The point whose sheet was scanned. Raises Missing for an unknown sheet or another's site."""
    return _one(visible_points(reader).filter(token=token.replace("\x00", "")[:24]))


def _one(rows: QuerySet[RiskPoint]) -> RiskPoint:
    found = rows.select_related(
        "project", "created_by__organisation", "reviewed_by__organisation", "responsible__organisation",
        "closed_by", "duty__holder__organisation", "duty__unit",
    ).first()  # fmt: skip
    if found is None:
        raise Missing(
            "risk_points.unknown",
            _("没有找到这个风险点，或您无权查看。"),
            remedy=_("请从风险点清单重新进入。"),
        )
    return found


def people_of(project: Project, permission: str) -> list[User]:
    """The people of the project's units who hold a permission there, for choosing one of them."""
    units = project.organisation_ids()
    found = User.objects.filter(is_active=True, organisation_id__in=units).select_related("organisation")
    return [
        person for person in found.order_by("organisation_id", "id")[:300] if may(person, permission, project)
    ]


def events_of(point: RiskPoint) -> QuerySet[Event]:
    """What happened to this point, newest first."""
    mine = Event.objects.filter(subject_type="hazards.riskpoint", subject_id=point.pk)
    return mine.select_related("actor__organisation").order_by("-id")


def scheme_files(point: RiskPoint) -> QuerySet[Evidence]:
    """The scheme and the report of the experts, as kept."""
    return Evidence.objects.filter(
        supports_type="hazards.riskpoint", supports_id=point.pk, voided_at=None
    ).order_by("id")


def winds_at(project_ids: Iterable[int], *, now: datetime) -> dict[int, float]:
    """The strongest fresh wind (m/s) that a site's own instruments report, by project."""
    rows = Latest.objects.filter(
        channel__key="wind_speed", channel__device__project_id__in=list(project_ids), at__gte=now - WIND_FRESH
    )
    found = rows.values("channel__device__project_id").annotate(worst=Max("value"))
    return {row["channel__device__project_id"]: row["worst"] for row in found.order_by()}


def weather_note(point: RiskPoint, wind_ms: float | None) -> str:
    """What the wind rule of this kind of work says now; empty where it has none."""
    rule = kind_of(point.kind).wind
    if rule is None:
        return ""
    if wind_ms is not None and wind_ms >= rule.limit_ms:
        return _("现场风速 %(wind).1f m/s，已达限值 %(limit)g m/s，应停止作业（%(basis)s）") % {
            "wind": wind_ms,
            "limit": rule.limit_ms,
            "basis": rule.basis,
        }
    return _("%(words)s（≥ %(limit)g m/s，%(basis)s）") % {
        "words": retell(rule.words),
        "limit": rule.limit_ms,
        "basis": rule.basis,
    }


def wind_forbids(point: RiskPoint, wind_ms: float | None) -> bool:
    """Whether this work must stand still at the wind that its site reports."""
    rule = kind_of(point.kind).wind
    return rule is not None and wind_ms is not None and wind_ms >= rule.limit_ms


def visible_plans(reader: Any) -> QuerySet[PatrolPlan]:
    """Patrol plans of the projects that this reader may know of."""
    rows = PatrolPlan.objects.select_related("project", "patroller__organisation")
    return rows if scope_of(reader).city else rows.filter(project__in=visible_projects(reader))


def visible_rounds(reader: Any) -> QuerySet[PatrolRound]:
    """Rounds of the projects that this reader may know of."""
    rows = PatrolRound.objects.select_related("plan", "project", "patroller__organisation", "duty")
    return rows if scope_of(reader).city else rows.filter(project__in=visible_projects(reader))


def get_visible_round(reader: Any, pk: int) -> PatrolRound:
    """One round. Raises Missing when it is not there for this reader."""
    found = visible_rounds(reader).filter(pk=pk).first()
    if found is None:
        raise Missing("risk_points.unknown_round", _("没有找到这次巡查，或您无权查看。"))
    return found


def get_visible_plan(reader: Any, pk: int) -> PatrolPlan:
    """One plan. Raises Missing when it is not there for this reader."""
    found = visible_plans(reader).filter(pk=pk).first()
    if found is None:
        raise Missing("risk_points.unknown_plan", _("没有找到这个巡查计划，或您无权查看。"))
    return found


@dataclass(frozen=True, kw_only=True)
class StopView:
    """A point of the route and what was found there, if anybody has been."""

    point: RiskPoint
    check: PatrolCheck | None


def route_of(round_: PatrolRound) -> list[StopView]:
    """The stops of a round in the order of walking."""
    checks = {check.point_id: check for check in round_.checks.select_related("by", "hazard")}
    stops = round_.plan.stops.select_related("point")
    return [
        StopView(point=stop.point, check=checks.get(stop.point_id))
        for stop in stops
        if stop.point.is_open or stop.point_id in checks
    ]


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Rounds that were owed in a span of time: each missed period counts as one that was not walked."""

    owed: int
    on_time: int
    late: int
    missed: int


def completion(rows: QuerySet[PatrolRound], *, since: datetime, now: datetime) -> Completion:
    """Completion of the rounds that fell due in ``[since, now]``."""
    owed = on_time = late = missed = 0
    fallen = rows.filter(due_at__gte=since, due_at__lte=now).exclude(state=RoundState.CANCELLED)
    for due_at, closed_at, periods in fallen.values_list("due_at", "closed_at", "missed_periods"):
        owed += 1 + periods
        missed += periods
        if closed_at is None:
            missed += 1
        elif closed_at <= due_at:
            on_time += 1
        else:
            late += 1
    return Completion(owed=owed, on_time=on_time, late=late, missed=missed)
