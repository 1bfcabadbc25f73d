"""Reads of trucks: those that serve a project which the reader may see, or that belong to the reader's own unit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lantu.accounts.scopes import scope_of
from lantu.core.refusals import Missing, Unacceptable
from lantu.monitoring.vehicles.models import (
    DisposalSite,
    LicensedRoute,
    Vehicle,
    VehicleFinding,
    VehicleRuleVersion,
    VehicleStatus,
)
from lantu.projects.selectors import visible_projects

SILENT_AFTER = timedelta(minutes=5)
AWAY_AFTER = timedelta(hours=24)
LAST_ID = 2**63 - 1


def visible_vehicles(reader: Any) -> QuerySet[Vehicle]:
    """Trucks that this reader may know of, with company and last state."""
    rows = Vehicle.objects.select_related("company", "state")
    scope = scope_of(reader)
    if scope.city:
        return rows
    serving = Vehicle.projects.through.objects.filter(project__in=visible_projects(reader).values("pk"))
    own = Vehicle.objects.filter(company_id__in=scope.organisation_ids).order_by().values_list("pk")
    return rows.filter(pk__in=serving.values_list("vehicle_id").union(own))


def get_vehicle(reader: Any, pk: int) -> Vehicle:
    """One truck. Raises Missing when it is not there for this reader."""
    found = visible_vehicles(reader).filter(pk=pk).first() if 0 < pk <= LAST_ID else None
    if found is None:
        raise Missing(
            "monitoring.vehicle_unknown",
            _("没有编号为 %(pk)s 的渣土车，或您无权查看。") % {"pk": str(pk)[:30]},
            remedy=_("请核对编号。"),
        )
    return found


def find_vehicles(
    reader: Any, *, words: str = "", project: str = "", company: str = "", state: str = "", now: datetime | None = None
) -> QuerySet[Vehicle]:  # fmt: skip
    """The list page's filter. ``state``: a vehicle status, or moving, connected, quiet, away, never, expired (these need ``now``)."""
    found = visible_vehicles(reader).order_by("plate")
    if words:
        found = found.filter(
            Q(plate__icontains=words) | Q(terminal_phone__contains=words) | Q(company__name__contains=words)
        )
    if project:
        serving = Vehicle.projects.through.objects.filter(project__code=project)
        found = found.filter(pk__in=serving.values("vehicle_id"))
    if company.isdecimal() and len(company) < 19:
        found = found.filter(company_id=int(company))
    if state in VehicleStatus.values:
        return found.filter(status=state)
    if now is None or not state:
        return found
    return found.filter(_state_filter(state, now))


def _state_filter(state: str, now: datetime) -> Q:
    used = Q(status=VehicleStatus.IN_SERVICE)
    fresh = Q(state__heard_at__gte=now - SILENT_AFTER)
    match state:
        case "moving":
            return used & fresh & Q(state__kmh__gte=3)
        case "connected":
            return used & Q(state__heard_at__gte=now - AWAY_AFTER)
        case "quiet":
            return used & Q(state__acc_on=True, state__heard_at__lt=now - SILENT_AFTER)
        case "away":
            return used & Q(state__heard_at__lt=now - AWAY_AFTER)
        case "never":
            return used & Q(state__heard_at=None)
        case "expired":
            return used & (Q(permit_last_on=None) | Q(permit_last_on__lt=now.date()))
        case _:
            return Q()


