"""Every step × every role: who may, who may not, and who may only because they are somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.cast import CAST

from lantu.accounts.models import Grant, User
from lantu.core.refusals import Refused
from lantu.hazards import services as s
from lantu.hazards.actions import actions_for
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.site import HOUR, NOW, hazard_at, photo

LATER = NOW + HOUR
Step = Callable[[Any, Any], Any]


def _reply(hazard: Any, by: Any) -> Any:
    return s.submit_reply(hazard, by=by, now=LATER, text="已经整改完成", files=[("a.jpg", photo())])


# verb → (state in which it is due, the step, the roles of the cast that may take it on this hazard)
STEPS: dict[str, tuple[str, Step, set[str]]] = {
    "confirm": (S.DETECTED, lambda h, by: s.confirm(h, by=by, now=LATER), {"officer", "inspector"}),
    "issue_order": (S.CONFIRMED, lambda h, by: s.issue_order(h, by=by, now=LATER), {"officer", "inspector"}),
    "accept_order": (S.ORDERED, lambda h, by: s.accept_order(h, by=by, now=LATER), {"contractor"}),
    "submit_reply": (S.RECTIFYING, _reply, {"contractor"}),
    "supervisor_confirm": (
        S.SUBMITTED,
        lambda h, by: s.supervisor_confirm(h, by=by, now=LATER),
        {"supervisor"},
    ),
    "supervisor_return": (
        S.SUBMITTED,
        lambda h, by: s.supervisor_return(h, by=by, now=LATER, reason="仍有缺口"),
        {"supervisor"},
    ),
    "recheck_close": (
        S.SV_CONFIRMED,
        lambda h, by: s.recheck_close(h, by=by, now=LATER),
        {"officer", "inspector"},
    ),
    "recheck_return": (
        S.SV_CONFIRMED,
        lambda h, by: s.recheck_return(h, by=by, now=LATER, reason="仍有缺口"),
        {"officer", "inspector"},
    ),
    "propose_false": (
        S.ORDERED,
        lambda h, by: s.mark_false_positive(h, by=by, now=LATER, reason="现场没有此问题"),
        {"officer", "inspector", "contractor", "supervisor", "owner"},
    ),
    "void": (
        S.DETECTED,
        lambda h, by: s.void(h, by=by, now=LATER, reason="重复登记"),
        {"officer", "director"},
    ),
}


@pytest.mark.parametrize("verb", list(STEPS))
def test_every_role_at_every_step(verb: str, cast: Any, site_project: Any) -> None:
    from django.db import transaction

    state, step, allowed = STEPS[verb]
    hazard = hazard_at(state, cast, site_project)
    done = set()
    for role in CAST:
        hazard.refresh_from_db()
        hazard = type(hazard).objects.get(pk=hazard.pk)
        offered = verb in {action.verb for action in actions_for(getattr(cast, role), hazard)}
        refusal = None
        try:
            with transaction.atomic():
                step(hazard, getattr(cast, role))
                transaction.set_rollback(True)
            done.add(role)
        except Refused as refused:
            refusal = refused
        assert offered == (refusal is None), f"{role} is offered {verb}: {offered}, but: {refusal}"
        assert refusal is None or refusal.status in {403, 409}
    assert done == allowed


@pytest.mark.parametrize("verb", list(STEPS))
def test_a_step_out_of_order_is_refused_in_words(verb: str, cast: Any, site_project: Any) -> None:
    _state, step, allowed = STEPS[verb]
    closed = hazard_at(S.CLOSED, cast, site_project)
    role = "director" if verb == "void" else sorted(allowed)[0]
    with pytest.raises(Refused) as refused:
        step(closed, getattr(cast, role))
    assert refused.value.code == "hazards.wrong_order"
    assert "已销号" in refused.value.detail
    assert refused.value.remedy


def colleague(of: User, role: str) -> User:
    """Another person of the same unit."""
    user = User.objects.create(
        username=f"{of.username}-{role}", display_name="同事", organisation=of.organisation
    )
    Grant.objects.create(user=user, role=role, reach="city", granted_at=NOW)
    return user


def test_the_supervisor_is_not_of_the_rectifying_unit(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.SUBMITTED, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.supervisor_confirm(hazard, by=colleague(cast.contractor, "supervisor"), now=LATER)
    assert refused.value.code == "hazards.same_unit"


@pytest.mark.parametrize("of", ["contractor", "supervisor"])
def test_the_rechecker_is_independent(of: str, cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.SV_CONFIRMED, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.recheck_close(hazard, by=colleague(getattr(cast, of), "inspector"), now=LATER)
    assert refused.value.code == "hazards.same_unit"
    assert refused.value.remedy


def test_one_person_with_every_role_cannot_close_alone(cast: Any, site_project: Any) -> None:
    for role in ("supervisor", "inspector", "officer"):
        Grant.objects.create(user=cast.contractor, role=role, reach="city", granted_at=NOW)
    cast.contractor.__dict__.pop("_held_grants", None)
    hazard = hazard_at(S.SUBMITTED, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.supervisor_confirm(hazard, by=cast.contractor, now=LATER)
    assert refused.value.code == "hazards.same_person"
    hazard = s.supervisor_confirm(hazard, by=cast.supervisor, now=LATER)
    with pytest.raises(Refused) as refused:
        s.recheck_close(hazard, by=cast.contractor, now=LATER)
    assert refused.value.code == "hazards.same_person"


def test_who_orders_does_not_rectify(cast: Any, site_project: Any) -> None:
    twin = colleague(cast.contractor, "inspector")
    hazard = hazard_at(S.CONFIRMED, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.issue_order(hazard, by=twin, now=LATER)
    assert refused.value.code == "hazards.same_unit"


def test_a_colleague_of_the_addressee_may_accept(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    twin = colleague(cast.contractor, "contractor")
    hazard = s.accept_order(hazard, by=twin, now=LATER)
    assert (hazard.rectifier, hazard.duty.holder) == (twin, twin)


def test_a_contractor_of_another_site_gets_nowhere(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    with pytest.raises(Refused) as refused:
        s.accept_order(hazard, by=cast.outsider, now=LATER)
    assert refused.value.status == 403


def test_a_false_positive_needs_two_people_of_two_units(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    s.mark_false_positive(hazard, by=cast.contractor, now=LATER, reason="雾炮水汽干扰，便携仪复测正常")
    hazard.refresh_from_db()
    assert hazard.state == S.ORDERED
    assert hazard.duty.holder == cast.officer
    assert hazard.duty.step == "decide_false"
    with pytest.raises(Refused, match="待复核"):
        s.accept_order(hazard, by=cast.contractor, now=LATER)
    with pytest.raises(Refused):
        s.mark_false_positive(hazard, by=cast.contractor, now=LATER)
    with pytest.raises(Refused) as refused:
        s.mark_false_positive(hazard, by=colleague(cast.contractor, "inspector"), now=LATER)
    assert refused.value.code == "hazards.same_unit"
    s.mark_false_positive(hazard, by=cast.inspector, now=LATER + HOUR)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.ended_by) == (S.FALSE_POSITIVE, cast.inspector)
    assert "雾炮" in hazard.end_reason


def test_a_declined_claim_goes_back_to_where_it_stood(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.RECTIFYING, cast, site_project)
    due_at = hazard.due_at
    s.mark_false_positive(hazard, by=cast.contractor, now=LATER, reason="设备漂移")
    s.decline_false_positive(hazard, by=cast.officer, now=LATER + HOUR, reason="现场复测仍超限")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.duty.holder, hazard.duty.due_at) == (S.RECTIFYING, cast.contractor, due_at)
    assert hazard.end_reason == ""
    with pytest.raises(Refused, match="没有待复核"):
        s.decline_false_positive(hazard, by=cast.officer, now=LATER, reason="再驳回一次")


def test_a_false_hazard_makes_its_warning_false(cast: Any, site_project: Any) -> None:
    from lantu.core.subscriptions import inline_delivery
    from lantu.hazards.models import Hazard
    from lantu.hazards.tests.site import raise_dust_alert

    with inline_delivery():
        alert = raise_dust_alert(site_project)
        hazard = Hazard.objects.get(alert=alert)
        s.mark_false_positive(hazard, by=cast.contractor, now=LATER, reason="雾炮水汽干扰")
        s.mark_false_positive(hazard, by=cast.officer, now=LATER + HOUR)
    alert.refresh_from_db()
    assert (alert.state, alert.proposed_by) == ("false_positive", cast.contractor)


def test_a_warning_marked_false_takes_its_hazard_along(cast: Any, site_project: Any) -> None:
    from lantu.core.subscriptions import inline_delivery
    from lantu.hazards.models import Hazard
    from lantu.hazards.tests.site import raise_dust_alert
    from lantu.monitoring.alerts.services import mark_false_positive

    with inline_delivery():
        alert = raise_dust_alert(site_project)
        mark_false_positive(alert, reason="便携仪复测 60 µg/m³", now=LATER, actor=cast.contractor)
        mark_false_positive(alert, reason="", now=LATER, actor=cast.inspector)
    assert Hazard.objects.get(alert=alert).state == S.FALSE_POSITIVE


def test_who_reported_does_not_void_alone(cast: Any, site_project: Any) -> None:
    hazard = s.report_hazard(project=site_project, title="重复登记的隐患", grade=1, by=cast.officer, now=NOW)
    with pytest.raises(Refused) as refused:
        s.void(hazard, by=cast.officer, now=LATER, reason="登记错了")
    assert refused.value.code == "hazards.same_person"
    with pytest.raises(Refused, match="理由"):
        s.void(hazard, by=cast.director, now=LATER, reason=" ")
    s.void(hazard, by=cast.director, now=LATER, reason="登记错了项目")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.end_reason) == (S.VOID, "登记错了项目")
