"""JSON for page elements: charts and the map layer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lantu.accounts.permissions import require
from lantu.monitoring.alerts.selectors import get_alert
from lantu.monitoring.devices.selectors import find_devices, get_channel
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.schemas import device_row
from lantu.monitoring.telemetry.charts import alert_chart, channel_chart

HOURS = (1, 6, 24, 72, 168, 720, 8760)
# What the pages offer.
SPANS = ((24, _("近 24 小时")), (168, _("近 7 天")), (720, _("近 30 天")), (8760, _("近 1 年")))


def chosen_hours(request: HttpRequest) -> int:
    """The span asked for by ``?hours=``; a day unless it is one of HOURS."""
    asked = request.GET.get("hours", "24")
    return int(asked) if asked.isdecimal() and len(asked) < 6 and int(asked) in HOURS else 24


@require_GET
def chart(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Chart spec of a channel's last hours."""
    require(request.user, "monitoring.read")
    channel = get_channel(request.user, f"{code}.{key}")
    return JsonResponse(channel_chart(channel, now=timezone.now(), hours=chosen_hours(request)))


@require_GET
def alert_spec(request: HttpRequest, pk: int) -> HttpResponse:
    """Chart spec around an alert."""
    require(request.user, "monitoring.read")
    return JsonResponse(alert_chart(get_alert(request.user, pk), now=timezone.now()))


@require_GET
def device_layer(request: HttpRequest) -> HttpResponse:
    """GeoJSON of the reader's devices, for the map."""
    require(request.user, "monitoring.read")
    now = timezone.now()
    rows = find_devices(request.user, now=now, project=request.GET.get("project", ""))
    features = []
    for device in rows.exclude(status=DeviceStatus.RETIRED).exclude(lon=None):
        row = device_row(device, now)
        state = "silent" if row["silent"] or row["last_seen_at"] is None else "ok"
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [device.lon, device.lat]},
                "properties": {
                    "code": device.code, "name": device.name, "type": device.type.code, "state": state,
                    "project": device.project.code, "url": device.get_absolute_url(),
                },
            }
        )  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "as_of": now.isoformat(), "features": features})
