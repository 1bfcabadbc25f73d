"""What monitoring offers to the floors around it."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantu.accounts.event_words import name_events
from lantu.core.registry import MapLayer, NavItem, ProjectTab, map_layers, navigation, project_tabs
from lantu.core.sentences import add_glossary
from lantu.duties import workflow_models
from lantu.monitoring.alerts.states import AlertState
from lantu.monitoring.alerts.words import EVENTS
from lantu.monitoring.observations.states import ObservationState
from lantu.monitoring.rules.desk.states import OPEN_STATES as OPEN_PROPOSALS
from lantu.monitoring.vehicles import hooks as vehicle_hooks
from lantu.packs.load import city, national
from lantu.packs.model import Threshold

LONGEST_DUTY_BASIS = 200


def _pack_words() -> dict[str, str]:
    """What readings and rules are called in English, from the packs."""
    nation, own = national(), city(settings.CITY_PACK)
    words = {rule.name: rule.name_en for rule in (*nation.thresholds.values(), *own.thresholds.values())}
    words |= {rule.name: rule.name_en for rule in nation.vehicles.rules.values()}
    words |= {rule.name: rule.name_en for rule in own.vehicle_rules.values()}
    words |= {channel.label: channel.label_en for channel in nation.channels.values()}
    words |= {kind.label: kind.label_en for kind in nation.device_types.values()}
    names = {word: f"{told[:1].upper()}{told[1:]}" for word, told in words.items() if told}
    said = {**nation.words_en, **own.words_en}
    return {**said, **_grounds((*nation.thresholds.values(), *own.thresholds.values()), said), **names}


def _grounds(rules: Iterable[Threshold], said: Mapping[str, str]) -> dict[str, str]:
    """Basis and clause in one line, as orders and duties carry them, a duty at most 200 characters."""
    grounds: dict[str, str] = {}
    for rule in rules:
        if rule.basis and rule.clause:
            told = f"{said.get(rule.basis, rule.basis)}: {said.get(rule.clause, rule.clause)}"
            line = f"{rule.basis} {rule.clause}"
            grounds |= {line: told, line[:LONGEST_DUTY_BASIS]: told}
    return grounds


add_glossary(_pack_words)
vehicle_hooks.offer()
navigation.add(
    NavItem(
        key="alerts", label=pgettext_lazy("navigation", "预警"), url_name="monitoring:alerts", icon="alert-triangle", order=40,
        permission="monitoring.read",
    )
)  # fmt: skip
navigation.add(
    NavItem(
        key="devices", label=_("监测"), url_name="monitoring:devices", icon="wifi", order=45,
        permission="monitoring.read",
    )
)  # fmt: skip
project_tabs.add(
    ProjectTab(
        key="monitoring", label=_("监测"), url_name="monitoring:project", icon="wifi", order=40,
        permission="monitoring.read",
    )
)  # fmt: skip
map_layers.add(
    MapLayer(
        key="devices", label=_("监测设备"), url_name="monitoring:device_layer", order=40, kind="points",
        style="device", visible=False, permission="monitoring.read",
    )
)  # fmt: skip

map_layers.add(
    MapLayer(
        key="observations", label=_("视频观察"), url_name="monitoring:observation_layer", order=46, kind="points",
        style="hazard", visible=False, permission="monitoring.read",
    )
)  # fmt: skip

# Taken up, the ball is with the hazard: only a new alert needs a duty of its own (decision 0005).
workflow_models.add("monitoring.Alert", is_open=Q(state=AlertState.NEW))
workflow_models.add("monitoring.Observation", is_open=Q(state=ObservationState.NEW))
workflow_models.add("monitoring.RuleProposal", is_open=Q(state__in=OPEN_PROPOSALS))
name_events(
    {kind: text for kind, (text, _tone) in EVENTS.items()}
    | {
        "monitoring.device_registered": _("登记设备"),
        "monitoring.device_token_issued": _("签发设备令牌"),
        "monitoring.device_status_changed": _("设备状态变更"),
        "monitoring.device_changed": _("更正设备资料"),
        "monitoring.checkup_made": _("接入体检"),
        "monitoring.observation_received": _("收到视频观察，待复核"),
        "monitoring.observation_made": _("视频观察属实"),
        "monitoring.observation_dismissed": _("视频观察：不是问题"),
        "monitoring.rule_version_loaded": _("载入规则新版本"),
        "monitoring.rule_retired": _("规则停用"),
        "monitoring.design_limit_set": _("登记设计限值"),
        "monitoring.design_limit_withdrawn": _("撤回设计限值"),
        "monitoring.interlock_called": _("联动设备启停"),
        "monitoring.crane_group_set": _("登记群塔"),
        "monitoring.quarantine_replayed": _("重放隔离报文"),
        "monitoring.readings_expired": _("读数超过保存期限，整月删除"),
        "monitoring.station_clock_skewed": _("站点时钟偏差"),
        "monitoring.hj212_station_set": _("设置 HJ 212 站点"),
        "monitoring.rule_proposed": _("提出规则修订"),
        "monitoring.rule_proposal_submitted": _("提交规则修订待批准"),
        "monitoring.rule_proposal_decided": _("规则修订有了决定"),
    }
)
