"""Pages of templates: list, making one of a finished project, its content, putting it to work."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.gates.book import book, spoken
from lantu.lifecycle.programmes import forms
from lantu.lifecycle.programmes.cases import registry, selectors, services
from lantu.lifecycle.programmes.people import people_who_may
from lantu.lifecycle.programmes.words import lines
from lantu.projects.selectors import get_visible

PER_PAGE = 20
MOST_PROJECTS = 500
MOST_SHOWN = 60


@require_GET
def template_list(request: HttpRequest) -> HttpResponse:
    """All templates that the reader may see."""
    user: Any = request.user
    require(user, "lifecycle.cases_read")
    return render(
        request,
        "lifecycle/programmes/cases/list.html",
        {
            "page": Paginator(selectors.visible_templates(user), PER_PAGE).get_page(request.GET.get("page")),
            "labels": part_labels(),
            "may_make": may(user, "lifecycle.cases_make"),
        },
    )


def part_labels() -> dict[str, str]:
    """Keys of the parts in the reader's language."""
    return {part.key: str(part.label) for part in registry.parts}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a template of a finished project, or the next version of one (``?replaces=``)."""
    user: Any = request.user
    require(user, "lifecycle.cases_make")
    values = request.POST if request.method == "POST" else request.GET
    older_pk = forms.whole(values, "replaces")
    older = selectors.get_visible_template(user, older_pk) if older_pk else None
    refusal = None
    if request.method == "POST":
        try:
            made = services.take_template(
                get_visible(user, forms.text_of(request.POST, "project", 24)),
                name=forms.text_of(request.POST, "name"),
                summary=forms.text_of(request.POST, "summary", 2000),
                approver=forms.person(request.POST, "approver"),
                only=request.POST.getlist("parts"),
                replaces=older,
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("模板已提取，人名、单位、电话和金额已去除，请核对。"))
            return HttpResponseRedirect(made.get_absolute_url())
    return render(
        request,
        "lifecycle/programmes/cases/new.html",
        {
            "projects": selectors.finished_projects(user)[:MOST_PROJECTS],
            "parts": part_labels(),
            "approvers": people_who_may("lifecycle.cases_approve", now=timezone.now(), but=user),
            "older": older,
            "typed": values,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _named(content: dict[str, Any]) -> dict[str, Any]:
    """With the name of its gate template in the reader's language, where there is one that the pack still knows."""
    known = book().templates.get(content.get("template", ""))
    return content | {"label": spoken(known.label, known.label_en)} if known is not None else content


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One template: what is in it, where it was used, what happened to it."""
    user: Any = request.user
    require(user, "lifecycle.cases_read")
    template = selectors.get_visible_template(user, pk)
    labels = part_labels()
    return render(
        request,
        "lifecycle/programmes/cases/detail.html",
        {
            "template": template,
            "parts": [
                (key, labels.get(key, key), _named(content))
                for key, content in sorted(template.parts.items())
            ],
            "most": MOST_SHOWN,
            "source": selectors.source_for(template, user),
            "uses": selectors.uses_for(template, user),
            "mine": template.is_open and template.duty is not None and template.duty.holder_id == user.pk,
            "may_make": may(user, "lifecycle.cases_make"),
            "may_use": may(user, "lifecycle.cases_use") and template.state == "approved",
            "may_void": may(user, "lifecycle.cases_approve") and template.state == "approved",
            "event_lines": lines(selectors.events_of(template)),
        },
    )


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb of a template."""
    user: Any = request.user
    require(user, "lifecycle.cases_read")
    template = selectors.get_visible_template(user, pk)
    values: Any = request.POST
    shared: dict[str, Any] = {"by": user, "now": timezone.now(), "edited_no": forms.edited(values)}
    reason = values.get("reason", "")
    match verb:
        case "edit":
            services.edit_template(
                template,
                name=forms.text_of(values, "name"),
                summary=forms.text_of(values, "summary", 2000),
                drop=values.getlist("drop"),
                **shared,
            )
            said = _("已保存。")
        case "submit":
            services.submit_template(template, **shared)
            said = _("已提请批准。")
        case "approve":
            services.approve_template(template, **shared)
            said = _("模板已批准，可以套用。")
        case "send_back":
            services.send_back_template(template, reason=reason, **shared)
            said = _("已退回编制人。")
        case "void":
            services.void_template(template, reason=reason, **shared)
            said = _("模板已取消。")
        case _:
            raise Missing("cases.unknown_verb", _("没有这个操作。"))
    messages.success(request, said)
    return HttpResponseRedirect(template.get_absolute_url())


@require_http_methods(["GET", "POST"])
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose project and start, look at what would be made, confirm exactly that."""
    user: Any = request.user
    require(user, "lifecycle.cases_use")
    template = selectors.get_visible_template(user, pk)
    values: Any = request.POST if request.method == "POST" else request.GET
    code = forms.text_of(values, "project", 24)
    project = get_visible(user, code) if code else None
    refusal, preview = None, None
    try:
        if project is not None:
            starts_on = forms.day(values, "starts_on")
            if request.method == "POST":
                services.use_template(
                    template,
                    project=project,
                    starts_on=starts_on,
                    wanted=values.getlist("parts"),
                    preview_sha256=values.get("preview_sha256", ""),
                    by=user,
                    now=timezone.now(),
                )
                messages.success(request, _("已按模板生成，请到项目的关口、清单、进度页继续。"))
                return HttpResponseRedirect(project.get_absolute_url())
            preview = services.foresee_use(
                template, project=project, starts_on=starts_on, by=user, now=timezone.now()
            )
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        refusal = refused
    return render(
        request,
        "lifecycle/programmes/cases/use.html",
        {
            "template": template,
            "project": project,
            "projects": selectors.open_projects(user)[:MOST_PROJECTS],
            "typed": values,
            "preview": preview,
            "most": MOST_SHOWN,
            "today": timezone.localdate(),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )
