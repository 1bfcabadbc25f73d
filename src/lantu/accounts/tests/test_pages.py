"""Pages of people, rights and the log, as their readers use them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.test import Client
from tests.cast import NOW

from lantu.accounts.models import Grant, GrantRequest, User
from lantu.accounts.services.tokens import issue_token
from lantu.core.models import Event
from lantu.core.tests.test_events import triggers_off


def test_a_right_goes_through_both_desks(client: Client, cast: SimpleNamespace, site_project: Any) -> None:
    client.force_login(cast.sysadmin)
    client.post(
        "/accounts/people/new/",
        {"username": "li.si", "display_name": "李四", "organisation": cast.expert.organisation_id},
    )
    person = User.objects.get(username="li.si")
    form = {"role": "expert", "reach": "project", "project_code": site_project.code, "why": "评审"}
    assert (
        client.post(f"/accounts/people/{person.pk}/grants/", form | {"project_code": "nope"}).status_code
        == 422
    )
    assert client.post(f"/accounts/people/{person.pk}/grants/", form).status_code == 302
    request = GrantRequest.objects.get()
    assert site_project.name in client.get(f"/accounts/people/{person.pk}/").content.decode()
    assert client.post(f"/accounts/requests/{request.pk}/confirm/").status_code == 403
    client.force_login(cast.secadmin)
    assert "李四" in client.get("/accounts/requests/").content.decode()
    client.post(f"/accounts/requests/{request.pk}/confirm/")
    grant = Grant.objects.get(user=person)
    assert (grant.project_id, grant.granted_by) == (site_project.pk, cast.secadmin)


def test_a_refusal_of_the_service_stands_beside_its_field(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.sysadmin)
    form = {"role": "auditor", "reach": "city", "why": "x"}
    answer = client.post(f"/accounts/people/{cast.officer.pk}/grants/", form)
    assert answer.status_code == 422
    assert "三员分立" in answer.content.decode()


def test_the_log_shows_filters_and_verifies(client: Client, cast: SimpleNamespace) -> None:
    issue_token(cast.officer, now=NOW)
    issue_token(cast.owner, now=NOW)
    client.force_login(cast.auditor)
    page = client.get("/accounts/log/").content.decode()
    assert page.count("签发令牌") == 2
    page = client.get("/accounts/log/?actor=officer").content.decode()
    assert page.count("签发令牌") == 1
    assert client.get("/accounts/log/?subject=nonsense&since=bad&cursor=zzz").status_code in {200, 422}
    assert "核验一致" in client.post("/accounts/log/verify/").content.decode()
    with triggers_off():
        Event.objects.filter(kind="accounts.token_issued").update(reason="forged")
    found = client.post("/accounts/log/verify/").content.decode()
    assert "内容与指纹不符" in found
    assert Event.objects.filter(kind="accounts.log_verified").count() == 2


def test_the_profile_keeps_language_and_tokens(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.officer)
    page = client.post("/accounts/profile/tokens/", {"name": "月报脚本"}).content.decode()
    assert "lt_" in page
    token = cast.officer.api_tokens.get()
    client.force_login(cast.owner)
    assert client.post(f"/accounts/profile/tokens/{token.pk}/end/").status_code == 404
    client.force_login(cast.officer)
    client.post(f"/accounts/profile/tokens/{token.pk}/end/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    client.post("/accounts/profile/language/", {"language": "en"})
    assert User.objects.get(pk=cast.officer.pk).language == "en"


def test_people_in_the_interface_carry_no_telephone(client: Client, cast: SimpleNamespace) -> None:
    User.objects.filter(pk=cast.clerk.pk).update(phone="13800001111")
    client.force_login(cast.contractor)
    answer = client.get("/api/v1/people")
    names = {row["name"]: row["username"] for row in answer.json()["items"]}
    assert names["柯联络"] is None
    assert names["单安全"] == "contractor"
    assert "陌生人" not in names
    assert b"13800001111" not in answer.content
    kinds = {row["kind"] for row in client.get("/api/v1/organisations?kind=county").json()["items"]}
    assert kinds == {"county"}
