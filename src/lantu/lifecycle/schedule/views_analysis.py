"""What a schedule says when asked: curve and earned value, against the baseline, if something is late, whether a claim holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.schedule import charts, forms, selectors
from lantu.lifecycle.schedule.float_paths import paths_into
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleBaseline
from lantu.lifecycle.schedule.states import ActivityKind
from lantu.lifecycle.schedule.views import shell
from lantu.lifecycle.schedule.wording import CHANGES, VERDICTS, part_rows, reason_text

PER_PAGE = 100
MOST_DAYS = 3650.0


def _baseline(request: HttpRequest, schedule: Schedule) -> ScheduleBaseline | None:
    """The baseline that was asked for by number, else the one that counts."""
    number = forms.whole(request.GET, "baseline")
    chosen = schedule.baselines.filter(number=number).first() if number else None
    return chosen or selectors.baseline_of(schedule)


def _answer(
    request: HttpRequest, schedule: Schedule, current: str, refusal: Refused | None, **more: Any
) -> HttpResponse:
    page = shell(request, schedule, current) | {"refusal": refusal, "typed": request.GET, **more}
    status = refusal.status if refusal else 200
    return render(request, f"lifecycle/schedule/{current}.html", page, status=status)


@require_GET
def curve(request: HttpRequest, pk: int) -> HttpResponse:
    """S-curve, earned value and the forecast of the end with its range."""
    schedule = selectors.get_visible(request.user, pk)
    found: dict[str, Any] = {"baselines": schedule.baselines.all()}
    refusal: Refused | None = None
    try:
        baseline = _baseline(request, schedule)
        as_of = min(forms.moment(request.GET, "as_of") or schedule.data_date, timezone.now())
        found |= {"baseline": baseline, "as_of": as_of}
        if baseline is not None:
            line = selectors.s_curve(schedule, baseline, as_of=as_of)
            worth = selectors.earned_value_of(schedule, baseline, as_of=as_of)
            found |= {
                "chart": charts.s_curve_spec(line),
                "worth": worth,
                "rows": charts.value_rows(worth),
                "grades": charts.grade_rows(worth),
                "forecast": selectors.forecast_finish(schedule, baseline, as_of=as_of),
            }
    except Refused as refused:
        if refused.status in {403, 404}:
            raise
        refusal = refused
    return _answer(request, schedule, "curve", refusal, **found)


@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Every activity against the baseline, the latest first."""
    schedule = selectors.get_visible(request.user, pk)
    baseline = _baseline(request, schedule)
    rows = selectors.compare_baseline(schedule, baseline) if baseline else []
    counts = {kind: sum(row.change == kind for row in rows) for kind in CHANGES}
    chosen = request.GET.get("change", "")
    shown = [row for row in rows if chosen not in CHANGES or row.change == chosen]
    shown.sort(key=lambda row: -(row.finish_days or 0))
    codes = dict(schedule.activities.values_list("code", "pk"))
    page = Paginator([(row, codes.get(row.code)) for row in shown], PER_PAGE)
    return _answer(
        request,
        schedule,
        "compare",
        None,
        baseline=baseline,
        baselines=schedule.baselines.all(),
        page=page.get_page(request.GET.get("page")),
        counts=[(kind, label, counts[kind]) for kind, label in CHANGES.items()],
        chosen=chosen,
        late=sum((row.finish_days or 0) >= 1 for row in rows),
        early=sum((row.finish_days or 0) <= -1 for row in rows),
    )


@require_GET
def what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """If one activity stands still for n days: does the end move, and by how much."""
    schedule = selectors.get_visible(request.user, pk)
    code = forms.text(request.GET, "code", 60)
    found: dict[str, Any] = {
        "activities": schedule.activities.exclude(kind=ActivityKind.SUMMARY)
        .filter(percent__lt=100)
        .order_by("order")
    }
    refusal: Refused | None = None
    if code:
        try:
            days = forms.number(request.GET, "days")
            if days is None or not 0 < days <= MOST_DAYS:
                raise Unacceptable(
                    "schedules.bad_delay",
                    _("请填写拖期天数。"),
                    remedy=_("1 到 3650 之间的日历天数。"),
                    field="days",
                )
            now = timezone.now()
            answer = selectors.what_if_delay(schedule, activity_code=code, days=days, now=now)
            found |= {
                "answer": answer,
                "asked": schedule.activities.filter(code=code).first(),
                "page": Paginator(answer.moved, PER_PAGE).get_page(request.GET.get("page")),
            }
        except Refused as refused:
            if refused.status == 403:
                raise
            refusal = refused
    return _answer(request, schedule, "whatif", refusal, **found)


@require_GET
def paths(request: HttpRequest, pk: int) -> HttpResponse:
    """Float paths into one activity: what drives it, then what would drive it next."""
    schedule = selectors.get_visible(request.user, pk)
    found: dict[str, Any] = {
        "activities": schedule.activities.exclude(kind__in=[ActivityKind.SUMMARY, ActivityKind.LOE])
        .filter(percent__lt=100)
        .order_by("order")
    }
    refusal: Refused | None = None
    try:
        found["answer"] = paths_into(
            schedule,
            end_code=forms.text(request.GET, "code", 60),
            most=forms.whole(request.GET, "most") or 10,
            by_total=request.GET.get("by") == "total",
        )
    except Refused as refused:
        if refused.status == 403:
            raise
        refusal = refused
    return _answer(request, schedule, "paths", refusal, **found)


@require_GET
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether “so many days' work in so many days” holds against a frozen baseline."""
    schedule = selectors.get_visible(request.user, pk)
    baseline = _baseline(request, schedule)
    found: dict[str, Any] = {"baseline": baseline, "baselines": schedule.baselines.filter(is_imported=False)}
    refusal: Refused | None = None
    if baseline is not None and "claimed_days" in request.GET:
        try:
            as_of: datetime = forms.moment(request.GET, "as_of") or schedule.data_date
            result = selectors.check_claim_of(
                schedule,
                baseline,
                claimed_days=forms.number(request.GET, "claimed_days") or 0,
                claimed_planned_days=forms.number(request.GET, "claimed_planned_days") or 0,
                as_of=as_of,
            )
            found |= {
                "result": result,
                "verdict": VERDICTS[result.verdict.value],
                "reasons": [reason_text(code, values) for code, values in result.reasons],
                "parts": part_rows(result.parts),
                "as_of": as_of,
            }
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
    return _answer(request, schedule, "claim", refusal, **found)
