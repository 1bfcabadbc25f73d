"""Units: list, add, change."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.forms import OrganisationForm
from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.accounts.selectors import get_organisation, organisations_matching
from lantu.accounts.services.organisations import add_organisation, change_organisation
from lantu.core.refusals import Refused

PAGE = 50


@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.administer")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    kind = request.GET.get("kind", "")
    kind = kind if kind in Organisation.Kind.values else ""
    page = Paginator(organisations_matching(words, kind), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "kind": kind, "kinds": Organisation.Kind.choices}
    return render(request, "accounts/organisations.html", context)


def organisation_new(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.administer")
    return _edit(request, OrganisationForm(request.POST or None), None)


def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "accounts.administer")
    unit = get_organisation(pk)
    initial = {
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "uscc": unit.uscc,
        "area_code": unit.area_code,
        "parent": unit.parent_id,
        "head": unit.head_id,
    }
    return _edit(request, OrganisationForm(request.POST or None, unit=unit, initial=initial), unit)


def _edit(request: HttpRequest, form: OrganisationForm, unit: Organisation | None) -> HttpResponse:
    doubt = ""
    if request.method == "POST" and form.is_valid():
        actor: User = request.user  # type: ignore[assignment]
        confirmed = form.cleaned_data["confirmed"]
        try:
            if unit is None:
                add_organisation(values=form.values(), confirmed=confirmed, now=timezone.now(), actor=actor)
            else:
                change_organisation(
                    unit, values=form.values(), confirmed=confirmed, now=timezone.now(), actor=actor
                )
        except Refused as refusal:
            doubt = refusal.detail if refusal.code == "accounts.uscc_doubt" else ""
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("已保存。"))
            return redirect("accounts:organisations")
    context = {"form": form, "unit": unit, "doubt": doubt}
    return render(request, "accounts/organisation.html", context, status=422 if form.errors else 200)
