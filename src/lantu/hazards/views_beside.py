"""Look-backs, the public list of listed hazards, and what a hazard's page shows beside the ordinary path."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.middleware import public
from lantu.accounts.permissions import may, require
from lantu.core.offline import kept_offline
from lantu.core.refusals import Refused
from lantu.core.submissions import claim_files
from lantu.hazards import selectors
from lantu.hazards.grave.judging import major_clauses
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.lookbacks.selectors import get_visible_look_back, visible_look_backs
from lantu.hazards.models import Dispute, Hazard, InPlace, Listing, Plan, StopOrder
from lantu.hazards.parties import addressees
from lantu.hazards.phone.showing import overlays
from lantu.hazards.services.extension import pending_extension
from lantu.hazards.services.look_back import LOOK_BACK, do_look_back
from lantu.hazards.services.plan import ITEMS
from lantu.hazards.services.stop_work import STOP_ORDER
from lantu.hazards.states import HazardState, OrderType
from lantu.hazards.twins import absorbed_by, heir_of, twins_of

KEPT_PUBLIC = timedelta(days=365)
MOST_DELIVERIES = 40
MOST_ROWS = 200


def beside(hazard: Hazard, verbs: frozenset[str]) -> dict[str, Any]:
    """What the page shows of plans, stops, listings, disputes and deliveries, and the choices of its forms."""
    stop = stop_in_force(hazard) if hazard.is_open else None
    plans = [(plan, _items_of(plan)) for plan in hazard.plans.select_related("by", "decided_by")]
    return {
        "stop": stop,
        "stops": list(hazard.stops.select_related("by", "resumed_by", "resume_asked_by")),
        "resume_files": selectors.evidence_of(STOP_ORDER, [stop.pk])[stop.pk] if stop else [],
        "listing": listing_in_force(hazard),
        "listings": list(hazard.listings.all()),
        "plans": plans,
        "disputes": list(hazard.disputes.select_related("by", "unit", "decided_by")),
        "extension": pending_extension(hazard) if hazard.is_open else None,
        "deliveries": selectors.deliveries(hazard)[:MOST_DELIVERIES],
        "look_backs": list(hazard.look_backs.select_related("done_by", "duty__holder")),
        "plan_items": plan_items(),
        "in_place": InPlace.choices,
        "major_clauses": major_clauses() if verbs & {"confirm", "regrade"} else [],
        "stop_scopes": StopOrder.Scope.choices,
        "order_types": OrderType.choices,
        "grounds": Dispute.Ground.choices,
        "outcomes": Dispute.Outcome.choices,
        "addressees": addressees(hazard.project) if verbs & {"transfer", "decide_dispute"} else [],
    }


def twins_context(hazard: Hazard, reader: Any) -> dict[str, Any]:
    """Other hazards that may be the same one, what was merged into this one, and where it went if it was merged.

    Twins are shown until there is a reply: to everybody while it waits for its order, later to those who may merge.
    """
    allowed = hazard.is_open and may(reader, "hazards.merge", hazard.project)
    waiting = hazard.state in (HazardState.DETECTED, HazardState.CONFIRMED)
    return {
        "twins": twins_of(reader, hazard) if waiting or allowed else [],
        "may_merge": allowed,
        "absorbed": absorbed_by(hazard),
        "heir": heir_of(hazard),
    }


def _items_of(plan: Plan) -> list[tuple[Any, str]]:
    return [(label, getattr(plan, name)) for name, label in plan_items()]


def plan_items() -> list[tuple[str, Any]]:
    """The six items with their labels."""
    return [(name, Plan._meta.get_field(name).verbose_name) for name in ITEMS]  # type: ignore[union-attr]


@require_GET
def look_backs(request: HttpRequest) -> HttpResponse:
    """All look-backs that the reader may see: what is owed first, then what was found."""
    user: Any = request.user
    require(user, "hazards.read")
    rows = visible_look_backs(user)
    owed = list(rows.filter(done_at=None).order_by("due_at")[:MOST_ROWS])
    done = list(rows.filter(done_at__isnull=False).order_by("-done_at")[:MOST_ROWS])
    failed = sum(row.passed is False for row in done)
    return render(request, "hazards/look_backs.html", {"owed": owed, "done": done, "failed": failed})


@kept_offline
@require_http_methods(["GET", "POST"])
def look_back(request: HttpRequest, pk: int) -> HttpResponse:
    """One look-back, for somebody standing on the site."""
    user: Any = request.user
    require(user, "hazards.read")
    row = get_visible_look_back(user, pk)
    refusal = None
    if request.method == "POST":
        try:
            do_look_back(
                row,
                by=user,
                now=timezone.now(),
                passed=request.POST.get("passed") == "1",
                note=request.POST.get("note", ""),
                files=claim_files(request.FILES.getlist("photos"), request.POST.get("claims", "")),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("回头看已办结。"))
            return HttpResponseRedirect(row.hazard.get_absolute_url())
    replies = selectors.reply_views(row.hazard)
    context = {
        "row": row,
        "hazard": row.hazard,
        "replies": replies,
        "befores": overlays(replies[-1].files if replies else [], _("整改后")),
        "files": selectors.evidence_of(LOOK_BACK, [row.pk])[row.pk],
        "may_do": may(user, "hazards.look_back", row.hazard.project),
        "typed": request.POST,
        "refusal": refusal,
    }
    return render(request, "hazards/look_back.html", context, status=refusal.status if refusal else 200)


@public
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The public list 挂牌督办: no names of people, and for a year after a hazard was taken off."""
    now = timezone.now()
    rows = Listing.objects.select_related("hazard__project", "hazard__rectifier_unit")
    shown = [row for row in rows if row.delisted_at is None or now - row.delisted_at <= KEPT_PUBLIC]
    shown.sort(key=lambda row: (row.delisted_at is not None, row.until))
    standing = sum(row.delisted_at is None for row in shown)
    return render(request, "hazards/listed.html", {"rows": shown, "standing": standing, "now": now})
