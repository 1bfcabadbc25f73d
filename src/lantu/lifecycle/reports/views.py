"""Pages of reports: bulletins with their preview, frozen copies with their differences, one-pagers, files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.programmes import forms
from lantu.lifecycle.programmes.people import people_who_may
from lantu.lifecycle.programmes.words import lines
from lantu.lifecycle.reports import selectors, services
from lantu.lifecycle.reports.building import bulletin_facts, one_pager_facts
from lantu.lifecycle.reports.charts import drawn
from lantu.lifecycle.reports.differences import differences
from lantu.lifecycle.reports.models import Bulletin
from lantu.lifecycle.reports.states import BulletinState
from lantu.projects.progress import month_before, month_start
from lantu.projects.selectors import get_visible

PER_PAGE = 20
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@require_http_methods(["GET", "POST"])
def bulletin_list(request: HttpRequest) -> HttpResponse:
    """All bulletins that the reader may see; a post begins one."""
    user: Any = request.user
    require(user, "lifecycle.reports_read")
    refusal = None
    if request.method == "POST":
        try:
            made = services.prepare_bulletin(
                month=forms.month(request.POST, "month"),
                prepared_by=user,
                signer=forms.person(request.POST, "signer"),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已建立通报草稿。"))
            return HttpResponseRedirect(made.get_absolute_url())
    may_prepare = may(user, "lifecycle.reports_prepare")
    context = {
        "page": Paginator(selectors.visible_bulletins(user), PER_PAGE).get_page(request.GET.get("page")),
        "may_prepare": may_prepare,
        "signers": people_who_may("lifecycle.reports_sign", now=timezone.now(), but=user)
        if may_prepare
        else [],
        "last_month": f"{month_before(month_start(timezone.localdate())):%Y-%m}",
        "refusal": refusal,
    }
    return render(request, "lifecycle/reports/list.html", context, status=refusal.status if refusal else 200)


@require_GET
def bulletin(request: HttpRequest, pk: int) -> HttpResponse:
    """One bulletin: the draft as it reads now, or the frozen copy; with what its holder can do."""
    user: Any = request.user
    require(user, "lifecycle.reports_read")
    row = selectors.get_visible_bulletin(user, pk)
    if row.copy is not None:
        facts = selectors.in_language(row.copy)
    else:
        facts = bulletin_facts(month=row.month, foreword=row.foreword, reader=user, now=timezone.now())
    context = {
        "bulletin": row,
        "copy": row.copy,
        "may_compare": row.copy is not None and selectors.may_compare(row.copy, user),
        "facts": drawn(facts),
        "number": row.number,
        "is_draft": row.state == BulletinState.DRAFT,
        "mine": row.is_open and row.duty is not None and row.duty.holder_id == user.pk,
        "may_prepare": may(user, "lifecycle.reports_prepare"),
        "copies": row.copies.all(),
        "event_lines": lines(selectors.events_of(row)),
    }
    return render(request, "lifecycle/reports/bulletin.html", context)


@require_POST
def bulletin_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb of a bulletin."""
    user: Any = request.user
    require(user, "lifecycle.reports_read")
    row: Bulletin = selectors.get_visible_bulletin(user, pk)
    values, now = request.POST, timezone.now()
    edited_no = forms.edited(values)
    reason = values.get("reason", "")
    match verb:
        case "edit":
            services.edit_foreword(
                row, text=values.get("foreword", ""), edited_no=edited_no, by=user, now=now
            )
            said = _("编者按已保存。")
        case "submit":
            services.submit_bulletin(row, by=user, now=now, edited_no=edited_no)
            said = _("已冻结并送签。")
        case "issue":
            services.issue_bulletin(
                row, by=user, now=now, sha256=values.get("sha256", ""), edited_no=edited_no
            )
            said = _("已签发。")
        case "send_back":
            services.send_back_bulletin(row, by=user, now=now, reason=reason, edited_no=edited_no)
            said = _("已退回编制人。")
        case "void":
            services.void_bulletin(row, by=user, now=now, reason=reason, edited_no=edited_no)
            said = _("通报已取消。")
        case _:
            raise Missing("reports.unknown_verb", _("没有这个操作。"))
    messages.success(request, said)
    return HttpResponseRedirect(row.get_absolute_url())


@require_GET
def copy_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A frozen copy as it was, with what would read differently now where that is asked for."""
    user: Any = request.user
    copy = selectors.get_visible_copy(user, pk)
    facts = selectors.in_language(copy)
    changes = None
    if request.GET.get("compare"):
        now = timezone.now()
        changes = differences(facts, selectors.made_now(copy, user, now=now))
    return render(
        request,
        "lifecycle/reports/copy.html",
        {
            "copy": copy,
            "facts": drawn(facts),
            "number": copy.bulletin.number if copy.bulletin else "",
            "changes": changes,
            "may_compare": selectors.may_compare(copy, user),
            "compared_at": timezone.now(),
        },
    )


@require_GET
def file(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """A copy as Word or PDF, in Chinese, or with English labels for ``?lang=en``. Typeset at the first request."""
    user: Any = request.user
    copy = selectors.get_visible_copy(user, pk)
    made = services.make_file(
        copy,
        form=form,
        language="en" if request.GET.get("lang") == "en" else "zh-hans",
        by=user,
        now=timezone.now(),
        base_url=request.build_absolute_uri("/"),
    )
    number = copy.bulletin.number if copy.bulletin else f"v{copy.version}"
    response = FileResponse(
        made.content.open("rb"),
        as_attachment=True,
        filename=f"{copy.facts['title']}-{number}.{form}",
        content_type=TYPES[form],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
def one_pager(request: HttpRequest, code: str) -> HttpResponse:
    """The one-pager of a project as it reads now; a post keeps it."""
    user: Any = request.user
    project = get_visible(user, code)
    require(user, "lifecycle.reports_one_pager", project)
    if request.method == "POST":
        copy = services.keep_one_pager(project, by=user, now=timezone.now())
        messages.success(request, _("一页纸已存档，可下载 Word 和 PDF。"))
        return HttpResponseRedirect(copy.get_absolute_url())
    facts = one_pager_facts(project=project, reader=user, now=timezone.now())
    return render(
        request,
        "lifecycle/reports/one_pager.html",
        {"project": project, "facts": drawn(facts), "copies": selectors.copies_of(project)},
    )
