"""Replay a draft over the last days: at once when that is quick, else by a worker that tells how far it is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core.refusals import Refused
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Channel
from lantu.monitoring.ingest.memory import from_ms
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.desk.replay import Episode, Replay, can_be_replayed, replay, unsaved_version
from lantu.monitoring.rules.desk.states import PreviewState
from lantu.monitoring.rules.services.load_rules import fingerprint_of

log = structlog.get_logger(__name__)
DAYS = 30
SHOWN = 500
TOLERANCE = timedelta(minutes=30)
# Channel-days that a request may wait for; beyond, a worker does it.
AT_ONCE = 400


@transaction.atomic
def ask_preview(proposal: RuleProposal, *, now: datetime, actor: User, days: int = DAYS) -> RulePreview:
    """Queue a replay of the last ``days`` days. Raises Refused when one is running or the kind cannot be replayed."""
    if not can_be_replayed(proposal.wording["kind"]):
        raise Refused(
            "monitoring.not_replayable",
            _("这类规则按设备状态判定，不能用历史读数回放。"),
            remedy=_("请直接提交，由批准人核对。"),
        )
    if not 1 <= days <= 92:
        raise Refused(
            "monitoring.preview_days",
            _("回放天数应在 1 到 92 之间。"),
            remedy=_("请重新填写。"),
            field="days",
        )
    if proposal.previews.filter(state__in=(PreviewState.QUEUED, PreviewState.RUNNING)).exists():
        raise Refused("monitoring.preview_busy", _("上一次回放还没有结束。"), remedy=_("请稍候。"))
    preview = RulePreview.objects.create(
        proposal=proposal,
        fingerprint=fingerprint_of(proposal.wording),
        since=now - timedelta(days=days),
        until=now,
        asked_by=actor,
        asked_at=now,
    )
    if _channel_days(proposal, days) > AT_ONCE:
        from lantu.monitoring.rules.desk.jobs import preview_rule  # the job imports the services

        preview_rule.defer(preview_id=preview.pk)
        return preview
    return run_preview(preview_id=preview.pk, now=now)


def _channel_days(proposal: RuleProposal, days: int) -> int:
    return days * Channel.objects.filter(key=proposal.rule.param).count()


def run_preview(*, preview_id: int, now: datetime) -> RulePreview:
    """Do it and keep what came out. Not one transaction: progress is to be seen. Repeating it is harmless."""
    preview = RulePreview.objects.select_related("proposal__rule", "proposal__base__rule").get(pk=preview_id)
    if preview.state == PreviewState.DONE:
        return preview
    proposal = preview.proposal
    preview.state = PreviewState.RUNNING
    preview.save(update_fields=["state"])

    def tell(done: int, total: int) -> None:
        RulePreview.objects.filter(pk=preview.pk).update(steps_done=done, steps_total=total)

    try:
        found = replay(
            unsaved_version(proposal.rule, proposal.wording, number=proposal.base.version + 1),
            proposal.base,
            since=preview.since,
            until=preview.until,
            tell=tell,
        )
        _keep(preview, found, now=now)
    except Exception as error:
        preview.state, preview.failure, preview.finished_at = PreviewState.FAILED, str(error)[:300], now
        preview.save(update_fields=["state", "failure", "finished_at"])
        log.exception("rule_preview_failed", preview=preview.pk)
        raise
    log.info("rule_preview_done", preview=preview.pk, fired=preview.fired, readings=preview.readings)
    return preview


def _keep(preview: RulePreview, found: Replay, *, now: datetime) -> None:
    alerts = _alerts(preview)
    matched: set[int] = set()
    names = _names({episode.channel_id for episode in found.proposed})
    rows: list[dict[str, Any]] = []
    for episode in sorted(found.proposed, key=lambda item: -item.from_ms):
        mine = _match(episode, alerts, preview.until)
        matched |= {alert.pk for alert in mine}
        if len(rows) < SHOWN:
            rows.append(_row(episode, mine, names))
    severities = [episode.severity for episode in found.proposed]
    preview.channels, preview.readings = found.channels, found.readings
    preview.fired, preview.fired_now = len(found.proposed), len(found.in_force)
    preview.by_severity = {
        str(level): severities.count(level) for level in (4, 3, 2, 1) if level in severities
    }
    preview.rows = rows
    preview.lost = [
        {"alert": alert.pk, "state": alert.state, "device": alert.device.name, "at_ms": int(alert.opened_at.timestamp() * 1000),
         "value": alert.peak_value, "severity": alert.severity}
        for alert in alerts if alert.pk not in matched
    ][:SHOWN]  # fmt: skip
    preview.abstained = found.abstained
    preview.state, preview.finished_at = PreviewState.DONE, now
    preview.steps_done = preview.steps_total = max(preview.steps_total, 1)
    preview.save()


def _alerts(preview: RulePreview) -> list[Alert]:
    """What the rule did raise in the span."""
    return list(
        Alert.objects.filter(rule=preview.proposal.rule_id, opened_at__lt=preview.until)
        .filter(Q(closed_at=None) | Q(closed_at__gte=preview.since), opened_at__gte=preview.since - TOLERANCE)
        .select_related("device")
        .order_by("-opened_at")
    )


def _match(episode: Episode, alerts: list[Alert], until: datetime) -> list[Alert]:
    """Alerts of the same channel whose time overlaps the episode."""
    start = from_ms(episode.from_ms) - TOLERANCE
    end = (from_ms(episode.to_ms) if episode.to_ms is not None else until) + TOLERANCE
    return [
        alert
        for alert in alerts
        if alert.channel_id == episode.channel_id
        and alert.opened_at <= end
        and (alert.cleared_at or alert.closed_at or until) >= start
    ]


def _names(channels: set[int]) -> dict[int, tuple[str, str, str]]:
    rows = Channel.objects.filter(pk__in=channels).values_list("pk", "device__name", "label", "unit")
    return {pk: (device, label, unit) for pk, device, label, unit in rows}


def _row(episode: Episode, alerts: list[Alert], names: dict[int, tuple[str, str, str]]) -> dict[str, Any]:
    device, label, unit = names[episode.channel_id]
    first = alerts[-1] if alerts else None
    return {
        **asdict(episode),
        "device": device,
        "channel": label,
        "unit": unit,
        "alert": first.pk if first else None,
        "alert_state": first.state if first else "",
    }
