"""People and units: nobody is deleted, first passwords are spent, doubtful codes are asked about twice."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, PASSWORD

from lantu.accounts.models import ApiToken, Organisation, SignIn, User
from lantu.accounts.services.away import come_back, go_away
from lantu.accounts.services.organisations import add_organisation, change_organisation
from lantu.accounts.services.people import add_person, deactivate_person, reactivate_person, reset_password
from lantu.accounts.services.tokens import issue_token, user_of_token
from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused

DOUBTFUL = "91350100M0001TGQXM"  # real, issued early, fails its check digit


def test_a_new_person_has_no_right_and_one_password(cast: SimpleNamespace, client: Client) -> None:
    person, password = add_person(
        username="zhang.san",
        display_name="张三",
        organisation=cast.owner.organisation,
        now=NOW,
        actor=cast.sysadmin,
    )
    assert person.check_password(password)
    client.force_login(person)
    answer = client.get("/work/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")
    client.post(
        "/accounts/password/change/",
        {"oldpassword": password, "password1": "xin-mima-2026-x", "password2": "xin-mima-2026-x"},
    )
    assert client.get("/work/").status_code == 200
    assert Event.objects.filter(kind="accounts.password_changed", subject_id=person.pk).exists()


@pytest.mark.parametrize("who", ["secadmin", "auditor", "director"])
def test_only_the_system_administrator_adds_people(cast: SimpleNamespace, who: str) -> None:
    with pytest.raises(Denied):
        add_person(
            username="x.y",
            display_name="x",
            organisation=cast.owner.organisation,
            now=NOW,
            actor=getattr(cast, who),
        )


def test_a_name_is_given_once(cast: SimpleNamespace) -> None:
    with pytest.raises(Refused, match="已被使用"):
        add_person(
            username="OFFICER",
            display_name="x",
            organisation=cast.owner.organisation,
            now=NOW,
            actor=cast.sysadmin,
        )


def test_leaving_ends_tokens_and_sessions(cast: SimpleNamespace, client: Client) -> None:
    now = timezone.now()
    client.post("/accounts/login/", {"login": "contractor", "password": PASSWORD})
    assert SignIn.objects.filter(user=cast.contractor).count() == 1
    token = issue_token(cast.contractor, now=now)
    deactivate_person(cast.contractor, reason="离职", now=now, actor=cast.sysadmin)
    assert user_of_token(token, now=now) is None
    assert client.get("/work/").status_code == 302
    assert not SignIn.objects.filter(user=cast.contractor).exists()
    with pytest.raises(Denied):
        deactivate_person(cast.sysadmin, reason="x", now=now, actor=cast.sysadmin)
    reactivate_person(cast.contractor, reason="返聘", now=now, actor=cast.sysadmin)
    assert ApiToken.objects.filter(revoked_at=None).count() == 0


def test_a_reset_gives_a_new_first_password(cast: SimpleNamespace) -> None:
    password = reset_password(cast.owner, now=NOW, actor=cast.sysadmin)
    person = User.objects.get(pk=cast.owner.pk)
    assert person.check_password(password)
    assert person.must_change_password


def test_a_deputy_is_a_present_colleague(cast: SimpleNamespace) -> None:
    until = NOW + timedelta(days=3)
    for deputy in (cast.officer, cast.owner):
        with pytest.raises(Refused):
            go_away(cast.officer, deputy=deputy, until=until, now=NOW, actor=cast.officer)
    with pytest.raises(Denied):
        go_away(cast.officer, deputy=cast.director, until=until, now=NOW, actor=cast.owner)
    go_away(cast.officer, deputy=cast.director, until=until, now=NOW, actor=cast.officer)
    come_back(cast.officer, now=NOW + timedelta(days=1), actor=cast.officer)
    with pytest.raises(Refused, match="没有登记外出"):
        come_back(cast.officer, now=NOW + timedelta(days=1), actor=cast.officer)


def test_a_doubtful_credit_code_is_asked_about_twice(cast: SimpleNamespace) -> None:
    values = {"name": "早期登记公司", "kind": "contractor", "uscc": DOUBTFUL}
    with pytest.raises(Refused, match="校验码不符"):
        add_organisation(values=values, confirmed=False, now=NOW, actor=cast.sysadmin)
    unit = add_organisation(values=values, confirmed=True, now=NOW, actor=cast.sysadmin)
    assert "校验码" in unit.uscc_doubt
    mended = change_organisation(
        unit, values={"uscc": "91350100M000100Y43"}, confirmed=False, now=NOW, actor=cast.sysadmin
    )
    assert mended.uscc_doubt == ""


@pytest.mark.parametrize("code", ["123", "91350100M000100YI3", "91350100m000100y43"])
def test_what_cannot_be_a_credit_code_is_refused(cast: SimpleNamespace, code: str) -> None:
    with pytest.raises(Refused):
        add_organisation(
            values={"name": "x", "kind": "owner", "uscc": code}, confirmed=True, now=NOW, actor=cast.sysadmin
        )


def test_a_unit_is_not_above_itself(cast: SimpleNamespace) -> None:
    child = Organisation.objects.create(name="分公司", kind="owner", parent=cast.owner.organisation)
    with pytest.raises(Refused, match="上级单位"):
        change_organisation(
            cast.owner.organisation, values={"parent": child}, confirmed=False, now=NOW, actor=cast.sysadmin
        )


def test_the_form_asks_again_before_it_keeps_a_doubtful_code(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.sysadmin)
    form = {"name": "早期登记公司", "kind": "contractor", "uscc": DOUBTFUL.lower()}
    first = client.post("/accounts/organisations/new/", form)
    assert first.status_code == 422
    assert "确认无误" in first.content.decode()
    assert client.post("/accounts/organisations/new/", form | {"confirmed": "on"}).status_code == 302
