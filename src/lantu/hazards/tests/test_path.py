"""The path of a hazard, from warning to cancelled number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lantu.core.models import Event, Evidence
from lantu.core.subscriptions import inline_delivery
from lantu.duties.models import Duty, Holding
from lantu.hazards import services as s
from lantu.hazards.models import Hazard
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import (
    HOUR,
    MINUTE,
    NOW,
    dust_monitor,
    hazard_at,
    photo,
    raise_dust_alert,
    reply,
)
from lantu.monitoring.models import Alert


def kinds(hazard: Hazard) -> list[str]:
    rows = Event.objects.filter(subject_type="hazards.hazard", subject_id=hazard.pk).order_by("id")
    return [row.kind.removeprefix("hazards.") for row in rows]


def test_a_warning_becomes_an_order_and_ends_cancelled(cast: Any, site_project: Any) -> None:
    with inline_delivery():
        alert = raise_dust_alert(site_project)
    hazard = Hazard.objects.get(alert=alert)
    assert (hazard.state, hazard.grade, hazard.order_no) == (S.ORDERED, 2, "重整〔2026〕0001号")
    assert hazard.issued_automatically
    assert hazard.issuer is None
    assert hazard.due_at == NOW + 72 * HOUR
    assert "喷淋" in hazard.measures_required
    assert hazard.clause == "山东省扬尘污染综合整治方案 第4条"
    duty = hazard.duty
    assert duty is not None
    assert (duty.holder, duty.step, duty.due_at, duty.severity) == (
        cast.contractor,
        "accept",
        NOW + 4 * HOUR,
        2,
    )
    alert.refresh_from_db()
    assert (alert.state, alert.taken_up_ref) == ("taken_up", f"hazards.hazard:{hazard.pk}")
    assert not Duty.objects.filter(subject_type="monitoring.alert", closed_at=None).exists()

    s.accept_order(hazard, by=cast.contractor, now=NOW + HOUR)
    answer = reply(hazard, cast, now=NOW + 20 * HOUR)
    s.supervisor_confirm(hazard, by=cast.supervisor, now=NOW + 22 * HOUR, note="现场核对无误")
    s.recheck_close(hazard, by=cast.inspector, now=NOW + 30 * HOUR, files=[("复查.jpg", photo())])

    hazard.refresh_from_db()
    alert.refresh_from_db()
    assert (hazard.state, hazard.closed_at) == (S.CLOSED, NOW + 30 * HOUR)
    assert (hazard.rectifier, hazard.supervisor, hazard.rechecker) == (
        cast.contractor,
        cast.supervisor,
        cast.inspector,
    )
    assert alert.state == "closed"
    assert (
        Evidence.objects.filter(supports_type="hazards.reply", supports_id=answer.pk, kind="photo").count()
        == 1
    )
    assert kinds(hazard) == [
        "hazard_opened", "order_issued", "order_accepted", "reply_submitted", "reply_confirmed", "hazard_closed",
    ]  # fmt: skip
    assert not Duty.objects.filter(
        subject_type="hazards.hazard", subject_id=hazard.pk, closed_at=None
    ).exists()


def test_the_automatic_order_is_on_behalf_of_the_officer(cast: Any, site_project: Any) -> None:
    with inline_delivery():
        raise_dust_alert(site_project)
    issued = Event.objects.get(kind="hazards.order_issued")
    assert issued.actor is None
    assert issued.on_behalf_of == cast.officer
    opened = Event.objects.get(kind="hazards.hazard_opened")
    assert issued.cause == opened
    assert opened.cause is not None
    assert opened.cause.kind == "monitoring.alert_raised"


def test_without_automatic_dispatch_the_officer_gets_the_ball(
    cast: Any, site_project: Any, settings: Any
) -> None:
    settings.HAZARDS_AUTO_DISPATCH = False
    with inline_delivery():
        alert = raise_dust_alert(site_project)
    hazard = Hazard.objects.get(alert=alert)
    assert (hazard.state, hazard.duty and hazard.duty.holder) == (S.CONFIRMED, cast.officer)
    s.issue_order(hazard, by=cast.officer, now=NOW + HOUR, due_at=NOW + 30 * HOUR)
    hazard.refresh_from_db()
    assert (hazard.issuer, hazard.due_at) == (cast.officer, NOW + 30 * HOUR)


def test_a_project_without_parties_still_has_somebody_to_act(cast: Any, other_project: Any) -> None:
    with inline_delivery():
        alert = raise_dust_alert(other_project)
    hazard = Hazard.objects.get(alert=alert)
    assert hazard.state == S.CONFIRMED
    assert hazard.duty is not None
    assert hazard.duty.holder in {cast.officer, cast.director}
    with pytest.raises(Exception, match="监理"):
        s.issue_order(hazard, by=cast.officer, now=NOW)


def test_subscribers_are_idempotent(cast: Any, site_project: Any) -> None:
    from lantu.hazards import subscribers

    with inline_delivery():
        raise_dust_alert(site_project)
        raised = Event.objects.get(kind="monitoring.alert_raised")
        for _again in range(2):
            subscribers.open_for_alert(raised)
    assert Hazard.objects.count() == 1
    assert Event.objects.filter(kind="hazards.hazard_opened").count() == 1
    assert Event.objects.filter(kind="monitoring.alert_taken_up").count() == 1


def test_a_worse_warning_raises_the_grade_and_brings_the_deadline_nearer(
    cast: Any, site_project: Any
) -> None:
    from lantu.hazards import subscribers

    with inline_delivery():
        alert = raise_dust_alert(site_project)
        raise_dust_alert(site_project, severity=4, value=300.0, now=NOW + HOUR)
    hazard = Hazard.objects.get(alert=alert)
    assert hazard.grade == 4
    assert hazard.due_at == NOW + 72 * HOUR  # a longer term of the higher grade gives nobody more time
    assert hazard.duty is not None
    assert hazard.duty.severity == 4
    subscribers.follow_escalation(Event.objects.get(kind="monitoring.alert_escalated"))
    assert Event.objects.filter(kind="hazards.grade_raised").count() == 1


def test_clearing_is_noted_and_closes_nothing(cast: Any, site_project: Any) -> None:
    from lantu.monitoring.alerts.services import clear_alert

    with inline_delivery():
        alert = raise_dust_alert(site_project)
        clear_alert(alert, value=80.0, at=NOW + HOUR, now=NOW + HOUR)
        hazard = Hazard.objects.get(alert=alert)
        assert hazard.warning_cleared_at == NOW + HOUR
        assert hazard.state == S.ORDERED
        raise_dust_alert(site_project, value=140.0, now=NOW + 2 * HOUR)
    hazard.refresh_from_db()
    assert (
        kinds(hazard)[-2:] == ["warning_cleared", "warning_recurred"] or hazard.warning_cleared_at is not None
    )


def test_a_technical_alert_opens_no_hazard(site_project: Any) -> None:
    with inline_delivery():
        alert = raise_dust_alert(site_project)
    Hazard.objects.all().delete()
    Alert.objects.filter(pk=alert.pk).update(kind="technical")
    with pytest.raises(Exception, match="风险预警"):
        s.open_hazard(alert, now=NOW)


def test_a_returned_reply_goes_round_again_and_the_deadline_stays(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.SUBMITTED, cast, site_project)
    due_at = hazard.due_at
    s.supervisor_return(hazard, by=cast.supervisor, now=NOW + HOUR, reason="栏杆只装了一半")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.returned_count, hazard.due_at) == (S.RETURNED, 1, due_at)
    assert (hazard.duty.holder, hazard.duty.due_at) == (cast.contractor, due_at)
    reply(hazard, cast, now=NOW + 2 * HOUR)
    s.supervisor_confirm(hazard, by=cast.supervisor, now=NOW + 3 * HOUR)
    s.recheck_return(hazard, by=cast.inspector, now=due_at + HOUR, reason="挡脚板缺失")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.returned_count, hazard.supervisor) == (S.RETURNED, 2, None)
    assert hazard.duty.due_at == due_at + HOUR + 4 * HOUR
    reply(hazard, cast, now=due_at + 2 * HOUR)
    s.supervisor_confirm(hazard, by=cast.supervisor, now=due_at + 3 * HOUR)
    s.recheck_close(hazard, by=cast.inspector, now=due_at + 4 * HOUR)
    closed = Event.objects.get(kind="hazards.hazard_closed")
    assert closed.payload["on_time"] is False


def test_the_time_bill_adds_up(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.CLOSED, cast, site_project)
    held = Holding.objects.filter(duty__subject_type="hazards.hazard", duty__subject_id=hazard.pk)
    assert (
        sum(((h.ended_at or NOW) - h.started_at for h in held), timedelta())
        == hazard.closed_at - hazard.opened_at
    )


def test_order_numbers_have_no_gaps(cast: Any, site_project: Any) -> None:
    first = hazard_at(S.ORDERED, cast, site_project)
    waiting = hazard_at(S.CONFIRMED, cast, site_project)
    with pytest.raises(Exception, match="期限"):
        s.issue_order(waiting, by=cast.officer, now=NOW + HOUR, due_at=NOW)
    s.issue_order(waiting, by=cast.officer, now=NOW + HOUR)
    waiting.refresh_from_db()
    later = hazard_at(S.ORDERED, cast, site_project, now=NOW + 300 * 24 * HOUR)
    assert [h.order_no for h in (first, waiting, later)] == [
        "重整〔2026〕0001号", "重整〔2026〕0002号", "重整〔2027〕0001号",
    ]  # fmt: skip


def test_a_reported_hazard_keeps_its_photos(cast: Any, site_project: Any) -> None:
    hazard = s.report_hazard(
        project=site_project,
        title="脚手架连墙件缺失",
        grade=3,
        by=cast.supervisor,
        now=NOW,
        files=[("a.jpg", photo())],
    )
    assert hazard.state == S.DETECTED
    assert hazard.duty.holder == cast.officer
    assert Evidence.objects.get(supports_type="hazards.hazard", supports_id=hazard.pk).name == "a.jpg"


def test_merging_leaves_the_row_and_the_count(cast: Any, site_project: Any) -> None:
    keep, twin = hazard_at(S.ORDERED, cast, site_project), hazard_at(S.DETECTED, cast, site_project)
    s.merge(twin, into=keep, by=cast.officer, now=NOW + HOUR)
    twin.refresh_from_db()
    assert (twin.state, twin.merged_into) == (S.MERGED, keep)
    with pytest.raises(Exception, match="同一项目"):
        s.merge(hazard_at(S.DETECTED, cast, site_project), into=twin, by=cast.officer, now=NOW + HOUR)


def test_two_devices_two_hazards(cast: Any, site_project: Any) -> None:
    dust_monitor(site_project, "DUST-02")
    with inline_delivery():
        raise_dust_alert(site_project, code="DUST-01")
        raise_dust_alert(site_project, code="DUST-02", now=NOW + MINUTE)
    assert Hazard.objects.count() == 2


def test_the_alert_says_where_it_went(cast: Any, site_project: Any) -> None:
    from lantu.monitoring.alerts.links import taken_up_link

    with inline_delivery():
        alert = raise_dust_alert(site_project)
    alert.refresh_from_db()
    text, url = taken_up_link(alert.taken_up_ref, cast.officer)
    hazard = Hazard.objects.get()
    assert (text, url) == (f"{hazard.order_no} · 待签收 · 单安全", hazard.get_absolute_url())
    assert taken_up_link(alert.taken_up_ref, cast.outsider) is None
