"""Doors of the phone's queue, and of the person who looks at two versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lantu.core.middleware_submissions import outcome
from lantu.core.refusals import Missing
from lantu.core.submissions import submission_of
from lantu.hazards.asking import Request
from lantu.hazards.models import Hazard
from lantu.hazards.phone.selectors import get_visible_kept
from lantu.hazards.phone.services.decide import adopt, set_aside
from lantu.hazards.phone.taking import take_in


def act_from_queue(request: HttpRequest, hazard: Hazard, verb: str, asked: Request) -> HttpResponse:
    """One verb that a phone kept until it had network. A Refused leaves: the queue shows it in the server's words."""
    claim = submission_of(request)
    assert claim is not None
    taken = take_in(hazard, verb, asked, claim)
    page = reverse("hazards:phone_hazard", args=[hazard.pk])
    kind = "kept" if taken.kept is not None and taken.kept.is_pending else "done"
    return outcome(kind, said=taken.said, url=page, claim=claim)


@require_POST
def decide(request: HttpRequest, pk: int, kept: int, decision: str) -> HttpResponse:
    """Take a late submission into the record, or set it aside, with a reason."""
    user: Any = request.user
    row = get_visible_kept(user, pk, kept)
    if decision == "adopt":
        adopt(row, by=user, now=timezone.now(), reason=request.POST.get("reason", ""))
        messages.success(request, _("已并入记录。"))
    elif decision == "set_aside":
        set_aside(row, by=user, now=timezone.now(), reason=request.POST.get("reason", ""))
        messages.success(request, _("已登记为不采用，内容和理由保留。"))
    else:
        raise Missing("hazards.unknown_decision", _("没有这个操作。"))
    return HttpResponseRedirect(reverse("hazards:detail", args=[pk]))
