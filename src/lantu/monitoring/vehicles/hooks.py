"""What trucks offer to the floors around them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.registry import MapLayer, SearchSource, map_layers, search_sources
from lantu.monitoring.vehicles import events
from lantu.monitoring.vehicles.selectors import find_vehicles

EVENTS = {
    events.VehicleRegistered.kind: _("登记渣土车"),
    events.VehicleChanged.kind: _("变更渣土车信息"),
    events.VehicleCodeRenewed.kind: _("更换渣土车终端鉴权码"),
    events.DisposalSiteLicensed.kind: _("核准消纳场"),
    events.RouteLicensed.kind: _("核准运输路线"),
    events.VehicleRuleLoaded.kind: _("载入渣土车规则新版本"),
    events.VehicleFindingRaised.kind: _("渣土车发现问题"),
    events.VehicleFindingFalseProposed.kind: _("提出渣土车误报"),
    events.VehicleFindingMarkedFalse.kind: _("认定渣土车误报"),
    events.VehicleFindingTakenUp.kind: _("渣土车问题已转隐患"),
}


def _search(reader: Any, words: str, limit: int) -> list[tuple[str, str, str]]:
    found = find_vehicles(reader, words=words)[:limit]
    return [(vehicle.plate, str(vehicle.company), vehicle.get_absolute_url()) for vehicle in found]


def offer() -> None:
    """Add the layers of the map, the search, and the names of the events."""
    map_layers.add(
        MapLayer(
            key="disposal_sites", label=_("消纳场"), url_name="monitoring:disposal_layer", order=42, kind="polygons",
            style="disposal", visible=False, permission="monitoring.read",
        )
    )  # fmt: skip
    map_layers.add(
        MapLayer(
            key="vehicle_tracks", label=_("渣土车今日轨迹"), url_name="monitoring:track_layer", order=44, kind="line",
            style="track", visible=False, permission="monitoring.read",
        )
    )  # fmt: skip
    map_layers.add(
        MapLayer(
            key="vehicles", label=_("渣土车"), url_name="monitoring:vehicle_layer", order=46, kind="points",
            style="vehicle", visible=False, permission="monitoring.read",
        )
    )  # fmt: skip
    search_sources.add(SearchSource(key="vehicles", label=_("渣土车"), find=_search, order=60))
    name_events(EVENTS)
