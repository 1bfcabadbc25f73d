"""Facts of a place: checked where they are entered; what cannot be is never a reason to call a pit normal."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lantu.core.refusals import Unacceptable
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.facts import checked_facts
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.change_device import change_device
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.rules.abstentions import unjudged_of
from lantu.monitoring.tests.conftest import NOW
from lantu.monitoring.tests.engineering import load_pack_rules, put_device, send
from lantu.packs.load import national

KNOWN = {"pit_grade": 1, "pit_support": "pile_wall", "pit_depth_m": 8}


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("pit_grade", "一级", 1),
        ("pit_grade", 2.0, 2),
        ("pit_support", "地下连续墙", "pile_wall"),
        ("pit_support", "Sheet_Pile", "sheet_pile"),
        ("pit_depth_m", "8.2 m", 8.2),
        ("pit_depth_m", "12米", 12),
        ("concrete_placing_c", "18 ℃", 18),
        ("pit_slab_on", "2026年3月1日", "2026-03-01"),
        ("building", "3 号楼", "3 号楼"),
    ],
)
def test_facts_are_read_as_people_write_them(name: str, value: Any, read: Any) -> None:
    assert checked_facts({name: value, "pipe_kind": ""}) == {name: read}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pit_grade", 4),
        ("pit_grade", "特级"),
        ("pit_support", "wall"),
        ("pit_depth_m", "八米"),
        ("pit_depth_m", -8),
        ("pit_depth_m", "nan"),
        ("pit_depth_m", {"m": 8}),
        ("pit_depth_m", True),
        ("pit_slab_on", "2026-02-31"),
        ("hoist_people_rated", 0),
        ("pit_dept_m", 8.2),
        ("pit_depth_m", 10**400),
        ("building", "A\x00"),
        ("building", {"a": ["\x00"]}),
        ("building", float("inf")),
        ("building", "x" * 9000),
        ("building", "\ud800"),
    ],
)
def test_what_no_rule_could_use_is_refused_with_what_is_meant(name: str, value: Any) -> None:
    with pytest.raises(Unacceptable) as refused:
        checked_facts({name: value})
    assert refused.value.field == "facts"
    assert refused.value.remedy


def test_every_fact_that_a_type_or_a_rule_asks_for_is_described() -> None:
    pack = national()
    asked = {name for kind in pack.device_types.values() for name in kind.facts}
    for rule in pack.thresholds.values():
        fact = rule.options.get("fact") or {}
        asked |= {fact[key] for key in ("name", "after") if key in fact}
        asked |= set((rule.options.get("scope") or {}).get("facts", {}))
    assert asked - {"design_limits"} <= set(pack.facts)
    values = {"pit_grade": {1, 2, 3}, "pit_support": set(), "pipe_kind": set(), "road_kind": set()}
    for rule in pack.thresholds.values():
        for name, wanted in (rule.options.get("scope") or {}).get("facts", {}).items():
            several = wanted if isinstance(wanted, list) else [wanted]
            values.setdefault(name, set()).update(value for value in several if value is not None)
    for name, used in values.items():
        assert used <= set(pack.facts[name].values), name


@pytest.fixture
def pits(cast: SimpleNamespace, site_project: Any) -> tuple[Device, Device]:
    load_pack_rules("pit")
    return (
        put_device(cast, site_project, "P1", "pit", facts=KNOWN),
        put_device(cast, site_project, "P2", "pit", facts=KNOWN),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "missing"),
    [
        ({"pit_grade": 4}, "pit_grade"),
        ({"pit_grade": "一级别"}, "pit_grade"),
        ({"pit_support": "地连墙体"}, "pit_support"),
        ({"pit_depth_m": "deep"}, "pit_depth_m"),
        ({"pit_depth_m": 0}, "pit_depth_m"),
        ({"member_f2_kn": -5, "force_member": "strut"}, "member_f2_kn"),
    ],
)
def test_an_impossible_fact_of_old_makes_rules_abstain_and_spares_the_others(
    pits: tuple[Device, Device], site_project: Any, wrong: dict[str, Any], missing: str
) -> None:
    """GB 50497-2019 8.0.4: the row is chosen by grade, support and H; without them nothing may be called normal."""
    bad, good = pits
    Device.objects.filter(pk=bad.pk).update(
        facts=KNOWN | wrong
    )  # as it may stand since before entries were checked
    bad.refresh_from_db()
    rows = [row for row in unjudged_of([bad], day=NOW.date()) if missing in row.missing]
    assert rows
    assert all(row.text.startswith(("不作判断", "低于上限时不作判断")) for row in rows)
    worker = Worker(partition="t", now=NOW)
    send(worker, site_project, [("P2", {"displacement_h_mm": 1.0}, 0), ("P1", {"displacement_h_mm": 1.0}, 0)])
    send(
        worker,
        site_project,
        [("P2", {"displacement_h_mm": 25.0}, 300), ("P2", {"displacement_h_mm": 25.1}, 600)],
    )
    assert Alert.objects.filter(device=good).exists(), "the other pit is judged as ever"


@pytest.mark.django_db
def test_a_correction_is_checked_too(pits: tuple[Device, Device], cast: Any) -> None:
    pit, _other = pits
    with pytest.raises(Unacceptable, match="基坑安全等级"):
        change_device(pit, values={"facts": {"pit_grade": "四"}}, reason="更正", now=NOW, actor=cast.officer)
    changed = change_device(
        pit, values={"facts": KNOWN | {"pit_slab_on": "2026/6/1"}}, reason="底板完成",
        now=NOW + timedelta(hours=1), actor=cast.officer,
    )  # fmt: skip
    assert changed.facts["pit_slab_on"] == "2026-06-01"
