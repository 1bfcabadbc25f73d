"""One duty, and the bill of a project."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.accounts.event_words import event_name
from lantu.accounts.models import User
from lantu.duties import forms
from lantu.duties.abilities import Desk, desk_of
from lantu.duties.models import Duty
from lantu.duties.selectors import events_about, get_visible_duty, people_for_handover
from lantu.duties.services.seen import mark_seen
from lantu.duties.timebill import Bill, bill_of_project, bill_of_subject
from lantu.projects.selectors import get_visible

CHART_ROWS = 8


@require_GET
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the ball is, since when, what may be done with it, and its whole story."""
    reader: User = request.user  # type: ignore[assignment]
    now = timezone.now()
    found = get_visible_duty(reader, pk)
    mark_seen(found, user=reader, now=now)
    desk = desk_of(found, reader, now=now)
    bill = bill_of_subject(found.subject_type, found.subject_id, now=now)
    context: dict[str, Any] = {
        "duty": found,
        "desk": desk,
        "forms": _forms(found, desk),
        "holdings": found.holdings.select_related("holder", "unit"),
        "stops": found.stops.select_related("asked_by", "approved_by").order_by("asked_at"),
        "extensions": found.extension_requests.select_related("asked_by", "decided_by").order_by("asked_at"),
        "bill": bill,
        "chart": bill_chart(bill),
        "events": [{"event": event, "name": event_name(event.kind)} for event in events_about(found)],
    }
    return render(request, "duties/duty.html", context)


def _forms(found: Duty, desk: Desk) -> dict[str, forms.VerbForm]:
    """Only the forms of the verbs that are open, each with its own choice of people."""
    near = people_for_handover(found, whole_city="urge" in desk)
    far = people_for_handover(found, whole_city=True)
    offers: dict[str, tuple[type[forms.VerbForm], Any]] = {
        "hand_over": (forms.HandOverForm, near),
        "bounce": (forms.BounceForm, far),
        "arbitrate": (forms.ArbitrateForm, far),
        "ask_stop": (forms.AskStopForm, None),
        "decide_stop": (forms.DecideForm, None),
        "resume": (forms.ResumeForm, None),
        "ask_extension": (forms.AskExtensionForm, None),
        "decide_extension": (forms.DecideForm, None),
        "urge": (forms.UrgeForm, None),
    }
    return {
        verb: form_class(people=people, auto_id=f"{verb}_%s")
        for verb, (form_class, people) in offers.items()
        if verb in desk
    }


@require_GET
def project_bill(request: HttpRequest, code: str) -> HttpResponse:
    """The responsibility time bill of a project: a tab of its page, made to be printed."""
    project = get_visible(request.user, code)
    now = timezone.now()
    by = "person" if request.GET.get("by") == "person" else "unit"
    bill = bill_of_project(project, now=now, by=by)
    context = {
        "project": project,
        "bill": bill,
        "by": by,
        "chart": bill_chart(bill),
        "tab": "bill",
        "open_duties": Duty.objects.filter(project=project, closed_at=None)
        .select_related("holder", "unit", "project", "handed_by")
        .order_by("due_at")[:20],
    }
    return render(request, "duties/project_bill.html", context)


def bill_chart(bill: Bill) -> dict[str, Any]:
    """The chart of a bill: lying bars, the longest holder first."""
    rows = bill.rows[:CHART_ROWS]
    longest = rows[0] if rows else None
    summary = ""
    if longest is not None:
        summary = _("持有最久的是 %(name)s，%(days)s 个工作日") % {
            "name": longest.label,
            "days": longest.days,
        }
    return {
        "kind": "bar",
        "horizontal": True,
        "x": [row.label for row in rows],
        "series": [{"name": _("持有（工作日）"), "data": [row.days for row in rows], "color": "primary"}],
        "summary": summary,
        "empty": _("还没有持有记录。"),
    }
