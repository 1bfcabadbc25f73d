"""One activity: its dates, links, float, reports and history; editing it; reporting its progress."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.schedule import boards, forms, selectors
from lantu.lifecycle.schedule.activity_forms import activity_changes, new_changes, progress_row, typed_from
from lantu.lifecycle.schedule.models import ScheduleActivity
from lantu.lifecycle.schedule.services import edit_schedule, record_progress
from lantu.lifecycle.schedule.states import ActivityKind, ConstraintKind, EvidenceGrade
from lantu.lifecycle.schedule.views import shell
from lantu.lifecycle.schedule.wording import told_differences
from lantu.projects.models import Party


def _visible(request: HttpRequest, pk: int) -> ScheduleActivity:
    """The activity, if the reader may see its schedule. Raises Missing."""
    found = ScheduleActivity.objects.filter(pk=pk).values_list("schedule_id", flat=True).first()
    if found is None:
        raise Missing("schedules.no_activity", _("没有这项任务，可能已被删除。"))
    selectors.get_visible(request.user, found)
    return get_object_or_404(
        ScheduleActivity.objects.select_related(
            "schedule__project", "schedule__replaces", "calendar", "parent", "owner", "responsible"
        ),
        pk=pk,
    )


@require_GET
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one activity."""
    one = _visible(request, pk)
    schedule = one.schedule
    baseline = selectors.baseline_of(schedule)
    frozen = baseline.rows.filter(code=one.code).first() if baseline else None
    day = boards.day_minutes(one)
    late = None
    if frozen is not None and frozen.finish_at is not None and one.early_finish_at is not None:
        late = round((one.early_finish_at - frozen.finish_at) / boards.DAY)
    return render(
        request,
        "lifecycle/schedule/activity.html",
        shell(request, schedule, "activity")
        | {
            "activity": one,
            "is_summary": one.kind == ActivityKind.SUMMARY,
            "calendar": one.calendar or schedule.calendars.filter(is_default=True).first(),
            "duration_days": one.duration_min / day,
            "remaining_days": one.remaining_min / day,
            "float_days": None if one.total_float_min is None else one.total_float_min / day,
            "free_days": None if one.free_float_min is None else one.free_float_min / day,
            "before": one.links_in.select_related("predecessor").order_by("predecessor__order"),
            "after": one.links_out.select_related("successor").order_by("successor__order"),
            "children": one.children.order_by("order")[:200],
            "baseline": baseline,
            "frozen": frozen,
            "adopted": boards.adopted(one),
            "late": late,
            "history": boards.history_of(one),
            "day_minutes": day,
        },
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, calendar, duration, constraint, links and responsible person of a draft's activity."""
    one = _visible(request, pk)
    schedule = one.schedule
    user: Any = request.user
    require(user, "lifecycle.schedule_edit", schedule.project)
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            changes = activity_changes(request.POST, one, day_minutes=boards.day_minutes(one))
            seen = forms.whole(request.POST, "edited_no") or 0
            edit_schedule(schedule, edited_no=seen, changes=changes, by=user, now=timezone.now())
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已保存，计划已重新计算。"))
            if changes[0].op == "remove":
                return HttpResponseRedirect(reverse("lifecycle:schedule_gantt", args=[schedule.pk]))
            return HttpResponseRedirect(reverse("lifecycle:schedule_activity", args=[one.pk]))
    return _form(request, one, refusal, typed_from(one, day_minutes=boards.day_minutes(one)))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new activity in a draft."""
    user: Any = request.user
    schedule = selectors.get_visible(user, pk)
    require(user, "lifecycle.schedule_edit", schedule.project)
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            edit_schedule(
                schedule,
                edited_no=forms.whole(request.POST, "edited_no") or 0,
                changes=new_changes(request.POST, schedule),
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已添加，计划已重新计算。"))
            return HttpResponseRedirect(reverse("lifecycle:schedule_gantt", args=[schedule.pk]))
    blank = ScheduleActivity(schedule=schedule, kind=ActivityKind.TASK)
    return _form(request, blank, refusal, {"kind": "task", "parent": request.GET.get("parent", "")})


def _form(
    request: HttpRequest, one: ScheduleActivity, refusal: Refused | None, stored: dict[str, Any]
) -> HttpResponse:
    """The form with what was typed; the number of the version is the one that was read, also after a refusal."""
    schedule = one.schedule
    typed = request.POST.dict() if request.method == "POST" else stored
    differences = told_differences(getattr(refusal, "differences", []))
    return render(
        request,
        "lifecycle/schedule/activity_form.html",
        shell(request, schedule, "activity")
        | {
            "activity": one if one.pk else None,
            "typed": typed,
            # After a stale edit the reader has seen the differences: sending again means it.
            "edited_no": schedule.edited_no,
            "differences": differences,
            "kinds": ActivityKind.choices,
            "constraints": ConstraintKind.choices,
            "calendars": schedule.calendars.all(),
            "groups": schedule.activities.filter(kind=ActivityKind.SUMMARY).order_by("order"),
            "people": _people(schedule.project_id),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _people(project_id: int) -> list[Any]:
    """The contacts of the project's parties: who can be responsible for an activity."""
    parties = Party.objects.filter(project=project_id, contact__isnull=False)
    return [party.contact for party in parties.select_related("contact__organisation").order_by("role")]


@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Report progress with what proves it."""
    one = _visible(request, pk)
    schedule = one.schedule
    user: Any = request.user
    require(user, "lifecycle.schedule_report", schedule.project)
    refusal: Refused | None = None
    now = timezone.now()
    if request.method == "POST":
        try:
            row = progress_row(request.POST, one, day_minutes=boards.day_minutes(one))
            files = request.FILES.getlist("files")
            record_progress(
                schedule,
                as_of=forms.moment(request.POST, "as_of") or now,
                rows=[row],
                by=user,
                now=now,
                files={one.code: [(file.name or "", file) for file in files]},
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("进度已上报，计划已重新计算。"))
            return HttpResponseRedirect(reverse("lifecycle:schedule_activity", args=[one.pk]))
    return render(
        request,
        "lifecycle/schedule/progress_form.html",
        shell(request, schedule, "activity")
        | {
            "activity": one,
            "typed": request.POST,
            "now": now,
            "grades": EvidenceGrade.choices[1:],
            "remaining_days": one.remaining_min / boards.day_minutes(one),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )
