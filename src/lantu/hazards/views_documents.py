"""The papers of a hazard: made on demand, listed with their versions; and the poster for the site."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.hazards import selectors
from lantu.hazards.documents.facts import ready_kinds
from lantu.hazards.services.make_document import make_document
from lantu.projects.selectors import get_visible


@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of one hazard with all their versions; a post makes one."""
    user: Any = request.user
    require(user, "hazards.read")
    hazard = selectors.get_visible_hazard(user, pk)
    refusal = None
    if request.method == "POST":
        try:
            made = make_document(
                hazard,
                kind=request.POST.get("kind", ""),
                by=user,
                now=timezone.now(),
                base_url=request.build_absolute_uri("/"),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            said = _("%(title)s第 %(n)d 版已生成。") % {"title": made.get_kind_display(), "n": made.version}
            messages.success(request, said)
            return HttpResponseRedirect(reverse("hazards:documents", args=[pk]))
    rows = hazard.documents.select_related("made_by", "word", "pdf")
    context = {
        "hazard": hazard,
        "documents": rows,
        "kinds": ready_kinds(hazard),
        "may_make": may(user, "hazards.make_document", hazard.project),
        "refusal": refusal,
    }
    return render(request, "hazards/documents.html", context, status=refusal.status if refusal else 200)


@require_GET
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """A sheet to hang up on the site: scan it, take a photo, report a hazard."""
    require(request.user, "hazards.read")
    project = get_visible(request.user, code)
    return render(request, "hazards/poster.html", {"project": project})


@require_GET
def poster_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The address of the report page of this site, as SVG."""
    require(request.user, "hazards.read")
    project = get_visible(request.user, code)
    out = io.BytesIO()
    address = request.build_absolute_uri(f"{reverse('hazards:report')}?project={project.code}")
    segno.make(address, error="q").save(
        out, kind="svg", scale=10, border=2, xmldecl=False, svgclass=None, lineclass=None
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
