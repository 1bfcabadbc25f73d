"""Where trucks may drive and unload: disposal sites and licensed routes, on a map and as forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.gis.layers import layers_document
from lantu.monitoring.vehicles.geojson import bounds_of, disposal_polygons, ground_document, route_lines
from lantu.monitoring.vehicles.models import DisposalSite, LicensedRoute
from lantu.monitoring.vehicles.selectors import visible_routes
from lantu.monitoring.vehicles.services.license_ground import license_disposal_site, license_route
from lantu.packs.load import city
from lantu.projects.forms import DateField, StyledForm, UnitField
from lantu.projects.selectors import ProjectFilter, get_visible


class GroundForm(StyledForm):
    """What disposal sites and routes have in common."""

    code = forms.CharField(label=gettext_lazy("编号"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    first_on = DateField(label=gettext_lazy("核准起"))
    last_on = DateField(label=gettext_lazy("核准止"))
    datum = forms.ChoiceField(
        label=gettext_lazy("坐标系"), choices=[("cgcs2000", "CGCS2000 / WGS-84"), ("gcj02", "GCJ-02")]
    )
    geometry = forms.CharField(
        label=gettext_lazy("几何（GeoJSON）"), widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"})
    )


class DisposalForm(GroundForm):
    operator = UnitField(label=gettext_lazy("经营单位"), required=False)
    permit_no = forms.CharField(label=gettext_lazy("核准文号"), max_length=60, required=False)


class RouteForm(GroundForm):
    project = forms.CharField(label=gettext_lazy("工地（项目代码）"), max_length=40, required=False)
    disposal_site = forms.ModelChoiceField(
        label=gettext_lazy("消纳场"), queryset=DisposalSite.objects.order_by("code"), required=False
    )
    buffer_m = forms.FloatField(
        label=gettext_lazy("允许偏离（米）"), min_value=10, max_value=2000, required=False,
        help_text=gettext_lazy("留空按规则"),
    )  # fmt: skip


@require_GET
def ground(request: HttpRequest) -> HttpResponse:
    """Disposal sites and routes with their terms."""
    require(request.user, "monitoring.read")
    return render(
        request,
        "monitoring/vehicles/ground.html",
        {
            "sites": DisposalSite.objects.select_related("operator"),
            "routes": visible_routes(request.user).select_related("project", "disposal_site"),
            "today": timezone.localdate(),
            "may_license": may(request.user, "monitoring.license_vehicle"),
        },
    )


@require_GET
def ground_map(request: HttpRequest) -> HttpResponse:
    """The same as a layers document."""
    require(request.user, "monitoring.read")
    sites = disposal_polygons(DisposalSite.objects.all())
    routes = route_lines(visible_routes(request.user))
    as_of = timezone.localtime().isoformat(timespec="seconds")
    # Without the districts a city that has no sites yet would look at an empty sheet.
    city_map = layers_document(request.user, ProjectFilter(), as_of=as_of, only=frozenset({"counties"}))
    document = ground_document(
        routes,
        sites,
        as_of=as_of,
        beneath=city_map["layers"],
        bounds=bounds_of(routes, sites) or list(city().bounds),
        tiles=settings.MAP_TILE_URL or None,
    )
    return JsonResponse(document)


@require_http_methods(["GET", "POST"])
def disposal(request: HttpRequest) -> HttpResponse:
    """Enter a disposal site, or under a known code change it."""
    return _license(request, DisposalForm(request.POST or None), license_disposal_site, _("登记消纳场"))


@require_http_methods(["GET", "POST"])
def route(request: HttpRequest) -> HttpResponse:
    """Enter a route, or under a known code change it."""
    return _license(request, RouteForm(request.POST or None), license_route, _("登记核准路线"))


def _license(request: HttpRequest, form: GroundForm, service: Any, title: str) -> HttpResponse:
    require(request.user, "monitoring.license_vehicle")
    assert isinstance(request.user, User)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            if "project" in values:
                code = values["project"].strip()
                values["project"] = get_visible(request.user, code) if code else None
            made = service(**values, now=timezone.now(), actor=request.user)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("已登记“%(name)s”。") % {"name": made.name})
            return HttpResponseRedirect(reverse("monitoring:vehicle_ground"))
    known = LicensedRoute if isinstance(form, RouteForm) else DisposalSite
    context = {"form": form, "title": title, "known": known.objects.order_by("code")[:200]}
    status = 422 if request.method == "POST" else 200
    return render(request, "monitoring/vehicles/ground_form.html", context, status=status)
