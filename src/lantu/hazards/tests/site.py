"""A dust monitor, its rule, and hazards at every point of their life: what the tests of this room start from."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from PIL import Image

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)  # a working Wednesday, 10:00 in Dezhou
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_shades = iter(range(1_000_000))


def photo() -> bytes:
    """A photo that no test has used before, so that nothing is found twice: its number in black and white blocks."""
    number = next(_shades)
    blocks = Image.new("L", (8, 6))
    blocks.putdata([255 * (number >> bit & 1) for bit in range(48)])
    out = io.BytesIO()
    blocks.resize((64, 48), Image.Resampling.NEAREST).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def dust_rule() -> Any:
    from lantu.monitoring.models import Rule, RuleVersion

    rule, _ = Rule.objects.get_or_create(
        code="pm10-site", defaults={"name": "PM10 小时均值", "param": "pm10"}
    )
    version, _ = RuleVersion.objects.get_or_create(
        rule=rule,
        version=1,
        defaults={
            "kind": "threshold",
            "unit": "µg/m³",
            "levels": [
                {"severity": 2, "limit": 120.0, "label": "预警"},
                {"severity": 3, "limit": 150.0, "label": "报警"},
            ],
            "basis": "山东省扬尘污染综合整治方案",
            "clause": "第4条",
            "mark": "D",
            "effective_from": date(2026, 1, 1),
            "fingerprint": "x",
            "loaded_at": NOW,
        },
    )
    return version


def dust_monitor(project: Any, code: str = "DUST-01") -> Any:
    from lantu.monitoring.models import Channel, Device, DeviceType

    kind, _ = DeviceType.objects.get_or_create(code="dust", defaults={"label": "扬尘监测仪"})
    device = Device.objects.create(
        code=code,
        project=project,
        type=kind,
        name="东门扬尘",
        place="东门",
        lon=116.31,
        lat=37.46,
        registered_at=NOW,
    )
    Channel.objects.create(
        device=device,
        key="pm10",
        label="PM10",
        unit="µg/m³",
        range_low=0,
        range_high=1000,
        period_s=60,
        rank=1,
    )
    return device


def raise_dust_alert(
    project: Any, *, severity: int = 2, value: float = 132.0, code: str = "DUST-01", now: Any = NOW
) -> Any:
    """An alert as the rules raise it; its subscribers run when the caller delivers inline."""
    from lantu.monitoring.alerts.services import Finding, raise_alert
    from lantu.monitoring.models import Device

    device = Device.objects.filter(code=code).first() or dust_monitor(project, code)
    finding = Finding(
        rule_version=dust_rule(),
        device=device,
        channel=device.channels.get(),
        severity=severity,
        value=value,
        limit=120.0 if severity == 2 else 150.0,
        at=now,
    )
    return raise_alert(finding, now=now)


def hazard_at(state: str, cast: Any, project: Any, *, now: Any = NOW) -> Any:
    """A hazard brought to ``state`` through the services, each step a minute after the last."""
    from lantu.hazards import services as s
    from lantu.hazards.states import HazardState as S

    hazard = s.report_hazard(project=project, title="3 号楼临边未防护", grade=2, by=cast.inspector, now=now)
    steps = [
        (S.DETECTED, None),
        (S.CONFIRMED, lambda h, t: s.confirm(h, by=cast.officer, now=t)),
        (S.ORDERED, lambda h, t: s.issue_order(h, by=cast.officer, now=t, measures="立即加装防护栏杆。")),
        (S.RECTIFYING, lambda h, t: s.accept_order(h, by=cast.contractor, now=t)),
        (S.SUBMITTED, lambda h, t: reply(h, cast, now=t)),
        (S.SV_CONFIRMED, lambda h, t: s.supervisor_confirm(h, by=cast.supervisor, now=t)),
        (S.CLOSED, lambda h, t: s.recheck_close(h, by=cast.inspector, now=t)),
    ]
    if state == S.RETURNED:
        hazard = hazard_at(S.SUBMITTED, cast, project, now=now)
        return s.supervisor_return(hazard, by=cast.supervisor, now=now + 9 * MINUTE, reason="栏杆高度不足")
    for minutes, (reached, step) in enumerate(steps):
        if step is not None:
            step(hazard, now + minutes * MINUTE)
        hazard.refresh_from_db()
        if reached == state:
            return hazard
    raise LookupError(state)


def reply(hazard: Any, cast: Any, *, now: Any = NOW, text: str = "已加装防护栏杆 40 米。") -> Any:
    from lantu.hazards.services import submit_reply

    return submit_reply(hazard, by=cast.contractor, now=now, text=text, files=[("整改后.jpg", photo())])
