"""Repeat offenders: the same kind of hazard at the same contractor again within 90 days, on whatever site."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, Lag

from lantu.hazards.figures import percent
from lantu.hazards.models import Hazard
from lantu.hazards.selectors import COUNTED, visible_hazards

WITHIN = timedelta(days=90)
PERIOD = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Offender:
    """``repeats`` of ``confirmed`` hazards of one contractor in the period; ``kinds``: how often which; ``sites``."""

    unit_id: int
    unit: str
    confirmed: int
    repeats: int
    sites: int
    kinds: tuple[tuple[str, int], ...]
    rows: tuple[Any, ...]

    @property
    def pct(self) -> float | None:
        return percent(self.repeats, self.confirmed)


def with_kind(rows: QuerySet[Hazard]) -> QuerySet[Any]:
    """Adds ``repeat_kind``: the sub-type; for old rows of warnings the measured quantity; else the field."""
    of_rule = Coalesce(F("alert__rule_version__rule__param"), F("field"), output_field=CharField())
    return rows.annotate(
        repeat_kind=Case(When(sub_type="", then=of_rule), default=F("sub_type"), output_field=CharField())
    )


def repeats(reader: Any, *, now: datetime) -> QuerySet[Any]:
    """Confirmed hazards of the last year whose contractor had one of the same kind at most 90 days before."""
    earlier = Window(
        Lag("opened_at"),
        partition_by=[F("rectifier_unit_id"), F("repeat_kind")],
        order_by=[F("opened_at").asc(), F("pk").asc()],
    )
    rows = with_kind(visible_hazards(reader).filter(COUNTED, rectifier_unit__isnull=False).order_by())
    rows = rows.annotate(before_at=earlier)
    again = rows.filter(
        before_at__isnull=False, opened_at__lte=F("before_at") + Value(WITHIN), opened_at__gte=now - PERIOD
    )
    return again.select_related("project", "rectifier_unit")


def offenders(reader: Any, *, now: datetime) -> list[Offender]:
    """Contractors with repeats, the most first; each with its rows."""
    found: dict[int, list[Any]] = defaultdict(list)
    for hazard in repeats(reader, now=now):
        found[hazard.rectifier_unit_id].append(hazard)
    confirmed: dict[int, int] = defaultdict(int)
    recent = visible_hazards(reader).filter(
        COUNTED, opened_at__gte=now - PERIOD, rectifier_unit__in=list(found)
    )
    for unit_id in recent.values_list("rectifier_unit_id", flat=True):
        confirmed[unit_id] += 1
    rows = []
    for unit_id, mine in found.items():
        kinds: dict[str, int] = defaultdict(int)
        for hazard in mine:
            kinds[hazard.repeat_kind] += 1
        rows.append(
            Offender(
                unit_id=unit_id,
                unit=mine[0].rectifier_unit.name,
                confirmed=confirmed[unit_id],
                repeats=len(mine),
                sites=len({hazard.project_id for hazard in mine}),
                kinds=tuple(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
                rows=tuple(sorted(mine, key=lambda hazard: hazard.opened_at, reverse=True)),
            )
        )
    return sorted(rows, key=lambda row: (-row.repeats, -(row.pct or 0), row.unit))
