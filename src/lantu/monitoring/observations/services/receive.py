"""Take an observation in: kept with its picture, judged by its confidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.duties.services.lock import reserve_id
from lantu.duties.services.open import open_duty
from lantu.monitoring.alerts.holders import acknowledge_by, holder_of
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.change_device import check_place
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.events_desk import ObservationReceived
from lantu.monitoring.observations.models import Observation
from lantu.monitoring.observations.services.announce import announce
from lantu.monitoring.observations.states import ObservationState
from lantu.packs.load import national
from lantu.packs.observations import ObservationType
from lantu.projects.models import Party

FUTURE = timedelta(minutes=5)
OLD = timedelta(days=30)
SUBJECT = "monitoring.observation"
MOST_A_MINUTE = 60
RETRY_S = 60
REVIEW = sentence(gettext_noop("复核视频观察：%(label)s（%(place)s）"))


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What a camera sends. ``confidence``: a share of 1; ``picture``: bytes or an uploaded file."""

    type: str
    confidence: float
    observed_at: datetime | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    ref: str = ""
    picture: Any = None


@transaction.atomic
def receive(device: Device, sighting: Sighting, *, now: datetime, actor: User | None = None) -> Observation:
    """Keep it; below the review level it is only recorded, above the automatic level it is true at once, between
    them a person of the site looks. The same ``ref`` twice is one observation (the first is returned).

    Raises Unacceptable for what cannot be, Refused for a retired device.
    """
    if device.status == DeviceStatus.RETIRED:
        raise Refused(
            "monitoring.retired_device",
            _("设备 %(code)s 已停用。") % {"code": device.code},
            remedy=_("请先恢复使用。"),
        )
    kind = _checked(sighting, now)
    # Two requests with the same number wait here for each other.
    device = (
        Device.objects.select_for_update(of=("self",))
        .select_related("project", "owner_org")
        .get(pk=device.pk)
    )
    if sighting.ref:
        known = Observation.objects.filter(device=device, ref=sighting.ref).first()
        if known is not None:
            return known
    _not_too_many(device, now)
    automatic = sighting.confidence >= kind.automatic_from
    waits = (
        not automatic and sighting.confidence >= kind.review_from and device.status == DeviceStatus.IN_SERVICE
    )
    made = _blank(device, sighting, kind, now=now)
    if automatic and device.status == DeviceStatus.IN_SERVICE:
        made.state, made.automatic = ObservationState.CONFIRMED, True
    elif waits:
        made.state = ObservationState.NEW
        made.duty = _review_duty(made, kind, now=now)
    made.evidence = _keep_picture(made, sighting, actor, now=now)
    made.save(force_insert=True)
    Device.objects.filter(pk=device.pk).update(last_seen_at=now)
    if made.state == ObservationState.CONFIRMED:
        announce(made, now=now, actor=None)
    elif made.state == ObservationState.NEW:
        emit(
            ObservationReceived(
                project_id=made.project_id, subject_id=made.pk, observation=made.type, severity=made.severity,
                confidence=made.confidence,
            ),
            actor=None,
            at=now,
        )  # fmt: skip
    return made


def _not_too_many(device: Device, now: datetime) -> None:
    """A camera gone mad must not fill everybody's desk. Raises Refused (429)."""
    lately = Observation.objects.filter(device=device, received_at__gt=now - timedelta(minutes=1)).count()
    if lately >= MOST_A_MINUTE:
        raise Refused(
            "monitoring.rate_limited",
            _("设备 %(code)s 一分钟内已上报 %(count)d 条观察。") % {"code": device.code, "count": lately},
            remedy=_("请在一分钟后重发；同一事件请合并上报。"),
            status=429,
        )


def _blank(device: Device, sighting: Sighting, kind: ObservationType, *, now: datetime) -> Observation:
    """As it arrives: only recorded, at the camera's place where none is given."""
    return Observation(
        pk=reserve_id(Observation),
        project=device.project,
        device=device,
        type=kind.code,
        severity=kind.severity,
        confidence=round(sighting.confidence, 4),
        state=ObservationState.RECORDED,
        place=(sighting.place or device.place)[:120],
        lon=sighting.lon if sighting.lon is not None else device.lon,
        lat=sighting.lat if sighting.lat is not None else device.lat,
        ref=sighting.ref,
        observed_at=sighting.observed_at or now,
        received_at=now,
    )


def _checked(sighting: Sighting, now: datetime) -> ObservationType:
    """The type it names. Raises Unacceptable naming the field that is wrong."""
    kind = national().observations.get(sighting.type)
    if kind is None:
        raise Unacceptable(
            "monitoring.observation_type",
            _("没有“%(type)s”这种观察类型。") % {"type": sighting.type[:40]},
            remedy=_("可用：%(codes)s。") % {"codes": "、".join(national().observations)},
            field="type",
        )
    if not math.isfinite(sighting.confidence) or not 0 <= sighting.confidence <= 1:
        raise Unacceptable(
            "monitoring.observation_confidence",
            _("置信度应在 0 与 1 之间。"),
            remedy=_("例如 0.87。"),
            field="confidence",
        )
    seen = sighting.observed_at or now
    if not now - OLD <= seen <= now + FUTURE:
        raise Unacceptable(
            "monitoring.observation_time",
            _("观察时间早于 30 天前，或超前超过 5 分钟。"),
            remedy=_("请核对设备时钟。"),
            field="observed_at",
        )
    if "\x00" in sighting.ref + sighting.place or len(sighting.ref) > 80:
        raise Unacceptable(
            "monitoring.observation_ref",
            _("来源编号过长或含控制字符。"),
            remedy=_("最多 80 个字符。"),
            field="ref",
        )
    check_place(sighting.lon, sighting.lat)
    return kind


def _review_duty(made: Observation, kind: ObservationType, *, now: datetime) -> Any:
    return open_duty(
        subject_type=SUBJECT,
        subject_id=made.pk,
        project=made.project,
        step="review",
        title=REVIEW % {"label": kind.label, "place": made.place or made.device.name},
        action_label=gettext_noop("看画面并判断"),
        action_url=reverse("monitoring:observation", args=[made.pk]),
        holder=reviewer_of(made),
        severity=made.severity,
        due_at=acknowledge_by(now, kind=AlertKind.RISK, severity=made.severity),
        now=now,
        actor=None,
    )


def reviewer_of(made: Observation) -> User:
    """The supervisor, who is not the one to be blamed; without one, whoever takes a risk alert."""
    party = (
        Party.objects.filter(project=made.project, role=Party.Role.SUPERVISOR)
        .select_related("contact")
        .first()
    )
    if party is not None and party.contact.is_active:
        return party.contact
    return holder_of(made.project_id, made.device, AlertKind.RISK)


def _keep_picture(made: Observation, sighting: Sighting, actor: User | None, *, now: datetime) -> Any:
    """The picture as evidence. A device is no person: the file is kept in the name of whoever keeps the device."""
    if sighting.picture is None:
        return None
    return keep_evidence(
        file=sighting.picture,
        name=f"{made.device.code}-{made.type}.jpg",
        project_id=made.project_id,
        uploaded_by=actor or holder_of(made.project_id, made.device, AlertKind.TECHNICAL),
        supports_type=SUBJECT,
        supports_id=made.pk,
        now=now,
        claimed_at=made.observed_at,
        claimed_lon=made.lon,
        claimed_lat=made.lat,
    )
