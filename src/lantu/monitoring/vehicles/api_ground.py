"""Disposal sites and licensed routes over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema

from lantu.accounts.models import Organisation
from lantu.accounts.permissions import require
from lantu.core.paging import Page, page_of
from lantu.core.refusals import Unacceptable
from lantu.monitoring.vehicles.models import DisposalSite, LicensedRoute
from lantu.monitoring.vehicles.selectors import visible_routes
from lantu.monitoring.vehicles.services.license_ground import license_disposal_site, license_route
from lantu.projects.selectors import get_visible

router = Router(tags=["monitoring"])


class GroundIn(Schema):
    name: str
    geometry: dict[str, Any]
    first_on: date
    last_on: date
    datum: str = "cgcs2000"


class DisposalIn(GroundIn):
    operator: str = ""
    permit_no: str = ""
    area_code: str = ""


class RouteIn(GroundIn):
    project: str = ""
    disposal_site: str = ""
    buffer_m: float | None = None


class DisposalOut(Schema):
    code: str
    name: str
    operator: str
    permit_no: str
    area_code: str
    first_on: date
    last_on: date
    geometry: dict[str, Any]


class RouteOut(Schema):
    code: str
    name: str
    project: str
    disposal_site: str
    buffer_m: float | None
    first_on: date
    last_on: date
    geometry: dict[str, Any]


def _disposal(site: DisposalSite) -> dict[str, Any]:
    same = ("code", "name", "permit_no", "area_code", "first_on", "last_on", "geometry")
    return {name: getattr(site, name) for name in same} | {
        "operator": site.operator.name if site.operator else ""
    }


def _route(route: LicensedRoute) -> dict[str, Any]:
    same = ("code", "name", "buffer_m", "first_on", "last_on", "geometry")
    return {name: getattr(route, name) for name in same} | {
        "project": route.project.code if route.project else "",
        "disposal_site": route.disposal_site.code if route.disposal_site else "",
    }


@router.get("/disposal-sites", response=Page[DisposalOut], summary="消纳场")
def list_disposal_sites(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    rows = DisposalSite.objects.select_related("operator")
    return page_of(rows, cursor=cursor, limit=limit, order="code", shape=_disposal)


@router.put("/disposal-sites/{code}", response=DisposalOut, summary="登记或变更消纳场")
def put_disposal_site(request: HttpRequest, code: str, body: DisposalIn) -> dict[str, Any]:
    user: Any = request.auth  # type: ignore[attr-defined]
    values = body.dict(exclude={"operator"})
    operator = Organisation.objects.filter(name=body.operator).first() if body.operator else None
    if body.operator and operator is None:
        raise Unacceptable(
            "monitoring.operator_unknown",
            _("没有登记这个经营单位。"),
            remedy=_("请先登记单位。"),
            field="operator",
        )
    site = license_disposal_site(code=code, operator=operator, now=timezone.now(), actor=user, **values)
    return _disposal(site)


@router.get("/vehicle-routes", response=Page[RouteOut], summary="渣土车核准路线")
def list_routes(request: HttpRequest, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
    require(request.auth, "monitoring.read")  # type: ignore[attr-defined]
    rows = visible_routes(request.auth).select_related("project", "disposal_site")  # type: ignore[attr-defined]
    return page_of(rows, cursor=cursor, limit=limit, order="code", shape=_route)


@router.put("/vehicle-routes/{code}", response=RouteOut, summary="登记或变更渣土车核准路线")
def put_route(request: HttpRequest, code: str, body: RouteIn) -> dict[str, Any]:
    user: Any = request.auth  # type: ignore[attr-defined]
    values = body.dict(exclude={"project", "disposal_site"})
    site = DisposalSite.objects.filter(code=body.disposal_site).first() if body.disposal_site else None
    if body.disposal_site and site is None:
        raise Unacceptable(
            "monitoring.disposal_unknown",
            _("没有登记这个消纳场。"),
            remedy=_("请核对编号。"),
            field="disposal_site",
        )
    project = get_visible(user, body.project) if body.project else None
    route = license_route(
        code=code, project=project, disposal_site=site, now=timezone.now(), actor=user, **values
    )
    return _route(route)
