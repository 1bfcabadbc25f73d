"""The ball: opened, passed, bounced, arbitrated, closed. It is never with nobody."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.cast import NOW

from lantu.accounts.services.away import go_away
from lantu.accounts.services.people import deactivate_person
from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused
from lantu.core.subscriptions import inline_delivery
from lantu.duties.models import Duty, Notice
from lantu.duties.services.bounce import arbitrate, bounce
from lantu.duties.services.close import close_duty
from lantu.duties.services.delegate import set_away
from lantu.duties.services.hand_over import hand_over
from lantu.duties.services.move import move_duty
from lantu.duties.tests.makers import make_duty

HOUR = timedelta(hours=1)


def colleague(of: Any, name: str = "colleague") -> Any:
    from lantu.accounts.models import Grant, User

    user = User.objects.create_user(username=name, display_name="同事", organisation=of.organisation)
    grant = of.grants.first()
    if grant is not None:
        Grant.objects.create(
            user=user, role=grant.role, reach=grant.reach, county_code=grant.county_code,
            organisation=grant.organisation, granted_at=NOW,
        )  # fmt: skip
    return user


def test_a_subject_has_one_open_duty(cast: SimpleNamespace) -> None:
    make_duty(cast.contractor)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_duty(cast.owner)


def test_moving_leaves_no_moment_without_a_duty(cast: SimpleNamespace) -> None:
    first = make_duty(cast.contractor)
    second = move_duty(
        first, step="check", title="复查", action_label="复查", action_url="/", holder=cast.supervisor,
        due_at=NOW + HOUR, now=NOW + HOUR, actor=cast.contractor,
    )  # fmt: skip
    first.refresh_from_db()
    assert first.closed_at == second.opened_at
    assert Duty.objects.filter(subject_type="tests.thing", closed_at=None).count() == 1
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "duties.duty_opened", "duties.duty_closed", "duties.duty_opened",
    ]  # fmt: skip


def test_closing_twice_is_refused(cast: SimpleNamespace) -> None:
    duty = close_duty(make_duty(cast.contractor), now=NOW + HOUR, actor=cast.contractor, outcome="完成")
    with pytest.raises(Refused, match="已经办结"):
        close_duty(duty, now=NOW + HOUR, actor=cast.contractor, outcome="完成")


def test_the_new_holder_is_told_and_closing_marks_it_seen(cast: SimpleNamespace) -> None:
    duty = make_duty(cast.contractor, actor=cast.supervisor)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.seen_at) == (cast.contractor, "given", None)
    close_duty(duty, now=NOW + HOUR, actor=cast.contractor, outcome="完成")
    notice.refresh_from_db()
    assert notice.seen_at == NOW + HOUR


def test_hand_over_keeps_both_spans(cast: SimpleNamespace) -> None:
    mate = colleague(cast.contractor)
    duty = hand_over(
        make_duty(cast.contractor), to=mate, reason="换班", now=NOW + HOUR, actor=cast.contractor
    )
    spans = list(duty.holdings.values_list("holder_id", "started_at", "ended_at"))
    assert spans == [(cast.contractor.pk, NOW, NOW + HOUR), (mate.pk, NOW + HOUR, None)]
    assert duty.holder == mate
    assert duty.due_at == NOW + timedelta(days=10)


def test_hand_over_leaves_the_unit_only_by_the_bureau(cast: SimpleNamespace) -> None:
    duty = make_duty(cast.contractor)
    with pytest.raises(Refused, match="不在本单位"):
        hand_over(duty, to=cast.owner, reason="x", now=NOW, actor=cast.contractor)
    with pytest.raises(Denied):
        hand_over(duty, to=cast.owner, reason="x", now=NOW, actor=cast.outsider)
    assert (
        hand_over(duty, to=cast.owner, reason="改派", now=NOW, actor=cast.officer).unit
        == cast.owner.organisation
    )


def test_nobody_receives_a_duty_of_a_project_they_cannot_open(
    cast: SimpleNamespace, site_project: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    with pytest.raises(Refused, match="无权查看该项目"):
        hand_over(duty, to=cast.outsider, reason="x", now=NOW, actor=cast.officer)


def test_bounce_goes_to_the_proposed_person_and_the_second_to_the_arbiter(
    cast: SimpleNamespace, site_project: Any
) -> None:
    duty = make_duty(cast.contractor, project=site_project)
    duty = bounce(
        duty, code="not_ours", to=cast.owner, reason="合同第 3 条", now=NOW + HOUR, actor=cast.contractor
    )
    assert (duty.holder, duty.arbitrating) == (cast.owner, False)
    duty = bounce(
        duty, code="wrong_area", to=cast.supervisor, reason="", now=NOW + 2 * HOUR, actor=cast.owner
    )
    assert (duty.holder, duty.arbitrating) == (cast.officer, True)
    with pytest.raises(Refused, match="等待裁定"):
        hand_over(duty, to=cast.owner, reason="x", now=NOW + 2 * HOUR, actor=cast.officer)
    with pytest.raises(Denied):
        arbitrate(duty, to=cast.contractor, reason="应由施工单位", now=NOW + 3 * HOUR, actor=cast.director)
    duty = arbitrate(duty, to=cast.contractor, reason="应由施工单位", now=NOW + 3 * HOUR, actor=cast.officer)
    assert (duty.holder, duty.arbitrating) == (cast.contractor, False)
    with pytest.raises(Refused, match="已由局经办裁定"):
        bounce(duty, code="duplicate", to=cast.owner, reason="x", now=NOW + 3 * HOUR, actor=cast.contractor)


def test_bounce_needs_a_basis_and_one_working_day(cast: SimpleNamespace) -> None:
    duty = make_duty(cast.contractor)
    with pytest.raises(Refused, match="须写明依据"):
        bounce(duty, code="not_ours", to=cast.owner, reason=" ", now=NOW, actor=cast.contractor)
    with pytest.raises(Refused, match="规定的理由"):
        bounce(duty, code="dislike", to=cast.owner, reason="x", now=NOW, actor=cast.contractor)
    with pytest.raises(Denied):
        bounce(duty, code="duplicate", to=cast.owner, reason="x", now=NOW, actor=cast.owner)
    with pytest.raises(Refused, match="1 个工作日"):
        bounce(duty, code="duplicate", to=cast.owner, reason="x", now=NOW + 25 * HOUR, actor=cast.contractor)
    # NOW is a Wednesday; a duty received on Friday may still be bounced on Monday morning.
    friday = make_duty(cast.contractor, subject_id=2, now=NOW + timedelta(days=2))
    moved = bounce(
        friday,
        code="duplicate",
        to=cast.owner,
        reason="x",
        now=NOW + timedelta(days=4, hours=20),
        actor=cast.contractor,
    )
    assert moved.holder == cast.owner


def test_leave_moves_open_duties_to_the_deputy_the_same_day(cast: SimpleNamespace) -> None:
    mate = colleague(cast.contractor)
    duty = make_duty(cast.contractor)
    moved = set_away(
        cast.contractor, deputy=mate, until=NOW + timedelta(days=7), now=NOW + HOUR, actor=cast.contractor
    )
    duty.refresh_from_db()
    assert (moved, duty.holder) == (1, mate)
    later = make_duty(cast.contractor, subject_id=2, now=NOW + 2 * HOUR)
    assert later.holder == mate
    after = make_duty(cast.contractor, subject_id=3, now=NOW + timedelta(days=8))
    assert after.holder == cast.contractor
    duty.refresh_from_db()
    assert duty.holder == mate, "return hands nothing back silently"


def test_the_event_of_leave_moves_duties_too_and_repeating_it_moves_nothing(cast: SimpleNamespace) -> None:
    from lantu.duties.subscribers import take_over

    mate = colleague(cast.contractor)
    duty = make_duty(cast.contractor)
    with inline_delivery():
        go_away(cast.contractor, deputy=mate, until=NOW + timedelta(days=3), now=NOW, actor=cast.contractor)
    take_over(Event.objects.get(kind="accounts.person_went_away"))
    duty.refresh_from_db()
    assert duty.holder == mate
    assert duty.holdings.count() == 2


def test_departure_moves_duties_to_the_head_and_never_leaves_one_with_nobody(cast: SimpleNamespace) -> None:
    mate = colleague(cast.contractor)
    duty = make_duty(mate)
    with inline_delivery():
        deactivate_person(mate, reason="离职", now=NOW + HOUR, actor=cast.sysadmin)
    duty.refresh_from_db()
    assert duty.holder == cast.contractor, "the unit's head"
    with inline_delivery():
        deactivate_person(cast.contractor, reason="离职", now=NOW + 2 * HOUR, actor=cast.sysadmin)
    duty.refresh_from_db()
    assert duty.holder == cast.director, "nobody left in the unit"
