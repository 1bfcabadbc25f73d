"""What cannot be judged, and what is missing for it: “不作判断” is a state of its own, never “normal”."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.calc.rules import Reason
from lantu.monitoring.devices.models import Channel, Device
from lantu.monitoring.ingest.registry import ChannelRow, DeviceRow, Registry
from lantu.monitoring.rules.compiling import Abstention, compile_rules
from lantu.monitoring.rules.county import reference_devices
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.overrides.selectors import overrides_in_force
from lantu.monitoring.rules.selectors import versions_in_force
from lantu.monitoring.rules.states import ENGINE_KINDS

FACT_NAMES: dict[str, Any] = {
    "pit_depth_m": gettext_lazy("基坑设计深度 H（米）"),
    "pit_grade": gettext_lazy("基坑安全等级"),
    "pit_support": gettext_lazy("支护形式"),
    "pit_slab_on": gettext_lazy("底板完成日期"),
    "pipe_kind": gettext_lazy("管线类型"),
    "road_kind": gettext_lazy("道路类型"),
    "force_member": gettext_lazy("受力构件（支撑或锚杆）"),
    "member_f2_kn": gettext_lazy("构件承载能力设计值 f2（kN）"),
    "anchor_fy_kn": gettext_lazy("锚杆预应力设计值 fy（kN）"),
    "wall_f2_kn": gettext_lazy("围护墙承载能力设计值 f2（kN）"),
    "soil_f1_kpa": gettext_lazy("土压力设计值 f1（kPa）"),
    "pore_f1_kpa": gettext_lazy("孔隙水压力设计值 f1（kPa）"),
    "concrete_placing_c": gettext_lazy("入模温度（℃）"),
    "hoist_people_rated": gettext_lazy("额定人数"),
    "formwork_axial_design_kn": gettext_lazy("立杆轴力设计值（kN）"),
    "reference_area": gettext_lazy("县域参照空气站"),
    "design_limits": gettext_lazy("设计文件限值"),
}
"""Facts of a place in words; what is not here is a channel."""
OWNED = frozenset({Reason.MISSING_H, Reason.MISSING_FACT, Reason.MISSING_DESIGN, Reason.MISSING_CHANNEL})


@dataclass(frozen=True)
class Unjudged:
    """One rule that does not judge one channel. ``upper_bound_only``: it still alarms beyond the largest value."""

    device_id: int
    channel: str
    version: RuleVersion
    reason: str
    missing: tuple[str, ...]
    upper_bound_only: bool

    @property
    def missing_names(self) -> list[str]:
        """What has to be supplied, in words."""
        return [str(FACT_NAMES.get(name, name)) for name in self.missing]

    @property
    def text(self) -> str:
        """One line for a page."""
        lacking = "、".join(self.missing_names)
        if self.reason == Reason.NO_DATA:
            return _("不作判断：尚无读数")
        if self.upper_bound_only:
            return _("低于上限时不作判断：缺少%(lacking)s") % {"lacking": lacking}
        return _("不作判断：缺少%(lacking)s") % {"lacking": lacking}


def unjudged_of(devices: Iterable[Device], *, day: date) -> list[Unjudged]:
    """All abstentions of these devices, by device and channel. The same number of queries whatever the number of devices.

    Besides missing facts: rules of a channel that has never sent (NO_DATA).
    """
    given = list(devices)
    registry = _registry(given)
    overrides = overrides_in_force(day=day, devices=[device.pk for device in given])
    book = compile_rules(registry, versions_in_force(day), overrides=overrides)
    rows = [_row(entry) for entry in book.abstaining]
    seen = {(row.device_id, row.channel, row.version.pk) for row in rows}
    spoken = set(
        Channel.objects.filter(device__in=given, latest__isnull=False).values_list("device_id", "key")
    )
    for slot, version in enumerate(book.versions):
        device = book.devices[slot].row.id
        key = version.rule.param
        if (device, key) not in spoken and (device, key, version.pk) not in seen:
            rows.append(Unjudged(device, key, version, str(Reason.NO_DATA), (), False))
    rows += _without_county(given, day)
    return sorted(rows, key=lambda row: (row.device_id, row.channel, row.version.rule.code))


def _without_county(devices: list[Device], day: date) -> list[Unjudged]:
    """Sites whose county has no reference station: the difference cannot be judged there."""
    rules = [v for v in versions_in_force(day) if v.terms.get("judge") == "county_difference"]
    areas = set(reference_devices()) if rules else set()
    projects = dict(
        Device.objects.filter(pk__in=[d.pk for d in devices]).values_list("pk", "project__area_code")
    )
    types = dict(Device.objects.filter(pk__in=[d.pk for d in devices]).values_list("pk", "type__code"))
    return [
        Unjudged(pk, version.rule.param, version, str(Reason.MISSING_CHANNEL), ("reference_area",), False)
        for version in rules
        for pk, area in projects.items()
        if area not in areas and types[pk] in version.scope.get("device_types", [])
    ]


def lacking_by_device(rows: Iterable[Unjudged]) -> dict[int, list[Unjudged]]:
    """Abstentions that somebody can end by supplying something, by device."""
    found: dict[int, list[Unjudged]] = {}
    for row in rows:
        # A county without a station is the bureau's to mend, once, and no fault of each instrument.
        if row.reason in OWNED and row.version.kind in ENGINE_KINDS:
            found.setdefault(row.device_id, []).append(row)
    return found


def _row(entry: Abstention) -> Unjudged:
    return Unjudged(
        entry.device.row.id,
        entry.key,
        entry.version,
        str(entry.reason),
        entry.missing,
        entry.upper_bound_only,
    )


def _registry(devices: list[Device]) -> Registry:
    """The few devices as the compiler takes them."""
    rows = [
        DeviceRow(*row)
        for row in Device.objects.filter(pk__in=[device.pk for device in devices])
        .order_by("pk")
        .values_list("pk", "code", "project_id", "project__code", "type__code", "status", "facts")
    ]
    channels = [
        ChannelRow(*row)
        for row in Channel.objects.filter(device__in=devices)
        .order_by("device_id", "rank")
        .values_list(
            "pk", "device_id", "key", "unit", "range_low", "range_high", "period_s", "decimals", "rank"
        )
    ]
    return Registry(0, rows, channels)
