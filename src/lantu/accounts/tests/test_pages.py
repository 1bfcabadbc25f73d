"""Pages of people, rights and the log, as their readers use them."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.utils.translation import override
from tests.cast import NOW

from lantu.accounts.models import Grant, GrantRequest, User
from lantu.accounts.payload_words import field_name, shown_payloads
from lantu.accounts.services.tokens import issue_token
from lantu.core.events import known_events
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


def test_the_log_shows_payloads_in_words(client: Client, cast: SimpleNamespace) -> None:
    payload = {
        "holder_id": cast.contractor.pk,
        "unit_id": cast.contractor.organisation_id,
        "due_at": "2026-03-05T01:30:00+00:00",
        "on_time": True,
        "told_ids": [cast.officer.pk, 10**9],
        "code": "2026-99-99T99:99:99+00:00",
        "note": "",
    }
    [row] = shown_payloads([payload])
    told = {str(part.label): part.text for part in row}
    assert told["责任人"] == str(cast.contractor)
    assert told["责任单位"] == str(cast.contractor.organisation)
    assert told["时限"] == "2026-03-05 09:30"
    assert told["按期"] == "是"
    assert told["告知"] == f"{cast.officer}、1000000000"
    assert told["代码"] == payload["code"]
    with override("en"):
        assert str(row[0].label) == "Responsible person"


def test_every_field_of_an_event_has_words() -> None:
    unnamed = {
        f"{kind}.{one.name}"
        for kind, cls in known_events().items()
        if cls.__module__.startswith("lantu.")
        and not cls.__module__.startswith("lantu.lifecycle")
        and ".tests." not in cls.__module__
        for one in fields(cls)
        if one.name not in ("project_id", "subject_id") and field_name(one.name) == one.name
    }
    assert unnamed == set()
