"""The front door: passwords, lockout, second factor, sessions, demonstration accounts, closed doors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.models import Session
from django.test import Client
from tests.cast import PASSWORD

from lantu.accounts.models import SignIn
from lantu.core.models import Event

LOGIN = "/accounts/login/"


def sign_in(client: Client, name: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": name, "password": password})


def token(client: Client, name: str, password: str = PASSWORD, **more: str) -> Any:
    body = {"username": name, "password": password} | more
    return client.post("/api/v1/auth/token", body, content_type="application/json")


def totp_of(user: Any) -> str:
    """Switch the authenticator on and return a code that holds now."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))


def test_strangers_are_sent_to_the_door_and_back(client: Client, cast: SimpleNamespace) -> None:
    assert client.get("/work/list/")["Location"] == "/accounts/login/?next=%2Fwork%2Flist%2F"
    fragment = client.get("/work/count/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, LOGIN)
    answer = client.post(
        f"{LOGIN}?next=/work/list/", {"login": "officer", "password": PASSWORD, "next": "/work/list/"}
    )
    assert answer["Location"] == "/work/list/"


def test_the_sixth_try_is_locked_out_in_plain_words(client: Client, cast: SimpleNamespace) -> None:
    for _ in range(5):
        assert "用户名或密码不正确" in sign_in(client, "officer", "wrong").content.decode()
    locked = sign_in(client, "officer")
    assert "已锁定 15 分钟" in locked.content.decode()
    assert Event.objects.filter(kind="accounts.sign_in_failed", subject_id=cast.officer.pk).count() == 5


def test_the_interface_locks_too(client: Client, cast: SimpleNamespace) -> None:
    assert [token(client, "officer", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    assert token(client, "owner").status_code == 200


def test_an_unknown_name_leaves_no_trace_in_the_log(client: Client, cast: SimpleNamespace) -> None:
    sign_in(client, "my-secret-password", "x")
    assert not Event.objects.filter(kind="accounts.sign_in_failed").exists()


def test_a_second_factor_is_asked_for(client: Client, cast: SimpleNamespace) -> None:
    code = totp_of(cast.officer)
    assert sign_in(client, "officer")["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/work/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get("/work/").status_code == 200


def test_a_token_needs_the_second_factor_as_well(client: Client, cast: SimpleNamespace) -> None:
    code = totp_of(cast.officer)
    assert token(client, "officer").json()["type"] == "urn:lantu:accounts.code_needed"
    assert token(client, "officer", code="000000").status_code == 401
    assert token(client, "officer", code=code).status_code == 200


def test_the_oldest_session_gives_way(cast: SimpleNamespace, settings: Any) -> None:
    settings.MAX_SESSIONS_PER_USER = 2
    browsers = [Client() for _ in range(3)]
    for browser in browsers:
        sign_in(browser, "officer")
    assert [browser.get("/work/").status_code for browser in browsers] == [302, 200, 200]
    assert SignIn.objects.count() == 2
    assert Session.objects.count() == 2
    page = browsers[2].get("/accounts/profile/").content.decode()
    assert "当前会话" in page
    other = SignIn.objects.order_by("started_at")[0]
    browsers[2].post(f"/accounts/profile/sessions/{other.pk}/end/")
    assert browsers[1].get("/work/").status_code == 302


def test_nobody_ends_the_session_of_another(client: Client, cast: SimpleNamespace) -> None:
    sign_in(Client(), "officer")
    client.force_login(cast.owner)
    assert client.post(f"/accounts/profile/sessions/{SignIn.objects.get().pk}/end/").status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "example.org"])
def test_demonstration_accounts_are_refused_on_an_open_host(
    cast: SimpleNamespace, settings: Any, host: str
) -> None:
    cast.officer.is_demo = True
    cast.officer.save()
    inside, outside = Client(), Client()
    sign_in(inside, "officer")
    held = token(inside, "officer").json()["token"]
    assert inside.get("/work/").status_code == 200
    settings.HOST = host
    assert "演示账号只能在本机使用" in sign_in(outside, "officer").content.decode()
    assert token(outside, "officer").status_code == 403
    assert inside.get("/work/").status_code == 302
    assert outside.get("/api/v1/me", headers={"Authorization": f"Bearer {held}"}).status_code == 401


def test_the_page_offers_names_but_never_a_password(
    client: Client, cast: SimpleNamespace, settings: Any
) -> None:
    settings.DEMO = True
    cast.officer.is_demo = True
    cast.officer.save()
    page = client.get(f"{LOGIN}?u=officer").content.decode()
    assert 'value="officer"' in page
    assert PASSWORD not in page
    settings.HOST = "0.0.0.0"
    assert "演示账号" not in client.get(LOGIN).content.decode()


@pytest.mark.parametrize(
    "door",
    [
        "/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x/",
        "/accounts/password/reset/", "/accounts/password/reset/key/1-set-password/", "/accounts/password/set/",
        "/accounts/login/code/confirm/",
    ],
)  # fmt: skip
def test_doors_that_do_not_apply_are_closed(client: Client, cast: SimpleNamespace, door: str) -> None:
    assert client.get(door).status_code == 404
    client.force_login(cast.officer)
    assert client.get(door).status_code == 404


def test_leaving_asks_first_and_needs_a_post(client: Client, cast: SimpleNamespace) -> None:
    sign_in(client, "officer")
    assert client.get("/accounts/logout/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/work/").status_code == 302


def test_a_form_sent_too_late_leads_back_to_its_page(client: Client, cast: SimpleNamespace) -> None:
    page = "http://testserver/hazards/m/1/?tab=reply"
    late = client.post("/hazards/1/do/submit_reply/", {"text": "x"}, headers={"Referer": page})
    assert late["Location"] == "/accounts/login/?next=%2Fhazards%2Fm%2F1%2F%3Ftab%3Dreply"
    assert "刚才的提交没有保存" in client.get(LOGIN).content.decode()
    for stranger in ("http://elsewhere.example/x/", "", "javascript:alert(1)"):
        answer = client.post("/hazards/1/do/submit_reply/", headers={"Referer": stranger})
        assert answer["Location"] == "/accounts/login/?next=%2F"
