"""Rights that wait for the security administrator."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.models import GrantRequest, User
from lantu.accounts.permissions import may, require
from lantu.accounts.project_names import project_names
from lantu.accounts.selectors import get_request
from lantu.accounts.services.grants import confirm_grant, refuse_grant


@require_GET
def grant_requests(request: HttpRequest) -> HttpResponse:
    """Pending ones first for the one who decides; the one who proposes sees their fate."""
    if not may(request.user, "accounts.administer"):
        require(request.user, "accounts.confirm")
    state = request.GET.get("state", GrantRequest.State.PENDING)
    state = state if state in GrantRequest.State.values else GrantRequest.State.PENDING
    rows = GrantRequest.objects.filter(state=state).select_related(
        "user__organisation", "organisation", "proposed_by", "decided_by"
    )
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "states": GrantRequest.State.choices,
        "names": project_names(row.project_id for row in page if row.project_id),
        "may_confirm": may(request.user, "accounts.confirm"),
    }
    return render(request, "accounts/requests.html", context)


@require_POST
def grant_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    actor: User = request.user  # type: ignore[assignment]
    require(actor, "accounts.confirm")
    found = get_request(pk)
    confirm_grant(found, now=timezone.now(), actor=actor)
    messages.success(request, _("已确认，%(name)s 的授权生效。") % {"name": found.user})
    return redirect("accounts:requests")


@require_POST
def grant_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    actor: User = request.user  # type: ignore[assignment]
    require(actor, "accounts.confirm")
    answer = request.POST.get("reason", "").replace("\x00", "")
    refuse_grant(get_request(pk), answer=answer, now=timezone.now(), actor=actor)
    messages.success(request, _("已驳回。"))
    return redirect("accounts:requests")
