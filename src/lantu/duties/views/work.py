"""My work: the first page after signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.core.figures import figure_definitions
from lantu.core.offline import kept_offline
from lantu.duties import selectors
from lantu.duties.models import Duty, Slip
from lantu.duties.services.seen import mark_notices_seen
from lantu.projects.selectors import visible_projects

PAGE = 30
TABS: dict[str, Any] = {
    "week": _("本周必办"),
    "mine": _("我的待办"),
    "unit": _("我单位"),
    "sent": _("我派出的"),
    "done": _("已办结"),
}
# The first three of these that exist stand on top of the week.
WEEK_FIGURES = (
    "duties.overdue",
    "hazards.on_time_rate",
    "devices.silent",
    "hazards.rectification_rate",
    "duties.open",
)
SILENT = "devices.silent"


@kept_offline
@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """At most a dozen rows, gravest first, each with its one action. A fragment when htmx asks."""
    me: User = request.user  # type: ignore[assignment]
    now = timezone.now()
    leads = may(me, "duties.lead")
    tab = request.GET.get("tab", "week" if leads else "mine")
    if tab not in TABS or (tab == "week" and not leads):
        tab = "mine"
    rows = _rows(me, tab, now)
    total = rows.count()
    shown = list(rows[: selectors.WORK_ROWS])
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [(key, label) for key, label in TABS.items() if key != "week" or leads],
        "rows": shown,
        "total": total,
        "me": me,
        "may_urge": may(me, "duties.dispatch"),
    }
    if getattr(request, "htmx", False):
        return render(request, "duties/_rows.html", context)
    context |= {
        "notices": list(selectors.notices_of(me).filter(seen_at=None)[:6]),
        "unseen": selectors.unseen_count(me),
        "coming": selectors.coming_to(me) if not shown else None,
    }
    if leads:
        known = {definition.name for definition in figure_definitions()}
        context |= {
            "figures": [name for name in WEEK_FIGURES if name in known][:3],
            "escalated": selectors.escalated_to(me, limit=8),
            "silent": SILENT if SILENT in known else "",
        }
    return render(request, "duties/work.html", context)


def _rows(me: User, tab: str, now: datetime) -> QuerySet[Duty]:
    if tab == "week":
        return selectors.by_consequence(selectors.week_duties(me, now), now)
    if tab == "unit":
        return selectors.by_consequence(selectors.open_duties_of_unit(me), now)
    if tab == "sent":
        return selectors.by_consequence(selectors.open_duties_sent_by(me), now)
    if tab == "done":
        return selectors.closed_duties_of(me)
    return selectors.by_consequence(selectors.open_duties_of(me), now)


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """The number on the bell; empty for none."""
    me: User = request.user  # type: ignore[assignment]
    unseen = selectors.unseen_count(me)
    return HttpResponse("99+" if unseen > 99 else str(unseen or ""), content_type="text/html; charset=utf-8")


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Everything I was told, with the proof of when I saw it."""
    me: User = request.user  # type: ignore[assignment]
    page = Paginator(selectors.notices_of(me), PAGE).get_page(request.GET.get("page"))
    return render(request, "duties/notices.html", {"page": page, "unseen": selectors.unseen_count(me)})


@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    """Mark the given notices as seen, or all of them when none is named."""
    me: User = request.user  # type: ignore[assignment]
    ids = [int(text) for text in request.POST.getlist("id") if text.isdecimal() and len(text) < 19]
    mark_notices_seen(me, now=timezone.now(), ids=ids or None)
    return redirect("duties:notices")


_OF: dict[str, Callable[[User], Q]] = {
    "mine": lambda me: Q(holder=me),
    "unit": lambda me: Q(unit_id=me.organisation_id),
    "sent": lambda me: (Q(handed_by=me) | Q(opened_by=me)) & ~Q(holder=me),
    "done": lambda me: Q(holder=me),
}


@require_GET
def duty_list(request: HttpRequest) -> HttpResponse:
    """All duties that I may see: the rows behind the figures."""
    now = timezone.now()
    me: User = request.user  # type: ignore[assignment]
    state = request.GET.get("state", "open")
    rows = selectors.visible_duties(me).select_related("project", "holder", "unit", "handed_by")
    of = request.GET.get("of", "")
    if of in _OF:
        rows = rows.filter(_OF[of](me))
    if state == "overdue":
        rows = selectors.overdue(rows, now)
    elif state == "closed":
        rows = rows.filter(closed_at__isnull=False)
    elif state == "week":
        rows = rows.filter(closed_at=None, due_at__lte=now + timedelta(days=7))
    else:
        state = "open"
        rows = rows.filter(closed_at=None)
    slip = request.GET.get("slip", "")
    if slip in {Slip.BLUE, Slip.YELLOW, Slip.RED}:
        rows = rows.filter(slip=slip)
    project = None
    code = request.GET.get("project", "")
    if code:
        project = visible_projects(request.user).filter(code=code).first()
        rows = rows.filter(project=project) if project is not None else rows.none()
    ordered = rows.order_by("-closed_at", "-pk") if state == "closed" else selectors.by_consequence(rows, now)
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "slip": slip,
        "project": project,
        "of": of,
        "states": [
            ("open", _("未办结")),
            ("overdue", _("逾期")),
            ("week", _("7 天内到期")),
            ("closed", _("已办结")),
        ],
    }
    return render(request, "duties/list.html", context)
