"""The audit log: every event of the house, its chains verified on request, the daily roots to print."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.event_words import event_name
from lantu.accounts.forms import LogForm
from lantu.accounts.models import User
from lantu.accounts.payload_words import shown_payloads
from lantu.accounts.permissions import require
from lantu.accounts.project_names import project_by_code, project_names
from lantu.accounts.selectors import LogFilter, chain_roots, log_events
from lantu.accounts.services.verify_log import verify_log
from lantu.core.paging import page_of

PAGE = 50


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.read_log")
    return _page(request, {})


@require_POST
def log_verify(request: HttpRequest) -> HttpResponse:
    """Recompute all chains now. The check itself is logged."""
    require(request.user, "accounts.read_log")
    actor: User = request.user  # type: ignore[assignment]
    return _page(request, {"verified": verify_log(now=timezone.now(), actor=actor)})


@require_GET
def log_roots(request: HttpRequest) -> HttpResponse:
    """The roots of the days, made to be printed, signed and filed."""
    require(request.user, "accounts.read_log")
    return render(request, "accounts/roots.html", {"roots": chain_roots(366)})


def _page(request: HttpRequest, more: dict[str, Any]) -> HttpResponse:
    form = LogForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    code = given.get("project", "")
    narrow = LogFilter(
        kind=given.get("kind", ""),
        actor=given.get("actor", ""),
        project_id=(project_by_code(code) or -1) if code else None,
        subject=given.get("subject", ""),
        since=given.get("since"),
        until=given.get("until"),
    )
    found = page_of(log_events(narrow), cursor=request.GET.get("cursor"), limit=PAGE)
    names = project_names(row.project_id for row in found["items"] if row.project_id)
    payloads = shown_payloads(row.payload for row in found["items"])
    rows = [
        {
            "event": row,
            "name": event_name(row.kind),
            "project": names.get(row.project_id),
            "payload": payload,
        }
        for row, payload in zip(found["items"], payloads, strict=True)
    ]
    context = {"form": form, "rows": rows, "next": found["next"], "roots": chain_roots(1), **more}
    return render(request, "accounts/log.html", context)
