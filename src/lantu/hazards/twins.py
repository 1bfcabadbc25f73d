"""The same hazard reported twice 可能重复: which open hazards of a project look alike, and which of two stays.

Nothing here decides that two hazards are one: a person does, by merging them (services/merge.py).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantu.calc.geodesy import haversine_m
from lantu.calc.titles import likeness, other_place, plain
from lantu.core.models import Evidence
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import Hazard, PatrolCheck
from lantu.hazards.selectors import OPEN, evidence_of, visible_hazards
from lantu.hazards.states import TRANSITIONS, Source, Verb

# A choice of this platform: titles alike, places within what a phone's position is good for.
ALIKE_TITLES = 0.6
ALIKE_IN_PLACE = 0.1
NEAR_M = 20.0
NEAR_ON_DRAWING = 0.03
MOST_COMPARED = 300
MOST_TWINS = 5


@dataclass(frozen=True, kw_only=True)
class Twin:
    """Another open hazard that may be the same, and why. ``goes`` is the one of the two that would be merged into
    ``stays``; None where neither can be merged any more."""

    hazard: Hazard
    why: tuple[str | Promise, ...]
    photos: list[Evidence]
    stays: Hazard
    goes: Hazard | None

    @property
    def other_goes(self) -> bool:
        """Whether it is the other hazard that would end."""
        return self.goes is not None and self.goes.pk == self.hazard.pk


def stays(one: Hazard, other: Hazard) -> Hazard:
    """Of two hazards that are one the hazard that stays: with an order before one without; of two orders the one
    due first, of two reports the one found first. So merging never wins anybody time."""
    return min(one, other, key=_rank)


def _rank(hazard: Hazard) -> tuple[bool, datetime, int]:
    return hazard.ordered_at is None, hazard.original_due_at or hazard.opened_at, hazard.pk


def can_go(hazard: Hazard) -> bool:
    """Whether a hazard may still be merged into another: no reply yet, no claim, no stop, no listing."""
    allowed = (hazard.state, Verb.MERGE) in TRANSITIONS and hazard.false_proposed_by_id is None
    return allowed and stop_in_force(hazard) is None and listing_in_force(hazard) is None


def twins_of(reader: Any, hazard: Hazard) -> list[Twin]:
    """Open hazards of the same project that look like ``hazard``, the likeliest first, at most five."""
    if not hazard.is_open:
        return []
    rows = visible_hazards(reader).filter(OPEN, project_id=hazard.project_id).exclude(pk=hazard.pk)
    rows = rows.select_related("project", "reporter", "rectifier_unit", "duty__holder", "duty__unit")
    others = list(rows.order_by("-opened_at")[:MOST_COMPARED])
    points = _risk_points([hazard.pk, *(other.pk for other in others)])
    found = []
    for other in others:
        why = _why(hazard, other, same_point=bool(points[hazard.pk] & points[other.pk]))
        if why:
            found.append((len(why), likeness(hazard.title, other.title), other, why))
    found.sort(key=lambda row: (-row[0], -row[1], row[2].pk))
    nearest = found[:MOST_TWINS]
    photos = (
        evidence_of("hazards.hazard", [other.pk for _n, _like, other, _why in nearest]) if nearest else {}
    )
    return [
        _twin(hazard, other, why=tuple(why), photos=photos[other.pk]) for _n, _like, other, why in nearest
    ]


def _twin(hazard: Hazard, other: Hazard, *, why: tuple[Any, ...], photos: list[Evidence]) -> Twin:
    kept = stays(hazard, other)
    goes = other if kept is hazard else hazard
    return Twin(hazard=other, why=why, photos=photos, stays=kept, goes=goes if can_go(goes) else None)


def _risk_points(pks: list[int]) -> dict[int, set[int]]:
    """The risk points at which patrols found these hazards."""
    found: dict[int, set[int]] = defaultdict(set)
    for hazard, point in PatrolCheck.objects.filter(hazard__in=pks).values_list("hazard_id", "point_id"):
        found[hazard].add(point)
    return found


def _why(one: Hazard, other: Hazard, *, same_point: bool) -> list[str | Promise]:
    """What two hazards have in common; empty when nothing speaks for their being one."""
    if one.source == other.source == Source.WARNING or other_place(
        f"{one.place} {one.title}", f"{other.place} {other.title}"
    ):
        # Two devices, two hazards; and two buildings are two places.
        return []
    like = likeness(one.title, other.title)
    why: list[str | Promise] = []
    if same_point:
        why.append(_("同一风险点"))
    if like >= ALIKE_TITLES:
        why.append(_("标题相近"))
    if _same_spot(one, other):
        why.append(_("图纸或模型上同一位置"))
    if one.field == other.field:
        kindred = like >= ALIKE_IN_PLACE or (one.sub_type != "" and one.sub_type == other.sub_type)
        if kindred and _same_place(one.place, other.place):
            why.append(_("同一部位"))
        apart = _apart_m(one, other)
        if apart is not None and apart <= NEAR_M:
            why.append(gettext("相距约 %(n)d 米") % {"n": round(apart)})
    return why


def _same_place(one: str, other: str) -> bool:
    first, second = sorted((plain(one), plain(other)), key=len)
    return len(first) >= 2 and first in second


def _same_spot(one: Hazard, other: Hazard) -> bool:
    if one.ifc_guid and one.ifc_guid == other.ifc_guid:
        return True
    if not one.pin or not other.pin or one.pin["drawing"] != other.pin["drawing"]:
        return False
    return all(abs(one.pin[axis] - other.pin[axis]) <= NEAR_ON_DRAWING for axis in ("x", "y"))


def _apart_m(one: Hazard, other: Hazard) -> float | None:
    """Metres between two places measured on site: without one of its own, a hazard stands at its project's."""
    places = []
    for hazard in (one, other):
        if hazard.lon is None or hazard.lat is None:
            return None
        if (hazard.lon, hazard.lat) == (hazard.project.lon, hazard.project.lat):
            return None
        places.append((hazard.lon, hazard.lat))
    return haversine_m(places[0], places[1])


@dataclass(frozen=True, kw_only=True)
class Absorbed:
    """A report that was merged into a hazard, with its photos."""

    hazard: Hazard
    photos: list[Evidence]


def absorbed_by(hazard: Hazard) -> list[Absorbed]:
    """Every hazard merged into ``hazard``, also by way of another one, oldest first."""
    rows = absorbed_rows(hazard)
    photos = evidence_of("hazards.hazard", [row.pk for row in rows]) if rows else {}
    return [Absorbed(hazard=row, photos=photos[row.pk]) for row in rows]


def absorbed_rows(hazard: Hazard) -> list[Hazard]:
    """The rows of :func:`absorbed_by`, with reporter, rectifier and who merged them."""
    rows: dict[int, Hazard] = {}
    level = [hazard.pk]
    while level:
        found = Hazard.objects.filter(merged_into__in=level).select_related(
            "reporter__organisation", "rectifier", "ended_by"
        )
        fresh = {row.pk: row for row in found if row.pk not in rows}
        rows |= fresh
        level = list(fresh)
    return sorted(rows.values(), key=lambda row: (row.opened_at, row.pk))


def heir_of(hazard: Hazard) -> Hazard | None:
    """Where a merged hazard lives on: the end of the chain of ``merged_into``."""
    heir = hazard.merged_into
    while heir is not None and heir.merged_into is not None:
        heir = heir.merged_into
    return heir
