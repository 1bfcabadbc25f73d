"""How close the cranes of a group came in the last minutes, judged from the readings of both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import structlog
from django.db import transaction
from django.utils import timezone

from lantu.calc.cranes import Approach, Pose, approach, overlap
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert
from lantu.monitoring.cranes.geometry import geometry_of
from lantu.monitoring.cranes.models import CraneMember
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.quality.windows import Window, windows
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import RuleKind

log = structlog.get_logger(__name__)
BACK = timedelta(seconds=150)
TOGETHER_MS = 15_000
"""Poses of two cranes belong together when they lie this close in time."""
KEYS = ("crane_slew_deg", "crane_radius_m", "crane_hook_m")
Poses = list[tuple[int, Pose]]


def judge_groups(*, now: datetime) -> int:
    """Judge all pairs of all groups; returns the alerts raised. A crane without fresh poses is not judged (it is silent,
    or lacks the channels), and what is open stays open."""
    version = next(
        (
            version
            for version in versions_in_force(timezone.localdate(now))
            if version.kind == RuleKind.PERIODIC and version.terms.get("judge") == "crane_groups"
        ),
        None,
    )
    members = list(
        CraneMember.objects.filter(device__status=DeviceStatus.IN_SERVICE).select_related(
            "device__project__owner_org__head", "device__owner_org"
        )
    )
    if version is None or not members:
        return 0
    poses = _poses(members, now=now)
    ahead = float(version.terms.get("look_ahead_s", 10))
    raised = 0
    for group_id in sorted({member.group_id for member in members}):
        mine = [member for member in members if member.group_id == group_id and member.device_id in poses]
        worst: dict[int, tuple[Approach, CraneMember, int]] = {}
        judged: dict[int, CraneMember] = {}
        for one, other in combinations(sorted(mine, key=lambda member: member.device_id), 2):
            found = _closest(one, other, poses, look_ahead_s=ahead)
            if found is None:
                continue
            judged[one.device_id] = one
            nearest, at_ms = found
            known = worst.get(one.device_id)
            if known is None or (nearest.severity, -nearest.distance_m) > (
                known[0].severity,
                -known[0].distance_m,
            ):
                worst[one.device_id] = (nearest, other, at_ms)
        for device_id, (nearest, other, at_ms) in worst.items():
            raised += _settle(version, judged[device_id], other, nearest, at_ms=at_ms, now=now)
    return raised


def _poses(members: list[CraneMember], *, now: datetime) -> dict[int, Poses]:
    by_device = {member.device_id: member for member in members}
    ranks: dict[int, dict[str, int]] = {}
    for device_id, key, rank in Channel.objects.filter(device__in=by_device, key__in=KEYS).values_list(
        "device_id", "key", "rank"
    ):
        ranks.setdefault(device_id, {})[key] = rank - 1
    complete = [pk for pk, held in ranks.items() if len(held) == len(KEYS)]
    return {
        window.device_id: list(_track(window, ranks[window.device_id], by_device[window.device_id]))
        for window in windows(complete, since=now - BACK, until=now)
    }


def _track(window: Window, places: dict[str, int], member: CraneMember) -> Iterator[tuple[int, Pose]]:
    """Poses with the slewing speed between neighbouring readings, the shorter way round."""
    before: tuple[int, float] | None = None
    for ts, row in zip(window.ts_ms.tolist(), window.v, strict=True):
        slew, radius, hook = (float(row[places[key]]) if places[key] < len(row) else np.nan for key in KEYS)
        if not np.isfinite([slew, radius, hook]).all():
            continue
        slew -= member.slew_zero_deg
        speed = 0.0
        if before is not None and ts > before[0]:
            turned = (slew - before[1] + 180) % 360 - 180
            speed = turned / ((ts - before[0]) / 1000)
        before = (ts, slew)
        yield ts, Pose(slew_deg=slew, radius_m=radius, hook_height_m=hook, slew_deg_s=speed)


def _closest(
    one: CraneMember, other: CraneMember, poses: dict[int, Poses], *, look_ahead_s: float
) -> tuple[Approach, int] | None:
    """The worst moment of a pair; ``None`` where no two poses lie together."""
    a, b = geometry_of(one), geometry_of(other)
    if not overlap(a, b):
        return None
    found: tuple[Approach, int] | None = None
    for ts, pose in poses[one.device_id]:
        near = min(poses[other.device_id], key=lambda entry: abs(entry[0] - ts), default=None)
        if near is None or abs(near[0] - ts) > TOGETHER_MS:
            continue
        nearest = approach(a, pose, b, near[1], look_ahead_s=look_ahead_s)
        if found is None or (nearest.severity, -nearest.distance_m) > (
            found[0].severity,
            -found[0].distance_m,
        ):
            found = nearest, ts
    return found


def _settle(
    version: RuleVersion,
    member: CraneMember,
    other: CraneMember,
    nearest: Approach,
    *,
    at_ms: int,
    now: datetime,
) -> int:
    channel = member.device.channels.get(key=version.rule.param)
    standing = Alert.objects.filter(rule_id=version.rule_id, channel=channel, closed_at=None).first()
    if nearest.severity == 0:
        if standing is not None:
            clear_alert(standing, value=round(nearest.distance_m, 2), at=now, now=now)
        return 0
    if standing is not None and standing.cleared_at is None and standing.severity >= nearest.severity:
        return 0
    limits = {int(level["severity"]): float(level["limit"]) for level in version.levels}
    finding = Finding(
        rule_version=version,
        device=member.device,
        channel=channel,
        severity=nearest.severity,
        value=round(nearest.distance_m, 2),
        limit=limits.get(nearest.severity),
        at=datetime.fromtimestamp(at_ms / 1000, UTC),
        inputs={
            "rule": version.rule.code,
            "version": version.version,
            "part": str(nearest.part),
            "distance_m": round(nearest.distance_m, 2),
            "ahead_s": nearest.ahead_s,
            "partner": other.device.code,
            "limit": limits.get(nearest.severity),
        },
    )
    try:
        with transaction.atomic():
            raise_alert(finding, now=now)
    except Refused as refusal:
        log.error("alert_without_holder", rule=version.label, device=member.device.code, why=str(refusal))
        return 0
    return standing is None
