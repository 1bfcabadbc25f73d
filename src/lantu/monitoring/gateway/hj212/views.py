"""Pages of the gateway: how it stands, its HJ 212 stations, and the settings of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Refused
from lantu.monitoring.devices.selectors import get_device, visible_devices
from lantu.monitoring.gateway.hj212.forms import StationForm, StationSheetForm
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.gateway.hj212.notes import SKEW_LIMIT_S
from lantu.monitoring.gateway.hj212.services.import_stations import HEADINGS, import_stations
from lantu.monitoring.gateway.hj212.services.replay_waiting import replay_waiting, waiting_packets
from lantu.monitoring.gateway.hj212.services.set_station import remove_station, set_station
from lantu.monitoring.gateway.registry import protocols
from lantu.monitoring.gateway.status import gateways

REGISTER = "monitoring.register_device"
REPLAY = "monitoring.replay_quarantine"
STATIONS_SHOWN = 500
# Counters worth a word on the page; all of them stand in the row of the process.
SHOWN = {
    "connections": gettext_lazy("连接"), "packets": gettext_lazy("报文"), "rejected": gettext_lazy("拒收"),
    "throttled": gettext_lazy("限速"), "closed_idle": gettext_lazy("空闲断开"), "closed_garbage": gettext_lazy("乱码断开"),
    "split_packets": gettext_lazy("分包"), "backfill_requests": gettext_lazy("补采请求"),
}  # fmt: skip


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_GET
def gateway(request: HttpRequest) -> HttpResponse:
    """The processes with their counters, and the stations that the reader may see."""
    require(request.user, "monitoring.read")
    now = timezone.now()
    stations = (
        Hj212Station.objects.filter(device__in=visible_devices(_person(request)))
        .select_related("device__project")
        .order_by("-last_packet_at", "mn")[:STATIONS_SHOWN]
    )
    return render(
        request,
        "monitoring/gateway.html",
        {
            "processes": [(row, _lines(row.counters, row.ports)) for row in gateways(now=now)],
            "words": list(SHOWN.values()),
            "stations": stations,
            "form": StationSheetForm() if may(request.user, REGISTER) else None,
            "headings": list(HEADINGS)[:7],
        },
    )


def _lines(counters: dict[str, dict[str, int]], ports: dict[str, int]) -> list[tuple[str, Any, list[int]]]:
    """(protocol, port, values in the order of SHOWN) per protocol of a process."""
    known = protocols()
    return [
        (
            known[name].label if name in known else name,
            port,
            [counters.get(name, {}).get(key, 0) for key in SHOWN],
        )
        for name, port in sorted(ports.items())
    ]


@require_POST
def sheet(request: HttpRequest) -> HttpResponse:
    """Settings of many stations from a table."""
    require(request.user, REGISTER)
    form = StationSheetForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    else:
        file = form.cleaned_data["file"]
        count = import_stations(file.file, file.name or "", now=timezone.now(), actor=_person(request))
        messages.success(request, _("已设置 %(count)s 个站点。") % {"count": count})
    return HttpResponseRedirect(reverse("monitoring:gateway"))


@require_http_methods(["GET", "POST"])
def station(request: HttpRequest, code: str) -> HttpResponse:
    """How one device speaks HJ 212; whoever may register devices of the project sets it."""
    require(request.user, "monitoring.read")
    device = get_device(request.user, code)
    row = Hj212Station.objects.filter(device=device).first()
    may_set = may(request.user, REGISTER, device.project)
    may_replay = row is not None and may(request.user, REPLAY)
    form = StationForm(request.POST or None, instance=row or Hj212Station(device=device))
    if row is not None and "replay" in request.POST:
        require(request.user, REPLAY)
        taken, refused = replay_waiting(row, now=timezone.now(), actor=_person(request))
        messages.success(
            request,
            _("已重放 %(taken)s 条，仍不能接收 %(refused)s 条。") % {"taken": taken, "refused": refused},
        )
        return HttpResponseRedirect(reverse("monitoring:hj212_station", args=[device.code]))
    if request.method == "POST":
        require(request.user, REGISTER, device.project)
        if "remove" in request.POST:
            remove_station(device, now=timezone.now(), actor=_person(request))
            messages.success(request, _("本设备不再按 HJ 212 接入。"))
            return HttpResponseRedirect(device.get_absolute_url())
        if form.is_valid():
            try:
                set_station(device, settings=form.settings(), now=timezone.now(), actor=_person(request))
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, _("站点设置已保存，网关几秒内生效。"))
                return HttpResponseRedirect(reverse("monitoring:hj212_station", args=[device.code]))
    return render(
        request,
        "monitoring/hj212_station.html",
        {
            "device": device,
            "station": row,
            "form": form,
            "may_set": may_set,
            "waiting": waiting_packets(row).count() if row is not None and may_replay else 0,
            "channels": device.channels.order_by("rank"),
            "skewed": row is not None and abs(row.clock_skew_s or 0) > SKEW_LIMIT_S,
        },
    )