def with_findings(rows: QuerySet[Vehicle], *, since: datetime) -> QuerySet[Vehicle]:
    """Adds ``found``: how many risk findings each truck has since then."""
    counted = (
        VehicleFinding.objects.filter(vehicle=OuterRef("pk"), first_at__gte=since, kind="risk")
        .order_by()
        .values("vehicle")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return rows.annotate(found=Coalesce(Subquery(counted), 0))


def visible_findings(reader: Any) -> QuerySet[VehicleFinding]:
    """Findings of projects that this reader may see, and of the reader's own trucks."""
    rows = VehicleFinding.objects.select_related("vehicle__company", "project", "rule")
    scope = scope_of(reader)
    if scope.city:
        return rows
    return rows.filter(
        Q(project__in=visible_projects(reader).values("pk"))
        | Q(vehicle__company_id__in=scope.organisation_ids)
    )


def find_findings(
    reader: Any, *, words: str = "", project: str = "", rule: str = "", kind: str = "", vehicle: int | None = None,
    since: datetime | None = None, until: datetime | None = None, version: int | None = None, false: bool = False,
) -> QuerySet[VehicleFinding]:  # fmt: skip
    """Findings, newest first. ``false``: only those that two people called none."""
    found = visible_findings(reader)
    if words:
        found = found.filter(Q(vehicle__plate__icontains=words) | Q(vehicle__company__name__contains=words))
    if project:
        found = found.filter(project__code=project)
    if rule:
        found = found.filter(rule__kind=rule)
    if version is not None:
        found = found.filter(rule__version=version)
    if false:
        found = found.filter(false_at__isnull=False)
    if kind:
        found = found.filter(kind=kind)
    if vehicle is not None:
        found = found.filter(vehicle_id=vehicle)
    if since is not None:
        found = found.filter(first_at__gte=since)
    if until is not None:
        found = found.filter(first_at__lt=until)
    return found.order_by("-first_at", "-id")


def get_finding(reader: Any, pk: int) -> VehicleFinding:
    """One finding. Raises Missing when it is not there for this reader."""
    found = visible_findings(reader).filter(pk=pk).first() if 0 < pk <= LAST_ID else None
    if found is None:
        raise Missing(
            "monitoring.finding_unknown", _("没有编号为 %(pk)s 的发现，或您无权查看。") % {"pk": str(pk)[:30]}
        )
    return found


def rules_with_precision(reader: Any) -> list[tuple[VehicleRuleVersion, int, int, float | None]]:
    """All rule versions with how often each found something, how often two people called it none, and that share in %.

    Of the findings that the reader may open, so that each number opens its rows. Queries: one.
    """
    mine = Q(findings__in=visible_findings(reader).order_by().values("pk"))
    rows = VehicleRuleVersion.objects.annotate(
        found=Count("findings", filter=mine),
        false=Count("findings", filter=mine & Q(findings__false_at__isnull=False)),
    )
    return [(row, row.found, row.false, 100 * row.false / row.found if row.found else None) for row in rows]


def disposal_sites(day: date) -> QuerySet[DisposalSite]:
    """Disposal sites that are licensed on this day: public knowledge, so that everybody can be held to it."""
    return DisposalSite.objects.filter(first_on__lte=day, last_on__gte=day)


def routes_of(vehicle: Vehicle, day: date) -> QuerySet[LicensedRoute]:
    """The truck's routes that are licensed on this day."""
    return vehicle.routes.filter(first_on__lte=day, last_on__gte=day)


def visible_routes(reader: Any) -> QuerySet[LicensedRoute]:
    """Routes of projects that this reader may see, of the reader's own trucks, and those of no project."""
    rows = LicensedRoute.objects.order_by("code")
    if scope_of(reader).city:
        return rows
    driven = Vehicle.routes.through.objects.filter(
        vehicle__in=visible_vehicles(reader).order_by().values("pk")
    )
    return rows.filter(
        Q(project=None)
        | Q(project__in=visible_projects(reader).values("pk"))
        | Q(pk__in=driven.values("licensedroute_id"))
    )


def day_of(text: str, *, today: date) -> date:
    """``2026-11-21`` → a day; empty → today. Raises Unacceptable for anything else and for days before 2000."""
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not date(2000, 1, 1) <= day <= today + timedelta(days=1):
        raise Unacceptable(
            "monitoring.bad_day",
            _("日期“%(text)s”不成立。") % {"text": text[:20]},
            remedy=_("写法为 2026-11-21。"),
            field="on",
        )
    return day
