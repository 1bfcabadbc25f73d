"""What people and other floors do with alerts."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.core.services.verify_chain import verify_events
from lantu.duties.models import Duty
from lantu.monitoring.alerts.links import TakenUpLink, taken_up_link, taken_up_links
from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.alerts.services import (
    Finding,
    clear_alert,
    close_alert,
    mark_false_positive,
    raise_alert,
    raise_many,
    take_up,
)
from lantu.monitoring.alerts.services.clear_alert import Calm, clear_many
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.rules.selectors import rules_with_precision, versions_in_force
from lantu.monitoring.rules.services.load_rules import load_rules
from lantu.monitoring.tests.conftest import NOW, RULES
from lantu.projects.models import Party

pytestmark = pytest.mark.django_db


def finding(equipment: SimpleNamespace, **more: Any) -> Finding:
    version = RuleVersion.objects.select_related("rule").get(rule__code="dust.pm10_inst", effective_to=None)
    values: dict[str, Any] = {
        "rule_version": version, "device": equipment.dust, "channel": equipment.dust.channels.get(key="pm10"),
        "severity": 2, "value": 180.0, "limit": 150.0, "at": NOW,
    } | more  # fmt: skip
    return Finding(**values)


def test_the_duty_belongs_to_the_contractor_with_the_packs_clock(
    equipment: SimpleNamespace, cast: Any
) -> None:
    alert = raise_alert(finding(equipment), now=NOW)
    assert alert.duty is not None
    assert (alert.duty.holder, alert.duty.due_at) == (cast.contractor, NOW + timedelta(hours=4))
    assert alert.duty.subject_id == alert.pk
    red = raise_alert(
        finding(equipment, channel=equipment.dust.channels.get(key="noise"), severity=4), now=NOW
    )
    assert red.duty is not None
    assert red.duty.due_at <= NOW + timedelta(hours=1)


def test_missing_parties_never_swallow_an_alert(equipment: SimpleNamespace, cast: Any) -> None:
    Party.objects.filter(project=equipment.project).exclude(role="supervisor").delete()
    assert raise_alert(finding(equipment), now=NOW).duty.holder == cast.supervisor  # type: ignore[union-attr]
    Party.objects.all().delete()
    second = raise_alert(finding(equipment, channel=equipment.dust.channels.get(key="noise")), now=NOW)
    assert second.duty is not None
    assert second.duty.holder == cast.owner, "the head of the owner's unit"


def test_taking_up_passes_the_ball_once(equipment: SimpleNamespace, cast: Any) -> None:
    alert = raise_alert(finding(equipment), now=NOW)
    later = NOW + timedelta(minutes=5)
    alert = take_up(alert, now=later, actor=cast.inspector, hazard_ref="hazards.hazard:12")
    take_up(alert, now=later, actor=cast.inspector, hazard_ref="hazards.hazard:12")
    assert not Duty.objects.filter(closed_at=None, subject_type="monitoring.alert").exists()
    assert Event.objects.filter(kind="monitoring.alert_taken_up").count() == 1
    again = raise_alert(finding(equipment, value=220.0), now=later)
    assert (again.pk, again.state, again.peak_value) == (alert.pk, "taken_up", 220.0)
    closed = close_alert(again, now=later, actor=cast.inspector, outcome="复查通过")
    assert closed.state == "closed"
    with pytest.raises(Refused):
        take_up(closed, now=later, actor=cast.inspector, hazard_ref="hazards.hazard:13")
    assert raise_alert(finding(equipment), now=later).pk != alert.pk


def test_a_risk_that_clears_stays_with_its_holder(equipment: SimpleNamespace) -> None:
    alert = raise_alert(finding(equipment), now=NOW)
    alert = clear_alert(alert, value=90.0, at=NOW, now=NOW)
    assert (alert.state, alert.closed_at) == ("new", None)
    assert clear_alert(alert, value=80.0, at=NOW, now=NOW).last_value == 90.0


def test_false_needs_a_second_person_and_counts_against_the_rule(
    equipment: SimpleNamespace, cast: Any
) -> None:
    alert = raise_alert(finding(equipment), now=NOW)
    with pytest.raises(Refused):
        mark_false_positive(alert, reason="", now=NOW, actor=cast.contractor)
    mark_false_positive(alert, reason="现场复测正常", now=NOW, actor=cast.contractor)
    with pytest.raises(Refused):
        mark_false_positive(alert, reason="现场复测正常", now=NOW, actor=cast.contractor)
    assert mark_false_positive(alert, reason="", now=NOW, actor=cast.supervisor).state == "false_positive"
    (row,) = [row for row in rules_with_precision(day=NOW.date()) if row.alerts]
    assert (row.false, row.precision_pct) == (1, 0.0)


def test_the_database_holds_what_the_services_promise(equipment: SimpleNamespace) -> None:
    alert = raise_alert(finding(equipment), now=NOW)
    for change in ({"duty": None}, {"closed_at": NOW}, {"severity": 5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(**change)
    alert.pk += 1
    with pytest.raises(IntegrityError), transaction.atomic():
        alert.save(force_insert=True)


def test_many_at_once_are_as_good_as_one_by_one(equipment: SimpleNamespace, cast: Any) -> None:
    noise = equipment.dust.channels.get(key="noise")
    with transaction.atomic():
        one, two = raise_many([finding(equipment), finding(equipment, channel=noise, severity=4)], now=NOW)
    assert isinstance(one, Alert)
    assert isinstance(two, Alert)
    for alert in (one, two):
        assert alert.duty is not None
        assert alert.duty.holder == cast.contractor
        assert alert.duty.holdings.count() == alert.duty.notices.count() == 1
    kinds = ["duties.duty_opened", "monitoring.alert_raised"] * 2
    told = Event.objects.filter(project_id=equipment.project.pk).order_by("-seq")[:4]
    assert [(event.kind, event.subject_id) for event in reversed(told)] == list(
        zip(kinds, [one.duty_id, one.pk, two.duty_id, two.pk], strict=True)
    )
    later = NOW + timedelta(minutes=5)
    clear_many([Calm(one.pk, 80.0, later), Calm(two.pk, None, later)], now=later)
    clear_many([Calm(one.pk, 70.0, later)], now=later)
    one.refresh_from_db()
    assert (one.cleared_at, one.last_value, one.is_open) == (later, 80.0, True)
    assert Event.objects.filter(kind="monitoring.alert_cleared").count() == 2
    assert not list(verify_events(equipment.project.pk))


def test_links_come_from_above(cast: Any) -> None:
    taken_up_links.add(
        TakenUpLink(key="test.thing", show=lambda number, _reader: (f"第 {number} 号", f"/t/{number}"))
    )
    assert taken_up_link("test.thing:7", cast.officer) == ("第 7 号", "/t/7")
    assert taken_up_link("test.other:7", cast.officer) is None
    assert taken_up_link("test.thing:x", cast.officer) is None


def test_rules_are_versions(equipment: SimpleNamespace) -> None:
    again = load_rules(RULES, now=NOW)
    assert (again.new_versions, again.unchanged) == (0, len(RULES))
    changed = [RULES[0] | {"levels": [{"severity": 3, "limit": 140, "label": "报警"}]}]
    assert load_rules(changed, now=NOW).new_versions == 1
    first, second = RuleVersion.objects.filter(rule__code="dust.pm10_inst").order_by("version")
    assert (first.levels[0]["limit"], second.levels[0]["limit"]) == (150, 140)
    assert first.effective_to is not None
    assert first.effective_to < second.effective_from
    held = {version.rule.code: version.version for version in versions_in_force(NOW.date())}
    assert held["dust.pm10_inst"] == 2
    before = {v.rule.code: v.version for v in versions_in_force(NOW.date() - timedelta(days=3))}
    assert before["dust.pm10_inst"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"levels": []}, {"levels": [{"severity": 9, "limit": 1}]}, {"levels": [{"severity": 2, "limit": "x"}]},
        {"levels": [{"severity": 2, "limit": 5}, {"severity": 3, "limit": 4}]}, {"kind": "magic"}, {"mark": "Z"},
        {"basis": ""}, {"stat": "mean"}, {"colour": "red"}, {"compare": "near"},
    ],
)  # fmt: skip
def test_unusable_rules_are_refused_whole(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        load_rules([RULES[0], RULES[0] | {"code": "x.y"} | wrong], now=NOW)
    assert not Rule.objects.exists()
