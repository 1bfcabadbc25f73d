"""What risk points add to the floors below."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.accounts.permissions import may
from lantu.core.registry import MapLayer, NavItem, SearchSource, map_layers, navigation, search_sources
from lantu.duties import workflow_models
from lantu.hazards.risk_points import (  # registered by being imported
    case_part,
    events,  # noqa: F401
    figures,  # noqa: F401
    jobs,  # noqa: F401
    permissions,  # noqa: F401
)
from lantu.hazards.risk_points.selectors import PointFilter, filtered_points
from lantu.hazards.risk_points.states import OPEN_STATES, RoundState
from lantu.hazards.risk_points.weeks import week_of
from lantu.hazards.risk_points.words import EVENTS
from lantu.lifecycle.programmes.cases.registry import CasePart
from lantu.lifecycle.programmes.cases.registry import parts as case_parts

navigation.add(
    NavItem(
        key="risk_points",
        label=_("风险管控"),
        url_name="hazards:risk_points",
        icon="map-pin",
        order=48,
        permission="risk_points.read",
    )
)
map_layers.add(
    MapLayer(
        key="risk_points",
        label=_("四色风险"),
        url_name="hazards:risk_layer",
        order=42,
        kind="points",
        style="risk",
        visible=False,
        permission="risk_points.read",
    )
)


def _search(reader: Any, words: str, limit: int) -> list[tuple[str, str, str]]:
    if not may(reader, "risk_points.read"):
        return []
    now = timezone.now()
    wanted = PointFilter(words=words, named_set="open")
    found = filtered_points(reader, wanted, now=now, week=week_of(timezone.localtime(now).date()))[:limit]
    return [
        (str(point), f"{point.project.name} · {point.get_grade_display()}", point.get_absolute_url())
        for point in found
    ]


search_sources.add(SearchSource(key="risk_points", label=_("风险点"), find=_search, order=45))
workflow_models.add("hazards.RiskPoint", is_open=Q(state__in=OPEN_STATES))
workflow_models.add("hazards.PatrolRound", is_open=Q(state=RoundState.OPEN))
name_events({kind: text for kind, (text, _tone) in EVENTS.items()})
case_parts.add(
    CasePart(
        key="risks",
        label=_("风险点"),
        order=35,
        take=case_part.take,
        foresee=case_part.foresee,
        make=case_part.make,
    )
)
