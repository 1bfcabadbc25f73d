"""What risk points add to the floors below."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import MapLayer, NavItem, map_layers, navigation
from lantu.duties import workflow_models
from lantu.hazards.risk_points import events, figures, jobs, permissions  # noqa: F401  registered by being imported
from lantu.hazards.risk_points.states import OPEN_STATES, RoundState
from lantu.hazards.risk_points.words import EVENTS

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
workflow_models.add("hazards.RiskPoint", is_open=Q(state__in=OPEN_STATES))
workflow_models.add("hazards.PatrolRound", is_open=Q(state=RoundState.OPEN))
name_events({kind: text for kind, (text, _tone) in EVENTS.items()})
