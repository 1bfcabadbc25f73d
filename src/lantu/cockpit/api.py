"""The cockpit's facts for scripts: the same selectors, the same rights."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from lantu.accounts.permissions import require
from lantu.cockpit.selectors import County, read_counties, read_month_sums, read_overview, year_of

router = Router(tags=["指挥舱"])


class ShareOut(Schema):
    key: str
    label: str
    count: int
    rows: str


class CountyOut(Schema):
    area_code: str
    name: str
    under_construction: int
    red: int
    fulfilment_pct: float | None
    invested_pct: float | None
    open_hazards: int
    on_time_pct: float | None
    rows: str


class MonthOut(Schema):
    month: int
    planned_yuan: float
    done_yuan: float | None


class OverviewOut(Schema):
    as_of: datetime
    lamps: list[ShareOut]
    stages: list[ShareOut]
    counties: list[CountyOut]
    months: list[MonthOut]


@router.get("/cockpit", response=OverviewOut)
def overview(request: HttpRequest) -> dict[str, Any]:
    """Lamps of projects under construction, stages, outcomes by county, and investment of the year by month."""
    reader: Any = request.auth  # type: ignore[attr-defined]
    require(reader, "cockpit.view")
    now = timezone.now()
    found, months = read_overview(reader), read_month_sums(reader, timezone.localtime(now).year)
    year = year_of(months, now=now)
    return {
        "as_of": now,
        "lamps": [{"key": s.key, "label": s.label, "count": s.count, "rows": s.url} for s in found.lamps],
        "stages": [{"key": s.key, "label": s.label, "count": s.count, "rows": s.url} for s in found.stages],
        "counties": [_county(county) for county in read_counties(reader, found, months, now=now)],
        "months": [
            {"month": no, "planned_yuan": planned, "done_yuan": done}
            for no, (planned, done) in enumerate(zip(year.planned, year.done, strict=True), start=1)
        ],
    }


def _county(county: County) -> dict[str, Any]:
    return {
        "area_code": county.code,
        "name": county.name,
        "under_construction": county.under_construction,
        "red": county.red,
        "fulfilment_pct": county.fulfilment_pct,
        "invested_pct": county.invested_pct,
        "open_hazards": county.open_hazards,
        "on_time_pct": county.on_time_pct,
        "rows": county.url,
    }
