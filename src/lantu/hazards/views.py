"""Pages of hazards: the list, one hazard, reporting, and the phone pages for people on site."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import Organisation
from lantu.accounts.permissions import may, require
from lantu.core.offline import kept_offline
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.submissions import claim_files, is_queued
from lantu.hazards import clocks, selectors
from lantu.hazards.actions import Action, actions_for
from lantu.hazards.doing import Request, do
from lantu.hazards.event_lines import event_lines
from lantu.hazards.forms import degrees, pin_of, read_filter, whole
from lantu.hazards.grave.judging import major_clauses
from lantu.hazards.models import Hazard
from lantu.hazards.phone.showing import phone_context
from lantu.hazards.phone.views import act_from_queue
from lantu.hazards.services.report_hazard import REPORTED, report_hazard
from lantu.hazards.state_line import state_line
from lantu.hazards.states import Field, Grade, HazardState, Source
from lantu.hazards.twins import stays
from lantu.hazards.views_beside import beside, twins_context
from lantu.projects.selectors import get_visible, visible_projects

PER_PAGE = 25
MOST_UNITS = 200
MOST_CARDS = 50
# On the phone the camera comes first for whoever rectifies; who judges sees the reply first.
ACT_FIRST = frozenset({"accept_order", "submit_reply"})


@require_GET
def hazard_list(request: HttpRequest) -> HttpResponse:
    """All hazards that the reader may see, with filters; also the rows behind every figure."""
    require(request.user, "hazards.read")
    user: Any = request.user
    wanted, now = read_filter(request.GET), timezone.now()
    rows = selectors.filtered_hazards(user, wanted, now=now)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    units = Organisation.objects.filter(
        pk__in=selectors.visible_hazards(user).values("rectifier_unit_id").distinct()
    )[:MOST_UNITS]
    return render(
        request,
        "hazards/list.html",
        {
            "page": page,
            "wanted": wanted,
            "states": HazardState.choices,
            "grades": reversed(Grade.choices),
            "units": units,
            "chips": _chips(request.GET),
            "may_report": may(user, "hazards.report"),
        },
    )


def _chips(query: QueryDict) -> list[dict[str, Any]]:
    """The named sets over the list: each keeps the other filters."""
    chips = []
    for label, key, value in selectors.CHIPS:
        mine = query.copy()
        for name in ("set", "due", "mine", "page", "order"):
            mine.pop(name, None)
        if key:
            mine[key] = value
        current = query.get(key) == value if key else not any(query.get(n) for n in ("set", "due", "mine"))
        chips.append({"label": label, "url": f"?{mine.urlencode()}", "current": current})
    return chips


@require_GET
def project_tab(request: HttpRequest, code: str) -> HttpResponse:
    """The hazards of one project, on its page."""
    require(request.user, "hazards.read")
    user: Any = request.user
    project = get_visible(user, code)
    rows = selectors.with_deadline(selectors.visible_hazards(user).filter(project=project))
    rows = rows.select_related("rectifier_unit", "duty__holder", "duty__unit", "project")
    page = Paginator(rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "hazards/project.html",
        {
            "project": project,
            "tab": "hazards",
            "page": page,
            "open_count": selectors.open_count(user, project),
            "may_report": may(user, "hazards.report", project),
        },
    )


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One hazard: what is wrong, how far it is, whose ball it is, and the reader's one action."""
    require(request.user, "hazards.read")
    return _show(request, selectors.get_visible_hazard(request.user, pk), "hazards/detail.html")


@kept_offline
@require_GET
def phone_hazard(request: HttpRequest, pk: int) -> HttpResponse:
    """The same hazard for somebody standing in front of it."""
    require(request.user, "hazards.read")
    return _show(request, selectors.get_visible_hazard(request.user, pk), "hazards/phone_hazard.html")


def _show(
    request: HttpRequest, hazard: Hazard, template: str, *, refusal: Refused | None = None
) -> HttpResponse:
    """A hazard's page; after a refusal with what the person had typed, so that nothing is typed twice."""
    actions = actions_for(request.user, hazard, now=timezone.now())
    targets = _targets(request.user, hazard, actions)
    actions = [action for action in actions if action.verb != "merge" or targets]
    found, replies = selectors.found_photos(hazard), selectors.reply_views(hazard)
    context = beside(hazard, frozenset(action.verb for action in actions)) | {
        "hazard": hazard,
        "stations": state_line(hazard),
        "found_photos": found,
        "replies": replies,
        "event_lines": event_lines(selectors.events_of(hazard)),
        "main_actions": [action for action in actions if action.main],
        "more_actions": [action for action in actions if not action.main],
        "refusal": refusal,
        "refused_verb": request.resolver_match.kwargs.get("verb", "")
        if refusal and request.resolver_match
        else "",
        "typed": request.POST,
        "grades": reversed(Grade.choices),
        "targets": targets,
        **twins_context(hazard, request.user),
        "default_due_at": clocks.rectify_by(hazard.grade, timezone.now()),
        "longest_days": clocks.LONGEST_DAYS[hazard.grade],
        "mine": selectors.holds_ball(request.user, hazard),
        "act_first": any(action.verb in ACT_FIRST for action in actions),
        "door": "phone" if "phone" in template else "desk",
    }
    context |= phone_context(hazard, request.user, found=found, replies=replies)
    return render(request, template, context, status=refusal.status if refusal else 200)


