"""Pages of monitoring: devices, coverage, alerts, rules, quarantine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.models import Event
from lantu.core.refusals import Missing
from lantu.monitoring.alerts.links import taken_up_link
from lantu.monitoring.alerts.selectors import find_alerts, get_alert, with_balls
from lantu.monitoring.alerts.services.mark_false_positive import mark_false_positive
from lantu.monitoring.alerts.states import AlertKind, AlertState
from lantu.monitoring.alerts.words import EVENTS, inputs_in_words
from lantu.monitoring.cranes.selectors import pairs_of, visible_groups
from lantu.monitoring.devices.models import DeviceType
from lantu.monitoring.devices.selectors import channels_with_latest, coverage, find_devices, get_device
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.gateway.rejects import shown_raw
from lantu.monitoring.ingest.held_back import held_by_device
from lantu.monitoring.ingest.services import replay
from lantu.monitoring.rules.abstentions import unjudged_of
from lantu.monitoring.telemetry.models import Quarantine, Reason
from lantu.monitoring.telemetry.selectors import visible_quarantine
from lantu.monitoring.views_data import SPANS, chosen_hours
from lantu.projects.selectors import get_visible

PER_PAGE = 50


def _person(request: HttpRequest) -> User:
    """Who acts; the middleware lets nobody else as far as this."""
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The address of the room itself leads to the first list that the reader may open."""
    if not may(request.user, "monitoring.read") and may(request.user, "monitoring.read_storage"):
        return HttpResponseRedirect(reverse("monitoring:storage"))
    require(request.user, "monitoring.read")
    return HttpResponseRedirect(reverse("monitoring:alerts"))


@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """All devices that the reader may see, with filters."""
    require(request.user, "monitoring.read")
    asked = {name: request.GET.get(name, "") for name in ("q", "project", "type", "state")}
    found = find_devices(
        request.user,
        now=timezone.now(),
        words=asked["q"].strip(),
        project=asked["project"],
        kind=asked["type"],
        state=asked["state"],
    )
    states = [
        ("connected", _("24 小时内在线")), ("silent", _("静默")), ("never", _("从未上报")), *DeviceStatus.choices,
    ]  # fmt: skip
    return render(
        request,
        "monitoring/devices.html",
        {
            "page": _page(request, found), "asked": asked, "types": DeviceType.objects.all(), "states": states,
            "may_register": may(request.user, "monitoring.register_device"),
        },
    )  # fmt: skip


@require_GET
def device(request: HttpRequest, code: str) -> HttpResponse:
    """One device: how fresh, what it says now, its day, its faults."""
    require(request.user, "monitoring.read")
    found = get_device(request.user, code)
    channels = channels_with_latest(found)
    hours = chosen_hours(request)
    template = (
        "monitoring/_device_values.html" if request.headers.get("HX-Request") else "monitoring/device.html"
    )
    context = {
        "device": found,
        "channels": channels,
        # An empty chart says nothing; a device that has never sent shows them all, so that one sees what is to come.
        "drawn": [channel for channel in channels if hasattr(channel, "latest")] or channels,
        "hours": hours,
        "spans": SPANS,
        "period_s": min((channel.period_s for channel in channels), default=60),
        "alerts": found.alerts.select_related("rule", "channel")[:8],
        "may_issue": may(request.user, "monitoring.issue_token", found.project),
        "may_register": may(request.user, "monitoring.register_device", found.project),
        "statuses": DeviceStatus.choices,
        "may_quarantine": may(request.user, "monitoring.read_quarantine", found.project),
    }
    if context["may_quarantine"]:
        context["quarantine"] = Quarantine.objects.filter(device_id=found.pk)[:8]
    context["held_back"] = held_by_device([found.pk], since=timezone.now() - timedelta(hours=24)).get(
        found.pk, 0
    )
    if template == "monitoring/device.html":
        context["unjudged"] = unjudged_of([found], day=timezone.localdate())
    return render(request, template, context)


@require_POST
def token(request: HttpRequest, code: str) -> HttpResponse:
    """Issue a new token and show it once."""
    found = get_device(request.user, code)
    require(request.user, "monitoring.issue_token", found.project)
    new = issue_token(found, now=timezone.now(), actor=_person(request))
    response = render(request, "monitoring/token.html", {"device": found, "token": new})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def coverage_page(request: HttpRequest) -> HttpResponse:
    """The coverage truth: which projects under construction are really heard."""
    require(request.user, "monitoring.read")
    rows = coverage(request.user, now=timezone.now())
    state = request.GET.get("state", "")
    counts = {
        name: sum(1 for row in rows if row.state == name)
        for name in ("connected", "partly", "silent", "exempt", "none")
    }
    shown = [row for row in rows if not state or row.state == state]
    return render(
        request,
        "monitoring/coverage.html",
        {
            "page": _page(request, shown),
            "counts": counts,
            "state": state,
            "total": len(rows),
            "may_storage": may(request.user, "monitoring.read_storage"),
        },
    )


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """All alerts that the reader may see, with filters."""
    require(request.user, "monitoring.read")
    asked = {
        name: request.GET.get(name, "")
        for name in ("q", "kind", "state", "severity", "project", "rule", "version")
    }
    severity = int(asked["severity"]) if asked["severity"] in ("1", "2", "3", "4") else None
    found = find_alerts(
        request.user,
        kind=asked["kind"],
        state=asked["state"],
        severity=severity,
        project=asked["project"],
        rule=asked["rule"],
        version=int(asked["version"]) if asked["version"].isascii() and asked["version"].isdigit() else None,
        words=asked["q"].strip(),
    ).order_by("-opened_at", "-id")
    page = _page(request, found)
    with_balls(page.object_list)
    template = (
        "monitoring/_alert_rows.html" if request.headers.get("HX-Request") else "monitoring/alerts.html"
    )
    states = [
        ("open", _("未关闭")),
        ("counted", _("计入累计（不含误报）")),
        ("handed_on", _("转过隐患（含已关闭）")),
        *AlertState.choices,
    ]
    return render(
        request,
        template,
        {"page": page, "asked": asked, "kinds": AlertKind.choices, "states": states},
    )


