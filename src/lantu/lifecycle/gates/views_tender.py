"""Tender records of a project: the list with its findings, and one record checked as it is entered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.permissions import may, require
from lantu.calc.tender_rules import Standing
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.gates import forms, services
from lantu.lifecycle.gates.book import tender_book
from lantu.lifecycle.gates.models import GateTender
from lantu.lifecycle.gates.tendering import (
    AMOUNT_FIELDS,
    DATE_FIELDS,
    avoided,
    findings_of,
    rule_name,
    standing_words,
)
from lantu.projects.models import Project
from lantu.projects.selectors import get_visible


def _findings(row: GateTender) -> list[dict[str, Any]]:
    today = timezone.localdate()
    shown = []
    for one in findings_of(row, today=today):
        if one.standing is Standing.UNKNOWN:
            continue
        label, tone = standing_words(one.standing)
        shown.append(
            {
                "code": one.rule.code,
                "name": rule_name(one.rule),
                "basis": one.rule.basis,
                "label": label,
                "tone": tone,
                "broken": one.standing is Standing.BROKEN,
                "limit_on": one.limit_on,
                "at_most": one.rule.kind == "at_most",
                "value": one.value,
                "explanation": row.explanations.get(one.rule.code, ""),
            }
        )
    return shown


@require_GET
def tenders(request: HttpRequest, code: str) -> HttpResponse:
    """All contract sections of a project, and direct awards that should have been tendered."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    found = get_visible(user, code)
    rows = list(GateTender.objects.filter(project=found))
    context = {
        "project": found,
        "tab": "gates",
        "rows": [(row, [one for one in _findings(row) if one["tone"] == "bad"]) for row in rows],
        "avoided": avoided(found, rows),
        "may_edit": may(user, "lifecycle.gates_tender", found),
    }
    return render(request, "lifecycle/gates/tenders.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    """One record; a new one without ``pk``."""
    user: Any = request.user
    require(user, "lifecycle.gates_read")
    found = get_visible(user, code)
    row = GateTender.objects.filter(project=found, pk=pk).first() if pk is not None else None
    if pk is not None and row is None:
        raise Missing("gates.unknown_tender", _("没有找到这条招标记录。"))
    refusal = None
    if request.method == "POST":
        try:
            saved = services.save_tender(
                project=found, values=forms.tender_values(request.POST), by=user, now=timezone.now(), tender=row,
                version=forms.version(request.POST),
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("招标记录已保存，并已对照规则核对。"))
            return HttpResponseRedirect(reverse("lifecycle:gates_tender", args=[found.code, saved.pk]))
    return render(
        request,
        "lifecycle/gates/tender.html",
        _context(request, found, row, refusal),
        status=refusal.status if refusal else 200,
    )


def _context(
    request: HttpRequest, found: Project, row: GateTender | None, refusal: Refused | None
) -> dict[str, Any]:
    user: Any = request.user
    typed = request.POST if request.method == "POST" else None
    stored: dict[str, Any] = {**row.dates, **row.amounts} if row else {}

    def value(field: str) -> Any:
        return typed.get(field, "") if typed is not None else stored.get(field, "")

    def plain(field: str, default: str) -> str:
        return typed.get(field, "") if typed is not None else getattr(row, field, default)

    return {
        "project": found,
        "tab": "gates",
        "row": row,
        "name": plain("name", ""),
        "winner": plain("winner", ""),
        "kind": plain("kind", "works"),
        "method": plain("method", "open"),
        "kinds": GateTender.Kind.choices,
        "methods": GateTender.Method.choices,
        "dates": [(field, label, value(field)) for field, label in DATE_FIELDS.items()],
        "amounts": [(field, label, value(field)) for field, label in AMOUNT_FIELDS.items()],
        "findings": _findings(row) if row else [],
        "rule_version": tender_book().version,
        "may_edit": may(user, "lifecycle.gates_tender", found),
        "refusal": refusal,
    }
