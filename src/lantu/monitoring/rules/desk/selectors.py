"""Reads of the rule desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.core.sentences import retell
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.states import AlertState
from lantu.monitoring.devices.models import Channel, DeviceType
from lantu.monitoring.ingest.memory import from_ms
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.desk.replay import unsaved_version
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.telemetry.charts import series_points, version_marks

AROUND = timedelta(hours=2)
LONGEST = timedelta(days=3)


@dataclass(frozen=True)
class VersionRecord:
    """A version with its record: alerts that it raised, how many were false, how many became hazards."""

    version: RuleVersion
    alerts: int
    false: int
    taken_up: int

    @property
    def false_pct(self) -> float | None:
        """Share of alerts that two people called false; None before the first alert."""
        return 100 * self.false / self.alerts if self.alerts else None


def get_rule(code: str) -> Rule:
    """One rule. Raises Missing."""
    rule = Rule.objects.filter(code=code[:80]).first()
    if rule is None:
        raise Missing("monitoring.rule_unknown", _("没有编码为 %(code)s 的规则。") % {"code": code[:60]})
    return rule


def get_proposal(pk: int) -> RuleProposal:
    """One proposal. Raises Missing."""
    found = (
        RuleProposal.objects.select_related(
            "rule", "base__rule", "proposed_by", "decided_by", "version", "duty__holder", "duty__unit"
        )
        .filter(pk=pk if 0 < pk < 2**63 else 0)
        .first()
    )
    if found is None:
        raise Missing(
            "monitoring.proposal_unknown", _("没有编号为 %(number)s 的规则修订。") % {"number": str(pk)[:30]}
        )
    return found


def version_records(rule: Rule) -> list[VersionRecord]:
    """All versions of a rule, newest first, with what they raised. Queries: two."""
    counts = {
        row["rule_version_id"]: row
        for row in Alert.objects.filter(rule=rule)
        .values("rule_version_id")
        .annotate(
            alerts=Count("id"),
            false=Count("id", filter=Q(state=AlertState.FALSE_POSITIVE)),
            taken_up=Count("id", filter=~Q(taken_up_ref="")),
        )
    }
    records = []
    for version in rule.versions.select_related("rule", "proposal").order_by("-version"):
        row = counts.get(version.pk, {"alerts": 0, "false": 0, "taken_up": 0})
        records.append(VersionRecord(version, row["alerts"], row["false"], row["taken_up"]))
    return records


def open_proposals() -> QuerySet[RuleProposal]:
    """What is being changed now, oldest first."""
    return (
        RuleProposal.objects.exclude(duty__closed_at__isnull=False)
        .filter(state__in=("draft", "submitted"))
        .select_related("rule", "base", "proposed_by", "duty__holder")
        .order_by("id")
    )


def channel_labels() -> dict[str, str]:
    """Channel key → its name, as the device types give it."""
    return {
        channel["key"]: channel["label"]
        for channels in DeviceType.objects.values_list("channels", flat=True)
        for channel in channels
    }


def firing_chart(preview: RulePreview, row: Mapping[str, Any]) -> dict[str, Any]:
    """Chart spec of one firing of a replay: two hours around it, with the proposed limits."""
    channel = Channel.objects.select_related("device").get(pk=row["channel_id"])
    since = from_ms(row["from_ms"]) - AROUND
    end = from_ms(row["to_ms"]) if row["to_ms"] is not None else preview.until
    until = min(end + AROUND, since + LONGEST, preview.until + AROUND)
    version = unsaved_version(preview.proposal.rule, preview.proposal.wording, number=0)
    threshold = version.kind == "threshold" and version.stat == "inst"
    return {
        "kind": "line",
        "time": True,
        "unit": channel.unit,
        "series": [
            {
                "name": retell(channel.label), "data": series_points(channel, since=since, until=until), "type": "line",
                "color": "primary", "area": True,
            }
        ],
        "marks": version_marks(version) if threshold else [],
        "summary": _("%(name)s 在试算触发前后的数值") % {"name": retell(channel.label)},
        "empty": _("这段时间没有数据"),
    }  # fmt: skip
