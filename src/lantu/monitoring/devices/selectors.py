"""Reads of devices: only of projects that the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Min, Q, QuerySet, Value
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.devices.states import DeviceStatus
from lantu.projects.models import Project
from lantu.projects.selectors import UNDER_CONSTRUCTION, visible_projects

SILENT_PERIODS = 3
DISCONNECTED_AFTER = timedelta(hours=24)
# Devices that owe data: in service, and not excused from sending.
MUST_REPORT = Q(status=DeviceStatus.IN_SERVICE, exempt_reason="")
SECOND = timedelta(seconds=1)


def visible_devices(reader: Any) -> QuerySet[Device]:
    """Devices of the projects that this reader may see, with project and type."""
    return Device.objects.filter(project__in=visible_projects(reader)).select_related("project", "type")


def get_device(reader: Any, code: str) -> Device:
    """One device. Raises Missing when it is not there for this reader."""
    device = visible_devices(reader).select_related("owner_org").filter(code=code).first()
    if device is None:
        raise Missing(
            "monitoring.device_unknown",
            _("没有找到编码为 %(code)s 的设备，或您无权查看。") % {"code": code[:60]},
            remedy=_("请核对设备编码。"),
        )
    return device


def with_period(devices: QuerySet[Device]) -> QuerySet[Device]:
    """Adds ``period_s``: the shortest reporting period among the device's channels."""
    return devices.annotate(period_s=Min("channels__period_s"))


def silent_devices(devices: QuerySet[Device], *, now: datetime) -> QuerySet[Device]:
    """In service, has sent before, and has been quiet for more than three of its periods."""
    patience = ExpressionWrapper(F("period_s") * Value(SILENT_PERIODS * SECOND), output_field=DurationField())
    return (
        with_period(devices)
        .filter(MUST_REPORT, last_seen_at__isnull=False)
        .annotate(patience=patience)
        .filter(last_seen_at__lt=Value(now) - F("patience"))
    )


def connected_devices(devices: QuerySet[Device], *, now: datetime) -> QuerySet[Device]:
    """In service and heard within the last 24 hours: a device that stops sending leaves the count by itself."""
    return devices.filter(status=DeviceStatus.IN_SERVICE, last_seen_at__gte=now - DISCONNECTED_AFTER)


@dataclass(frozen=True)
class Coverage:
    """The coverage truth of one project. ``state``: connected | partly | silent | exempt | none."""

    project: Project
    devices: int
    connected: int
    exempt: int
    last_seen_at: datetime | None

    @property
    def state(self) -> str:
        if self.devices == 0:
            return "none"
        if self.exempt == self.devices:
            return "exempt"
        if self.connected == 0:
            return "silent"
        return "connected" if self.connected + self.exempt >= self.devices else "partly"


def coverage(reader: Any, *, now: datetime) -> list[Coverage]:
    """Every project under construction with how many of its devices are really heard."""
    projects = visible_projects(reader).filter(UNDER_CONSTRUCTION).order_by("name")
    rows: dict[int, list[tuple[str, datetime | None]]] = {}
    for project_id, exempt, seen in (
        Device.objects.filter(project__in=projects)
        .exclude(status=DeviceStatus.RETIRED)
        .values_list("project_id", "exempt_reason", "last_seen_at")
    ):
        rows.setdefault(project_id, []).append((exempt, seen))
    since = now - DISCONNECTED_AFTER
    return [
        Coverage(
            project=project,
            devices=len(mine),
            connected=sum(1 for exempt, seen in mine if not exempt and seen is not None and seen >= since),
            exempt=sum(1 for exempt, _seen in mine if exempt),
            last_seen_at=max((seen for _exempt, seen in mine if seen is not None), default=None),
        )
        for project in projects
        for mine in [rows.get(project.pk, [])]
    ]


def find_devices(
    reader: Any, *, now: datetime, words: str = "", project: str = "", kind: str = "", state: str = ""
) -> QuerySet[Device]:
    """The list page's filter. ``state``: a device status, or silent, connected, never."""
    found = with_period(visible_devices(reader))
    if words:
        found = found.filter(
            Q(code__icontains=words) | Q(name__icontains=words) | Q(project__name__icontains=words)
        )
    if project:
        found = found.filter(project__code=project)
    if kind:
        found = found.filter(type__code=kind)
    if state == "silent":
        found = silent_devices(found, now=now)
    elif state == "connected":
        found = connected_devices(found, now=now)
    elif state == "never":
        found = found.filter(last_seen_at=None, status=DeviceStatus.IN_SERVICE)
    elif state in DeviceStatus.values:
        found = found.filter(status=state)
    return found.order_by("code")


def channels_with_latest(device: Device) -> list[Channel]:
    """The device's channels in vector order; ``channel.latest`` is absent until a value came."""
    return list(device.channels.select_related("latest").order_by("rank"))


def get_channel(reader: Any, name: str) -> Channel:
    """A channel by “device_code.key” or by number. Raises Missing when it is not there for this reader."""
    channels = Channel.objects.select_related("device__project").filter(
        device__project__in=visible_projects(reader)
    )
    code, dot, key = name.rpartition(".")
    if dot:
        found = channels.filter(device__code=code, key=key).first()
    else:
        found = channels.filter(pk=int(name)).first() if name.isdecimal() and len(name) < 19 else None
    if found is None:
        raise Missing(
            "monitoring.channel_unknown",
            _("没有找到通道 %(name)s，或您无权查看。") % {"name": name[:80]},
            remedy=_("写法为“设备编码.通道”，例如 DC-YC-01.pm10。"),
        )
    return found
