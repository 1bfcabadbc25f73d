"""The issued plan for everybody: no sign-in, only what may be public, nothing before it is issued."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.middleware import public
from lantu.core.refusals import Missing
from lantu.gis.selectors import datum_note
from lantu.lifecycle.annual_plan.models import AnnualPlan
from lantu.lifecycle.annual_plan.publishing import public_points, public_rows
from lantu.lifecycle.annual_plan.selectors import PUBLIC_STATES, plan_in_force
from lantu.projects.areas import area_names, city

PER_PAGE = 50


def _issued(year: int) -> AnnualPlan:
    """A plan that is issued. A draft does not exist for the public."""
    plan = AnnualPlan.objects.filter(year=year, state__in=PUBLIC_STATES).first()
    if plan is None:
        raise Missing(
            "plans.not_public",
            _("%(year)s 年的计划还没有公开。") % {"year": year},
            remedy=_("计划下达后在此公布。"),
        )
    return plan


@public
@require_GET
def public_list(request: HttpRequest, year: int) -> HttpResponse:
    """The list with its map."""
    plan = _issued(year)
    area = request.GET.get("area", "")
    rows = public_rows(plan)
    if area:
        rows = [row for row in rows if row["area_code"] == area]
    version = plan_in_force(year)
    return render(
        request,
        "lifecycle/plan/public.html",
        {
            "plan": plan,
            "version": version,
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "count": len(rows),
            "areas": area_names().items(),
            "area": area,
            "city": city().name,
        },
    )


@public
@require_GET
def public_layers(request: HttpRequest, year: int) -> HttpResponse:
    """The map's document with the points in it; simplified places, nothing that is not public."""
    plan = _issued(year)
    document: dict[str, Any] = {
        "as_of": timezone.localtime().isoformat(timespec="seconds"),
        "datum_note": "；".join(filter(None, (_("点位为示意位置"), datum_note()))),
        "bounds": list(city().bounds),
        "tiles": None,
        "layers": public_points(plan),
    }
    return HttpResponse(orjson.dumps(document), content_type="application/json")
