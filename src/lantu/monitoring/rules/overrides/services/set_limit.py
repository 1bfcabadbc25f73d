"""Register a value of the design documents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.calc.rules import Rule, in_scope
from lantu.core.models import Evidence
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.devices.facts import facts_for_rules
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import DesignLimitSet
from lantu.monitoring.rules.compiling import placed
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.monitoring.rules.overrides.selectors import covers
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import ENGINE_KINDS, RuleKind
from lantu.projects.models import Project


@transaction.atomic
def set_limit(
    *,
    project: Project,
    item: str,
    limits: Mapping[str, Any],
    evidence: Evidence,
    document_no: str,
    now: datetime,
    actor: User,
    device: Device | None = None,
    clause: str = "",
    reason: str = "",
) -> ProjectRuleOverride:
    """Put the designer's limits in place of the standard's, for the project or for one device of it.

    ``limits``: see :class:`ProjectRuleOverride`. It holds from today on: what was judged stays judged.
    Raises Unacceptable for an item without rules or limits that the engine refuses, and Refused where one stands
    already (withdraw it first) or the document belongs to another project.
    """
    versions = rules_of_item(item, day=timezone.localdate(now))
    clean = checked_limits(limits, versions)
    _check_place(project, device, item, evidence)
    override = ProjectRuleOverride.objects.create(
        project=project,
        device=device,
        item=item,
        limits=clean,
        looser=is_looser(clean, versions, _places(project, device)),
        document_no=document_no.strip()[:120],
        clause=clause.strip()[:200],
        evidence=evidence,
        reason=reason.strip()[:300],
        effective_from=timezone.localdate(now),
        made_by=actor,
        made_at=now,
    )
    raise_registry_version()
    emit(
        DesignLimitSet(
            project_id=project.pk,
            subject_id=override.pk,
            item=item,
            device_id=device.pk if device else None,
            document_no=override.document_no,
            evidence_id=evidence.pk,
            looser=override.looser,
        ),
        actor=actor,
        at=now,
        reason=override.reason,
    )
    return override


def _check_place(project: Project, device: Device | None, item: str, evidence: Evidence) -> None:
    """Document and device are the project's, and nothing stands there yet. Raises Refused."""
    if evidence.project_id != project.pk or (device is not None and device.project_id != project.pk):
        raise Refused(
            "monitoring.override_elsewhere",
            _("设计文件或设备不属于该项目。"),
            remedy=_("请在本项目内上传设计文件后再登记。"),
        )
    standing = ProjectRuleOverride.objects.select_for_update().filter(
        project=project, device=device, item=item, withdrawn_at=None
    )
    if standing.exists():
        raise Refused(
            "monitoring.override_stands",
            _("该监测项目已有现行设计限值。"),
            remedy=_("请先撤回原限值并说明理由，再登记新的。"),
        )


def _places(project: Project, device: Device | None) -> list[Device]:
    """The devices that the limits are for."""
    if device is not None:
        return [device]
    return list(Device.objects.filter(project=project).select_related("type"))


def rules_of_item(item: str, *, day: date) -> list[RuleVersion]:
    """The live rules that an override of this item bounds. Queries: one. Raises Unacceptable where there is none."""
    versions = [
        version
        for version in versions_in_force(day)
        if version.kind in ENGINE_KINDS and covers(item, version.rule.code)
    ]
    if not versions:
        raise Unacceptable(
            "monitoring.override_item",
            _("没有适用于“%(item)s”的现行规则。") % {"item": item[:60]},
            remedy=_("请从规则表中选择监测项目。"),
            field="item",
        )
    return versions


def checked_limits(limits: Mapping[str, Any], versions: list[RuleVersion]) -> dict[str, Any]:
    """The limits as numbers, tried on every rule of the item. Raises Unacceptable saying what does not fit."""
    try:
        clean: dict[str, Any] = {
            name: _positive(limits[name]) for name in ("cumulative", "rate") if name in limits
        }
        if "levels" in limits:
            clean["levels"] = {str(int(key)): float(value) for key, value in limits["levels"].items()}
        if not clean or set(limits) - {"cumulative", "rate", "levels"}:
            raise ValueError("cumulative, rate, levels")
        banded = any(version.kind == RuleKind.BAND for version in versions)
        if banded != ("cumulative" in clean) and "rate" not in clean:
            raise ValueError("cumulative" if banded else "levels")
        for version in versions:
            placed(version, {}, override=ProjectRuleOverride(limits=clean))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise Unacceptable(
            "monitoring.override_limits",
            _("限值不可用：%(why)s") % {"why": str(error)[:200]},
            remedy=_("累计值与速率类填写累计限值和速率限值，其他规则按等级填写限值，等级越高限值越靠外。"),
            field="limits",
        ) from error
    return clean


def _positive(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(str(value))
    return number


def is_looser(limits: Mapping[str, Any], versions: list[RuleVersion], devices: Iterable[Device]) -> bool:
    """True where some limit lies further out than what held at one of these devices before."""
    design = ProjectRuleOverride(limits=limits)
    return any(
        _further_out(placed(version, facts).rule, placed(version, facts, override=design).rule)
        for device in devices
        for facts in [facts_for_rules(device.facts)]
        for version in versions
        if in_scope(version.scope, device.type.code, facts)
    )


def _further_out(before: Rule | None, after: Rule | None) -> bool:
    if before is None or after is None:
        return False
    if after.cumulative > before.cumulative or after.rate > before.rate:
        return True
    held = {level.severity: before.on_axis(level.limit) for level in before.levels}
    return any(
        level.severity in held and after.on_axis(level.limit) > held[level.severity] for level in after.levels
    )
