"""A house without accounts: two administrators come from the server, everybody else from them."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.cast import NOW

from lantu.accounts.models import Grant, Organisation, User
from lantu.accounts.permissions import may
from lantu.accounts.services.founders import found_house
from lantu.accounts.services.grants import confirm_grant, propose_grant
from lantu.accounts.services.people import add_person
from lantu.core.models import Event
from lantu.core.refusals import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(db: Any) -> Organisation:
    return Organisation.objects.create(name="某市重点工程管理局", short_name="重点局", kind="bureau")


def test_two_founders_bring_in_the_first_officer(bureau: Organisation) -> None:
    admin, guard = found_house(sysadmin="gao", secadmin="lin", unit=bureau, now=NOW)
    assert [may(one.person, "accounts.administer") for one in (admin, guard)] == [True, False]
    assert admin.person.check_password(admin.password)
    assert admin.person.must_change_password
    assert Event.objects.filter(kind="accounts.person_added", actor=None).count() == 2
    person, _password = add_person(
        username="li", display_name="李", organisation=bureau, now=NOW, actor=admin.person
    )
    asked = propose_grant(
        user=person, role="officer", reach="city", why="岗位需要", now=NOW, actor=admin.person
    )
    confirm_grant(asked, now=NOW, actor=guard.person)
    assert may(User.objects.get(pk=person.pk), "projects.edit")


def test_a_house_is_founded_once_by_two_people(bureau: Organisation) -> None:
    with pytest.raises(Refused) as same:
        found_house(sysadmin="gao", secadmin="Gao", unit=bureau, now=NOW)
    assert same.value.code == "accounts.same_person"
    found_house(sysadmin="gao", secadmin="lin", unit=bureau, now=NOW)
    with pytest.raises(Refused) as again:
        found_house(sysadmin="wang", secadmin="zhao", unit=bureau, now=NOW)
    assert (again.value.code, Grant.objects.count()) == ("accounts.already_founded", 2)


def test_the_command_prints_each_password_once(bureau: Organisation, client: Any) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "lantu manage first_administrators" in page
    told = StringIO()
    call_command("first_administrators", stdout=told)
    name, password = told.getvalue().splitlines()[1].split()[:2]
    assert User.objects.get(username=name).check_password(password)
    assert "lantu manage first_administrators" not in client.get("/accounts/login/").content.decode()
    with pytest.raises(CommandError, match="已经有管理员"):
        call_command("first_administrators", stdout=told)


def test_the_command_needs_a_unit(db: Any) -> None:
    with pytest.raises(CommandError, match="load_city"):
        call_command("first_administrators")
    with pytest.raises(CommandError, match="没有名为"):
        call_command("first_administrators", unit="无此单位")
