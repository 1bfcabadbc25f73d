"""Pages of schedules: the project's tab, the chart, the rows behind a number, and moving a bar."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.permissions import may, require
from lantu.core.problems import problem
from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.schedule import boards, selectors
from lantu.lifecycle.schedule.dragging import drag_activity
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.states import ScheduleStatus
from lantu.lifecycle.schedule.wording import gantt_words, told_differences
from lantu.projects.selectors import get_visible as get_project

PER_PAGE = 50


def shell(request: HttpRequest, schedule: Schedule, current: str) -> dict[str, Any]:
    """What every page of one schedule shows: the schedule, its project, the sub-pages and the reader's rights."""
    user: Any = request.user
    return {
        "schedule": schedule,
        "project": schedule.project,
        "tab": "schedule",
        "current": current,
        "may_edit": may(user, "lifecycle.schedule_edit", schedule.project),
        "may_report": may(user, "lifecycle.schedule_report", schedule.project),
        "may_approve": may(user, "lifecycle.schedule_approve", schedule.project),
        "editable": schedule.status == ScheduleStatus.DRAFT and schedule.kind != "mirror",
        "refusal": None,
    }


@require_GET
def project_schedules(request: HttpRequest, code: str) -> HttpResponse:
    """The project's tab: which schedule is in force and how it stands, then the others."""
    user: Any = request.user
    project = get_project(user, code)
    require(user, "lifecycle.schedule_read", project)
    groups = boards.versions(
        selectors.visible_schedules(user).filter(project=project).select_related("created_by", "replaces")
    )
    shown = next(iter(groups["in_force"] or groups["mirrors"] or groups["working"]), None)
    return render(
        request,
        "lifecycle/schedule/project.html",
        {
            "project": project,
            "tab": "schedule",
            "groups": groups,
            "health": boards.health(shown) if shown else None,
            "may_edit": may(user, "lifecycle.schedule_edit", project),
            "may_import": may(user, "lifecycle.schedule_import", project),
            "may_level": may(user, "lifecycle.schedule_level"),
        },
    )


@require_GET
def gantt(request: HttpRequest, pk: int) -> HttpResponse:
    """The chart. The rows come from the API, so that the page stands at once."""
    user: Any = request.user
    schedule = selectors.get_visible(user, pk)
    page = shell(request, schedule, "gantt")
    return render(
        request,
        "lifecycle/schedule/gantt.html",
        page
        | {
            "words": gantt_words(),
            "health": boards.health(schedule),
            "slips": schedule.slips.filter(closed_at=None).select_related("activity", "duty__holder"),
            "source": f"/api/v1/schedules/{schedule.pk}/gantt",
            "link": reverse("lifecycle:schedule_activity", args=[0]).replace("/0/", "/{id}/"),
            "drags": page["editable"] and page["may_edit"],
        },
    )


@require_GET
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """A named set of rows: where the numbers of a schedule lead."""
    schedule = selectors.get_visible(request.user, pk)
    chosen = request.GET.get("set", "all")
    chosen = chosen if chosen in boards.SETS else "all"
    found = boards.named_set(
        boards.leaves(schedule, selectors.baseline_of(schedule)), chosen, schedule=schedule
    ).order_by("early_finish_at", "order")
    return render(
        request,
        "lifecycle/schedule/rows.html",
        shell(request, schedule, "rows")
        | {
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
            "sets": boards.SETS.items(),
            "chosen": chosen,
        },
    )


@require_POST
def drag(request: HttpRequest, pk: int) -> HttpResponse:
    """A bar was moved or stretched in the chart. Answers JSON; a stale edit tells what others changed (409)."""
    user: Any = request.user
    schedule = selectors.get_visible(user, pk)
    require(user, "lifecycle.schedule_edit", schedule.project)
    try:
        wish = _wish(request)
        changed = drag_activity(schedule, **wish, by=user, now=timezone.now())
    except Refused as refused:
        more = dict(refused.more)
        if "differences" in more:
            more["differences"] = told_differences(more["differences"])
        return problem(
            refused.status, code=refused.code, detail=refused.detail, remedy=refused.remedy, **more
        )
    return JsonResponse({"edited_no": changed.edited_no})


def _wish(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
        return {
            "edited_no": int(sent["edited_no"]),
            "activity_id": int(sent["id"]),
            "kind": str(sent["kind"]),
            "start_at": _moment(sent["start_at"]),
            "finish_at": _moment(sent["finish_at"]),
        }
    except (ValueError, KeyError, TypeError, RawPostDataException) as error:
        raise Unacceptable(
            "schedules.bad_drag", _("没有读懂这次修改。"), remedy=_("请刷新页面再试。")
        ) from error


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(str(value))
    if found.utcoffset() is None:
        raise ValueError("a moment needs its zone")
    return found
