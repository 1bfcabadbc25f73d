"""A calendar of a plan: its week, shifts and exceptions; what a change would move, before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lantu.accounts.permissions import require
from lantu.core.refusals import Missing, Refused
from lantu.lifecycle.schedule import calendar_forms, forms, selectors
from lantu.lifecycle.schedule.models import Schedule, ScheduleCalendar
from lantu.lifecycle.schedule.services import Change, edit_schedule
from lantu.lifecycle.schedule.views import shell
from lantu.lifecycle.schedule.wording import told_differences

SHOWN = 200


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """One calendar; in a draft it can be changed: “preview” tells what moves, “save” saves."""
    found = ScheduleCalendar.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("schedules.no_calendar", _("没有这个日历。"))
    schedule = selectors.get_visible(request.user, found.schedule_id)
    return _page(request, schedule, found)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A further calendar, beginning as a copy of the plan's default one."""
    schedule = selectors.get_visible(request.user, pk)
    require(request.user, "lifecycle.schedule_edit", schedule.project)
    default = schedule.calendars.filter(is_default=True).first()
    blank = ScheduleCalendar(
        schedule=schedule, code=_free_code(schedule), name="", week=default.week if default else [[]] * 7,
        hours_per_day=default.hours_per_day if default else 8,
    )  # fmt: skip
    return _page(request, schedule, blank)


def _free_code(schedule: Schedule) -> str:
    taken = set(schedule.calendars.values_list("code", flat=True))
    return next(code for number in range(1, len(taken) + 2) if (code := f"own{number}") not in taken)


def _page(request: HttpRequest, schedule: Schedule, one: ScheduleCalendar) -> HttpResponse:
    user: Any = request.user
    refusal: Refused | None = None
    does = None
    if request.method == "POST":
        require(user, "lifecycle.schedule_edit", schedule.project)
        try:
            if request.POST.get("verb") == "preview":
                does = calendar_forms.what_calendar_does(
                    schedule, calendar_forms.calendar_change(request.POST, one.code)
                )
            else:
                _save(request, schedule, one)
                return HttpResponseRedirect(
                    reverse("lifecycle:schedule_life", args=[schedule.pk]) + "#calendars"
                )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
    typed = request.POST.dict() if request.method == "POST" else calendar_forms.typed_from(one)
    days = [
        (f"day{number}", label, typed.get(f"day{number}", ""))
        for number, label in enumerate(calendar_forms.weekday_names())
    ]
    used = schedule.activities.filter(calendar=one.pk).count() if one.pk else 0
    stale = refusal is not None and refusal.status == 409
    return render(
        request,
        "lifecycle/schedule/calendar.html",
        shell(request, schedule, "life")
        | {
            "calendar": one,
            "days": days,
            "typed": typed,
            "used": used,
            # After a stale edit the reader has seen the differences: sending again means it.
            "edited_no": schedule.edited_no
            if stale
            else forms.whole(request.POST, "edited_no") or schedule.edited_no,
            "does": does,
            "page": Paginator(does.moved, SHOWN).get_page(1) if does else None,
            "refusal": refusal,
            "differences": told_differences(getattr(refusal, "differences", [])),
        },
        status=refusal.status if refusal else 200,
    )


def _save(request: HttpRequest, schedule: Schedule, one: ScheduleCalendar) -> None:
    """Save it, or remove it where that was asked for; a stale number is refused with the differences."""
    user: Any = request.user
    remove = request.POST.get("verb") == "remove"
    change = (
        Change(op="drop_calendar", code=one.code)
        if remove
        else calendar_forms.calendar_change(request.POST, one.code)
    )
    seen = forms.whole(request.POST, "edited_no") or 0
    edit_schedule(schedule, edited_no=seen, changes=[change], by=user, now=timezone.now())
    messages.success(request, _("日历已删除。") if remove else _("日历已保存，计划已重新计算。"))
