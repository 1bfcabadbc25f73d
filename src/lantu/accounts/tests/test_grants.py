"""Rights: two steps, two people; the three administrators are three."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.cast import NOW

from lantu.accounts.models import Grant, GrantRequest, User
from lantu.accounts.permissions import may
from lantu.accounts.scopes import roles_of
from lantu.accounts.services.grants import confirm_grant, propose_grant, refuse_grant, revoke_grant
from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused


def fresh(user: Any) -> User:
    """The user as a new request sees them."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def newcomer(cast: SimpleNamespace) -> User:
    return User.objects.create_user(
        username="newcomer", display_name="新人", organisation=cast.officer.organisation
    )


def propose(cast: SimpleNamespace, user: Any, role: str = "officer", **more: Any) -> GrantRequest:
    values: dict[str, Any] = {"reach": "city", "why": "岗位需要", "now": NOW, "actor": cast.sysadmin} | more
    return propose_grant(user=user, role=role, **values)


def test_a_right_works_only_after_the_second_person(cast: SimpleNamespace, newcomer: User) -> None:
    request = propose(cast, newcomer)
    assert not may(fresh(newcomer), "projects.edit")
    confirm_grant(request, now=NOW, actor=cast.secadmin)
    assert may(fresh(newcomer), "projects.edit")
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "accounts.grant_proposed",
        "accounts.grant_confirmed",
    ]


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "director", "outsider"])
def test_only_the_security_administrator_confirms(cast: SimpleNamespace, newcomer: User, who: str) -> None:
    request = propose(cast, newcomer)
    with pytest.raises(Denied):
        confirm_grant(request, now=NOW, actor=getattr(cast, who))


@pytest.mark.parametrize("who", ["secadmin", "auditor", "director", "outsider"])
def test_only_the_system_administrator_proposes(cast: SimpleNamespace, newcomer: User, who: str) -> None:
    with pytest.raises(Denied):
        propose(cast, newcomer, actor=getattr(cast, who))


def test_nobody_proposes_or_confirms_their_own_right(cast: SimpleNamespace) -> None:
    with pytest.raises(Denied):
        propose(cast, cast.sysadmin)
    for one in (
        {"user": cast.sysadmin},
        {"user": cast.secadmin, "decided_by": cast.secadmin, "decided_at": NOW},
    ):
        values: dict[str, Any] = {
            "role": "officer", "reach": "city", "why": "x", "proposed_by": cast.sysadmin, "proposed_at": NOW,
            "state": "confirmed" if "decided_by" in one else "pending",
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            GrantRequest.objects.create(**(values | one))


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("sysadmin2", "secadmin"), ("secadmin", "auditor"), ("auditor", "sysadmin"), ("secadmin", "officer"),
        ("officer", "auditor"), ("director", "sysadmin"),
    ],
)  # fmt: skip
def test_nobody_holds_two_of_the_three_or_one_with_business(
    cast: SimpleNamespace, who: str, role: str
) -> None:
    user = getattr(cast, who, None)
    if user is None:
        user = User.objects.create_user(
            username=who, display_name="二号", organisation=cast.sysadmin.organisation
        )
        Grant.objects.create(user=user, role="sysadmin", reach="city", granted_at=NOW)
    with pytest.raises(Refused, match="三员分立"):
        propose(cast, user, role)


def test_separation_is_checked_again_when_confirming(cast: SimpleNamespace, newcomer: User) -> None:
    first, second = propose(cast, newcomer, "auditor"), propose(cast, newcomer, "officer")
    confirm_grant(first, now=NOW, actor=cast.secadmin)
    with pytest.raises(Refused, match="三员分立"):
        confirm_grant(second, now=NOW, actor=cast.secadmin)


def test_a_refusal_says_why_and_is_final(cast: SimpleNamespace, newcomer: User) -> None:
    request = propose(cast, newcomer)
    with pytest.raises(Refused, match="驳回理由"):
        refuse_grant(request, answer=" ", now=NOW, actor=cast.secadmin)
    refuse_grant(request, answer="岗位不符", now=NOW, actor=cast.secadmin)
    with pytest.raises(Refused, match="已经处理"):
        confirm_grant(request, now=NOW, actor=cast.secadmin)


@pytest.mark.parametrize(
    "reach",
    [
        {"reach": "county"}, {"reach": "city", "county_code": "371402"}, {"reach": "project"}, {"reach": "moon"},
        {"reach": "organisation"},
    ],
)  # fmt: skip
def test_a_reach_must_be_complete(cast: SimpleNamespace, newcomer: User, reach: dict[str, str]) -> None:
    with pytest.raises(Refused, match="授权范围不完整"):
        propose(cast, newcomer, **reach)


def test_revoking_ends_at_once_and_keeps_the_row(cast: SimpleNamespace) -> None:
    grant = cast.officer.grants.get()
    revoke_grant(grant, why="调岗", now=NOW, actor=cast.sysadmin)
    assert roles_of(fresh(cast.officer)) == frozenset()
    assert Grant.objects.filter(pk=grant.pk).exists()
    with pytest.raises(Refused, match="已经结束"):
        revoke_grant(grant, why="x", now=NOW + timedelta(days=1), actor=cast.sysadmin)


def test_the_last_system_administrator_stays(cast: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="最后一位"):
        revoke_grant(cast.sysadmin.grants.get(), why="x", now=NOW, actor=cast.sysadmin)
