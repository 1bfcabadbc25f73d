"""Enter or change disposal sites and the routes that trucks may use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.vehicles.events import DisposalSiteLicensed, RouteLicensed
from lantu.monitoring.vehicles.models import DisposalSite, LicensedRoute
from lantu.projects.geometry import sound_geometry
from lantu.projects.models import Project


def _checked(
    geometry: Any, datum: str, types: tuple[str, ...], first_on: date, last_on: date
) -> dict[str, Any]:
    if first_on > last_on:
        raise Unacceptable(
            "monitoring.license_dates",
            _("核准期的止日早于起日。"),
            remedy=_("请核对起止日期。"),
            field="last_on",
        )
    sound = sound_geometry(geometry, datum=datum)
    if sound.geojson["type"] not in types:
        raise Unacceptable(
            "monitoring.license_geometry",
            _("几何类型应为 %(types)s。") % {"types": "、".join(types)},
            remedy=_("消纳场为面，路线为线。"),
            field="geometry",
        )
    return sound.geojson


@transaction.atomic
def license_disposal_site(
    *, code: str, name: str, geometry: Any, first_on: date, last_on: date, now: datetime, actor: User,
    operator: Organisation | None = None, permit_no: str = "", area_code: str = "", datum: str = "cgcs2000",
) -> DisposalSite:  # fmt: skip
    """Write a disposal site under its code. Raises Denied without the right, Unacceptable for an unsound outline."""
    require(actor, "monitoring.license_vehicle")
    shape = _checked(geometry, datum, ("Polygon", "MultiPolygon"), first_on, last_on)
    site, _created = DisposalSite.objects.update_or_create(
        code=code.strip(),
        defaults={
            "name": name.strip(), "geometry": shape, "first_on": first_on, "last_on": last_on, "operator": operator,
            "permit_no": permit_no, "area_code": area_code,
        },
    )  # fmt: skip
    emit(DisposalSiteLicensed(subject_id=site.pk, code=site.code, name=site.name), actor=actor, at=now)
    return site


@transaction.atomic
def license_route(
    *, code: str, name: str, geometry: Any, first_on: date, last_on: date, now: datetime, actor: User,
    project: Project | None = None, disposal_site: DisposalSite | None = None, buffer_m: float | None = None,
    datum: str = "cgcs2000",
) -> LicensedRoute:  # fmt: skip
    """Write a route under its code. Raises Denied without the right, Unacceptable for an unsound line."""
    require(actor, "monitoring.license_vehicle", project)
    shape = _checked(geometry, datum, ("LineString",), first_on, last_on)
    route, _created = LicensedRoute.objects.update_or_create(
        code=code.strip(),
        defaults={
            "name": name.strip(), "geometry": shape, "first_on": first_on, "last_on": last_on, "project": project,
            "disposal_site": disposal_site, "buffer_m": buffer_m,
        },
    )  # fmt: skip
    emit(
        RouteLicensed(
            project_id=project.pk if project else None, subject_id=route.pk, code=route.code, name=route.name
        ),
        actor=actor,
        at=now,
    )
    return route
