"""Samples of the rule desk, device imports, check-ups, observations and design limits for the access table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from lantu.core.models import Evidence
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.checkups.models import CheckupReport
from lantu.monitoring.devices.imports.models import DeviceImport
from lantu.monitoring.observations.services.receive import Sighting, receive
from lantu.monitoring.rules.desk.models import RulePreview
from lantu.monitoring.rules.desk.services.propose import propose
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from tests.cast import NOW


def desk_samples(cast: Any, site: Any, alert: Alert, evidence: Evidence) -> dict[str, Any]:
    """One of each, of the site where it belongs to one."""
    now = timezone.now()
    channel = alert.channel
    assert channel is not None
    proposal = propose(
        alert.rule, changes={"samples": 4}, effective_from=timezone.localdate(now) + timedelta(days=30),
        why="连续四次才报警", now=now, actor=cast.officer,
    )  # fmt: skip
    row = {
        "device_code": alert.device.code, "device": alert.device.name, "key": channel.key, "channel_id": channel.pk,
        "channel": channel.label, "unit": channel.unit, "from_ms": int(NOW.timestamp() * 1000), "to_ms": None,
        "severity": 2, "value": 180.0, "limit": 150.0, "alert": alert.pk, "alert_state": alert.state,
    }  # fmt: skip
    preview = RulePreview.objects.create(
        proposal=proposal, fingerprint="x", since=NOW, until=NOW + timedelta(days=1), state="done", rows=[row],
        asked_by=cast.officer, asked_at=now,
    )  # fmt: skip
    return {
        "rule": alert.rule,
        "proposal": proposal,
        "preview": preview,
        "sheet": DeviceImport.objects.create(
            file_name="devices.xlsx", state="rejected", started_by=cast.officer, started_at=NOW
        ),
        "checkup": CheckupReport.objects.create(
            project=site, since=NOW - timedelta(days=1), until=NOW, verdict="pass", devices=0, passed=0,
            made_by=cast.officer, made_at=NOW,
        ),
        "observation": receive(alert.device, Sighting(type="smoking", confidence=0.8), now=now),
        "override": ProjectRuleOverride.objects.create(
            project=site, item=alert.rule.code, limits={"levels": {"2": 100}}, document_no="1", evidence=evidence,
            effective_from=NOW.date(), made_by=cast.officer, made_at=NOW,
        ),
    }  # fmt: skip
