"""Instruments on the invented sites: about eight each, by kind of work and progress."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import Any

from lantu.calc.geodesy import offset
from lantu.calc.workdays import BEIJING
from lantu.packs.cities.dezhou.demo.calendar import shift
from lantu.packs.cities.dezhou.demo.sources import seeded
from lantu.packs.demo import DemoDevice, DemoProject
from lantu.packs.load import national

SHORT = {"dust_noise": "YC", "tower_crane": "TJ", "pit": "JK", "mass_concrete": "CW", "power_box": "PD"}
EARLY = {"dust_noise": 2, "tower_crane": 2, "pit": 1, "mass_concrete": 1, "power_box": 2}
LATE = {"dust_noise": 2, "tower_crane": 3, "power_box": 3}
BY_KIND: Mapping[str, Mapping[str, int]] = {
    "road": {"dust_noise": 4, "power_box": 4},
    "bridge": {"dust_noise": 3, "power_box": 3, "mass_concrete": 1, "pit": 1},
    "water": {"dust_noise": 3, "pit": 2, "power_box": 3},
    "pipe": {"dust_noise": 3, "pit": 2, "power_box": 3},
    "energy": {"dust_noise": 2, "mass_concrete": 1, "power_box": 5},
    "park": {"dust_noise": 4, "power_box": 4},
    "retrofit": {"dust_noise": 4, "power_box": 4},
}
EARLY_UNTIL_PCT = 55.0
DELIVERIES = 2
PLACES: Mapping[str, tuple[str, ...]] = {
    "dust_noise": ("主出入口", "场界北侧", "场界东侧", "场界西侧", "土方作业面"),
    "tower_crane": ("1 号楼塔机", "2 号楼塔机", "3 号楼塔机", "4 号楼塔机"),
    "pit": ("基坑北侧支护顶", "基坑东侧支护顶", "工作井"),
    "mass_concrete": ("筏板基础 A 区", "承台"),
    "power_box": ("一级总配电箱", "二级配电箱 1", "二级配电箱 2", "钢筋加工区", "办公生活区", "泵房"),
}


def with_devices(projects: tuple[DemoProject, ...], now: datetime, total: int) -> tuple[DemoProject, ...]:
    """Give every site under construction its instruments, ``total`` in all.

    The largest sites get one more dust monitor or distribution box each until the number is met.
    """
    wanted = {p.key: dict(_wanted(p)) for p in projects if p.under_construction}
    missing = total - sum(sum(counts.values()) for counts in wanted.values())
    largest = sorted((p for p in projects if p.under_construction), key=lambda p: -p.total_investment_yuan)
    if missing < 0:
        raise ValueError(f"{-missing} instruments too many: lower the numbers by kind")
    for turn in range(missing):
        counts = wanted[largest[turn % len(largest)].key]
        kind = ("dust_noise", "power_box")[turn // len(largest) % 2]
        counts[kind] += 1
    return tuple(
        replace(p, devices=tuple(_devices(p, wanted[p.key], now))) if p.key in wanted else p for p in projects
    )


def _wanted(project: DemoProject) -> Mapping[str, int]:
    if project.kind in BY_KIND:
        return BY_KIND[project.kind]
    physical = project.months[-1].physical_pct if project.months else 0.0
    # The flagship keeps a full set, whatever its progress: visitors look there first.
    return EARLY if physical < EARLY_UNTIL_PCT or project.key == "biopark" else LATE


def _devices(project: DemoProject, counts: Mapping[str, int], now: datetime) -> Iterator[DemoDevice]:
    draw = seeded(f"devices:{project.key}")
    today = now.astimezone(BEIJING).date()
    started = project.actual_start_on or today
    number = int(project.local_no[-3:])
    # The instruments of a site come in two deliveries, not one by one.
    deliveries: list[date] = []
    for kind, count in counts.items():
        label = national().device_types[kind].label
        for index in range(count):
            angle, reach = draw.uniform(0, 2 * math.pi), draw.uniform(20, 140)
            lon, lat = offset((project.lon, project.lat), reach * math.cos(angle), reach * math.sin(angle))
            if (arrived := min(shift(started, draw.uniform(0.2, 0.7)), today)) and len(
                deliveries
            ) < DELIVERIES:
                deliveries.append(arrived)
            yield DemoDevice(
                code=f"DZ{number:03d}-{SHORT[kind]}-{index + 1:02d}",
                type_code=kind,
                name=f"{index + 1} 号{label}",
                place=PLACES[kind][index % len(PLACES[kind])],
                lon=round(lon, 6),
                lat=round(lat, 6),
                installed_on=deliveries[index % len(deliveries)],
                calibrated_until=shift(today, draw.uniform(1, 11)),
                facts=_facts(draw, kind),
            )


def _facts(draw: Random, kind: str) -> Mapping[str, Any]:
    """What is stated of the place; now and then a pit's depth is not, and its rules abstain."""
    if kind == "mass_concrete":
        return {"concrete_placing_c": 24.0}
    if kind != "pit":
        return {}
    facts: dict[str, Any] = {
        "pit_grade": draw.choice((1, 2, 2, 3)),
        "pit_support": draw.choice(("pile_wall", "pile_wall", "soil_nail")),
        "force_member": "strut",
        "member_f2_kn": 2600,
    }
    depth = round(draw.uniform(5.5, 13.5), 1)
    if draw.random() < 0.92:
        facts["pit_depth_m"] = depth
    return facts
