"""The life of a schedule: made, sent for approval, sent back, put in force with its document, revised."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.lifecycle.schedule import boards, forms, selectors
from lantu.lifecycle.schedule.blank import blank_draft
from lantu.lifecycle.schedule.models import Schedule, ScheduleCalendar
from lantu.lifecycle.schedule.services import (
    answer_slip,
    create_schedule,
    discard_draft,
    propose_schedule,
    put_in_force,
    recalculate,
    revise_schedule,
    send_back,
)
from lantu.lifecycle.schedule.states import ScheduleKind
from lantu.lifecycle.schedule.views import shell
from lantu.projects.models import Party
from lantu.projects.selectors import get_visible as get_project


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """An empty schedule with the site's and the office's calendars; rows are added in the chart or imported."""
    user: Any = request.user
    project = get_project(user, code)
    require(user, "lifecycle.schedule_edit", project)
    refusal: Refused | None = None
    now = timezone.now()
    if request.method == "POST":
        try:
            start = forms.moment(request.POST, "start_at")
            if start is None:
                raise Unacceptable("schedules.no_start", _("请填写计划开始日期。"), field="start_at")
            made = create_schedule(
                project=project,
                draft=blank_draft(
                    name=forms.text(request.POST, "name", 160),
                    kind=forms.text(request.POST, "kind", 8),
                    start_at=start,
                    must_finish_at=forms.moment(request.POST, "must_finish_at"),
                ),
                by=user,
                now=now,
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("计划已建立，请添加任务。"))
            return HttpResponseRedirect(reverse("lifecycle:schedule_gantt", args=[made.pk]))
    return render(
        request,
        "lifecycle/schedule/new.html",
        {
            "project": project,
            "tab": "schedule",
            "typed": request.POST,
            "kinds": [choice for choice in ScheduleKind.choices if choice[0] != ScheduleKind.MIRROR],
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


@require_GET
def life(request: HttpRequest, pk: int) -> HttpResponse:
    """Status, who decides, baselines with their documents, and every edit."""
    return _life(request, selectors.get_visible(request.user, pk))


def _life(request: HttpRequest, schedule: Schedule, refusal: Refused | None = None) -> HttpResponse:
    return render(
        request,
        "lifecycle/schedule/life.html",
        shell(request, schedule, "life")
        | {
            "baselines": schedule.baselines.select_related("frozen_by", "approved_by", "document"),
            "baseline": selectors.baseline_of(schedule),
            "edits": [
                (edit, boards.told(edit.changes))
                for edit in schedule.edits.select_related("by").order_by("-edited_no")[:50]
            ],
            "may_export": may(request.user, "lifecycle.schedule_export", schedule.project),
            "calendars": _calendars(schedule),
            "slips": schedule.slips.filter(closed_at=None).select_related("activity", "duty__holder"),
            "approvers": _approvers(schedule, request.user),
            "typed": request.POST,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _calendars(schedule: Schedule) -> list[tuple[ScheduleCalendar, float, int]]:
    """Each calendar with its hours a week, and how many activities use it by name."""
    used = dict(schedule.activities.values_list("calendar").annotate(times=Count("pk")))
    return [
        (one, sum(until - since for spans in one.week for since, until in spans) / 60, used.get(one.pk, 0))
        for one in schedule.calendars.order_by("-is_default", "id")
    ]


def _approvers(schedule: Schedule, reader: Any) -> list[User]:
    """Contacts of the parties who may approve; never the reader: nobody approves their own plan."""
    parties = Party.objects.filter(project=schedule.project_id, contact__isnull=False).select_related(
        "contact__organisation"
    )
    people = {party.contact.pk: party.contact for party in parties if party.contact.pk != reader.pk}
    return [one for one in people.values() if may(one, "lifecycle.schedule_approve", schedule.project)]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Send for approval, send back, put in force, revise, calculate again."""
    user: Any = request.user
    schedule = selectors.get_visible(user, pk)
    try:
        said, then = _do(request, schedule, verb)
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        return _life(request, selectors.get_visible(user, pk), refusal=refused)
    messages.success(request, said)
    return HttpResponseRedirect(then)


def _do(request: HttpRequest, schedule: Schedule, verb: str) -> tuple[str, str]:
    """Carry it out; answers what to say and where to go."""
    user: Any = request.user
    now = timezone.now()
    back = reverse("lifecycle:schedule_life", args=[schedule.pk])
    match verb:
        case "propose":
            approver = forms.person(request.POST, "approver")
            if approver is None:
                raise Unacceptable("schedules.no_approver", _("请选择审批人。"), field="approver")
            edited_no = forms.whole(request.POST, "edited_no") or 0
            propose_schedule(schedule, approver=approver, edited_no=edited_no, by=user, now=now)
            return _("已提交审批。"), back
        case "send_back":
            send_back(schedule, reason=forms.text(request.POST, "reason"), by=user, now=now)
            return _("已退回编制人。"), back
        case "put_in_force":
            document = request.FILES.get("document")
            if document is None:
                raise Unacceptable(
                    "schedules.no_document", _("请附批准文件。"), remedy=_("批准文件会与基准一起冻结。"), field="document"
                )  # fmt: skip
            put_in_force(
                schedule, document=document, file_name=document.name or "", document_no=forms.text(request.POST, "document_no", 80), by=user, now=now
            )  # fmt: skip
            return _("计划已生效，基准已冻结。"), back
        case "revise":
            copy = revise_schedule(schedule, by=user, now=now)
            return _("已另存为修订稿。"), reverse("lifecycle:schedule_gantt", args=[copy.pk])
        case "discard":
            seen = forms.whole(request.POST, "edited_no") or 0
            discard_draft(
                schedule, edited_no=seen, reason=forms.text(request.POST, "reason"), by=user, now=now
            )
            return _("编制稿已作废。"), back
        case "recalculate":
            recalculate(schedule, by=user, now=now, data_date=forms.moment(request.POST, "data_date"))
            return _("计划已重新计算。"), back
        case "answer":
            slip = schedule.slips.filter(pk=forms.whole(request.POST, "slip") or 0).first()
            if slip is None:
                raise Missing("schedules.no_slip", _("没有这条节点滞后。"))
            answer_slip(slip, answer=forms.text(request.POST, "answer", 500), by=user, now=now)
            return _("已答复。"), back
        case _:
            raise Missing("schedules.unknown_verb", _("没有这个操作。"))
