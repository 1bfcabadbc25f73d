"""People and their rights: the system administrator's desk."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.forms import GrantForm, NewPersonForm, PersonForm, ReasonForm
from lantu.accounts.models import Grant, GrantRequest, User
from lantu.accounts.permissions import require
from lantu.accounts.project_names import project_names
from lantu.accounts.selectors import get_person, grants_in_force, people_matching, visible_people
from lantu.accounts.services.grants import propose_grant, revoke_grant
from lantu.accounts.services.people import (
    add_person,
    change_person,
    deactivate_person,
    reactivate_person,
    reset_password,
)
from lantu.core.refusals import Missing, Refused

PAGE = 50


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.administer")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    rows = people_matching(visible_people(request.user), words).prefetch_related("grants")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "words": words})


def person_new(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.administer")
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = add_person(**form.cleaned_data, now=timezone.now(), actor=_me(request))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _page(request, person.pk, password=password)
    return render(request, "accounts/person_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "accounts.administer")
    return _page(request, pk)


def _page(
    request: HttpRequest,
    pk: int,
    *,
    form: PersonForm | None = None,
    grant_form: GrantForm | None = None,
    password: str = "",
) -> HttpResponse:
    found, now = get_person(pk), timezone.now()
    grants = grants_in_force(found, now)
    requests = list(
        GrantRequest.objects.filter(user=found).select_related("organisation", "proposed_by")[:20]
    )
    context: dict[str, Any] = {
        "person": found,
        "form": form or PersonForm(initial=_initial(found)),
        "grants": grants,
        "requests": requests,
        "grant_form": grant_form or GrantForm(),
        "names": project_names(
            [row.project_id for row in grants if row.project_id]
            + [row.project_id for row in requests if row.project_id]
        ),
        "password": password,
        "reason_form": ReasonForm(),
    }
    failed = (form is not None and form.errors) or (grant_form is not None and grant_form.errors)
    return render(request, "accounts/person.html", context, status=422 if failed else 200)


@require_POST
def person_change(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "accounts.administer")
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form)
    change_person(get_person(pk), changes=form.cleaned_data, now=timezone.now(), actor=_me(request))
    messages.success(request, _("已保存。"))
    return redirect("accounts:person", pk)


@require_POST
def person_leave(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_person(pk)
    deactivate_person(found, reason=_reason(request), now=timezone.now(), actor=_me(request))
    messages.success(request, _("%(name)s 已停用，其待办正在转交代理人或单位负责人。") % {"name": found})
    return redirect("accounts:person", pk)


@require_POST
def person_return(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_person(pk)
    reactivate_person(found, reason=_reason(request), now=timezone.now(), actor=_me(request))
    messages.success(request, _("%(name)s 已恢复。") % {"name": found})
    return redirect("accounts:person", pk)


@require_POST
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    """The first password is shown once, on this very answer."""
    password = reset_password(get_person(pk), now=timezone.now(), actor=_me(request))
    return _page(request, pk, password=password)


@require_POST
def grant_propose(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "accounts.administer")
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, grant_form=form)
    given = form.cleaned_data
    ends_on = given["ends_on"]
    ends_at = timezone.make_aware(datetime.combine(ends_on, time.max)) if ends_on else None
    try:
        propose_grant(
            user=get_person(pk),
            role=given["role"],
            reach=given["reach"],
            county_code=given["county_code"],
            organisation=given["organisation"],
            project_id=given["project_id"],
            ends_at=ends_at,
            why=given["why"],
            now=timezone.now(),
            actor=_me(request),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _page(request, pk, grant_form=form)
    messages.success(request, _("授权已提出，等待安全保密员确认后生效。"))
    return redirect("accounts:person", pk)


@require_POST
def grant_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    require(request.user, "accounts.administer")
    grant = Grant.objects.filter(pk=pk).first()
    if grant is None:
        raise Missing("accounts.no_grant", _("没有这项授权。"))
    revoke_grant(grant, why=_reason(request), now=timezone.now(), actor=_me(request))
    messages.success(request, _("授权已撤销，立即生效。"))
    return redirect("accounts:person", grant.user_id)


def _me(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\x00", "").strip()[:200]


def _initial(found: User) -> dict[str, Any]:
    return {
        "display_name": found.display_name,
        "organisation": found.organisation_id,
        "title": found.title,
        "phone": found.phone,
        "email": found.email,
    }
