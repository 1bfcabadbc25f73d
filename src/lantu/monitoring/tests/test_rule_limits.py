"""Limits of a place: facts, design documents, abstentions, and history that stays as it was judged."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from lantu.core.models import Event
from lantu.core.refusals import Refused, Unacceptable
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.ingest.worker import Worker
from lantu.monitoring.rules.abstentions import lacking_by_device, unjudged_of
from lantu.monitoring.rules.late import late_window_moves
from lantu.monitoring.rules.models import RuleVersion
from lantu.monitoring.rules.overrides.services.set_limit import set_limit
from lantu.monitoring.rules.overrides.services.withdraw_limit import withdraw_limit
from lantu.monitoring.rules.services.load_rules import load_rules
from lantu.monitoring.tests.conftest import MS, NOW
from lantu.monitoring.tests.engineering import document, load_pack_rules, put_device, send
from lantu.packs.load import national

pytestmark = pytest.mark.django_db
DAY = 86_400
TODAY = timezone.localdate(NOW)
KNOWN = {
    "pit_grade": 1,
    "pit_support": "pile_wall",
    "pit_depth_m": 8,
    "member_f2_kn": 2000,
    "force_member": "strut",
}


@pytest.fixture
def pit(cast: SimpleNamespace, site_project: Any) -> Any:
    load_pack_rules("pit")
    return put_device(cast, site_project, "P9", "pit", facts=KNOWN)


def feed(project: Any, *readings: tuple[float, float]) -> None:
    """Days and millimetres of P9."""
    send(
        Worker(partition="t", now=NOW),
        project,
        [("P9", {"displacement_h_mm": mm}, days * DAY) for days, mm in readings],
    )


def test_a_pit_alarms_by_cumulative_and_rate_together(pit: Any, site_project: Any) -> None:
    """H = 8 m: min(20, 0.2 % × 8 m) = 16 mm and 2 mm/d. 12 mm at 1.5 mm/d: both above 70 %."""
    feed(site_project, (-1, 10.4), (0, 11.9), (0.003, 12.0))
    alert = Alert.objects.get(rule__code="pit.top_h.g1.pile_wall.band")
    assert (alert.severity, alert.inputs["cumulative_limit"], alert.inputs["rate_limit"]) == (2, 16, 2)
    assert alert.inputs["fact"] == "pit_depth_m = 8"
    assert alert.inputs["cumulative_share_pct"] == 75
    assert alert.inputs["version"] == alert.rule_version.version == 1


def test_after_the_slab_the_rate_counts_more(pit: Any, site_project: Any, cast: Any) -> None:
    pit.facts = KNOWN | {"pit_slab_on": "2026-06-01"}
    pit.save(update_fields=["facts"])
    feed(site_project, (-1, 1.0), (0, 2.4), (0.003, 2.41))
    alert = Alert.objects.get(rule__code="pit.top_h.g1.pile_wall.band")
    assert (alert.severity, alert.inputs["rate_limit"], alert.inputs["rate_factor"]) == (3, 1.4, 0.7)


def test_missing_facts_are_said_and_never_normal(pit: Any, cast: Any, site_project: Any) -> None:
    bare = put_device(cast, site_project, "P8", "pit", facts={"pit_grade": 1, "pit_support": "pile_wall"})
    rows = [row for row in unjudged_of([pit, bare], day=TODAY) if row.reason != "NO_DATA"]
    assert {row.device_id for row in rows} == {bare.pk}
    by_rule = {row.version.rule.code: row for row in rows}
    band = by_rule["pit.top_h.g1.pile_wall.band"]
    assert (band.upper_bound_only, band.missing_names) == (True, ["基坑设计深度 H（米）"])
    assert band.text == "低于上限时不作判断：缺少基坑设计深度 H（米）"
    force = by_rule["pit.axial.g1"]
    assert (force.upper_bound_only, force.reason) == (False, "MISSING_FACT")
    assert force.text.startswith("不作判断")
    assert set(lacking_by_device(rows)) == {bare.pk}


def test_the_designer_goes_before_the_table(pit: Any, cast: Any, site_project: Any) -> None:
    override = set_limit(
        project=site_project, item="pit.top_h", limits={"cumulative": 10, "rate": 1}, evidence=document(cast, site_project),
        document_no="JK-2026-07", now=NOW, actor=cast.owner, reason="邻近既有线",
    )  # fmt: skip
    assert override.looser is False
    feed(site_project, (-1, 8.0), (0, 8.6), (0.003, 8.7))
    alert = Alert.objects.get(rule__code="pit.top_h.g1.pile_wall.band")
    assert (alert.inputs["cumulative_limit"], alert.inputs["rate_limit"]) == (10, 1)
    assert (alert.inputs["override"], alert.inputs["document_no"]) == (override.pk, "JK-2026-07")
    event = Event.objects.get(kind="monitoring.design_limit_set")
    assert (event.actor, event.payload["document_no"]) == (cast.owner, "JK-2026-07")


def test_a_design_value_ends_an_abstention(cast: Any, site_project: Any, pit: Any) -> None:
    bare = put_device(cast, site_project, "P8", "pit", facts={})
    before = {row.version.rule.code for row in unjudged_of([bare], day=TODAY) if row.reason == "MISSING_H"}
    assert "pit.top_h.no_grade.band" in before
    set_limit(
        project=site_project, item="pit.top_h", limits={"cumulative": 30, "rate": 3}, evidence=document(cast, site_project),
        document_no="JK-1", now=NOW, actor=cast.officer, device=bare,
    )  # fmt: skip
    after = {row.version.rule.code for row in unjudged_of([bare], day=TODAY) if row.reason == "MISSING_H"}
    assert before - after == {"pit.top_h.no_grade.band"}


def test_a_looser_value_is_marked_and_a_second_one_refused(pit: Any, cast: Any, site_project: Any) -> None:
    given: dict[str, Any] = {
        "project": site_project, "item": "pit.top_h", "evidence": document(cast, site_project), "document_no": "A",
        "now": NOW, "actor": cast.officer,
    }  # fmt: skip
    override = set_limit(limits={"cumulative": 35, "rate": 2}, **given)
    assert override.looser
    with pytest.raises(Refused, match="已有现行"):
        set_limit(limits={"cumulative": 30, "rate": 2}, **given)
    with pytest.raises(Unacceptable, match="撤回理由"):
        withdraw_limit(override, reason=" ", now=NOW, actor=cast.officer)
    withdraw_limit(override, reason="设计变更 03", now=NOW, actor=cast.officer)
    assert set_limit(limits={"cumulative": 30, "rate": 2}, **given).pk != override.pk


@pytest.mark.parametrize(
    ("item", "limits", "said"),
    [
        ("pit.nothing", {"cumulative": 1, "rate": 1}, "没有适用于"),
        ("pit.top_h", {"cumulative": -1, "rate": 1}, "限值不可用"),
        ("pit.top_h", {"depth": 3}, "限值不可用"),
        ("pit.top_h", {"levels": {"2": 5}}, "限值不可用"),
        ("pit.axial.g1", {"levels": {"2": 900, "3": 800}}, "限值不可用"),
    ],
)
def test_unusable_design_values_are_refused(
    item: str, limits: dict[str, Any], said: str, pit: Any, cast: Any, site_project: Any
) -> None:
    with pytest.raises(Unacceptable, match=said):
        set_limit(
            project=site_project, item=item, limits=limits, evidence=document(cast, site_project), document_no="A",
            now=NOW, actor=cast.officer,
        )  # fmt: skip


def test_a_changed_rule_judges_tomorrow_and_rewrites_nothing(pit: Any, site_project: Any) -> None:
    feed(site_project, (-1, 10.4), (0, 11.9), (0.003, 12.0))
    alert = Alert.objects.get(rule__code="pit.top_h.g1.pile_wall.band")
    judged = (alert.rule_version_id, dict(alert.inputs), alert.severity, alert.limit)
    row = national().thresholds["pit.top_h.g1.pile_wall.band"].row()
    stricter = row | {"terms": row["terms"] | {"cumulative": 15.0}}
    later = NOW + timedelta(days=3)
    assert load_rules([stricter], now=later).new_versions == 1
    alert.refresh_from_db()
    assert (alert.rule_version_id, dict(alert.inputs), alert.severity, alert.limit) == judged
    first, second = RuleVersion.objects.filter(rule=alert.rule).order_by("version")
    assert (first.version, second.version) == (1, 2)
    assert first.effective_to == timezone.localdate(later) - timedelta(days=1)
    assert first.terms["cumulative"] == 20, "the old wording stands as it was"


def test_what_the_pack_drops_ends_and_what_it_brings_back_begins_anew(pit: Any) -> None:
    rows = [row for row in national().rule_rows() if row["family"] == "pit"]
    code = "pit.water.band"
    done = load_rules([row for row in rows if row["code"] != code], now=NOW, retire=True)
    assert done.retired == (code,)
    version = RuleVersion.objects.get(rule__code=code)
    assert version.effective_to == TODAY - timedelta(days=1)
    assert load_rules(rows, now=NOW + timedelta(days=1), retire=True).new_versions == 1
    assert RuleVersion.objects.filter(rule__code=code).count() == 2
    assert load_rules(rows, now=NOW + timedelta(days=1), retire=True).unchanged == len(rows)


def test_late_readings_fill_a_window_and_are_judged_at_their_own_time(cast: Any, site_project: Any) -> None:
    """An hour of dust arrives after newer readings: its mean is judged then, the live state is not touched."""
    load_pack_rules("dust")
    put_device(cast, site_project, "D9", "dust_noise")
    worker = Worker(partition="t", now=NOW)
    send(worker, site_project, [("D9", {"pm10": 60}, 7200 + 60 * n) for n in range(3)])
    memory = worker.memory
    before = memory.state.core.tobytes()
    send(worker, site_project, [("D9", {"pm10": 180}, 60 * n) for n in range(60)])
    assert memory.state.core.tobytes() == before
    alert = Alert.objects.get(rule__code="dust.pm10.hour")
    assert (alert.late, alert.severity, alert.opened_at) == (True, 3, NOW + timedelta(minutes=44))
    assert alert.inputs
    worker.between(turn=3, now=NOW + timedelta(hours=6), caught_up=True)
    alert.refresh_from_db()
    assert alert.cleared_at == NOW + timedelta(seconds=7320), "over by the newest value, and said so"
    place = memory.registry.by_code["D9"].keys["pm10"]
    again = late_window_moves(memory.rules, np.full(60, place), MS + 60_000 * np.arange(60))
    assert "dust.pm10.hour" not in {memory.rules.versions[move.slot].rule.code for move in again}, "told once"


def test_late_readings_are_judged_by_the_rules_of_their_own_day(cast: Any, site_project: Any) -> None:
    """The limit was lowered today: what was measured yesterday below the limit of yesterday is no excess."""
    load_pack_rules("dust")
    put_device(cast, site_project, "D9", "dust_noise")
    rows = [row for row in national().rule_rows() if row["code"] == "dust.pm10.peak"]
    limits = [level["limit"] for level in rows[0]["levels"]]
    lower = [level | {"limit": limit / 2} for level, limit in zip(rows[0]["levels"], limits, strict=True)]
    assert load_rules([rows[0] | {"levels": lower}], now=NOW + timedelta(days=1)).new_versions == 1
    worker = Worker(partition="t", now=NOW + timedelta(days=1))
    day_s = 86_400
    send(worker, site_project, [("D9", {"pm10": 1}, day_s + 3600)])
    between = min(limits) * 0.75
    send(worker, site_project, [("D9", {"pm10": between}, 600)])
    assert not Alert.objects.filter(rule__code="dust.pm10.peak").exists()
    send(worker, site_project, [("D9", {"pm10": min(limits) * 1.1}, 660)])
    alert = Alert.objects.get(rule__code="dust.pm10.peak")
    assert (alert.late, alert.rule_version.version, alert.inputs["limit"]) == (True, 1, min(limits))
    slot = next(n for n, v in enumerate(worker.memory.rules.versions) if v.rule.code == "dust.pm10.peak")
    assert worker.memory.alerts.id[slot] == alert.pk, "today's rule knows it and ends it"
    worker.between(turn=3, now=NOW + timedelta(days=2), caught_up=True)
    alert.refresh_from_db()
    assert alert.cleared_at is not None
    send(worker, site_project, [("D9", {"pm10": between}, day_s + 600)])
    assert Alert.objects.filter(rule__code="dust.pm10.peak").count() == 1, (
        "late, but of today: the same alert"
    )