@require_GET
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: which rule version, which inputs, since when, whose ball."""
    require(request.user, "monitoring.read")
    found = get_alert(request.user, pk)
    events = Event.objects.filter(subject_type="monitoring.alert", subject_id=found.pk).select_related(
        "actor"
    )
    told = [
        {"at": event.at, "actor": event.actor, "reason": event.reason, "text": text, "tone": tone}
        for event in events.order_by("id")
        for text, tone in [EVENTS.get(event.kind, (event.kind, ""))]
    ]
    duty = found.duty if found.duty is not None and found.duty.closed_at is None else None
    return render(
        request,
        "monitoring/alert.html",
        {
            "alert": found,
            "version": found.rule_version,
            "duty": duty,
            "link": taken_up_link(found.taken_up_ref, request.user) if found.taken_up_ref else None,
            "events": told,
            "inputs": inputs_in_words(found.inputs),
            "values": list(reversed(found.inputs.get("values", [])))[:12],
            "may_mark": found.is_open and may(request.user, "monitoring.mark_false", found.project),
        },
    )


@require_POST
def false_positive(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose, or agree, that an alert was false."""
    found = get_alert(request.user, pk)
    require(request.user, "monitoring.mark_false", found.project)
    found = mark_false_positive(
        found, reason=request.POST.get("reason", ""), now=timezone.now(), actor=_person(request)
    )
    done = found.state == AlertState.FALSE_POSITIVE
    messages.success(request, _("已确认为误报，预警关闭。") if done else _("已提出误报，等待另一人确认。"))
    return HttpResponseRedirect(reverse("monitoring:alert", args=[pk]))


@require_GET
def quarantine(request: HttpRequest) -> HttpResponse:
    """Input that could not be taken, with reasons."""
    require(request.user, "monitoring.read_quarantine")
    asked = {name: request.GET.get(name, "") for name in ("device", "reason")}
    rows = visible_quarantine(request.user).order_by("-id")
    if asked["device"]:
        rows = rows.filter(device_guess=asked["device"][:40])
    if asked["reason"] in Reason.values:
        rows = rows.filter(reason=asked["reason"])
    return render(
        request,
        "monitoring/quarantine.html",
        {
            "page": _page(request, rows),
            "asked": asked,
            "reasons": Reason.choices,
            "heard": find_devices(request.user, now=timezone.now()).exclude(last_seen_at=None).exists(),
        },
    )


def _entry(request: HttpRequest, pk: int) -> Quarantine:
    require(request.user, "monitoring.read_quarantine")
    entry = visible_quarantine(request.user).filter(pk=pk).first()
    if entry is None:
        raise Missing("monitoring.quarantine_unknown", _("没有这条隔离报文，或您无权查看。"))
    return entry


@require_GET
def quarantined(request: HttpRequest, pk: int) -> HttpResponse:
    """One quarantined message: its bytes, as text and as hex."""
    entry = _entry(request, pk)
    raw = shown_raw(entry)[:4096]
    lines = [
        (f"{at:04x}", raw[at : at + 16].hex(" "), _printable(raw[at : at + 16]))
        for at in range(0, len(raw), 16)
    ]
    return render(
        request,
        "monitoring/quarantined.html",
        {
            "entry": entry,
            "text": raw.decode(errors="replace"),
            "lines": lines,
            "size": len(bytes(entry.raw)),
            "may_replay": may(request.user, "monitoring.replay_quarantine"),
        },
    )


def _printable(raw: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in raw)


@require_POST
def replay_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a quarantined message again after its cause is mended."""
    entry = _entry(request, pk)
    require(request.user, "monitoring.replay_quarantine")
    replay(entry, subject=entry.subject, now=timezone.now(), actor=_person(request))
    messages.success(request, _("已重新送入数据通道；如仍不合格，会出现新的隔离记录。"))
    return HttpResponseRedirect(reverse("monitoring:quarantined", args=[pk]))


@require_GET
def project_tab(request: HttpRequest, code: str) -> HttpResponse:
    """The tab 监测 of a project page."""
    require(request.user, "monitoring.read")
    project = get_visible(request.user, code)
    return render(
        request,
        "monitoring/project.html",
        {
            "project": project,
            "tab": "monitoring",
            "devices": find_devices(request.user, now=timezone.now(), project=project.code)[:200],
            "alerts": with_balls(find_alerts(request.user, project=project.code).order_by("-opened_at")[:20]),
            "crane_groups": [
                (group, pairs_of(group)) for group in visible_groups(request.user).filter(project=project)
            ],
        },
    )