def _targets(reader: Any, hazard: Hazard, actions: list[Action]) -> list[Hazard]:
    """Into which other hazards this one may be merged: those that stay when the two are one."""
    if not any(action.verb == "merge" for action in actions):
        return []
    others = selectors.mergeable_into(reader, hazard)[:MOST_CARDS]
    return [other for other in others if stays(hazard, other).pk == other.pk]


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Carry out one verb. A refusal shows the page again with the reason and the typed text."""
    user: Any = request.user
    hazard = selectors.get_visible_hazard(user, pk)
    on_phone = request.POST.get("door") == "phone"
    files = claim_files(request.FILES.getlist("photos"), request.POST.get("claims", ""))
    asked = Request(by=user, now=timezone.now(), values=request.POST.dict(), files=files)
    if is_queued(request):
        return act_from_queue(request, hazard, verb, asked)
    try:
        said = do(verb, hazard, asked)
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        fresh = selectors.get_visible_hazard(user, pk)
        template = "hazards/phone_hazard.html" if on_phone else "hazards/detail.html"
        return _show(request, fresh, template, refusal=refused)
    messages.success(request, said)
    page = "hazards:phone_hazard" if on_phone else "hazards:detail"
    # What was merged goes on with the hazard that stays.
    shown = whole(request.POST, "into") if verb == "merge" else None
    return HttpResponseRedirect(reverse(page, args=[shown or pk]))


@kept_offline
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a hazard by hand, from a desk or from the site."""
    user: Any = request.user
    require(user, "hazards.report")
    values = request.POST if request.method == "POST" else request.GET
    refusal = None
    if request.method == "POST":
        try:
            hazard = _report(request, user)
        except Refused as refused:
            if refused.status == 403 or is_queued(request):
                raise
            refusal = refused
        else:
            return HttpResponseRedirect(hazard.get_absolute_url())
    code = values.get("project", "")
    project = visible_projects(user).filter(code=code).first() if code and "\x00" not in code else None
    choices = [] if project else visible_projects(user).order_by("name")[:500]
    return render(
        request,
        "hazards/report.html",
        {
            "project": project,
            "projects": choices,
            "grades": reversed(Grade.choices),
            "sources": [(source.value, source.label) for source in REPORTED],
            "fields": Field.choices,
            "major_clauses": major_clauses(),
            "typed": values,
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )


def _report(request: HttpRequest, user: Any) -> Hazard:
    code = request.POST.get("project", "").replace("\x00", "").strip()
    if not code:
        raise Unacceptable("hazards.no_project", _("请选择项目。"), field="project")
    project = get_visible(user, code)
    hazard = report_hazard(
        project=project,
        title=request.POST.get("title", ""),
        grade=whole(request.POST, "grade") or 0,
        by=user,
        now=timezone.now(),
        source=request.POST.get("source", Source.INSPECTION),
        description=request.POST.get("description", ""),
        place=request.POST.get("place", ""),
        clause=request.POST.get("clause", ""),
        measures=request.POST.get("measures", ""),
        field=request.POST.get("field", "") or Field.SAFETY,
        sub_type=request.POST.get("sub_type", ""),
        checked_by=request.POST.get("checked_by", ""),
        ifc_guid=request.POST.get("ifc_guid", ""),
        pin=pin_of(request.POST),
        major_clause=request.POST.get("major_clause", ""),
        major_basis=request.POST.get("major_basis", ""),
        lon=degrees(request.POST, "lon"),
        lat=degrees(request.POST, "lat"),
        files=claim_files(request.FILES.getlist("photos"), request.POST.get("claims", "")),
    )
    messages.success(request, _("隐患已登记，等待核实。"))
    return hazard


@kept_offline
@require_GET
def phone_list(request: HttpRequest) -> HttpResponse:
    """My orders first: what lies with me and with my unit, nearest deadline on top."""
    require(request.user, "hazards.read")
    user: Any = request.user
    rows = list(selectors.hazards_at_hand(user)[:MOST_CARDS])
    return render(
        request,
        "hazards/phone_list.html",
        {
            "mine": [
                hazard for hazard in rows if hazard.duty is not None and hazard.duty.holder_id == user.pk
            ],
            "of_unit": [hazard for hazard in rows if hazard.duty is None or hazard.duty.holder_id != user.pk],
            "may_report": may(user, "hazards.report"),
        },
    )
