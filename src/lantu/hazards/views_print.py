"""The three papers of a hazard, for printing on A4, and the QR code that leads back to it."""

from __future__ import annotations

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused
from lantu.hazards import selectors
from lantu.hazards.models import Hazard
from lantu.hazards.parties import contacts

PAPERS = {
    "order": gettext_lazy("隐患整改通知单"),
    "reply": gettext_lazy("隐患整改回复单"),
    "closing": gettext_lazy("隐患销号单"),
}


@require_GET
def paper(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """整改通知单, 整改回复单 or 销号单. Raises Refused while the step that it documents has not been taken."""
    require(request.user, "hazards.read")
    if paper not in PAPERS:
        raise Missing("hazards.unknown_paper", _("没有这种单据。"))
    hazard = selectors.get_visible_hazard(request.user, pk)
    _refuse_early(hazard, paper)
    replies = selectors.reply_views(hazard)
    parties = contacts(hazard.project)
    return render(
        request,
        f"hazards/paper_{paper}.html",
        {
            "hazard": hazard,
            "paper": paper,
            "title": PAPERS[paper],
            "parties": parties,
            "organisation": _sender(hazard, paper, parties),
            "found_photos": selectors.found_photos(hazard),
            "reply": replies[-1] if replies else None,
            "replies": replies,
            "others": [(key, label) for key, label in PAPERS.items() if key != paper and _ready(hazard, key)],
        },
    )


def _sender(hazard: Hazard, paper: str, parties: dict[str, User]) -> str:
    """The unit whose paper it is: who orders, who replies, who re-checks."""
    person = {
        "order": hazard.issuer or parties.get("officer"),
        "reply": hazard.rectifier,
        "closing": hazard.rechecker,
    }
    found = person[paper]
    return found.organisation.name if found is not None and found.organisation is not None else ""


def _ready(hazard: Hazard, paper: str) -> bool:
    times = {"order": hazard.ordered_at, "reply": hazard.submitted_at, "closing": hazard.rechecked_at}
    return times[paper] is not None


def _refuse_early(hazard: Hazard, paper: str) -> None:
    if not _ready(hazard, paper):
        raise Refused(
            "hazards.paper_not_ready",
            _("这一步还没有办理，没有可打印的单据。"),
            remedy=_("请在办理之后再打印。"),
            status=404,
        )


@require_GET
def qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The address of the hazard's phone page as a QR code (SVG, black modules, no script)."""
    require(request.user, "hazards.read")
    hazard = selectors.get_visible_hazard(request.user, pk)
    out = io.BytesIO()
    address = request.build_absolute_uri(reverse("hazards:phone_hazard", args=[hazard.pk]))
    segno.make(address, error="m").save(
        out, kind="svg", scale=4, border=1, xmldecl=False, svgclass=None, lineclass=None
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
