"""The rate card, and the map layer of open hazards."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.core.sentences import retell
from lantu.hazards.breakdown import DIMENSIONS, false_by_rule, on_time_chart, rate_rows
from lantu.hazards.rates import COUNTS, HONEST, RATES, monthly_chart
from lantu.hazards.repeats import offenders
from lantu.hazards.selectors import OPEN, visible_hazards, with_deadline
from lantu.ui.tags.figures import shown_figure

MOST_POINTS = 5000


@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """All rates side by side, the worst one first: no rate is shown without the ones that temper it."""
    require(request.user, "hazards.read")
    now = timezone.now()
    shown = [shown_figure(name, request.user, now) for name in RATES]
    shown.sort(key=lambda f: (f.value is None, f.value))
    by = request.GET.get("by", "grade")
    by = by if by in DIMENSIONS else "grade"
    rows = rate_rows(request.user, by=by, now=now)
    chart = monthly_chart(request.user, now=now)
    return render(
        request,
        "hazards/rates.html",
        {
            "now": now,
            "rates": [{"figure": f, "tone": _tone(f.value)} for f in shown],
            "counts": [shown_figure(name, request.user, now) for name in COUNTS],
            "public": min(
                (f for f in shown if f.name in HONEST and f.value is not None),
                key=lambda f: f.value or 0,
                default=None,
            ),
            "by": by,
            "dimensions": [(key, label) for key, (label, _query) in DIMENSIONS.items()],
            "rows": rows,
            "by_chart": on_time_chart(rows, by=by),
            "rules": false_by_rule(request.user),
            "chart": chart,
            "moved": any(any(series["data"]) for series in chart["series"]),
        },
    )


@require_GET
def repeat_offenders(request: HttpRequest) -> HttpResponse:
    """Contractors whose hazards come back in kind, on whatever site, with the rows."""
    require(request.user, "hazards.read")
    now = timezone.now()
    return render(request, "hazards/repeats.html", {"rows": offenders(request.user, now=now), "now": now})


def _tone(value: float | None) -> str:
    if value is None:
        return ""
    return "ok" if value >= 95 else "warn" if value >= 80 else "bad"


@require_GET
def layer(request: HttpRequest) -> HttpResponse:
    """GeoJSON points of the open hazards that the reader may see; severity 4 red … 1 blue."""
    require(request.user, "hazards.read")
    now = timezone.now()
    rows = with_deadline(visible_hazards(request.user)).filter(OPEN, lon__isnull=False)
    if request.GET.get("project"):
        rows = rows.filter(project__code=request.GET["project"].replace("\x00", ""))
    rows = rows.select_related("project", "duty__holder").order_by("-grade", "deadline")
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": hazard.pk,
            "geometry": {"type": "Point", "coordinates": [hazard.lon, hazard.lat]},
            "properties": {
                "name": retell(hazard.title),
                "severity": hazard.grade,
                "state": hazard.get_state_display(),
                "project": hazard.project.name,
                "holder": str(hazard.duty.holder) if hazard.duty else "",
                "overdue": hazard.deadline is not None and hazard.deadline < now,
                "url": hazard.get_absolute_url(),
            },
        }
        for hazard in rows[:MOST_POINTS]
    ]
    return JsonResponse({"type": "FeatureCollection", "as_of": now.isoformat(), "features": features})
